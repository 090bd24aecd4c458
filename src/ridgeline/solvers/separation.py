"""Whether an optimum is missing because some direction never raises the loss: separation, proved or not claimed.

Without a penalty the loss has no minimum exactly when a direction d exists along which no row's loss ever rises and
some row's falls for ever (Albert & Anderson 1984 for classes; Rockafellar 1970, §27, for any convex loss): with
s_i = ±1 the side on which the loss of row i falls, s_i x_i'd ≥ 0 for all rows, > 0 for one, and x_i'd = 0 for rows
whose loss rises on both sides. Last iterates often are such a d. Else a linear programme decides (Konis 2007), in an
orthonormal basis of the rows, so that nearly dependent columns do not blur it, on a growing part of the rows.
"""

from __future__ import annotations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.problem import Problem, standard_columns

__all__ = ["recedes"]

_LARGEST = 4_000_000  # cells of the matrix of conditions; beyond, only the iterate itself may prove separation
_RANK = 1e-13  # of the largest singular value
_SLACK = 1e-9  # of the largest margin: what rounding may leave below zero
_MOST = 60


def recedes(
    problem: Problem, train: np.ndarray, standard: Standardization, free: np.ndarray, theta: np.ndarray
) -> bool:
    """Whether a direction of the unpenalised coefficients proves that the rows `train` have no optimum.

    Parameters
    ----------
    problem : Problem
    train : ndarray of shape (n,), bool
    standard : Standardization
        Of these rows.
    free : ndarray of shape (p,), bool
        Coefficients that no penalty holds.
    theta : ndarray of shape (p + 1,), or (p + 1, K) for K classes
        Standardized coefficients where the descent ended, the intercept last.

    Returns
    -------
    bool
        False also where the question is too large to be decided.
    """
    several = problem.family.name == "multinomial"
    train = train & (problem.weights > 0)
    if _decided(problem, train, standard, np.where(np.append(free, True).reshape(-1, *[1] * several), theta, 0.0)):
        return True
    used = np.flatnonzero(free & (standard.inverse > 0))
    width = len(used) + problem.intercept
    if train.sum() * width * (theta.shape[1] - 1 if several else 1) ** 2 > _LARGEST:
        return False
    ones = np.ones((len(problem.y), int(problem.intercept)))
    rows = np.hstack([ones, standard_columns(problem, standard, used)])[train]
    if several:
        return _direction_exists(_pairs(rows, problem.y[train].astype(np.intp), theta.shape[1]))
    side = problem.family.recession(problem.y[train])
    rows = rows @ _kernel(rows[side == 0.0])
    return _direction_exists(side[side != 0.0, None] * rows[side != 0.0])


def _decided(problem: Problem, train: np.ndarray, standard: Standardization, theta: np.ndarray) -> bool:
    """Whether the parameters themselves tell every row's side."""
    b, shift = standard.stored(theta[:-1].reshape(len(theta) - 1, -1))
    eta = (problem.design.predict(b) + (shift + theta[-1]))[train]
    y = problem.y[train]
    if eta.shape[1] > 1:
        own = eta[np.arange(len(y)), y.astype(np.intp)]
        others = np.where(problem.family.indicator(y, eta) > 0, -np.inf, eta)  # type: ignore[attr-defined]
        return bool(np.all(own > others.max(axis=1)))
    return bool(np.all(problem.family.recession(y) * eta[:, 0] > 0.0))


def _pairs(rows: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """Conditions (e_y − e_k) ⊗ x ≥ 0, k ≠ y, with the last class as reference: (n (K − 1), r (K − 1))."""
    difference = np.eye(classes)[y][:, None, :] - np.eye(classes)[None]
    kept = difference[np.arange(classes) != y[:, None]].reshape(len(y), classes - 1, classes)[:, :, :-1]
    return np.einsum("nka,nr->nkar", kept, rows).reshape(len(y) * (classes - 1), -1)


def _kernel(rows: np.ndarray) -> np.ndarray:
    """Orthonormal basis of the directions that these rows do not see."""
    if len(rows) == 0:
        return np.eye(rows.shape[1])
    _, d, right = np.linalg.svd(rows, full_matrices=True)
    return right[np.count_nonzero(d > _RANK * d[0]) :].T


def _direction_exists(conditions: np.ndarray) -> bool:
    """Whether some d has conditions @ d ≥ 0 and not = 0: a linear programme, rows joining it as they are broken."""
    if conditions.size == 0:
        return False
    from scipy.optimize import linprog

    basis, d, _ = np.linalg.svd(conditions, full_matrices=False)
    basis = basis[:, d > _RANK * d[0]] * np.sqrt(len(basis))
    gain = basis.mean(axis=0)
    some = max(200, 4 * basis.shape[1])
    active = np.argsort(basis @ gain, kind="stable")[:some]
    for _ in range(_MOST):
        found = linprog(-gain, A_ub=-basis[active], b_ub=np.zeros(len(active)), bounds=(-1.0, 1.0), method="highs-ds")
        if found.x is None:
            return False
        margin = basis @ found.x
        if -found.fun <= 1e-7 or margin.max() <= 1e-6:
            return False
        broken = np.flatnonzero(margin < -_SLACK * margin.max())
        new = np.setdiff1d(broken, active)
        if len(new) == 0:
            return len(broken) == 0
        active = np.append(active, new[np.argsort(margin[new], kind="stable")[:some]])
    return False
