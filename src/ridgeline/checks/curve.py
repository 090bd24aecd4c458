"""The cross-validation curve among the facts, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.checks.base import Facts, diagnostic, summary_of

__all__ = ["CurveFacts", "curve_of"]

_MATTERS = 0.01
_ALIKE = 0.02


@dataclass(frozen=True, eq=False)
class CurveFacts:
    """Mean validation loss and its standard error along λ, strongest penalty first.

    Attributes
    ----------
    lams, mean, se : ndarray of shape (L,)
        The curve.
    paired : ndarray of shape (L,)
        Standard error of the difference from the least loss; without folds' differences, the error of that loss.
    best : int
        Where the mean loss is least.
    """

    lams: np.ndarray
    mean: np.ndarray
    se: np.ndarray
    paired: np.ndarray
    best: int

    def at(self, lam: float) -> int:
        """Return the index of the grid's λ nearest to `lam` on a log scale."""
        tiny = 1e-300  # λ = 0 has no logarithm
        return int(np.argmin(np.abs(np.log(self.lams + tiny) - np.log(lam + tiny))))

    @property
    def alike(self) -> np.ndarray:
        """Which λ predict as well as the best: boolean of shape (L,).

        Fold losses move together, so one standard error *of the difference* decides; a difference below that of the
        least loss itself, and below 2% of what the best gains over the strongest penalty, does not matter.
        """
        excess = self.mean - self.mean[self.best]
        return excess <= np.maximum(self.paired, min(_ALIKE * excess[0], self.se[self.best]))

    def clearly_worse(self, lam: float) -> bool:
        """Whether the loss at `lam` exceeds the least one by two standard errors of the difference."""
        at = self.at(lam)
        return bool(self.mean[at] - self.mean[self.best] > 2.0 * self.paired[at])

    def lost_at(self, lam: float) -> float:
        """Return how many standard errors the loss at `lam` lies above the least one; 0 when it hardly matters.

        It hardly matters below 1% of the loss under the strongest penalty, which is that of nearly no model.
        """
        excess = float(self.mean[self.at(lam)] - self.mean[self.best])
        error = float(self.se[self.best])
        if excess < _MATTERS * abs(float(self.mean[0])):
            return 0.0
        return excess / error if error > 0 else np.inf


def curve_of(facts: Facts) -> CurveFacts | None:
    """Read the curve from the summary; None when there was no cross-validation."""
    cv = summary_of(facts).get("cv") or {}
    if not cv.get("lambda") or len(cv["lambda"]) < 2:
        return None
    lams, mean, se = (np.array([np.nan if v is None else v for v in cv[key]]) for key in ("lambda", "mean", "se"))
    known = diagnostic(facts, "paired_se")
    paired = np.full(len(lams), np.nan) if known is None else np.array(known)
    usable = np.isfinite(mean)
    order = np.argsort(-lams[usable], kind="stable")
    lams, mean, se, paired = (a[usable][order] for a in (lams, mean, np.nan_to_num(se), paired))
    if len(lams) < 2:
        return None
    best = int(np.argmin(mean))
    return CurveFacts(lams, mean, se, np.where(np.isfinite(paired), paired, se[best]), best)
