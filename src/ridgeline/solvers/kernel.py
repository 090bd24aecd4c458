"""Ridge of more columns than rows: each training set in kernel coordinates of its own (`ridgeline.designs.kernel`).

Gaussian: second moments are diag(d) there, so that with g = Z'W (y − ȳ) every λ is solved by::

    γ(λ) = g / (d + λ)

Other families, columns that are never penalised and a λ too small for squared condition numbers are left to the solver
of tall problems. Only the first training set needs coefficients on the features; of the others the linear predictors
of all rows are kept, which take less memory than coordinates.
"""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np

from ridgeline.designs import DenseDesign, Standardization
from ridgeline.designs.kernel import Reduced, reduce_with
from ridgeline.engines import give_back
from ridgeline.problem import Problem, TrainingSet
from ridgeline.solvers import spectral
from ridgeline.solvers.base import Fitted, Resamples, mean_losses
from ridgeline.solvers.columns import learn_sets

__all__ = ["MOST", "small_problem", "solve", "spectrum"]

MOST = 1000  # rows; with more of them conjugate gradients are faster, and need no n × n matrices
_ROOM = 2**20  # numbers that the coordinates of all training sets may hold, or half as many as the data


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, solver: ModuleType, *, lift: bool) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        p > n, a smooth penalty.
    resamples : Resamples
    lams : ndarray of shape (L,)
    solver : module
        Of the tall problem. (Loaded before threads start, as is the BLAS that it may bring: only the thread that began
        can hold it to one thread.)
    lift : bool
        Give every training set's coefficients on the features; else only the first's.
    """
    kept: dict[int, Reduced] = {}
    shares, judged = resamples.shares(problem), resamples.each("test", len(problem.y)) * problem.weights

    def one(k: int) -> Fitted:
        reduced = _reduced(problem, resamples, k)
        small = small_problem(problem, reduced)
        if _closed(problem, reduced, lams):
            found = _by_division(problem, reduced, shares[k], judged[k], lams)
        else:
            found = replace(solver.solve(small, _alone(small, resamples, k), lams)[0], moments=None)
        if lift or k == 0:
            kept[k] = reduced if len(reduced.basis) else _made(problem, resamples, k)
            return found
        found = replace(found, space=small)
        return found.seen() if found.beta.shape[1] < len(reduced.factors) else found

    def lifted(k: int, fitted: Fitted) -> Fitted:
        beta = kept[k].lift(fitted.standard.original(fitted.beta, fitted.b0)[0])
        return replace(fitted, standard=kept[k].standard, beta=beta)

    _prepare(problem, resamples)
    found = problem.design.engine.map(one, range(len(resamples.sets)))
    give_back(problem.design.shape)
    # the fit on all rows is wanted in the features' own coordinates
    return [lifted(k, fitted) if k in kept else fitted for k, fitted in enumerate(found)]


def spectrum(problem: Problem, resamples: Resamples) -> np.ndarray:
    """Eigenvalues of the first training set's second moments, standardized and divided by the penalty factors."""
    _prepare(problem, resamples)
    first = resamples.memo.setdefault("reduced", {}).setdefault(0, _reduced(problem, resamples, 0))
    if len(first.d) == len(first.factors):
        return first.d
    small = small_problem(problem, first)
    return spectral.spectrum(small, Resamples.make(small, resamples.labels, resamples.sets[:1]))


def small_problem(problem: Problem, reduced: Reduced) -> Problem:
    """Problem with the same objective in kernel coordinates."""
    design = DenseDesign(np.ascontiguousarray(reduced.z), engine=problem.design.engine)
    none = np.empty((0, 2), dtype=np.intp)
    return replace(problem, design=design, factors=reduced.factors, imputed=none, standardize=False)


def _prepare(problem: Problem, resamples: Resamples) -> None:
    """Go over to kernel coordinates with all training sets side by side, where there is room for all of them."""
    learn_sets(problem, resamples)  # before the threads ask for it
    sets, (n, p) = range(len(resamples.sets)), problem.design.shape
    if "reduced" not in resamples.memo and 2 * len(sets) * n * n <= max(_ROOM, n * p // 2):

        def one(k: int) -> Reduced:
            made = _made(problem, resamples, k)
            return made if k == 0 else replace(made, basis=made.basis[:0].copy())  # only the first is lifted, as a rule

        resamples.memo["reduced"] = dict(enumerate(problem.design.engine.map(one, sets)))
        give_back(problem.design.shape)


def _reduced(problem: Problem, resamples: Resamples, k: int) -> Reduced:
    kept = resamples.memo.get("reduced", {})
    return kept[k] if k in kept else _made(problem, resamples, k)


def _made(problem: Problem, resamples: Resamples, k: int) -> Reduced:
    return reduce_with(problem.design, learn_sets(problem, resamples)[k], problem.factors, resamples.shares(problem)[k])


def _alone(problem: Problem, resamples: Resamples, k: int) -> Resamples:
    """One training set, its rows in one cell and those that judge it in another."""
    if resamples.labels is None:
        return Resamples.make(problem, None, (resamples.sets[k],))
    chosen, known = resamples.sets[k], resamples.labels >= 0
    train, test = chosen.train[resamples.labels] & known, chosen.test[resamples.labels] & known
    both = bool((train & test).any())
    labels = np.where(train, 0, np.where(test, 1, -1)) if not both else resamples.labels
    sets = (chosen,) if both else (TrainingSet(np.array([True, False]), np.array([False, True])),)
    return Resamples.make(problem, labels, sets)


def _closed(problem: Problem, reduced: Reduced, lams: np.ndarray) -> bool:
    """Whether division solves it: gaussian, every column penalised, no λ that asks for more digits than d has."""
    d = reduced.d
    if problem.family.name != "gaussian" or len(d) == 0 or len(d) < len(reduced.factors):
        return False
    return bool(d.max() <= spectral.ILL * (d.min() + lams.min(initial=np.inf)))


def _by_division(problem: Problem, reduced: Reduced, weights: np.ndarray, judged, lams: np.ndarray) -> Fitted:
    y, z, r = problem.y - problem.offset, reduced.z, len(reduced.d)
    level = float(weights @ y) if problem.intercept else 0.0
    gamma = (z.T @ (weights * (y - level)))[:, None] / (reduced.d[:, None] + lams)
    standard = Standardization.none(r)
    b0 = np.full(len(lams), level)
    eta = z @ gamma
    eta += level + problem.offset[:, None]
    losses = mean_losses(problem, eta, weights, judged)
    return Fitted(standard, gamma, b0, *losses, reduced.d, np.zeros(len(lams), bool), passes=1)
