"""A column of whatever type a new table has, brought to the type a fitted encoder expects."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables import dates, numbers
from ridgeline.tables.labels import label_text
from ridgeline.tables.missing import ALWAYS, SOMETIMES, nullify
from ridgeline.tables.survey import Cells

__all__ = ["as_moments", "as_numbers", "factorise"]


def as_numbers(column: pa.ChunkedArray) -> tuple[np.ndarray, int]:
    """Return the cells as doubles (missing: NaN) and how many were there but are not numbers.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Numbers or booleans; text is read cell by cell.
    """
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return pc.fill_null(pc.cast(column, pa.float64()), np.nan).to_numpy(), 0
    values = np.full(len(column), np.nan)
    if pa.types.is_string(kind):
        cells = Cells.of(nullify(column, ALWAYS + SOMETIMES))
        if len(cells.distinct):
            values = cells.spread(_read_numbers(cells.distinct), np.nan)
    return values, int(len(column) - column.null_count - (~np.isnan(values)).sum())


def _read_numbers(cells: pa.Array) -> np.ndarray:
    bare, _ = numbers.strip_units(numbers.plain(cells))
    found = numbers.parse(bare, ".").to_numpy(zero_copy_only=False).copy()
    lowered = pc.utf8_lower(cells)
    for words, value in ((["true", "yes"], 1.0), (["false", "no"], 0.0)):
        found[np.asarray(pc.is_in(lowered, value_set=pa.array(words)), dtype=bool)] = value
    found[np.isinf(found)] = np.nan
    return found


def as_moments(column: pa.ChunkedArray) -> tuple[np.ndarray, int]:
    """Return the cells as ``datetime64[us]`` (missing: NaT) and how many were there but are not dates."""
    if pa.types.is_timestamp(column.type):
        return column.to_numpy().astype("datetime64[us]"), 0
    when = np.full(len(column), np.datetime64("NaT"), dtype="datetime64[us]")
    if pa.types.is_string(column.type):
        cells = Cells.of(nullify(column, ALWAYS + SOMETIMES))
        if len(cells.distinct):
            when = cells.spread(dates.parse(cells.distinct, "ymd"), np.datetime64("NaT"))
    return when, int(len(column) - column.null_count - (~np.isnat(when)).sum())


def factorise(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """Return the distinct values as text and, per row, the index of its value (-1: missing)."""
    if pa.types.is_nested(column.type):
        return [], np.full(len(column), -1, dtype=np.int64)
    encoded = column.dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    index = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return label_text(encoded.dictionary), index
