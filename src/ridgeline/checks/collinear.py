"""Collinear columns: whether several columns say the same."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, named, summary_of

__all__ = ["CHECK"]

_ALIKE = 0.95  # absolute correlation
_CONDITION = 1000.0


def _inspect(facts: Facts) -> Outcome:
    pairs, condition = diagnostic(facts, "collinear"), diagnostic(facts, "condition")
    if pairs is None and condition is None:
        return NOT_APPLICABLE
    alike = sorted((p for p in pairs or () if abs(p[2]) >= _ALIKE), key=lambda pair: -abs(pair[2]))
    if alike:
        first, second, correlation = alike[0]
        others = len(alike) - 1
        more = f" ({others} more pair{'s' if others > 1 else ''} like them)" if others else ""
        return finding(
            f"{named([first, second])} say nearly the same, correlation {correlation:.3f}{more}: the penalty "
            f"{_division(facts)}, so read their effects together, never one alone, or keep one of them."
        )
    if condition is not None and condition > _CONDITION and not _has_levels(facts):
        return finding(
            f"Some columns are nearly sums of others (condition number {condition:.2g}): predictions are safe under "
            "the penalty, but single coefficients are not to be read alone."
        )
    return PASSED


def _division(facts: Facts) -> str:
    """Say how the penalty divides the weight among columns that say the same."""
    if (summary_of(facts).get("model") or {}).get("l1_ratio") == 1:
        return "may use one of them and set the other to zero, whichever fits these rows a little better"
    return "shares the weight between them"


def _has_levels(facts: Facts) -> bool:
    """Whether categories are coded in full: their columns add up to one by design, which says nothing of the data."""
    return any(entry.get("level") is not None for entry in summary_of(facts).get("coefficients") or ())


CHECK = Check("collinear", "Do columns say the same?", "info", _inspect)
