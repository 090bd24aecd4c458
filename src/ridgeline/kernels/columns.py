"""Columns of a sparse matrix, as the kernels take them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ridgeline.kernels import backend

__all__ = ["Columns"]


@dataclass
class Columns:
    """Columns of a sparse matrix X of n rows: where each starts (p + 1, uint64), rows (uint32) and values."""

    starts: np.ndarray
    rows: np.ndarray
    values: np.ndarray
    n: int

    @classmethod
    def of(cls, matrix) -> Columns:
        """Take a SciPy matrix in compressed columns; values are shared."""
        starts, rows = matrix.indptr.astype(np.uint64), matrix.indices.astype(np.uint32)
        return cls(starts, rows, matrix.data, matrix.shape[0])

    def pick(self, which: np.ndarray) -> Columns:
        """Copy some of the columns."""
        starts = np.zeros(len(which) + 1, dtype=np.uint64)
        np.cumsum(self.starts[which + 1] - self.starts[which], out=starts[1:])
        rows, values = np.empty(int(starts[-1]), np.uint32), np.empty(int(starts[-1]))
        backend.module("compressed").pick(self.starts, self.rows, self.values, which, starts, rows, values)
        return Columns(starts, rows, values, self.n)

    @cached_property
    def squared(self) -> Columns:
        """The same with every value squared."""
        return replace(self, values=self.values**2)

    def product(self, b: np.ndarray) -> np.ndarray:
        """X b, (n,)."""
        out = np.zeros(self.n)
        backend.module("compressed").combine(self.starts, self.rows, self.values, b, out)
        return out

    def adjoint(self, r: np.ndarray) -> np.ndarray:
        """X'r, (p,)."""
        out = np.empty(len(self.starts) - 1)
        backend.module("compressed").dots(self.starts, self.rows, self.values, r, out)
        return out
