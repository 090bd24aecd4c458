"""Two steps: L1 selects features, a second fit sets their coefficients. Every inner fold repeats both on its own rows.

*Relaxed L1* (Meinshausen 2007, as simplified by Hastie, Tibshirani & Tibshirani 2020): γ times the lasso's linear
predictor plus 1 − γ times that of the unpenalized fit on its support; λ and γ together by the inner folds.
*L1 then L2*: the support at the λ of the lasso's own inner folds, then ridge on it, its λ by the inner folds.
"""

from __future__ import annotations

import numpy as np

from ridgeline.comparison.bench import Bench, Choice, Paths, average, cell_loss, pick
from ridgeline.comparison.refit import Columns, Refitter
from ridgeline.comparison.splits import Division, Task

__all__ = ["BLENDS", "relaxed", "selected_ridge"]

BLENDS = (0.0, 0.25, 0.5, 0.75, 1.0)  # γ
_SUPPORTS = 18  # λ whose supports are refitted
_ROOM = 0.5  # features per training row that an unpenalized refit may have
_MOST = 400  # and at most
_THIN = 4  # every fourth λ of the ridge's own grid is enough for the second fit


def relaxed(bench: Bench, paths: Paths, d: int) -> list[Choice]:
    """Settle every task of a division by relaxed L1."""
    return _Relaxed(bench, paths, d).settle()


class _Relaxed:
    def __init__(self, bench: Bench, paths: Paths, d: int):
        self.division, self.paths, self.fits = bench.divisions[d], paths, paths.fits[d]
        self.family = bench.problem.family
        self.at = _worth_refitting(self.division, self.fits)
        every = np.any([(f.beta[:, self.at] != 0).any(axis=1) for f in self.fits], axis=0)
        self.refitter = Refitter(self.division, _some(every | (bench.problem.factors == 0)))
        self.theta, self.fine = self._solve()

    def _solve(self) -> tuple[np.ndarray, np.ndarray]:
        """Refit every support of every training set: (sets, q + 1, λ) and (sets, λ)."""
        start = np.stack([self.refitter.begin(f, self.at) for f in self.fits])
        sets, wide, count = start.shape
        flat = start.transpose(1, 0, 2).reshape(wide, -1)
        free = (flat[:-1] != 0) | (self.refitter.problem.factors == 0)[:, None]
        columns = Columns(
            np.repeat(np.arange(sets), count), free, np.zeros(sets * count), flat, np.tile(np.arange(count), sets)
        )
        theta, fine = self.refitter.solve(columns, [self.refitter.curvature(point) for point in start[0].T])
        room = np.repeat([_ROOM * len(self.division.rows_of(s)) for s in range(sets)], count)
        fine &= free.sum(axis=0) <= np.maximum(room, 1)
        return theta.reshape(wide, sets, count).transpose(1, 0, 2), fine.reshape(sets, count)

    def _blends(self, s: int, cell: int) -> np.ndarray:
        """Linear predictors of a cell's rows, (m, γ, λ)."""
        own = self.refitter.linear(s, self.theta[s], cell)
        lasso = self.refitter.linear(s, self.refitter.begin(self.fits[s], self.at), cell)
        own = np.where(self.fine[s], own, 0.0)
        return np.stack([g * lasso + (1.0 - g) * own for g in BLENDS], axis=1)

    def _losses(self, s: int, cell: int) -> np.ndarray:
        eta = self._blends(s, cell)
        loss = cell_loss(self.division, cell, eta.reshape(len(eta), -1)).reshape(eta.shape[1:])
        lost = np.outer(np.array(BLENDS) < 1.0, ~self.fine[s])
        return np.where(lost, np.inf, loss)

    def settle(self) -> list[Choice]:
        held = {(s, cell): self._losses(s, cell) for s, cell in self.division.pairs()}
        return [self._choose(task, held) for task in self.division.tasks]

    def _choose(self, task: Task, held: dict) -> Choice:
        loss = average(self.division, task, [held[pair] for pair in task.inner])
        loss[:-1][:, ~self.fine[task.at]] = np.inf  # what cannot be fitted to the training rows themselves
        g, at = (int(i) for i in np.unravel_index(np.argmin(loss), loss.shape))
        used = np.zeros(len(self.division.problem.factors), dtype=bool)
        used[self.refitter.features] = (self.refitter.begin(self.fits[task.at], self.at)[:-1, at] != 0) | (
            self.refitter.problem.factors == 0
        )
        mean = None if task.cell is None else self.family.mean(self._blends(task.at, task.cell)[:, g, at])
        details = {"lambda": float(self.paths.lams[self.at[at]]), "gamma": BLENDS[g]}
        return Choice(used, mean, float(loss[g, at]), details)


