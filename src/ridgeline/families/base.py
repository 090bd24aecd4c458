"""What a family must know: the pointwise mathematics of one loss ℓ(y, η), in NumPy alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import pairwise

import numpy as np

from ridgeline.errors import TargetError

__all__ = ["Family", "finite_target", "log_mean_exp", "relative_entropy"]


class Family(ABC):
    """One loss ℓ(y, η), convex in the linear predictor η.

    All methods work elementwise and broadcast ``y`` of shape (n, 1) against ``eta`` of shape (n, c), so that many
    candidate models are judged in one call. Losses are in nats (gaussian: in squared units of y) and omit terms that do
    not depend on η only where the family's docstring says so.
    """

    name: str
    loss_name: str
    largest_eta: float = np.inf
    """η above which the mean does not grow: no prediction is infinite."""

    @abstractmethod
    def loss(self, y: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """ℓ(y, η)."""

    @abstractmethod
    def gradient(self, y: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """∂ℓ/∂η."""

    @abstractmethod
    def curvature(self, y: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """∂²ℓ/∂η², never negative."""

    @abstractmethod
    def curvature_at(self, y: np.ndarray, u: np.ndarray) -> np.ndarray:
        """∂²ℓ/∂η² as a function of the gradient u = ∂ℓ/∂η: no exponential has to be taken again."""

    @abstractmethod
    def mean(self, eta: np.ndarray) -> np.ndarray:
        """E[y] at η: the inverse link."""

    @abstractmethod
    def conjugate(self, y: np.ndarray, u: np.ndarray) -> np.ndarray:
        """ℓ*(u) = sup_η uη − ℓ(y, η); +inf outside its domain."""

    @abstractmethod
    def check_y(self, y: np.ndarray) -> np.ndarray:
        """Return `y` as float64, or raise `TargetError` with the first row that cannot be."""

    @abstractmethod
    def link(self, mean: np.ndarray) -> np.ndarray:
        """η at which E[y] = mean."""

    def loss_gradient(self, y: np.ndarray, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(ℓ, ∂ℓ/∂η) in one go, for families where they share work."""
        return self.loss(y, eta), self.gradient(y, eta)

    def accumulate(
        self, y: np.ndarray, eta: np.ndarray, weights: np.ndarray | None, bounds: np.ndarray, scratch: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """(w ∂ℓ/∂η, Σ w ℓ in each cell) of a block of rows; families may write into `eta` and `scratch`.

        Parameters
        ----------
        y : ndarray of shape (n,)
        eta, scratch : ndarray of shape (n, c)
        weights : ndarray of shape (n,), or None
            None stands for ones.
        bounds : ndarray of shape (cells + 1,)
            Where the rows of each cell begin and end.

        Returns
        -------
        residual : ndarray of shape (n, c)
        loss : ndarray of shape (cells, c)
        """
        loss, residual = self.loss_gradient(y[:, None], eta)
        if weights is not None:
            loss *= weights[:, None]
            residual *= weights[:, None]
        return residual, np.stack([loss[a:b].sum(axis=0) for a, b in pairwise(bounds)])

    def fenchel_young(self, y: np.ndarray, eta: np.ndarray, u: np.ndarray) -> np.ndarray:
        """ℓ(y, η) + ℓ*(u) − uη ≥ 0; zero exactly where u = ∂ℓ/∂η."""
        gap = self.loss(y, eta) + self.conjugate(y, u) - u * eta
        return np.maximum(gap, 0.0)

    def null_eta(self, y: np.ndarray, weights: np.ndarray, offset: np.ndarray | None = None) -> float:
        """Intercept of the model without features: the b0 that minimises Σ w ℓ(y, b0 + offset).

        Closed form without offset, else Newton in one dimension from there (safeguarded by halving).
        """
        total = weights.sum()
        b0 = float(self.link(np.clip(weights @ y / total, *self.mean_range(y))))
        if offset is None or not np.any(offset):
            return b0
        b0 -= float(weights @ offset / total)
        return self._newton_1d(y, weights, offset, b0)

    def recession(self, y: np.ndarray) -> np.ndarray:
        """Side on which the loss never rises, +1 or −1, or 0 where it grows without bound on both."""
        return np.zeros(np.shape(y))

    def null_spread(self, y: np.ndarray, weights: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Mean curvature at one linear predictor for all rows, (n,); as a vector, for families with more than one."""
        return np.atleast_1d(weights @ self.curvature(y, eta) / weights.sum())

    def mean_range(self, y: np.ndarray) -> tuple[float, float]:
        """Smallest and largest mean whose link is finite."""
        return -np.inf, np.inf

    def _newton_1d(self, y: np.ndarray, w: np.ndarray, offset: np.ndarray, b0: float) -> float:
        total = w.sum()

        def value(b: float) -> float:
            return float(w @ self.loss(y, b + offset) / total)

        best = value(b0)
        for _ in range(100):
            eta = b0 + offset
            slope = float(w @ self.gradient(y, eta) / total)
            step = slope / max(float(w @ self.curvature(y, eta) / total), 1e-300)
            if not np.isfinite(step) or abs(step) <= 1e-15 * max(1.0, abs(b0)):
                break
            while (trial := value(b0 - step)) > best + 1e-15 * abs(best) and abs(step) > 1e-15:
                step /= 2
            b0, best = b0 - step, trial
        return b0


def finite_target(y: np.ndarray, family: str) -> np.ndarray:
    """`y` as a float64 vector of finite numbers, or a `TargetError` naming the first bad row."""
    try:
        values = np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError):
        raise TargetError(f"The target of a {family} model must be numbers.") from None
    bad = ~np.isfinite(values)
    if bad.any():
        row = int(np.argmax(bad.ravel()))
        raise TargetError(f"The target is {values.ravel()[row]} in row {row}; remove that row or fill it in.")
    return values


def log_mean_exp(values: np.ndarray, weights: np.ndarray) -> float:
    """log(Σ w e^v / W) without overflow."""
    top = float(values.max())
    return top + float(np.log(weights @ np.exp(values - top) / weights.sum()))


def relative_entropy(q: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Return q log(q / m) − q + m ≥ 0 for m > 0; +inf for q < 0.

    Near its zero the sum loses its digits, so there its upper bound (q − m)² / m stands in.
    """
    positive = np.maximum(m, 1e-300)
    ratio = np.maximum(q, 0.0) / positive
    exact = positive * (np.where(ratio > 0, ratio * np.log(np.maximum(ratio, 1e-300)), 0.0) - ratio + 1.0)
    near = (q - m) ** 2 / positive
    value = np.where(np.abs(ratio - 1.0) < 1e-3, near, np.maximum(exact, 0.0))
    return np.where(q < 0, np.inf, value)
