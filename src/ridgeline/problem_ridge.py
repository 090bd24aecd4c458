"""Certificates of ridge solutions: how far a point can be from the optimum, by one dual point for each candidate."""

from __future__ import annotations

from dataclasses import dataclass
from operator import iadd

import numpy as np

from ridgeline.designs import DenseDesign, Standardization
from ridgeline.engines.base import fold
from ridgeline.penalties import elastic_net
from ridgeline.problem import Certificate, Problem, certificates, standard_columns

__all__ = ["HUGE", "Gradient", "by_groups", "certify_columns", "dual_sweep", "typical_size"]

_ORTHOGONAL = 1e-12  # of the product of lengths: what rounding leaves of a product that is zero
_BALANCED = 1e-9  # and what a dual point that is called orthogonal may be off
HUGE = 1e100  # a loss beyond which a sum over rows that cancels has no digits left
_FEATURES = 512  # judged at a time: what is worked out for them stays in cache
_STRANDS = 4  # sums of their own, whatever the number of threads
_WIDEST = 4000  # moments of more columns than that are not formed


def certify_columns(
    problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray, lams: np.ndarray
) -> list[Certificate]:
    """Certify many candidate ridge solutions by one pass over the rows (in groups of 64 columns).

    The dual point is the residual at β, moved into the space orthogonal to the unpenalised columns (intercept, f_j = 0)
    by one weighted least-squares step; the gap is then a sum of Fenchel-Young terms, each of them ≥ 0, so no digits
    cancel.
    """
    out: dict[int, Certificate] = {}
    easy = (lams > 0) & bool(np.all(problem.factors > 0))
    if easy.all() and by_groups(problem, standard):
        return _certify_wide(problem, standard, beta, b0, lams)
    for rows, judge in ((np.flatnonzero(easy), _certify_ridge), (np.flatnonzero(~easy), _certify_group)):
        parts = [part for part in np.array_split(rows, 2 * -(-len(rows) // 128) or 1) if len(part)]
        found = problem.design.engine.map(
            lambda part, judge=judge: judge(problem, standard, beta[:, part], b0[part], lams[part]), parts
        )
        for part, judged in zip(parts, found, strict=True):
            out.update(zip(part.tolist(), judged, strict=True))
    return [out[i] for i in range(len(lams))]


def dual_sweep(problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray) -> tuple:
    """One pass over the rows for c candidates: mean loss (c,), its gradient (p, c), and the means of u, v and v²."""
    b, shift = standard.stored(beta)
    sweep = problem.design.accumulate(b, _visitor(problem, shift + b0), problem.design.layout())
    total = float(problem.weights.sum())
    mean_u, loss, mean_v, mean_v2 = sweep.sums[0] / total
    gradient = standard.adjoint(sweep.adjoint[0], sweep.sums[0, 0])
    gradient /= total
    return loss, gradient, mean_u, mean_v, mean_v2


def _visitor(problem: Problem, constant: np.ndarray):
    """Return what turns X b of some rows into wu, and the sums of wu, wℓ, wv and wv²."""
    w, y, offset = problem.weights, problem.y, problem.offset
    plain = bool(np.all(w == 1.0))

    def visit(rows, bounds, eta: np.ndarray, scratch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        eta += constant
        eta += offset[rows][:, None]
        target, weight = y[rows], w[rows]
        u, loss = problem.family.accumulate(target, eta, None if plain else weight, bounds, scratch)
        v = problem.family.curvature_at(target[:, None], u if plain else u / np.maximum(weight, 1e-300)[:, None])
        return u, np.stack([u.sum(axis=0), loss[0], weight @ v, weight @ (v * v)])[None]

    return visit


@dataclass
class _Bound:
    """A gap from the gradient of every feature, known in any order and in any groups.

    Moving the dual point by δ = Σwu / Σwv along the curvature v changes the loss terms by at most δ² Σwv / W (the χ²
    bound of the divergence) and the gradient of a feature with second moment m_j by at most |δ| √(m_j Σwv² / W)
    (Cauchy-Schwarz).
    """

    problem: Problem
    standard: Standardization
    beta: np.ndarray
    lams: np.ndarray
    mean_u: np.ndarray
    mean_v: np.ndarray
    mean_v2: np.ndarray

    def __post_init__(self):
        problem, standard = self.problem, self.standard
        self.delta = np.minimum(np.abs(self.mean_u) / np.maximum(self.mean_v, 1e-300), 1e100 * problem.intercept)
        self.push, self.spread = self.delta * np.sqrt(self.mean_v2), standard.sd * standard.inverse
        self.f = np.where((standard.inverse > 0) & np.isfinite(problem.factors), problem.factors, 0.0)

    def group(self, j: slice, gradient: np.ndarray) -> np.ndarray:
        """Largest violation, Σ (moved gradient)² / f and Σ f β² of the features j, whose gradient is overwritten."""
        f, beta, spread = self.f[j], self.beta[j], self.spread[j]
        if not f.all():
            live = f > 0
            f, beta, spread, gradient = f[live], beta[live], spread[live], gradient[live]
        gradient += f[:, None] * (self.lams * beta)
        g = np.abs(gradient, out=gradient)
        worst = g.max(axis=0, initial=0.0)
        g += np.outer(spread, self.push)
        return np.stack([worst, (1.0 / f) @ np.square(g, out=g), f @ beta**2])

    @staticmethod
    def both(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Two groups as one."""
        return np.vstack([np.maximum(a[:1], b[:1]), a[1:] + b[1:]])

    def certificates(self, loss: np.ndarray, groups: list[np.ndarray]) -> list[Certificate]:
        """From the mean losses and all groups."""
        worst, distance, length = fold([np.zeros((3, len(loss))), *groups], self.both)
        # further than that the dual point may leave its domain
        gap = np.where(self.delta < 0.5, self.delta**2 * self.mean_v, np.inf) + distance / (2.0 * self.lams)
        kkt = np.maximum(worst, np.abs(self.mean_u) * self.problem.intercept)
        return certificates(self.problem, gap, kkt, loss + 0.5 * self.lams * length)


def _certify_ridge(problem, standard, beta, b0, lams) -> list[Certificate]:
    """Every feature penalised: one pass over cache-sized blocks of rows."""
    loss, gradient, *means = dual_sweep(problem, standard, beta, b0)
    bound = _Bound(problem, standard, beta, lams, *means)
    return bound.certificates(loss, [bound.group(j, gradient[j]) for j in _groups(len(beta))])


def by_groups(problem: Problem, standard: Standardization) -> bool:
    """Whether gradients of all features would take much memory, and those of some of them are had from few rows."""
    return problem.wide and isinstance(problem.design, DenseDesign) and not len(standard.fill)


class Gradient:
    """Gradients of standardized features for r (n, c), worked out for the features that are asked for."""

    def __init__(self, problem: Problem, standard: Standardization, r: np.ndarray):
        self.design, self.standard, self.r, self.total = problem.design, standard, r, r.sum(axis=0)

    def __getitem__(self, j: slice) -> np.ndarray:
        """Gradients (len(j), c) of a run of features."""
        out = np.asarray(self.design.x[:, j], dtype=np.float64).T @ self.r  # type: ignore[attr-defined]
        out -= np.outer(self.standard.mean[j], self.total)
        out *= self.standard.inverse[j, None]
        return out


def _certify_wide(problem, standard, beta, b0, lams) -> list[Certificate]:
    """Certify likewise where features outnumber rows: by groups of columns, without a gradient of all features."""
    x, inverse, mean, total = problem.design.x, standard.inverse[:, None], standard.mean, float(problem.weights.sum())
    groups = _groups(len(beta))
    strands = [groups[a::_STRANDS] for a in range(min(_STRANDS, len(groups)))]

    def predict(strand: list[slice]) -> np.ndarray:
        eta = np.zeros((len(x), len(lams)))
        for j in strand:
            b = beta[j] * inverse[j]
            eta += np.asarray(x[:, j], dtype=np.float64) @ b
            eta -= mean[j] @ b
        return eta

    engine = problem.design.engine
    eta = engine.map_reduce(predict, strands, iadd)
    rows = slice(0, len(x))
    u, sums = _visitor(problem, b0)(rows, np.array([0, len(x)]), eta, np.empty_like(eta))
    bound = _Bound(problem, standard, beta, lams, *sums[0, [0, 2, 3]] / total)
    gradient = Gradient(problem, standard, u / total)

    def judge(strand: list[slice]) -> np.ndarray:
        return fold([bound.group(j, gradient[j]) for j in strand], bound.both)

    return bound.certificates(sums[0, 1] / total, engine.map(judge, strands))


def _groups(p: int) -> list[slice]:
    return [slice(a, min(a + _FEATURES, p)) for a in range(0, p, _FEATURES)]


def _certify_group(problem, standard, beta, b0, lams) -> list[Certificate]:
    y, w = problem.y[:, None], problem.weights[:, None]
    total = float(problem.weights.sum())
    b, shift = standard.stored(beta)
    eta = problem.design.predict(b) + (shift + b0 + problem.offset[:, None])
    loss = (w * problem.family.loss(y, eta)).sum(axis=0) / total
    penalty = elastic_net(lams, 0.0, problem.factors)
    u = problem.family.gradient(y, eta)
    kkt_intercept = np.abs((w * u).sum(axis=0) / total) if problem.intercept else np.zeros(len(lams))
    gradient = _features(problem, standard, w * u) / total
    live = (standard.inverse > 0)[:, None]
    kkt = np.maximum(np.where(live, penalty.distance(beta, gradient), 0.0).max(axis=0, initial=0.0), kkt_intercept)
    size = np.sqrt((w * np.maximum(np.abs(u), typical_size(problem, u)) ** 2).sum(axis=0) / total)
    u = _feasible(problem, standard, u, eta, lams)
    v = -_features(problem, standard, w * u) / total
    free = ((penalty.l1 == 0) & (penalty.l2 == 0)) | ~live
    # rows so well fitted that they have no curvature left cannot be moved: then nothing is known
    left = np.where(free & live & np.isfinite(problem.factors)[:, None], np.abs(v), 0.0)
    left = (left / np.maximum(standard.sd * standard.inverse, 1e-300)[:, None]).max(axis=0, initial=0.0)
    left = np.maximum(left, np.abs((w * u).sum(axis=0) / total) * problem.intercept)
    terms = np.where(free, 0.0, penalty.fenchel_young(beta, np.where(free, 0.0, v)))
    rows = np.where(w > 0, problem.family.fenchel_young(y, eta, u), 0.0)  # inf, far on the wrong side
    fenchel = (w * rows).sum(axis=0) / total
    gap = np.where((left > _BALANCED * size) | (loss > HUGE), np.inf, fenchel + terms.sum(axis=0))
    return certificates(problem, gap, kkt, loss + penalty.value(beta))


def typical_size(problem: Problem, u: np.ndarray) -> np.ndarray:
    """Size of u (n, c) in each column, to which what rounding leaves is compared; not below rounding of the targets."""
    w, null = problem.weights, problem.family.null_eta(problem.y, problem.weights, problem.offset)
    first = problem.family.gradient(problem.y, null * problem.intercept + problem.offset)
    return np.sqrt(np.maximum(w @ u**2, 1e-12 * (w @ first**2)) / w.sum())


def _features(problem: Problem, standard: Standardization, r: np.ndarray) -> np.ndarray:
    return standard.adjoint(problem.design.adjoint(r), r.sum(axis=0))


def _feasible(
    problem: Problem, standard: Standardization, u: np.ndarray, eta: np.ndarray, lams: np.ndarray
) -> np.ndarray:
    """Move each dual point so that it is orthogonal to every unpenalised column: a weighted least-squares step."""
    unpenalised = (problem.factors == 0) & (standard.inverse > 0)
    out = _balance(problem, u, eta) if problem.intercept else u.copy()
    for c in range(u.shape[1]):
        use = unpenalised if lams[c] > 0 else (standard.inverse > 0) & np.isfinite(problem.factors)
        if use.any():
            out[:, c] = _project(problem, standard, np.flatnonzero(use), out[:, c], eta[:, c])
    return out


def _balance(problem: Problem, u: np.ndarray, eta: np.ndarray) -> np.ndarray:
    """Make Σ w u = 0 in every column; each row moves in proportion to its curvature, so that it stays in the domain."""
    v = problem.family.curvature(problem.y[:, None], eta)
    w = problem.weights
    out = u.copy()
    for _ in range(2):
        out -= v * ((w @ out) / np.maximum(w @ v, 1e-300))
    return out


def _project(
    problem: Problem, standard: Standardization, columns: np.ndarray, u: np.ndarray, eta: np.ndarray
) -> np.ndarray:
    """Make u orthogonal to the intercept and to `columns`, by their moments; by a factorization where those fail."""
    v, p = problem.family.curvature(problem.y, eta), len(standard.mean)
    worth = 2 * len(columns) >= p and p <= min(len(u), _WIDEST)
    moved = _by_moments(problem, standard, columns, u, v) if worth else None
    return _by_factorization(problem, standard, columns, u, v) if moved is None else moved


def _by_moments(problem: Problem, standard: Standardization, columns: np.ndarray, u, v) -> np.ndarray | None:
    """Weighted least squares by normal equations, refined; None where columns depend too nearly on each other."""
    w, total = problem.weights, float(problem.weights.sum())
    moments = standard.moments(problem.design.moments(np.empty((len(u), 0)), w * v)[0])
    if moments.weight <= 0.0:
        return None
    mean, scatter = moments.mean[columns], moments.scatter[np.ix_(columns, columns)]
    if not problem.intercept:
        scatter, mean = scatter + moments.weight * np.outer(mean, mean), np.zeros_like(mean)
    inverse = np.linalg.pinv(scatter, hermitian=True)
    enough = _ORTHOGONAL * (standard.sd * standard.inverse)[columns] * np.sqrt(total * (w @ u**2))
    step = np.zeros((len(standard.mean), 1))
    for _ in range(5):
        r = (w * u)[:, None]
        push, sum_r = _features(problem, standard, r)[columns, 0], float(r.sum())
        if np.all(np.abs(push) <= enough):
            return u
        step[columns, 0] = inverse @ (push - mean * sum_r)
        b, shift = standard.stored(step)
        level = sum_r / moments.weight - mean @ step[columns, 0] if problem.intercept else 0.0
        u = u - v * (problem.design.predict(b)[:, 0] + (shift[0] + level))
    return None


def _by_factorization(problem: Problem, standard: Standardization, columns: np.ndarray, u, v) -> np.ndarray:
    """Weighted least squares on the columns written out."""
    basis = np.hstack([np.ones((len(u), int(problem.intercept))), standard_columns(problem, standard, columns)])
    w = problem.weights
    root = np.sqrt(w * v)
    ratio = np.divide(np.sqrt(w), np.sqrt(v), where=v > 0, out=np.zeros_like(v))
    for _ in range(3):
        step, *_ = np.linalg.lstsq(root[:, None] * basis, ratio * u, rcond=None)
        u = u - v * (basis @ step)
    return u
