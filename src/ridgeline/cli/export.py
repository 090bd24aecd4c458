"""``ridgeline export``: a model file in another language."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ridgeline.cli.places import beside, place, spare
from ridgeline.cli.predict import open_model

__all__ = ["deliver", "export"]


def export(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="model.json, or the directory it is in.")],
    to: Annotated[str, typer.Option(metavar="TARGET", help="python, sql or onnx.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write it; else text is printed.", parser=place),
    ] = None,
    dialect: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="sql: sqlite, postgres, mysql, bigquery, snowflake, tsql or spark; else duckdb.",
        ),
    ] = None,
    table: Annotated[
        str | None, typer.Option(metavar="NAME", help="sql: the table to predict, perhaps schema.table; else data.")
    ] = None,
    ids: Annotated[
        list[str] | None, typer.Option("--id", metavar="COL", help="sql: a column to show first; repeat for more.")
    ] = None,
) -> None:
    """Write a model in another language, with all that predicting needs.

    python gives a module without dependencies: predict(row) takes a dict and gives the predicted value, or the
    probability of the positive class. sql gives one SELECT. onnx gives a graph with one input per column.

    \b
      ridgeline export churn-ridgeline --to python -o churn_model.py
      ridgeline export churn-ridgeline --to sql --dialect postgres --table crm.customers --id customer
      ridgeline export churn-ridgeline --to onnx -o churn.onnx
    """
    from ridgeline.errors import OptionError
    from ridgeline.exporters import export as write

    if output is not None:
        spare(beside(model), [output])
    text = write(open_model(model), to, output, dialect=dialect, table=table, ids=tuple(ids or ()))
    if output is None and isinstance(text, bytes):
        raise OptionError(f"The target {to} is not text: name a file for it with -o FILE.")
    deliver(text, output)


def deliver(text: str | bytes, output: Path | None) -> None:
    """Print what was not written to a file, as UTF-8 whatever the terminal's encoding."""
    if output is None and isinstance(text, str):
        typer.echo(text.encode("utf-8", "backslashreplace"), nl=False)
