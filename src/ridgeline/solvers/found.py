"""What is found on few of the columns, a block of λ at a time, put together to whole paths."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted

__all__ = ["Found", "put_together"]


@dataclass
class Found:
    """What one training set has for a block of λ.

    Attributes
    ----------
    columns : ndarray of shape (w,)
        Stored columns, in the order in which they came.
    beta : ndarray of shape (w, B)
        Standardized coefficients.
    b0, train, test : ndarray of shape (B,)
    eta : ndarray of shape (n, B)
        Linear predictors of all rows, while they are needed.
    """

    columns: np.ndarray
    beta: np.ndarray
    b0: np.ndarray
    train: np.ndarray
    test: np.ndarray
    eta: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))

    def at(self, which: np.ndarray) -> Found:
        """Return what there is for some of the λ, without linear predictors."""
        return Found(self.columns, self.beta[:, which], self.b0[which], self.train[which], self.test[which])


def put_together(
    problem: Problem, standards: list[Standardization], sets: list[list[Found]], order: np.ndarray, *, lift: bool
) -> list[Fitted]:
    """Fits of every training set.

    Parameters
    ----------
    problem : Problem
    standards : list of Standardization
    sets : list of list of Found
        The blocks of each training set.
    order : ndarray of shape (L,)
        Where each λ of the blocks, side by side, stands among those asked for.
    lift : bool
        Give coefficients on all columns for every set; else for the first only, the others' on the columns used.
    """
    used = [one.columns[(one.beta != 0).any(axis=1)] for blocks in sets for one in blocks]
    union = np.unique(np.concatenate([[0], *used])).astype(np.intp)
    for value, flag in problem.imputed:  # a filled column and its flag stand together
        if value in union or flag in union:
            union = np.union1d(union, [value, flag])
    small = _small(problem, union)
    whole = [lift or k == 0 for k in range(len(sets))]
    each = zip(standards, sets, whole, strict=True)
    return [
        _one(s, blocks, order) if all_ else _part(problem, s, blocks, order, union, small) for s, blocks, all_ in each
    ]


def _one(
    standard: Standardization, blocks: list[Found], order: np.ndarray, columns: np.ndarray | None = None
) -> Fitted:
    columns = np.arange(len(standard.mean)) if columns is None else columns
    beta, first = np.zeros((len(columns), len(order))), 0
    b0, train, test = np.empty((3, len(order)))
    for one in blocks:
        at = order[first : first + one.beta.shape[1]]
        nonzero = (one.beta != 0).any(axis=1)
        beta[np.searchsorted(columns, one.columns[nonzero])[:, None], at] = one.beta[nonzero]
        b0[at], train[at], test[at] = one.b0, one.train, one.test
        first += len(at)
    separated = np.zeros(len(order), dtype=bool)
    return Fitted(standard, beta, b0, train, test, separated=separated, passes=len(blocks))


def _part(problem: Problem, standard: Standardization, blocks: list[Found], order, union, small: Problem) -> Fitted:
    """Fit on the columns of the union."""
    fitted = _one(standard, blocks, order, union)
    inside, pairs = _pairs(problem, union)
    few = Standardization(
        pairs, standard.fill[inside], standard.mean[union], standard.inverse[union], standard.sd[union]
    )
    return replace(fitted, standard=few, space=small)


def _small(problem: Problem, union: np.ndarray) -> Problem:
    """Problem of some columns alone."""
    bounds = None if problem.bounds is None else (problem.bounds[0][union], problem.bounds[1][union])
    return replace(
        problem,
        design=problem.design.select(union),
        factors=problem.factors[union],
        imputed=_pairs(problem, union)[1],
        bounds=bounds,
    )


def _pairs(problem: Problem, union: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of the imputed pairs are among these columns, and where."""
    place = {int(j): i for i, j in enumerate(union)}
    inside = [i for i, (v, _) in enumerate(problem.imputed) if int(v) in place]
    pairs = [(place[int(v)], place[int(f)]) for v, f in problem.imputed[inside]]
    return np.array(inside, dtype=np.intp), np.array(pairs, dtype=np.intp).reshape(-1, 2)
