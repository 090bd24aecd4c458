"""Coordinate: gaussian with L1, elastic net or bounds, on the moments of each training set.

One pass over the rows gives the moments of every cell; the training sets are merges of cells. On the standardized
moments C = X'WX/W, c = X'Wy/W every λ is a small quadratic problem, solved by the kernel from the λ before it.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.kernels import descend, lay_rows
from ridgeline.moments import Moments, squeezed
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.dependent import depend
from ridgeline.solvers.homotopy import Homotopy, triangular
from ridgeline.solvers.spectral import judged

__all__ = ["solve"]

_WORTH = 20  # columns from which a path is worth following
_IDLE = 3  # λ, one after the other, whose descent has led nowhere
_LARGE = 300  # columns from which on matrices are better not copied


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, start: np.ndarray | None = None) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Gaussian family.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Any order; 0 included.
    start : ndarray of shape (sets, p + 1), optional
        Parameters near the solution at the largest λ.
    """
    merged, sets = resamples.merged(resamples.moments(problem)), len(resamples.sets)
    if problem.design.shape[1] >= _LARGE:
        import_module("scipy.linalg")  # before the threads of its BLAS are held to one
    begin = np.zeros((sets, problem.design.shape[1])) if start is None else start[:, :-1]

    def one(k: int) -> Fitted:
        return _solve_set(problem, *merged(k), lams, begin[k], first=k == 0)  # held by nobody else

    return problem.design.engine.map(one, range(sets))


def _solve_set(problem: Problem, train: Moments, test: Moments | None, lams, start: np.ndarray, *, first: bool):
    """Solve one training set, in the room of its moments; those of the first are kept."""
    p = problem.design.shape[1]
    learned = Standardization.learn(
        train, problem.imputed, standardize=problem.standardize, intercept=problem.intercept
    )
    standard = learned.head(p).excluding(np.isinf(problem.factors))
    m = standard.moments(train, spare=not first)
    kept = train if first else None
    del train
    ybar = m.mean[p] if problem.intercept else 0.0
    second = m.scatter if problem.intercept else m.about_zero()
    second /= m.weight
    size, pull = second[p, p], second[:p, p].copy()
    c = squeezed(second)
    del m, second
    beta = _descended(problem, standard, (c, pull), lams, start)
    left = size - 2.0 * (pull @ beta) + np.einsum("jl,jl->l", beta, c @ beta)
    judge = np.full(len(lams), np.nan) if test is None or test.weight == 0 else judged(test, standard, beta, ybar)
    b0, none = np.full(len(lams), ybar), np.zeros(len(lams), dtype=bool)
    return Fitted(standard, beta, b0, 0.5 * np.maximum(left, 0.0), judge, np.empty(0), none, 1, moments=kept)


def _descended(problem: Problem, standard: Standardization, quadratic: tuple, lams: np.ndarray, start: np.ndarray):
    """Minimisers of ½ β'Cβ − c'β + penalty for every λ, shape (p, L)."""
    c, pull = quadratic
    unit = problem.penalty(standard, np.ones(1))
    box = np.stack([unit.lower[:, 0], unit.upper[:, 0]])
    box[:, standard.inverse == 0] = 0.0
    order = np.argsort(-lams, kind="stable")
    l1, l2 = unit.l1[:, 0], unit.l2[:, 0]
    starts = _followed(c, pull, l1, lams[order]) if _dependent(c, l1, l2, box) and not start.any() else None
    if starts is None:
        beta, _ = descend(c, pull, l1, l2, box, lams[order], start)
    else:
        beta = np.array(_mended(c, pull, l1, box, lams[order], starts))
    out = np.empty((len(pull), len(lams)))
    out[:, order] = beta.T
    return out


def _mended(c: np.ndarray, pull: np.ndarray, l1: np.ndarray, box: np.ndarray, lams: np.ndarray, starts: list) -> list:
    """Descend from what was followed, where rounding has added up; where that comes to nothing, no more of it."""
    out, idle = [], 0
    for lam, beta in zip(lams, starts, strict=True):
        if idle < _IDLE:
            (found,), (solved,) = descend(c, pull, l1, np.zeros_like(l1), box, lam[None], beta)
            better = solved or _violation(c, pull, lam * l1, found) < 0.9 * _violation(c, pull, lam * l1, beta)
            beta, idle = found, 0 if better else idle + 1
        out.append(beta)
    return out


def _violation(c: np.ndarray, pull: np.ndarray, l1: np.ndarray, beta: np.ndarray) -> float:
    """Largest violation of the optimality conditions."""
    g = pull - c @ beta
    return float(np.where(beta != 0.0, np.abs(g - l1 * np.sign(beta)), np.maximum(np.abs(g) - l1, 0.0)).max())


def _dependent(c: np.ndarray, l1: np.ndarray, l2: np.ndarray, box: np.ndarray) -> bool:
    """Whether the path of a lasso without bounds has columns that depend on each other, where descent is slow."""
    live = np.diagonal(c) > 0
    if l2.any() or not l1[live].all() or np.isfinite(box[:, live]).any() or live.sum() < _WORTH:
        return False
    return depend(c, 1e-9)


def _followed(c: np.ndarray, pull: np.ndarray, l1: np.ndarray, lams: np.ndarray) -> list[np.ndarray]:
    """Path from one change of the support to the next; a column that depends on those in use stays out."""
    before = float(np.max(np.divide(np.abs(pull), l1, where=l1 > 0, out=np.zeros_like(pull))))
    gram = np.empty(triangular(len(c)))
    lay_rows(gram, np.ascontiguousarray(c))
    path = Homotopy(gram, np.zeros(len(pull)), np.empty(0, dtype=np.int64))
    beta, left, out, there = np.zeros(len(pull)), pull.copy(), [], True
    for lam in lams.tolist():
        if there and lam < before:
            there = path.go(beta, left, before * l1, lam * l1)
            before = lam
        out.append(beta.copy())
    return out
