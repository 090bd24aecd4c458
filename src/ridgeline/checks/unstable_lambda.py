"""An unstable λ: whether other folds would have chosen another one."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding
from ridgeline.checks.curve import curve_of
from ridgeline.checks.words import lam_text

__all__ = ["CHECK"]

_FAR = 10.0  # ratio of the largest to the smallest λ chosen


def _inspect(facts: Facts) -> Outcome:
    draws, curve = diagnostic(facts, "lambda_draws"), curve_of(facts)
    if not draws or len(draws) < 2:
        return NOT_APPLICABLE
    low, high = min(draws), max(draws)
    if high <= _FAR * low:
        return PASSED
    spread = f"Other folds would choose λ anywhere from {lam_text(low)} to {lam_text(high)}"
    if curve is not None and max(curve.lost_at(low), curve.lost_at(high)) <= 1.0:
        return finding(
            f"{spread}, with a validation loss within one standard error of the best: any of them predicts as well, so "
            "do not read meaning into the exact λ; for one that moves less, fit again with --repeats 5."
        )
    return finding(
        f"{spread}, and the validation loss differs between them: fit again with --repeats 5, which averages over "
        "several divisions into folds, or take the rule 1se."
    )


CHECK = Check("unstable-lambda", "Would other folds choose another λ?", "info", _inspect)
