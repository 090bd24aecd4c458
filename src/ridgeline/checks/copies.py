"""Copies: whether rows are judged by a model that has learned from rows equal to them."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, summary_of
from ridgeline.checks.words import counted, percent

__all__ = ["CHECK", "copied_share"]

_MATTERS = 0.01  # share of the rows that judge
# Of each split: its rows, those they are equal to, and what follows.
_SAID = {
    "test": ("test row", "training rows", "the test figures are not of rows that the model has not seen"),
    "validation": (
        "training row", "rows of other folds", "the validation figures are too hopeful, and λ is chosen too weak"
    ),
}  # fmt: skip


def _inspect(facts: Facts) -> Outcome:
    if diagnostic(facts, "copies") is None:
        return NOT_APPLICABLE
    parts = [text for text in (_of(facts, "test"), _of(facts, "validation")) if text]
    return finding(" ".join([*parts, _remedy(facts)])) if parts else PASSED


def copied_share(facts: Facts, split: str) -> float:
    """Return the share of a split's rows that are copies of rows learned from; 0 where it does not matter."""
    found = (diagnostic(facts, "copies") or {}).get(split)
    share = found["rows"] / found["of"] if found and found["of"] else 0.0
    return share if share >= _MATTERS else 0.0


def _of(facts: Facts, split: str) -> str:
    share = copied_share(facts, split)
    if not share:
        return ""
    rows, (what, others, so) = diagnostic(facts, "copies")[split]["rows"], _SAID[split]
    return f"{counted(rows, what)} ({percent(share)}) {_equal(rows)} {others} in every feature and in the target: {so}."


def _equal(rows: int) -> str:
    return "is equal to" if rows == 1 else "are equal to"


def _remedy(facts: Facts) -> str:
    if not copied_share(facts, "validation"):
        return "Test on rows that are not among the training rows."
    grouped = "group" in ((summary_of(facts).get("cv") or {}).get("scheme") or "")
    name = "" if grouped else ", or name with --group the column that tells which rows belong together"
    return f"Leave each row in once{name}."


CHECK = Check("copied-rows", "Is the model judged on rows that it has not seen?", "warning", _inspect)
