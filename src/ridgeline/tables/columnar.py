"""Parquet, Arrow and JSON files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from ridgeline.errors import DataError
from ridgeline.tables.arrow import table_of
from ridgeline.tables.files import first_bytes, plain_text
from ridgeline.tables.frames import records_table
from ridgeline.tables.table import Table

__all__ = ["read_columnar"]


def read_columnar(path: Path, kind: str, *, name: str, like: Mapping[str, str] | None = None) -> Table:
    """Read a file that carries its own types.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : {"parquet", "arrow", "json"}
        Its format; JSON may be lines of objects, a list of objects, or an object of columns.
    name : str
        What to call it.
    like : mapping of str to str, optional
        Readings of an earlier table.
    """
    reader = {"parquet": _parquet, "arrow": _arrow, "json": _json}[kind]
    try:
        data = reader(path)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0].rstrip(".")
        raise DataError(f"{name} is a damaged {kind.capitalize()} file: {first}.") from None
    return table_of(name, data, like=like)


def _parquet(path: Path) -> pa.Table:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read()


def _arrow(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as stream:
        return pa.ipc.open_file(stream).read_all()


def _json(path: Path) -> pa.Table:
    import pyarrow.json as pj

    with plain_text(path, "json") as (plain, _):
        if first_bytes(plain, 256).lstrip().startswith(b"{"):
            try:
                data = pj.read_json(plain, read_options=pj.ReadOptions(block_size=1 << 26))
            except pa.ArrowInvalid:
                pass  # mixed types, or one object over several lines: read value by value below
            else:
                if data.num_rows > 1 or not all(map(pa.types.is_list, data.schema.types)):
                    return data  # else it is one object of columns
        return _records(plain, path.name)


def _records(path: Path, name: str) -> pa.Table:
    text = path.read_text("utf-8")
    try:
        values = _values(text, name)
    except DataError:  # which is a ValueError
        raise
    except RecursionError:
        raise DataError(f"{name}: nested too deeply to be a table.") from None
    except ValueError:  # Python turns no more than some thousand digits into a number
        raise DataError(f"{name}: a number has too many digits to be read; shorten it, or quote it.") from None
    try:
        return records_table(values)
    except DataError as error:
        raise DataError(f"{name}: {error}") from None


def _values(text: str, name: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as whole:
        values = []
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                values += [json.loads(line)] if line.strip() else []
            except json.JSONDecodeError as error:
                where = number if values else whole.lineno
                raise DataError(
                    f"{name}, line {where}: not valid JSON ({error.msg if values else whole.msg})."
                ) from None
        return values
