"""A flat curve: whether the choice of λ matters."""

from __future__ import annotations

from ridgeline.checks import evidence, separation
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding
from ridgeline.checks.curve import curve_of
from ridgeline.checks.words import lam_text

__all__ = ["CHECK"]


def _inspect(facts: Facts) -> Outcome:
    curve = curve_of(facts)
    if curve is None or not curve.se[curve.best] > 0:
        return NOT_APPLICABLE
    within = curve.within
    if within.all():
        return finding(
            "The validation loss is the same, within one standard error, for every λ from no model to no penalty: the "
            "choice of λ decides nothing here; more rows are needed before it could."
        )
    change = evidence.change(facts, "validation")
    if within[-1] and not (change is not None and change.better):
        strongest = lam_text(curve.lams[int(within.argmax())])
        if evidence.weakest(facts) is not None or separation.CHECK.inspect(facts).status == "finding":
            return finding(
                f"The validation loss is flat from λ = {strongest} down to the weakest penalty tried: any λ in that "
                "range predicts as well; take the rule 1se if the coefficients are to stay moderate."
            )
        return finding(
            f"The validation loss is flat from λ = {strongest} down to no penalty: regularization has nothing to gain "
            "here, and any λ in that range will do."
        )
    return PASSED


CHECK = Check("flat-curve", "Does the choice of λ matter?", "info", _inspect)
