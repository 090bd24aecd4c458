"""Starting points along the path: local polynomials in log λ.

Ridge solutions are analytic in log λ, so a polynomial through a few neighbours on both sides predicts a solution to many
digits; half of a grid can be had from the other half for the price of one correcting step.
"""

from __future__ import annotations

import numpy as np

__all__ = ["interpolate"]


def interpolate(x: float, known: np.ndarray, order: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the nearest known abscissae and their Lagrange weights at x.

    Parameters
    ----------
    x : float
    known : ndarray
        Distinct abscissae (log λ).
    order : int
        Largest number of points to use; points further than 4 (e^4 in λ) are never used beside nearer ones.
    """
    distance = np.abs(known - x)
    near = np.argsort(distance, kind="stable")[:order]
    near = near[distance[near] <= max(4.0, distance[near[0]])]
    if known[near].max() < x or known[near].min() > x:  # outside: extrapolate by a line at most
        near = near[:2] if len(near) > 1 and distance[near[0]] < 2.0 else near[:1]
    t = known[near]
    weights = np.ones(len(t))
    for i in range(len(t)):
        others = np.delete(t, i)
        weights[i] = np.prod((x - others) / (t[i] - others))
    return near, weights
