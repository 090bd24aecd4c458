"""Certificates for penalties with corners and edges: L1, elastic net, bounds.

For any dual point u with Σ w u = 0 (one number for each row) the gap of β is a sum of Fenchel-Young terms, each ≥ 0::

    gap = (1/W) Σ_i w_i [ℓ(η_i) + ℓ*(u_i) − u_i η_i]  +  Σ_j [P_j(β_j) + P_j*(v_j) − v_j β_j],      v = −X'(w u)/W

u is the loss gradient at β. Where P_j* is infinite (an unbounded lasso coefficient with |v_j| > l1_j) u is shrunk to
s u, s = min_j l1_j/|v_j|. The loss terms are convex in u and 0 at the gradient, so shrinking adds at most
(1 − s)(loss − least possible loss); and, as they are at most δ²/ℓ'' for a move by δ (the χ² bound of the divergence),
at most twice (1 − s)² Σ w u²/ℓ'' / W beside twice what balancing u has cost. A gaussian gap follows from moments, with
the rounding error of the moments added to the bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.moments import Moments
from ridgeline.penalties import Penalty
from ridgeline.problem import Certificate, Problem, certificates, standard_columns
from ridgeline.problem_ridge import HUGE, Gradient, by_groups, certify_columns, dual_sweep, typical_size

__all__ = ["certify"]

_EPS = np.finfo(np.float64).eps
_ORTHOGONAL = 1e-9  # what rounding may leave of a product that is to be zero, as a share of its terms
_ROUNDING = 1e-12
_FEATURES = 1024  # judged at a time
_FINE = 1e-9  # a gap from moments above this is found again from the rows


@dataclass
class _Point:
    """The dual side of c candidates: gradient (p, c) known up to ± slack, losses and their Fenchel-Young terms (c,)."""

    gradient: np.ndarray | Gradient
    slack: np.ndarray
    loss: np.ndarray
    fenchel: np.ndarray
    intercept: np.ndarray
    length: np.ndarray | float = 0.0  # root mean square of u, where that is needed
    # χ² bound of the Fenchel-Young terms, and of those at u = 0: where they have been looked at
    moved: np.ndarray | float = np.inf
    whole: np.ndarray | float = np.inf


def certify(
    problem: Problem,
    standard: Standardization,
    beta: np.ndarray,
    b0: np.ndarray,
    lams: np.ndarray,
    moments: Moments | None = None,
) -> list[Certificate]:
    """Certify candidates `beta` (p, c), `b0` (c,) at `lams` (c,), for any penalty.

    Moments of all rows, [X | y − offset], may be lent. They are checked against the rows at the smallest λ, where an
    error of theirs shows most, before they are believed; a gap above 1e-9 is found again from the rows.
    """
    if problem.smooth:
        if moments is not None and _from_moments(problem):
            return _certify_lent(problem, standard, beta, b0, lams, moments)
        return certify_columns(problem, standard, beta, b0, lams)
    out: dict[int, Certificate] = {}
    least = np.flatnonzero((lams == 0) & (problem.bounds is None))
    if len(least):
        ridge = replace(problem, l1_ratio=0.0)
        out.update(
            zip(least.tolist(), certify_columns(ridge, standard, beta[:, least], b0[least], lams[least]), strict=True)
        )
    rest = np.setdiff1d(np.arange(len(lams)), least)
    parts = [part for part in np.array_split(rest, _parts(problem, len(rest))) if len(part)]

    def judge(part: np.ndarray) -> list[Certificate]:
        run = slice(part[0], part[-1] + 1) if part[-1] - part[0] == len(part) - 1 else part  # no copy where it can be
        return _certify(problem, standard, beta[:, run], b0[run], lams[run], moments)

    for part, found in zip(parts, problem.design.engine.map(judge, parts), strict=True):
        out.update(zip(part.tolist(), found, strict=True))
    return [out[i] for i in range(len(lams))]


def _parts(problem: Problem, count: int) -> int:
    """Into how many parts so many candidates are best divided: an even number, of a size that memory allows."""
    if _from_moments(problem):
        return 1
    n, p = problem.design.shape
    width = max(4, 2**21 // max(n, p)) if np.any(problem.factors == 0) else 64 if n > p else 32
    return 2 * -(-count // (2 * width)) or 1


def _from_moments(problem: Problem) -> bool:
    n, p = problem.design.shape
    return problem.family.name == "gaussian" and p <= min(n, 1000)


def _certify_lent(problem, standard, beta, b0, lams, moments: Moments) -> list[Certificate]:
    """Gaussian ridge: from lent moments where every feature is penalised, else from the rows."""
    easy = (lams > 0) & bool(np.all(problem.factors > 0))
    out: dict[int, Certificate] = {}
    for rows, judge in ((easy, partial(_certify, moments=moments)), (~easy, certify_columns)):
        at = np.flatnonzero(rows)
        if len(at):
            out.update(zip(at.tolist(), judge(problem, standard, beta[:, at], b0[at], lams[at]), strict=True))
    return [out[i] for i in range(len(lams))]


def _certify(problem, standard, beta, b0, lams, moments: Moments | None = None) -> list[Certificate]:
    free = _free(problem, standard, beta, lams)
    if free.any() or problem.wide:
        return _judge(problem, standard, _rows(problem, standard, beta, b0, free), beta, lams, free)
    if not _from_moments(problem):
        return _certify_swept(problem, standard, beta, b0, lams, free)
    found = _judge(problem, standard, _moments(problem, standard, beta, b0, moments), beta, lams, free)
    poor = [i for i, c in enumerate(found) if not c.relative_gap <= _FINE]
    probes = [int(np.argmin(lams))] if moments is not None and len(found) > 2 else []
    again = sorted({*poor, *probes})
    for start in range(0, len(again), 32):
        at = np.array(again[start : start + 32])
        find = _rows if poor or free[:, at].any() else _swept  # the sharper bound, or the faster one
        exact = find(problem, standard, beta[:, at], b0[at], free[:, at])
        for i, c in zip(at, _judge(problem, standard, exact, beta[:, at], lams[at], free[:, at]), strict=True):
            if i in probes and not c.relative_gap <= max(_FINE, 10.0 * found[i].relative_gap):
                return _certify(problem, standard, beta, b0, lams)  # the rows contradict what was lent
            found[i] = min(c, found[i], key=lambda one: one.gap)
    return found


def _certify_swept(problem, standard, beta, b0, lams, free) -> list[Certificate]:
    """By one pass over the rows; where that says too little, from the rows themselves."""
    found = _judge(problem, standard, _swept(problem, standard, beta, b0, free), beta, lams, free)
    poor = np.flatnonzero([not c.relative_gap <= _FINE for c in found])
    for at in (poor[start : start + 32] for start in range(0, len(poor), 32)):
        exact = _rows(problem, standard, beta[:, at], b0[at], free[:, at])
        for i, one in zip(at, _judge(problem, standard, exact, beta[:, at], lams[at], free[:, at]), strict=True):
            found[i] = min(one, found[i], key=lambda c: c.gap)
    return found


def _free(problem: Problem, standard: Standardization, beta: np.ndarray, lams: np.ndarray) -> np.ndarray:
    """Coefficients that nothing holds: no penalty, and strictly inside their bounds."""
    if np.all(problem.factors > 0) and np.all(lams > 0):
        return np.broadcast_to(False, beta.shape)
    penalty = problem.penalty(standard, lams)
    low, high = penalty.at_bounds(beta)
    return (penalty.l1 == 0) & (penalty.l2 == 0) & ~low & ~high & (standard.inverse > 0)[:, None]


@dataclass
class _Entries:
    """Coefficients that are not 0, or that the gradient could move: the others' terms are 0."""

    candidate: np.ndarray
    penalty: Penalty
    beta: np.ndarray
    v: np.ndarray
    slack: np.ndarray

    def terms(self, shrink: np.ndarray) -> np.ndarray:
        """Sum of the terms of each candidate at the worst point of v ± slack; P* is convex: the worst is at an end."""
        v, slack = self.v * shrink[self.candidate], self.slack * shrink[self.candidate]
        with np.errstate(invalid="ignore"):
            low, high = (self.penalty.fenchel_young(self.beta, w) for w in (v - slack, v + slack))
            return np.bincount(self.candidate, np.maximum(low, high), len(shrink))


