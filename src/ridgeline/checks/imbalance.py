"""Imbalance: whether one class is so rare that accuracy says little."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, summary_of
from ridgeline.checks.words import percent

__all__ = ["CHECK"]

_RARE = 0.10


def _inspect(facts: Facts) -> Outcome:
    shares = _shares(facts)
    if not shares:
        return NOT_APPLICABLE
    label = min(shares, key=lambda name: shares[name])
    if shares[label] >= _RARE:
        return PASSED
    always = percent(max(shares.values()))
    weighed = "weight of the training rows is on" if diagnostic(facts, "class_weights") else "training rows are"
    return finding(
        f"Only {percent(shares[label])} of the {weighed} {label!r}: an accuracy of {always} takes no model, so "
        f"judge by average precision, recall and log loss{_threshold(facts)}."
    )


def _threshold(facts: Facts) -> str:
    """Advise on the threshold, which several classes do not have."""
    several = summary_of(facts).get("task") == "multiclass"
    return "" if several else ", and set the threshold by what each error costs"


def _shares(facts: Facts) -> dict[str, float]:
    """Share of each class in the training rows, by weight as every metric counts them; empty when it is not known."""
    counts = diagnostic(facts, "class_weights") or diagnostic(facts, "class_counts") or {}
    total = sum(counts.values())
    if total:
        return {str(label): count / total for label, count in counts.items()}
    # The average precision of a model without features is the share of the positive class.
    rate = evidence.value(facts, "baseline", "train", "average_precision")
    if summary_of(facts).get("task") != "binary" or rate is None:
        return {}
    positive = str(summary_of(facts).get("positive_class", "positive"))
    return {positive: rate, f"not {positive}": 1.0 - rate}


CHECK = Check("imbalance", "Is one class rare?", "info", _inspect)
