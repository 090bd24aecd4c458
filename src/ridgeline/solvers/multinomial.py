"""Multinomial ridge: all training sets and many λ advance together by preconditioned quasi-Newton steps.

A few λ (nodes) are solved first, strongest first, with curvature from the data; the λ between start from interpolation
and step with interpolated curvature. Steps are L-BFGS (Nocedal & Wright 2006, §7.2) with that curvature as initial
matrix: with the exact Hessian they are Newton's, with a rough one the memory makes up for it. A step that does not
decrease the objective is halved. A column is done when the predicted decrease ½ g'H⁻¹g is below 1e-18 of the null
model's objective; its last step is still taken, and its losses follow by their own gradients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.curvature import choose_curvature
from ridgeline.solvers.interpolate import between
from ridgeline.solvers.multinomial_newton import NewtonPath, suits
from ridgeline.solvers.softmax import Columns, Softmax, Values, reach
from ridgeline.solvers.softmax_path import SoftmaxPath

__all__ = ["solve"]

_STRIDE = 8
_ROUNDING = 1e-10  # of the objective: rises up to this are rounding (columns far from zero), the gradient decides
_MOST = 500
_TIRING = 40  # steps at a node, from which Newton's are worth their factors
_SLOW = 15  # steps, from which it is asked whether there is an optimum: on separated rows they never shrink
_MOST_UNPENALIZED = 40  # full Newton steps at λ = 0; data that are not separated need far fewer


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Of the multinomial family.
    resamples : Resamples
        Set 0 lends its curvature to the others, so it should be the one with most rows.
    lams : ndarray of shape (L,)
        Any order; 0 included.
    """
    path = _PathSolver(Softmax(problem, resamples), np.asarray(lams, dtype=np.float64))
    path.run()
    return [path.fitted(k) for k in range(len(resamples.sets))]