def _judge(problem, standard, point: _Point, beta, lams: np.ndarray, free: np.ndarray) -> list[Certificate]:
    """Gap, KKT violation and objective from the dual side, by groups of features that stay in cache."""
    kkt = np.where(problem.intercept, point.intercept, 0.0)
    shrink, objective, entries = np.ones(len(lams)), point.loss, []
    for j in (slice(a, a + _FEATURES) for a in range(0, len(beta), _FEATURES)):
        penalty, b, gradient = problem.penalty(standard, lams, j), beta[j], point.gradient[j]
        live = (standard.inverse[j] > 0)[:, None]
        held = live & ~free[j]
        v, slack = np.where(held, -gradient, 0.0), np.where(held, point.slack[j], 0.0)
        # at its bound, and a copy of a free column: the sign of what rounding left says nothing
        nothing = np.abs(v) <= _ROUNDING * (standard.sd * standard.inverse)[j, None] * point.length
        v = np.where(nothing & (penalty.l1 == 0) & (penalty.l2 == 0), 0.0, v)
        objective = objective + penalty.value(b)
        shrink = np.minimum(shrink, _shrink(penalty, v, slack))
        at = np.nonzero((b != 0.0) | (np.abs(gradient) + slack > penalty.l1))
        part = _part(penalty, at)
        wrong = np.where(np.broadcast_to(live, b.shape)[at], part.distance(b[at], gradient[at]), 0.0)
        np.maximum.at(kkt, at[1], wrong)
        entries.append(_Entries(at[1], part, b[at], v[at], slack[at]))
    least = -float(
        problem.weights @ problem.family.conjugate(problem.y, np.zeros_like(problem.y)) / problem.weights.sum()
    )
    far = point.fenchel * shrink + (1.0 - shrink) * np.maximum(point.loss - least, 0.0)
    gap = np.fmin(far, 2.0 * (point.moved + (1.0 - shrink) ** 2 * point.whole))
    gap = sum((one.terms(shrink) for one in entries), start=gap)
    gap = np.where(np.isnan(gap) | (point.loss > HUGE), np.inf, gap)
    return certificates(problem, gap, kkt, objective)


