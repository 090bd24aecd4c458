"""Ridge at every λ from an eigendecomposition, (A + λ)⁻¹ g = Q (D + λ)⁻¹ Q'g."""

from __future__ import annotations

import numpy as np

__all__ = ["Eigen", "live", "shrink"]

_EPS = np.finfo(np.float64).eps


class Eigen:
    """A symmetric positive semidefinite matrix as Q diag(d) Q'.

    Parameters
    ----------
    a : ndarray of shape (p, p)

    Examples
    --------
    >>> form = Eigen(np.array([[2.0, 1.0], [1.0, 2.0]]))
    >>> form.solve(np.array([3.0, 3.0]), np.array([0.0, 3.0])).round(6).tolist()
    [[1.0, 0.5], [1.0, 0.5]]
    """

    def __init__(self, a: np.ndarray):
        d, self.q = _decompose(a)
        self.d = np.maximum(d, 0.0)

    def eigenvalues(self) -> np.ndarray:
        """Of A."""
        return self.d

    def solve(self, g: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """Find (A + λ)⁻¹ g for every λ, shape (p, L); directions of A that are rounding error are left out."""
        return self.q @ shrink(self.d, self.q.T @ g, lams)


def live(d: np.ndarray) -> np.ndarray:
    """Which eigenvalues are not rounding error."""
    return d > d.max(initial=0.0) * _EPS * max(10, len(d))


def shrink(d: np.ndarray, z: np.ndarray, lams: np.ndarray) -> np.ndarray:
    """Divide z by d + λ, shape (p, L), where d is not rounding error; nothing where both are zero."""
    known = live(d)
    total = np.where(known, d, 0.0)[:, None] + lams
    return np.divide(np.where(known, z, 0.0)[:, None], total, where=total > 0, out=np.zeros_like(total))


def _decompose(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and vectors; kernel coordinates come diagonal."""
    d = np.diagonal(a).copy()
    lost = len(d) * _EPS * d.max(initial=0.0)  # what a decomposition would lose as well
    if all(np.abs(row[:j]).max(initial=0.0) <= lost for j, row in enumerate(a)):
        return d, np.eye(len(d))
    return np.linalg.eigh(a)  # reads the lower triangle
