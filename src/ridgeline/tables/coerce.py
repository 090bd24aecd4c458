"""A column of whatever type a new table has, brought to the type a fitted encoder expects."""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables import dates, numbers
from ridgeline.tables.arrays import flags, floats, from_numpy, places, to_numpy
from ridgeline.tables.distinct import Cells, dictionary
from ridgeline.tables.labels import label_text
from ridgeline.tables.missing import ALWAYS, SOMETIMES, nullify

__all__ = ["as_moments", "as_numbers", "factorise"]


def as_numbers(column: pa.ChunkedArray, reading: str = "number:.") -> tuple[np.ndarray, int]:
    """Return the cells as doubles (missing: NaN) and how many were there but are not numbers.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Numbers or booleans; text is read cell by cell.
    reading : str
        How such text was read in training.
    """
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return floats(column), 0
    values = np.full(len(column), np.nan)
    if pa.types.is_string(kind):
        cells = Cells.of(nullify(column, ALWAYS + SOMETIMES))
        if len(cells.distinct):
            values = cells.spread(_read_numbers(cells.distinct, reading), np.nan)
    return values, int(len(column) - column.null_count - (~np.isnan(values)).sum())


def _read_numbers(cells: pa.Array, reading: str) -> np.ndarray:
    bare = numbers.without_units(numbers.plain(cells))
    found = floats(numbers.parse(bare, ".")).copy()
    if reading.startswith("number:"):
        own = floats(numbers.parse(bare, reading[7:]))
        found = np.where(np.isnan(own), found, own)
    if reading == "clock":
        fits = flags(pc.match_substring_regex(cells, dates.CLOCK))
        found[fits] = dates.clock_hours(cells.filter(from_numpy(fits)))
    lowered = pc.utf8_lower(cells)
    words = numbers.WORDS | (numbers.ABBREVIATED if reading == "truth" else {})
    for word, value in words.items():
        found[flags(pc.equal(lowered, word))] = value
    found[np.isinf(found)] = np.nan
    return found


def as_moments(column: pa.ChunkedArray, reading: str = "date:ymd") -> tuple[np.ndarray, np.ndarray, int]:
    """Return points in time by their distinct values, since cycles are dear to compute.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Points in time; text is read cell by cell.
    reading : str
        How such text was read in training; ISO dates are read in any case.

    Returns
    -------
    distinct : ndarray of datetime64[us]
        Without NaT.
    index : ndarray of int
        Per row the place in `distinct`, -1 where missing.
    unread : int
        Cells that were there but are not dates.
    """
    if pa.types.is_string(column.type):
        cells = Cells.of(nullify(column, ALWAYS + SOMETIMES))
        when = _read_dates(cells.distinct, reading)
        cells = cells.without(np.isnat(when))
        when = when[~np.isnat(when)]
        index = cells.index
    elif pa.types.is_timestamp(column.type):
        encoded = dictionary(column)
        when = to_numpy(encoded.dictionary)
        index = places(encoded)
    else:
        when, index = np.empty(0, dtype="datetime64[us]"), np.full(len(column), -1)
    return when, index, int(len(column) - column.null_count - (index >= 0).sum())


def _read_dates(cells: pa.Array, reading: str) -> np.ndarray:
    found, shape = dates.parse(cells, "ymd"), reading.removeprefix("date:")
    own = dates.parse(cells, shape) if shape in dates.SHAPES else found
    return np.where(np.isnat(own), found, own)


def factorise(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """Return the distinct values as text and, per row, the index of its value (-1: missing)."""
    if pa.types.is_nested(column.type):
        return [], np.full(len(column), -1, dtype=np.int64)
    encoded = dictionary(column)
    index = places(encoded)
    return label_text(encoded.dictionary), index
