"""Elastic net with more columns than rows: Newton's method on the dual, which has one variable for each row.

With residual a = s − Aθ the dual of ½ ‖Aθ − s‖² + Σ_j [l1_j |θ_j| + ½ l2_j θ_j²] is

::

    minimise over a:  ½ ‖a‖² − s'a + Σ_j (|A_j'a| − l1_j)₊² / (2 l2_j)   subject to  A_F'a = 0,   F: never penalised

smooth, strongly convex and piecewise quadratic, and θ_j = soft(A_j'a, l1_j) / l2_j. A Newton step takes one system of
the size of the rows, I + A_S diag(1/l2) A_S', however many columns S are in use; with a line search the pieces end
after finitely many steps (Li, Sun & Toh 2018, doi:10.1137/16M1097572, with the proximal term at 0). A step on the
signs so found, by the same factor, removes what division by a small l2 has added to the rounding.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

__all__ = ["Dual"]

_MOST = 60


class Dual:
    """The rows of one quadratic, and what its last support has left behind.

    Parameters
    ----------
    a : ndarray of shape (n, w)
        A.
    l1, l2 : ndarray of shape (w,)
        At λ = 1; both 0 for what is never penalised, else l2 > 0.
    """

    def __init__(self, a: np.ndarray, l1: np.ndarray, l2: np.ndarray):
        self.a, self.l1, self.held = a, l1, l2 > 0.0
        self.unit = np.where(self.held, l2, 1.0)
        self.free = np.asfortranarray(a[:, np.flatnonzero(~self.held & (np.square(a).sum(axis=0) > 0.0))])
        self.at = np.flatnonzero(~self.held & (np.square(a).sum(axis=0) > 0.0))
        self.support = np.zeros(a.shape[1], dtype=bool)
        self.kernel = np.zeros((len(a), len(a)))

    def minimise(self, theta: np.ndarray, s: np.ndarray, lam: float) -> tuple[np.ndarray, np.ndarray] | None:
        """Minimiser at λ and A'(Aθ − s) there, from some point; None when the steps do not end."""
        try:
            return self._descend(s, self._balanced(s - self._product(theta)), lam)
        except (LinAlgError, np.linalg.LinAlgError):
            return None

    def _balanced(self, residual: np.ndarray) -> np.ndarray:
        """Make a residual orthogonal to the columns that are never penalised."""
        return residual - self.free @ np.linalg.lstsq(self.free, residual, rcond=None)[0]

    def _descend(self, s: np.ndarray, a: np.ndarray, lam: float) -> tuple[np.ndarray, np.ndarray] | None:
        pull, l1, l2 = self.a.T @ a, lam * self.l1, lam * self.unit
        theta = self._theta(pull, l1, l2)
        for _ in range(_MOST):
            factor = self._factor(theta != 0.0, lam)
            fit = self._product(theta)
            step, free = self._step(factor, s - a - fit, self.free.T @ a)
            along = self.a.T @ step
            slope = float(step @ (a - s + fit))
            length = self._length(s, (a, step), (pull, along), (l1, l2), slope)
            a, pull = a + length * step, pull + length * along
            before, theta = np.sign(theta), self._theta(pull, l1, l2)
            if length == 1.0 and np.array_equal(np.sign(theta), before):
                theta[self.at] = free
                return self._refined(factor, s, theta, l1, l2)
        return None

    def _theta(self, pull: np.ndarray, l1: np.ndarray, l2: np.ndarray) -> np.ndarray:
        return np.where(self.held, np.sign(pull) * np.maximum(np.abs(pull) - l1, 0.0) / l2, 0.0)

    def _product(self, theta: np.ndarray) -> np.ndarray:
        used = np.flatnonzero(theta)
        return self.a[:, used] @ theta[used] if 4 * len(used) < len(theta) else self.a @ theta

    def _factor(self, support: np.ndarray, lam: float) -> tuple:
        """Factorize I + A_S diag(1/l2) A_S'; columns that came and went are added and taken away."""
        changed = np.flatnonzero(support != self.support)
        if 2 * len(changed) > support.sum():
            self.kernel[:] = 0.0
            changed, self.support = np.flatnonzero(support), np.zeros_like(support)
        if len(changed):
            part = self.a[:, changed]
            self.kernel += (part * (np.where(support[changed], 1.0, -1.0) / self.unit[changed])) @ part.T
            self.support = support
        system = self.kernel / lam
        system.flat[:: len(system) + 1] += 1.0
        return cho_factor(system, lower=True, overwrite_a=True, check_finite=False)

    def _step(self, factor: tuple, rest: np.ndarray, missed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve H step + A_F θ_F = rest with A_F'step = −missed."""
        solved = cho_solve(factor, np.column_stack([self.free, rest]), check_finite=False)
        x, y = solved[:, :-1], solved[:, -1]
        free = np.linalg.lstsq(self.free.T @ x, self.free.T @ y + missed, rcond=None)[0]
        return y - x @ free, free

    def _length(self, s: np.ndarray, line: tuple, pulls: tuple, penalty: tuple, slope: float) -> float:
        """Halve the step until the dual objective falls as it should."""
        (a, step), (pull, along), (l1, l2) = line, pulls, penalty

        def value(t: float) -> float:
            at = a + t * step
            over = np.where(self.held, np.maximum(np.abs(pull + t * along) - l1, 0.0), 0.0)
            return float(0.5 * at @ at - s @ at + 0.5 * (over * over / l2).sum())

        first, t = value(0.0), 1.0
        while value(t) > first + 1e-4 * t * slope + 1e-13 * abs(first) and t > 1e-8:
            t /= 2.0
        return t

    def _refined(self, factor: tuple, s: np.ndarray, theta: np.ndarray, l1: np.ndarray, l2: np.ndarray):
        """One step of refinement with the signs as they are, and the gradient of the squares after it."""
        used = np.flatnonzero(self.held & (theta != 0.0))
        part, sign = self.a[:, used], np.sign(theta[used])
        rest = s - self.a @ theta
        left = part.T @ rest - l1[used] * sign - l2[used] * theta[used]
        move, free = self._step(factor, part @ (left / l2[used]), -self.free.T @ rest)
        theta[used] += (left - part.T @ move) / l2[used]
        theta[self.at] -= free
        theta[used] = np.where(theta[used] * sign > 0.0, theta[used], 0.0)
        return theta, -(self.a.T @ (s - self.a @ theta))
