"""Gaussian: ℓ(y, η) = ½ (y − η)². Linear regression."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ridgeline.families.base import Family, finite_target

__all__ = ["Gaussian"]


class Gaussian(Family):
    """Half squared error with identity link.

    Examples
    --------
    >>> import numpy as np
    >>> Gaussian().loss(np.array([1.0]), np.array([3.0]))
    array([2.])
    """

    name = "gaussian"
    loss_name = "half squared error"

    def loss(self, y, eta):  # noqa: D102
        return 0.5 * (y - eta) ** 2

    def gradient(self, y, eta):  # noqa: D102
        return eta - y

    def accumulate(self, y, eta, weights, bounds, scratch):
        """In place: r = η − y, and Σ w r² / 2."""
        eta -= y[:, None]
        np.multiply(eta, eta, out=scratch)
        if weights is not None:
            scratch *= weights[:, None]
            eta *= weights[:, None]
        return eta, 0.5 * np.stack([scratch[a:b].sum(axis=0) for a, b in pairwise(bounds)])

    def curvature(self, y, eta):  # noqa: D102
        return np.ones_like(eta)

    def curvature_at(self, y, u):  # noqa: D102
        return np.ones_like(u)

    def mean(self, eta):  # noqa: D102
        return eta

    def link(self, mean):  # noqa: D102
        return mean

    def conjugate(self, y, u):  # noqa: D102
        return 0.5 * u**2 + u * y

    def fenchel_young(self, y, eta, u):  # noqa: D102
        return 0.5 * (eta - y - u) ** 2

    def check_y(self, y):  # noqa: D102
        return finite_target(y, self.name)
