"""Nothing to learn: whether the model is any better than knowing no features."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding, summary_of
from ridgeline.checks.words import METRIC_WORDS, told

__all__ = ["CHECK", "nothing_text"]


def _inspect(facts: Facts) -> Outcome:
    learned = evidence.learned(facts)
    if learned is None:
        return NOT_APPLICABLE
    return PASSED if learned.certain else finding(nothing_text(facts))


def nothing_text(facts: Facts) -> str:
    """Say that the features tell nothing about the target, with the two numbers that show it."""
    metric = evidence.loss_metric(facts) or ""
    own = evidence.record(facts, "chosen", "validation", metric)
    baseline = evidence.record(facts, "baseline", "validation", metric)
    target = summary_of(facts).get("target")
    what = f" about {str(target)!r}" if target else ""
    rows = (summary_of(facts).get("rows") or {}).get("used")
    return (
        f"There is nothing to learn{what} from these features that {f'{rows} rows' if rows else 'the rows'} can show: "
        f"the validation {METRIC_WORDS[metric]} is {told(own)}, and {told(baseline)} without any feature; do not use "
        "the predictions, look for other features or more rows."
    )


CHECK = Check("nothing-to-learn", "Is the model better than no features at all?", "serious", _inspect)
