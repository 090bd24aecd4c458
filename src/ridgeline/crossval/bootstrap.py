"""How the coefficients move with the rows: a bootstrap at a fixed λ, all resamples as columns of one matrix.

A resample draws units (rows, or groups of rows) with replacement; it is the same problem with each row's weight times
the number of its draws. Every resample starts from the fit of all rows and takes Newton steps. Small problems use each
resample's own curvature; in large ones all resamples share the curvature of all rows and one pass over the rows gives
all their gradients. Scaling and imputation stay those of all rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ridgeline.designs import DenseDesign, Standardization
from ridgeline.designs.kernel import reduce
from ridgeline.problem import Problem, TrainingSet, standard_columns
from ridgeline.solvers import Fitted, Resamples, solve_sets

__all__ = ["Draws", "Spread", "bootstrap", "spread"]

_COUNT, _FEWEST = 200, 40  # resamples wanted, and with fewer of them none
_CELLS = 4e6  # rows × columns held as a dense matrix
_OWN = 4e9  # rows × columns² × resamples × rounds: below, each resample has a curvature of its own
_SWEEP = 3e8  # rows × columns × resamples × rounds with the common curvature
_POINTWISE = 40  # what a row's loss costs, in products
_ROUNDS = 12
_SETTLED = 0.02  # largest step left undone, in units of the spread between resamples
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
        2.5% and 97.5% percentiles, per standard deviation.
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
    """Summarise resamples of a fit with coefficients `std_coef` (p,)."""
    b = draws.std_coef
    low, high = np.quantile(b, [0.025, 0.975], axis=0)
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
    plan = _Plan.make(problem)
    if plan.count < _FEWEST:
        return f"{n:,} rows and {p:,} features are too many to refit the model to resamples of the rows in bounded time"
    counts = _draw(
        np.arange(n) if units is None else np.unique(units, return_inverse=True)[1].ravel(), plan.count, seed
    )
    if problem.wide:
        return _wide(problem, lam, (counts, units is None))
    start = np.append(fitted.beta[:, column], fitted.b0[column])
    theta, settled = _refit(_Engine(problem, fitted.standard, counts, lam), start, plan)
    if settled.mean() < 1 - _LOST:
        return "the resamples' fits did not settle: the classes may be separated in many of them"
    scale = fitted.standard.sd * fitted.standard.inverse
    return Draws((theta[:-1, settled] * scale[:, None]).T, _method(int(settled.sum()), units is None))


def _method(count: int, rows: bool) -> str:
    return (
        f"95% percentile intervals of {count} bootstrap resamples of {'rows' if rows else 'groups'}, at the chosen "
        "lambda: how much the penalised coefficients move with the rows, not where unpenalised ones lie"
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
    whole = Resamples.make(small, None, (TrainingSet(np.ones(1, bool), np.zeros(1, bool)),))
    fitted = solve_sets(small, whole, np.array([lam]))[0]
    engine = _Engine(small, fitted.standard, drawn[0], lam)
    theta, settled = _refit(engine, np.append(fitted.beta[:, 0], fitted.b0[0]), _Plan(drawn[0].shape[1], True, _ROUNDS))
    if settled.mean() < 1 - _LOST:
        return "the resamples' fits did not settle: there are too few rows for so many features"
    beta = reduced.lift(fitted.standard.original(theta[:-1, settled], theta[-1, settled])[0])
    scale = reduced.standard.sd * reduced.standard.inverse
    return Draws((beta * scale[:, None]).T, _method(int(settled.sum()), drawn[1]))


@dataclass(frozen=True)
class _Plan:
    """How many resamples, whether each has a curvature of its own, and how many steps they may take.

    With the common curvature a step leaves about 2 √(p/n) of what was missing: the relative difference between the
    curvatures of a resample and of all rows.
    """

    count: int
    own: bool
    rounds: int

    @classmethod
    def make(cls, problem: Problem) -> _Plan:
        n, p = problem.design.shape
        r = min(n, p) + 1
        rounds = 1 if problem.family.name == "gaussian" else 5
        if n * r <= _CELLS and n * r**2 * rounds * _COUNT <= _OWN:
            return cls(_COUNT, True, _ROUNDS)
        left = 2.0 * np.sqrt(p / n)
        if left > 0.5:
            return cls(0, False, 0)
        rounds = 1 if left < 0.05 else int(np.ceil(np.log(_SETTLED) / np.log(left)))
        width = problem.design.width
        work = n * ((rounds - 1) * (2 * width + _POINTWISE) + width + 10)
        return cls(int(min(_COUNT, _SWEEP / work)), False, rounds)


@dataclass(frozen=True, eq=False)
class _Engine:
    """The problem of all resamples in the standardized coordinates of all rows."""

    problem: Problem
    standard: Standardization
    counts: np.ndarray
    lam: float

    @cached_property
    def penalty(self) -> np.ndarray:
        """λ f_j, 0 for the intercept: (p + 1, 1)."""
        f = np.where(np.isfinite(self.problem.factors), self.problem.factors, 0.0)
        return np.append(self.lam * f, 0.0)[:, None]

    @cached_property
    def mass(self) -> np.ndarray:
        """Total weight of each resample."""
        return self.problem.weights @ self.counts

    @cached_property
    def rows(self) -> np.ndarray:
        """The standardized rows and a column of ones, for curvatures of their own."""
        problem = self.problem
        x = standard_columns(problem, self.standard, np.arange(problem.design.shape[1]))
        return np.hstack([x, np.full((len(x), 1), float(problem.intercept))])

    def first(self, theta: np.ndarray) -> np.ndarray:
        """Gradient of each resample's mean loss at the parameters of all rows, where every row has one residual."""
        problem = self.problem
        b, constant = self.standard.stored(theta[:-1, :1])
        eta = problem.design.predict(b)[:, 0] + constant[0] + theta[-1, 0] + problem.offset
        residual = problem.family.gradient(problem.y, eta) * problem.weights
        adjoint = problem.design.engine.map(
            lambda part: self._weighted(residual, part), np.array_split(np.arange(self.counts.shape[1]), 8)
        )
        return np.hstack(adjoint)

    def _weighted(self, residual: np.ndarray, part: np.ndarray) -> np.ndarray:
        r = residual[:, None] * self.counts[:, part]
        g = self.standard.adjoint(self.problem.design.adjoint(r), r.sum(axis=0))
        last = r.sum(axis=0, keepdims=True) if self.problem.intercept else np.zeros((1, len(part)))
        return np.vstack([g, last]) / self.mass[part]

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        """Gradient of each resample's mean loss at its own parameters, (p + 1, B)."""
        problem, counts = self.problem, self.counts
        b, constant = self.standard.stored(theta[:-1])
        constant = constant + theta[-1]

        def visit(rows, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            eta += constant
            eta += problem.offset[rows][:, None]
            r = problem.family.loss_gradient(problem.y[rows][:, None], eta)[1]
            r *= problem.weights[rows][:, None] * counts[rows]
            return r, r[None]

        sweep = problem.design.sweep(b, visit, problem.design.layout())
        total = sweep.sums[0, 0]
        g = self.standard.adjoint(sweep.adjoint[0], total)
        return np.vstack([g, total if problem.intercept else 0.0 * total]) / self.mass

    def curvature(self, theta: np.ndarray) -> np.ndarray:
        """Hessian of the mean loss of all rows at one point, (p + 1, p + 1)."""
        problem, p = self.problem, len(theta) - 1
        b, constant = self.standard.stored(theta[:-1, None])
        eta = problem.design.predict(b)[:, 0] + constant[0] + theta[-1] + problem.offset
        v = problem.family.curvature(problem.y, eta) * problem.weights
        m = self.standard.moments(problem.design.moments(np.empty((len(v), 0)), v)[0])
        h = np.zeros((p + 1, p + 1))
        h[:-1, :-1] = m.scatter + m.weight * np.outer(m.mean, m.mean)
        if problem.intercept:
            h[:-1, -1] = h[-1, :-1] = m.weight * m.mean
            h[-1, -1] = m.weight
        return h / problem.weights.sum()

    def own(self, theta: np.ndarray, b: int) -> tuple[np.ndarray, np.ndarray]:
        """Gradient and Hessian of one resample at its parameters (p + 1,)."""
        problem, z = self.problem, self.rows
        eta = z @ theta + (problem.offset if problem.intercept else problem.offset + theta[-1])
        weight = problem.weights * self.counts[:, b] / self.mass[b]
        g = z.T @ (problem.family.gradient(problem.y, eta) * weight)
        v = problem.family.curvature(problem.y, eta) * weight
        return g, z.T @ (v[:, None] * z)


def _refit(engine: _Engine, start: np.ndarray, plan: _Plan) -> tuple[np.ndarray, np.ndarray]:
    """Parameters (p + 1, B) of every resample, and which of them have settled."""
    theta = np.repeat(start[:, None], plan.count, axis=1)
    if plan.own:
        parts = np.array_split(np.arange(plan.count), 8)
        done = engine.problem.design.engine.map(lambda part: [_newton(engine, start, b) for b in part], parts)
        refit = [one for part in done for one in part]
        return np.column_stack([t for t, _ in refit]), np.array([ok for _, ok in refit])
    factor = _factor(engine.curvature(start), engine.penalty)
    for step in range(plan.rounds):
        g = engine.gradient(theta) if step else engine.first(theta)
        moved = cho_solve(factor, g + engine.penalty * theta)
        theta = theta - moved
    reach = np.median(np.linalg.norm(theta - start[:, None], axis=0))
    settled = plan.rounds == 1 or np.linalg.norm(moved, axis=0) < 10 * _SETTLED * reach
    return theta, np.isfinite(theta).all(axis=0) & settled


def _newton(engine: _Engine, start: np.ndarray, b: int) -> tuple[np.ndarray, bool]:
    """Newton's method for one resample; a step that is longer than the one before it is halved."""
    theta, last = start.copy(), np.inf
    for _ in range(_ROUNDS):
        g, h = engine.own(theta, b)
        move = cho_solve(_factor(h, engine.penalty), g + engine.penalty[:, 0] * theta)
        size = float(np.linalg.norm(move))
        if not np.isfinite(size):
            return theta, False
        if size > last:
            move, size = move * (0.5 * last / size), 0.5 * last
        theta, last = theta - move, size
        if engine.problem.family.name == "gaussian" or size < 1e-4 * np.linalg.norm(theta - start):
            return theta, True
    return theta, False


def _factor(h: np.ndarray, penalty: np.ndarray):
    dead = np.diagonal(h) <= 0.0  # no information: the coefficient is 0
    a = h + np.diag(penalty[:, 0] + 1e-12 * np.trace(h) / len(h) + dead)
    return cho_factor(a, check_finite=False)
