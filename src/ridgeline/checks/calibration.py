"""Calibration: whether things said to happen in 30 of 100 cases happen in 30 of 100."""

from __future__ import annotations

import numpy as np

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding
from ridgeline.checks.words import percent, points

__all__ = ["CHECK"]

_MATTERS = 0.03  # mean absolute difference between predicted and observed share
_Z = 3.09  # one in a thousand by chance


def _inspect(facts: Facts) -> Outcome:
    table = (facts.get("curves") or {}).get("calibration") or {}
    if not table.get("count"):
        return NOT_APPLICABLE
    rows = "effective" if table.get("effective") else "count"  # weights tell less than as many rows
    predicted, observed, count = (np.asarray(table[key], dtype=float) for key in ("predicted", "observed", rows))
    off = observed - predicted
    mean_off = float(np.average(np.abs(off), weights=count))
    if mean_off < _MATTERS or not _beyond_chance(predicted, off, count):
        return PASSED
    bias = float(np.average(off, weights=count))
    worst = int(np.argmax(np.abs(off) * np.sqrt(count)))
    trend = "too low" if bias > 0.5 * mean_off else "too high" if bias < -0.5 * mean_off else "off"
    return finding(
        f"Probabilities are {trend} by {points(mean_off)} on average (where {percent(predicted[worst])} was "
        f"predicted, {percent(observed[worst])} happened): use them to rank rows, and recalibrate before using them "
        "as risks."
    )


def _beyond_chance(predicted: np.ndarray, off: np.ndarray, count: np.ndarray) -> bool:
    """Test all bins together: Σ count · off² / (p (1 - p)) against χ² (Wilson and Hilferty's approximation).

    p counts one hit and one miss more, so that one row does not decide a bin of few rows that expects next to none.
    """
    likely = (count * predicted + 1.0) / (count + 2.0)
    spread = likely * (1.0 - likely)
    statistic = float((count * off**2 / spread).sum())
    bins = len(count)
    limit = bins * (1.0 - 2.0 / (9.0 * bins) + _Z * np.sqrt(2.0 / (9.0 * bins))) ** 3
    return statistic > limit


CHECK = Check("calibration-off", "Do predicted probabilities come true?", "warning", _inspect)
