"""Dense rows: a two-dimensional array of any real type and memory order, never copied as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import iadd
from types import ModuleType

import numpy as np

from ridgeline.designs import shifted
from ridgeline.designs.base import FEW, Design, Layout, Slab, Summing, Sweep
from ridgeline.designs.shifted import joined, origin_of
from ridgeline.engines import give_back
from ridgeline.moments import Moments

__all__ = ["DenseDesign", "DenseSlab", "gather"]

_GROUP = 2**19  # numbers in a run of columns
_LARGE, _ROOMY = 300, 2**21  # columns, and cells, from which on cross-products are kept as triangles


def gather(x: np.ndarray, rows) -> np.ndarray:
    """Copy rows at an index array, or view those of a slice.

    `take` is the faster of the two, but copies the whole of an array that is not in C order.
    """
    return x.take(rows, axis=0) if x.flags.c_contiguous and not isinstance(rows, slice) else x[rows]


def _way(n: int, m: int) -> ModuleType:
    """How cross-products of m columns are added up."""
    if m < _LARGE or n * m < _ROOMY:
        return shifted
    from ridgeline.designs import triangles  # SciPy takes a while to load

    return triangles


@dataclass(frozen=True)
class DenseSlab:
    """Rows of a dense design in float64."""

    x: np.ndarray

    def __getitem__(self, rows: slice) -> DenseSlab:
        return DenseSlab(self.x[rows])

    def predict(self, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """X b."""
        if out is None or b.shape[1] > FEW:
            return np.matmul(self.x, b, out=out)
        for k, column in enumerate(np.ascontiguousarray(b.T)):
            np.matmul(self.x, column, out=out[:, k])
        return out

    def adjoint(self, r: np.ndarray) -> np.ndarray:
        """X' r."""
        if r.shape[1] > FEW:
            return self.x.T @ r
        return np.stack([column @ self.x for column in r.T], axis=1) if r.shape[1] else np.zeros((self.x.shape[1], 0))

    def moments(self, z: np.ndarray, weights: np.ndarray | None) -> Moments:
        """Moments of [X | z]."""
        return Moments.of(np.hstack([self.x, z]), weights)

    def dense(self) -> np.ndarray:
        """Rows themselves."""
        return self.x


@dataclass(frozen=True)
class DenseDesign(Design):
    """An array of shape (n, p); float32 and integers are widened slab by slab."""

    x: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:  # noqa: D102
        return self.x.shape  # type: ignore[return-value]

    @cached_property
    def _origin(self) -> np.ndarray:
        return origin_of(self.x)

    def slab(self, rows) -> DenseSlab:  # noqa: D102
        return DenseSlab(np.asarray(gather(self.x, rows), dtype=np.float64))

    def slabs(self, blocks: Sequence) -> Iterator[Slab]:
        """Slabs gathered into one buffer."""
        if isinstance(blocks[0][0], slice) or not self.x.flags.c_contiguous or self.x.dtype != np.float64:
            yield from super().slabs(blocks)
            return
        buffer = np.empty((max(len(rows) for rows, _ in blocks), self.x.shape[1]))
        for rows, _ in blocks:
            # checked modes gather into a copy of the buffer first
            yield DenseSlab(self.x.take(rows, axis=0, out=buffer[: len(rows)], mode="clip"))

    def moments(
        self, z: np.ndarray, weights: np.ndarray | None = None, layout: Layout | None = None, *, root: bool = False
    ) -> list:
        """Moments of [X | z] in each cell, about a provisional origin where that loses nothing."""
        layout = layout or self.layout()
        if root:
            return super().moments(z, weights, layout, root=True)
        origin = np.concatenate([self._origin, origin_of(z)])
        how = _way(len(self.x), len(origin))

        def part(one: tuple[int, Sequence]) -> dict:
            k, blocks = one
            return {k: how.strand_cross(self.x, z, weights, blocks, origin)}

        def both(a: dict, b: dict) -> dict:
            for k, cross in b.items():
                a[k] = iadd(a[k], cross) if k in a else cross
            return a

        # cell by cell: sums of all cells for every strand would take much memory
        parts = [(k, blocks) for k in range(layout.cells) for blocks in layout.only(k).strands]
        crosses = self.engine.map_reduce(part, parts, both)
        found = [how.centred(crosses.pop(k), origin) for k in range(layout.cells)]
        if how is not shifted:
            give_back(self.shape)
        return super().moments(z, weights, layout) if any(m is None for m in found) else found

    def adjoint(self, r: np.ndarray) -> np.ndarray:
        """X' r; of more columns than rows some columns at a time, so that there are no sums of strands to hold."""
        if self.shape[0] >= self.shape[1]:
            return super().adjoint(r)
        out = np.empty((self.shape[1], r.shape[1]))

        def group(j: slice) -> None:
            out[j] = self._some(j).adjoint(r)

        self.engine.map(group, self._groups())
        return out

    def accumulate(self, b: np.ndarray, visit: Summing, layout: Layout) -> Sweep:
        """Sweep; of more columns than rows as `adjoint` does, from the residuals of all rows."""
        if self.shape[0] >= self.shape[1]:
            return super().accumulate(b, visit, layout)
        rows, bounds = joined([block for blocks in layout.strands for block in blocks])
        eta = gather(self.predict(b), rows)
        r, sums = visit(rows, bounds, eta, np.empty_like(eta))
        adjoint = np.zeros((layout.cells, *b.shape))

        def group(j: slice) -> None:
            slab = DenseSlab(gather(self._some(j).x, rows))
            for k, (lo, hi) in enumerate(pairwise(bounds)):
                if hi > lo:
                    adjoint[k, j] = slab[lo:hi].adjoint(r[lo:hi])

        self.engine.map(group, self._groups())
        return Sweep(adjoint, sums)

    def _groups(self) -> list[slice]:
        width = int(np.clip(_GROUP // max(1, self.shape[0]), 128, 4096))
        return [slice(a, min(a + width, self.shape[1])) for a in range(0, self.shape[1], width)]

    def _some(self, j: slice) -> DenseSlab:
        """All rows of a run of columns."""
        return DenseSlab(np.asarray(self.x[:, j], dtype=np.float64))

    def columns(self, j: np.ndarray) -> np.ndarray:  # noqa: D102
        if len(j) > 1 and np.array_equal(j, np.arange(j[0], j[0] + len(j))):  # a slice is copied much faster
            return np.array(self.x[:, j[0] : j[-1] + 1], dtype=np.float64)
        return np.asarray(self.x[:, j], dtype=np.float64)

    def take(self, rows: np.ndarray) -> DenseDesign:  # noqa: D102
        return DenseDesign(self.x[rows], engine=self.engine)

    def select(self, j: np.ndarray) -> DenseDesign:  # noqa: D102
        return DenseDesign(self.columns(j), engine=self.engine)
