"""Nothing to learn: whether the model is any better than knowing no features."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding, summary_of
from ridgeline.checks.curve import curve_of
from ridgeline.checks.words import METRIC_WORDS, counted, lam_text, percent, told

__all__ = ["CHECK", "nothing_text"]


def _inspect(facts: Facts) -> Outcome:
    learned = evidence.learned(facts)
    if learned is None:
        return NOT_APPLICABLE
    return PASSED if learned.certain else finding(nothing_text(facts))


def nothing_text(facts: Facts) -> str:
    """Say that the model knows nothing about the target, with the two numbers that show it."""
    metric = evidence.loss_metric(facts) or ""
    own = evidence.record(facts, "chosen", "validation", metric)
    baseline = evidence.record(facts, "baseline", "validation", metric)
    if own is None or baseline is None:
        return ""
    shown = f"the validation {METRIC_WORDS[metric]} is {told(own)}, and {told(baseline)} without any feature"
    curve, lam = curve_of(facts), summary_of(facts).get("lambda")
    if curve is not None and lam is not None and curve.lost_at(lam) > 1.0:
        # Another λ does better: what the features hold is not shown by this one.
        return (
            f"The model at λ = {lam_text(lam)} is no better than knowing no features: {shown}; do not use it, try "
            f"λ = {lam_text(curve.lams[curve.best])} or the rule min."
        )
    if _missed(facts):
        return f"{_who(facts)} ({shown}). That does not mean that there is nothing to learn: {_remedy(facts)}."
    target = summary_of(facts).get("target")
    rows = (summary_of(facts).get("rows") or {}).get("used")
    return (
        f"There is nothing to learn{f' about {str(target)!r}' if target else ''} from these features that "
        f"{counted(rows, 'row') if rows else 'the rows'} can show: {shown}; do not use the predictions, look for other "
        "features or more rows."
    )


def _missed(facts: Facts) -> bool:
    """Whether another model than the chosen one is better than none, or looks so."""
    curve, lam = curve_of(facts), summary_of(facts).get("lambda")
    if _free_gain(facts) > 0.0:
        return True
    return curve is not None and lam is not None and lam > curve.lams[curve.best] and curve.clearly_worse(lam)


def _free_gain(facts: Facts) -> float:
    """Return the part of the loss without features that goes without a penalty; 0 where that is not certain."""
    free, change = evidence.learned(facts, "unpenalized"), evidence.change(facts, "validation")
    sure = free is not None and (free.certain or (change is not None and change.worse))
    return free.gain if free is not None and sure else 0.0


def _who(facts: Facts) -> str:
    summary = summary_of(facts)
    rule, lam = summary.get("rule"), summary.get("lambda")
    who = f"The rule {rule} chose" if rule and rule != "given" else "The penalty given makes"
    empty = (summary.get("model") or {}).get("features_used") == 0
    what = "a model without features" if empty else "a model that is no better than knowing no features"
    return f"{who} {what}{'' if lam is None else f', λ = {lam_text(lam)}'}"


def _remedy(facts: Facts) -> str:
    """Say which models show it."""
    curve, lam, gain = curve_of(facts), summary_of(facts).get("lambda"), _free_gain(facts)
    parts = []
    if gain > 0.0:
        parts.append(f"the model {evidence.without(facts)} removes {percent(gain)} of that loss")
    if curve is not None and lam is not None and lam > curve.lams[curve.best]:
        best = lam_text(curve.lams[curve.best])
        parts.append(f"the validation loss is least at λ = {best}, which the rule min takes")
    return "; ".join(parts)


CHECK = Check("nothing-to-learn", "Is the model better than no features at all?", "error", _inspect)
