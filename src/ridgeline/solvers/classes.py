"""Classes: multinomial with L1, elastic net or bounds, all training sets together, by proximal Newton steps.

Every class has a coefficient of its own (the symmetric softmax). The loss does not change when the coefficients of a
feature move alike in all classes, so its Hessian is singular in these directions; there a small proximal term (about
the last point, hence without effect on the answer) makes each quadratic strictly convex, and after each step the shift
is chosen exactly (`ridgeline.solvers.classes_corners.settle`).

λ are taken in chunks, strongest first. Only features that any training set uses, or that are drawn hard enough at the
end of the last chunk, are at work; then one sweep over all columns checks the optimality conditions of every training
set at every λ of the chunk, and features that break them join.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.problem import Problem
from ridgeline.solvers import multinomial
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.classes_steps import Working, training_rows
from ridgeline.solvers.columns import learn_sets
from ridgeline.solvers.softmax import Columns, Softmax

__all__ = ["solve"]

_CHUNK = 8
_FEW = 60  # coefficients up to which all features are at work all the time
_JOIN = 10  # features that may join at once, for each training set, or a quarter of those at work
_BROKEN = 1e-10  # a feature joins when its gradient exceeds its share of λ by this much


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, *, lift: bool = False) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Of the multinomial family.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Any order.
    lift : bool
        Give every training set's coefficients on all columns; else only the first's, the others' on the columns used.
    """
    if problem.design.shape[1] == 0:  # a penalty on nothing is the ridge
        return multinomial.solve(replace(problem, l1_ratio=0.0, bounds=None), resamples, lams)
    return _Walk(problem, resamples, np.asarray(lams, dtype=np.float64)).run(lift=lift)


