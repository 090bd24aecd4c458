"""Columns of text to typed columns, by one set of rules for every source.

Each column is surveyed on its own (`ridgeline.tables.survey`); where its text admits two readings the rest of the table
decides, then a stated default, and a note says what was assumed.
"""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables import dates, numbers
from ridgeline.tables.arrays import flags, floats, from_numpy, texts
from ridgeline.tables.distinct import Cells
from ridgeline.tables.survey import Survey, survey

__all__ = ["Typed", "infer", "numbers_array"]


@dataclass
class Typed:
    """Typed columns and what was assumed on the way."""

    columns: dict[str, pa.Array | pa.ChunkedArray] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)
    infinite: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Evidence:
    """What the unambiguous columns say about the ambiguous ones."""

    comma: bool
    point: bool
    order: str | None
    semicolons: bool


def infer(
    columns: Mapping[str, pa.ChunkedArray], *, like: Mapping[str, str] | None = None, semicolons: bool = False
) -> Typed:
    """Type columns of text.

    Parameters
    ----------
    columns : mapping of str to pyarrow.ChunkedArray of string
        The cells as read.
    like : mapping of str to str, optional
        Readings of an earlier table; used for a column when all its cells fit.
    semicolons : bool, default False
        Whether semicolons separate the columns, which people do where the comma is the decimal sign.
    """
    wanted = {name: dates.plain_reading(reading) for name, reading in (like or {}).items()}
    surveys = {name: _narrow(survey(name, column), column, wanted.get(name)) for name, column in columns.items()}
    evidence = _gather(surveys, columns, semicolons)
    out = Typed()
    for name, found in surveys.items():
        reading, note = _decide(found, evidence, wanted.get(name))
        if note:
            out.notes.append(note)
        _apply(found, reading, columns[name], out)
    return out


def _narrow(found: Survey, column: pa.ChunkedArray, wanted: str | None) -> Survey:
    """Hold a column to an earlier reading that its own text does not suggest but admits."""
    if wanted == "text" and (found.readings != ("text",) or found.why):  # with all its cells, as they are written
        return Survey(found.name, ("text",), cells=Cells.of(column))
    if wanted and wanted.startswith("number:") and found.why and found.cells is not None:  # digits taken for labels
        bare, _ = numbers.strip_units(numbers.plain(found.cells.distinct))
        if wanted[7:] in numbers.styles_of(bare):
            return replace(found, readings=(wanted,), cells=Cells(bare, found.cells.index), why="")
    return found


def _gather(surveys: Mapping[str, Survey], columns: Mapping[str, pa.ChunkedArray], semicolons: bool) -> _Evidence:
    numeric = [s for s in surveys.values() if s.readings[0].startswith("number:")]
    comma = any({reading[7] for reading in s.readings} == {","} for s in numeric)
    orders = {s.readings[0][5:] for s in surveys.values() if len(s.readings) == 1} & set(dates.ORDERS)
    return _Evidence(
        comma=comma,
        point=any(_has_point(s, columns) for s in numeric),
        order=next(iter(orders)) if len(orders) == 1 else None,
        semicolons=semicolons,
    )


def _has_point(found: Survey, columns: Mapping[str, pa.ChunkedArray]) -> bool:
    """Whether a column shows a decimal point that cannot be a thousands separator."""
    if found.cells is not None:
        if {r[7] for r in found.readings} != {"."}:
            return False
        cells = found.cells.distinct
    else:
        cells = columns[found.name].slice(0, 100_000)
    dotted = cells.filter(pc.match_substring(cells, "."))
    return len(dotted) > 0 and not pc.all(numbers.matches(dotted, ",.")).as_py()


def _decide(found: Survey, evidence: _Evidence, wanted: str | None) -> tuple[str, str]:
    """Choose one reading and say so when the column alone does not decide.

    The rest of the table decides first, then an earlier reading, then the defaults.
    """
    readings = found.readings
    if found.values is not None:
        commas = evidence.comma if evidence.comma != evidence.point else wanted == "number:,."
        return "number:?" if commas else "number:.", ""  # a dot may separate thousands here: `_apply` looks
    if len(readings) == 1:
        return readings[0], ""
    if readings[0].startswith("date:"):
        return _date_order(found, evidence, wanted)
    decimal, why = _decimal_sign(found, evidence, wanted)
    reading = next(reading for reading in readings if reading[7] == decimal)
    sign = "commas" if "number:," in readings else "dots"
    role = "thousands separators" if reading[8:] else "decimal signs"
    return reading, f"Column {found.name!r}: {sign} read as {role}, {why}."


def _decimal_sign(found: Survey, evidence: _Evidence, wanted: str | None) -> tuple[str, str]:
    """Decide a column in which one sign may be decimal or separate thousands (``1,234``)."""
    assert found.cells is not None
    if evidence.comma != evidence.point:
        return "," if evidence.comma else ".", "as elsewhere in this table"
    if wanted in found.readings:
        return wanted[7], "as in the earlier table"
    if "number:." in found.readings:
        return ".", "which is what they usually are"
    if not pc.all(pc.match_substring(found.cells.distinct, ",")).as_py():
        return ".", "because every group after one has three digits and some cells have none"
    if evidence.semicolons:
        return ",", "because semicolons separate the columns"
    return ".", "because every group after one has three digits"


