"""Starting points along the path: local polynomials in log λ.

Ridge solutions are analytic in log λ, so a polynomial through a few neighbours on both sides predicts a solution to
many digits; half of a grid can be had from the other half for the price of one correcting step.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

__all__ = ["Grid", "between", "interpolate", "predict"]


class Grid(Protocol):
    """A path that is being solved.

    Attributes
    ----------
    x : ndarray of shape (L,)
        log λ.
    solved : ndarray of shape (L,), bool
    theta : ndarray of shape (sets, m, L)
        Parameters, where solved.
    nodes : dict
        Curvatures of every set at the λ (positions) where they were taken from the data.
    """

    x: np.ndarray
    solved: np.ndarray
    theta: np.ndarray
    nodes: dict[int, list[np.ndarray]]


def predict(grid: Grid, i: int) -> np.ndarray:
    """Parameters of every set at λ_i, (sets, m), from those of the λ that are solved."""
    known = np.flatnonzero(grid.solved)
    distinct = known[np.unique(grid.x[known], return_index=True)[1]]
    near, weights = interpolate(grid.x[i], grid.x[distinct])
    return np.einsum("smk,k->sm", grid.theta[:, :, distinct[near]], weights)


def between(grid: Grid, i: int, k: int) -> np.ndarray:
    """Curvature of set k at λ_i, linear in log λ between the two nodes around it."""
    nodes = np.array(sorted(grid.nodes))
    right = int(np.searchsorted(nodes, i))
    a, b = nodes[max(right - 1, 0)], nodes[min(right, len(nodes) - 1)]
    if grid.x[a] == grid.x[b]:
        return grid.nodes[a][k]
    t = (grid.x[i] - grid.x[a]) / (grid.x[b] - grid.x[a])
    return (1 - t) * grid.nodes[a][k] + t * grid.nodes[b][k]


def interpolate(x: float, known: np.ndarray, order: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the nearest known abscissae and their Lagrange weights at x.

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
    ahead, apart = np.tile(x - t, (len(t), 1)), t[:, None] - t
    np.fill_diagonal(ahead, 1.0)
    np.fill_diagonal(apart, 1.0)
    return near, np.prod(ahead / apart, axis=1)
