"""Intervals of a difference and a ratio from the intervals of the two numbers compared.

The method of variance estimates recovery (Newcombe 1998, method 10; Zou & Donner 2008; Donner & Zou 2012): unlike
resampling it says something where one of the two is a share that came out as exactly 0 or 1, which no resample moves.
"""

from __future__ import annotations

import math

__all__ = ["difference", "ratio"]

Limits = tuple[float, float]


def difference(high: float, high_ends: Limits, low: float, low_ends: Limits) -> Limits:
    """Return the interval of `high` - `low`, given an interval of each.

    Examples
    --------
    >>> [round(end, 4) for end in difference(56 / 70, (0.6918, 0.8770), 48 / 80, (0.4904, 0.7004))]
    [0.0525, 0.3339]
    """
    apart = high - low
    down = math.hypot(high - high_ends[0], low_ends[1] - low)
    up = math.hypot(high_ends[1] - high, low - low_ends[0])
    return apart - down, apart + up


def ratio(low: float, low_ends: Limits, high: float, high_ends: Limits) -> Limits:
    """Return the interval of `low` / `high`, all of them 0 or more; the upper end is infinite where `high` may be 0.

    Examples
    --------
    >>> ratio(0.0, (0.0, 0.2), 0.5, (0.1, 0.9))
    (0.0, 0.6666666666666667)
    """
    product = low * high
    down, up = high_ends[1] * (2.0 * high - high_ends[1]), high_ends[0] * (2.0 * high - high_ends[0])
    least = product - _root(product**2 - low_ends[0] * (2.0 * low - low_ends[0]) * down)
    most = product + _root(product**2 - low_ends[1] * (2.0 * low - low_ends[1]) * up)
    return (max(least / down, 0.0) if down > 0.0 else 0.0), (most / up if up > 0.0 else math.inf)


def _root(square: float) -> float:
    return math.sqrt(max(square, 0.0))
