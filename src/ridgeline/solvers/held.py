"""Columns that a training set holds: their values and their cross-products, which grow with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ridgeline.problem import Problem

__all__ = ["Held"]

_MUCH = 2**24  # numbers that are not kept from one block of λ to the next


class Held:
    """The intercept and some columns, in the order in which they came.

    Attributes
    ----------
    columns : ndarray of shape (count − 1,)
    gram : ndarray, at least (count, count)
        Cross-products with the last given curvature of each row, once `cross` was called; more rows and columns than
        count are room.
    """

    def __init__(self, problem: Problem, v: np.ndarray):
        n = len(problem.y)
        self.columns = np.empty(0, dtype=np.intp)
        self.count = 1
        self.v = v
        self.one = np.full(n, float(problem.intercept))
        self.u = np.empty((n, 0), order="F")
        self.filled = 0
        self.gram = np.zeros((1, 1))
        self.crossed = 0

    def take(self, wanted: np.ndarray, standardized: Callable) -> None:
        """Hold these columns too, and bring values up to date."""
        new = np.setdiff1d(wanted, self.columns)
        self.columns = np.concatenate([self.columns, new])
        self.count = 1 + len(self.columns)
        if self.count > self.u.shape[1]:
            grown = np.empty((len(self.one), self.count + self.count // 2 + 16), order="F")
            grown[:, : self.filled] = self.u[:, : self.filled]
            self.u = grown
        if self.filled == 0:
            self.u[:, 0] = self.one
            self.filled = 1
        if self.filled < self.count:
            self.u[:, self.filled : self.count] = standardized(self.columns[self.filled - 1 :])
            self.filled = self.count

    def curve(self, v: np.ndarray) -> None:
        """Give the rows other curvatures."""
        self.v, self.crossed = v, 0

    def cross(self) -> None:
        """Cross-products with the columns that have none yet."""
        a, b = self.crossed, self.count
        if a == b:
            return
        if b > len(self.gram):
            grown = np.empty((b + b // 4 + 16,) * 2)
            grown[:a, :a] = self.gram[:a, :a]
            self.gram = grown
        if a == 0:
            half = self.values() * np.sqrt(self.v)[:, None]
            self.gram[:b, :b] = half.T @ half
        else:
            cross = self.values().T @ (self.u[:, a:b] * self.v[:, None])
            self.gram[:b, a:b] = cross
            self.gram[a:b, :a] = cross[:a].T
            self.gram[a:b, a:b] = 0.5 * (cross[a:] + cross[a:].T)
        self.crossed = b

    def leave(self, kept: np.ndarray) -> None:
        """Keep some of them (boolean mask; the intercept is one of them)."""
        at = np.flatnonzero(kept)
        if self.filled == self.count:
            self.u = np.asfortranarray(self.u[:, at])
            self.filled = len(at)
        else:
            self.filled = 0
        if self.crossed == self.count:
            self.gram = self.gram[np.ix_(at, at)]
            self.crossed = len(at)
        else:
            self.crossed = 0
        self.columns = self.columns[at[1:] - 1]
        self.count = len(at)

    def rest(self) -> None:
        """Nothing is asked for a while: let go of values that take much memory."""
        if self.u.size > _MUCH:
            self.u, self.filled = np.empty((len(self.one), 0), order="F"), 0

    def values(self) -> np.ndarray:
        """Standardized values, (n, count)."""
        return self.u[:, : self.count]

    def square(self) -> np.ndarray:
        """Cross-products, (count, count)."""
        self.cross()
        return self.gram[: self.count, : self.count]

    def diagonal(self) -> np.ndarray:
        """Cross-products of each column with itself."""
        return np.diagonal(self.gram)[: self.count]
