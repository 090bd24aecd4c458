"""Penalty factors that make the levels of a category fair beside numbers."""

from __future__ import annotations

import numpy as np

__all__ = ["level_factors"]


def level_factors(codes: np.ndarray, levels: tuple[int, ...], weights: np.ndarray) -> np.ndarray:
    """Penalty factors of one-hot columns: measured by the scale of their category, rare levels are no bargain.

    A level of share q has the standard deviation s = √(q (1 − q)). Per standard deviation the effect of a rare level is
    cheap: at the same cost it may be 1/s times as large, and the rows of few cases are memorised. The factor::

        f_j = S / s_j        with S² = Σ q (1 − q) over the levels of the category

    makes the L1 penalty f_j |s_j b_j| = |S b_j| the same for all levels of a category; the L2 penalty f_j (s_j b_j)²
    lies halfway, on the scale of logarithms, between that and the penalty per standard deviation. Two levels of one
    category have s_1 = s_2 and f = √2.

    Parameters
    ----------
    codes : ndarray of shape (n, c)
        Levels as codes; −1 is none.
    levels : tuple of int
        Number of levels of each category.
    weights : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (sum(levels),)
        1 where a level is constant.

    Examples
    --------
    A level of half the rows beside five rare ones:

    >>> level_factors(np.array([[0]] * 5 + [[k] for k in range(1, 6)]), (6,), np.ones(10)).round(2)
    array([1.67, 2.79, 2.79, 2.79, 2.79, 2.79])
    """
    found = []
    for k, count in enumerate(levels):
        known = codes[:, k] >= 0
        share = np.bincount(codes[known, k], weights[known], count) / weights.sum()
        variance = share * (1.0 - share)
        found.append(np.sqrt(np.divide(variance.sum(), variance, out=np.ones(count), where=variance > 0.0)))
    return np.concatenate(found) if found else np.empty(0)
