"""Look at one column of text and list the ways in which all its cells can be understood.

A *reading* is a short text that says how: ``"number:<style>"`` (see `ridgeline.tables.numbers`), ``"date:<shape>"``
(see `ridgeline.tables.dates`), ``"clock"``, ``"truth"`` (true/false) or ``"text"``.
"""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables import dates, numbers
from ridgeline.tables.arrays import flags, floats, from_numpy, texts
from ridgeline.tables.distinct import Cells
from ridgeline.tables.missing import SOMETIMES, nullify
from ridgeline.tables.names import words

__all__ = ["Survey", "survey"]

_LARGEST_WHOLE = 2**53  # above it doubles skip whole numbers: such digits are labels, not quantities
_STRAY_SHARE, _STRAY_ROWS, _STRAY_DISTINCT = 0.02, 100, 20


@dataclass(frozen=True, eq=False)
class Survey:
    """What one column of text can be.

    Attributes
    ----------
    name : str
        The column.
    readings : tuple of str
        Every reading that fits all cells; more than one when the text alone cannot decide.
    values : ndarray or None
        The numbers, when the column was plain numbers (no second pass is needed then).
    cells : Cells or None
        The cells that count, otherwise.
    unit : str or None
        ``"currency"`` or ``"percent"`` signs were taken off.
    stray : tuple of str
        A few texts among numbers, read as missing.
    why : str
        Why digits stay text, when they do.
    """

    name: str
    readings: tuple[str, ...]
    values: np.ndarray | None = None
    cells: Cells | None = None
    unit: str | None = None
    stray: tuple[str, ...] = field(default=())
    why: str = ""


def survey(name: str, column: pa.ChunkedArray) -> Survey:
    """List the readings of one column of text.

    Parameters
    ----------
    name : str
        Its name; only used to recognise dates written as eight digits.
    column : pyarrow.ChunkedArray of string
        Its cells as read.
    """
    filled = nullify(column)
    if filled.null_count == len(filled):
        return Survey(name, ("text",), cells=Cells.of(filled))
    values = _plain_numbers(filled)
    return _survey_cells(name, Cells.of(filled)) if values is None else _survey_plain(name, filled, values)


def _plain_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return the cells as doubles when all are plain numbers; columns of words fail cheaply, on the first cells."""
    try:
        pc.cast(column.slice(0, 100), pa.float64())
        return pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        return None


def _survey_plain(name: str, column: pa.ChunkedArray, values: pa.ChunkedArray) -> Survey:
    why = _digits_as_labels(column, values)
    if why:
        return Survey(name, ("text",), cells=Cells.of(column), why=why)
    if {"date", "day", "dob"} & set(words(name)):
        cells = Cells.of(column)
        if dates.shapes_of(cells.distinct, compact=True):
            return Survey(name, ("date:compact",), cells=cells)
    found = floats(values)
    return Survey(name, ("number:.",), values=found)


def _digits_as_labels(column: pa.ChunkedArray | pa.Array, values: pa.ChunkedArray | pa.Array) -> str:
    """Say why plain digits are labels, or return an empty text."""
    suspects = column.filter(pc.starts_with(column, "0"))
    if len(suspects) and pc.any(pc.match_substring_regex(suspects, r"^0\d+$")).as_py():
        return "whole numbers with leading zeros are labels"
    largest = pc.max(pc.abs(values)).as_py()
    if largest is not None and np.isfinite(largest) and largest > _LARGEST_WHOLE:
        digits = column.filter(from_numpy(np.abs(floats(values)) > _LARGEST_WHOLE))
        if pc.all(pc.match_substring_regex(digits, r"^\d+$")).as_py():
            return "whole numbers of more than 15 digits are labels"
    return ""


def _survey_cells(name: str, cells: Cells) -> Survey:
    if not len(cells.distinct):
        return Survey(name, ("text",), cells=cells)
    firm = cells.without(pc.is_in(cells.distinct, value_set=texts(SOMETIMES)))
    if len(firm.distinct):
        for attempt in (_truth, _numbers, _dates):
            if found := attempt(name, firm):
                return found
    return Survey(name, ("text",), cells=cells)


def _truth(name: str, cells: Cells) -> Survey | None:
    lowered = set(pc.utf8_lower(cells.distinct.slice(0, 7)).to_pylist())
    if len(cells.distinct) <= 6 and lowered <= {"true", "false"}:
        return Survey(name, ("truth",), cells=cells)
    return None


def _numbers(name: str, cells: Cells) -> Survey | None:
    if not _mostly_digits(cells.distinct):
        return None
    bare, unit = numbers.strip_units(numbers.plain(cells.distinct))
    plain = Cells(bare, cells.index)
    styles = numbers.styles_of(bare)
    stray: tuple[str, ...] = ()
    if not styles:
        plain, styles, stray = _without_stray(plain)
    if not styles:
        return None
    if "." in styles and (why := _digits_as_labels(plain.distinct, numbers.parse(plain.distinct, "."))):
        return Survey(name, ("text",), cells=cells, why=why) if not stray else None
    readings = tuple(f"number:{style}" for style in _separate(styles, plain.distinct))
    return Survey(name, readings, cells=plain, unit=unit, stray=stray)


def _mostly_digits(cells: pa.Array) -> bool:
    probe = pc.match_substring_regex(cells.slice(0, 50), r"\d")
    return 2 * (pc.sum(probe).as_py() or 0) >= len(probe)


def _separate(styles: list[str], cells: pa.Array) -> list[str]:
    """Keep the styles that differ on these cells: a style whose signs do not occur means the same as a plainer one."""
    found = {sign for sign in ".," if pc.any(pc.match_substring(cells, sign)).as_py()}
    differ = [style for style in styles if style in (".", ",", ".,", ",.") and set(style) <= found]
    if found == {"."} or found == {","}:
        sign = found.pop()
        other = ",." if sign == "." else ".,"  # the same sign as decimal sign or as thousands separator
        differ = [style for style in styles if style in (sign, other)]
    return differ or styles[:1]


def _without_stray(cells: Cells) -> tuple[Cells, list[str], tuple[str, ...]]:
    """Find the style of a column of numbers in which a few cells are something else."""
    for style in numbers.STYLES:
        good = flags(numbers.matches(cells.distinct, style))
        total, strays = cells.counts.sum(), cells.counts[~good].sum()
        if total >= _STRAY_ROWS and good.sum() >= _STRAY_DISTINCT and strays <= _STRAY_SHARE * total:
            stray = tuple(cells.distinct.filter(from_numpy(~good)).slice(0, 5).to_pylist())
            return cells.without(~good), [style], stray
    return cells, [], ()


def _dates(name: str, cells: Cells) -> Survey | None:
    if not _mostly_digits(cells.distinct):
        return None
    if shapes := dates.shapes_of(cells.distinct):
        order = [shape for shape in shapes if shape in dates.ORDERS]
        return Survey(name, tuple(f"date:{shape}" for shape in order or shapes[:1]), cells=cells)
    if dates.clock_hours(cells.distinct) is not None:
        return Survey(name, ("clock",), cells=cells)
    return None
