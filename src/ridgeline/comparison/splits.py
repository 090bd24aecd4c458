"""Outer folds, and inside each of them the folds that are left.

A comparison has *tasks*: to settle on a model for a training set by looking at inner folds only. The training sets are
all rows, all rows but an outer fold, and all rows but two folds: what is left when fold i judges and fold j chooses.
The last are the same for (i, j) and (j, i), so k folds need 1 + k + k (k − 1) / 2 fits, all from the same cells.

When folds go forward in time a fold learns from what lies before it, so the inner folds of fold i are the folds before
it: their training sets are there already. The first fold has none and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from ridgeline.crossval.folds import Folds
from ridgeline.errors import OptionError
from ridgeline.problem import Problem, TrainingSet
from ridgeline.solvers import Fitted, Resamples

__all__ = ["Division", "Task", "divide", "linear"]


@dataclass(frozen=True)
class Task:
    """Settle on a model for one training set.

    Attributes
    ----------
    at : int
        The training set.
    inner : tuple of (int, int)
        Training sets that choose, each with the cell that judges it.
    cell : int or None
        The outer cell that judges the choice; None for the model of all rows.
    """

    at: int
    inner: tuple[tuple[int, int], ...]
    cell: int | None


@dataclass(frozen=True, eq=False)
class Division:
    """One division of the rows into cells, its training sets and tasks; the first task is that of all rows."""

    problem: Problem
    labels: np.ndarray
    resamples: Resamples
    tasks: tuple[Task, ...]

    @property
    def outer(self) -> tuple[Task, ...]:
        """The tasks that are judged."""
        return self.tasks[1:]

    @cached_property
    def cells(self) -> list[np.ndarray]:
        """Rows of each cell."""
        return [np.flatnonzero(self.labels == c) for c in range(len(self.resamples.sets[0].train))]

    @cached_property
    def parts(self) -> list[Problem]:
        """The problem of each cell's rows alone."""
        return [self.problem.take(rows) for rows in self.cells]

    def rows_of(self, s: int) -> np.ndarray:
        """Rows that training set `s` learns from."""
        return np.flatnonzero(self.resamples.sets[s].train[self.labels])

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Every training set with every cell that judges it anywhere."""
        seen = {pair for task in self.tasks for pair in task.inner}
        yield from sorted(seen)


def divide(problem: Problem, folds: Folds) -> list[Division]:
    """Lay out every repeat of the folds.

    Raises
    ------
    OptionError
        There are too few folds for some to be left inside.
    """
    forward = folds.kind == "forward"
    if folds.k < (2 if forward else 3):
        raise OptionError(
            f"{folds.k} folds leave none to choose lambda inside a fold: a comparison needs at least 3 folds "
            "(2 when they go forward in time)."
        )
    make = _forward if forward else _partition
    return [_division(problem, np.asarray(labels) + int(forward), *make(folds.k)) for labels in folds.labels]


def _division(problem: Problem, labels: np.ndarray, sets: list[TrainingSet], tasks: list[Task]) -> Division:
    labels = labels.astype(np.intp)
    return Division(problem, labels, Resamples.make(problem, labels, tuple(sets)), tuple(tasks))


def _partition(k: int) -> tuple[list[TrainingSet], list[Task]]:
    eye, nobody = np.eye(k, dtype=bool), np.zeros(k, bool)
    pairs = list(combinations(range(k), 2))
    sets = [TrainingSet(~nobody, nobody), *(TrainingSet(~eye[i], eye[i]) for i in range(k))]
    sets += [TrainingSet(~(eye[i] | eye[j]), nobody) for i, j in pairs]
    place = {frozenset(pair): 1 + k + at for at, pair in enumerate(pairs)}
    tasks = [Task(0, tuple((1 + i, i) for i in range(k)), None)]
    tasks += [Task(1 + i, tuple((place[frozenset((i, j))], j) for j in range(k) if j != i), i) for i in range(k)]
    return sets, tasks


def _forward(k: int) -> tuple[list[TrainingSet], list[Task]]:
    """Cell 0 is never judged; training set 1 + i learns from the cells up to i and cell i + 1 judges it."""
    cell = np.arange(k + 1)
    sets = [TrainingSet(cell >= 0, cell < 0), *(TrainingSet(cell <= i, cell == i + 1) for i in range(k))]
    every = tuple((1 + i, i + 1) for i in range(k))
    return sets, [Task(0, every, None), *(Task(1 + i, every[:i], i + 1) for i in range(1, k))]


def linear(division: Division, fitted: Fitted, cell: int, columns: np.ndarray) -> np.ndarray:
    """Linear predictor of a cell's rows at some λ, offset included: (m, L), or (m, K, L) for K classes."""
    rows = division.parts[cell] if fitted.space is None else fitted.space.take(division.cells[cell])
    return replace(fitted, space=None).eta(rows, columns)
