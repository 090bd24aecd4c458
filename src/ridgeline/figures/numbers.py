"""How numbers are written for people. `templates/report.js` follows the same rules: nothing jumps when it takes over.

Three to four significant digits, a true minus sign, thousands separated by commas, powers of ten outside 0.0001 … 1e6
(where decimals are asked for, from 1e15 on), and an em dash for what is not known.
"""

from __future__ import annotations

import math
import numbers
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeGuard

__all__ = [
    "DASH",
    "count",
    "decimals",
    "interval",
    "is_number",
    "number",
    "percent",
    "power_of_ten",
    "rounded",
    "signed",
]

DASH = "—"
_WHOLE = 1e15  # from here on a double has no decimals, and its digits are no news
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def is_number(value: Any) -> TypeGuard[float]:
    """Say whether `value` is a finite number (None, NaN, infinities, booleans and text are not)."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def decimals(value: float) -> int:
    """Return how many decimals show `value` with three to four significant digits."""
    size = abs(value)
    if size == 0 or size >= 1000:
        return 0
    power = math.floor(math.log10(size))
    return 3 - power if power >= 0 else 2 - power


def power_of_ten(power: int) -> str:
    """Write a power of ten: ``power_of_ten(-3)`` is ``"10⁻³"``."""
    return "10" + str(power).translate(_SUPERSCRIPT)


def number(value: Any, places: int | None = None) -> str:
    """Write a number for people.

    Parameters
    ----------
    value : number or None
    places : int or None
        Decimals; None chooses them by the size of the number.

    Returns
    -------
    str
        ``"—"`` when there is no finite number.

    Examples
    --------
    >>> number(0.98712), number(53482.3), number(-0.0000123), number(None)
    ('0.987', '53,482', '−1.23×10⁻⁵', '—')
    """
    if not is_number(value):
        return DASH
    size = abs(float(value))
    if size >= _WHOLE or (places is None and (size >= 1e6 or 0 < size < 1e-4)):
        mantissa, power = f"{size:.2e}".split("e")
        text = f"{mantissa}×{power_of_ten(int(power))}"
    else:
        step = Decimal(1).scaleb(-(decimals(size) if places is None else places))
        # Halves go up, as in JavaScript's toFixed.
        text = f"{Decimal(size).quantize(step, ROUND_HALF_UP):,}"
    return f"−{text}" if value < 0 and any(c in "123456789" for c in text) else text


def signed(value: Any, places: int | None = None) -> str:
    """Write a number with its sign, plus included."""
    text = number(value, places)
    return f"+{text}" if is_number(value) and value > 0 and text.strip("0.,") else text


def interval(low: Any, high: Any, places: int | None = None) -> str:
    """Write an interval with a common number of decimals; empty when an end is missing."""
    if not (is_number(low) and is_number(high)):
        return ""
    size = max(abs(low), abs(high))
    if places is None and 1e-4 <= size < 1e6:
        places = decimals(size)
    start, end = number(low, places), number(high, places)
    return f"{start} to {end}" if start.startswith("−") else f"{start}–{end}"


def percent(value: Any, places: int = 1) -> str:
    """Write a share: 0.1234 is ``"12.3%"``."""
    return f"{number(100 * value, places)}%" if is_number(value) else DASH


def count(value: Any, noun: str = "", plural: str = "") -> str:
    """Write a count with its noun: ``count(1, "row")`` is ``"1 row"``, ``count(569, "row")`` ``"569 rows"``."""
    text = f"{int(value):,}" if is_number(value) else DASH
    if not noun:
        return text
    return f"{text} {noun if value == 1 else plural or noun + 's'}"


def rounded(value: Any, digits: int = 6) -> float | None:
    """Round to significant digits for embedding; None when there is no finite number."""
    if not is_number(value):
        return None
    short = float(f"{float(value):.{digits - 1}e}")
    return int(short) if short == int(short) and abs(short) < 1e15 else short