def _shrink(penalty: Penalty, v: np.ndarray, slack: np.ndarray) -> np.ndarray:
    """Largest s ≤ 1 that makes every conjugate finite."""
    open_side = np.where(v > 0, np.isposinf(penalty.upper), np.isneginf(penalty.lower))
    hard = open_side & (penalty.l2 == 0) & (penalty.l1 > 0)
    size = np.abs(v) + slack
    ratio = np.divide(penalty.l1, size, out=np.ones_like(v), where=hard & (size > penalty.l1))
    return ratio.min(axis=0, initial=1.0) * (1.0 - 2 * _EPS)


def _part(penalty: Penalty, at: tuple) -> Penalty:
    """Penalty of some entries, as one column of features."""
    shape = penalty.l1.shape
    return Penalty(*(np.broadcast_to(getattr(penalty, f), shape)[at] for f in ("l1", "l2", "lower", "upper")))


def _moments(
    problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray, lent: Moments | None = None
) -> _Point:
    """Gaussian: everything from the moments of (X, y), whose rounding error is bounded and added."""
    p, w = len(beta), problem.weights
    z = (problem.y - problem.offset)[:, None]
    m = standard.moments(problem.design.moments(z, None if np.all(w == 1.0) else w)[0] if lent is None else lent)
    total = m.weight
    s, x, xy = m.scatter, m.scatter[:p, :p], m.scatter[:p, p]
    left = m.mean[p] - b0 - m.mean[:p] @ beta
    turned = x @ beta
    pull = (turned - xy[:, None]) / total
    variance = np.maximum(s[p, p] - 2.0 * (xy @ beta) + np.einsum("jc,jc->c", beta, turned), 0.0) / total
    sd = np.sqrt(np.maximum(np.diagonal(s), 0.0) / total)
    length = sd[p] + sd[:p] @ np.abs(beta)
    slack = 32.0 * _EPS * np.outer(sd[:p], length)
    loss = 0.5 * (left**2 + variance)
    if problem.intercept:
        return _Point(pull, slack, loss, 0.5 * left**2, np.abs(left), moved=left**2, whole=2.0 * loss)
    none = np.zeros_like(left)
    return _Point(pull - np.outer(m.mean[:p], left), slack, loss, none, np.abs(left), moved=none, whole=2.0 * loss)


def _swept(problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray, free: np.ndarray) -> _Point:
    """Any family without free columns, by one pass over cache-sized blocks.

    Moving u by δ = Σwu / Σwv along the curvature v balances it; that changes the loss terms by at most δ² Σwv / W (the
    χ² bound of the divergence) and a gradient by at most |δ| times the root mean square of its column times
    √(Σwv²/W).
    """
    loss, gradient, mean_u, mean_v, square_v = dual_sweep(problem, standard, beta, b0)
    if not problem.intercept:
        return _Point(gradient, np.broadcast_to(0.0, gradient.shape), loss, np.zeros_like(loss), np.abs(mean_u))
    delta = np.minimum(np.abs(mean_u) / np.maximum(mean_v, 1e-300), 1e100)
    slack = np.outer(standard.sd * standard.inverse, delta * np.sqrt(square_v))
    fenchel = np.where(delta < 0.5, delta**2 * mean_v, np.inf)  # further than that u may leave its domain
    return _Point(gradient, slack, loss, fenchel, np.abs(mean_u))