class _Walk:
    """Down the path, with the features at work and what is known of all of them."""

    def __init__(self, problem: Problem, resamples: Resamples, lams: np.ndarray):
        self.problem, self.resamples = problem, resamples
        self.order = np.argsort(-lams, kind="stable")
        self.lams = lams[self.order]
        self.sets, self.p = len(resamples.sets), problem.design.shape[1]
        self.standards = learn_sets(problem, resamples)
        self.all = Softmax(problem, resamples, symmetric=True, standards=self.standards)
        self.classes = len(self.all.q)
        self.theta = np.zeros((self.sets, self.p + 1, self.classes, len(lams)))
        self.train, self.test = np.full((2, self.sets, len(lams)), np.nan)
        self.now = self._begin()
        self.separated: dict[tuple[int, bool], bool] = {}
        unit = replace(problem, bounds=None)
        self.l1 = np.stack([unit.penalty(s, np.ones(1)).l1[:, 0] for s in self.standards], axis=1)
        alive = np.stack([s.inverse > 0 for s in self.standards], axis=1)
        self.open = alive & np.isfinite(problem.factors)[:, None] & (self.l1 > 0)
        self.always = self._always()
        self.columns = np.flatnonzero(self.always)

    def _begin(self) -> np.ndarray:
        """Models without features, (sets, p + 1, K)."""
        problem, out = self.problem, np.zeros((self.sets, self.p + 1, self.classes))
        if problem.intercept:
            for one, rows in zip(out, training_rows(problem, self.resamples), strict=True):
                one[-1] = problem.family.null_eta(problem.y[rows], problem.weights[rows])
        return out

    def _always(self) -> np.ndarray:
        """Features that are at work whatever λ: not held at zero by L1, or all of them when they are few."""
        bounds = self.problem.bounds
        away = np.zeros(self.p, dtype=bool) if bounds is None else (bounds[0] > 0) | (bounds[1] < 0)
        return ~self.open.any(axis=1) | away | np.full(self.p, self.p * self.classes <= _FEW)

    def run(self, *, lift: bool) -> list[Fitted]:
        """Go down the path."""
        gradient = self._gradient(self.now[..., None], np.zeros(1))
        self.scale = float(np.abs(gradient).max(initial=0.0))
        working = None
        for first in range(0, len(self.lams), _CHUNK):
            at = np.arange(first, min(first + _CHUNK, len(self.lams)))
            left = self._leave()
            if left and gradient.size == 0:  # all were at work
                gradient = self._gradient(self.now[..., None], self.lams[first - 1 : first])
            if self._join(gradient[..., -1:], self._edge(at)) or left or working is None:
                working = self._work()
            self._keep(at, *working.advance(self.lams[at]))
            gradient = self._checked(at)
            while self._join(gradient, self.lams[at]):
                working = self._work()
                self._keep(at, *working.advance(self.lams[at], self.theta[:, self._rows()][..., at]))
                gradient = self._checked(at)
            self.now = self.theta[..., at[-1]].copy()
        self.columns = np.flatnonzero(self.theta[:, :-1].any(axis=(0, 2, 3)) | self.always)
        return [self._fitted(k, whole=lift or k == 0) for k in range(self.sets)]

    def _edge(self, at: np.ndarray) -> np.ndarray:
        """λ below which the last gradient puts features to work: where many wait, gradients fall with λ."""
        share = 0.3 if self.problem.wide else 1.0
        return self.lams[max(at[0] - 1, 0)] ** (1.0 - share) * self.lams[at[-1:]] ** share

    def _rows(self) -> np.ndarray:
        """Rows of θ that are at work."""
        return np.append(self.columns, self.p)

    def _leave(self) -> bool:
        """Lay off the features that no training set used at the last λ, when they are many; whether they were."""
        used = self.now[:, :-1].any(axis=(0, 2)) | self.always
        for value, flag in self.problem.imputed:
            used[[value, flag]] = used[value] | used[flag]
        many = len(self.columns) > 1.5 * used.sum() + _JOIN
        if many:
            self.columns = np.flatnonzero(used)
        return bool(many)

    def _checked(self, at: np.ndarray) -> np.ndarray:
        """Gradient of all columns at λ `at`; of nothing when all are at work."""
        if len(self.columns) == self.p:
            return np.empty(0)
        return self._gradient(self.theta[..., at], self.lams[at])

    def _gradient(self, theta: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """Gradient of every coefficient, (p, K, sets, L)."""
        count = theta.shape[-1]
        s = np.repeat(np.arange(self.sets), count)
        flat = theta.transpose(1, 2, 0, 3).reshape(-1, len(s))
        found = self.all.evaluate(Columns(s, np.tile(lams, self.sets), flat)).gradient
        return found.reshape(self.p + 1, self.classes, self.sets, count)[:-1]

    def _join(self, gradient: np.ndarray, lams: np.ndarray) -> bool:
        """Put the features to work that a training set wants most; whether there were any.

        One feature that is missing pulls many others over the line: the worst come first, the others are judged again.
        """
        if len(self.columns) == self.p:
            return False
        pull = self._pull(gradient)
        share = np.divide(pull, lams, out=np.where(pull > 0, np.inf, 0.0), where=lams > 0)
        worst = share.max(axis=(1, 3))
        excess = np.divide(worst, self.l1, out=np.zeros_like(worst), where=self.open)
        excess[self.columns] = 0.0
        most = min(max(_JOIN, len(self.columns) // 4), self.p)
        best = np.argsort(-excess, axis=0)[:most]
        new = np.unique(best[np.take_along_axis(excess, best, axis=0) > 1.0 + _BROKEN])
        grown = np.union1d(self.columns, new).astype(np.intp)
        for pair in self.problem.imputed:  # a filled column and its flag stand together
            if np.isin(pair, grown).any():
                grown = np.union1d(grown, pair)
        grew, self.columns = len(grown) > len(self.columns), grown
        return grew

    def _pull(self, gradient: np.ndarray) -> np.ndarray:
        """How hard each coefficient is drawn away from 0 where its bounds let it go."""
        if self.problem.bounds is None:
            return np.abs(gradient)
        low, high = (b[:, None, None, None] for b in self.problem.bounds)
        return np.where(gradient < 0, np.where(high > 0, -gradient, 0.0), np.where(low < 0, gradient, 0.0))

    def _small(self) -> tuple[Problem, list[Standardization]]:
        """Leave only the features at work in the problem."""
        at, problem = self.columns, self.problem
        if len(at) == self.p:
            return problem, self.standards
        keep = np.isin(problem.imputed[:, 0], at)
        imputed = np.searchsorted(at, problem.imputed[keep])
        small = replace(
            problem,
            design=problem.design.select(at),
            factors=problem.factors[at],
            imputed=imputed,
            bounds=None if problem.bounds is None else tuple(b[at] for b in problem.bounds),
        )
        return small, [
            Standardization(imputed, s.fill[keep], s.mean[at], s.inverse[at], s.sd[at]) for s in self.standards
        ]

    def _work(self) -> Working:
        if len(self.columns) == 0:  # there must be something to work on
            pairs = self.problem.imputed
            self.columns = np.union1d([0], pairs[(pairs == 0).any(axis=1)].ravel()).astype(np.intp)
        small, standards = self._small()
        resamples = Resamples.make(small, self.resamples.labels, self.resamples.sets)
        return Working(small, resamples, standards, self.now[:, self._rows()], self.scale, self.separated)

    def _keep(self, at: np.ndarray, theta: np.ndarray, train: np.ndarray, test: np.ndarray) -> None:
        self.theta[:, self._rows()[:, None], :, at] = theta.transpose(1, 3, 0, 2)
        self.train[:, at], self.test[:, at] = train, test

    def _fitted(self, k: int, *, whole: bool) -> Fitted:
        """Results of training set k in the caller's order of λ."""
        back = np.argsort(self.order)
        theta, space = self.theta[k][..., back], None
        standard = self.standards[k]
        if not whole and len(self.columns) < self.p:
            space, standards = self._small()
            theta, standard = theta[self._rows()], standards[k]
        beta = np.ascontiguousarray(theta[:-1]).reshape(len(theta) - 1, theta[-1].size)
        none = np.zeros(len(back), dtype=bool)
        return Fitted(
            standard, beta, theta[-1].ravel(), self.train[k][back], self.test[k][back], np.empty(0), none,
            self.all.passes, space=space, classes=self.classes,
        )  # fmt: skip
