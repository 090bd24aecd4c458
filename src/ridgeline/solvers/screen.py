"""Screening: lasso and elastic net when columns are too many for their cross-products.

λ are taken in blocks, strongest first. For each block the few columns that may be active in any training set form a small
problem, which the solvers for few columns solve; then one pass over all columns checks the optimality conditions of every
training set at every λ of the block, and columns that break them join. The first guess is what was active before
and what the last gradient draws beyond the block's smallest λ.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.problem import Problem
from ridgeline.solvers import coordinate, proximal
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.columns import learn_columns

__all__ = ["solve"]

_BLOCK = 6
_FEW = 20  # columns that may join at once, for each training set
_ROUNDS = 50
_BROKEN = 1e-10  # a column joins when its gradient exceeds its share of λ by this much


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, *, lift: bool = False) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Any family with one linear predictor; l1_ratio > 0.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Any order.
    lift : bool
        Give every training set's coefficients on all columns; else only the first's, the others' on the columns used.
    """
    return _Screen(problem, resamples, np.asarray(lams, dtype=np.float64)).run(lift=lift)


class _Screen:
    """The working columns, and what is known of all columns."""

    def __init__(self, problem: Problem, resamples: Resamples, lams: np.ndarray):
        self.problem, self.resamples = problem, resamples
        self.order = np.argsort(-lams, kind="stable")
        self.lams = lams[self.order]
        n = len(problem.y)
        labels = np.zeros(n, dtype=np.intp) if resamples.labels is None else resamples.labels
        known = (labels >= 0) * problem.weights
        train = np.array([s.train for s in resamples.sets])[:, labels] * known
        self.weights = train / train.sum(axis=1, keepdims=True)  # (sets, n), each row sums to 1
        self.standards = learn_columns(problem, self.weights)
        unit = [replace(problem, bounds=None).penalty(s, np.ones(1)) for s in self.standards]
        self.l1 = np.stack([u.l1[:, 0] for u in unit], axis=1)
        self.open = np.stack([s.inverse > 0 for s in self.standards], axis=1) & np.isfinite(problem.factors)[:, None]
        self.base = np.flatnonzero((problem.factors == 0) | self._held_away())
        self.working = self.base
        self.kept: list[tuple[np.ndarray, list[Fitted]]] = []

    def _held_away(self) -> np.ndarray:
        """Columns that their bounds keep from 0."""
        if self.problem.bounds is None:
            return np.zeros(len(self.problem.factors), dtype=bool)
        return (self.problem.bounds[0] > 0) | (self.problem.bounds[1] < 0)

    def run(self, *, lift: bool) -> list[Fitted]:
        """Go down the path."""
        gradient = self._gradient(self._null())[:, :, 0]
        for first in range(0, len(self.lams), _BLOCK):
            block = self.lams[first : first + _BLOCK]
            self.working = np.union1d(self.base, self._active())
            self._join(self._excess(gradient[:, :, None], block[-1:]))
            gradient = self._block(block)
        return self._fitted(lift=lift)

    def _block(self, block: np.ndarray) -> np.ndarray:
        """Solve a block of λ; the gradient (p, sets) at its end."""
        for _ in range(_ROUNDS):
            fits = self._solve(block)
            eta = np.stack([self._eta(f) for f in fits], axis=1)  # (n, sets, λ)
            gradient = self._gradient(eta)
            if not self._join(self._excess(gradient, block)):
                break
        self.kept.append((self.working, fits))
        return gradient[:, :, -1]

    def _pull(self, gradient: np.ndarray) -> np.ndarray:
        """How hard each column is drawn away from 0 where its bounds let it go."""
        if self.problem.bounds is None:
            return np.abs(gradient)
        low, high = (b.reshape(-1, *[1] * (gradient.ndim - 1)) for b in self.problem.bounds)
        return np.where(gradient < 0, np.where(high > 0, -gradient, 0.0), np.where(low < 0, gradient, 0.0))

    def _excess(self, gradient: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """Pull of each column on each training set as a share of what λ holds, at the worst λ: (p, sets)."""
        worst = (self._pull(gradient) / lams).max(axis=2)
        return np.divide(worst, self.l1, out=np.zeros_like(worst), where=self.open & (self.l1 > 0))

    def _join(self, excess: np.ndarray) -> bool:
        """Add the columns that a training set wants most; whether there were any.

        One column that is missing pulls many others over the line: the worst come first, the others are judged again.
        """
        excess[self.working] = 0.0
        most = max(_FEW, len(self.working) // 8)
        best = np.argpartition(-excess, min(most, len(excess) - 1), axis=0)[:most]
        new = np.unique(best[np.take_along_axis(excess, best, axis=0) > 1.0 + _BROKEN])
        grown = np.union1d(self.working, new)
        for value, flag in self.problem.imputed:  # a filled column and its flag stand together
            if value in grown or flag in grown:
                grown = np.union1d(grown, [value, flag])
        changed = len(grown) > len(self.working)
        self.working = grown
        return changed

    def _active(self) -> np.ndarray:
        """Columns that any training set used at the end of the last block."""
        if not self.kept:
            return self.base
        columns, fits = self.kept[-1]
        return columns[np.any([f.beta[:, -1] != 0 for f in fits], axis=0)]

    def _small(self) -> Problem:
        """The problem of the working columns alone."""
        at, problem = self.working, self.problem
        place = {int(j): i for i, j in enumerate(at)}
        pairs = [(place[int(v)], place[int(f)]) for v, f in problem.imputed if int(v) in place]
        return replace(
            problem,
            design=problem.design.select(at),
            factors=problem.factors[at],
            imputed=np.array(pairs, dtype=np.intp).reshape(-1, 2),
            bounds=None if problem.bounds is None else tuple(b[at] for b in problem.bounds),
        )

    def _solve(self, block: np.ndarray) -> list[Fitted]:
        small = self._small()
        resamples = Resamples.make(small, self.resamples.labels, self.resamples.sets)
        solver = coordinate if self.problem.family.name == "gaussian" else proximal
        return solver.solve(small, resamples, block, self._start())

    def _start(self) -> np.ndarray | None:
        """Parameters at the end of the last block, on the working columns: (sets, working + 1)."""
        if not self.kept:
            return None
        columns, fits = self.kept[-1]
        out = np.zeros((len(fits), len(self.working) + 1))
        used = np.isin(columns, self.working)
        at = np.searchsorted(self.working, columns[used])
        for row, fit in zip(out, fits, strict=True):
            row[at], row[-1] = fit.beta[used, -1], fit.b0[-1]
        return out

    def _eta(self, fit: Fitted) -> np.ndarray:
        b, shift = fit.standard.stored(fit.beta)
        used = np.flatnonzero(b.any(axis=1))
        xb = self.problem.design.columns(self.working[used]) @ b[used]
        return xb + (shift + fit.b0 + self.problem.offset[:, None])

    def _null(self) -> np.ndarray:
        """Linear predictors of the models without penalised features, (n, sets, 1)."""
        if len(self.working):
            fits = self._solve(np.array([1e3 * max(1.0, self.lams[0]) * 1e6]))
            return np.stack([self._eta(f) for f in fits], axis=1)
        p = self.problem
        b0 = [p.family.null_eta(p.y, w, p.offset) if p.intercept else 0.0 for w in self.weights]
        return (np.array(b0) + p.offset[:, None])[:, :, None]

    def _gradient(self, eta: np.ndarray) -> np.ndarray:
        """Gradient of every column for every training set and λ, (p, sets, λ)."""
        n, sets, count = eta.shape
        y = self.problem.y[:, None, None]
        r = self.problem.family.gradient(y, eta) * self.weights.T[:, :, None]
        found = self.problem.design.adjoint(r.reshape(n, -1)).reshape(-1, sets, count)
        total = r.sum(axis=0)
        for k, standard in enumerate(self.standards):
            found[:, k] = standard.adjoint(np.ascontiguousarray(found[:, k]), total[k])
        return found

    def _fitted(self, *, lift: bool) -> list[Fitted]:
        """Blocks side by side: set 0 on all columns, the others on the working columns."""
        self.working = np.unique(np.concatenate([columns for columns, _ in self.kept]))
        small, p = self._small(), self.problem.design.shape[1]
        back = np.argsort(self.order)
        out = []
        for k in range(len(self.resamples.sets)):
            beta = np.zeros((len(self.working), len(self.lams)))
            first = 0
            for columns, fits in self.kept:
                width = fits[k].beta.shape[1]
                beta[np.searchsorted(self.working, columns), first : first + width] = fits[k].beta
                first += width
            parts = {
                name: np.concatenate([getattr(fits[k], name) for _, fits in self.kept])[back]
                for name in ("b0", "train", "test", "separated")
            }
            one = replace(self.kept[-1][1][k], beta=beta[:, back], **parts)
            whole = lift or k == 0
            out.append(_lifted(one, self.working, p, self.standards[k]) if whole else replace(one, space=small))
        return out


def _lifted(fitted: Fitted, columns: np.ndarray, p: int, standard: Standardization) -> Fitted:
    beta = np.zeros((p, fitted.beta.shape[1]))
    beta[columns] = fitted.beta
    return replace(fitted, beta=beta, standard=standard)
