"""Penalty: four arrays, from which every convex separable penalty of ridgeline is made.

In standardized coefficients β_j = s_j b_j::

    P(β) = Σ_j l1_j |β_j| + ½ l2_j β_j²     subject to lower_j ≤ β_j ≤ upper_j
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.errors import OptionError

__all__ = ["Penalty", "elastic_net"]


@dataclass(frozen=True)
class Penalty:
    """Weights and bounds of the penalty, each of shape (p,), or (p, c) for c candidate models."""

    l1: np.ndarray
    l2: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    def value(self, beta: np.ndarray) -> np.ndarray:
        """P(β) summed over features; +inf where a bound is broken by more than rounding."""
        slack = 1e-12 * np.maximum(np.abs(beta), 1.0)
        inside = (beta >= self.lower - slack) & (beta <= self.upper + slack)
        terms = self.l1 * np.abs(beta) + 0.5 * self.l2 * beta**2
        return np.where(inside.all(axis=0), terms.sum(axis=0), np.inf)

    def lambda_max(self, gradient: np.ndarray) -> float:
        """Smallest factor on `l1` at which β = 0 is optimal, for the loss gradient at β = 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            pull = np.where(gradient > 0, np.where(self.lower < 0, gradient, 0), np.where(self.upper > 0, -gradient, 0))
            ratio = np.where(self.l1 > 0, pull / self.l1, 0.0)
        return float(np.max(ratio, initial=0.0))

    def distance(self, beta: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Distance of −gradient from the subdifferential of P at β: the KKT violation, elementwise."""
        g = gradient + self.l2 * beta
        at_zero = np.maximum(np.abs(g) - self.l1, 0.0)
        violation = np.where(beta == 0.0, at_zero, np.abs(g + self.l1 * np.sign(beta)))
        down = g + np.where(beta > 0, self.l1, -self.l1)  # one-sided derivatives
        up = g + np.where(beta >= 0, self.l1, -self.l1)
        low, high = self.at_bounds(beta)
        violation = np.where(low, np.maximum(-up, 0.0), violation)
        violation = np.where(high, np.maximum(down, 0.0), violation)
        return np.where(self.lower == self.upper, 0.0, violation)

    def at_bounds(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where β sits on its lower and on its upper bound, give or take the rounding of a change of units."""
        with np.errstate(invalid="ignore"):
            low = beta - self.lower <= 1e-14 * np.abs(self.lower)
            high = self.upper - beta <= 1e-14 * np.abs(self.upper)
        return low & np.isfinite(self.lower), high & np.isfinite(self.upper)

    def conjugate(self, v: np.ndarray) -> np.ndarray:
        """sup_β vβ − P(β), elementwise: +inf where v lies outside the domain."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slack = np.maximum(np.abs(v) - self.l1, 0.0) * np.sign(v)
            best = np.where(
                self.l2 > 0, slack / np.where(self.l2 > 0, self.l2, 1.0), np.where(slack == 0, 0.0, np.inf * slack)
            )
            best = np.clip(np.where(np.isnan(best), 0.0, best), self.lower, self.upper)
            value = v * best - self.l1 * np.abs(best) - 0.5 * self.l2 * best**2
        return np.where(np.isinf(best), np.inf, np.maximum(value, np.where(self._holds_zero(), 0.0, value)))

    def fenchel_young(self, beta: np.ndarray, v: np.ndarray) -> np.ndarray:
        """P(β) + P*(v) − vβ ≥ 0, elementwise; the pure ridge case without cancellation."""
        safe = np.where(self.l2 > 0, self.l2, 1.0)
        free = (self.l1 == 0) & (self.l2 > 0) & np.isneginf(self.lower) & np.isposinf(self.upper)
        ridge = (v - self.l2 * beta) ** 2 / (2.0 * safe)
        general = self.l1 * np.abs(beta) + 0.5 * self.l2 * beta**2 + self.conjugate(v) - v * beta
        return np.where(free, ridge, np.maximum(general, 0.0))

    def _holds_zero(self) -> np.ndarray:
        return (self.lower <= 0) & (self.upper >= 0)


def elastic_net(
    lam: np.ndarray | float,
    l1_ratio: float,
    factors: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray] | None = None,
) -> Penalty:
    """Lower λ Σ f_j [ρ |β_j| + (1 − ρ)/2 β_j²] to the four arrays.

    Parameters
    ----------
    lam : float or ndarray of shape (c,)
    l1_ratio : float
        ρ in [0, 1]: 0 ridge, 1 lasso.
    factors : ndarray of shape (p,)
        f_j ≥ 0; an infinite factor excludes the feature (both bounds 0).
    bounds : pair of ndarray of shape (p,), optional
        On the standardized coefficients.
    """
    if not 0.0 <= l1_ratio <= 1.0:
        raise OptionError(f"l1_ratio must lie between 0 (ridge) and 1 (lasso); it is {l1_ratio!r}.")
    lam = np.atleast_1d(np.asarray(lam, dtype=np.float64))
    excluded = np.isinf(factors)[:, None]
    f = np.where(excluded, 0.0, np.where(np.isinf(factors), 0.0, factors)[:, None])
    lower, upper = (np.full(len(factors), -np.inf), np.full(len(factors), np.inf)) if bounds is None else bounds
    shape = (len(factors), len(lam))
    return Penalty(
        f * (lam * l1_ratio),
        f * (lam * (1.0 - l1_ratio)),
        np.broadcast_to(np.where(excluded, 0.0, lower[:, None]), shape),
        np.broadcast_to(np.where(excluded, 0.0, upper[:, None]), shape),
    )
