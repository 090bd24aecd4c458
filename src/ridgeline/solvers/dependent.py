"""Whether columns depend on each other, by the pivots of Cholesky's factor of their second moments."""

from __future__ import annotations

import numpy as np

from ridgeline.moments import mirror

__all__ = ["depend"]

_LARGE = 300  # columns from which on matrices are better not copied


def depend(c: np.ndarray, share: float) -> bool:
    """Say whether what some column has of its own is less than a share of its second moment.

    Parameters
    ----------
    c : ndarray of shape (p, p), C-contiguous
        Second moments; columns without any are left out.
    share : float

    Examples
    --------
    >>> alike = np.array([[1.0, 1.0 - 1e-9], [1.0 - 1e-9, 1.0]])
    >>> depend(alike, 1e-7), depend(alike, 1e-10)
    (True, False)
    """
    diagonal = np.diagonal(c).copy()
    live = diagonal > 0
    pivots = _pivots(c if live.all() else c[np.ix_(live, live)])
    return not bool(np.all(pivots >= share * diagonal[live]))


def _pivots(c: np.ndarray) -> np.ndarray:
    """Squared pivots, NaN where there is no factor; of a large matrix it is made in its own room."""
    if len(c) < _LARGE:
        try:
            return np.diagonal(np.linalg.cholesky(c)) ** 2
        except np.linalg.LinAlgError:
            return np.full(len(c), np.nan)
    from scipy.linalg import lapack

    diagonal = np.diagonal(c).copy()
    factor, failed = lapack.dpotrf(c.T, lower=0, clean=0, overwrite_a=1)  # type: ignore[attr-defined]
    pivots = np.full(len(c), np.nan) if failed else np.diagonal(factor) ** 2
    np.fill_diagonal(c, diagonal)
    mirror(c)
    return pivots
