"""What a date adds, in words: its parts move together, so none of them is read alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["date_effect"]

Row = Mapping[str, Any]

_YEAR = 365.2425  # days
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Of each cycle: its places as shares of it, with their names; and what it is called.
_PLACES = {
    "month": [((k + 0.5) / 12, f"in {name}") for k, name in enumerate(_MONTHS)],
    "weekday": [(k / 7, f"on a {name}") for k, name in enumerate(_DAYS)],
    "hour": [(k / 24, f"at {k}:00") for k in range(24)],
}
_CYCLES = {"month": "time of the year", "weekday": "day of the week", "hour": "time of the day"}
# A sine over a whole cycle has a standard deviation of 0.71; far from that some of the cycle is not in the table.
_WHOLE = (0.6, 0.8)


def date_effect(rows: Sequence[Row], step: Callable[[float], float]) -> tuple[str, float, float | None]:
    """Compare two dates by what matters most of their column: the trend, or the place in a cycle.

    Parameters
    ----------
    rows : sequence of mapping
        The coefficients of the parts of one date, in one class; none is 0.
    step : callable
        Rounds a standard deviation to a step.

    Returns
    -------
    condition : str
        ``"falls in July rather than in January"``.
    change : float
        What the first date adds beyond the second.
    by : float or None
        Of the trend: the years between the dates, which its coefficient is multiplied with.
    """
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(str(row["level"]).split()[0], []).append(row)
    first = max(parts, key=lambda name: math.hypot(*(row["std_coef"] for row in parts[name])))
    if first == "year":
        (trend,) = parts["year"]
        by, condition = _later(_sd(trend), step)
        return condition + (" (by the trend alone)" if len(parts) > 1 else ""), trend["coef"] * by, by
    condition, change = _cycle(first, parts[first])
    return condition + (" (apart from the trend)" if "year" in parts else ""), change, None


def _later(sd: float, step: Callable[[float], float]) -> tuple[float, str]:
    """Return a round number of years, or of days where a standard deviation is less than a year, and its words."""
    by, unit, size = (step(sd), "year", 1.0) if sd >= 1 else (step(sd * _YEAR), "day", _YEAR)
    return by / size, f"is {by:g} {unit}{'' if by == 1 else 's'} later"


def _cycle(name: str, waves: Sequence[Row]) -> tuple[str, float]:
    """Compare the highest with the lowest place in a cycle; where the table lacks some of it, name no place."""
    if not all(_WHOLE[0] < _sd(row) < _WHOLE[1] for row in waves):
        size = math.hypot(*(row["std_coef"] for row in waves))
        return f"stands one standard deviation higher by its {_CYCLES[name]}", size
    added = [(sum(row["coef"] * _wave(row["level"], at) for row in waves), where) for at, where in _PLACES[name]]
    (high, top), (low, bottom) = max(added), min(added)
    return f"falls {top} rather than {bottom}", high - low


def _wave(part: str, at: float) -> float:
    _, wave, *harmonic = part.split()
    angle = 2 * math.pi * at * (int(harmonic[0]) if harmonic else 1)
    return math.sin(angle) if wave == "sin" else math.cos(angle)


def _sd(row: Row) -> float:
    return abs(row["std_coef"] / row["coef"])
