"""Copies: whether rows are judged by a model that has learned from rows equal to them."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, summary_of
from ridgeline.checks.words import counted, percent

__all__ = ["CHECK", "copied_share"]

_MATTERS = 0.01  # share of the rows that judge


def _inspect(facts: Facts) -> Outcome:
    if diagnostic(facts, "copies") is None:
        return NOT_APPLICABLE
    parts = [text for text in (_of_test(facts), _of_validation(facts)) if text]
    return finding(" ".join([*parts, _remedy(facts)])) if parts else PASSED


def copied_share(facts: Facts, split: str) -> float:
    """Return the share of a split's rows that are copies of rows learned from; 0 where it does not matter."""
    found = (diagnostic(facts, "copies") or {}).get(split)
    share = found["rows"] / found["of"] if found and found["of"] else 0.0
    return share if share >= _MATTERS else 0.0


def _of_test(facts: Facts) -> str:
    share = copied_share(facts, "test")
    if not share:
        return ""
    rows = diagnostic(facts, "copies")["test"]["rows"]
    return (
        f"{counted(rows, 'test row')} ({percent(share)}) {_equal(rows)} training rows in every feature and in the "
        "target: the test figures are not of rows that the model has not seen."
    )


def _of_validation(facts: Facts) -> str:
    share = copied_share(facts, "validation")
    if not share:
        return ""
    rows = diagnostic(facts, "copies")["validation"]["rows"]
    return (
        f"{counted(rows, 'training row')} ({percent(share)}) {_equal(rows)} rows of other folds in every feature and "
        "in the target: the validation figures are too hopeful, and λ is chosen too weak."
    )


def _equal(rows: int) -> str:
    return "is equal to" if rows == 1 else "are equal to"


def _remedy(facts: Facts) -> str:
    if not copied_share(facts, "validation"):
        return "Test on rows that are not among the training rows."
    grouped = "group" in ((summary_of(facts).get("cv") or {}).get("scheme") or "")
    name = "" if grouped else ", or name with --group the column that tells which rows belong together"
    return f"Leave each row in once{name}."


CHECK = Check("copied-rows", "Is the model judged on rows that it has not seen?", "warning", _inspect)
