"""Cross-products of many dense columns: as `shifted`, with sums made in place and kept as triangles.

BLAS adds each product to the sum of its strand, which would otherwise be written twice; what is kept of a strand takes
half the room (`ridgeline.packed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import blas  # loaded with the module, before the threads of BLAS are held to one

from ridgeline.designs.shifted import grouped, lost, shifted
from ridgeline.packed import Packed, pack

__all__ = ["centred", "strand_cross"]

_ENOUGH = 256  # rows whose product takes long beside adding it up


@dataclass
class _Cross:
    """Σ w, Σ w u and the triangle of Σ w u u'."""

    mass: float
    sums: np.ndarray
    triangle: np.ndarray

    def __iadd__(self, other: _Cross) -> _Cross:
        self.mass += other.mass
        self.sums += other.sums
        self.triangle += other.triangle
        return self


def strand_cross(
    x: np.ndarray, z: np.ndarray, weights: np.ndarray | None, blocks: Sequence, origin: np.ndarray
) -> _Cross:
    """Sum up the rows of one cell; see `shifted.strand_cross`."""
    m = len(origin)
    total, sums, mass = np.zeros((m, m)), np.zeros(m), 0.0
    for u, w in shifted(x, z, weights, grouped(blocks, _ENOUGH), origin):
        blas.dsyrk(1.0, u.T, beta=1.0, c=total.T, lower=1, overwrite_c=1)  # type: ignore[attr-defined]
        root = None if w is None else np.sqrt(w)
        sums += u.sum(axis=0) if root is None else root @ u
        mass += len(u) if w is None else w.sum()
    return _Cross(mass, sums, pack(total))


def centred(cross: _Cross, origin: np.ndarray) -> Packed | None:
    """Moments of one cell, in the room of its products; None where the origin was too far away for exact ones."""
    if cross.mass == 0.0:
        return Packed(0.0, np.zeros(len(origin)), cross.triangle)
    d = cross.sums / cross.mass
    found = Packed(float(cross.mass), origin + d, cross.triangle).plus(-cross.mass, d)
    return None if lost(found.weight * found.variance, cross.mass * d * d) else found
