"""Preconditioner of multinomial ridge: a Cholesky factor of one training set's Hessian, in single precision.

The Hessian of the loss is made of pairs of classes (see `softmax`), and the cross-products of a pair are those of rows
scaled by √(w π_a π_b), so that one symmetric product has them at half the price. Where a class is all but certain,
most of these weights are tiny. Rows whose weight is far below what λ adds to the diagonal leave only their share of the
diagonal: steps are solved by conjugate gradients with exact products, which a rough factor only makes a little longer.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.linalg import lapack  # loaded with the module, before the threads of BLAS are held to one

from ridgeline.solvers.softmax import Softmax

__all__ = ["Factor"]

_ROWS = 2048
_SLIGHT = 0.3  # of λ: weight of a row, times the rows and its mean square, below which only its diagonal counts


class Factor:
    """L L' = D (H + λ F) D with a unit diagonal, classes before features; `solve` applies the inverse of H + λ F.

    Parameters
    ----------
    data : Softmax
    share : ndarray of shape (n,)
        Weights of the training rows, of sum 1.
    s : int
        The training set.
    theta : ndarray of shape (m,)
        Parameters where the Hessian is taken.
    lam : float
    """

    def __init__(self, data: Softmax, share: np.ndarray, s: int, theta: np.ndarray, lam: float):
        self.shape = data.q.shape[1], data.p + 1
        h = self._hessian(data, _pairs(data, share, s, theta, lam), data.q)
        at = np.arange(len(h))
        h[at, at] += (lam * data.ridge).reshape(self.shape[::-1]).T.ravel().astype(np.float32)
        dead = np.tile(np.append(data.standards[s].inverse == 0, not data.problem.intercept), self.shape[0])
        h[at[dead], at[dead]] = 1.0
        self.scale = 1.0 / np.sqrt(np.maximum(h[at, at], 1e-30))
        h *= self.scale
        h *= self.scale[:, None]
        shift, left = 1e-6, 1
        while left:  # directions that rounding has lost
            self.factor, left = lapack.spotrf(h.T, lower=0)  # type: ignore[attr-defined]
            h[at, at] += np.float32(shift)
            shift *= 10.0

    def _hessian(self, data: Softmax, pairs: np.ndarray, q: np.ndarray) -> np.ndarray:
        """Put the lower blocks together, (m, m); what is above them is never read."""
        r, p1 = self.shape
        d = np.array([q[a] - q[b] for a, b in combinations(range(len(q)), 2)], dtype=np.float32)
        h = np.zeros((r, p1, r, p1), dtype=np.float32)
        for i in range(r):
            for j in range(i + 1):
                h[i, :, j] = np.tensordot(d[:, i] * d[:, j], pairs, axes=1)
        return h.reshape(r * p1, r * p1)

    def solve(self, g: np.ndarray) -> np.ndarray:
        """(H + λ F)⁻¹ g for g of shape (m, c)."""
        r, p1 = self.shape
        x = g.reshape(p1, r, -1).transpose(1, 0, 2).reshape(len(g), -1) * self.scale[:, None]
        size = np.maximum(np.abs(x).max(axis=0, initial=0.0), 1e-300)
        x = np.asfortranarray(x / size, dtype=np.float32)
        y = lapack.spotrs(self.factor, x, lower=0)[0] * self.scale[:, None] * size  # type: ignore[attr-defined]
        return y.reshape(r, p1, -1).transpose(1, 0, 2).reshape(g.shape)


def _pairs(data: Softmax, share: np.ndarray, s: int, theta: np.ndarray, lam: float) -> np.ndarray:
    """Σ w π_a π_b x x' of each pair of classes, (pairs, p + 1, p + 1)."""
    mean, p1 = data.probabilities(s, theta), data.p + 1
    pairs = list(combinations(range(mean.shape[1]), 2))
    out, rows, diagonal = np.zeros((len(pairs), p1, p1), np.float32), np.flatnonzero(share > 0), np.arange(p1)
    room = np.empty((min(_ROWS, len(rows)), p1), np.float32)
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        x = _standardized(data, s, part)
        squares = np.square(x)
        weights = np.array([share[part] * mean[part, a] * mean[part, b] for a, b in pairs])
        heavy = weights * (squares.mean(axis=1) * len(rows)) > _SLIGHT * lam
        for n, weight in enumerate(weights):
            at = np.flatnonzero(heavy[n])
            scaled = np.take(x, at, axis=0, out=room[: len(at)], mode="clip")
            scaled *= np.sqrt(weight[at]).astype(np.float32)[:, None]
            out[n] += scaled.T @ scaled
        out[:, diagonal, diagonal] += np.where(heavy, 0.0, weights).astype(np.float32) @ squares
    return out


def _standardized(data: Softmax, s: int, rows: np.ndarray) -> np.ndarray:
    """Standardized features of some rows, a one behind them for the intercept, in single precision."""
    standard = data.standards[s]
    x = standard.impute(data.problem.design.slab(rows).dense())
    x -= standard.mean
    x *= standard.inverse
    out = np.full((len(rows), data.p + 1), data.problem.intercept, np.float32)
    out[:, :-1] = x
    return out
