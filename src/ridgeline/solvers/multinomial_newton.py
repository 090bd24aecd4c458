"""Multinomial ridge of many parameters: Newton steps by conjugate gradients on exact products with the Hessian.

Where classes are rare or all but separated, no Kronecker product is near the Hessian, and Hessians of training sets
differ: a fold lacks some of the few rows that matter. `multinomial` hands over the λ from which that tells. Each set
has a factor of its own as a preconditioner, in single precision and made at some λ only (`softmax_factor`).

λ go strongest first. Every fourth one, a node, starts from extrapolation and may renew the factors; the three before
it then start from interpolation and use the same factors. A system is solved as far as it is worth (Dembo, Eisenstat
& Steihaug 1982), steps that do not decrease the objective are halved. A column is done as in `multinomial`, or one step
earlier, when what the last steps gained says that the next would not be needed.
"""

from __future__ import annotations

import numpy as np

from ridgeline.engines import one_blas_thread
from ridgeline.solvers.curvature import few
from ridgeline.solvers.softmax import Columns, Softmax, Values, reach
from ridgeline.solvers.softmax_factor import Factor
from ridgeline.solvers.softmax_path import SoftmaxPath
from ridgeline.solvers.softmax_products import Products, conjugate

__all__ = ["NewtonPath", "suits"]

_STRIDE = 4
_MOST_PARAMETERS = 5000  # whose Hessian is factorized
_ROOM = 2**24  # numbers in single precision that factors may take, or four times those of the data
_WORN, _SPENT = 12, 25  # products for a node, or for one step, that ask for a new factor
_MOST, _MOST_PRODUCTS, _MOST_UNPENALIZED = 100, 60, 40
_ROUNDING = 1e-10  # of the objective: rises up to this are rounding, see `multinomial`
_PROVED = 1e-10  # of the objective: the gap that a certificate may find
_NEAR = 1e-12  # of the null model's objective: decrease from which losses follow a step to first order
_FAINT = 1e-6  # likewise, from which steps without a penalty are given up when they hardly shrink
_SLOW = 8  # steps, after which it is asked whether there is an optimum
_HELD = 1e-14, 1e-6  # decrements between which what holds a step without a penalty falls


def suits(data: Softmax) -> bool:
    """Whether there are more parameters than whole Hessians are formed for, and not too many for a factor."""
    return not few(data) and data.m <= _MOST_PARAMETERS


