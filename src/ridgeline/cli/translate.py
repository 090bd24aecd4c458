"""``ridgeline translate``: the same fit in another program."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from ridgeline.cli.export import deliver
from ridgeline.cli.places import beside, place, spare
from ridgeline.cli.predict import open_model

__all__ = ["translate"]


def translate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="model.json, or the directory it is in; or a λ.")],
    to: Annotated[
        str, typer.Option(metavar="TOOL", help="sklearn, statsmodels or glmnet; a λ also spark, h2o, stata.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where to write the code; else it is printed.", parser=place
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The table of the fit, where it is not where it was.")
    ] = None,
    family: Annotated[str | None, typer.Option(metavar="NAME", help="For a λ: the family; else gaussian.")] = None,
    l1_ratio: Annotated[float | None, typer.Option(metavar="SHARE", help="For a λ: the share of L1; else 0.")] = None,
    n: Annotated[float | None, typer.Option(metavar="ROWS", help="For a λ: rows, where the tool needs them.")] = None,
    sd_y: Annotated[
        float | None, typer.Option(metavar="SD", help="For a λ: standard deviation of the target, divisor n.")
    ] = None,
) -> None:
    """Write the code that repeats a fit in another program, or say what a λ is there.

    The code reads the table, takes the training rows, prepares and fits them, and leaves coef (feature to value) and
    intercept on the original scale.

    \b
      ridgeline translate churn-ridgeline --to sklearn -o churn_sklearn.py
      ridgeline translate churn-ridgeline --to glmnet -o churn.R
      ridgeline translate 0.1 --to glmnet --sd-y 2.5
    """
    from ridgeline.exporters.translate import translate as convert

    lam = _number(model)
    what: Any = open_model(Path(model)) if lam is None else lam
    if output is not None and lam is None:
        spare([*beside(Path(model)), data or what.content["training"]["source"]], [output])
    made = convert(what, to, output, data=data, family=family, l1_ratio=l1_ratio, n=n, sd_y=sd_y)
    if isinstance(made, str):
        deliver(made, output)
    else:
        print("\n".join(f"{name} = {value!r}" for name, value in made.items()))


def _number(text: str) -> float | None:
    if os.path.exists(text):
        return None
    try:
        return float(text)
    except ValueError:
        return None
