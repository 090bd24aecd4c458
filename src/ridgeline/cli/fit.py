"""``ridgeline fit``: from a table to a tuned and assessed model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ridgeline.cli.options import Json, Out, Quiet, Seed

__all__ = ["default_directory", "fit"]

_QUERY = re.compile(r"\s*(select|from|with)\s", re.IGNORECASE)


def fit(
    data: Annotated[str, typer.Argument(metavar="DATA", help="CSV, Parquet, JSON, Excel or database file, or SQL.")],
    target: Annotated[str, typer.Option(help="Column to predict.", metavar="COL")],
    sql: Annotated[str | None, typer.Option(help="Query or table name, for a database file.")] = None,
    penalty: Annotated[str, typer.Option(help="Penalty: l2.")] = "l2",
    l1_ratio: Annotated[float | None, typer.Option(help="Share of the L1 penalty, 0 to 1.")] = None,
    lam: Annotated[str, typer.Option("--lambda", metavar="VALUE|cv", help="λ itself, or cv to choose it.")] = "cv",
    rule: Annotated[str, typer.Option(help="How λ is chosen: min, 1se, paired, loo or gcv.")] = "min",
    family: Annotated[str | None, typer.Option(help="gaussian or binomial; detected when not given.")] = None,
    positive: Annotated[str | None, typer.Option(help="Label that counts as positive.", metavar="LABEL")] = None,
    folds: Annotated[int, typer.Option(help="Folds of the cross-validation.")] = 5,
    repeats: Annotated[int, typer.Option(help="Repeats of the cross-validation.")] = 1,
    group: Annotated[str | None, typer.Option(help="Rows with equal values stay together.", metavar="COL")] = None,
    time: Annotated[str | None, typer.Option(help="Validate forward in time along this column.", metavar="COL")] = None,
    weight: Annotated[str | None, typer.Option(help="Weights of the rows.", metavar="COL")] = None,
    offset: Annotated[str | None, typer.Option(help="Added to the linear predictor as it is.", metavar="COL")] = None,
    drop: Annotated[list[str] | None, typer.Option(help="Column not to use; may be repeated.", metavar="COL")] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="Column never to penalise; may be repeated.", metavar="COL")
    ] = None,
    test: Annotated[str | None, typer.Option(help="Table of test rows.", metavar="FILE")] = None,
    test_size: Annotated[float, typer.Option(help="Share or number of rows held out, 0 for none.", min=0)] = 0.2,
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option(help="Threads to use.", min=1)] = None,
    out: Out = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit, tune, assess and explain a model of a table."""
    options = dict(locals())
    options = {name: options[name] for name in _PASSED_ON}
    options |= {"lam": _lambda(lam), "drop": tuple(drop or ()), "keep": tuple(keep or ())}
    from ridgeline.cli.run import Delivery, fit_and_deliver

    directory = out if out is not None else default_directory(data)
    fit_and_deliver(data, target, options, Delivery(directory, json, quiet))


_PASSED_ON = (
    "sql", "penalty", "l1_ratio", "rule", "family", "positive", "folds", "repeats", "group", "time", "weight",
    "offset", "test", "test_size", "seed", "threads",
)  # fmt: skip


def _lambda(text: str) -> float | str:
    if text == "cv":
        return text
    try:
        return float(text)
    except ValueError:
        from ridgeline.errors import OptionError

        raise OptionError(f"--lambda must be a number or cv, not {text!r}.") from None


def default_directory(data: str) -> Path:
    """Return the directory for the results of a table, named after it and beside where one stands.

    Examples
    --------
    >>> str(default_directory("data/titanic.csv.gz")), str(default_directory("SELECT * FROM 'a.csv'"))
    ('titanic-ridgeline', 'query-ridgeline')
    """
    if _QUERY.match(data) and not Path(data).exists():
        return Path("query-ridgeline")
    return Path(f"{Path(data).name.lstrip('.').split('.')[0] or 'table'}-ridgeline")
