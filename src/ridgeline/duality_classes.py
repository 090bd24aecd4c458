"""Certificates of multinomial problems with corners and edges: L1, elastic net, bounds.

The duality gap of `ridgeline.duality`, with a dual vector for each row: u_i = q_i − e_{y_i}, q_i a distribution over
the classes. u is the loss gradient π − e at β, moved by −V_i z_i (V_i = diag π_i − π_i π_i') until it is orthogonal to
the intercepts and to the coefficients that nothing holds, and shrunk to s u, s ≤ 1, where a lasso coefficient's
conjugate would be infinite; q is then (1 − s) e + s q, still a distribution, and the loss terms grow by at most
(1 − s) loss. No code of a solver is used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.penalties import Penalty
from ridgeline.problem import Certificate, Problem, certificates, standard_columns
from ridgeline.problem_classes import certify_classes, orthogonal

__all__ = ["certify"]

_EPS = np.finfo(np.float64).eps
_CELLS = 2**22  # numbers of rows × classes × candidates held at a time


def certify(
    problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray, lams: np.ndarray
) -> list[Certificate]:
    """Certify candidates `beta` (p, K, L), `b0` (K, L) at `lams` (L,), for any penalty."""
    if problem.smooth:
        return certify_classes(problem, standard, beta, b0, lams)
    least = (lams == 0) & (problem.bounds is None)
    rest, out = np.flatnonzero(~least), dict[int, Certificate]()
    if least.any():
        found = certify_classes(replace(problem, l1_ratio=0.0), standard, beta[:, :, least], b0[:, least], lams[least])
        out.update(zip(np.flatnonzero(least).tolist(), found, strict=True))
    width = max(1, _CELLS // (len(problem.y) * len(b0)))
    for at in (rest[i : i + width] for i in range(0, len(rest), width)):
        found = _judge(_Candidates(problem, standard, beta[:, :, at], b0[:, at], lams[at]))
        out.update(zip(at.tolist(), found, strict=True))
    return [out[i] for i in range(len(lams))]


@dataclass(frozen=True)
class _Candidates:
    """Points to be judged: β (p, K, c), b0 (K, c), λ (c,)."""

    problem: Problem
    standard: Standardization
    beta: np.ndarray
    b0: np.ndarray
    lams: np.ndarray

    @property
    def live(self) -> np.ndarray:
        return (self.standard.inverse > 0)[:, None, None]

    def penalty(self) -> Penalty:
        """Alike for all classes: arrays of shape (p, 1, c)."""
        one = self.problem.penalty(self.standard, self.lams)
        return Penalty(*(getattr(one, f)[:, None] for f in ("l1", "l2", "lower", "upper")))

    def eta(self) -> np.ndarray:
        """Linear predictors, (n, K, c)."""
        p, k, c = self.beta.shape
        b, shift = self.standard.stored(self.beta.reshape(p, -1))
        used = np.flatnonzero(b.any(axis=1))
        few = 4 * len(used) < p  # leave the other columns alone
        x = self.problem.design
        xb = x.columns(used) @ b[used] if few else x.predict(b)
        return xb.reshape(-1, k, c) + (shift.reshape(k, c) + self.b0)

    def gradient(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean of u over the standardized features (p, K, c), and over the intercepts (K, c)."""
        r = (u * self.problem.weights[:, None, None]).reshape(len(u), -1)
        total = r.sum(axis=0)
        found = self.standard.adjoint(self.problem.design.adjoint(r), total) / self.problem.weights.sum()
        return found.reshape(-1, *u.shape[1:]), (total / self.problem.weights.sum()).reshape(u.shape[1:])


