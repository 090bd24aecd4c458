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
from ridgeline.checks.words import counted

__all__ = ["CHECK", "complete", "partly_text"]

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
        return PASSED if evidence.weakest(facts) is None else NOT_APPLICABLE  # no model without a penalty has shown it
    if diagnostic(facts, "partly"):
        return finding(f"{partly_text(facts)} Read the chosen model's.")
    by = f" by {named(names)}" if names else ""
    return finding(
        f"The classes are separated{by} in the training rows, so that without a penalty the coefficients grow without "
        "bound and mean nothing: read only the chosen model's"
        + (f", and check whether {named(names)} would be known before the outcome." if names else ".")
    )


def complete(facts: Facts) -> bool:
    """Say whether every training row is told apart."""
    return _inspect(facts).status == "finding" and not diagnostic(facts, "partly")


def partly_text(facts: Facts) -> str:
    """Say which features tell some rows' class without error, and that it concerns no others where that is known."""
    names = list(diagnostic(facts, "separating") or ())
    if not names:
        return (
            "Some features together tell the class of some training rows without error, so that without a penalty "
            "their coefficients grow without bound and mean nothing."
        )
    one = len(names) == 1
    others = "those of the other features do not" if diagnostic(facts, "separating_only") else "others may, too"
    return (
        f"{named(names)} {'tells' if one else 'tell'} {_told(facts)} without error, so that "
        f"without a penalty {'its coefficient grows' if one else 'their coefficients grow'} without bound; {others}."
    )


def _told(facts: Facts) -> str:
    rows = diagnostic(facts, "separating_rows")
    where = counted(rows, "training row") if rows else "some training rows"
    several = summary_of(facts).get("task") == "multiclass"
    return f"one class from the others in {where}" if several else f"the class of {where}"


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
