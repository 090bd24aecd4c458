"""Refits of a smooth problem to resamples of its rows: the problem of all resamples, and Newton steps for them.

Small problems use each resample's own curvature; in large ones all resamples share the curvature of all rows and one
pass over the rows gives all their gradients.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ridgeline.designs import Standardization
from ridgeline.problem import Problem, standard_columns

__all__ = ["CELLS", "ENOUGH", "MORE", "ROUNDS", "SETTLED", "Resampled", "Steps", "own_work", "refit"]

ROUNDS = 12
SETTLED = 0.02
"""Largest step left undone, in units of the spread between resamples."""
CELLS = 4e6
"""Rows × columns held as a dense matrix for curvatures of their own."""
MORE, ENOUGH = 6, 0.95
"""Steps beyond the plan, while fewer than this share of resamples has settled."""


def own_work(problem: Problem, columns: int) -> float:
    """Return rows × columns² × steps of one resample with curvatures of its own, as a rule; ∞ without room."""
    n, r = problem.design.shape[0], columns + 1
    steps = 1 if problem.family.name == "gaussian" else 5
    return float(n * r**2 * steps) if n * r <= CELLS else np.inf


@dataclass(frozen=True)
class Steps:
    """How many resamples, whether each has a curvature of its own, and how many steps they may take."""

    count: int
    own: bool
    rounds: int

    def close(self, theta: np.ndarray, moved: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Which resamples' last step with the common curvature was small beside their distance from the start."""
        with np.errstate(over="ignore", invalid="ignore"):
            reach = np.median(np.linalg.norm(theta - start[:, None], axis=0))
            small = (self.rounds == 1) | (np.linalg.norm(moved, axis=0) <= 10 * SETTLED * reach)
        return np.isfinite(theta).all(axis=0) & small


@dataclass(frozen=True, eq=False)
class Resampled:
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


def refit(every: Resampled, start: np.ndarray, plan: Steps) -> tuple[np.ndarray, np.ndarray]:
    """Parameters (p + 1, B) of every resample, and which of them have settled."""
    theta = np.repeat(start[:, None], plan.count, axis=1)
    if plan.own:
        parts = np.array_split(np.arange(plan.count), 8)
        done = every.problem.design.engine.map(lambda part: [_newton(every, start, b) for b in part], parts)
        found = [one for part in done for one in part]
        return np.column_stack([t for t, _ in found]), np.array([ok for _, ok in found])
    factor = _factor(every.curvature(start), every.penalty)
    settled = np.zeros(plan.count, dtype=bool)
    for step in range(plan.rounds + MORE):
        g = every.gradient(theta) if step else every.first(theta)
        with np.errstate(over="ignore", invalid="ignore"):  # of resamples that are led astray
            moved = cho_solve(factor, g + every.penalty * theta, check_finite=False)
            theta = theta - moved
        settled = plan.close(theta, moved, start)
        if step + 1 >= plan.rounds and settled.mean() >= ENOUGH:
            break
    return theta, settled


def _newton(every: Resampled, start: np.ndarray, b: int) -> tuple[np.ndarray, bool]:
    """Newton's method for one resample; a step that is longer than the one before it is halved."""
    theta, last = start.copy(), np.inf
    for _ in range(ROUNDS):
        g, h = every.own(theta, b)
        move = cho_solve(_factor(h, every.penalty), g + every.penalty[:, 0] * theta)
        size = float(np.linalg.norm(move))
        if not np.isfinite(size):
            return theta, False
        if size > last:
            move, size = move * (0.5 * last / size), 0.5 * last
        theta, last = theta - move, size
        if every.problem.family.name == "gaussian" or size < 1e-4 * np.linalg.norm(theta - start):
            return theta, True
    return theta, False


def _factor(h: np.ndarray, penalty: np.ndarray):
    dead = np.diagonal(h) <= 0.0  # no information: the coefficient is 0
    a = h + np.diag(penalty[:, 0] + 1e-12 * np.trace(h) / len(h) + dead)
    return cho_factor(a, check_finite=False)
