"""At λ = 0 with columns that depend on each other: of all optima the one of least norm.

They differ by directions that no row sees, N: β + N z fits alike. Solvers stop anywhere among them; z is chosen so that
Σ f β² is least, in the coordinates √f β, where N holds the singular vectors whose singular value is rounding.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.problem import Problem, standard_columns
from ridgeline.solvers.base import Fitted
from ridgeline.solvers.polish import affordable

__all__ = ["least_norm"]

_EPS = np.finfo(np.float64).eps
_SUSPECT = 1e-10  # smallest share of the largest eigenvalue of the cross-products that rules dependence out


def least_norm(problem: Problem, fitted: Fitted, lams: np.ndarray) -> Fitted:
    """Move solutions at λ = 0 to the least norm where columns depend on each other; the others pass through.

    Parameters
    ----------
    problem : Problem
        Gaussian solutions, those in kernel coordinates (p > n) and those within bounds are left as they are.
    fitted : Fitted
        Of all rows.
    lams : ndarray of shape (L,)
    """
    which = np.flatnonzero((lams == 0.0) & ~fitted.separated)
    if len(which) == 0 or problem.bounds is not None or problem.wide or problem.family.name == "gaussian":
        return fitted
    live = np.flatnonzero((fitted.standard.inverse > 0.0) & np.isfinite(problem.factors))
    if len(live) == 0 or not affordable(problem, fitted):
        return fitted
    held = problem.factors[live] > 0.0
    root = np.sqrt(np.where(held, problem.factors[live], 1.0))[:, None]
    unseen = _unseen(problem, fitted, live, root[:, 0])
    if unseen.shape[1] == 0:
        return fitted
    at = (which + len(lams) * np.arange(fitted.classes)[:, None]).ravel()
    beta, here = fitted.beta.copy(), np.ix_(live, at)
    scaled = root * beta[here]
    beta[here] = (scaled - unseen @ (np.linalg.pinv(unseen[held], rcond=1e-8) @ scaled[held])) / root
    return replace(fitted, beta=beta)


def _unseen(problem: Problem, fitted: Fitted, live: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Orthonormal basis of the directions that no row with weight sees."""
    rows = (standard_columns(problem, fitted.standard, live) / root)[problem.weights > 0.0]
    d = np.linalg.eigvalsh(rows.T @ rows)  # cheap, and blurred: what it suspects is looked at below
    if d[0] > _SUSPECT * d[-1]:
        return np.empty((len(live), 0))
    _, s, right = np.linalg.svd(rows, full_matrices=len(rows) < len(live))
    rounding = np.linalg.norm(right[: len(s)] * (fitted.standard.rounding[live] / root), axis=1)
    seen = s > s[0] * _EPS * max(rows.shape) + np.sqrt(len(rows)) * rounding
    return np.vstack([right[: len(s)][~seen], right[len(s) :]]).T
