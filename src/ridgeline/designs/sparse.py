"""Sparse rows: a SciPy matrix, kept in compressed row form; centring and scaling stay implied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ridgeline.designs.base import Design
from ridgeline.designs.mixed import MixedSlab

__all__ = ["SparseDesign"]


@dataclass(frozen=True)
class SparseDesign(Design):
    """A CSR matrix of shape (n, p) with float64 data.

    A slab is a `MixedSlab` without dense columns: the same products, with values in place of ones.
    """

    x: object

    @property
    def shape(self) -> tuple[int, int]:  # noqa: D102
        return self.x.shape  # type: ignore[attr-defined]

    @cached_property
    def block_rows(self) -> int:
        """Rows of a slab; wide cross-products want more rows per block."""
        return max(4096, 8 * min(self.shape[1], 4096))

    def slab(self, rows) -> MixedSlab:  # noqa: D102
        part = self.x[rows]  # type: ignore[index]
        return MixedSlab(np.empty((part.shape[0], 0)), part)

    def columns(self, j: np.ndarray) -> np.ndarray:  # noqa: D102
        return self.x[:, j].toarray()  # type: ignore[index]

    def take(self, rows: np.ndarray) -> SparseDesign:  # noqa: D102
        return SparseDesign(self.x[rows], engine=self.engine)  # type: ignore[index]