def _worth_refitting(division: Division, fits: list) -> np.ndarray:
    """Evenly spaced places of λ, as far as the supports are small enough to be refitted."""
    count = fits[0].beta.shape[1]
    at = np.arange(0, count, -(-count // _SUPPORTS))
    size = np.min([(f.beta[:, at] != 0).sum(axis=0) for f in fits], axis=0)
    small = size <= min(_MOST, _ROOM * len(division.labels))
    return at[: max(1, int(np.argmin(small)) if not small.all() else len(at))]


def _some(features: np.ndarray) -> np.ndarray:
    """Places of the features; of none at all the first, whose coefficient then stays at zero."""
    return np.flatnonzero(features) if features.any() else np.array([0])


def selected_ridge(bench: Bench, paths: Paths, d: int) -> list[Choice]:
    """Settle every task of a division by ridge on the features that L1 selects."""
    return _SelectedRidge(bench, paths, d).settle()


class _SelectedRidge:
    def __init__(self, bench: Bench, paths: Paths, d: int):
        self.division, self.paths, self.fits = bench.divisions[d], paths, paths.fits[d]
        self.problem, tasks = bench.problem, self.division.tasks
        losses = paths.losses[d]
        self.first = [pick(self.division, [losses[pair] for pair in t.inner], t, paths.lams) for t in tasks]
        self.models = sorted({(s, at) for t, at in zip(tasks, self.first, strict=True)
                              for s in (t.at, *(s for s, _ in t.inner))})  # fmt: skip
        every = np.any([self.fits[s].beta[:, at] != 0 for s, at in self.models], axis=0)
        every |= self.problem.factors == 0
        self.refitter = Refitter(self.division, _some(every))
        self.lams = np.append(bench.ridge_grid()[::_THIN], 0.0)
        self.theta, self.fine = self._solve()

    def _solve(self) -> tuple[dict, dict]:
        """Refit every model at every ridge λ."""
        places, count = sorted({at for _, at in self.models}), len(self.lams)
        first = [self.refitter.curvature(self.refitter.begin(self.fits[0], at)[:, 0]) for at in places]
        start = np.hstack([np.repeat(self.refitter.begin(self.fits[s], at), count, axis=1) for s, at in self.models])
        columns = Columns(
            np.repeat([s for s, _ in self.models], count),
            (start[:-1] != 0) | (self.refitter.problem.factors == 0)[:, None],
            np.tile(self.lams, len(self.models)),
            start,
            np.concatenate([places.index(at) * count + np.arange(count) for _, at in self.models]),
        )
        theta, fine = self.refitter.solve(columns, [one for one in first for _ in self.lams])
        parts = {model: slice(i * count, (i + 1) * count) for i, model in enumerate(self.models)}
        return {m: theta[:, at] for m, at in parts.items()}, {m: fine[at] for m, at in parts.items()}

    def settle(self) -> list[Choice]:
        return [self._choose(task, at) for task, at in zip(self.division.tasks, self.first, strict=True)]

    def _choose(self, task: Task, at: int) -> Choice:
        used = (self.fits[task.at].beta[:, at] != 0) | (self.problem.factors == 0)
        details = {"lambda": float(self.paths.lams[at])}
        loss = average(self.division, task, [self._losses((s, at), cell) for s, cell in task.inner])
        loss = np.where(self.fine[task.at, at], loss, np.inf)
        chosen = int(np.argmin(loss))
        mean = None
        if task.cell is not None:
            eta = self.refitter.linear(task.at, self.theta[task.at, at][:, [chosen]], task.cell)
            mean = self.problem.family.mean(eta[:, 0])
        return Choice(used, mean, float(loss[chosen]), details | {"ridge_lambda": float(self.lams[chosen])})

    def _losses(self, model: tuple[int, int], cell: int) -> np.ndarray:
        eta = self.refitter.linear(model[0], self.theta[model], cell)
        return np.where(self.fine[model], cell_loss(self.division, cell, eta), np.inf)
