"""How the coefficients move with the rows: a bootstrap at a fixed λ, all resamples as columns of one matrix.

A resample draws units (rows, or groups of rows) with replacement; it is the same problem with each row's weight times
the number of its draws. Every resample starts from the fit of all rows and takes Newton steps (`refit`), under an L1
penalty proximal ones on the few columns that matter (`refit_sparse`). Scaling and imputation stay those of all rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ridgeline.crossval.refit import ROUNDS, SETTLED, Resampled, Steps, own_work, refit
from ridgeline.crossval.refit_sparse import columns_at_most, plan_sparse, refit_sparse
from ridgeline.designs import DenseDesign
from ridgeline.designs.kernel import reduce
from ridgeline.problem import Problem
from ridgeline.solvers import Fitted, Resamples, solve_sets

__all__ = ["Draws", "Spread", "bootstrap", "spread"]

_COUNT, _FEWEST = 200, 40  # resamples wanted, and with fewer of them none
_OWN = 4e9  # rows × columns² × resamples × rounds: below, each resample has a curvature of its own
_SWEEP = 1e9  # rows × columns × resamples × rounds with the common curvature
_MEND = 3e10  # as _OWN, for the resamples that the common curvature does not lead to their optimum
_POINTWISE = 40  # what a row's loss costs, in products
_DESCENT = 40  # sweeps over a quadratic until it is at its minimum
_LOST = 0.1  # share of resamples that may fail to settle


@dataclass(frozen=True, eq=False)
class Draws:
    """Coefficients of the resamples.

    Attributes
    ----------
    std_coef : ndarray of shape (B, p)
        Per standard deviation of all rows.
    method : str
        What was done, in words.
    """

    std_coef: np.ndarray
    method: str


@dataclass(frozen=True, eq=False)
class Spread:
    """What the resamples say of each coefficient; arrays of shape (p,).

    Attributes
    ----------
    low, high : ndarray
        2.5% and 97.5% percentiles, per standard deviation, or the coefficient itself where that lies further out: a
        resample holds about 63% of the different rows, and with few of them and many features every resample may
        shrink a coefficient further.
    sign_agreement : ndarray
        Share of resamples in which the coefficient has the sign of the fit (NaN where that is zero).
    selected : ndarray
        Share of resamples in which it is not exactly zero.
    """

    low: np.ndarray
    high: np.ndarray
    sign_agreement: np.ndarray
    selected: np.ndarray


def spread(draws: Draws, std_coef: np.ndarray) -> Spread:
    """Summarise resamples of a fit with coefficients `std_coef` (p,).

    Below the k-th smallest of B draws lies a share of k / (B + 1) on average (Weibull's plotting position). NumPy's
    default counts from (k − 1) / (B − 1), so that its 2.5% of 200 draws would be 3%, and the interval one of 94%.
    """
    b = draws.std_coef
    low, high = np.quantile(b, [0.025, 0.975], axis=0, method="weibull")
    low, high = np.minimum(low, std_coef), np.maximum(high, std_coef)
    agree = (np.sign(b) == np.sign(std_coef)).mean(axis=0)
    return Spread(low, high, np.where(std_coef == 0, np.nan, agree), (b != 0).mean(axis=0))


def bootstrap(
    problem: Problem, fitted: Fitted, column: int, lam: float, *, units: np.ndarray | None = None, seed: int = 0
) -> Draws | str:
    """Refit the model of one λ to resamples of the rows.

    Parameters
    ----------
    problem : Problem
    fitted : Fitted
        The fit on all rows, in the features' own coordinates.
    column : int
        Which of its λ.
    lam : float
    units : ndarray of shape (n,), optional
        Unit of each row; by default each row is one.
    seed : int

    Returns
    -------
    Draws or str
        The reason in words where it was not done.
    """
    n, p = problem.design.shape
    if fitted.classes > 1:
        return "resampling is not available for several classes"
    problem = replace(problem, l1_ratio=0.0) if lam == 0.0 else problem
    plan = _plan(problem) if problem.smooth else _plan_sparse(problem, fitted.beta[:, column])
    if plan.count < _FEWEST:
        return f"{n:,} rows and {p:,} features are too many to refit the model to resamples of the rows in bounded time"
    unit = np.arange(n) if units is None else np.unique(units, return_inverse=True)[1].ravel()
    counts = _draw(unit, plan.count, seed)
    if problem.smooth and problem.wide:
        return _wide(problem, lam, (counts, units is None))
    start = np.append(fitted.beta[:, column], fitted.b0[column])
    every = Resampled(problem, fitted.standard, counts, lam)
    theta, settled = _refit(every, start, plan)
    if settled.mean() < 1 - _LOST:
        return "the resamples' fits did not settle in bounded time, as where levels are rare or some rows told apart"
    scale = fitted.standard.sd * fitted.standard.inverse
    method = _method(int(settled.sum()), rows=units is None, sparse=problem.l1_ratio > 0)
    return Draws((theta[:-1, settled] * scale[:, None]).T, method)


def _refit(every: Resampled, start: np.ndarray, plan: Steps) -> tuple[np.ndarray, np.ndarray]:
    """Refit all resamples; those that the common curvature leads astray, with curvatures of their own.

    Of a level with a dozen rows a resample may have twice as many, or none whose target differs.
    """
    problem, p = every.problem, every.problem.design.shape[1]
    solve, columns = (refit, p) if problem.smooth else (refit_sparse, columns_at_most(p, start))
    theta, settled = solve(every, start, plan)
    left = np.flatnonzero(~settled)
    if not plan.own and len(left) and own_work(problem, columns) * len(left) <= _MEND:
        some = replace(every, counts=every.counts[:, left])
        theta[:, left], settled[left] = solve(some, start, Steps(len(left), True, ROUNDS))
    return theta, settled


def _method(count: int, *, rows: bool, sparse: bool) -> str:
    text = (
        f"95% percentile intervals of {count} bootstrap resamples of {'rows' if rows else 'groups'}, at the chosen "
        "lambda: how much the penalised coefficients move with the rows, not where unpenalised ones lie; where every "
        "resample, having fewer different rows, shrinks a coefficient further, its interval reaches up to it"
    )
    if not sparse:
        return text
    return text + (
        "; under an L1 penalty these are no confidence intervals, least of all near zero (Chatterjee & Lahiri 2010): "
        "read them with the share of resamples in which the feature is used"
    )


def _draw(unit: np.ndarray, count: int, seed: int) -> np.ndarray:
    """How often each row is drawn in each resample: (n, count)."""
    units = int(unit.max()) + 1
    source = np.random.PCG64(np.random.SeedSequence((seed, 11)))
    out = np.empty((units, count), dtype=np.uint8)
    for b in range(count):
        bits = source.random_raw(units)
        drawn = (((bits >> np.uint64(32)) * np.uint64(units)) >> np.uint64(32)).astype(np.intp)
        out[:, b] = np.minimum(np.bincount(drawn, minlength=units), 255)
    return out if units == len(unit) and np.array_equal(unit, np.arange(units)) else out[unit]


def _wide(problem: Problem, lam: float, drawn: tuple[np.ndarray, bool]) -> Draws | str:
    """Go over to kernel coordinates, where p > n has at most n columns."""
    every = np.ones(len(problem.y), dtype=bool)
    options = {"standardize": problem.standardize, "intercept": problem.intercept}
    reduced = reduce(problem.design, problem.imputed, problem.factors, every, problem.weights, options)
    none = np.empty((0, 2), dtype=np.intp)
    design = DenseDesign(np.ascontiguousarray(reduced.z), engine=problem.design.engine)
    small = replace(problem, design=design, factors=reduced.factors, imputed=none, standardize=False)
    whole = Resamples.whole(small)
    fitted = solve_sets(small, whole, np.array([lam]))[0]
    every = Resampled(small, fitted.standard, drawn[0], lam)
    theta, settled = refit(every, np.append(fitted.beta[:, 0], fitted.b0[0]), Steps(drawn[0].shape[1], True, ROUNDS))
    if settled.mean() < 1 - _LOST:
        return "the resamples' fits did not settle: there are too few rows for so many features"
    beta = reduced.lift(fitted.standard.original(theta[:-1, settled], theta[-1, settled])[0])
    scale = reduced.standard.sd * reduced.standard.inverse
    return Draws((beta * scale[:, None]).T, _method(int(settled.sum()), rows=drawn[1], sparse=False))


def _plan(problem: Problem) -> Steps:
    """Say how many resamples there is time for."""
    if own_work(problem, min(problem.design.shape)) * _COUNT <= _OWN:
        return Steps(_COUNT, True, ROUNDS)
    return _common(problem)


def _plan_sparse(problem: Problem, beta: np.ndarray) -> Steps:
    """Say the same under an L1 penalty: own curvatures unless the common one allows twice as many resamples."""
    own, common = plan_sparse(problem, beta, _COUNT), _common(problem)
    return common if own is None or common.count > 2 * own.count else own


def _common(problem: Problem) -> Steps:
    """Bound the work with the common curvature.

    A step leaves about 2 √(p/n) of what was missing: the relative difference between the curvatures of a resample and
    of all rows.
    """
    n, p = problem.design.shape
    left = 2.0 * np.sqrt(p / n)
    if left > 0.5:
        return Steps(0, False, 0)
    rounds = 1 if left < 0.05 else int(np.ceil(np.log(SETTLED) / np.log(left)))
    width = problem.design.width
    work = n * ((rounds - 1) * (2 * width + _POINTWISE) + width + 10)
    work += 0 if problem.smooth else rounds * _DESCENT * p**2
    return Steps(int(min(_COUNT, _SWEEP / work)), False, rounds)
