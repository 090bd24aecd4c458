"""A leak: whether a column gives the target away."""

from __future__ import annotations

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, named, summary_of
from ridgeline.checks.words import METRIC_WORDS

__all__ = ["CHECK"]

# (metric, beyond belief on its own, suspicious when one column carries most of it)
_TOO_GOOD = {"binary": ("roc_auc", 0.999, 0.98), "multiclass": ("roc_auc", 0.999, 0.98)}
_TOO_GOOD_NUMBERS = ("r2", 0.999, 0.98)
_DOMINANT = 0.5  # share of the total standardized size
_MOST = 3  # suspicious columns that are told one by one


def _inspect(facts: Facts) -> Outcome:
    set_aside = [c["name"] for c in facts.get("columns") or () if c.get("kind") == "leak" and c.get("role") != "target"]
    metric, too_good, suspicious = _TOO_GOOD.get(summary_of(facts).get("task", ""), _TOO_GOOD_NUMBERS)
    value = evidence.value(facts, "chosen", "validation", metric)
    shares = _shares(facts)
    suspects = [str(sentence) for sentence in diagnostic(facts, "suspects") or ()]
    parts = []
    if set_aside:
        parts.append(
            f"{named(set_aside)} gave the target away and {'was' if len(set_aside) == 1 else 'were'} left out; keep "
            "such a column only if it is known before the outcome."
        )
    parts += suspects[:_MOST]
    if len(suspects) > _MOST:
        parts.append(f"So it is with {len(suspects) - _MOST} more columns, listed among the notes.")
    if value is not None and _suspicious(value, shares, too_good, suspicious):
        carriers = _carriers(shares)
        verb = "carries" if len(carriers) == 1 else "carry"
        parts.append(
            f"A validation {METRIC_WORDS[metric]} of {value:.4f} is too good to be believed"
            + (f", and {named(carriers)} {verb} most of it" if carriers else "")
            + ": drop what is known only after the outcome or is made from it, and fit again."
        )
    if parts:
        return finding(" ".join(parts))
    return NOT_APPLICABLE if value is None and not facts.get("columns") else PASSED


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
    """Return the fewest columns that make up four fifths of the model, at most three."""
    largest = sorted(shares, key=lambda column: -shares[column])
    carried, held = [], 0.0
    for column in largest[:3]:
        carried.append(column)
        held += shares[column]
        if held >= 0.8:
            break
    return carried


CHECK = Check("leak-suspect", "Does a column give the target away?", "error", _inspect)
