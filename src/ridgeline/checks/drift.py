"""Drift: whether the test rows are of another kind than the training rows."""

from __future__ import annotations

import math

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, named
from ridgeline.checks.words import METRIC_WORDS, told

__all__ = ["CHECK", "SHIFT", "worse_on_test"]

SHIFT = 0.25  # standard deviations
_RARE = 0.001  # chance of any such difference among all features
_CHANCE = 4.5  # standard errors: passed by chance once in 150 000 columns


def _inspect(facts: Facts) -> Outcome:
    shift = diagnostic(facts, "shift")
    moved = _moved(facts, shift or {})
    parts = []
    if moved:
        worst = max(moved, key=lambda column: abs(moved[column]))
        parts.append(
            f"{named(sorted(moved, key=lambda c: -abs(moved[c])))} differ{'s' if len(moved) == 1 else ''} between "
            f"training and test rows ({_what(facts, worst)} by {moved[worst]:+.2f} SD): find out why before the model "
            "is used on new rows."
        )
    worse = worse_on_test(facts)
    parts += [worse] if worse else []
    if parts:
        return finding(" ".join(parts))
    tested = evidence.value(facts, "chosen", "test", evidence.loss_metric(facts) or "") is not None
    return PASSED if shift is not None or tested else NOT_APPLICABLE


def _moved(facts: Facts, shift: dict[str, float]) -> dict[str, float]:
    """Columns whose means differ by more than is small, and by more than chance."""
    known = diagnostic(facts, "shift_of")
    if known is not None:
        sure = {column for column, of in known.items() if of["chance"] <= _RARE}
        return {column: by for column, by in shift.items() if column in sure and abs(by) > SHIFT}
    train, test = diagnostic(facts, "rows_train") or math.inf, diagnostic(facts, "rows_test") or math.inf
    least = max(SHIFT, _CHANCE * math.sqrt(1.0 / train + 1.0 / test))
    return {column: by for column, by in shift.items() if by is not None and abs(by) > least}


def _what(facts: Facts, column: str) -> str:
    """Name what moved: a column, a level of it, or its missing cells."""
    of = (diagnostic(facts, "shift_of") or {}).get(column) or {"feature": column, "share": False}
    return f"{'share' if of['share'] else 'mean'} of {of['feature']!r}"


def worse_on_test(facts: Facts) -> str:
    """Say so when the interval of the test loss lies wholly above that of the validation loss."""
    metric = evidence.loss_metric(facts) or ""
    validation, test = (evidence.record(facts, "chosen", split, metric) for split in ("validation", "test"))
    if validation is None or test is None or test["low"] is None or validation["high"] is None:
        return ""
    if test["low"] <= validation["high"]:
        return ""
    return (
        f"The chosen model is worse on test rows ({METRIC_WORDS[metric]} {told(test)}) than validation promised "
        f"({told(validation)}): the test rows are of another kind, so expect the test figure, or worse, on new rows."
    )


CHECK = Check("drift", "Are test rows like training rows?", "warning", _inspect)
