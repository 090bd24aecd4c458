"""Sparse rows: a SciPy matrix, kept in compressed row form; centring and scaling stay implied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ridgeline.designs.base import Design
from ridgeline.designs.mixed import MixedSlab
from ridgeline.moments import Moments

__all__ = ["SparseDesign", "SparseSlab"]


@dataclass(frozen=True)
class SparseSlab(MixedSlab):
    """Rows of a sparse design: a `MixedSlab` without dense columns, whose values need not be ones."""

    def moments(self, z: np.ndarray, weights: np.ndarray | None) -> Moments:
        """Moments of [X | z].

        Raw sums cancel where a column is far from zero throughout, so columns more than half full are centred as dense
        ones; for the others the mean square is at most about twice the variance.
        """
        filled = np.bincount(self.hot.indices, minlength=self.hot.shape[1])  # type: ignore[attr-defined]
        full = np.flatnonzero(2 * filled > self.hot.shape[0])  # type: ignore[attr-defined]
        if len(full) == 0:
            return super().moments(z, weights)
        rest = np.flatnonzero(2 * filled <= self.hot.shape[0])  # type: ignore[attr-defined]
        split = MixedSlab(self.hot[:, full].toarray(), self.hot[:, rest])  # type: ignore[index]
        p = len(filled)
        back = np.argsort(np.concatenate([full, rest, np.arange(p, p + z.shape[1])]))
        return split.moments(z, weights).transform(lambda rows: rows[:, back])


@dataclass(frozen=True)
class SparseDesign(Design):
    """A CSR matrix of shape (n, p) with float64 data."""

    x: object

    @property
    def shape(self) -> tuple[int, int]:  # noqa: D102
        return self.x.shape  # type: ignore[attr-defined]

    @cached_property
    def block_rows(self) -> int:
        """Rows of a slab; wide cross-products want more rows per block."""
        return max(4096, 8 * min(self.shape[1], 4096))

    def slab(self, rows) -> SparseSlab:  # noqa: D102
        part = self.x[rows]  # type: ignore[index]
        return SparseSlab(np.empty((part.shape[0], 0)), part)

    def scaled(self, by: np.ndarray):
        """Return the matrix with its columns multiplied by `by` (p,), still sparse."""
        from scipy.sparse import diags

        return self.x @ diags(by)  # type: ignore[operator]

    def columns(self, j: np.ndarray) -> np.ndarray:  # noqa: D102
        return np.asarray(self.x[:, j].toarray(), dtype=np.float64)  # type: ignore[index]

    @property
    def mostly_zero(self) -> bool:  # noqa: D102
        n, p = self.shape
        return 10 * self.x.nnz < n * p  # type: ignore[attr-defined]

    def compressed(self):  # noqa: D102
        return self.x.tocsc()  # type: ignore[attr-defined]

    def take(self, rows: np.ndarray) -> SparseDesign:  # noqa: D102
        return SparseDesign(self.x[rows], engine=self.engine)  # type: ignore[index]

    def select(self, j: np.ndarray) -> SparseDesign:  # noqa: D102
        return SparseDesign(self.x[:, j], engine=self.engine)  # type: ignore[index]
