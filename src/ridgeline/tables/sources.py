"""`scan`: any source of rows to a `Table`.

One table below says which reader serves which kind of source.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ridgeline.errors import DataError, OptionError
from ridgeline.tables.sql import is_query
from ridgeline.tables.table import Table

__all__ = ["scan"]

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def scan(
    source: Any,
    *,
    sql: str | None = None,
    sheet: str | int | None = None,
    header: bool | None = None,
    like: Mapping[str, str] | None = None,
    known: Sequence[str] = (),
) -> Table:
    """Read a table and type its columns; what was assumed is in its notes.

    Parameters
    ----------
    source : path, str, frame, relation, mapping or list
        A file (CSV or TSV of any dialect and encoding, also gz, bz2 or xz; Parquet; Arrow; JSON or JSON lines; Excel;
        a DuckDB or SQLite database), a SQL query that starts with SELECT, FROM or WITH and names local files, a
        pandas or polars DataFrame, an Arrow table, a DuckDB relation, a two-dimensional array, a mapping of columns,
        a list of records, or a `Table`, which is returned as it is.
    sql : str, optional
        For a database file: a table's name or a query.
    sheet : str or int, optional
        For Excel: the sheet's name or position (from 1); the first by default.
    header : bool, optional
        For text files and Excel: whether the first row holds the names; guessed by a stated rule by default.
    like : mapping of str to str, optional
        `Table.readings` of an earlier table: text that admits two readings is then read as it was there.
    known : sequence of str
        Names of columns that there should be: a first row with one of them is a header.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        When the source is not there, not readable, empty, or not a table; the message names the line where there is
        one.

    Examples
    --------
    >>> table = scan({"age": ["31", "?"], "paid": ["1,200.50", "7.25"]})
    >>> table.data.to_pydict()
    {'age': [31, None], 'paid': [1200.5, 7.25]}
    """
    if sql is not None and not isinstance(sql, str):
        raise OptionError(f"sql must be the name of a table or a query; it is {sql!r}.")
    if isinstance(source, Table):
        return source
    if isinstance(source, (str, os.PathLike)):
        table = _scan_text(source, sql=sql, sheet=sheet, header=header, like=like, known=(*(like or ()), *known))
    else:
        from ridgeline.tables.frames import read_frame

        if sql is not None:
            raise OptionError("sql (--sql) is for a database file: leave it out for a table that is in memory.")
        table = read_frame(source, like=like)
    if not table.names:
        raise DataError(f"{table.name} has no columns.")
    if not table.rows:
        raise DataError(f"{table.name} has no rows.")
    return table


def _scan_text(
    source: str | os.PathLike[str],
    *,
    sql: str | None,
    sheet: str | int | None,
    header: bool | None,
    like: Mapping[str, str] | None,
    known: Sequence[str],
) -> Table:
    path = Path(os.path.expanduser(source))  # pathlib's raises where a home is not known
    if isinstance(source, str) and _ADDRESS.match(source):
        raise DataError(f"{source} is not on this machine: only local files are read, so download it first.")
    if isinstance(source, str) and is_query(source) and not os.path.exists(path):
        from ridgeline.tables.database import read_query

        if sql is not None:
            raise OptionError("sql (--sql) is for a database file, and the data is a query already: leave it out.")
        return read_query(source, like=like)
    return _scan_file(path, sql=sql, sheet=sheet, header=header, like=like, known=known)


def _scan_file(
    path: Path,
    *,
    sql: str | None,
    sheet: str | int | None,
    header: bool | None,
    like: Mapping[str, str] | None,
    known: Sequence[str],
) -> Table:
    from ridgeline.tables import files

    files.check_readable(path)
    kind = files.kind_of(path)
    name = path.name
    if sql is not None and kind not in ("duckdb", "sqlite"):
        raise OptionError(f"{name} is not a database: leave --sql out, or query the file with SELECT … FROM '{name}'.")
    if sheet is not None and kind != "zip":
        raise OptionError(f"{name} is not an Excel file: leave sheet out.")
    if kind in ("duckdb", "sqlite"):
        from ridgeline.tables.database import read_database

        return read_database(path, kind, sql=sql, name=name, like=like)
    if kind == "zip":
        from ridgeline.tables.excel import read_excel

        return read_excel(path, sheet=sheet, header=header, name=name, like=like, known=known)
    if kind in ("parquet", "arrow", "json"):
        from ridgeline.tables.columnar import read_columnar

        return read_columnar(path, kind, name=name, like=like)
    from ridgeline.tables.delimited import read_delimited

    return read_delimited(path, kind, name=name, header=header, like=like, known=known)
