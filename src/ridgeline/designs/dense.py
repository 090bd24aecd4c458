"""Dense rows: a two-dimensional array of any real type and memory order, never copied as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.designs.base import Design
from ridgeline.moments import Moments

__all__ = ["DenseDesign", "DenseSlab", "gather"]


def gather(x: np.ndarray, rows) -> np.ndarray:
    """Copy rows at an index array, or view those of a slice.

    `take` is the faster of the two, but copies the whole of an array that is not in C order.
    """
    return x.take(rows, axis=0) if x.flags.c_contiguous and not isinstance(rows, slice) else x[rows]


@dataclass(frozen=True)
class DenseSlab:
    """Rows of a dense design in float64."""

    x: np.ndarray

    def __getitem__(self, rows: slice) -> DenseSlab:
        return DenseSlab(self.x[rows])

    def predict(self, b: np.ndarray) -> np.ndarray:
        """X b."""
        return self.x @ b

    def adjoint(self, r: np.ndarray) -> np.ndarray:
        """X' r."""
        return self.x.T @ r

    def moments(self, z: np.ndarray, weights: np.ndarray | None) -> Moments:
        """Moments of [X | z]."""
        return Moments.of(np.hstack([self.x, z]), weights)

    def dense(self) -> np.ndarray:
        """The rows themselves."""
        return self.x


@dataclass(frozen=True)
class DenseDesign(Design):
    """An array of shape (n, p); float32 and integers are widened slab by slab."""

    x: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:  # noqa: D102
        return self.x.shape  # type: ignore[return-value]

    def slab(self, rows) -> DenseSlab:  # noqa: D102
        return DenseSlab(np.asarray(gather(self.x, rows), dtype=np.float64))

    def columns(self, j: np.ndarray) -> np.ndarray:  # noqa: D102
        return np.asarray(self.x[:, j], dtype=np.float64)

    def take(self, rows: np.ndarray) -> DenseDesign:  # noqa: D102
        return DenseDesign(self.x[rows], engine=self.engine)

    def select(self, j: np.ndarray) -> DenseDesign:  # noqa: D102
        return DenseDesign(self.columns(j), engine=self.engine)