class NewtonPath:
    """The weaker λ of a path, and the factors of its training sets.

    Parameters
    ----------
    path : SoftmaxPath
    first : int
        Place of the first λ that is not solved.
    """

    def __init__(self, path: SoftmaxPath, first: int):
        self.path, self.data, self.first = path, path.data, first
        self.shares = np.ascontiguousarray(path.data.resamples.shares(path.data.problem).T)
        self.factors: dict[int, Factor] = {}
        self.worn: set[int] = set()

    def run(self) -> None:
        """Solve as many training sets together as there is room for factors."""
        room = max(_ROOM, 4 * int(np.prod(self.data.problem.design.shape)))
        together = max(1, room // self.data.m**2)
        with one_blas_thread():
            for start in range(0, self.path.sets, together):
                sets = np.arange(start, min(start + together, self.path.sets))
                self.path.solved[self.first :] = False
                self.factors, self.worn = {}, set(sets.tolist())
                self._walk(sets)

    def _walk(self, sets: np.ndarray) -> None:
        lams, last = self.path.lams, self.first - 1
        positive, begin = int((lams > 0).sum()), last + _STRIDE if self.first else 0
        for i in sorted({*range(begin, positive, _STRIDE), *range(max(self.first, positive - 1), len(lams))}):
            self._solve([i], sets, node=True)
            step = _STRIDE // 2
            while step:
                new = [j for j in range(last + step, i, step) if not self.path.solved[j]]
                if new:
                    self._solve(new, sets, node=False)
                step //= 2
            last = i

    def _solve(self, new: list[int], sets: np.ndarray, *, node: bool) -> None:
        index, columns = self.path.columns(new, sets)
        descent = _Descent(self, index, columns)
        if node:
            self.renew(descent.held(np.flatnonzero(np.isin(columns.s, list(self.worn)))))
        descent.run()
        if node:
            self.worn = set(columns.s[descent.work > _WORN].tolist())
        self.path.store(index, columns, descent.now, descent.steps >= _SLOW)

    def renew(self, columns: Columns) -> None:
        """Take the factors of the training sets of some columns, one for each set, where these stand."""

        def one(c: int) -> Factor:
            k = int(columns.s[c])
            return Factor(self.data, self.shares[:, k], k, columns.theta[:, c], float(columns.lam[c]))

        made = self.data.problem.design.engine.map(one, range(len(columns.s)))
        self.factors.update(zip(columns.s.tolist(), made, strict=True))

    def precondition(self, columns: Columns, g: np.ndarray) -> np.ndarray:
        """About (H + λ F)⁻¹ g."""
        out = np.empty_like(g)

        def one(k: int) -> None:
            out[:, columns.s == k] = self.factors[k].solve(g[:, columns.s == k])

        self.data.problem.design.engine.map(one, np.unique(columns.s).tolist())
        return out


class _Descent:
    """Newton's method for the candidates of one or more λ."""

    def __init__(self, path: NewtonPath, index: np.ndarray, columns: Columns):
        self.path, self.data, self.columns = path, path.data, columns
        self.now: Values = path.path.begin(index, columns)
        c = len(columns.s)
        self.decrement, self.rate = np.full(c, np.inf), np.full(c, np.inf)  # rate: decrement by the square of the last
        self.steps, self.work = np.zeros((2, c), dtype=int)

    def run(self) -> None:
        """Step until every column is done."""
        active = np.arange(len(self.columns.s))
        for _ in range(_MOST):
            last = self.decrement[active]
            step, left, count = self._direct(active)
            self.work[active] += count
            done = self._done(active, last, left)
            self._finish(active[done], step[:, done])
            active, step, last = active[~done], step[:, ~done], last[~done]
            if len(active) == 0:
                return
            self._renew(active, count[~done])
            whole, stuck = self._advance(active, step)
            with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
                self.rate[active] = np.where(whole & np.isfinite(last), self.decrement[active] / last**2, np.inf)
            active = active[~stuck]

    def _tolerance(self, at: np.ndarray) -> np.ndarray:
        share = np.clip(self.now.objective[at] / self.data.null, 1e-8, 1.0)
        return self.data.tolerance[self.columns.s[at]] * share

    def _direct(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Newton steps of these columns, what the iteration left of them, and the products it took."""
        n, k = len(self.data.problem.y), len(self.data.q)
        width = max(1, max(2**22, n * self.data.p) // (n * k))  # probabilities of so many columns are held
        parts = [self._some(at[i : i + width]) for i in range(0, len(at), width)]
        step, left, count = (np.concatenate(found, axis=-1) for found in zip(*parts, strict=True))
        self.decrement[at] = 0.5 * np.einsum("mc,mc->c", self.now.gradient[:, at], step)
        return step, left, count

    def _some(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        columns, g, null = self.held(at), self.now.gradient[:, at], self.data.null
        about = np.maximum(0.5 * np.einsum("mc,mc->c", g, self.path.precondition(columns, g)), 1e-300)
        enough = 0.3 * np.sqrt(self._tolerance(at) / about)
        goal = np.clip(np.maximum(enough, np.sqrt(about / null)), 1e-9, 0.1)
        products = Products(self.data, self.path.shares, columns)
        return conjugate(products, self.path.precondition, g, goal, _MOST_PRODUCTS)

    def held(self, at: np.ndarray) -> Columns:
        """Columns as their steps are made: without a penalty a small one holds each step, not the solution.

        It falls with the gradient (Levenberg–Marquardt; Nocedal & Wright 2006, §10.3): far away along directions
        that the rows hardly see, or that separate classes, curvature is no guide.
        """
        columns, part = self.columns.take(at), np.sqrt(np.clip(self.decrement[at] / self.data.null, *_HELD))
        level = 1e-5 * self.data.class_spread().mean()
        return Columns(columns.s, np.where(columns.lam > 0, columns.lam, level * part), columns.theta)

    def _done(self, at: np.ndarray, last: np.ndarray, left: np.ndarray) -> np.ndarray:
        d, null, free = self.decrement[at], self.data.null, self.columns.lam[at] == 0
        tolerance = self._tolerance(at)
        settled = (d > 0.9 * last) & (d <= 1e-14 * null)  # rounding: it will not fall further
        with np.errstate(invalid="ignore", over="ignore"):
            ahead = (left**2 * d + self.rate[at] * d**2 <= tolerance) & (d <= _NEAR * null) & (self.steps[at] > 1)
        # without a penalty, steps that shrink slowly lead away for ever, and what is left of the loss says nothing
        endless = free & (self.steps[at] >= _SLOW) & (d > 0.5 * last) & (d <= _FAINT * null)
        endless |= free & (self.steps[at] >= _MOST_UNPENALIZED)
        endless |= self.path.path.endless(self.columns, at, d, self.steps[at] >= _SLOW)
        return ((d <= tolerance) | ahead) & self._proves(at, left) | settled | endless

    def _proves(self, at: np.ndarray, left: np.ndarray) -> np.ndarray:
        """Whether gradients will be small enough after this step for a certificate, which has only λ to go by."""
        lam, g = self.columns.lam[at], self.now.gradient[:, at]
        held = self.data.ridge[:, 0] > 0
        gap = 0.5 * (g[held] ** 2 / self.data.ridge[held]).sum(axis=0) / np.maximum(lam, 1e-300)
        with np.errstate(invalid="ignore", over="ignore"):
            share = np.maximum(left**2, np.minimum(self.rate[at] * self.decrement[at], 1.0))
        return (lam == 0) | (share * gap <= _PROVED * self.now.objective[at])

    def _renew(self, at: np.ndarray, count: np.ndarray) -> None:
        """Renew factors that served a step badly, at the weakest λ of their set, unless a last step is left."""
        tired = at[(count > _SPENT) & (self.decrement[at] > _NEAR * self.data.null)]
        if len(tired):
            _, first = np.unique(self.columns.s[tired[::-1]], return_index=True)
            self.path.renew(self.held(tired[::-1][first]))

    def _advance(self, at: np.ndarray, step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take the steps, halved until the objective falls; say which were whole, and which came to nothing."""
        columns, null, length = self.columns, self.data.null, reach(self.columns.theta[:, at], step)
        waits = np.arange(len(at))
        while len(waits):
            a = at[waits]
            theta = columns.theta[:, a] - length[waits] * step[:, waits]
            trial = Columns(columns.s[a], columns.lam[a], theta)
            values, before = self.data.evaluate(trial), self.now.objective[a]
            needed = 2e-4 * length[waits] * self.decrement[a]  # Armijo's 1e-4 of the slope, twice the decrement
            good = values.objective <= before - needed + _ROUNDING * (np.abs(before) + null)
            self.now.put(a[good], values, good)
            columns.theta[:, a[good]] = theta[:, good]
            self.steps[a[good]] += 1
            length[waits[~good]] /= 2.0
            waits = waits[~good & (length[waits] >= 1e-12)]
        return length == 1.0, length < 1e-12

    def _finish(self, at: np.ndarray, step: np.ndarray) -> None:
        """Take the last step."""
        self.data.finish(self.columns, self.now, at, -step * reach(self.columns.theta[:, at], step))
