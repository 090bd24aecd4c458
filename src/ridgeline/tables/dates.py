"""Text to points in time: ISO dates, day/month/year against month/day/year, month names, clocks.

The shape is decided over the whole column.  ``03/04/2015`` is read as day/month when some cell has a first number
above 12, as month/day when some cell has a second number above 12, and as text when both happen.  When neither does,
the other date columns of the table decide, then the reading in which the column is sorted, then a default: day first
with dots and hyphens, month first with slashes; a note says so.
"""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables.arrays import flags, floats, gaps, null_like, texts
from ridgeline.tables.missing import nullify

__all__ = [
    "CLOCK",
    "ORDERS",
    "SHAPES",
    "ZONED",
    "clock_hours",
    "fits",
    "parse",
    "pattern",
    "plain_reading",
    "shapes_of",
    "zoned",
]

_MON = r"(?P<mon>[A-Za-z]{3,9})"
SHAPES = {
    "ymd": r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
    "ym": r"(?P<y>\d{4})[-/](?P<m>\d{2})",
    "dmy": r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4}|\d{2})",
    "mdy": r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4}|\d{2})",
    "d mon y": rf"(?P<d>\d{{1,2}})[- /.]*{_MON}[- /.,]*(?P<y>\d{{4}}|\d{{2}})",
    "mon d y": rf"{_MON}[- /.]*(?P<d>\d{{1,2}}),?[- /]+(?P<y>\d{{4}})",
    "mon y": rf"{_MON}[- /.,]*(?P<y>\d{{4}})",
    "compact": r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})",
}
_CLOCK = (
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<p>[AaPp])?\.?[Mm]?\.?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_MONTHS = {
    name: k
    for k, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}

CLOCK = r"^(?P<H>[01]?\d|2[0-4]):(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d(?:\.\d+)?))?$"
"""A time of day."""

ORDERS = ("dmy", "mdy")
"""The two shapes that the same text can have."""

ZONED = " utc"
"""Ends the reading of a column of dates in which some times had a time zone."""


def pattern(shape: str) -> str:
    """Return the regular expression of one shape, with an optional time of day."""
    return f"^{SHAPES[shape]}{_CLOCK}$"


def fits(cells: pa.Array, shape: str) -> np.ndarray:
    """Which cells are dates of this shape, judged by their text alone."""
    return flags(pc.match_substring_regex(cells, pattern(shape)))


def parse(cells: pa.Array, shape: str) -> np.ndarray:
    """Turn cells into ``datetime64[us]``; what is not a date of this shape, or not in the calendar, becomes NaT.

    Times with an offset are turned into UTC.  Two-digit years 00–68 are 2000–2068, 69–99 are 1969–1999.
    """
    parts = pc.extract_regex(cells, pattern(shape))
    got = {field.name: pc.struct_field(parts, field.name) for field in parts.type}
    year = _whole(got["y"])
    if got["y"].null_count < len(cells):
        year = np.where(_length(got["y"]) == 2, year + np.where(year < 69, 2000, 1900), year)
    month = _months(got["mon"]) if "mon" in got else _whole(got["m"])
    day = _whole(got["d"]) if "d" in got else np.ones(len(cells), dtype=np.int64)
    out = _calendar(year, month, day) + _time_of_day(got)
    out[gaps(parts)] = np.datetime64("NaT")
    return out


def plain_reading(reading: str) -> str:
    """Return a reading without what it says of time zones.

    Examples
    --------
    >>> plain_reading("date:dmy utc"), plain_reading("number:,.")
    ('date:dmy', 'number:,.')
    """
    return reading.removesuffix(ZONED)


def zoned(cells: pa.Array, shape: str) -> np.ndarray:
    """Which dates of a shape are written with a time zone or an offset."""
    return _length(pc.struct_field(pc.extract_regex(cells, pattern(shape)), "z")) > 0


def _length(cells: pa.Array) -> np.ndarray:
    return np.nan_to_num(floats(pc.utf8_length(cells))).astype(np.int64)


