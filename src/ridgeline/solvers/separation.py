"""Whether an optimum is missing because some direction never raises the loss: separation, proved or not claimed.

Without a penalty the loss has no minimum exactly when a direction d exists along which no row's loss ever rises and
some row's falls for ever (Albert & Anderson 1984 for classes; Rockafellar 1970, §27, for any convex loss): with
s_i = ±1 the side on which the loss of row i falls, s_i x_i'd ≥ 0 for all rows, > 0 for one, and x_i'd = 0 for rows
whose loss rises on both sides. Last iterates often are such a d; else `recession` decides.
"""

from __future__ import annotations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.problem import Problem, standard_columns
from ridgeline.solvers.base import Resamples
from ridgeline.solvers.recession import SLACK, recession

__all__ = ["Separation", "decidable", "recedes"]

_LARGEST = 4_000_000  # cells of the matrix of conditions; beyond, only the iterate itself may prove separation
_RANK = 1e-13  # of the largest singular value


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
    train = train & (problem.weights > 0)
    if problem.family.name != "multinomial":
        return _direction(problem, train, standard, free, theta) is not None
    y = problem.y[train].astype(np.intp)
    eta = _predictor(problem, standard, np.where(np.append(free, True)[:, None], theta, 0.0))[train]
    others = np.where(problem.family.indicator(y, eta) > 0, -np.inf, eta)  # type: ignore[attr-defined]
    if np.all(eta[np.arange(len(y)), y] > others.max(axis=1)):  # the parameters themselves tell every row's class
        return True
    rows = _written(problem, train, standard, free, (theta.shape[1] - 1) ** 2)
    return rows is not None and recession(_pairs(rows[train], y, theta.shape[1])) is not None


def decidable(problem: Problem, train: np.ndarray, standard: Standardization, free: np.ndarray, times: int = 1) -> bool:
    """Whether `recedes` decides the question, rather than giving it up: K classes take (K − 1)² `times` as much."""
    used = int(np.count_nonzero(free & (standard.inverse > 0)))
    return int(train.sum()) * (used + int(problem.intercept)) * times <= _LARGEST


class Separation:
    """Whether training sets have an optimum; a direction that proves one set has none is tried on the others first.

    Parameters
    ----------
    problem : Problem
        Of a family with one predictor.
    resamples : Resamples
    standards : list of Standardization
        One for each training set.
    """

    def __init__(self, problem: Problem, resamples: Resamples, standards: list[Standardization]):
        self.problem, self.resamples, self.standards = problem, resamples, standards
        self.asked: dict[tuple[int, bytes], bool] = {}
        self.proofs: list[tuple[bytes, np.ndarray]] = []

    def of(self, s: int, free: np.ndarray, theta: np.ndarray) -> bool:
        """Whether set s has no optimum, see `recedes`."""
        key = s, free.tobytes()
        if key not in self.asked:
            self.asked[key] = self._look(s, free, theta)
        return self.asked[key]

    def _look(self, s: int, free: np.ndarray, theta: np.ndarray) -> bool:
        problem = self.problem
        train = self.resamples.members(s, len(problem.y)) & (problem.weights > 0)
        side = problem.family.recession(problem.y[train])
        for known, eta in self.proofs:
            if known == free.tobytes() and problem.intercept and _proves(side, eta[train]):
                return True
        found = _direction(problem, train, self.standards[s], free, theta)
        if found is not None:
            self.proofs.append((free.tobytes(), found))
        return found is not None


def _proves(side: np.ndarray, eta: np.ndarray) -> bool:
    """Whether no row's loss rises along the direction with this predictor and some row's falls."""
    slack = SLACK * np.abs(eta).max(initial=0.0)
    margin = side * eta
    return bool(np.all(margin >= -slack) and np.any(margin > slack) and np.all(np.abs(eta[side == 0.0]) <= slack))


def _direction(
    problem: Problem, train: np.ndarray, standard: Standardization, free: np.ndarray, theta: np.ndarray
) -> np.ndarray | None:
    """Predictor of all rows, (n,), along a direction of recession of the rows `train`; None without one."""
    side = problem.family.recession(problem.y)
    eta = _predictor(problem, standard, np.where(np.append(free, True), theta, 0.0))[:, 0]
    if np.all(side[train] * eta[train] > 0.0):  # the parameters themselves tell every row's side
        return eta
    rows = _written(problem, train, standard, free)
    if rows is None:
        return None
    rows = rows @ _kernel(rows[train & (side == 0.0)])
    told = train & (side != 0.0)
    found = recession(side[told, None] * rows[told])
    return None if found is None else rows @ found


def _predictor(problem: Problem, standard: Standardization, theta: np.ndarray) -> np.ndarray:
    """Predictors (n, K) of all rows, without the offset."""
    b, shift = standard.stored(theta[:-1].reshape(len(theta) - 1, theta[-1].size))
    return problem.design.predict(b) + (shift + theta[-1])


def _written(
    problem: Problem, train: np.ndarray, standard: Standardization, free: np.ndarray, times: int = 1
) -> np.ndarray | None:
    """Free standardized columns of all rows, a one for the intercept before them; None where that is too much."""
    if not decidable(problem, train, standard, free, times):
        return None
    used = np.flatnonzero(free & (standard.inverse > 0))
    return np.hstack([np.ones((len(problem.y), int(problem.intercept))), standard_columns(problem, standard, used)])


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
