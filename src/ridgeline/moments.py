"""Moments: weight, mean and centred cross-products of a set of rows, and their orthogonal twin.

For rows z_i (features and response side by side) with weights w_i::

    W = Σ w_i        m = Σ w_i z_i / W        S = Σ w_i (z_i − m)(z_i − m)'

Two sets of rows merge exactly (Chan, Golub & LeVeque 1983, eq. 2.1)::

    S = S1 + S2 + (W1 W2 / W) d d',   d = m2 − m1

so nothing is ever obtained by subtracting large sums. `Roots` carries R with R'R = S instead of S: the same verbs,
twice the digits, two to four times the work. `ridgeline.packed` has those of many columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from ridgeline.errors import DefectError

__all__ = ["Moments", "Roots", "add_outer", "leave_out", "meeting", "merge_all", "mirror", "squeezed"]

_BLOCK = 64  # rows of a matrix that a product of two vectors is added to at a time
_STEP = 256  # of a matrix that is mirrored


@dataclass(frozen=True)
class Moments:
    """Weight, mean and centred cross-products.

    Attributes
    ----------
    weight : float
        W, the sum of the weights.
    mean : ndarray of shape (m,)
    scatter : ndarray of shape (m, m)
        Centred cross-products S, not divided by W.
    """

    weight: float
    mean: np.ndarray
    scatter: np.ndarray

    @classmethod
    def empty(cls, m: int) -> Moments:
        """Moments of no rows at all."""
        return cls(0.0, np.zeros(m), np.zeros((m, m)))

    @classmethod
    def of(cls, z: np.ndarray, weights: np.ndarray | None = None) -> Moments:
        """Moments of the rows of `z`; two passes over a block that should fit the cache. `z` is left as it is."""
        if z.shape[0] == 0:
            return cls.empty(z.shape[1])
        weight, mean, centred = _centre(z, weights)
        if weights is not None:
            centred *= np.sqrt(weights)[:, None]
        return cls(weight, mean, centred.T @ centred)

    def merge(self, other: Moments, *, spare: bool = False) -> Moments:
        """Moments of both sets of rows together; with `spare`, in the room of these, which nobody needs any more."""
        if self.weight == 0.0:
            return other
        if other.weight == 0.0:
            return self
        weight, mean, d, by = meeting(self, other)
        scatter = np.add(self.scatter, other.scatter, out=self.scatter if spare else None)
        add_outer(scatter, d * by, d)
        return Moments(weight, mean, scatter)

    def about_zero(self) -> np.ndarray:
        """Cross-products Σ w z z' about zero instead of the mean, in the room of `scatter`, which is lost."""
        add_outer(self.scatter, self.weight * self.mean, self.mean)
        return self.scatter

    def transform(self, apply: Callable[[np.ndarray], np.ndarray]) -> Moments:
        """Moments of the linearly mapped rows; `apply` maps rows, (r, m) → (r, m')."""
        half = apply(self.scatter)
        return Moments(self.weight, apply(self.mean[None, :])[0], apply(half.T))

    @property
    def variance(self) -> np.ndarray:
        """Variances, divisor W."""
        return np.diagonal(self.scatter) / max(self.weight, 1e-300)


@dataclass(frozen=True)
class Roots:
    """Moments in square-root form: `root` R of shape (r, m) with R'R = S."""

    weight: float
    mean: np.ndarray
    root: np.ndarray

    @classmethod
    def of(cls, z: np.ndarray, weights: np.ndarray | None = None) -> Roots:
        """Square-root moments of the rows of `z`."""
        if z.shape[0] == 0:
            return cls(0.0, np.zeros(z.shape[1]), np.zeros((0, z.shape[1])))
        weight, mean, centred = _centre(z, weights)
        if weights is not None:
            centred *= np.sqrt(weights)[:, None]
        return cls(weight, mean, _triangle(centred))

    def merge(self, other: Roots, *, spare: bool = False) -> Roots:
        """Square-root moments of both sets of rows together; see `Moments.merge`."""
        if self.weight == 0.0:
            return other
        if other.weight == 0.0:
            return self
        weight, mean, d, by = meeting(self, other)
        return Roots(weight, mean, _triangle(np.vstack([self.root, other.root, np.sqrt(by) * d])))

    def transform(self, apply: Callable[[np.ndarray], np.ndarray]) -> Roots:
        """Square-root moments of the linearly mapped rows."""
        return Roots(self.weight, apply(self.mean[None, :])[0], apply(self.root))

    @property
    def variance(self) -> np.ndarray:
        """Variances, divisor W."""
        return np.einsum("ij,ij->j", self.root, self.root) / max(self.weight, 1e-300)

    @property
    def scatter(self) -> np.ndarray:
        """The cross-products S = R'R."""
        return self.root.T @ self.root