def _whole(cells: pa.Array, absent: int = -1) -> np.ndarray:
    values = floats(pc.cast(nullify(cells, ("",)), pa.int64()))
    return np.where(np.isnan(values), absent, values).astype(np.int64)


def _months(cells: pa.Array) -> np.ndarray:
    short = pc.utf8_slice_codeunits(pc.utf8_lower(cells), 0, 3).to_pylist()
    return np.array([_MONTHS.get(name, -1) for name in short], dtype=np.int64)


def _calendar(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    good = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1)
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    start = months.astype("datetime64[M]")
    date = start.astype("datetime64[D]") + (np.where(good, day, 1) - 1)
    good &= date.astype("datetime64[M]") == start  # 31 April runs over into May
    out = date.astype("datetime64[us]")
    out[~good] = np.datetime64("NaT")
    return out


def _time_of_day(got: dict[str, pa.Array]) -> np.ndarray:
    hour, minute, second = (_whole(got[part], 0) for part in "HMS")
    late, early = (flags(pc.is_in(pc.utf8_lower(got["p"]), value_set=texts([half]))) for half in "pa")
    hour = np.where(late, hour % 12 + 12, np.where(early, hour % 12, hour))
    micros = _whole(pc.utf8_slice_codeunits(pc.utf8_rpad(got["f"], 6, "0"), 0, 6), 0)
    micros = np.where(_length(got["f"]) > 0, micros, 0)
    seconds = hour * 3600 + minute * 60 + second - _offset(got["z"])
    out = (seconds * 1_000_000 + micros).astype("timedelta64[us]")
    out[(hour > 24) | (minute > 59) | (second > 60)] = np.timedelta64("NaT")
    return out


def _offset(zones: pa.Array) -> np.ndarray:
    digits = pc.replace_substring(zones, ":", "")
    numeric = pc.if_else(pc.match_substring_regex(digits, r"^[+-]\d{4}$"), digits, null_like(digits))
    value = _whole(pc.utf8_slice_codeunits(numeric, 1, 5), 0)
    west = flags(pc.starts_with(zones, "-"))
    return np.where(west, -1, 1) * (value // 100 * 3600 + value % 100 * 60)


def shapes_of(cells: pa.Array, *, compact: bool = False) -> list[str]:
    """Return the shapes in which every cell is a calendar date.

    Parameters
    ----------
    cells : pyarrow.Array of string
        Distinct, non-null cells.
    compact : bool, default False
        Also try eight digits (``20150304``), which are plain numbers unless the column's name speaks of dates.
    """
    shapes = [shape for shape in SHAPES if (shape == "compact") == compact]
    probe = cells.slice(0, 50)  # nearly every column of words fails on its first cells
    likely = [shape for shape in shapes if fits(probe, shape).all()]
    if set(likely) & set(ORDERS) and _looks_like_version(probe):
        return []
    return [s for s in likely if fits(cells, s).all() and not np.isnat(parse(cells, s)).any()]


def _looks_like_version(cells: pa.Array) -> bool:
    """``1.2.10`` has the shape of a date with a short year, but people write such dates with two digits each."""
    dotted = pc.match_substring_regex(cells, r"^\d{1,2}\.\d{1,2}\.\d{2}$")
    padded = pc.match_substring_regex(cells, r"^\d{2}\.\d{2}\.\d{2}$")
    return bool((flags(dotted) & ~flags(padded)).any())


def clock_hours(cells: pa.Array) -> np.ndarray | None:
    """Turn times of day (``14:30``, ``14:30:15``) into hours, or return None when some cell is not one."""
    if not pc.all(pc.match_substring_regex(cells, CLOCK), min_count=0).as_py():
        return None
    parts = pc.extract_regex(cells, CLOCK)
    hour, minute = (_whole(pc.struct_field(parts, name), 0) for name in "HM")
    second = np.nan_to_num(floats(pc.cast(nullify(pc.struct_field(parts, "S"), ("",)), pa.float64())))
    return hour + minute / 60 + second / 3600
