"""Moments of many columns that keep a triangle of the cross-products: half the room, the same verbs.

The triangle is in LAPACK's rectangular full packed format, whose two halves are matrices (Gustavson, Waśniewski,
Dongarra & Langou 2010, ACM Trans. Math. Softw. 37:18).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack  # loaded with the module, before the threads of BLAS are held to one

from ridgeline.moments import Moments, meeting, mirror

__all__ = ["Packed", "pack"]


@dataclass(frozen=True)
class Packed:
    """`Moments` whose cross-products are a triangle.

    Attributes
    ----------
    weight : float
    mean : ndarray of shape (m,)
    triangle : ndarray of shape (m (m + 1) / 2,)

    Examples
    --------
    >>> half = Packed(2.0, np.zeros(2), pack(np.array([[2.0, 1.0], [1.0, 4.0]])))
    >>> half.merge(Packed(2.0, np.ones(2), half.triangle)).scatter.tolist()
    [[5.0, 3.0], [3.0, 9.0]]
    """

    weight: float
    mean: np.ndarray
    triangle: np.ndarray

    def merge(self, other: Packed, *, spare: bool = False) -> Packed:
        """Moments of both sets of rows together; see `Moments.merge`."""
        if self.weight == 0.0:
            return other
        if other.weight == 0.0:
            return self
        weight, mean, d, by = meeting(self, other)
        triangle = np.add(self.triangle, other.triangle, out=self.triangle if spare else None)
        return Packed(weight, mean, triangle).plus(by, d)

    def plus(self, by: float, d: np.ndarray) -> Packed:
        """Add by d d' to the cross-products, in place."""
        lapack.dsfrk(len(d), 1, by, d[:, None], 1.0, self.triangle, uplo="L", overwrite_c=1)  # type: ignore[attr-defined]
        return self

    def transform(self, apply: Callable[[np.ndarray], np.ndarray]) -> Moments:
        """Moments of the linearly mapped rows; see `Moments.transform`."""
        return Moments(self.weight, self.mean, self.scatter).transform(apply)

    @property
    def variance(self) -> np.ndarray:
        """Variances, divisor W."""
        m = len(self.mean)
        k, odd = m // 2, m % 2
        stored = self.triangle.reshape(k + odd, -1)  # by column: m of them if odd, else m + 1
        i, j = np.arange(k + odd), np.arange(k)
        first = stored[i, i + 1 - odd]
        second = stored[j + odd, j]
        return np.concatenate([first, second]) / max(self.weight, 1e-300)

    @property
    def scatter(self) -> np.ndarray:
        """Centred cross-products S, made anew, (m, m)."""
        a = lapack.dtfttr(len(self.mean), self.triangle, uplo="L")[0].T  # type: ignore[attr-defined]
        mirror(a)
        return a


def pack(a: np.ndarray) -> np.ndarray:
    """Return a symmetric matrix, of which the upper triangle is read, as `Packed` keeps it."""
    return lapack.dtrttf(a.T, uplo="L")[0]  # type: ignore[attr-defined]