def _date_order(found: Survey, evidence: _Evidence, wanted: str | None) -> tuple[str, str]:
    assert found.cells is not None
    if evidence.order:
        order, why = evidence.order, "as in the other dates of this table"
    elif wanted in found.readings:
        order, why = wanted[5:], "as in the earlier table"
    else:
        order, why = _sorted_order(found.cells)
    said = "day/month/year" if order == "dmy" else "month/day/year"
    return f"date:{order}", f"Column {found.name!r}: dates read as {said}, {why}."


def _sorted_order(cells: Cells) -> tuple[str, str]:
    rising = []
    for order in dates.ORDERS:
        when = cells.spread(dates.parse(cells.distinct, order), np.datetime64("NaT"))
        steps = np.diff(when[~np.isnat(when)].astype(np.int64))
        if len(steps) > 1 and ((steps >= 0).all() or (steps <= 0).all()):
            rising.append(order)
    if len(rising) == 1:
        return rising[0], "because the rows are then in order of time"
    slashes = pc.any(pc.match_substring(cells.distinct, "/")).as_py()
    return ("mdy" if slashes else "dmy"), "which the cells alone do not decide; write YYYY-MM-DD to be sure"


def _apply(found: Survey, reading: str, column: pa.ChunkedArray, out: Typed) -> None:
    name = found.name
    if reading == "number:?":
        reading, found = _dotted_thousands(found, column, out)
    out.readings[name] = reading
    if reading == "text":
        out.columns[name] = _text(found.cells or Cells.of(column), column)
        if found.why:
            out.notes.append(f"Column {name!r} is kept as text: {found.why}.")
    elif reading == "truth":
        assert found.cells is not None
        out.columns[name] = _truth(found.cells)
    elif reading.startswith("date:"):
        assert found.cells is not None
        when = dates.parse(found.cells.distinct, reading[5:])
        _note_zones(found.cells, reading, name, out)
        out.columns[name] = from_numpy(found.cells.spread(when, np.datetime64("NaT")), found.cells.index < 0)
    else:
        out.columns[name] = _number_column(found, reading, out)


def _note_zones(cells: Cells, reading: str, name: str, out: Typed) -> None:
    zoned = dates.zoned(cells.distinct, reading[5:])
    if not zoned.any():
        return
    out.readings[name] = reading + dates.ZONED
    bare = int(cells.counts[~zoned].sum())
    rest = f"; {bare:,} without one {'is' if bare == 1 else 'are'} taken for UTC too" if bare else ""
    out.notes.append(f"Column {name!r}: times with a time zone are read as UTC{rest}.")


def _dotted_thousands(found: Survey, column: pa.ChunkedArray, out: Typed) -> tuple[str, Survey]:
    dotted = column.filter(pc.match_substring(column, "."))
    if not len(dotted) or not pc.all(numbers.matches(dotted, ",.")).as_py():
        return "number:.", found
    out.notes.append(f"Column {found.name!r}: dots read as thousands separators, as elsewhere in this table.")
    return "number:,.", replace(found, values=None, cells=Cells.of(column))


def _text(cells: Cells, column: pa.ChunkedArray) -> pa.Array:
    index = from_numpy(cells.index, cells.index < 0)
    return cells.distinct.take(index) if len(cells.distinct) else pa.nulls(len(column), pa.string())


def _truth(cells: Cells) -> pa.Array:
    yes = flags(pc.is_in(pc.utf8_lower(cells.distinct), value_set=texts(["true"])))
    return from_numpy(cells.spread(yes, False), cells.index < 0)


def _number_column(found: Survey, reading: str, out: Typed) -> pa.Array:
    if found.values is not None:
        return numbers_array(found.name, found.values, out)
    cells = found.cells
    assert cells is not None
    if reading == "clock":
        hours = dates.clock_hours(cells.distinct)
        assert hours is not None
        out.notes.append(f"Column {found.name!r}: times of day read as hours.")
        return numbers_array(found.name, cells.spread(hours, np.nan), out)
    values = floats(numbers.parse(cells.distinct, reading[7:]))
    _explain_numbers(found, out)
    return numbers_array(found.name, cells.spread(values, np.nan), out)


def _explain_numbers(found: Survey, out: Typed) -> None:
    if found.unit == "percent":
        out.notes.append(f"Column {found.name!r}: percent signs taken off; the numbers are in percent, as written.")
    elif found.unit:
        out.notes.append(f"Column {found.name!r}: currency signs taken off.")
    if found.stray:
        shown = ", ".join(repr(text) for text in found.stray)
        out.notes.append(f"Column {found.name!r}: a few cells are not numbers and count as missing: {shown}.")


def numbers_array(name: str, values: np.ndarray, out: Typed) -> pa.Array:
    """Make a number column: NaN and infinite values become missing (the latter noted), whole numbers int64."""
    missing = np.isnan(values)
    infinite = np.isinf(values)
    if infinite.any():
        row = int(np.argmax(infinite)) + 1
        out.infinite[name] = row
        many = "1 infinite cell counts" if infinite.sum() == 1 else f"{int(infinite.sum())} infinite cells count"
        out.notes.append(f"Column {name!r}: {many} as missing (the first in row {row}).")
        missing |= infinite
    safe = np.where(missing, 0.0, values)
    if (np.floor(safe) == safe).all() and np.abs(safe).max(initial=0.0) <= 2**53:
        return from_numpy(safe.astype(np.int64), missing)
    return from_numpy(values, missing)
