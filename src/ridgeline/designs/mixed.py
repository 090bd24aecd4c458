"""Numbers beside categorical codes: one-hot columns are implied, never stored.

A slab's codes become a compressed row matrix with at most one entry per row and column of codes; products with it cost
as many operations as there are codes, however many levels there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ridgeline.designs.base import Design, Layout
from ridgeline.designs.dense import DenseDesign, gather
from ridgeline.designs.shifted import joined
from ridgeline.engines import Engine
from ridgeline.moments import Moments
from ridgeline.tables.block import Block

__all__ = ["MixedDesign", "MixedSlab", "design_of_block"]


@dataclass(frozen=True)
class MixedSlab:
    """Rows of a mixed design: dense part and the one-hot part as a SciPy CSR matrix."""

    x: np.ndarray
    hot: object

    def __getitem__(self, rows: slice) -> MixedSlab:
        return type(self)(self.x[rows], self.hot[rows])  # type: ignore[index]

    def predict(self, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """X b."""
        q = self.x.shape[1]
        if not q:
            return np.add(self.hot @ b, 0.0, out=out)
        return np.add(np.matmul(self.x, b[:q], out=out), self.hot @ b[q:], out=out)

    def adjoint(self, r: np.ndarray) -> np.ndarray:
        """X' r."""
        return np.concatenate([self.x.T @ r, self.hot.T @ r])  # type: ignore[attr-defined]

    def moments(self, z: np.ndarray, weights: np.ndarray | None) -> Moments:
        """Moments of [X | z], the one-hot block from counts.

        S'S − W m m' loses nothing there: its entries are sums of weights.
        """
        n, q = self.x.shape
        levels = self.hot.shape[1]  # type: ignore[attr-defined]
        numbers = Moments.of(np.hstack([self.x, z]), weights)
        if numbers.weight == 0.0:
            return Moments.empty(q + levels + z.shape[1])
        w = np.ones(n) if weights is None else weights
        weighted = self.hot.multiply(w[:, None]).tocsr()  # type: ignore[attr-defined]
        share = np.asarray(weighted.sum(axis=0)).ravel() / numbers.weight
        counts = (self.hot.T @ weighted).toarray()  # type: ignore[attr-defined]
        counts -= np.outer(share * numbers.weight, share)
        cross = weighted.T @ (np.hstack([self.x, z]) - numbers.mean)
        return _assemble(numbers, share, counts, cross, q)

    def dense(self) -> np.ndarray:
        """Rows with their one-hot columns written out (a slab at a time only)."""
        return np.hstack([self.x, self.hot.toarray()])  # type: ignore[attr-defined]


def _assemble(numbers: Moments, share: np.ndarray, counts: np.ndarray, cross: np.ndarray, q: int) -> Moments:
    levels, total = len(share), len(numbers.mean) + len(share)
    number = np.r_[0:q, q + levels : total]
    hot = np.arange(q, q + levels)
    mean, scatter = np.empty(total), np.empty((total, total))
    mean[number], mean[hot] = numbers.mean, share
    scatter[np.ix_(number, number)] = numbers.scatter
    scatter[np.ix_(hot, hot)] = counts
    scatter[np.ix_(hot, number)] = cross
    scatter[np.ix_(number, hot)] = cross.T
    return Moments(numbers.weight, mean, scatter)


