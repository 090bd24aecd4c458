"""Certificates of ridge solutions: how far a point can be from the optimum, by one dual point for each candidate."""

from __future__ import annotations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.penalties import elastic_net
from ridgeline.problem import Certificate, Problem, null_objective, standard_columns

__all__ = ["certify_columns", "dual_sweep"]

_ORTHOGONAL = 1e-12  # of the product of lengths: what rounding leaves of a product that is zero
_FEATURES = 1024  # judged at a time: what is worked out for them stays in cache
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
    for rows, judge in ((np.flatnonzero(easy), _certify_ridge), (np.flatnonzero(~easy), _certify_group)):
        parts = [part for part in np.array_split(rows, 2 * -(-len(rows) // 128) or 1) if len(part)]
        found = problem.design.engine.map(
            lambda part, judge=judge: judge(problem, standard, beta[:, part], b0[part], lams[part]), parts
        )
        for part, certificates in zip(parts, found, strict=True):
            out.update(zip(part.tolist(), certificates, strict=True))
    return [out[i] for i in range(len(lams))]


def dual_sweep(problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray) -> tuple:
    """One pass over the rows for c candidates: mean loss (c,), its gradient (p, c), and the means of u, v and v²."""
    w, total, y, offset = problem.weights, float(problem.weights.sum()), problem.y, problem.offset
    b, shift = standard.stored(beta)
    constant, plain = shift + b0, bool(np.all(w == 1.0))

    def visit(rows, bounds, eta: np.ndarray, scratch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        eta += constant
        eta += offset[rows][:, None]
        target, weight = y[rows], w[rows]
        u, loss = problem.family.accumulate(target, eta, None if plain else weight, bounds, scratch)
        v = problem.family.curvature_at(target[:, None], u if plain else u / np.maximum(weight, 1e-300)[:, None])
        return u, np.stack([u.sum(axis=0), loss[0], weight @ v, weight @ (v * v)])[None]

    sweep = problem.design.accumulate(b, visit, problem.design.layout())
    mean_u, loss, mean_v, mean_v2 = sweep.sums[0] / total
    gradient = standard.adjoint(sweep.adjoint[0], sweep.sums[0, 0])
    gradient /= total
    return loss, gradient, mean_u, mean_v, mean_v2


def _certify_ridge(problem, standard, beta, b0, lams) -> list[Certificate]:
    """Every feature penalised: the same gap from one pass over cache-sized blocks.

    Moving the dual point by δ = Σwu / Σwv along the curvature v changes the loss terms by at most δ² Σwv / W (the χ²
    bound of the divergence) and the gradient of a feature with second moment m_j by at most |δ| √(m_j Σwv² / W)
    (Cauchy-Schwarz).
    """
    loss, gradient, mean_u, mean_v, mean_v2 = dual_sweep(problem, standard, beta, b0)
    delta = np.minimum(np.abs(mean_u) / np.maximum(mean_v, 1e-300), 1e100 * problem.intercept)
    push, spread = delta * np.sqrt(mean_v2), standard.sd * standard.inverse
    gap = np.where(delta < 0.5, delta**2 * mean_v, np.inf)  # further than that the dual point may leave its domain
    kkt = np.abs(mean_u) * problem.intercept
    f = np.where((standard.inverse > 0) & np.isfinite(problem.factors), problem.factors, 0.0)
    distance, length = np.zeros((2, len(lams)))
    for j in (slice(a, a + _FEATURES) for a in range(0, len(beta), _FEATURES)):
        live = np.flatnonzero(f[j] > 0)
        live = j if len(live) == len(f[j]) else j.start + live
        g = np.abs(gradient[live] + f[live, None] * (lams * beta[live]))
        kkt = np.maximum(kkt, g.max(axis=0, initial=0.0))
        g += np.outer(spread[live], push)
        distance += (1.0 / f[live]) @ np.square(g, out=g)
        length += f[live] @ beta[live] ** 2
    gap += distance / (2.0 * lams)
    value = loss + 0.5 * lams * length
    null = null_objective(problem)
    return [
        Certificate(float(e), float(e / null), float(k), float(o)) for e, k, o in zip(gap, kkt, value, strict=True)
    ]


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
    u = _feasible(problem, standard, u, eta, lams)
    v = -_features(problem, standard, w * u) / total
    free = ((penalty.l1 == 0) & (penalty.l2 == 0)) | ~live
    terms = np.where(free, 0.0, penalty.fenchel_young(beta, np.where(free, 0.0, v)))
    rows = np.where(w > 0, problem.family.fenchel_young(y, eta, u), 0.0)  # inf, far on the wrong side
    fenchel = (w * rows).sum(axis=0) / total
    gap = fenchel + terms.sum(axis=0)
    null = null_objective(problem)
    return [
        Certificate(float(g), float(g / null), float(k), float(o))
        for g, k, o in zip(gap, kkt, loss + penalty.value(beta), strict=True)
    ]


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
