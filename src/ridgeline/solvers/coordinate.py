"""Coordinate: gaussian with L1, elastic net or bounds, on the moments of each training set.

One pass over the rows gives the moments of every cell; the training sets are merges of cells. On the standardized moments
C = X'WX/W, c = X'Wy/W every λ is a small quadratic problem, solved by the kernel from the λ before it.
"""

from __future__ import annotations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.kernels import descend
from ridgeline.moments import Moments
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples

__all__ = ["solve"]


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
    train, test = resamples.merged(resamples.moments(problem))
    begin = np.zeros((len(train), problem.design.shape[1])) if start is None else start[:, :-1]

    def one(k: int) -> Fitted:
        return _solve_set(problem, train[k], test[k], lams, begin[k])

    return problem.design.engine.map(one, range(len(train)))


def _solve_set(problem: Problem, train: Moments, test: Moments | None, lams: np.ndarray, start: np.ndarray) -> Fitted:
    p = problem.design.shape[1]
    learned = Standardization.learn(
        train, problem.imputed, standardize=problem.standardize, intercept=problem.intercept
    )
    standard = learned.head(p).excluding(np.isinf(problem.factors))
    m = standard.moments(train)
    ybar = m.mean[p] if problem.intercept else 0.0
    second = m.scatter / m.weight
    if not problem.intercept:
        second = second + np.outer(m.mean, m.mean)
    beta = _descended(problem, standard, (second[:p, :p], second[:p, p]), lams, start)
    judge = (
        np.full(len(lams), np.nan) if test is None or test.weight == 0 else _loss(standard.moments(test), beta, ybar)
    )
    none = np.zeros(len(lams), dtype=bool)
    return Fitted(
        standard, beta, np.full(len(lams), ybar), _loss(m, beta, ybar), judge, np.empty(0), none, 1, moments=train
    )


def _descended(problem: Problem, standard: Standardization, quadratic: tuple, lams: np.ndarray, start: np.ndarray):
    """Minimisers of ½ β'Cβ − c'β + penalty for every λ, shape (p, L)."""
    c, pull = quadratic
    unit = problem.penalty(standard, np.ones(1))
    box = np.stack([unit.lower[:, 0], unit.upper[:, 0]])
    box[:, standard.inverse == 0] = 0.0
    order = np.argsort(-lams, kind="stable")
    beta, _ = descend(c, pull, unit.l1[:, 0], unit.l2[:, 0], box, lams[order], start)
    out = np.empty((len(pull), len(lams)))
    out[:, order] = beta.T
    return out


def _loss(m: Moments, beta: np.ndarray, ybar: float) -> np.ndarray:
    """Half mean squared error of rows with moments `m`: squared mean residual plus variance of the residual."""
    p, s = len(beta), m.scatter
    bias = m.mean[p] - ybar - m.mean[:p] @ beta
    variance = s[p, p] - 2.0 * (s[p, :p] @ beta) + np.einsum("jl,jl->l", beta, s[:p, :p] @ beta)
    return 0.5 * (bias**2 + np.maximum(variance, 0.0) / m.weight)