@dataclass(frozen=True)
class MixedDesign(Design):
    """Dense columns (n, q) followed by the implied one-hot columns of `codes` (n, c); code −1 contributes nothing."""

    x: np.ndarray
    codes: np.ndarray
    levels: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int]:  # noqa: D102
        return self.x.shape[0], self.x.shape[1] + sum(self.levels)

    @property
    def width(self) -> int:
        """Dense columns, codes, and the share of the m × m moments that a block has to pay for."""
        return self.x.shape[1] + len(self.levels)

    @cached_property
    def block_rows(self) -> int:
        """Large enough that the cross-products of a block outweigh merging them."""
        base = int(np.clip(2**18 // max(1, self.width), 256, 8192))
        return max(base, 8 * self.shape[1])

    def moments(
        self, z: np.ndarray, weights: np.ndarray | None = None, layout: Layout | None = None, *, root: bool = False
    ) -> list:
        """Moments of [X | z] in each cell, of so few blocks that adding p × p matrices up stays cheap."""
        layout = layout or self.layout()
        return super().moments(z, weights, layout if root else self._coarse(layout), root=root)

    def _coarse(self, layout: Layout) -> Layout:
        n, p = self.shape
        strands = max(2, _ROWS_PER_CELL * n // p**2)
        if strands >= len(layout.strands):
            return layout
        groups = [g for g in np.array_split(np.arange(len(layout.strands)), strands) if len(g)]
        return Layout(tuple((joined([b for k in g for b in layout.strands[k]]),) for g in groups), layout.cells)

    @cached_property
    def _starts(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(self.levels)[:-1]]).astype(np.int32)

    def slab(self, rows) -> MixedSlab:  # noqa: D102
        return MixedSlab(np.asarray(gather(self.x, rows), dtype=np.float64), self._hot(self.codes[rows]))

    def _hot(self, codes: np.ndarray):
        from scipy.sparse import csr_matrix

        n, c = codes.shape
        known = codes >= 0
        indices = np.where(known, codes + self._starts, 0).ravel()
        if known.all():
            data, indptr = np.ones(n * c), np.arange(n + 1) * c
        else:
            keep = known.ravel()
            indices, data = indices[keep], np.ones(int(keep.sum()))
            indptr = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
        return csr_matrix((data, indices, indptr), shape=(n, sum(self.levels)))

    def columns(self, j: np.ndarray) -> np.ndarray:  # noqa: D102
        q = self.x.shape[1]
        out = np.empty((self.x.shape[0], len(j)))
        ends = np.cumsum(self.levels)
        for at, column in enumerate(j):
            if column < q:
                out[:, at] = self.x[:, column]
            else:
                k = int(np.searchsorted(ends, column - q, side="right"))
                out[:, at] = self.codes[:, k] == column - q - self._starts[k]
        return out

    @property
    def mostly_zero(self) -> bool:  # noqa: D102
        return 10 * (self.x.shape[1] + self.codes.shape[1]) < self.shape[1]

    def compressed(self):  # noqa: D102
        from scipy.sparse import csr_matrix, hstack

        slab = self.slab(slice(None))
        return hstack([csr_matrix(slab.x), slab.hot], format="csc")

    def shares(self, weights: np.ndarray) -> np.ndarray:
        """Weight of the rows of each level, (sets, levels), for weights (sets, n)."""
        parts = []
        for codes, count in zip(self.codes.T, self.levels, strict=True):
            known = np.flatnonzero(codes >= 0)
            parts.append([np.bincount(codes[known], w[known], count) for w in weights])
        return np.concatenate(parts, axis=1)

    def take(self, rows: np.ndarray) -> MixedDesign:  # noqa: D102
        return MixedDesign(self.x[rows], self.codes[rows], self.levels, engine=self.engine)

    def select(self, j: np.ndarray) -> Design:  # noqa: D102
        from ridgeline.designs.sparse import SparseDesign

        slab = self.slab(slice(None))
        q = self.x.shape[1]
        from scipy.sparse import csr_matrix, hstack

        parts = [csr_matrix(slab.x[:, j[j < q]]), slab.hot[:, j[j >= q] - q]]  # type: ignore[index]
        order = np.argsort(np.concatenate([np.flatnonzero(j < q), np.flatnonzero(j >= q)]))
        return SparseDesign(hstack(parts, format="csr")[:, order], engine=self.engine)  # type: ignore[index]


def design_of_block(block: Block, engine: Engine | None = None) -> Design:
    """Make the design of an encoded block: dense without codes, or where writing them out is cheaper than counting."""
    options = {} if engine is None else {"engine": engine}
    if not block.levels:
        return DenseDesign(block.dense, **options)
    mixed = MixedDesign(block.dense, block.codes, block.levels, **options)
    n, p = mixed.shape
    if p <= _FEW and n * p <= _SMALL:
        return DenseDesign(mixed.slab(slice(None)).dense(), **options)
    return mixed


_ROWS_PER_CELL = 10  # of a p × p matrix, that cost as much as adding it up
_FEW, _SMALL = 150, 4_000_000  # columns, and cells, up to which a matrix product beats sparse counts
