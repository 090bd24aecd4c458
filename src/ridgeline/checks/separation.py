"""Separation: whether the classes can be told apart without error, so that no finite unpenalized optimum exists."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import (
    NOT_APPLICABLE,
    PASSED,
    Check,
    Facts,
    Outcome,
    diagnostic,
    finding,
    named,
    summary_of,
)

__all__ = ["CHECK"]

_HUGE = 10.0  # log odds; a factor of 22 000 in the odds is no effect that data can show


def _inspect(facts: Facts) -> Outcome:
    if summary_of(facts).get("task") not in ("binary", "multiclass"):
        return NOT_APPLICABLE
    separated = diagnostic(facts, "separated")
    if separated is None:
        separated = _looks_separated(facts)
    if separated is None:
        return NOT_APPLICABLE
    names = list(diagnostic(facts, "separating") or ()) or _boundless(facts)
    if not separated and not (names and diagnostic(facts, "separated") is None):
        return PASSED
    by = f" by {named(names)}" if names else ""
    return finding(
        f"The classes are separated{by} in the training rows, so that without a penalty the coefficients grow without "
        "bound and mean nothing: read only the chosen model's"
        + (f", and check whether {named(names)} would be known before the outcome." if names else ".")
    )


def _looks_separated(facts: Facts) -> bool | None:
    accuracy = evidence.value(facts, "unpenalized", "train", "accuracy")
    loss = evidence.value(facts, "unpenalized", "train", "log_loss")
    return None if accuracy is None or loss is None else accuracy == 1.0 and loss < 1e-3


def _boundless(facts: Facts) -> list[str]:
    """Levels and indicators whose unpenalized coefficient is beyond any effect that data can show."""
    return [
        entry["feature"]
        for entry in summary_of(facts).get("coefficients") or ()
        if entry.get("level") is not None and abs(entry.get("unpenalized") or 0.0) > _HUGE
    ]


CHECK = Check("separation", "Are the classes separated perfectly?", "warning", _inspect)
