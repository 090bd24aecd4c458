"""Rare levels: whether some categories have so few rows that their effect is a guess."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, named
from ridgeline.checks.words import counted

__all__ = ["CHECK"]

_FEW = 10  # training rows
_GUESSES = (
    "its effect is a guess held down by the penalty; pool it into a broader category",
    "their effects are guesses held down by the penalty; pool them into broader categories",
)
_CROWDED = 10.0  # rows for each level, on average


def _inspect(facts: Facts) -> Outcome:
    known = diagnostic(facts, "rare_levels")
    crowded = _crowded(facts)
    if known is None and crowded is None:
        return NOT_APPLICABLE
    rare = [entry for entry in known or () if entry["rows"] < _FEW]
    if rare:
        columns = dict.fromkeys(entry["column"] for entry in rare)
        levels = [_name(entry) for entry in sorted(rare, key=lambda entry: entry["rows"])]
        return finding(
            f"{counted(len(rare), 'level')} of {named(columns)} {'has' if len(rare) == 1 else 'have'} fewer than "
            f"{_FEW} training rows ({named(levels)}): {_GUESSES[len(rare) > 1]} where that makes sense."
        )
    if crowded:
        return finding(
            f"{named(crowded)} {'has' if len(crowded) == 1 else 'have'} so many levels that each has fewer than "
            f"{_CROWDED:.0f} rows on average: use broader categories, or drop the column if it is a name or number of "
            "something."
        )
    return PASSED


def _name(entry: dict) -> str:
    """Name a level as its coefficient is named."""
    return entry.get("feature") or f"{entry['column']}={entry['level']}"


def _crowded(facts: Facts) -> list[str] | None:
    """Categorical features with few rows for each level, None when the columns are not known."""
    columns = facts.get("columns")
    rows = diagnostic(facts, "rows_train") or ((facts.get("summary") or {}).get("rows") or {}).get("used")
    if columns is None or rows is None:
        return None
    features = (c for c in columns if c.get("role") == "feature" and c.get("kind") == "categorical")
    return [c["name"] for c in features if c["distinct"] * _CROWDED > rows]


CHECK = Check("rare-levels", "Do all levels have enough rows?", "info", _inspect)
