"""Columns that a training set holds, which all of them share, and their cross-products, which grow with them."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack  # loaded with the module, before the threads of BLAS are held to one

from ridgeline.designs import Standardization
from ridgeline.kernels import add_picked, cut_triangle, dot_picked, lay_rows, scale_picked
from ridgeline.moments import mirror
from ridgeline.problem import Problem
from ridgeline.solvers.homotopy import triangular
from ridgeline.solvers.store import Store

__all__ = ["Held"]

_TOGETHER = 2**18  # numbers that are multiplied at a time
_ROOM = 3000  # columns there is room for from the beginning


class Held:
    """The intercept and some columns, standardized, in the order in which they came.

    Attributes
    ----------
    columns : ndarray of shape (count − 1,)
    gram : ndarray
        Cross-products with the last given curvature of each row, once `cross` was called: a triangle of `count` rows,
        and room (`ridgeline.kernels.lay_rows`).
    """

    def __init__(self, problem: Problem, store: Store, standard: Standardization, v: np.ndarray):
        self.store, self.standard = store, standard
        self.columns = np.empty(0, dtype=np.intp)
        self.count = 1
        self.v = v
        self.one = float(problem.intercept)
        self.gram = np.zeros(1)
        self.crossed = 0
        self._find()

    def take(self, wanted: np.ndarray) -> None:
        """Hold these columns of the store too."""
        self.columns = np.concatenate([self.columns, np.setdiff1d(wanted, self.columns)])
        self._find()

    def _find(self) -> None:
        """Where the columns are, and what makes standardized ones of them."""
        columns, standard, store = self.columns, self.standard, self.store
        self.count = 1 + len(columns)
        self.inverse = standard.inverse[columns]
        self.mean = standard.mean[columns] - store.centre[columns]
        which = np.flatnonzero(np.isin(standard.imputed[:, 0], columns))
        value, flag = standard.imputed[which].T
        order = np.argsort(columns)
        self.gaps = order[np.searchsorted(columns, value, sorter=order)]
        self.fill, self.at = standard.fill[which], store.place[np.append(columns, flag)]
        self.mean[self.gaps] -= self.fill * store.centre[flag]

    def curve(self, v: np.ndarray) -> None:
        """Give the rows other curvatures."""
        self.v, self.crossed = v, 0

    def cross(self) -> None:
        """Cross-products with the columns that have none yet."""
        a, b = self.crossed, self.count
        if a == b:
            return
        if triangular(b) > len(self.gram):  # room takes no memory before it is used
            grown = np.empty(triangular(min(max(2 * b, _ROOM), 1 + len(self.store.place))))
            grown[: triangular(a)] = self.gram[: triangular(a)]
            self.gram = grown
        root = np.sqrt(self.v)
        if a == 0:
            self.gram[0] = self.one * (root @ root)
        width = max(1, _TOGETHER // len(root))
        for first in range(max(a, 1), b, width):
            self._cross(first, min(first + width, b), root)
        self.crossed = b

    def _cross(self, first: int, last: int, root: np.ndarray) -> None:
        """Cross-products of some columns with all that stand before them, and with each other."""
        part = self._copy(first, last, root)
        rows, width = np.empty((last - first, last)), max(1, _TOGETHER // len(root))
        rows[:, 0] = self.one * (part @ root)
        for a in range(1, first, width):
            b = min(a + width, first)
            rows[:, a:b] = part @ self._copy(a, b, root).T
        rows[:, first:] = part @ part.T
        lay_rows(self.gram, rows, first)

    def _copy(self, first: int, last: int, root: np.ndarray) -> np.ndarray:
        """Standardized columns, each row times its root, as rows."""
        a, b = first - 1, last - 1
        values = self.store.values
        x = scale_picked(values, self.at[a:b], self.mean[a:b], self.inverse[a:b], root)
        for gap, flag, fill in zip(self.gaps, self.at[self.count - 1 :], self.fill, strict=True):
            if a <= gap < b:
                x[gap - a] += (fill * self.inverse[gap]) * values[flag] * root
        return x

    def leave(self, kept: np.ndarray) -> None:
        """Keep some of them (boolean mask; the intercept is one of them)."""
        at = np.flatnonzero(kept)
        if self.crossed == self.count:
            cut_triangle(self.gram, at, self.gram)
            self.crossed = len(at)
        else:
            self.crossed = 0
        self.columns = self.columns[at[1:] - 1]
        self._find()

    def rows(self, which: np.ndarray) -> np.ndarray:
        """Standardized values of some rows (boolean mask), (rows, count)."""
        x, one = np.full((int(which.sum()), self.count), self.one), np.ones(len(which))
        width = max(1, _TOGETHER // len(one))
        for a in range(1, self.count, width):
            b = min(a + width, self.count)
            x[:, a:b] = self._copy(a, b, one)[:, which].T
        return x

    def product(self, theta: np.ndarray) -> np.ndarray:
        """Standardized values times θ, (count, c)."""
        b = theta[1:] * self.inverse[:, None]
        constant = self.one * theta[0] - self.mean @ b
        if len(self.gaps):
            b = np.vstack([b, self.fill[:, None] * b[self.gaps]])
        used = np.flatnonzero(b.any(axis=1))
        return add_picked(self.store.values, self.at[used], b[used]) + constant

    def adjoint(self, r: np.ndarray) -> np.ndarray:
        """Products of the standardized values with r, (n, c)."""
        total, w = r.sum(axis=0), self.count - 1
        g = dot_picked(self.store.values, self.at, r)
        g[self.gaps] += self.fill[:, None] * g[w:]
        out = np.empty((self.count, r.shape[1]))
        out[0] = self.one * total
        np.multiply(g[:w] - self.mean[:, None] * total, self.inverse[:, None], out=out[1:])
        return out

    def square(self) -> np.ndarray:
        """Cross-products, (count, count)."""
        self.cross()
        whole = lapack.dtpttr(self.count, self.gram[: triangular(self.count)])[0]  # type: ignore[attr-defined]
        mirror(whole)
        return whole.T

    def diagonal(self) -> np.ndarray:
        """Cross-products of each column with itself."""
        return self.gram[triangular(np.arange(1, self.count + 1)) - 1]
