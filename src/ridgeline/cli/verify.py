"""``ridgeline verify``: whether a model file is still what was fitted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ridgeline.cli.options import Sql
from ridgeline.cli.places import model_file
from ridgeline.cli.predict import refuse_without_data
from ridgeline.cli.text import plain

__all__ = ["verify"]


def verify(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="model.json, or the directory it is in.")],
    data: Annotated[
        str | None,
        typer.Argument(metavar="DATA", help="The table that it was fitted to, in any format.", show_default=False),
    ] = None,
    sql: Sql = None,
) -> None:
    """Check that a model file still is what was fitted.

    Predicts the rows that the file carries, and recomputes what follows from its other numbers. With DATA also finds
    the training rows again and recomputes the certificate on them: no better coefficients exist for this table and λ.
    A number that is wrong is named, and the exit status is 2.

    \b
      ridgeline verify churn-ridgeline
      ridgeline verify churn-ridgeline churn.csv
    """
    from ridgeline.model import load

    refuse_without_data(data, {"--sql": sql})
    path = model_file(model)
    findings = load(path).verify(data, sql=sql)
    for finding in findings:
        print(f"error: {plain(finding)}", file=sys.stderr)
    if findings:
        raise typer.Exit(2)
    print(plain(f"{path}: every number agrees" + (f" with {data}." if data is not None else ".")))