def meeting(one: Any, other: Any) -> tuple[float, np.ndarray, np.ndarray, float]:
    """W and m of both sets of rows, d between their means, and W1 W2 / W, by which d d' counts."""
    weight, d = one.weight + other.weight, other.mean - one.mean
    return weight, one.mean + d * (other.weight / weight), d, one.weight * other.weight / weight


def add_outer(matrix: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Add a b', a few rows at a time: beside a large matrix another of its size is too much."""
    for first in range(0, len(a), _BLOCK):
        rows = slice(first, first + _BLOCK)
        matrix[rows] += a[rows, None] * b


def mirror(a: np.ndarray) -> None:
    """Fill the lower triangle from the upper one, in place."""
    for first in range(0, len(a), _STEP):
        rows, rest = slice(first, first + _STEP), slice(first + _STEP, len(a))
        corner = np.triu(a[rows, rows])
        a[rows, rows] = corner + np.triu(corner, 1).T
        a[rest, rows] = a[rows, rest].T


def squeezed(a: np.ndarray) -> np.ndarray:
    """All rows and columns of a square matrix but the last, moved together in its own room."""
    p, flat = len(a) - 1, a.ravel()
    for j in range(1, p):
        flat[j * p : (j + 1) * p] = flat[j * (p + 1) : j * (p + 1) + p]
    return flat[: p * p].reshape(p, p)


def _centre(z: np.ndarray, weights: np.ndarray | None) -> tuple[float, np.ndarray, np.ndarray]:
    if weights is None:
        weight = float(z.shape[0])
        mean = z.mean(axis=0)
    else:
        weight = float(weights.sum())
        if weight == 0.0:
            return 0.0, np.zeros(z.shape[1]), np.zeros_like(z)
        mean = weights @ z / weight
    centred = z - mean
    # one correction step: the mean of the centred rows is rounding error, and removing it makes constants exact
    left = centred.mean(axis=0) if weights is None else weights @ centred / weight
    centred -= left
    return weight, mean + left, centred


def _triangle(rows: np.ndarray) -> np.ndarray:
    return np.linalg.qr(rows, mode="r") if rows.shape[0] > rows.shape[1] else rows  # type: ignore[return-value]


def merge_all(parts: Sequence[Moments] | Sequence[Roots], *, own: bool = False):
    """Merge in the given order (the order is part of the answer's last digits, so it is fixed by the caller).

    With `own`, the arrays of the result are nobody else's.
    """
    first, *rest = cast("Sequence[Any]", parts)
    merged, mine = first, False
    for other in rest:
        both = merged.merge(other, spare=mine)
        mine = mine or (both is not merged and both is not other)
        merged = both
    return deepcopy(merged) if own and not mine else merged


def leave_out(cells: Sequence[Moments] | Sequence[Roots]) -> list:
    """For each k the merge of all cells but k: prefix and suffix merges, 2K of them, and no subtraction."""
    parts = cast("Sequence[Any]", cells)
    k = len(parts)
    if k == 1:
        raise DefectError("leave_out needs at least two cells")
    prefix, suffix = list(parts), list(parts)
    for i in range(1, k):
        prefix[i] = prefix[i - 1].merge(parts[i])
        suffix[k - 1 - i] = parts[k - 1 - i].merge(suffix[k - i])
    return [suffix[1], *(prefix[i - 1].merge(suffix[i + 1]) for i in range(1, k - 1)), prefix[k - 2]]
