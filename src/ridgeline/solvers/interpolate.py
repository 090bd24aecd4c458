"""Ridge paths between the λ that were solved: polynomials in log λ, of a quantity that hardly varies.

A ridge path is analytic in log λ with its nearest singularities at distance π, so its polynomial through M Chebyshev points
converges like ρ^-M, with ρ = t + √(1 + t²), t = 2π / log(λ_max / λ_min) (Trefethen 2013, *Approximation Theory and
Approximation Practice*, thm 8.2). What is interpolated is not the path but z = (H + λF) β for one fixed Hessian H: constant
for a quadratic loss, so that only the change of curvature along the path is left to follow.
"""

from __future__ import annotations

import numpy as np

__all__ = ["Coordinates", "chebyshev", "lagrange", "points_needed"]


def points_needed(span: float, digits: float) -> int:
    """Chebyshev points that follow a path over `span` = log(λ_max / λ_min) to the given digits."""
    t = 2.0 * np.pi / max(span, 1e-3)
    return int(np.ceil(digits * np.log(10.0) / np.log(t + np.hypot(1.0, t)))) + 1


def chebyshev(low: float, high: float, count: int) -> np.ndarray:
    """Chebyshev points of the second kind on [low, high], increasing; those of `count` are among those of 2 count − 1."""
    t = -np.cos(np.pi * np.arange(count) / (count - 1))
    return 0.5 * (low + high) + 0.5 * (high - low) * t


def lagrange(nodes: np.ndarray, x: np.ndarray, nearest: int | None = None) -> np.ndarray:
    """Weights (len(nodes), len(x)) of the polynomial through `nodes` (all, or the nearest few), evaluated at x.

    Beyond the nodes the polynomial is held at its end value.
    """
    out = np.zeros((len(nodes), len(x)))
    for i, at in enumerate(np.clip(x, nodes.min(), nodes.max())):
        near = np.argsort(np.abs(nodes - at), kind="stable")[:nearest]
        t = nodes[near]
        apart = (at - t)[None, :] / (t[:, None] - t[None, :] + np.eye(len(t)))
        np.fill_diagonal(apart, 1.0)
        out[near, i] = apart.prod(axis=1)
    return out


class Coordinates:
    """θ(λ) ↔ z(λ) = (H + λF) θ(λ) in the eigenbasis of F^(-1/2) H F^(-1/2); unpenalised parameters stay as they are.

    Parameters
    ----------
    hessian : ndarray of shape (p, p)
    factors : ndarray of shape (p,)
        f_j, finite.
    diagonal : bool
        Take H for diagonal (kernel coordinates are nearly so).
    """

    def __init__(self, hessian: np.ndarray, factors: np.ndarray, *, diagonal: bool = False):
        self.penalised = np.flatnonzero(factors > 0)
        self.root = np.sqrt(factors[self.penalised])[:, None]
        block = hessian[np.ix_(self.penalised, self.penalised)] / (self.root * self.root.T)
        if diagonal or len(block) == 0:
            d, self.q = np.diagonal(block).copy(), None
        else:
            d, self.q = np.linalg.eigh(block)
        self.d = np.maximum(d, 1e-14 * d.max(initial=0.0))[:, None]

    def even(self, theta: np.ndarray, lam: np.ndarray) -> np.ndarray:
        """Quantities that hardly vary, from θ (..., p + 1, M) at λ (M,)."""
        z = theta.copy()
        z[..., self.penalised, :] = self._gamma(theta) * (self.d + lam)
        return z

    def uneven(self, z: np.ndarray, lam: np.ndarray) -> np.ndarray:
        """θ from z."""
        theta = z.copy()
        gamma = z[..., self.penalised, :] / np.maximum(self.d + lam, 1e-300)
        theta[..., self.penalised, :] = (gamma if self.q is None else self.q @ gamma) / self.root
        return theta

    def model_loss(self, theta: np.ndarray, centre: np.ndarray) -> np.ndarray:
        """A quadratic that the training loss nearly follows along the path: Σ ½ d γ² − c γ."""
        gamma = self._gamma(theta)
        return ((0.5 * self.d * gamma - centre[:, None]) * gamma).sum(axis=-2)

    def _gamma(self, theta: np.ndarray) -> np.ndarray:
        part = theta[..., self.penalised, :] * self.root
        return part if self.q is None else self.q.T @ part
