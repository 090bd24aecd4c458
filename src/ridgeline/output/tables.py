"""Tables as files: CSV that a spreadsheet can open without harm, and Parquet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ridgeline.errors import OptionError
from ridgeline.output.atomic import write_file

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_table_path", "write_csv", "write_table"]

# A spreadsheet runs text that starts so as a formula. A number in the dress of text ("-1", a label) is no formula.
_FORMULA = "^[=+\\-@\t\r\n]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def check_table_path(path: str | os.PathLike[str]) -> str:
    """Tell the format of a table file from its name: ``"csv"`` or ``"parquet"``.

    Raises
    ------
    OptionError
        The name ends in neither.

    Examples
    --------
    >>> check_table_path("predictions.CSV")
    'csv'
    """
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in ("csv", "parquet"):
        raise OptionError(
            f"{os.fspath(path)!r} says nothing about its format: give a name that ends in .csv or .parquet."
        )
    return suffix


def write_table(path: str | os.PathLike[str], table: pa.Table) -> None:
    """Write a table to a .csv or .parquet file, whole or not at all.

    In CSV, text and column names that a spreadsheet would run as a formula get a leading apostrophe.

    Parameters
    ----------
    path : path
        Where; its ending chooses the format.
    table : pyarrow.Table
        What; lists and structures cannot be written as CSV.

    Raises
    ------
    OptionError
        The name of the file ends in neither .csv nor .parquet.
    OutputError
        The place cannot be written, or is full.
    """
    kind = check_table_path(path)
    write_file(path, lambda place: _write_parquet(place, table) if kind == "parquet" else _write_csv_file(place, table))


def write_csv(stream: IO[bytes], table: pa.Table) -> None:
    """Write a table as CSV to an open binary stream, formulas defused as in `write_table`."""
    import pyarrow.csv as csv

    csv.write_csv(_defused(table), stream, csv.WriteOptions(quoting_header="needed"))


def _write_csv_file(place: Path, table: pa.Table) -> None:
    with place.open("wb") as stream:
        write_csv(stream, table)


def _write_parquet(place: Path, table: pa.Table) -> None:
    import pyarrow.parquet as parquet

    parquet.write_table(table, place, compression="zstd")


def _defused(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    columns = [_defused_column(column) for column in table.columns]
    return pa.Table.from_arrays(columns, names=_defused_column(pa.array(table.column_names, pa.string())).to_pylist())


def _defused_column(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    import pyarrow as pa
    import pyarrow.compute

    pc: Any = pyarrow.compute  # makes its functions when it is imported, which type checkers cannot see
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    starts_so, is_number = (pc.match_substring_regex(column, pattern) for pattern in (_FORMULA, _NUMBER))
    looks_run = pc.and_(starts_so, pc.invert(is_number))
    return pc.if_else(
        looks_run, pc.binary_join_element_wise(pa.scalar("'", column.type), column, pa.scalar("", column.type)), column
    )
