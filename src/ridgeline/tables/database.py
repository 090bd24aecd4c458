"""DuckDB and SQLite: connections that read and never write, and the tables in database files."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from ridgeline.errors import DataError
from ridgeline.tables.arrow import table_of
from ridgeline.tables.sql import identifier, is_query
from ridgeline.tables.table import Table

__all__ = ["connect", "mixed_array", "read_database", "read_query"]


@contextmanager
def connect(path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB in memory or on a file, read-only, without network and without sight of Python variables.

    Parameters
    ----------
    path : pathlib.Path, optional
        A DuckDB database file.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "python_enable_replacements": "false",
    }
    connection = duckdb.connect(str(path) if path else ":memory:", read_only=path is not None, config=config)
    try:
        yield connection
    finally:
        connection.close()


def read_query(sql: str, *, like: Mapping[str, str] | None = None, name: str = "The query") -> Table:
    """Run one SELECT over local files in DuckDB.

    Parameters
    ----------
    sql : str
        The query; files are named in quotes: ``SELECT * FROM 'data/*.parquet'``.
    like : mapping of str to str, optional
        Readings of an earlier table.
    name : str
        What to call the result.
    """
    with connect() as connection:
        return table_of(name, _select(connection, sql, name), like=like)


def _select(connection: duckdb.DuckDBPyConnection, sql: str, name: str) -> pa.Table:
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise DataError(f"{name} must be one SELECT statement: {sql[:80]!r}.")
        return connection.sql(sql).to_arrow_table()
    except duckdb.Error as error:
        raise DataError(f"{name} failed: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{lines[0].rstrip('.!')}." if lines else "unknown error."


def read_database(path: Path, kind: str, *, sql: str | None, name: str, like: Mapping[str, str] | None = None) -> Table:
    """Read a table or query from a database file, read-only.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : {"duckdb", "sqlite"}
        Which database wrote it.
    sql : str or None
        A query or a table's name; may be left out when the file holds one table.
    name : str
        What to call the file.
    like : mapping of str to str, optional
        Readings of an earlier table.
    """
    reader = _from_duckdb if kind == "duckdb" else _from_sqlite
    try:
        data, note = reader(path, sql, name)
    except (duckdb.Error, sqlite3.Error) as error:
        raise DataError(f"{name}: {_first_line(error)}") from None
    return table_of(name, data, notes=(note,) if note else (), like=like)


def _choose(sql: str | None, tables: list[str], name: str) -> tuple[str, str]:
    """Return the query to run and a note when the table was our choice."""
    if sql and is_query(sql):
        return sql, ""
    if sql is None and len(tables) == 1:
        return f"SELECT * FROM {identifier(tables[0])}", f"{name}: read its only table, {tables[0]!r}."
    shown = ", ".join(map(repr, tables)) or "no tables"
    if sql is None:
        raise DataError(f"{name} holds {shown}: say which with --sql (in Python sql=), a table's name or a query.")
    if sql not in tables:
        near = difflib.get_close_matches(sql, tables, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it holds {shown}."
        raise DataError(f"{name} has no table {sql!r}: {hint}")
    return f"SELECT * FROM {identifier(sql)}", ""


def _from_duckdb(path: Path, sql: str | None, name: str) -> tuple[pa.Table, str]:
    with connect(path) as connection:
        listed = "SELECT table_name FROM information_schema.tables ORDER BY table_name"
        query, note = _choose(sql, [row[0] for row in connection.execute(listed).fetchall()], name)
        return _select(connection, query, f"The query on {name}"), note


def _from_sqlite(path: Path, sql: str | None, name: str) -> tuple[pa.Table, str]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        listed = (
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        query, note = _choose(sql, [row[0] for row in connection.execute(listed)], name)
        cursor = connection.execute(query)
        names = [entry[0] for entry in cursor.description]
        rows = cursor.fetchall()
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.Table.from_arrays([mixed_array(list(cells)) for cells in columns], names=names), note


def mixed_array(cells: list[object]) -> pa.Array:
    """Make an Arrow array of Python values; a mixture of types becomes text, so that one set of rules reads it."""
    try:
        return pa.array(cells)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.array([None if cell is None else cell_text(cell) for cell in cells], pa.string())


def cell_text(cell: object) -> str:
    """Write a Python value as the text a CSV file would hold."""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    return str(cell)
