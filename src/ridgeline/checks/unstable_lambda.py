"""An unstable λ: whether it hangs on a single fold, or on a single division into folds."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, summary_of
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
    repeats = (summary_of(facts).get("cv") or {}).get("repeats") or 1
    who = (
        "Without one of the folds, each left out in turn, the same rule would choose λ"
        if repeats == 1
        else f"Each of the {repeats} divisions into folds by itself would choose λ"
    )
    spread = f"{who} anywhere from {lam_text(low)} to {lam_text(high)}"
    more = f"fit again with --repeats {max(5, 2 * repeats)}"
    if curve is not None and max(curve.lost_at(low), curve.lost_at(high)) <= 1.0:
        return finding(
            f"{spread}, with a validation loss within one standard error of the best: any of them predicts as well, so "
            f"do not read meaning into the exact λ; for one that moves less, {more}."
        )
    other = "" if summary_of(facts).get("rule") == "1se" else ", or take the rule 1se"
    return finding(
        f"{spread}, and the validation loss differs between them: {more}, which averages over "
        f"several divisions into folds{other}."
    )


CHECK = Check("unstable-lambda", "Does the choice of λ hang on single folds?", "info", _inspect)
