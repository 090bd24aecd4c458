"""Stored columns that have been asked for: one copy, which the training sets share."""

from __future__ import annotations

import numpy as np

from ridgeline.problem import Problem

__all__ = ["Store"]

_TIMES = 4  # as many columns as rows, from which one training set takes about as many as it has rows


class Store:
    """Columns side by side, each less its centre: a mean close to those of all training sets.

    Attributes
    ----------
    centre : ndarray of shape (p,)
    place : ndarray of shape (p,)
        Where a column stands; −1 where it does not.
    values : ndarray, at least (count, n)
        A row for each column.
    """

    def __init__(self, problem: Problem, centre: np.ndarray):
        self.problem, self.centre = problem, centre
        self.place = np.full(problem.design.shape[1], -1, dtype=np.int64)
        self.values = np.empty((0, problem.design.shape[0]))
        self.count = 0

    def fetch(self, columns: np.ndarray) -> None:
        """Read those that are not there yet, and the flags of those with gaps."""
        imputed = self.problem.imputed
        columns = np.union1d(columns, imputed[np.isin(imputed[:, 0], columns), 1])
        new = columns[self.place[columns] < 0]
        if len(new) == 0:
            return
        count = self.count + len(new)
        if count > len(self.values):
            self._grow(count)
        part = self.values[self.count : count]
        part[:] = self.problem.design.columns(new).T
        part -= self.centre[new, None]
        self.place[new] = np.arange(self.count, count)
        self.count = count

    def _grow(self, count: int) -> None:
        """Make room, for more columns than most paths use: it takes no memory before it is used, and copies do."""
        p, n = len(self.place), self.values.shape[1]
        grown = np.empty((min(p, max(2 * count, _TIMES * n)), n))
        grown[: self.count] = self.values[: self.count]
        self.values = grown
