"""Gamma, log link: ℓ(y, η) = y e^(−η) + η with y > 0. Positive, skewed amounts: costs, durations, sizes."""

from __future__ import annotations

import numpy as np

from ridgeline.errors import TargetError
from ridgeline.families.base import Family, finite_target, log_mean_exp, relative_entropy

__all__ = ["Gamma"]

_FARTHEST = 300.0  # beyond −300 the loss goes on as its tangent: squares of e^300 are still finite


class Gamma(Family):
    """Negative gamma log-likelihood per unit of shape, without the terms in y alone; log link.

    The loss of a row that is a factor e off in either direction is at most e − 2 larger than the least: errors are
    relative.

    Examples
    --------
    >>> import numpy as np
    >>> Gamma().gradient(np.array([2.0]), np.array([0.0]))
    array([-1.])
    """

    name = "gamma"
    loss_name = "gamma loss"
    largest_eta = 700.0

    def loss(self, y, eta):  # noqa: D102
        below = np.maximum(-eta - _FARTHEST, 0.0)
        return self._ratio(y, eta) * (1.0 + below) + eta

    def gradient(self, y, eta):  # noqa: D102
        return 1.0 - self._ratio(y, eta)

    def loss_gradient(self, y, eta):  # noqa: D102
        ratio = self._ratio(y, eta)
        return ratio * (1.0 + np.maximum(-eta - _FARTHEST, 0.0)) + eta, 1.0 - ratio

    def curvature(self, y, eta):  # noqa: D102
        return self._ratio(y, eta)

    def curvature_at(self, y, u):  # noqa: D102
        return 1.0 - u

    def mean(self, eta):  # noqa: D102
        return np.exp(np.minimum(eta, self.largest_eta))

    def link(self, mean):  # noqa: D102
        return np.log(mean)

    def null_eta(self, y, weights, offset=None):
        """Return log (Σ w y e^(−offset) / W)."""
        shift = np.zeros_like(y) if offset is None else offset
        return log_mean_exp(np.log(y) - shift, weights)

    def conjugate(self, y, u):
        """Return q log(q / y) − q with q = 1 − u; +inf for q < 0."""
        q = 1.0 - u
        return np.where(q < 0, np.inf, np.where(q > 0, q * np.log(np.maximum(q, 1e-300) / y) - q, 0.0))

    def fenchel_young(self, y, eta, u):
        """Relative entropy of 1 − u from y e^(−η)."""
        return relative_entropy(1.0 - u, self._ratio(y, eta))

    def check_y(self, y):  # noqa: D102
        values = finite_target(y, self.name)
        if (values <= 0).any():
            row = int(np.argmax(values <= 0))
            raise TargetError(f"The target of a gamma model must be above zero; row {row} holds {values[row]:g}.")
        return values

    @staticmethod
    def _ratio(y, eta):
        """Observed over predicted: y e^(−η)."""
        return y * np.exp(np.minimum(-eta, _FARTHEST))
