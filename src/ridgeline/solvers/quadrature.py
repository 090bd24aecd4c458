"""Eigenvalues from products: stochastic Lanczos quadrature (Ubaru, Chen & Saad 2017).

Random probes give nodes and weights that integrate functions of a spectrum; the weights are rounded to whole
eigenvalues. Degrees of freedom found from them are good to about one percent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.solvers.lanczos import Lanczos

__all__ = ["eigenvalues"]


def eigenvalues(
    product: Callable[[np.ndarray], np.ndarray],
    standard: Standardization,
    factors: np.ndarray,
    rank: int,
    *,
    centred: bool,
    effort: tuple[int, int],
) -> np.ndarray:
    """Estimate the eigenvalues of the standardized second moments C divided by the penalty factors.

    Parameters
    ----------
    product : callable
        ``product(u) -> C u`` for u (p, c).
    standard : Standardization
    factors : ndarray of shape (p,)
    rank : int
        Of C, at most.
    centred : bool
        Whether C is about the means, so that the sum of its eigenvalues is known from the standard deviations.
    effort : tuple of int
        How many probes are multiplied together, and how often.

    Returns
    -------
    ndarray
        At most `rank` numbers, and infinity for each column that is never penalised.
    """
    probes, steps = effort
    held = (standard.inverse > 0) & (factors > 0) & np.isfinite(factors)
    scale = np.where(held, 1.0 / np.sqrt(np.where(held, factors, 1.0)), 0.0)[:, None]
    start = np.random.default_rng(0).choice([-1.0, 1.0], (len(factors), probes)) * held[:, None]
    rank = int(min(held.sum(), rank))
    nodes, weights = _quadrature(lambda u: scale * product(scale * u), start, min(steps, rank))
    found = _whole(nodes, weights * int(held.sum()), rank)
    if centred:
        found *= ((standard.sd * standard.inverse * scale[:, 0]) ** 2).sum() / max(found.sum(), 1e-300)
    free = int(((factors == 0) & (standard.inverse > 0)).sum())
    return np.concatenate([found, np.full(free, np.inf)])


def _quadrature(product, start: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the probes' mean."""
    lanczos = Lanczos(start, steps)
    for _ in range(steps):
        lanczos.step(product)
    each = [lanczos.eigen(c) for c in range(start.shape[1])]
    return np.concatenate([d for d, _ in each]), np.concatenate([u[0] ** 2 for _, u in each]) / len(each)


def _whole(nodes: np.ndarray, weights: np.ndarray, rank: int) -> np.ndarray:
    """Eigenvalues, the largest `rank` of as many as the weights add up to; node i stands for weights_i of them."""
    order = np.argsort(-nodes)
    reach = np.cumsum(weights[order])
    return np.maximum(nodes[order][np.minimum(np.searchsorted(reach, np.arange(rank) + 0.5), len(nodes) - 1)], 0.0)
