"""One cell at a time, read as `ridgeline.tables` reads columns, in Python without any library.

The Python exporter copies these functions, with the constants they use, into the modules that it writes; so nothing
here may use a name that is not in `CONSTANTS` or in the standard library.
"""

from __future__ import annotations

import datetime
import math
import re

from ridgeline.tables.dates import SHAPES, pattern
from ridgeline.tables.missing import ALWAYS, SOMETIMES
from ridgeline.tables.numbers import ABBREVIATED, CURRENCY_AFTER, CURRENCY_BEFORE, PERCENT, WORDS
from ridgeline.tables.numbers import STYLES as _STYLES

__all__ = ["CONSTANTS", "FUNCTIONS", "date_part", "level", "moment", "number"]

MISSING = ALWAYS
MISSING_AMONG_NUMBERS = ALWAYS + SOMETIMES
# The order in which a cell is tried when it is not written as those of its column were in training.
STYLES = {
    style: _STYLES[style] for style in sorted(_STYLES, key=lambda style: (style not in (".", ".,"), style == ","))
}
UNITS = (PERCENT, CURRENCY_BEFORE, CURRENCY_AFTER)
DATES = {shape: pattern(shape) for shape in SHAPES}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EPOCH = datetime.datetime(1970, 1, 1)
CLOCK = r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?"


def bare(cell):
    """Return a cell as None, bool, int, float, str, or something of datetime."""
    kind = type(cell).__name__
    if cell is None or kind in ("NAType", "NaTType"):
        return None
    if kind == "datetime64":
        return str(cell)
    if kind == "Decimal":
        return float(cell)
    if hasattr(cell, "item"):  # a scalar of NumPy
        cell = cell.item()
    if isinstance(cell, str):
        return cell.strip()
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def number(cell, reading):
    """Return a cell as a float, None when it is missing or not a number."""
    cell = bare(cell)
    if isinstance(cell, (bool, int, float)):
        return float(cell)
    if isinstance(cell, datetime.timedelta):
        return cell / datetime.timedelta(days=1)
    if isinstance(cell, datetime.time):
        return cell.hour + cell.minute / 60 + cell.second / 3600 + cell.microsecond / 3.6e9
    if not isinstance(cell, str) or cell in MISSING_AMONG_NUMBERS:
        return None
    if cell.lower() in WORDS:
        return WORDS[cell.lower()]
    if reading == "truth" and cell.lower() in ABBREVIATED:
        return ABBREVIATED[cell.lower()]
    return clock(cell) if reading == "clock" else written_number(cell, reading[7:])


def clock(text):
    """Return a time of day in hours."""
    found = re.fullmatch(CLOCK, text, re.ASCII)
    if found is None:
        return written_number(text, ".")
    hour, minute, second = (float(part or 0) for part in found.groups())
    return hour + minute / 60 + second / 3600


def written_number(text, style):
    """Return text as a float, in the style of its column or else in the first that fits."""
    text = re.sub("[\u00a0\u2007\u2009\u202f]", " ", text).replace("\u2212", "-").replace("\u2019", "'")
    text = re.sub(r"^\(([^()-]*\d[^()]*)\)$", r"-\1", text)
    for unit, rest in zip(UNITS, ("", r"\1", ""), strict=True):
        text = re.sub(unit, rest, text)
    for sign in (style, *STYLES):
        if sign in STYLES and re.fullmatch(STYLES[sign], text, re.ASCII):
            digits = text.replace(sign[1:], "") if sign[1:] else text
            value = float(digits.replace(sign[0], "."))
            return value if math.isfinite(value) else None
    return None


def level(cell, reading):
    """Return a cell as the text of a label, and whether it was a number; None when it is missing."""
    cell = bare(cell)
    if cell is None or (isinstance(cell, str) and cell in MISSING):
        return None, False
    if isinstance(cell, str) and reading == "truth" and cell.lower() in ("true", "false"):
        return cell.capitalize(), False
    if isinstance(cell, str) and reading != "text":
        if cell in MISSING_AMONG_NUMBERS:
            return None, False
        value = number(cell, reading)
        cell = cell if value is None else value
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return str(cell), False
    whole = float(cell).is_integer() and abs(cell) < 2**63
    return str(int(cell)) if whole else repr(float(cell)), True


def moment(cell, reading):
    """Return a cell as microseconds since 1970 (UTC), None when it is missing or not a date."""
    when = bare(cell)
    if isinstance(when, str):
        when = written_date(when, reading[5:]) if when not in MISSING_AMONG_NUMBERS else None
    elif isinstance(when, datetime.datetime):
        when = when.astimezone(datetime.UTC).replace(tzinfo=None) if when.tzinfo else when
    elif isinstance(when, datetime.date):
        when = datetime.datetime(when.year, when.month, when.day)
    else:
        when = None
    return None if when is None else (when - EPOCH) // datetime.timedelta(microseconds=1)


def written_date(text, shape):
    """Return text as a datetime, in the shape of its column or else in the first that fits."""
    for known in (shape, *DATES):
        found = re.fullmatch(DATES[known], text, re.ASCII) if known in DATES else None
        if found is not None:
            try:
                return calendar(found.groupdict())
            except (ValueError, OverflowError):  # 31 April
                continue
    return None


def calendar(got):
    """Return the parts of a written date as a datetime."""
    year = int(got["y"])
    if len(got["y"]) == 2:
        year += 2000 if year < 69 else 1900
    month = MONTHS.index(got["mon"][:3].lower()) + 1 if got.get("mon") else int(got["m"])
    hour, minute, second = (int(got[part] or 0) for part in "HMS")
    if got["p"]:
        hour = hour % 12 + (12 if got["p"] in "Pp" else 0)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError
    zone = (got["z"] or "").replace(":", "")
    east = (-1 if zone[0] == "-" else 1) * (int(zone[1:3]) * 60 + int(zone[3:5])) if zone[:1] in ("+", "-") else 0
    micros = int((got["f"] or "").ljust(6, "0")[:6])
    clock_time = datetime.timedelta(hours=hour, minutes=minute - east, seconds=second, microseconds=micros)
    return datetime.datetime(year, month, int(got.get("d") or 1)) + clock_time


def date_part(micros, part):
    """Return one part of a point in time: the year with its fraction, or a wave of the year, the week or the day."""
    if part == "year":
        return 1970 + micros / 31556952000000.0
    cycle, wave, *harmonic = part.split()
    days, rest = divmod(micros, 86400000000)
    if cycle == "hour":
        place = rest / 86400000000.0
    elif cycle == "weekday":
        place = (days + 3) % 7 / 7
    else:
        date = EPOCH + datetime.timedelta(days=days)
        place = (date.month - 1 + (date.day - 1) / 31) / 12
    angle = 2 * math.pi * place * (int(harmonic[0]) if harmonic else 1)
    return math.sin(angle) if wave == "sin" else math.cos(angle)


_READING_NUMBERS = ("MISSING_AMONG_NUMBERS", "STYLES", "UNITS", "WORDS", "ABBREVIATED", "CLOCK")
CONSTANTS: dict[str, tuple[str, ...]] = {
    "number": _READING_NUMBERS,
    "level": ("MISSING", *_READING_NUMBERS),
    "moment": ("MISSING_AMONG_NUMBERS", "DATES", "MONTHS"),
}
"""The constants that each reader needs; `EPOCH` is written as code."""

FUNCTIONS = {
    "number": (bare, number, clock, written_number),
    "level": (bare, number, clock, written_number, level),
    "moment": (bare, moment, written_date, calendar, date_part),
}
"""The functions that each reader needs."""
