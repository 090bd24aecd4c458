"""Overfitting: whether a model is much better on the rows it was fitted to than on others."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding, summary_of
from ridgeline.checks.curve import curve_of
from ridgeline.checks.words import METRIC_WORDS, bare, lam_text, told

__all__ = ["CHECK", "shown_gap", "too_weak_text"]


def _inspect(facts: Facts) -> Outcome:
    before, after = evidence.gap(facts, "unpenalized"), evidence.gap(facts, "chosen")
    if before is None and after is None:
        return NOT_APPLICABLE
    parts = [too_weak_text(facts), _without_penalty(facts, before), _still_optimistic(facts, after)]
    text = " ".join(part for part in parts if part)
    return finding(text) if text else PASSED


def too_weak_text(facts: Facts) -> str:
    """Say so when a stronger penalty than the chosen one would be better beyond one standard error."""
    summary, curve = summary_of(facts), curve_of(facts)
    lam = summary.get("lambda")
    if curve is None or lam is None or lam >= curve.lams[curve.best] or curve.lost_at(lam) <= 1.0:
        return ""
    return (
        f"The chosen λ = {lam_text(lam)} is too weak, so the model overfits: the least validation loss is at "
        f"λ = {lam_text(curve.lams[curve.best])}; use that one, or the rule min."
    )


def _without_penalty(facts: Facts, gap: evidence.Gap | None) -> str:
    if gap is None or not gap.overfits:
        return ""
    verb = "memorises" if gap.memorises else "overfits"
    change = evidence.change(facts, "validation")
    advice = "; do not use it" if change is None or change.better else ""  # it may predict as well as the chosen one
    how = evidence.without(facts).capitalize()
    return f"{how} the model {verb} the training rows: {shown_gap(facts, 'unpenalized')}{advice}."


def _still_optimistic(facts: Facts, gap: evidence.Gap | None) -> str:
    if gap is None or not gap.overfits:
        return ""
    return (
        f"The training figures of the chosen model are optimistic too ({shown_gap(facts, 'chosen')}): quote "
        "validation or test figures."
    )


def shown_gap(facts: Facts, model: str) -> str:
    """Write a model's loss on training and on validation rows: ``log loss 0.020 there, 0.412 … on rows not seen``."""
    metric, split = evidence.loss_metric(facts) or "", evidence.seen(facts)
    train, validation = (evidence.record(facts, model, s, metric) for s in (split, "validation"))
    if train is None or validation is None:
        return ""
    seen = "practically 0" if train["value"] <= 1e-6 * validation["value"] else bare(train)
    if split != "train":
        return (
            f"{METRIC_WORDS[metric]} {seen} on the training rows that the folds judge, {told(validation)} on the same "
            "rows when not seen"
        )
    return f"{METRIC_WORDS[metric]} {seen} on training rows, {told(validation)} on rows not seen"


CHECK = Check("overfit", "Overfitting: training against validation", "warning", _inspect)
