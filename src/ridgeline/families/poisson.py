"""Poisson: ℓ(y, η) = e^η − yη with y ≥ 0. Counts and rates; exposure enters as offset = log(exposure)."""

from __future__ import annotations

import numpy as np

from ridgeline.errors import TargetError
from ridgeline.families.base import Family, finite_target, log_mean_exp, relative_entropy

__all__ = ["Poisson"]

_LARGEST = 300.0  # beyond 300 the loss goes on as its tangent: squares of e^300 are still finite


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
    largest_eta = _LARGEST

    def loss(self, y, eta):  # noqa: D102
        return self.mean(eta) * (1.0 + np.maximum(eta - _LARGEST, 0.0)) - y * eta

    def gradient(self, y, eta):  # noqa: D102
        return self.mean(eta) - y

    def loss_gradient(self, y, eta):  # noqa: D102
        mean = self.mean(eta)
        return mean * (1.0 + np.maximum(eta - _LARGEST, 0.0)) - y * eta, mean - y

    def curvature(self, y, eta):  # noqa: D102
        return self.mean(eta)

    def curvature_at(self, y, u):  # noqa: D102
        return u + y

    def mean(self, eta):  # noqa: D102
        return np.exp(np.minimum(eta, self.largest_eta))

    def recession(self, y):  # noqa: D102
        return np.where(y == 0.0, -1.0, 0.0)

    def link(self, mean):  # noqa: D102
        return np.log(mean)

    def null_eta(self, y, weights, offset=None):
        """Return log (Σ w y / Σ w e^offset)."""
        mean = max(float(weights @ y / weights.sum()), 1e-300)
        return float(np.log(mean)) - (0.0 if offset is None else log_mean_exp(offset, weights))

    def fenchel_young(self, y, eta, u):
        """Relative entropy of u + y from e^η."""
        return relative_entropy(u + y, self.mean(eta))

    def conjugate(self, y, u):
        """Return q log q − q with q = u + y; +inf for q < 0."""
        q = u + y
        return np.where(q < 0, np.inf, np.where(q > 0, q * np.log(np.maximum(q, 1e-300)) - q, 0.0))

    def check_y(self, y):  # noqa: D102
        values = finite_target(y, self.name)
        if (values < 0).any():
            row = int(np.argmax(values < 0))
            raise TargetError(
                f"The target of a {self.name} model must not be negative; row {row} holds {values[row]:g}."
            )
        return values
