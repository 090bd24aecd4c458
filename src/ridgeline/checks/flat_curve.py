"""A flat curve: whether the choice of λ matters."""

from __future__ import annotations

import numpy as np

from ridgeline.checks import evidence, separation
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding
from ridgeline.checks.curve import curve_of
from ridgeline.checks.words import gentler, lam_text

__all__ = ["CHECK"]


def _inspect(facts: Facts) -> Outcome:
    curve = curve_of(facts)
    if curve is None or not curve.se[curve.best] > 0:
        return NOT_APPLICABLE
    alike, learned = curve.alike, evidence.learned(facts)
    if alike.all():
        if learned is not None and learned.certain:
            return PASSED  # few folds show nothing, the rows show that a model is better than none
        end = "no penalty" if evidence.weakest(facts) is None else "the weakest penalty tried"
        return finding(
            f"The validation loss is the same, within one standard error of the differences, for every λ from no model "
            f"to {end}: the choice of λ decides nothing here; more rows are needed before it could."
        )
    change = evidence.change(facts, "validation")
    if alike[-1] and not (change is not None and change.better):
        strongest = lam_text(curve.lams[int(np.flatnonzero(~alike)[-1]) + 1])
        if evidence.weakest(facts) is not None or separation.CHECK.inspect(facts).status == "finding":
            return finding(
                f"The validation loss is flat from λ = {strongest} down to the weakest penalty tried: any λ in that "
                f"range predicts as well{gentler(facts)}."
            )
        return finding(
            f"The validation loss is flat from λ = {strongest} down to no penalty: regularization has nothing to gain "
            "here that these rows can show, and any λ in that range predicts as well by that loss."
        )
    return PASSED


CHECK = Check("flat-curve", "Does the choice of λ matter?", "info", _inspect)