def _rows(problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray, free: np.ndarray) -> _Point:
    """Any family, from the rows; u is moved orthogonal to the intercept and the free columns."""
    y, w, total = problem.y[:, None], problem.weights[:, None], float(problem.weights.sum())
    eta = _eta(problem, standard, beta, b0)
    loss, u = problem.family.loss_gradient(y, eta)
    loss = (w * loss).sum(axis=0) / total
    mean_u = np.abs((w * u).sum(axis=0)) / total
    moved, failed = _orthogonal(problem, standard, u, eta, free)
    rows = np.where(w > 0, problem.family.fenchel_young(y, eta, moved), 0.0) if moved is not u else 0.0 * w * eta
    fenchel = np.where(failed, np.inf, (w * rows).sum(axis=0) / total)
    r, none = w * moved / total, np.broadcast_to(0.0, beta.shape)
    length = np.sqrt((w * moved**2).sum(axis=0) / total)
    v = problem.family.curvature(y, eta)
    bounds = [np.where(failed, np.inf, _chi_square(w, d, v).sum(axis=0) / total) for d in (moved - u, u)]
    given = (none, loss, fenchel, mean_u, length, *bounds)
    if by_groups(problem, standard):
        return _Point(Gradient(problem, standard, r), *given)
    return _Point(standard.adjoint(problem.design.adjoint(r), r.sum(axis=0)), *given)


def _chi_square(w: np.ndarray, d: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Terms w d²/v; infinite where a row without curvature moves."""
    return np.divide(w * d**2, v, out=np.where((w > 0) & (d != 0.0), np.inf, 0.0), where=v > 0.0)


def _eta(problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray) -> np.ndarray:
    used = np.flatnonzero(beta.any(axis=1))
    if 4 * len(used) < len(beta) and not len(standard.fill):  # leave the columns alone that take no part
        b = beta[used] * standard.inverse[used, None]
        eta, shift = problem.design.select(used).predict(b), -standard.mean[used] @ b
    else:
        b, shift = standard.stored(beta)
        eta = problem.design.predict(b)
    eta += shift + b0
    eta += problem.offset[:, None]
    return eta


def _orthogonal(problem: Problem, standard: Standardization, u, eta, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Move each u along the curvature until it is orthogonal to the intercept and its free columns; which are not."""
    use, failed = np.flatnonzero(free.any(axis=1)), np.zeros(u.shape[1], dtype=bool)
    if not problem.intercept and len(use) == 0:
        return u, failed
    w, v = problem.weights[:, None], problem.family.curvature(problem.y[:, None], eta)
    size = typical_size(problem, u)
    if len(use) == 0:
        limit = _ORTHOGONAL * (w * np.maximum(np.abs(u), size)).sum(axis=0)
        for _ in range(2):
            u = u - v * ((w * u).sum(axis=0) / np.maximum((w * v).sum(axis=0), 1e-300))
        return u, np.abs((w * u).sum(axis=0)) > limit
    basis = np.hstack([np.ones((len(u), int(problem.intercept))), standard_columns(problem, standard, use)])
    keep = np.vstack([np.ones((int(problem.intercept), u.shape[1]), dtype=bool), free[use]])
    out = u.copy()
    for c in range(u.shape[1]):
        b, curved = basis[:, keep[:, c]], (w[:, 0] * v[:, c])[:, None]
        unit = np.sqrt((curved * b**2).sum(axis=0))  # columns of any size count alike
        b = b / np.where(unit > 0.0, unit, 1.0)
        limit = _ORTHOGONAL * (np.abs(b).T @ (w[:, 0] * np.maximum(np.abs(u[:, c]), size[c])))
        inverse = np.linalg.pinv(b.T @ (b * curved), hermitian=True)
        for _ in range(3):
            out[:, c] -= v[:, c] * (b @ (inverse @ (b.T @ (w[:, 0] * out[:, c]))))
        failed[c] = np.any(np.abs(b.T @ (w[:, 0] * out[:, c])) > limit)
    return out, failed
