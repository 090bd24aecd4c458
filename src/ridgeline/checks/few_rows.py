"""Few rows for each feature: whether single coefficients can be trusted."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, summary_of
from ridgeline.checks.words import counted

__all__ = ["CHECK"]

_ENOUGH = 10.0  # rows (of the rarer class) for each feature


def _inspect(facts: Facts) -> Outcome:
    summary = summary_of(facts)
    features, rows = summary.get("features"), _rows(facts)
    if not features or rows is None:
        return NOT_APPLICABLE
    counts = diagnostic(facts, "class_counts") or {}
    scarce = min(counts.values()) if counts else rows
    if scarce / features >= _ENOUGH:
        return PASSED
    rarest = bool(counts) and rows / features >= _ENOUGH
    what = f"{counted(scarce, 'row')} of the rarest class" if rarest else counted(rows, "row")
    return finding(
        f"There {'is' if (scarce if rarest else rows) == 1 else 'are'} {what} for {counted(features, 'feature')}"
        + (", fewer rows than features" if rows < features else "")
        + ": an unpenalized fit is not to be trusted here, and single coefficients of the chosen one only as a "
        "tendency; more rows or fewer features would help most."
    )


def _rows(facts: Facts) -> int | None:
    """Return the number of training rows, or of all rows when only that is known."""
    ratio, features = diagnostic(facts, "rows_per_feature"), summary_of(facts).get("features")
    known = diagnostic(facts, "rows_train") or (summary_of(facts).get("rows") or {}).get("used")
    return round(ratio * features) if known is None and ratio and features else known


CHECK = Check("few-rows-per-feature", "Are there enough rows for the features?", "warning", _inspect)
