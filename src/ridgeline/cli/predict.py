"""``ridgeline predict``: a model file and a table to predictions."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ridgeline.cli.options import Sql
from ridgeline.cli.places import beside, model_file, place, spare
from ridgeline.cli.text import plain

if TYPE_CHECKING:
    import pyarrow as pa

    from ridgeline.model import Model

__all__ = ["open_model", "predict", "refuse_without_data"]


def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="model.json, or the directory it is in.")],
    data: Annotated[str, typer.Argument(metavar="DATA", help="The table to predict; it needs no target column.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="A .csv or .parquet file; else CSV is printed.", parser=place
        ),
    ] = None,
    sql: Sql = None,
) -> None:
    """Predict each row of a table, in order.

    The model file is all it needs. Unknown levels, missing cells and missing columns predict too, with a note.

    \b
      ridgeline predict churn-ridgeline new-customers.csv -o predictions.parquet
    """
    from ridgeline.output import check_table_path, write_table

    if output is not None:
        check_table_path(output)
        spare([*beside(model), data], [output])
    table, notes = open_model(model).predict_frame(data, sql=sql)
    if output is None:
        _print(table)
    else:
        write_table(output, table)
    for note in notes:
        print(f"note: {plain(note)}", file=sys.stderr)


def open_model(path: Path) -> Model:
    """Read a model file for use, and warn when it is not what a fit wrote."""
    from ridgeline.model import load

    file = model_file(path)
    model = load(file)
    if not model.intact:
        said = f"warning: {file} was changed after it was written: `ridgeline verify {file}` says what is wrong."
        print(plain(said), file=sys.stderr)
    return model


def refuse_without_data(data: str | None, options: Mapping[str, object]) -> None:
    """Refuse options about a table where no table is given: they would silently have no effect."""
    for name, value in options.items():
        if data is None and value is not None:
            from ridgeline.errors import OptionError

            raise OptionError(f"{name} is for a table: give DATA, or leave {name} out.")


def _print(table: pa.Table) -> None:
    from ridgeline.output import write_csv

    sys.stdout.flush()
    write_csv(sys.stdout.buffer, table)
