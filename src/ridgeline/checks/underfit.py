"""Underfitting: whether the penalty is so strong that the model misses what the data hold."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding, summary_of
from ridgeline.checks.curve import curve_of
from ridgeline.checks.words import METRIC_WORDS, lam_text

__all__ = ["CHECK", "underfit_text"]

# A rule such as 1se gives away up to one standard error on purpose; only more than that is called underfitting.
_ALLOWED = 1.1  # a tenth more, because λ may be refined between grid points


def _inspect(facts: Facts) -> Outcome:
    if curve_of(facts) is None and evidence.change(facts, "validation") is None:
        return NOT_APPLICABLE
    text = underfit_text(facts)
    return finding(text) if text else PASSED


def underfit_text(facts: Facts) -> str:
    """Say that the chosen model underfits, and by what evidence; empty when it does not."""
    summary, curve = summary_of(facts), curve_of(facts)
    lam = summary.get("lambda")
    if curve is not None and lam is not None and lam > curve.lams[curve.best] and curve.lost_at(lam) > _ALLOWED:
        return (
            f"The chosen model underfits: at λ = {lam_text(lam)} the validation loss lies {curve.lost_at(lam):.1f} "
            f"standard errors above the least one, at λ = {lam_text(curve.lams[curve.best])}; choose a smaller λ or "
            "the rule min."
        )
    change = evidence.change(facts, "validation")
    if change is not None and change.worse and change.matters >= evidence.GAIN_MATTERS:
        metric = METRIC_WORDS[evidence.loss_metric(facts) or ""]
        return (
            f"The chosen model underfits: {evidence.without(facts)} the validation {metric} is lower; choose a "
            "smaller λ or the rule min."
        )
    return ""


CHECK = Check("underfit", "Underfitting: is λ too strong?", "warning", _inspect)
