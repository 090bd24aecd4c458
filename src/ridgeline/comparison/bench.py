"""The bench: paths of every training set, solved once for all contestants that want them, and what inner folds choose.

Nothing here looks at the rows that judge a task: a choice sees inner folds only.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ridgeline.comparison.splits import Division, Task, linear
from ridgeline.crossval.grid import auto_grid
from ridgeline.crossval.rules import select, standard_error
from ridgeline.problem import Problem
from ridgeline.solvers import Fitted, solve_sets

__all__ = ["Bench", "Choice", "Paths", "average", "cell_loss", "pick", "settle"]

GRID = 50  # λ of each path: what the choice of λ between neighbours could gain is far below its noise
_LONGEST = 150  # λ that a grid may go on by
_FIRST = 1e-3  # share of the strongest λ down to which L1 paths are solved at first
_FIRST_WIDE = 0.1  # the same with more features than rows, where weak λ let hundreds of features in


@dataclass(frozen=True, eq=False)
class Paths:
    """One ρ on every training set of every division.

    Attributes
    ----------
    lams : ndarray of shape (L,)
        Strongest first.
    fits : tuple of list of Fitted
        For each division, its training sets.
    losses : tuple of dict
        For each division: (training set, cell) → mean loss of the cell's rows, (L,).
    seconds : float
    """

    l1_ratio: float
    lams: np.ndarray
    fits: tuple[list[Fitted], ...]
    losses: tuple[dict[tuple[int, int], np.ndarray], ...]
    seconds: float


@dataclass(frozen=True, eq=False)
class Choice:
    """The model that a contestant settled on for one task.

    Attributes
    ----------
    used : ndarray of shape (p,), bool
        Features whose coefficient is not exactly zero.
    mean : ndarray or None
        Predictions for the rows that judge the task.
    loss : float
        Mean loss of the inner folds at the choice.
    details : dict
        λ and whatever else was chosen.
    zeros : int or None
        Coefficients that are exactly zero, of several classes in each; None: one for each feature that is not used.
    """

    used: np.ndarray
    mean: np.ndarray | None
    loss: float
    details: dict[str, float] = field(default_factory=dict)
    zeros: int | None = None


@dataclass(eq=False)
class Bench:
    """Divisions of the rows, and the paths solved on them so far."""

    problem: Problem
    divisions: list[Division]
    memo: dict[float, Paths] = field(default_factory=dict)

    def paths(self, l1_ratio: float) -> Paths:
        """Return the paths of one ρ; solved when they are first asked for."""
        if l1_ratio not in self.memo:
            self.memo[l1_ratio] = self._solve(l1_ratio)
        return self.memo[l1_ratio]

    def ridge_grid(self) -> np.ndarray:
        """Return the λ of the ridge path, solved or not."""
        if 0.0 in self.memo:
            return self.memo[0.0].lams
        return auto_grid(replace(self.problem, l1_ratio=0.0), GRID)

    def forget(self, l1_ratio: float) -> None:
        """Let go of the paths of one ρ."""
        self.memo.pop(l1_ratio, None)

    def _solve(self, l1_ratio: float) -> Paths:
        start = time.perf_counter()
        problem = replace(self.problem, l1_ratio=l1_ratio)
        lams = self._grid(problem)
        if l1_ratio == 0.0:
            return self.along(problem, lams, start)
        # the weakest λ cost most and are seldom wanted
        strong = lams >= lams[0] * (_FIRST_WIDE if problem.wide else _FIRST)
        paths = self.along(problem, lams[strong], start)
        return self._extended(problem, paths, lams[~strong], start) if self._at_edge(paths) else paths

    def _grid(self, problem: Problem) -> np.ndarray:
        """λ of a path; that of an elastic net goes on to where its ridge part is as weak as ridge's weakest.

        For numbers the L1 part has the unit of the target and the ridge part none, so that the two weak ends may lie
        decades apart.
        """
        lams = auto_grid(problem, GRID)
        if not 0.0 < problem.l1_ratio < 1.0 or problem.family.name != "gaussian":
            return lams
        ratio, weakest = lams[1] / lams[0], self.ridge_grid()[-1] / (1.0 - problem.l1_ratio)
        more = int(np.clip(np.ceil(np.log(weakest / lams[-1]) / np.log(ratio)), 0, _LONGEST))
        return np.append(lams, lams[-1] * ratio ** np.arange(1, more + 1))

    def along(self, problem: Problem, lams: np.ndarray, start: float | None = None) -> Paths:
        """Solve a problem at given λ."""
        start = time.perf_counter() if start is None else start
        sparse = problem.l1_ratio > 0
        fits = tuple(solve_sets(problem, d.resamples, lams, lift=sparse) for d in self.divisions)
        losses = tuple(_losses(d, f, lams) for d, f in zip(self.divisions, fits, strict=True))
        return Paths(problem.l1_ratio, lams, fits, losses, time.perf_counter() - start)

    def _at_edge(self, paths: Paths) -> bool:
        """Whether the loss of any task still falls at the weakest λ."""
        for d, division in enumerate(self.divisions):
            for task in division.tasks:
                mean = average(division, task, [paths.losses[d][pair] for pair in task.inner])
                if np.argmin(mean) == len(mean) - 1:
                    return True
        return False

    def _extended(self, problem: Problem, paths: Paths, lams: np.ndarray, start: float) -> Paths:
        if len(lams) == 0:
            return paths
        more = self.along(problem, lams)
        fits = tuple(
            [a.beside(b) for a, b in zip(*pair, strict=True)] for pair in zip(paths.fits, more.fits, strict=True)
        )
        losses = tuple(
            {pair: np.concatenate([one[pair], other[pair]]) for pair in one}
            for one, other in zip(paths.losses, more.losses, strict=True)
        )
        every = np.concatenate([paths.lams, lams])
        return Paths(problem.l1_ratio, every, fits, losses, time.perf_counter() - start)


def _losses(division: Division, fits: list[Fitted], lams: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
    every = np.arange(len(lams))
    found = {(s, c): cell_loss(division, c, linear(division, fits[s], c, every)) for s, c in division.pairs()}
    for (s, _), loss in found.items():
        lost = fits[s].separated  # no finite optimum: not a choice
        loss[lost[: len(lams)] if len(lost) else np.zeros(len(lams), bool)] = np.inf
    return found


def cell_loss(division: Division, cell: int, eta: np.ndarray) -> np.ndarray:
    """Mean loss of a cell's rows for each column of linear predictors."""
    part = division.parts[cell]
    y = part.y if eta.ndim == 3 else part.y[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        loss = part.weights @ part.family.loss(y, eta) / part.weights.sum()
    return np.where(np.isfinite(loss), loss, np.inf)


def settle(bench: Bench, paths: Paths, d: int, task: Task, rule: str = "min") -> Choice:
    """Choose λ for a task by its inner folds, and predict the rows that judge it.

    The rule sees the mean over the inner folds, each weighted by its rows, as `cross_validate` does.
    """
    division, fitted = bench.divisions[d], paths.fits[d][task.at]
    at = pick(division, [paths.losses[d][pair] for pair in task.inner], task, paths.lams, rule)
    mean = None
    if task.cell is not None:
        mean = bench.problem.family.mean(linear(division, fitted, task.cell, np.array([at]))[..., 0])
    loss = float(average(division, task, [paths.losses[d][pair] for pair in task.inner])[at])
    live = _live(fitted, at, len(bench.problem.factors))
    return Choice(np.logical_or.reduce(live, axis=1), mean, loss, {"lambda": float(paths.lams[at])}, int((~live).sum()))


def average(division: Division, task: Task, losses: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Mean over the inner folds of a task, each weighted by its rows."""
    mass = np.array([division.parts[cell].weights.sum() for _, cell in task.inner])
    return np.tensordot(mass / mass.sum(), np.array(losses), axes=1)


def pick(division: Division, losses: Sequence[np.ndarray], task: Task, lams: np.ndarray, rule: str = "min") -> int:
    """Index of the λ that a rule selects from the losses of the inner folds."""
    table = np.array(losses)
    worst = np.where(np.isfinite(table), table, -np.inf).max()
    table = np.where(np.isfinite(table), table, 1e6 * max(abs(worst), 1.0))
    mean = average(division, task, table)
    return select(rule, lams, table, mean, standard_error(table))


def _live(fitted: Fitted, at: int, p: int) -> np.ndarray:
    """Which coefficients are not exactly zero: (features, classes)."""
    if fitted.space is not None:  # kernel coordinates: ridge, which leaves no coefficient at zero
        return np.ones((p, fitted.classes), dtype=bool)
    columns = np.arange(len(fitted.b0)).reshape(fitted.classes, -1)[:, at]
    return fitted.beta[:, columns] != 0.0
