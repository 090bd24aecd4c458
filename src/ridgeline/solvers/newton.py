"""Newton: ridge for any smooth family, all training sets and many λ in one product with the data.

Columns of one matrix are the candidate models (training set, λ). One sweep over the rows gives every column its
gradient, its loss, and the gradient of its judging rows' loss. A few λ, the nodes, are solved first; the λ between
start from interpolation, a level at a time, so that most of them need a single sweep.

Two kinds of curvature, with the same verbs (`written.Exact`, `borrowed.Borrowed`): where the rows are few, every column
has its own Hessian at every step; where they are many, Hessians are formed at the nodes and interpolated between them.

Step control: a step that raises the objective is halved, so that near-separable data cannot cycle. A column is done
when the decrease that would be left after its step is below `TOLERANCE` of the null model's objective: the predicted
decrease ½ g'H⁻¹g, times the share of it that a step with this curvature has been seen to leave. That step is still
taken, and the losses follow it by their own gradients.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.engines import one_blas_thread
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.borrowed import Borrowed
from ridgeline.solvers.candidates import Columns, State
from ridgeline.solvers.mend import mend
from ridgeline.solvers.separation import Separation
from ridgeline.solvers.sides import Sides, Values, learn
from ridgeline.solvers.spectral import spectrum
from ridgeline.solvers.written import Exact, Written, few_rows

__all__ = ["TOLERANCE", "Path", "solve"]

TOLERANCE = 1e-18
_SHORT = 1e-14  # likewise: columns that stopped further away are solved again
_ROUGH = 1e-8  # of the null objective: good enough for the start of a larger problem
_GAP = 3.0  # distance of nodes in log λ, at most
_STRIDE = 16  # and in places of the grid
_MOST = 60
_SLOW = 15  # steps, from which it is asked whether there is an optimum: on separated rows they never shrink
_CRAWL = 6  # and without a penalty, where the decrements fall as slowly as there: to 1/e of the last
_TOGETHER = 2**17  # cells of the matrix of columns that are iterated together


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Any smooth family.
    resamples : Resamples
        Set 0 lends its curvature to the others, so it should be the one with most rows.
    lams : ndarray of shape (L,)
    """
    with one_blas_thread():
        path = Path(problem, resamples, np.asarray(lams, dtype=np.float64))
        path.run()
        found = [path.fitted(k) for k in range(len(resamples.sets))]
        del path.curvature  # which refers back: together they would outlive this call
        return found