class _PathSolver(SoftmaxPath):
    """Nodes first, then the λ between them, level by level."""

    def __init__(self, data: Softmax, lams: np.ndarray):
        super().__init__(data, lams)
        self.curvature = choose_curvature(data)
        self.hands_over = not self.curvature.exact and suits(data)

    def run(self) -> None:
        """Solve everything; what takes many steps, and all that is weaker, is handed over to `multinomial_newton`."""
        count = int((self.lams > 0).sum()) if self.hands_over else len(self.lams)
        for i in sorted({*range(0, count, _STRIDE), *range(count - 1, count), *np.flatnonzero(self.lams[:count] == 0)}):
            self._solve([int(i)], node=True)
            if not self.solved[i]:
                break
        done = int(np.flatnonzero(self.solved).max(initial=-1)) + 1
        stride = _STRIDE // 2
        while stride:
            new = [i for i in range(0, done, stride) if not self.solved[i]]
            per = max(1, self.curvature.most_columns // self.sets)
            for start in range(0, len(new), per):
                self._solve(new[start : start + per], node=False)
            stride //= 2
        if done < len(self.lams):
            NewtonPath(self, done).run()

    def _solve(self, new: list[int], *, node: bool) -> None:
        index, columns = self.columns(new, np.arange(self.sets))
        if node:
            found = self.curvature.of(0, columns.theta[:, 0], list(range(self.sets)))
            curvatures = [found[k] for k in range(self.sets)]
        else:
            curvatures = [between(self, int(i), int(k)) for i, k in zip(index, columns.s, strict=True)]
        descent = _Descent(self, index, columns, curvatures)
        descent.patience = 1 if node else 4
        if not descent.run(_TIRING if node and self.hands_over else _MOST):
            self.begun = columns.theta.T
            return
        if node:
            self.nodes[new[0]] = descent.curvatures
        self.store(index, columns, descent.now, descent.steps >= _SLOW)


@dataclass
class _Memory:
    """The last steps s and gradient changes y of each column; entries that were never filled count for nothing."""

    s: np.ndarray  # (memory, m, c)
    y: np.ndarray
    rho: np.ndarray  # (memory, c): 1 / s'y, or 0

    def add(self, at: np.ndarray, step: np.ndarray, change: np.ndarray) -> None:
        for store, new in ((self.s, step), (self.y, change)):
            store[:-1, :, at] = store[1:, :, at]
            store[-1][:, at] = new
        along = np.einsum("mc,mc->c", step, change)
        self.rho[:-1, at] = self.rho[1:, at]
        self.rho[-1, at] = np.where(along > 1e-300, 1.0 / np.maximum(along, 1e-300), 0.0)

    def direction(self, at: np.ndarray, g: np.ndarray, apply) -> np.ndarray:
        """−H⁻¹ g by the two-loop recursion around `apply`; an empty memory leaves `apply` alone."""
        used = [i for i in range(len(self.rho)) if self.rho[i, at].any()]
        r, alpha = g.copy(), {}
        for i in reversed(used):
            alpha[i] = self.rho[i, at] * np.einsum("mc,mc->c", self.s[i][:, at], r)
            r -= alpha[i] * self.y[i][:, at]
        r = apply(r)
        for i in used:
            beta = self.rho[i, at] * np.einsum("mc,mc->c", self.y[i][:, at], r)
            r += self.s[i][:, at] * (alpha[i] - beta)
        return -r


class _Descent:
    """The loop that drives every column to its optimum."""

    def __init__(self, path: _PathSolver, index: np.ndarray, columns: Columns, curvatures: list[np.ndarray]):
        self.path, self.data, self.curvature = path, path.data, path.curvature
        self.columns, self.curvatures, data, curvature = columns, curvatures, path.data, path.curvature
        c = len(columns.s)
        self.factors = curvature.prepare(curvatures, columns.lam, columns.s)
        shape = (curvature.memory, data.m, c)
        self.memory = _Memory(np.zeros(shape), np.zeros(shape), np.zeros((curvature.memory, c)))
        self.now: Values = path.begin(index, columns)
        self.direction = np.zeros_like(columns.theta)
        self.decrement = np.full(c, np.inf)
        self.whole, self.length = np.ones(c), np.ones(c)  # share of the direction to go at most, and to try next
        self.steps = np.zeros(c, dtype=int)
        self.patience = 1  # steps between two looks at whether the curvature serves badly

    def run(self, most: int) -> bool:
        """Step until every column is done, or `most` steps were tried; say whether that is the end of it."""
        active = np.arange(len(self.columns.s))
        self._aim(active)
        for _ in range(most):
            done = self._done(active)
            self._finish(active[done])
            active = active[~done]
            if len(active) == 0:
                return True
            self._advance(active)
        self._finish(active)
        return most >= _MOST

    def _done(self, at: np.ndarray) -> np.ndarray:
        endless = (self.columns.lam[at] == 0) & self.curvature.exact & (self.steps[at] >= _MOST_UNPENALIZED)
        endless |= self.path.endless(self.columns, at, self.decrement[at], self.steps[at] >= _SLOW)
        self.whole[at[endless]] = 0.0
        return endless | (self.decrement[at] <= self._tolerance(at)) | (self.length[at] < 1e-12 * self.whole[at])

    def _tolerance(self, at: np.ndarray) -> np.ndarray:
        # the curvature of classes that are all but separated is as small as their loss
        share = np.clip(self.now.objective[at] / self.data.null, 1e-8, 1.0)
        return self.data.tolerance[self.columns.s[at]] * share

    def _advance(self, at: np.ndarray) -> None:
        """Try the step of each column; keep what decreases the objective, halve the others."""
        step = self.direction[:, at] * self.length[at]
        trial = Columns(self.columns.s[at], self.columns.lam[at], self.columns.theta[:, at] + step)
        values = self.data.evaluate(trial)
        before = self.now.objective[at]
        needed = 2e-4 * self.length[at] * self.decrement[at]  # Armijo's 1e-4 of the slope, which is twice the decrement
        good = values.objective <= before - needed + _ROUNDING * (np.abs(before) + self.data.null)
        self.length[at[~good]] /= 2.0
        kept = at[good]
        if len(kept):
            self.memory.add(kept, step[:, good], values.gradient[:, good] - self.now.gradient[:, kept])
            self.now.put(kept, values, good)
            self.columns.theta[:, kept] = trial.theta[:, good]
            self.steps[kept] += 1
            self._aim(kept)

    def _aim(self, at: np.ndarray) -> None:
        """Directions anew; curvature that serves badly is taken afresh from the data."""
        last = self.decrement[at].copy()
        self._direct(at)
        slow = (self.decrement[at] > 0.1 * last) & (self.decrement[at] > 100.0 * self._tolerance(at))
        slow &= (self.steps[at] % self.patience == 0) | (self.columns.lam[at] == 0)
        if self.curvature.exact and slow.any():
            self._refresh(at[slow])
            self._direct(at[slow])
        settled = (self.decrement[at] > 0.9 * last) & (self.decrement[at] <= 1e-14 * self.data.null)
        self.decrement[at[settled]] = 0.0  # rounding: it will not fall further
        self.whole[at] = reach(self.columns.theta[:, at], self.direction[:, at])
        self.length[at] = self.whole[at]

    def _direct(self, at: np.ndarray) -> None:
        factors, s, g = [self.factors[i] for i in at], self.columns.s[at], self.now.gradient[:, at]
        self.direction[:, at] = self.memory.direction(at, g, lambda r: self.curvature.apply(factors, s, r))
        slope = -np.einsum("mc,mc->c", g, self.direction[:, at])
        lost = ~(slope >= 0)  # rounding spoilt the memory: start it again
        if lost.any():
            self.memory.rho[:, at[lost]] = 0.0
            part = [f for f, bad in zip(factors, lost, strict=True) if bad]
            self.direction[:, at[lost]] = -self.curvature.apply(part, s[lost], g[:, lost])
            slope[lost] = -np.einsum("mc,mc->c", g[:, lost], self.direction[:, at[lost]])
        self.decrement[at] = 0.5 * slope

    def _refresh(self, at: np.ndarray) -> None:
        self.memory.rho[:, at] = 0.0
        for i in at:
            k = int(self.columns.s[i])
            self.curvatures[i] = self.curvature.of(k, self.columns.theta[:, i], [k])[k]
        found = self.curvature.prepare([self.curvatures[i] for i in at], self.columns.lam[at], self.columns.s[at])
        for i, factor in zip(at, found, strict=True):
            self.factors[i] = factor

    def _finish(self, at: np.ndarray) -> None:
        """Take the last step."""
        self.data.finish(self.columns, self.now, at, self.whole[at] * self.direction[:, at])
