"""Design: rows as an operator on batches of columns.

Solvers read rows by the verbs below; the few that look at the representation itself, to save work, are named in
`docs/architecture.md`. A representation (dense, codes, sparse, blocks on disk) only has to hand out *slabs*, small
groups of rows that fit the cache; every verb is written once, here, over slabs.

The stored matrix X has n rows and p stored columns (see `ridgeline.tables.block`). Work is split into *strands*, fixed
by the data's size alone; an engine may run them in any number of threads and always adds them up in the same order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import pairwise
from operator import iadd
from typing import Any, Protocol

import numpy as np

from ridgeline.engines import Engine, Local
from ridgeline.moments import Moments, Roots, merge_all

__all__ = ["Design", "Layout", "Slab", "Sweep"]

Rows = slice | np.ndarray
Visit = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
Summing = Callable[[Rows, np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


class Slab(Protocol):
    """A few rows of a design, in cache."""

    def __getitem__(self, rows: slice) -> Slab: ...
    def predict(self, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray: ...  # noqa: D102
    def adjoint(self, r: np.ndarray) -> np.ndarray: ...  # noqa: D102
    def moments(self, z: np.ndarray, weights: np.ndarray | None) -> Moments: ...  # noqa: D102
    def dense(self) -> np.ndarray: ...  # noqa: D102


FEW = 4  # so many columns or fewer are multiplied one by one


@dataclass(frozen=True)
class Layout:
    """Which rows each strand visits, block by block, rows of one cell side by side.

    Attributes
    ----------
    strands : tuple of tuples of (rows, bounds)
        `rows` is a slice or index array; `bounds` (cells + 1,) delimits each cell within it.
    cells : int
    """

    strands: tuple
    cells: int

    @classmethod
    def make(cls, n: int, cell: np.ndarray | None, cells: int, block: int, strands: int = 8) -> Layout:
        """Cut n rows into `strands` runs of blocks of about `block` rows each."""
        block = max(1, min(block, -(-n // strands))) if n > 4 * block else max(1, min(n, block))
        starts = list(range(0, n, block))
        blocks = [_sorted_block(a, min(a + block, n), cell, cells) for a in starts]
        per = max(1, -(-len(blocks) // strands))
        return cls(tuple(tuple(blocks[i : i + per]) for i in range(0, len(blocks), per)), cells)

    def only(self, k: int) -> Layout:
        """Rows of one cell, in the same strands; without those that have none, unless none has any."""
        if self.cells == 1:
            return self
        strands = [[(rows[b[k] : b[k + 1]], np.array([0, b[k + 1] - b[k]])) for rows, b in s] for s in self.strands]
        some = [tuple(blocks) for blocks in strands if any(bounds[-1] for _, bounds in blocks)]
        return Layout(tuple(some or strands[:1]), 1)


def _sorted_block(start: int, stop: int, cell: np.ndarray | None, cells: int) -> tuple:
    if cell is None or cells == 1:
        return slice(start, stop), np.array([0, stop - start])
    local = cell[start:stop]
    if cells < 2**15:
        local = local.astype(np.int16)  # short numbers are sorted by their digits
    order = np.argsort(local, kind="stable")
    bounds = np.searchsorted(local[order], np.arange(cells + 1))
    # cell -1 (rows in no training or test set) sorts first and lies before bounds[0]
    return start + order[bounds[0] :], bounds - bounds[0]


@dataclass
class Sweep:
    """What a sweep adds up: per cell the adjoint of the visitor's columns, and its row statistics.

    Attributes
    ----------
    adjoint : ndarray of shape (cells, p, c)
    sums : ndarray of shape (cells, t, c)
    """

    adjoint: np.ndarray
    sums: np.ndarray

    def merge(self, other: Sweep) -> Sweep:
        """Add another strand to this one."""
        self.adjoint += other.adjoint
        self.sums += other.sums
        return self


@dataclass(frozen=True)
class Design(ABC):
    """Base of all representations; subclasses hand out slabs."""

    engine: Engine = field(default_factory=Local, kw_only=True)

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """(n, p): rows and stored columns."""

    @abstractmethod
    def slab(self, rows) -> Slab:
        """Rows (given by a slice or an index array) as a slab of float64."""

    @abstractmethod
    def columns(self, j: np.ndarray) -> np.ndarray:
        """Columns `j`, as stored, as a dense (n, len(j)) array."""

    @property
    def mostly_zero(self) -> bool:
        """Whether most numbers are 0 and not stored, so that `compressed` is worth while."""
        return False

    def compressed(self) -> Any:
        """All columns as a SciPy CSC matrix."""
        raise NotImplementedError

    @abstractmethod
    def take(self, rows: np.ndarray) -> Design:
        """Design of the given rows only."""

    @abstractmethod
    def select(self, j: np.ndarray) -> Design:
        """Design of the given stored columns only."""

    @cached_property
    def block_rows(self) -> int:
        """Rows of a slab: about 2 MB of dense numbers."""
        return int(np.clip(2**18 // max(1, self.width), 256, 8192))

    @property
    def width(self) -> int:
        """Numbers held per row; representations that store fewer than p override this."""
        return self.shape[1]

    def predict(self, b: np.ndarray) -> np.ndarray:
        """X b for b of shape (p, c): shape (n, c)."""
        n = self.shape[0]
        out = np.empty((n, b.shape[1]))

        def strand(blocks: Sequence) -> None:
            for rows, _ in blocks:
                out[rows] = self.slab(rows).predict(b)

        self.engine.map(strand, self.layout().strands)
        return out

    def adjoint(self, r: np.ndarray) -> np.ndarray:
        """X' r for r of shape (n, c): shape (p, c)."""

        def strand(blocks: Sequence) -> np.ndarray:
            return reduce(iadd, (self.slab(rows).adjoint(r[rows]) for rows, _ in blocks))

        return self.engine.map_reduce(strand, self.layout().strands, iadd)

    def layout(self, cell: np.ndarray | None = None, cells: int = 1) -> Layout:
        """Layout that goes with cell labels; keep it when several passes share them."""
        return Layout.make(self.shape[0], cell, cells, self.block_rows)

    def moments(
        self, z: np.ndarray, weights: np.ndarray | None = None, layout: Layout | None = None, *, root: bool = False
    ) -> list:
        """Moments of [X | z] in each cell.

        Parameters
        ----------
        z : ndarray of shape (n, r)
            Columns that ride along (the response); r may be 0.
        weights : ndarray of shape (n,), optional
        layout : Layout, optional
            Cells; by default all rows form one.
        root : bool
            Square-root form (`Roots`), for ill-conditioned columns.

        Returns
        -------
        list of Moments or Roots, one per cell
        """
        layout = layout or self.layout()

        def strand(blocks: Sequence) -> list:
            parts = [self._block_moments(block, z, weights, root) for block in blocks]
            return [merge_all([part[k] for part in parts]) for k in range(layout.cells)]

        def both(a: list, b: list) -> list:
            return [x.merge(y) for x, y in zip(a, b, strict=True)]

        return self.engine.map_reduce(strand, layout.strands, both)

    def _block_moments(self, block: tuple, z: np.ndarray, weights: np.ndarray | None, root: bool) -> list:
        rows, bounds = block
        slab, zb = self.slab(rows), z[rows]
        wb = None if weights is None else weights[rows]
        pieces = []
        for a, b in pairwise(bounds):
            w = None if wb is None else wb[a:b]
            piece = slab[a:b]
            pieces.append(Roots.of(np.hstack([piece.dense(), zb[a:b]]), w) if root else piece.moments(zb[a:b], w))
        return pieces

    def sweep(self, b: np.ndarray, visit: Visit, layout: Layout) -> Sweep:
        """One pass: η = X b, `visit` turns η into residual columns and row statistics, both are added up per cell.

        Parameters
        ----------
        b : ndarray of shape (p, c)
        visit : callable
            ``visit(rows, eta) -> (r, statistics)`` with r (rows, c) and statistics (t, rows, c).
        layout : Layout
        """

        def summed(rows, bounds: np.ndarray, eta: np.ndarray, _) -> tuple[np.ndarray, np.ndarray]:
            r, statistics = visit(rows, eta)
            return r, np.stack([statistics[:, lo:hi].sum(axis=1) for lo, hi in pairwise(bounds)])

        return self.accumulate(b, summed, layout)

    def accumulate(self, b: np.ndarray, visit: Summing, layout: Layout) -> Sweep:
        """Sweep likewise, for a visitor that adds its statistics up itself, and may do so in place.

        Parameters
        ----------
        b : ndarray of shape (p, c)
        visit : callable
            ``visit(rows, bounds, eta, scratch) -> (r, sums)`` with r (rows, c), which may be eta, and sums
            (cells, t, c); `scratch` has the shape of eta.
        layout : Layout
        """
        p, c = b.shape
        b = np.ascontiguousarray(b)

        def strand(blocks: Sequence) -> Sweep:
            total: Sweep | None = None
            most = max(int(bounds[-1]) for _, bounds in blocks)
            # of few candidates each lies in one piece, lest every operation on them be cut into pieces of c numbers
            room = np.empty((2, most, c)) if c > FEW else np.empty((2, c, most)).transpose(0, 2, 1)
            for (rows, bounds), slab in zip(blocks, self.slabs(blocks), strict=True):
                eta, scratch = room[:, : int(bounds[-1])]
                slab.predict(b, out=eta)
                r, sums = visit(rows, bounds, eta, scratch)
                if total is None:
                    total = Sweep(np.zeros((layout.cells, p, c)), np.zeros_like(sums))
                for k, (lo, hi) in enumerate(pairwise(bounds)):
                    if hi > lo:
                        total.adjoint[k] += slab[lo:hi].adjoint(r[lo:hi])
                total.sums += sums
            assert total is not None
            return total

        return self.engine.map_reduce(strand, layout.strands, Sweep.merge)

    def slabs(self, blocks: Sequence) -> Iterator[Slab]:
        """Slabs of these blocks, each of use until the next is asked for."""
        return (self.slab(rows) for rows, _ in blocks)