class Path:
    """Nodes first, then the λ between them, level by level."""

    together = _TOGETHER

    def __init__(self, problem: Problem, resamples: Resamples, lams: np.ndarray, tolerance: float = TOLERANCE):
        self.problem, self.resamples, self.tolerance = problem, resamples, tolerance
        self.order = np.argsort(-lams, kind="stable")
        self.lams = lams[self.order]
        self.sets, self.p = len(resamples.sets), problem.design.shape[1]
        shape = (self.sets, len(lams))
        self.theta = np.zeros((self.sets, len(lams), self.p + 1)).transpose(0, 2, 1)  # by λ: so they are stored
        self.train, self.test = np.full(shape, np.nan), np.full(shape, np.nan)
        self.separated = np.zeros(shape, dtype=bool)
        self.solved = np.zeros(len(lams), dtype=bool)
        self.failed: set[tuple[int, int]] = set()  # columns (s, i) that are not at their optimum
        positive = self.lams[self.lams > 0]
        self.x = np.log(np.maximum(self.lams, positive.min() * 1e-3 if len(positive) else 1e-12))
        self.factors = np.where(np.isfinite(problem.factors), problem.factors, 0.0)
        self.data, self.curvature = self.tools()
        self.separation = Separation(problem, resamples, self.data.standards)
        self.null = np.zeros(self.p + 1)
        if problem.intercept:
            self.null[-1] = problem.family.null_eta(problem.y, problem.weights, problem.offset)

    def tools(self) -> tuple:
        """Sweeps over the rows, and curvature, that suit their number."""
        standards = learn(self.problem, self.resamples)
        small = few_rows(self.problem, self.sets, len(self.lams))
        self.data = (Written if small else Sides)(self.problem, self.resamples, standards)
        return self.data, (Exact if small else Borrowed)(self)

    def run(self) -> None:
        """Solve the nodes, then halve the distance until every λ is solved."""
        stride = self._stride()
        self.curvature.nodes_first(self._picks(stride))
        stride //= 2
        while stride:
            new = np.array([i for i in range(0, len(self.lams), stride) if not self.solved[i]], dtype=int)
            most = max(1, min(self.together // (self.sets * (self.p + 1)), self.curvature.most // self.sets))
            for first in range(0, len(new), most):
                self.level(new[first : first + most])
                self.curvature.done()
            self.solved[new] = True
            stride //= 2
        mend(self)

    def _stride(self) -> int:
        span = self.x[self.lams > 0]
        step = (span[0] - span[-1]) / max(1, len(span) - 1) if len(span) else 0.0
        stride = _STRIDE
        while stride > 1 and stride * step > _GAP:
            stride //= 2
        return stride

    def _picks(self, stride: int) -> np.ndarray:
        positive = int((self.lams > 0).sum())
        last = [positive - 1] if positive else []
        return np.array(sorted({*range(0, positive, stride), *last, *range(positive, len(self.lams))}), dtype=int)

    def level(self, new: np.ndarray) -> None:
        """Solve these λ for every set, from interpolated starts."""
        theta = np.stack([self.curvature.start(int(i)) for i in new], axis=2)
        columns, beside = self.columns(new, theta), [self._beside(int(i)) for i in new]
        best = np.stack([value for value, _ in beside], axis=1).ravel()
        known = self.columns(new, np.stack([at for _, at in beside], axis=2)).theta
        self.iterate(columns, state=State.of(columns, best, known))

    def _beside(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Objectives at λ_i, (sets,), of the better of the two solved λ beside it, and the parameters there."""
        solved = np.flatnonzero(self.solved)
        at = np.searchsorted(solved, i)
        near = solved[max(0, at - 1) : at + 1]
        theta = self.theta[:, :, near]
        ridge = np.einsum("spk,p->sk", theta[:, :-1] ** 2, self.factors)
        value = self.train[:, near] + 0.5 * self.lams[i] * ridge
        known = np.array([[(s, j) not in self.failed for j in near.tolist()] for s in range(self.sets)])
        value = np.where(np.isfinite(value) & known, value, np.inf)
        best = np.argmin(value, axis=1)
        every = np.arange(self.sets)
        return value[every, best], theta[every, :, best]

    def columns(self, at: np.ndarray, theta: np.ndarray) -> Columns:
        """Every set at the λ of positions `at`; theta of shape (sets, p + 1, len(at))."""
        s, i = np.repeat(np.arange(self.sets), len(at)), np.tile(at, self.sets)
        return Columns(s, i, self.lams[i], theta.transpose(1, 0, 2).reshape(self.p + 1, -1).copy())

    def penalised(self, columns: Columns, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Objectives of the columns and their gradients."""
        ridge = columns.lam * (self.factors[:, None] * columns.theta[:-1])
        gradient = values.gradient.copy()
        gradient[:-1] += ridge
        return values.train + 0.5 * np.einsum("jc,jc->c", ridge, columns.theta[:-1]), gradient

    def iterate(self, columns: Columns, first: Values | None = None, state: State | None = None) -> None:
        """Drive every column to its optimum; `first` holds what is known of the starts."""
        state, active = state or State.of(columns), np.arange(len(columns.s))
        patience = _SLOW if isinstance(self.data, Written) else _CRAWL  # steps cost less there than a proof
        halted = np.zeros(0, dtype=int)
        for _ in range(_MOST):
            now = columns.take(active)
            values = first if first is not None else self.data.evaluate(now.s, now.theta)
            first = None
            objective, gradient = self.penalised(now, values)
            best = state.best[active]
            worse = ~(objective <= best + 1e-10 * np.abs(best) + 1e-300)
            stuck = self._halve(columns, state, active[worse])
            halted = np.append(halted, stuck)
            good = active[~worse]
            found = (objective, gradient, values)
            if worse.any():
                found = (objective[~worse], gradient[:, ~worse], values[~worse])
            done = self._advance(columns, state, good, found)
            crawls = good[(state.steps[good] >= patience) & (state.left[good] > 0.3) & (columns.lam[good] == 0.0)]
            endless = [c for c in crawls.tolist() if self._recedes(columns, c)]
            active = active[~np.isin(active, np.concatenate([good[done], stuck, endless]))]
            if len(active) == 0:
                break
        halted = np.sort(np.append(halted, active))
        self._give_up(columns.take(halted), state.accepted[:, halted])
        short = halted[~(state.decrement[halted] <= _SHORT * self.data.null)]
        self.failed.update(zip(columns.s[short].tolist(), columns.i[short].tolist(), strict=True))
        slow = np.flatnonzero((state.steps >= _SLOW) | self._vanishing(columns.lam, state.best))
        for c in np.union1d(active, slow).tolist():
            if self._recedes(columns, c):
                self.failed.discard((int(columns.s[c]), int(columns.i[c])))

    def _give_up(self, columns: Columns, accepted: np.ndarray) -> None:
        """Keep the best points of columns that are not done: a step that nobody has looked at may lead anywhere."""
        if len(columns.s):
            values = self.data.evaluate(columns.s, accepted)
            self.store(replace(columns, theta=accepted), values, np.zeros_like(accepted))

    def _recedes(self, columns: Columns, c: int) -> bool:
        """Whether a column that was slow has no optimum."""
        s, i = int(columns.s[c]), int(columns.i[c])
        free = np.isfinite(self.problem.factors) & ((self.factors == 0.0) | (columns.lam[c] == 0.0))
        self.separated[s, i] = bool(free.any()) and self.separation.of(s, free, self.theta[s, :, i])
        return bool(self.separated[s, i])

    def _halve(self, columns: Columns, state: State, back: np.ndarray) -> np.ndarray:
        """Take half of the last step back, and a start whole; return the columns that no longer move."""
        start = back[state.steps[back] == 0]
        state.step[:, start], state.best[start] = 0.0, np.inf  # the value that is known is good to first order only
        columns.theta[:, start] = state.accepted[:, start]
        back = back[state.steps[back] > 0]
        state.step[:, back] /= 2.0
        state.halved[back] += 1
        columns.theta[:, back] = state.accepted[:, back] - state.step[:, back]
        return back[np.abs(state.step[:, back]).max(axis=0, initial=0.0) < 1e-14]

    def _advance(self, columns: Columns, state: State, good: np.ndarray, found: tuple) -> np.ndarray:
        """Step from points that were no worse; return which of them are done."""
        if len(good) == 0:
            return np.zeros(0, dtype=bool)
        objective, gradient, values = found
        last = np.where(state.halved[good] > 1, 0.0, state.decrement[good])  # such curvature is of no use here
        delta, d = self.curvature.steps(columns.take(good), gradient, last)
        last, state.halved[good] = state.decrement[good], 0
        state.steps[good] += 1
        with np.errstate(invalid="ignore"):
            seen = np.where(np.isfinite(last), d / last, 1.0)
        d = np.where((d > 0.9 * last) & (d <= 1e-13 * self.data.null), 0.0, d)  # rounding: it will not fall further
        state.left[good] = np.minimum(1.0, seen)
        state.accepted[:, good], state.step[:, good] = columns.theta[:, good], delta
        state.best[good], state.decrement[good] = objective, d
        columns.theta[:, good] -= delta
        self.store(columns.take(good), values, delta)
        remaining = d * self.curvature.share(state.left[good], d)
        return (remaining <= self.tolerance * self.data.null) | self._vanishing(columns.lam[good], objective)

    def _vanishing(self, lam: np.ndarray, best: np.ndarray) -> np.ndarray:
        """Columns without a penalty whose loss runs to zero: the classes are separated, no optimum exists."""
        return (lam == 0) & (best < 1e-6 * self.data.null) & (self.problem.family.name == "binomial")

    def store(self, columns: Columns, values: Values, delta: np.ndarray) -> None:
        """Keep the stepped points; losses follow the step to first order."""
        s, i = columns.s, columns.i
        self.theta[s, :, i] = columns.theta.T
        self.train[s, i] = values.train - np.einsum("jc,jc->c", values.gradient, delta)
        self.test[s, i] = values.test - np.einsum("jc,jc->c", values.test_gradient, delta)

    def subsample(self, picks: np.ndarray) -> np.ndarray | None:
        """Parameters of every set, (sets, p + 1, picks), that fit a share of the rows; None where rows are too few."""
        n = self.problem.design.shape[0]
        size = max(n // 16, 50 * self.p)  # fewer overfit where the penalty is weak: a start worse than none
        if size > n // 8 or not isinstance(self.data, Sides):
            return None
        rows = np.sort(np.random.default_rng(0).choice(np.flatnonzero(self.problem.weights > 0), size, replace=False))
        y = self.problem.y[rows]
        if np.ptp(y) == 0.0:
            return None
        part = replace(
            self.problem, design=self.problem.design.take(rows), y=y, weights=self.problem.weights[rows],
            offset=self.problem.offset[rows],
        )  # fmt: skip
        every = Resamples.whole(part)
        rough = Path(part, every, self.lams[picks], _ROUGH)
        rough.run()
        found = rough.fitted(0)
        stored, shift = found.standard.stored(found.beta)
        return self.data.in_own_coordinates(stored, shift + found.b0)

    def fitted(self, k: int) -> Fitted:
        """Results of training set k in the caller's order of λ."""
        back = np.argsort(self.order)
        theta = self.theta[k][:, back]
        return Fitted(
            self.data.standards[k],
            theta[:-1],
            theta[-1],
            self.train[k][back],
            self.test[k][back],
            self._spectrum() if k == 0 else np.empty(0),
            self.separated[k][back],
            self.data.passes,
        )

    def _spectrum(self) -> np.ndarray:
        """Eigenvalues of the null model's curvature."""
        p = self.problem
        spread = p.family.null_spread(p.y, p.weights, p.offset + self.null[-1])
        return self.spectrum() * spread[0]

    def spectrum(self) -> np.ndarray:
        """Eigenvalues of the first training set's second moments."""
        return spectrum(self.problem, self.resamples)
