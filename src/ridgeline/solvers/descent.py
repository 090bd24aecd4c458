"""Newton steps for many columns at once, each with a factorized Hessian that may be somebody else's.

Step control: a step that raises the objective is halved, so that near-separable data cannot cycle. A column whose predicted
decrease ½ g'H⁻¹g shrinks too slowly gets curvature of its own. It is done when the decrease that its *next* step could
bring is below the goal; the last step is taken all the same, and the judging loss follows it by its own gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ridgeline.engines import Engine
from ridgeline.solvers.batch import Batch, Columns, Values

__all__ = ["GOAL", "Factors", "Outcome", "descend"]

GOAL = 1e-18  # predicted decrease, relative to the null model's objective
_MOST = 60
_SMALL = 64  # up to this size inverses of all columns at once are quicker than one factorization after the other


class Factors:
    """Solves (H + λF) x = g for columns; H is given column by column and may be replaced."""

    def __init__(self, engine: Engine, factors: np.ndarray, lam: np.ndarray):
        self.engine, self.lam = engine, lam
        self.diagonal = np.append(factors, 0.0)
        self.held: dict[int, object] = {}
        self.small = len(factors) <= _SMALL
        self.inverses = np.empty((len(lam), len(factors) + 1, len(factors) + 1)) if self.small else np.empty(0)

    def put(self, at: np.ndarray, hessians: list[np.ndarray]) -> None:
        """Replace the curvature of the columns `at`."""
        if len(at) == 0:
            return
        if self.small:
            self.inverses[at] = _inverses(np.stack([self._with_penalty(h, c) for h, c in zip(hessians, at, strict=True)]))
            return
        made = self.engine.map(lambda i: _factor(self._with_penalty(hessians[i], at[i])), range(len(at)))
        self.held.update(zip(at.tolist(), made, strict=True))

    def _with_penalty(self, hessian: np.ndarray, column: int) -> np.ndarray:
        a = hessian.copy()
        a.flat[:: len(a) + 1] += self.lam[column] * self.diagonal + 1e-14 * np.trace(hessian) / len(a)
        return a

    def solve(self, at: np.ndarray, g: np.ndarray) -> np.ndarray:
        """One solution for each column `at` of right-hand sides g (p + 1, len(at))."""
        if self.small:
            return np.einsum("cij,jc->ic", self.inverses[at], g)
        return np.column_stack([self.held[int(c)](g[:, i]) for i, c in enumerate(at)])  # type: ignore[operator]


def _inverses(stack: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.inv(stack)
    except np.linalg.LinAlgError:
        return np.linalg.pinv(stack, hermitian=True)


def _factor(a: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    try:
        factor = cho_factor(a, check_finite=False)
    except LinAlgError:
        inverse = np.linalg.pinv(a, hermitian=True)
        return lambda g: inverse @ g
    return lambda g: cho_solve(factor, g, check_finite=False)


@dataclass
class Outcome:
    """Where the columns arrived; losses follow the last step to first order."""

    theta: np.ndarray
    train: np.ndarray
    test: np.ndarray
    lost: np.ndarray  # no optimum was reached

    @classmethod
    def of(cls, columns: Columns) -> Outcome:
        c = len(columns.s)
        return cls(columns.theta.copy(), np.full(c, np.nan), np.full(c, np.nan), np.zeros(c, dtype=bool))


def descend(
    batch: Batch, columns: Columns, hessians: list[np.ndarray], null: np.ndarray, *, goal: float = GOAL, eager: bool = False
) -> Outcome:
    """Drive every column to its optimum.

    Parameters
    ----------
    columns : Columns
        With starting points.
    hessians : list of ndarray
        Curvature of each column to begin with.
    null : ndarray of shape (p + 1,)
        A safe point to fall back to when a start is useless.
    goal : float
        Predicted decrease, relative to the null model, at which a column is done.
    eager : bool
        Renew the curvature in every round: plain Newton.
    """
    work = _Descent(batch, columns, hessians, null, goal * batch.null, eager)
    for _ in range(_MOST):
        if not work.round():
            break
    work.out.lost[work.active] = True
    return work.out


class _Descent:
    def __init__(self, batch: Batch, columns: Columns, hessians: list, null: np.ndarray, goal: float, eager: bool):
        c = len(columns.s)
        self.batch, self.columns, self.goal, self.eager = batch, columns, goal, eager
        self.factors = Factors(batch.problem.design.engine, batch.factors, columns.lam)
        self.factors.put(np.arange(c), hessians)
        self.active = np.arange(c)
        self.best = np.full(c, 10.0 * batch.null + 10.0)  # further up than that, go back towards the null model
        self.accepted = np.repeat(null[:, None], c, axis=1)
        self.step = self.accepted - columns.theta
        self.decrease = np.full(c, np.inf)
        self.crawling = np.zeros(c, dtype=int)
        self.out = Outcome.of(columns)
        self.slow = 0.05 if batch.p < 50 else 0.3
        self.first = True
        self.margin = np.where(columns.lam > 0, 1.0, 1e-3)  # what the last step leaves is only predicted

    def round(self) -> bool:
        """One sweep and one step; whether anything is left to do."""
        values = self.batch.evaluate(self.columns[self.active])
        best = self.best[self.active]
        worse = ~(values.objective <= best + 1e-10 * np.abs(best) + 1e-300)
        back, good = self.active[worse], self.active[~worse]
        self._halve(back)
        stuck = np.abs(self.step[:, back]).max(axis=0, initial=0.0) < 1e-14
        done = self._advance(good, values[~worse]) if len(good) else np.zeros(0, dtype=bool)
        self.active = np.concatenate([good[~done], back[~stuck]])
        self.active.sort()
        self.first = False
        return len(self.active) > 0

    def _halve(self, back: np.ndarray) -> None:
        self.step[:, back] /= 2.0
        self.columns.theta[:, back] = self.accepted[:, back] - self.step[:, back]

    def _advance(self, good: np.ndarray, values: Values) -> np.ndarray:
        """Take a step in the columns `good`; which of them are done."""
        if self.eager:
            self._renew(good)
        delta, d, ratio = self._steps(good, values)
        slow = (ratio > self.slow) & (d * np.minimum(ratio, 1.0) > self.goal)
        if slow.any() and not self.first and not self.eager:
            self._renew(good[slow])
            fresh, d_fresh, _ = self._steps(good[slow], values[slow])
            delta[:, slow], d[slow] = fresh, d_fresh
        ratio = d / self.decrease[good]
        rounding = (ratio > 0.9) & (d <= 1e-13 * self.batch.null)  # it will not fall further
        done = (d <= self.goal) | ((d * ratio <= self.goal * self.margin[good]) & (not self.first)) | rounding
        self.accepted[:, good], self.step[:, good] = self.columns.theta[:, good], delta
        self.best[good], self.decrease[good] = values.objective, d
        self.columns.theta[:, good] -= delta
        self._keep(good, values, delta)
        return done | self._separated(good, values, ratio, d)

    def _steps(self, at: np.ndarray, values: Values) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        delta = self.factors.solve(at, values.gradient)
        d = 0.5 * np.einsum("jc,jc->c", values.gradient, delta)
        return delta, d, d / self.decrease[at]

    def _renew(self, at: np.ndarray) -> None:
        """Curvature of its own for each of the columns, in groups that fit the memory."""
        for i in range(0, len(at), 32):
            part = at[i : i + 32]
            found = self.batch.curvatures(self.columns[part], [[int(k)] for k in self.columns.s[part]])
            self.factors.put(part, [h[0] for h in found])

    def _separated(self, at: np.ndarray, values: Values, ratio: np.ndarray, d: np.ndarray) -> np.ndarray:
        """Columns without a penalty whose optimum lies at infinity: the loss vanishes, or Newton only ever creeps.

        With curvature renewed in every round, Newton converges quadratically; where a coefficient runs away, each step
        gains a factor e instead.
        """
        if self.batch.problem.family.name != "binomial":
            return np.zeros(len(at), dtype=bool)
        free = self.columns.lam[at] == 0
        creeping = free & (ratio > 0.1) & (ratio < 0.9) & (d < 1e-4 * self.batch.null)
        self.crawling[at] = np.where(creeping, self.crawling[at] + 1, 0)
        gone = free & ((values.objective < 1e-6 * self.batch.null) | (self.crawling[at] >= 4))
        self.out.lost[at[gone]] = True
        return gone

    def _keep(self, good: np.ndarray, values: Values, delta: np.ndarray) -> None:
        """Keep the stepped point; losses follow the step to first order."""
        self.out.theta[:, good] = self.columns.theta[:, good]
        own = values.gradient.copy()
        own[:-1] -= self.columns.lam[good] * self.batch.factors[:, None] * self.accepted[:-1, good]
        self.out.train[good] = values.train - np.einsum("jc,jc->c", own, delta)
        self.out.test[good] = values.test - np.einsum("jc,jc->c", values.test_gradient, delta)
