"""Coordinate descent on a quadratic: compiled with numba when an L1 kernel is first called, else its NumPy twin."""

from __future__ import annotations

from functools import cache

import numpy as np

__all__ = ["descend"]


def descend(
    gram: np.ndarray,
    linear: np.ndarray,
    l1: np.ndarray,
    l2: np.ndarray,
    box: np.ndarray,
    lams: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Minimise ½ β'Cβ − c'β + λ Σ (l1_j |β_j| + ½ l2_j β_j²) subject to lower ≤ β ≤ upper, for each λ in turn.

    Parameters
    ----------
    gram : ndarray of shape (p, p)
        C, symmetric and positive semidefinite.
    linear : ndarray of shape (p,)
    l1, l2 : ndarray of shape (p,)
    box : ndarray of shape (2, p)
        Lower and upper bounds.
    lams : ndarray of shape (L,)
        Decreasing, for the warm starts to be any good.
    start : ndarray of shape (p,)
        Where to begin at the first λ; left as it is.

    Returns
    -------
    beta : ndarray of shape (L, p)
    solved : ndarray of shape (L,), bool
        Whether the optimality conditions hold to rounding.

    Examples
    --------
    >>> one = np.ones(1)
    >>> beta, solved = descend(np.eye(1), 3 * one, one, 0 * one, np.array([[-9.0], [9.0]]), np.array([2.0, 1.0]), 0 * one)
    >>> beta.ravel().tolist(), bool(solved.all())
    ([1.0, 2.0], True)
    """
    arrays = [np.ascontiguousarray(a, dtype=np.float64) for a in (gram, linear, l1, l2, box, lams)]
    return _kernel()(*arrays, np.array(start, dtype=np.float64))


@cache
def _kernel():
    try:
        from ridgeline.kernels import compiled
    except ImportError:  # no numba on this platform
        from ridgeline.kernels import plain

        return plain.descend
    return compiled.descend
