"""Hessians and their Cholesky factors, in single precision where that will do: steps only have to lead nearly there.

What is kept in single precision is a triangle in the format of `ridgeline.packed`: a quarter of the room.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack  # loaded with the module, before the threads of BLAS are held to one

from ridgeline.moments import mirror

__all__ = ["WIDE", "combined", "factor_of", "halved", "solve_with", "squared"]

WIDE = 60
"""Parameters from which on room, and doing without factors, is worth the trouble."""
_PIVOT, _HUGE = 1e-4, 1e30  # share of the diagonal, and size, up to which single precision will do for a factor


def halved(h: np.ndarray) -> np.ndarray:
    """Keep a symmetric matrix, or what this has made of it, as a triangle in single precision."""
    return h if h.ndim == 1 else lapack.strttf(h.astype(np.float32))[0]  # type: ignore[attr-defined]


def squared(h: np.ndarray, m: int) -> np.ndarray:
    """Return the symmetric matrix (m, m) that `halved` was given, to single precision; others as they are.

    Examples
    --------
    >>> squared(halved(np.array([[2.0, 1.0], [1.0, 4.0]])), 2).tolist()
    [[2.0, 1.0], [1.0, 4.0]]
    """
    if h.ndim == 2:
        return h
    a = lapack.stfttr(m, h)[0].astype(np.float64, order="C")  # type: ignore[attr-defined]
    mirror(a)
    return a


def combined(weights: np.ndarray, hessians: list[np.ndarray], m: int) -> np.ndarray:
    """Weighted sum of matrices (m, m), some of them halved perhaps."""
    alike = hessians if len({h.ndim for h in hessians}) == 1 else [squared(h, m) for h in hessians]
    total = float(weights[0]) * alike[0]
    for weight, h in zip(weights[1:].tolist(), alike[1:], strict=True):
        total += weight * h
    return squared(total, m)


def factor_of(h: np.ndarray, ridge: np.ndarray) -> tuple:
    """Cholesky factor of H + diag(ridge); where rounding has made it indefinite, its positive eigenvectors.

    Large factors are kept in single precision where no pivot loses much.
    """
    a = h.astype(np.float64)
    a.flat[:: len(a) + 1] += ridge + 1e-14 * np.diagonal(h)  # columns of any size count alike
    try:
        factor = np.linalg.cholesky(a).T
    except np.linalg.LinAlgError:
        d, u = np.linalg.eigh((a + a.T) / 2)
        live = d > 1e-13 * d[-1]  # directions nothing is known of stay where they are
        return d[live], u[:, live]
    size, pivots = np.diagonal(a), np.diagonal(factor) ** 2
    if len(a) >= WIDE and size.max() < _HUGE and (pivots >= _PIVOT * size).all():
        return (lapack.strttf(factor.astype(np.float32))[0],)  # type: ignore[attr-defined]
    return (factor,)


def solve_with(factor: tuple, g: np.ndarray) -> np.ndarray:
    """Solve for one or more right sides with what `factor_of` has made."""
    if len(factor) == 1:
        if factor[0].dtype == np.float32:
            return lapack.spftrs(len(g), factor[0], g.astype(np.float32))[0].astype(np.float64)  # type: ignore[attr-defined]
        return lapack.dpotrs(factor[0], g, lower=0)[0]  # type: ignore[attr-defined]
    d, u = factor
    return u @ ((u.T @ g) / d[:, None]) if g.ndim == 2 else u @ ((u.T @ g) / d)
