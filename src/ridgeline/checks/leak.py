"""A leak: whether a column gives the target away."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, named, summary_of
from ridgeline.checks.words import METRIC_WORDS

__all__ = ["CHECK", "suspected"]

# (metric, beyond belief on its own, suspicious when one column carries most of it)
_TOO_GOOD = {"binary": ("roc_auc", 0.999, 0.98), "multiclass": ("roc_auc", 0.999, 0.98)}
_TOO_GOOD_NUMBERS = ("r2", 0.999, 0.98)
_DOMINANT = 0.5  # share of the total standardized size
_MOST = 3  # suspicious columns that are told one by one


def _inspect(facts: Facts) -> Outcome:
    parts = [*_set_aside(facts), *_alone(facts), *_together(facts)]
    if parts:
        return finding(" ".join(parts))
    return NOT_APPLICABLE if _quality(facts)[1] is None and not facts.get("columns") else PASSED


def suspected(facts: Facts) -> bool:
    """Say whether a column that the model uses may give the target away."""
    return bool(_alone(facts) or _together(facts))


def _set_aside(facts: Facts) -> list[str]:
    names = [c["name"] for c in facts.get("columns") or () if c.get("kind") == "leak" and c.get("role") != "target"]
    if not names:
        return []
    were = "was" if len(names) == 1 else "were"
    return [
        f"{named(names)} gave the target away and {were} left out; keep such a column only if it is known before the "
        "outcome."
    ]


def _alone(facts: Facts) -> list[str]:
    suspects = [str(sentence) for sentence in diagnostic(facts, "suspects") or ()]
    more = len(suspects) - _MOST
    rest = [f"So it is with {more} more columns, listed among the notes."] if more > 0 else []
    return suspects[:_MOST] + rest


def _quality(facts: Facts) -> tuple[str, float | None, float, float]:
    """Return the metric, its validation value, and its two limits."""
    metric, too_good, suspicious = _TOO_GOOD.get(summary_of(facts).get("task", ""), _TOO_GOOD_NUMBERS)
    return metric, evidence.value(facts, "chosen", "validation", metric), too_good, suspicious


def _together(facts: Facts) -> list[str]:
    metric, value, too_good, suspicious = _quality(facts)
    shares = _shares(facts)
    if value is None or not _suspicious(value, shares, too_good, suspicious):
        return []
    carriers = _carriers(shares)
    carry = f", and {named(carriers)} {'carries' if len(carriers) == 1 else 'carry'} most of it" if carriers else ""
    return [
        f"A validation {METRIC_WORDS[metric]} of {value:.4f} is rare unless the target follows almost exactly from "
        f"the features, as by a law of nature{carry}: if a feature is known only after the outcome or is made from it, "
        "drop it and fit again."
    ]


def _suspicious(value: float, shares: dict[str, float], too_good: float, suspicious: float) -> bool:
    return value >= too_good or (value >= suspicious and max(shares.values(), default=0.0) > _DOMINANT)


def _shares(facts: Facts) -> dict[str, float]:
    """Share of each source column in the total standardized size of the chosen model's coefficients."""
    sizes: dict[str, float] = {}
    for entry in summary_of(facts).get("coefficients") or ():
        sizes[entry["column"]] = sizes.get(entry["column"], 0.0) + abs(entry.get("std_coef") or 0.0)
    total = sum(sizes.values())
    return {column: size / total for column, size in sizes.items()} if total > 0 else {}


def _carriers(shares: dict[str, float]) -> list[str]:
    """Return the largest columns, of like size and at most three, if they make up most of the model."""
    largest = sorted(shares, key=lambda column: -shares[column])[:3]
    carriers = [column for column in largest if shares[column] >= shares[largest[0]] / 3]
    return carriers if sum(shares[column] for column in carriers) > _DOMINANT else []


CHECK = Check("leak-suspect", "Does a column give the target away?", "error", _inspect)