def _judge(points: _Candidates) -> list[Certificate]:
    """Gap, KKT violation and objective."""
    problem, beta, penalty, live = points.problem, points.beta, points.penalty(), points.live
    w, family = problem.weights / problem.weights.sum(), problem.family
    eta = points.eta()
    loss, u = family.loss_gradient(problem.y, eta)
    loss = w @ loss
    gradient, mean_u = points.gradient(u)
    free = _endless(penalty, -gradient) & live
    kkt = np.where(live, penalty.distance(beta, gradient), 0.0).max(axis=(0, 1), initial=0.0)
    kkt = np.maximum(kkt, np.abs(mean_u).max(axis=0) if problem.intercept else 0.0)
    moved, missed = _moved(points, u, free)
    # the dual point of a row without weight may have no finite price, and 0 times that is no number
    fenchel = w @ np.where(w[:, None] > 0, family.fenchel_young(problem.y, eta, moved), 0.0)
    v = np.where(live & ~free, -points.gradient(moved)[0], 0.0)
    rounding = _endless(penalty, v)  # a sign turned by the move
    missed = np.maximum(missed, np.where(rounding, np.abs(v), 0.0).max(axis=(0, 1), initial=0.0))
    free, v = free | rounding, np.where(rounding, 0.0, v)
    shrink = _shrink(penalty, v)
    terms = penalty.fenchel_young(beta, v * shrink)
    terms = np.where((beta == 0) & (np.abs(v * shrink) <= penalty.l1), 0.0, terms)
    # what rounding leaves counts as if coefficients of the size of these, or 1, still wanted it
    left = missed * (1.0 + np.where(free, np.abs(beta), 0.0).sum(axis=(0, 1)) + np.abs(points.b0).sum(axis=0))
    gap = fenchel * shrink + (1.0 - shrink) * loss + terms.sum(axis=(0, 1)) + left
    gap = np.where(np.isnan(gap), np.inf, gap)
    value = np.array([_value(penalty, beta, i) for i in range(len(loss))])
    return certificates(problem, gap, kkt, loss + value)


def _endless(penalty: Penalty, v: np.ndarray) -> np.ndarray:
    """Whether nothing holds a coefficient that is drawn by v: no penalty, and no bound on that side."""
    side = np.where(v > 0, penalty.upper, np.where(v < 0, -penalty.lower, 0.0))
    return (penalty.l1 == 0) & (penalty.l2 == 0) & np.isposinf(side)


def _value(penalty: Penalty, beta: np.ndarray, i: int) -> float:
    """Sum up the penalty of candidate i over all classes."""
    one = Penalty(*(getattr(penalty, f)[:, :, i] for f in ("l1", "l2", "lower", "upper")))
    return float(one.value(beta[:, :, i]).sum())


def _shrink(penalty: Penalty, v: np.ndarray) -> np.ndarray:
    """Find the largest s ≤ 1 that makes every conjugate finite: (c,)."""
    open_side = np.where(v > 0, np.isposinf(penalty.upper), np.isneginf(penalty.lower))
    hard = open_side & (penalty.l2 == 0) & (penalty.l1 > 0) & (np.abs(v) > penalty.l1)
    ratio = np.divide(np.broadcast_to(penalty.l1, v.shape), np.abs(v), out=np.ones_like(v), where=hard)
    return ratio.min(axis=(0, 1), initial=1.0) * (1.0 - 2 * _EPS)


def _moved(points: _Candidates, u: np.ndarray, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Make u orthogonal to the intercepts and the free coefficients; also the largest entry (c,) that is left."""
    problem: Any = points.problem
    used = np.flatnonzero(free.any(axis=(1, 2)))
    basis = np.hstack([np.ones((len(u), int(problem.intercept))), standard_columns(problem, points.standard, used)])
    if basis.shape[1] == 0:
        return u, np.zeros(u.shape[2])
    keep = np.concatenate([np.ones((int(problem.intercept), *u.shape[1:]), dtype=bool), free[used]])
    mean = u + problem.family.indicator(problem.y, u)
    out, missed = np.empty_like(u), np.empty(u.shape[2])
    for c in range(u.shape[2]):
        out[:, :, c], missed[c] = orthogonal(basis, u[:, :, c], mean[:, :, c], problem.weights, keep[:, :, c])
    return out, missed
