"""Poisson: ℓ(y, η) = e^η − yη with y ≥ 0. Counts and rates; exposure enters as offset = log(exposure)."""

from __future__ import annotations

import numpy as np

from ridgeline.errors import TargetError
from ridgeline.families.base import Family, finite_target

__all__ = ["Poisson"]

_LARGEST = 700.0  # e^700 is still finite


class Poisson(Family):
    """Negative Poisson log-likelihood without log y!, log link.

    Examples
    --------
    >>> import numpy as np
    >>> Poisson().gradient(np.array([2.0]), np.array([0.0]))
    array([-1.])
    """

    name = "poisson"
    loss_name = "Poisson loss"

    def loss(self, y, eta):  # noqa: D102
        return self.mean(eta) - y * eta

    def gradient(self, y, eta):  # noqa: D102
        return self.mean(eta) - y

    def loss_gradient(self, y, eta):  # noqa: D102
        mean = self.mean(eta)
        return mean - y * eta, mean - y

    def curvature(self, y, eta):  # noqa: D102
        return self.mean(eta)

    def mean(self, eta):  # noqa: D102
        return np.exp(np.minimum(eta, _LARGEST))

    def link(self, mean):  # noqa: D102
        return np.log(mean)

    def mean_range(self, y):  # noqa: D102
        return 1e-300, np.inf

    def conjugate(self, y, u):
        """Q log q − q with q = u + y; +inf for q < 0."""
        q = u + y
        return np.where(q < 0, np.inf, np.where(q > 0, q * np.log(np.maximum(q, 1e-300)) - q, 0.0))

    def check_y(self, y):  # noqa: D102
        values = finite_target(y, self.name)
        if (values < 0).any():
            row = int(np.argmax(values < 0))
            raise TargetError(f"The target of a {self.name} model must not be negative; row {row} holds {values[row]:g}.")
        return values
