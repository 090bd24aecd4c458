"""Refits under an L1 penalty to resamples of the rows: proximal Newton steps on the few columns a resample may use.

Each resample has its own working columns. When all have been solved, one product of all columns with the residuals of
all resamples tells which columns break the optimality conditions of which resample; those join, and it is solved again.
Where rows are too many for that, all resamples step with the curvature of all rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ridgeline.crossval.refit import ENOUGH, MORE, ROUNDS, Resampled, Steps, own_work
from ridgeline.kernels import descend
from ridgeline.problem import Problem, standard_columns

__all__ = ["columns_at_most", "plan_sparse", "refit_sparse"]

_WORK = 2e10  # rows × columns² × resamples × rounds with curvatures of their own
_FEWEST = 40
_MARGIN = 20  # columns beside those in use that a resample may look at
_JOINS = 20
_NEAR = 0.7  # share of the pull that would let a column in, from which it is looked at from the start
_CHECKS = 12
_BROKEN = 1e-5
_DUST = 1e-10  # share of the largest coefficient that is rounding


def columns_at_most(p: int, beta: np.ndarray) -> int:
    """How many of p columns resamples work on, as a rule, where the fit has these coefficients."""
    return min(p, 2 * int(np.count_nonzero(beta)) + _MARGIN)


def plan_sparse(problem: Problem, beta: np.ndarray, most: int) -> Steps | None:
    """Say how many resamples can have a curvature of their own; None when they are too few."""
    count = int(min(most, _WORK / own_work(problem, columns_at_most(problem.design.shape[1], beta))))
    return Steps(count, True, ROUNDS) if count >= _FEWEST else None


def refit_sparse(every: Resampled, start: np.ndarray, plan: Steps) -> tuple[np.ndarray, np.ndarray]:
    """Parameters (p + 1, B) of every resample, the intercept last, and which of them have settled."""
    return _Sparse(every, start).run() if plan.own else _common(every, start, plan)


def _common(every: Resampled, start: np.ndarray, plan: Steps) -> tuple[np.ndarray, np.ndarray]:
    """Step with the curvature of all rows."""
    one = _Penalty.of(every)
    theta, h = np.repeat(start[:, None], plan.count, axis=1), every.curvature(start)
    dead = np.append(one.box[0] == one.box[1], not every.problem.intercept)
    h[dead, dead] += 1.0
    settled = np.zeros(plan.count, dtype=bool)
    for step in range(plan.rounds + MORE):
        g = every.gradient(theta) if step else every.first(theta)

        def move(b: int, theta=theta, g=g) -> np.ndarray:
            return one.step(h, g[:, b], theta[:, b])

        new = np.column_stack(every.problem.design.engine.map(move, range(plan.count)))
        moved, theta = new - theta, new
        settled = plan.close(theta, moved, start)
        if step + 1 >= plan.rounds and settled.mean() >= ENOUGH:
            break
    theta[:-1] = _without_dust(theta[:-1])
    return theta, settled


def _without_dust(beta: np.ndarray) -> np.ndarray:
    """Set to zero what rounding has left."""
    return np.where(np.abs(beta) <= _DUST * np.abs(beta).max(axis=0, initial=0.0), 0.0, beta)


@dataclass(frozen=True, eq=False)
class _Penalty:
    """The penalty of some columns at the one λ; the intercept, which has none, is not among them."""

    l1: np.ndarray
    l2: np.ndarray
    box: np.ndarray

    @classmethod
    def of(cls, every: Resampled) -> _Penalty:
        p = every.problem.penalty(every.standard, np.array([every.lam]))
        box = np.stack([p.lower[:, 0], p.upper[:, 0]])
        box[:, every.standard.inverse == 0] = 0.0
        return cls(p.l1[:, 0], p.l2[:, 0], box)

    def at(self, j: np.ndarray) -> _Penalty:
        return _Penalty(self.l1[j], self.l2[j], self.box[:, j])

    def step(self, h: np.ndarray, g: np.ndarray, theta: np.ndarray) -> np.ndarray:
        """Minimiser of g'(t − θ) + ½ (t − θ)'H(t − θ) + penalty(t)."""
        l1, l2 = np.append(self.l1, 0.0), np.append(self.l2, 0.0)
        box = np.column_stack([self.box, [-np.inf, np.inf]])
        return descend(h, h @ theta - g, l1, l2, box, np.ones(1), theta)[0][0]


class _Sparse:
    """All resamples, each on its working columns."""

    def __init__(self, every: Resampled, start: np.ndarray):
        self.every, self.problem, self.start = every, every.problem, start
        self.penalty = _Penalty.of(every)
        self.count, self.p = every.counts.shape[1], len(start) - 1
        pull = np.abs(every.first(start[:, None])[:-1].mean(axis=1))
        free = self.penalty.box[0] < self.penalty.box[1]
        used, near = start[:-1] != 0, free & (pull >= _NEAR * self.penalty.l1)
        most = int(used.sum()) + _MARGIN  # of the others, the strongest: what is missed will join
        if np.count_nonzero(near & ~used) > most:
            near &= pull >= np.partition(pull[near & ~used], -most)[-most]
        self.columns = np.flatnonzero(used | near | (free & (self.p <= _MARGIN)))
        self.free = free
        # which of `columns` each resample works on
        self.working = np.ones((len(self.columns), self.count), dtype=bool)
        self.theta = np.repeat(np.append(start[self.columns], start[-1])[:, None], self.count, axis=1)
        self.settled = np.ones(self.count, dtype=bool)
        self.z = standard_columns(self.problem, every.standard, self.columns)

    @cached_property
    def shares(self) -> np.ndarray:
        """Weight of each row in each resample; those of a resample add up to 1."""
        return self.problem.weights[:, None] * self.every.counts / self.every.mass

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        """Solve and check in turn."""
        todo = np.arange(self.count)
        for _ in range(_CHECKS):
            found = self.problem.design.engine.map(self._solve, list(todo))
            self.theta[:, todo] = np.column_stack([t for t, _ in found])
            self.settled[todo] = [ok for _, ok in found]
            todo = self._join(todo)
            if len(todo) == 0:
                break
        self.settled[todo] = False
        out = np.zeros((self.p + 1, self.count))
        out[self.columns], out[-1] = _without_dust(self.theta[:-1]), self.theta[-1]
        return out, self.settled

    def _solve(self, b: int) -> tuple[np.ndarray, bool]:
        """Newton's method for one resample; a step that is longer than the one before it is halved."""
        out = self.theta[:, b].copy()
        at, rows = np.flatnonzero(self.working[:, b]), np.flatnonzero(self.every.counts[:, b])
        penalty, x = self.penalty.at(self.columns[at]), self._with_one(self.z[np.ix_(rows, at)])
        theta, last = np.append(out[at], out[-1]), np.inf
        first, ok = theta, False
        for _ in range(ROUNDS):
            new = penalty.step(*self._quadratic(b, rows, x, theta), theta)
            size = float(np.linalg.norm(new - theta))
            if size > last:
                new, size = theta + (new - theta) * (0.5 * last / size), 0.5 * last
            theta, last = new, size
            if self.problem.family.name == "gaussian" or size <= 1e-5 * (np.linalg.norm(theta - first) + 1e-12):
                ok = bool(np.isfinite(theta).all())
                break
        out[at], out[-1] = theta[:-1], theta[-1]
        return out, ok

    def _with_one(self, x: np.ndarray) -> np.ndarray:
        return np.column_stack([x, np.full(len(x), float(self.problem.intercept))])

    def _quadratic(self, b: int, rows: np.ndarray, x: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Hessian and gradient of the mean loss of one resample."""
        y, family, w = self.problem.y[rows], self.problem.family, self.shares[rows, b]
        eta = x @ theta + self.problem.offset[rows]
        v = family.curvature(y, eta) * w
        h = x.T @ (v[:, None] * x)
        dead = np.diagonal(h) <= 0.0  # columns without a row in this resample
        h[dead, dead] = 1.0
        return h, x.T @ (family.gradient(y, eta) * w)

    def _join(self, todo: np.ndarray) -> np.ndarray:
        """Add the columns that these resamples want most; the resamples that wanted any."""
        gradient = self._gradient(todo)
        excess = np.where(self.free[:, None], np.abs(gradient) - self.penalty.l1[:, None] * (1 + _BROKEN), 0.0)
        excess[self.columns] = np.where(self.working[:, todo], 0.0, excess[self.columns])
        k = min(_JOINS, self.p) - 1
        best = np.argpartition(-excess, k, axis=0)[: k + 1]
        wanted = np.zeros_like(excess, dtype=bool)
        np.put_along_axis(wanted, best, np.take_along_axis(excess, best, axis=0) > 0, axis=0)
        self._grow(np.flatnonzero(wanted.any(axis=1)))
        self.working[:, todo] |= wanted[self.columns]
        return todo[wanted.any(axis=0)]

    def _gradient(self, todo: np.ndarray) -> np.ndarray:
        """Gradient of every column for these resamples, (p, B)."""
        eta = self.z @ self.theta[:-1, todo] + self.theta[-1, todo] + self.problem.offset[:, None]
        r = self.problem.family.gradient(self.problem.y[:, None], eta) * self.shares[:, todo]
        return self.every.standard.adjoint(self.problem.design.adjoint(r), r.sum(axis=0))

    def _grow(self, new: np.ndarray) -> None:
        """Take columns among those that some resample works on."""
        new = np.setdiff1d(new, self.columns)
        if len(new) == 0:
            return
        order = np.argsort(np.concatenate([self.columns, new]), kind="stable")
        self.columns = np.concatenate([self.columns, new])[order]
        self.z = np.hstack([self.z, standard_columns(self.problem, self.every.standard, new)])[:, order]
        none = np.zeros((len(new), self.count))
        self.working = np.vstack([self.working, none.astype(bool)])[order]
        self.theta = np.vstack([np.vstack([self.theta[:-1], none])[order], self.theta[-1:]])
