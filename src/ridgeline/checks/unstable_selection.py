"""Unstable coefficients: whether other samples of the rows would select other features, or turn signs around."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding, named, summary_of
from ridgeline.checks.words import percent

__all__ = ["CHECK"]

_MATTERS = 0.05  # of the sum of all sizes per SD; smaller coefficients may well waver
_SELECTED = 0.6  # share of resamples
_AGREES = 0.9


def _inspect(facts: Facts) -> Outcome:
    rows = [c for c in summary_of(facts).get("coefficients") or () if c.get("std_coef")]
    measured = [c for c in rows if c.get("selected") is not None or c.get("sign_agreement") is not None]
    if not measured:
        return NOT_APPLICABLE
    total = sum(abs(c["std_coef"]) for c in rows)
    large = [c for c in measured if abs(c["std_coef"]) >= _MATTERS * total]
    dropped = [c for c in large if (c.get("selected") or 1.0) < _SELECTED]
    turned = [c for c in large if c not in dropped and _agreement(c) < _AGREES]
    parts = []
    if dropped:
        least = min(dropped, key=lambda c: c["selected"])
        parts.append(
            f"{_names(dropped)} {'was' if len(dropped) == 1 else 'were'} left out of many models of resampled rows "
            f"({least['feature']!r} was in {percent(least['selected'])} of them): another feature could stand in its "
            "place, so do not call these the ones that matter; a penalty without an L1 part keeps all."
        )
    if turned:
        least = min(turned, key=_agreement)
        users = "resamples" if (least.get("selected") or 1.0) == 1.0 else "the resamples that use it"
        parts.append(
            f"The direction of {_names(turned)} is not settled ({least['feature']!r} has the same sign in "
            f"{percent(_agreement(least))} of {users}): do not tell a story about it."
        )
    return finding(" ".join(parts)) if parts else PASSED


def _agreement(row: dict) -> float:
    """Share of the same sign among the resamples that use the feature."""
    value = row.get("sign_agreement")
    return 1.0 if value is None else min(value / (row.get("selected") or 1.0), 1.0)


def _names(rows: list[dict]) -> str:
    return named(c["feature"] for c in rows)


CHECK = Check("unstable-selection", "Would other rows give the same features?", "warning", _inspect)
