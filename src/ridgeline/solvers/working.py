"""One training set on its working columns: lasso and elastic net where columns are many.

At θ (the intercept first, then the columns) the mean loss of the training rows has gradient g and, there or at a θ not
far away, Hessian H. From the solution at one λ the minimiser of the quadratic g't + ½ t'Ht + penalty is followed to the
next (`homotopy.py`; with an L2 part and more columns than rows, found by `dual.py`): for a quadratic loss that is the
answer. Others repeat with fresh g until the optimality conditions hold on all working columns; H, whose path keeps a
factor, is only taken again when that goes slowly, and till then counts as the share of itself that steps have shown to
be left. Bounds, and columns that depend on each other, are left to coordinate descent on the same quadratic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.kernels import descend
from ridgeline.problem import Problem
from ridgeline.solvers.base import mean_losses
from ridgeline.solvers.dual import Dual
from ridgeline.solvers.found import Found
from ridgeline.solvers.held import Held
from ridgeline.solvers.homotopy import Homotopy
from ridgeline.solvers.store import Store

__all__ = ["KKT", "Point", "Worker", "penalty_of", "violation"]

_MOST = 60
KKT = 3e-9  # violation of the optimality conditions, as a share of λ
_NEARLY = 1e-6  # and from which on it may do
_LOSS = 1e-10  # what a step may change of a loss that only judges, as a share of it, and be the last
_MANY = 2000  # rows up to which a system of their size is solved for each λ
_LEAST = 1e-6  # of the largest curvature of a row
_SEEN = 1e-7  # change of the gradient, as a share of it, that says something about H
_SHARES = (0.2, 5.0)
_SLOW = 0.35  # share of the violation that may be left after a step before H is taken again
_STALE = 0.1  # and after the last step of a block, before it is for the next


@dataclass
class Point:
    """θ, mean loss plus penalty there, gradient of the mean loss, and the derivative of each row's loss.

    `unseen` is the loss of the judging rows, in any unit; NaN where nobody asks.
    """

    theta: np.ndarray
    total: float
    g: np.ndarray
    r: np.ndarray
    unseen: float = np.nan


class Worker:
    """Solves one training set for a few λ at a time, from where it stood."""

    def __init__(self, problem: Problem, store: Store, standard: Standardization, weights, judged, *, exact: bool):
        self.exact = exact  # or only judged by other rows
        self.problem, self.standard = problem, standard
        self.weights, self.judged, self.rows = weights, judged, weights > 0.0
        l1, l2, box = self._penalty(np.arange(len(problem.factors)))
        # a coefficient held at 0 is as good as not there
        self.bounded = bool(np.any(np.isfinite(box[:, 1:]) & (box[:, 1:].any(axis=0) | (box[0, 1:] < box[1, 1:]))))
        self.strict = not self.bounded and bool(np.all((l2 > 0.0) | (l1 == 0.0)))
        self.quadratic = problem.family.name == "gaussian"
        self.scale = np.inf  # of gradients: below λ where that is far above all of them
        self.held = Held(problem, store, standard, weights)
        self.theta, self.lam = np.array([self._null()]), np.inf
        self.out = np.empty((1, 0))
        self.curved = self.quadratic  # whether H stands
        self.share = 1.0  # of H, that steps since have shown to be left
        self.rate = np.inf  # share of the violation that the last step left
        self.path: Homotopy | None = None
        self.free = np.empty(0, dtype=bool)  # what is never penalised, where there is a path
        self.dual: Dual | None = None

    def _penalty(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """l1 and l2 at λ = 1, and bounds (2, count), of the intercept and some columns."""
        unit = self.problem.penalty(self.standard, np.ones(1), columns)
        edge, dead = np.inf if self.problem.intercept else 0.0, self.standard.inverse[columns] == 0
        low, high = np.where(dead, 0.0, unit.lower[:, 0]), np.where(dead, 0.0, unit.upper[:, 0])
        box = np.array([np.append(-edge, low), np.append(edge, high)])
        return np.append(0.0, unit.l1[:, 0]), np.append(0.0, unit.l2[:, 0]), box

    def _null(self) -> float:
        p = self.problem
        return float(p.family.null_eta(p.y, self.weights, p.offset)) if p.intercept else 0.0

    def solve(self, wanted: np.ndarray, lams: np.ndarray, begin: int = 0) -> Found:
        """Solve on at least the columns `wanted` for decreasing λ.

        What was found before for the first `begin` λ stands.
        """
        self._columns(wanted, begin)
        out = np.zeros((len(self.now_l1), len(lams)))
        if begin:
            out[: len(self.out), :begin] = self.out[:, :begin]
        theta, lam = (out[:, begin - 1].copy(), float(lams[begin - 1])) if begin else (self.theta, self.lam)
        point = self._look(np.clip(theta, *self.now_box), 0.0)
        if not np.isfinite(lam):
            pull = np.divide(np.abs(point.g), self.now_l1, out=np.zeros_like(point.g), where=self.now_l1 > 0)
            lam = max(float(pull.max(initial=0.0)), float(lams[0]))
        for i in range(begin, len(lams)):
            point = self._next(point, lam, float(lams[i]))
            lam = float(lams[i])
            out[:, i] = point.theta
        found = self._found(out, lams, begin)
        self.path = self.dual = None  # other columns will want others, and they are large
        return found

    def _columns(self, wanted: np.ndarray, begin: int) -> None:
        """Take columns in; at the beginning of a block leave those that are not wanted any more, if they are many."""
        held = self.held
        before = held.count
        if begin == 0 and before > 1.5 * len(wanted) + 100:
            kept = np.append(True, np.isin(held.columns, wanted))
            self.theta = self.theta[kept]
            held.leave(kept)
        held.take(wanted)
        grown = np.zeros(held.count)
        grown[: len(self.theta)] = self.theta
        self.theta = grown
        self.now_l1, self.now_l2, self.now_box = self._penalty(held.columns)

    def _next(self, point: Point, before: float, lam: float) -> Point:
        """Minimiser at λ, from the one at the λ before."""
        if self.quadratic and not self.bounded:
            theta, g = self._minimum(point, before, lam)
            return Point(theta, np.nan, g, point.r)
        return self._optimum(point, before, lam)

    def _optimum(self, point: Point, before: float, lam: float) -> Point:
        l1, l2 = lam * self.now_l1, lam * self.now_l2
        if not np.isfinite(self.scale):
            self.scale = float(np.abs(point.g).max())
        point.total = point.total + penalty_of(l1, l2, point.theta)
        last, size = np.inf, min(lam, self.scale)
        for _ in range(_MOST):
            if not self.curved:
                self._curve(point.r)
            theta, foreseen = self._minimum(point, before, lam)
            before, start = lam, point
            point = self._downhill(point, theta, l1, l2)
            self._learn(start, point, foreseen)
            left = violation(-point.g - l2 * point.theta, l1, self.now_box, point.theta)
            if left <= KKT * size or (left > 0.9 * last and left < _NEARLY * size):
                break
            if left <= _NEARLY * size and self._told(start, point, left / last):
                break
            if np.isfinite(last):
                self.rate = left / last
            if left > _SLOW * last:
                self.curved = self.quadratic
            last = left
        point.total -= penalty_of(l1, l2, point.theta)
        return point

    def _minimum(self, point: Point, before: float, lam: float) -> tuple[np.ndarray, np.ndarray]:
        """Minimiser of the quadratic about a point, which solves it at the λ before, nearly; and the gradient there."""
        ridge, theta = lam * self.now_l2, point.theta.copy()
        if self.strict and self._crowded(theta):
            found = self._from_dual(point, lam)
            if found is not None:
                return found
        if not self.bounded:
            share = self.share  # the same minimiser with everything else divided by it, and the factor stands
            pull = (-point.g - ridge * theta) / share
            path = self._homotopy(theta, ridge)
            if path is not None and path.go(theta, pull, before / share * self.now_l1, lam / share * self.now_l1):
                return theta, -pull * share - ridge * theta
            self.path, theta = None, point.theta.copy()
        h = self.share * self.held.square()
        box = np.ascontiguousarray(self.now_box)
        theta = descend(h, h @ theta - point.g, self.now_l1, self.now_l2, box, np.array([lam]), theta)[0][0]
        return theta, point.g + h @ (theta - point.theta)

    def _told(self, start: Point, point: Point, rate: float) -> bool:
        """Whether the loss of the judging rows, where that is all that is asked for, will hardly change any more."""
        change = abs(point.unseen - start.unseen) * max(rate, 0.1)
        return change < _LOSS * abs(point.unseen)

    def _learn(self, start: Point, point: Point, foreseen: np.ndarray) -> None:
        """Learn from a step how much of H is left: curvature falls, or rises, in all directions nearly alike."""
        if self.quadratic or self.now_l2.any():  # factors have their L2 part
            return
        step, change = point.theta - start.theta, point.g - start.g
        if not np.abs(change).max() > _SEEN * np.abs(point.g).max():
            return
        seen, said = step @ change, step @ (foreseen - start.g)
        if said > 0.0:
            self.share = float(np.clip(self.share * seen / said, *_SHARES))

    def _crowded(self, theta: np.ndarray) -> bool:
        """Whether so many columns are in use that a system of the size of the rows is the smaller one."""
        rows = int(self.rows.sum())
        return rows <= _MANY and int(np.count_nonzero(theta)) > (0.5 if self.quadratic else 2.5) * rows

    def _from_dual(self, point: Point, lam: float) -> tuple[np.ndarray, np.ndarray] | None:
        """Minimise the same quadratic by way of its dual."""
        # rows of next to no curvature are given a little: the fixed point of the steps is the same
        root = np.sqrt(np.maximum(self.held.v, _LEAST * self.held.v.max()))[self.rows]
        if self.dual is None:
            self.dual = Dual(self.held.rows(self.rows) * root[:, None], self.now_l1, self.now_l2)
        if self.quadratic:  # ½ (y − η)²; r is not kept up to date
            target = root * (self.problem.y - self.problem.offset)[self.rows]
        else:
            target = self.dual.a @ point.theta - (self.weights * point.r)[self.rows] / root
        return self.dual.minimise(point.theta, target, lam)

    def _homotopy(self, theta: np.ndarray, ridge: np.ndarray) -> Homotopy | None:
        self.held.cross()
        path, on = self.path, theta != 0.0
        if path is not None and np.array_equal(path.ridge, ridge):
            on |= self.free
            if np.count_nonzero(on) == path.count and on[path.support].all():
                return path
        self.free = (self.now_l1 == 0.0) & (self.held.diagonal() > 0.0)
        try:
            self.path = Homotopy(self.held.gram, ridge, np.flatnonzero(on | self.free))
        except np.linalg.LinAlgError:
            self.path = None
        return self.path

    def _curve(self, r: np.ndarray) -> None:
        v = self.problem.family.curvature_at(self.problem.y, r)
        self.held.curve(np.where(self.rows, self.weights * np.maximum(v, 0.0), 0.0))
        self.curved, self.share, self.path, self.dual = True, 1.0, None, None

    def _look(self, theta: np.ndarray, penalty: float) -> Point:
        """Mean loss, its gradient, and the derivative of each row's loss."""
        problem = self.problem
        with np.errstate(over="ignore", invalid="ignore"):  # rows that do not train
            loss, r = problem.family.loss_gradient(problem.y, self._eta(theta))
            unseen = np.nan if self.exact else float(self.judged @ loss)
        loss, r = np.where(self.rows, loss, 0.0), np.where(self.rows, r, 0.0)
        return Point(theta, float(self.weights @ loss) + penalty, self._adjoint(r * self.weights), r, unseen)

    def _eta(self, theta: np.ndarray) -> np.ndarray:
        return self.held.product(theta[:, None])[:, 0] + self.problem.offset

    def _adjoint(self, weighted: np.ndarray) -> np.ndarray:
        return self.held.adjoint(weighted[:, None])[:, 0]

    def _downhill(self, point: Point, moved: np.ndarray, l1: np.ndarray, l2: np.ndarray) -> Point:
        """Go to `moved`, or half as far as often as it takes for the objective not to rise."""
        step = moved - point.theta
        for _ in range(40):
            now = self._look(moved, penalty_of(l1, l2, moved))
            if now.total <= point.total + 1e-12 * abs(point.total) + 1e-300:
                return now
            step = step / 2.0
            moved = point.theta + step
        return point

    def _found(self, out: np.ndarray, lams: np.ndarray, begin: int) -> Found:
        """Losses, and for a quadratic loss the check that rounding has not added up."""
        problem = self.problem
        eta = self.held.product(out) + problem.offset[:, None]
        if self.quadratic:
            r = np.where(self.rows[:, None], problem.family.gradient(problem.y[:, None], eta), 0.0)
            g = self.held.adjoint(r * self.weights[:, None])
            for i in range(begin, len(lams)):
                lam = float(lams[i])
                left = violation(-g[:, i] - lam * self.now_l2 * out[:, i], lam * self.now_l1, self.now_box, out[:, i])
                if not left <= KKT * min(lam, self.scale):
                    out[:, i] = self._optimum(self._look(out[:, i].copy(), 0.0), lam, lam).theta
                    eta[:, i] = self._eta(out[:, i])
        self.out = out
        return self.found(self.held.columns, out, eta)

    def found(self, columns: np.ndarray, out: np.ndarray, eta: np.ndarray) -> Found:
        """Put it together with the mean losses."""
        train, test = mean_losses(self.problem, eta, self.weights, self.judged)
        return Found(columns, out[1:], out[0], train, test, eta)

    def keep(self, lam: float) -> None:
        """Start from the end of this block next time."""
        self.theta, self.lam = self.out[:, -1].copy(), lam
        self.curved = self.quadratic or self.rate <= _STALE


def penalty_of(l1: np.ndarray, l2: np.ndarray, theta: np.ndarray) -> float:
    """Penalty of θ, l1 and l2 times λ."""
    return float(l1 @ np.abs(theta) + 0.5 * (l2 @ theta**2))


def violation(g: np.ndarray, l1: np.ndarray, box: np.ndarray, beta: np.ndarray) -> float:
    """Largest violation of the optimality conditions; g = −(gradient of the smooth part)."""
    up = g - np.where(beta >= 0, l1, -l1)
    down = -g - np.where(beta <= 0, l1, -l1)
    worst = np.maximum(np.where(beta < box[1], up, 0.0), np.where(beta > box[0], down, 0.0))
    return float(worst.max(initial=0.0))
