"""λ at the edge of the grid: whether the best λ was really bracketed."""

from __future__ import annotations

import numpy as np

from ridgeline.checks import evidence, separation
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding
from ridgeline.checks.curve import CurveFacts, curve_of
from ridgeline.checks.words import gentler, lam_text

__all__ = ["CHECK"]

_LEVEL = 0.05  # fall over the last halving of λ, as a share of the standard error of the least loss
_ADVICE = {
    "low": "the weak end: the data hardly need this penalty; compare with the unpenalized model, or give smaller λ",
    "weakest": "the weak end: the data hardly need this penalty; give smaller λ",
    "high": "the strong end: the features add next to nothing; see whether there is anything to learn",
}
_SEPARATED = "the weak end: the classes are separated, so the loss keeps falling as the penalty weakens"


def _inspect(facts: Facts) -> Outcome:
    curve = curve_of(facts)
    if curve is None:
        return NOT_APPLICABLE
    edge = diagnostic(facts, "edge") or _edge(curve)
    if edge is None or (edge == "low" and _level(curve)):
        return PASSED
    extended = diagnostic(facts, "grid_extended")
    tried = f", although the grid was extended {extended} time{'s' if extended > 1 else ''}" if extended else ""
    advice = _ADVICE["weakest" if edge == "low" and evidence.weakest(facts) is not None else edge]
    if edge == "low" and separation.complete(facts):
        advice = _SEPARATED + gentler(facts)
    best = lam_text(curve.lams[curve.best])
    return finding(f"The best λ = {best} sits on the edge of the grid{tried}, at {advice}.")


def _level(curve: CurveFacts) -> bool:
    """Whether the loss has stopped falling at the weak edge.

    What the penalty costs goes to zero at least as fast as λ does, so all that weaker penalties could still gain is
    about what the last halving of λ gained.
    """
    stronger = np.flatnonzero(curve.lams >= 2.0 * curve.lams[curve.best])
    if not len(stronger):
        return False
    fall = float(curve.mean[stronger[-1]] - curve.mean[curve.best])
    return fall <= _LEVEL * float(curve.se[curve.best])


def _edge(curve: CurveFacts) -> str | None:
    return {0: "high", len(curve.lams) - 1: "low"}.get(curve.best)


CHECK = Check("lambda-at-grid-edge", "Is the best λ inside the grid?", "warning", _inspect)
