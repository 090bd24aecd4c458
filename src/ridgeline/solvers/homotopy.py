"""Homotopy: the lasso path of a quadratic, followed exactly from one change of the support to the next.

Between two changes the coefficients of ½ β'Cβ − c'β + λ Σ l1_j |β_j| are linear in λ (Osborne, Presnell & Turlach 2000;
Efron, Hastie, Johnstone & Tibshirani 2004, §3): on the support A with signs s, β_A falls by C_AA⁻¹ (l1 s)_A for each
unit of λ. The inverse is updated when a coefficient enters or leaves. Rounding adds up and ties are not resolved: who
calls checks the optimality conditions.
"""

from __future__ import annotations

import numpy as np

__all__ = ["Homotopy"]

_TINY = 1e-12


class Homotopy:
    """A place on the path, from which one can go on to smaller λ.

    Parameters
    ----------
    gram : ndarray of shape (p, p)
        C.
    l1 : ndarray of shape (p,)
        All positive but for those that are never penalised.
    beta, pull : ndarray of shape (p,)
        A solution at `lam`, and c − Cβ there; taken over.
    lam : float
    known : pair of ndarray, optional
        The support in some order, and the inverse of C on it.
    """

    def __init__(self, gram: np.ndarray, l1: np.ndarray, beta: np.ndarray, pull: np.ndarray, lam: float, known=None):
        self.gram, self.l1, self.beta, self.pull, self.lam = gram, l1, beta, pull, lam
        self.shut = np.diagonal(gram) <= 0.0  # columns that depend on the support, or say nothing
        self.signs = np.sign(beta)
        support = np.flatnonzero((beta != 0.0) | ((l1 == 0.0) & ~self.shut))
        if known is not None and np.array_equal(np.sort(known[0]), support):
            self.support, self.inverse = known
        else:
            self.support, self.inverse = support, np.linalg.inv(gram[np.ix_(support, support)])

    def go(self, lam: float, most: int = 1000) -> bool:
        """Move to a smaller λ; False when it did not get there in `most` changes of the support."""
        for _ in range(most):
            slope = self.inverse @ (self.l1 * self.signs)[self.support]
            full = np.zeros(len(self.beta))
            full[self.support] = slope
            fall = self.gram @ full
            gone, leaver = self._leaving(slope)
            come, comer = self._entering(fall)
            left = self.lam - lam
            step = min(gone, come, left)
            self.beta[self.support] += step * slope
            self.pull -= step * fall
            self.lam -= step
            if left <= min(gone, come):
                return True
            if gone <= come:
                self._leave(leaver)
            else:
                self._enter(comer)
        return False

    def _leaving(self, slope: np.ndarray) -> tuple[float, int]:
        """How far λ may fall before a coefficient is zero, and its place in the support."""
        now, corner = self.beta[self.support], self.l1[self.support] > 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            far = np.where(corner & (now * slope < 0.0), -now / slope, np.inf)
        at = int(np.argmin(far)) if len(far) else -1
        return (float(far[at]), at) if len(far) else (np.inf, -1)

    def _entering(self, fall: np.ndarray) -> tuple[float, int]:
        """How far λ may fall before a coefficient outside the support is drawn in, and which."""
        with np.errstate(divide="ignore", invalid="ignore"):
            up = (self.lam * self.l1 - self.pull) / (self.l1 - fall)
            down = (self.lam * self.l1 + self.pull) / (self.l1 + fall)
        up = np.where(self.l1 - fall > _TINY, np.maximum(up, 0.0), np.inf)
        down = np.where(self.l1 + fall > _TINY, np.maximum(down, 0.0), np.inf)
        far = np.minimum(up, down)
        far[self.support] = np.inf
        far[self.shut | (self.l1 == 0.0)] = np.inf
        at = int(np.argmin(far))
        return float(far[at]), at

    def _leave(self, place: int) -> None:
        j, m = self.support[place], len(self.support)
        keep = np.delete(np.arange(m), place)
        column = self.inverse[keep, place]
        rest = self.inverse[keep][:, keep]
        rest -= np.outer(column / self.inverse[place, place], column)
        self.support, self.inverse = self.support[keep], rest
        self.beta[j], self.signs[j] = 0.0, 0.0

    def _enter(self, j: int) -> None:
        """Take j into the support, unless it depends on what is there."""
        row = self.gram[j, self.support]
        weights = self.inverse @ row
        rest = self.gram[j, j] - row @ weights
        if rest <= 1e-11 * self.gram[j, j]:
            self.shut[j] = True
            return
        m = len(self.support)
        grown = np.empty((m + 1, m + 1))
        grown[:m, :m] = self.inverse
        grown[:m, :m] += np.outer(weights / rest, weights)
        grown[:m, m] = grown[m, :m] = -weights / rest
        grown[m, m] = 1.0 / rest
        self.inverse = grown
        self.support = np.append(self.support, j)
        self.signs[j] = np.sign(self.pull[j])
