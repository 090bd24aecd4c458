"""Arrow tables from anywhere (Parquet, frames, databases) to typed columns by our rules."""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables.arrays import floats
from ridgeline.tables.dates import ZONED
from ridgeline.tables.infer import Typed, infer, numbers_array
from ridgeline.tables.names import clean_name, unique_names
from ridgeline.tables.table import Table

__all__ = ["table_of"]


def table_of(
    name: str,
    data: pa.Table,
    *,
    notes: tuple[str, ...] = (),
    like: Mapping[str, str] | None = None,
    semicolons: bool = False,
) -> Table:
    """Type every column of an Arrow table.

    Parameters
    ----------
    name : str
        The source's name.
    data : pyarrow.Table
        Columns as read; text columns go through `ridgeline.tables.infer`, declared categories stay text.
    notes : tuple of str
        What was assumed so far.
    like, semicolons
        See `ridgeline.tables.infer.infer`.
    """
    names, renamed = unique_names(data.column_names)
    repeats = {name: first for raw, name in zip(data.column_names, names, strict=True)
               if (first := clean_name(raw)) and first != name}  # fmt: skip
    data = data.rename_columns(names)
    typed = Typed()
    text: dict[str, pa.ChunkedArray] = {}
    for column in names:
        _sort_out(column, data.column(column), text, typed)
    inferred = infer(text, like=like, semicolons=semicolons)
    columns = {column: inferred.columns.get(column, typed.columns.get(column)) for column in names}
    return Table(
        name=name,
        data=pa.table(columns),
        notes=(*notes, *renamed, *typed.notes, *inferred.notes),
        readings=inferred.readings | typed.readings,
        infinite=inferred.infinite | typed.infinite,
        repeats=repeats,
    )


def _sort_out(name: str, column: pa.ChunkedArray, text: dict[str, pa.ChunkedArray], typed: Typed) -> None:
    kind = column.type
    if pa.types.is_dictionary(kind):
        _declared(name, column, typed)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        text[name] = column if pa.types.is_string(kind) else pc.cast(column, pa.string())
    elif pa.types.is_null(kind):
        text[name] = pc.cast(column, pa.string())
    else:
        typed.columns[name] = _typed(name, column, typed)


def _declared(name: str, column: pa.ChunkedArray, typed: Typed) -> None:
    """Keep what the source declares to be categories as text, whatever it looks like; booleans stay what they are."""
    values = column.cast(column.type.value_type)
    if pa.types.is_boolean(values.type):
        typed.columns[name] = values
        return
    typed.readings[name] = "text"
    typed.columns[name] = infer({name: pc.cast(values, pa.string())}, like={name: "text"}).columns[name]


def _typed(name: str, column: pa.ChunkedArray, typed: Typed) -> pa.ChunkedArray | pa.Array:
    kind = column.type
    if pa.types.is_boolean(kind):
        return column
    if pa.types.is_integer(kind):
        return _integers(name, column, typed)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values = floats(column)
        return numbers_array(name, values, typed)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _moments(name, column, typed)
    if pa.types.is_time(kind):
        typed.notes.append(f"Column {name!r}: times of day read as hours.")
        typed.readings[name] = "clock"
        unit = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit] * 3600
        return pc.divide(
            pc.cast(pc.cast(column, pa.int32() if kind.bit_width == 32 else pa.int64()), pa.float64()), unit
        )
    if pa.types.is_duration(kind):
        typed.notes.append(f"Column {name!r}: durations read as days.")
        typed.readings[name] = "duration"
        unit = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit] * 86400
        return pc.divide(pc.cast(pc.cast(column, pa.int64()), pa.float64()), unit)
    return column  # nested: the profile leaves it out and says why


def _integers(name: str, column: pa.ChunkedArray, typed: Typed) -> pa.ChunkedArray | pa.Array:
    try:
        return pc.cast(column, pa.int64())
    except pa.ArrowInvalid:  # unsigned beyond int64
        typed.notes.append(f"Column {name!r} is kept as text: whole numbers of more than 15 digits are labels.")
        typed.readings[name] = "text"
        return pc.cast(column, pa.string())


def _moments(name: str, column: pa.ChunkedArray, typed: Typed) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type) and column.type.tz:
        typed.notes.append(f"Column {name!r}: times with a time zone are read as UTC.")
        typed.readings[name] = "date:ymd" + ZONED
        column = pc.cast(column, pa.timestamp(column.type.unit, "UTC"))
        column = pc.cast(column, pa.timestamp("us", "UTC"), safe=False)
    return pc.cast(column, pa.timestamp("us"), safe=False)
