"""The column of times: rows are put in its order, so text counts only where its order as text is its order in time."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from ridgeline.errors import DataError
from ridgeline.tables.table import Table, role_cells

__all__ = ["role_times"]

# The year first, then ever smaller parts of fixed width. All cells of a column must be written alike.
_SORTED = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"[12]\d{3}([-/. ]\d{2}){0,2}",
        r"[12]\d{3}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?Z?",
        r"[12]\d{3}[-/ ]?[QqHhSsTt]\d",
        r"[12]\d{3}[-/ ]?[Mm]\d{2}",
        r"[12]\d{3}[-/ ]?[Ww]\d{2}(-?[1-7])?",
        r"[12]\d{3}-\d{3}",
        r"[12]\d{3}[-/]\d{4}",
    )
)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def role_times(table: Table, name: str, rows: np.ndarray) -> np.ndarray:
    """Return the times of some rows: numbers, points in time, or text that sorts in time; None where there is none.

    Parameters
    ----------
    table : Table
        All rows.
    name : str
        The column of times.
    rows : ndarray of int
        The rows that are used.

    Raises
    ------
    DataError
        The order in time of a text is not known; the message names its row.
    """
    values = role_cells(table, name, "time")[rows]
    if not pa.types.is_string(table.column(name).type):
        return values
    cells = {str(cell).strip() for cell in values if cell is not None}
    if all(map(_WHOLE.fullmatch, cells)):
        return _each(values, int)
    if all(map(_DECIMAL.fullmatch, cells)):
        return _each(values, float)
    shapes = {re.sub(r"\d", "0", cell) for cell in cells}
    sure = len(shapes) == 1 and any(all(map(known.fullmatch, cells)) for known in _SORTED)
    return _each(values, str) if sure else _refuse(table, name, values, rows)


def _each(values: np.ndarray, kind: type) -> np.ndarray:
    return np.array([None if cell is None else kind(str(cell).strip()) for cell in values], dtype=object)


def _refuse(table: Table, name: str, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Show a cell that is no form we know, or else the first one."""
    known = [cell is None or any(form.fullmatch(str(cell).strip()) for form in (*_SORTED, _DECIMAL)) for cell in values]
    first = int(np.argmin(known)) if not all(known) else next(k for k, cell in enumerate(values) if cell is not None)
    raise DataError(
        f"{table.name}: column {name!r} (asked for by --time) is text, and the order in time of {str(values[first])!r}"
        f" in row {rows[first] + 1} is not known: write every time in one of the forms 2000-01-31, 2000-01, 2000-Q1 and"
        " 2000-W05, or as a number."
    )
