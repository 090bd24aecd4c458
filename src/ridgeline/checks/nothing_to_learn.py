"""Nothing to learn: whether the model is any better than knowing no features."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding, summary_of
from ridgeline.checks.curve import curve_of
from ridgeline.checks.words import METRIC_WORDS, lam_text, told

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
    target = summary_of(facts).get("target")
    rows = (summary_of(facts).get("rows") or {}).get("used")
    return (
        f"There is nothing to learn{f' about {str(target)!r}' if target else ''} from these features that "
        f"{f'{rows} rows' if rows else 'the rows'} can show: {shown}; do not use the predictions, look for other "
        "features or more rows."
    )


CHECK = Check("nothing-to-learn", "Is the model better than no features at all?", "error", _inspect)
