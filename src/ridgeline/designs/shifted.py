"""Cross-products of dense rows about a provisional origin: one copy of each block, one product.

With c near the means (medians of a few rows spread over the data) and u = z − c, a ones column beside u makes a single
symmetric product hold Σ w u u', Σ w u and Σ w. The centred cross-products follow as Σ w u u' − W d d', d = Σ w u / W:
where d is small beside the standard deviation nothing cancels, and where it is not the caller is told to go the slower,
two-pass way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ridgeline.moments import Moments

__all__ = ["centred", "grouped", "joined", "lost", "origin_of", "shifted", "strand_cross"]

_SAMPLE = 1024
_EPS = np.finfo(np.float64).eps


def origin_of(x: np.ndarray) -> np.ndarray:
    """Lower medians of evenly spread rows.

    A median is within one standard deviation of the mean, and a value that most rows have is met to the last digit: a
    cell of nothing but that value has a variance of exactly zero.
    """
    step = max(1, -(-len(x) // _SAMPLE))
    rows = np.asarray(x[::step], dtype=np.float64)
    middle = (len(rows) - 1) // 2
    return np.partition(rows, middle, axis=0)[middle].copy() if len(rows) else np.zeros(x.shape[1])


def strand_cross(
    x: np.ndarray, z: np.ndarray, weights: np.ndarray | None, blocks: Sequence, origin: np.ndarray
) -> np.ndarray:
    """Cross-products of [x − c | z − c | 1] of one cell's rows, shape (m + 1, m + 1).

    Parameters
    ----------
    x, z : ndarray of shape (n, p) and (n, r)
    weights : ndarray of shape (n,), optional
    blocks : sequence of (rows, bounds)
        As in `ridgeline.designs.base.Layout` of one cell.
    origin : ndarray of shape (p + r,)
        c.
    """
    m = len(origin)
    total, mass = np.zeros((m + 1, m + 1)), 0.0
    for u, w in shifted(x, z, weights, grouped(blocks, m // 2), origin, ones=True):
        total += u.T @ u
        mass += len(u) if w is None else w.sum()
    total[m, m] = mass  # roots squared are not the weights, to the last digit
    return total


def shifted(
    x: np.ndarray,
    z: np.ndarray,
    weights: np.ndarray | None,
    groups: Iterator,
    origin: np.ndarray,
    *,
    ones: bool = False,
) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """√w [x − c | z − c], with `ones` [x − c | z − c | 1], and w of some rows at a time (`grouped`), in one buffer."""
    p, m = x.shape[1], len(origin)
    buffer = np.empty((0, m + ones))
    for rows, bounds in groups:
        count = int(bounds[-1])
        if len(buffer) < count:
            buffer = np.empty((count, m + ones))
        u, w = buffer[:count], None if weights is None else weights[rows]
        np.subtract(_rows(x, rows), origin[:p], out=u[:, :p])
        np.subtract(z[rows], origin[p:], out=u[:, p:m])
        u[:, m:] = 1.0
        if w is not None:
            u *= np.sqrt(w)[:, None]
        yield u, w


def _rows(x: np.ndarray, rows) -> np.ndarray:
    return x.take(rows, axis=0) if x.flags.c_contiguous and not isinstance(rows, slice) else x[rows]


def grouped(blocks: Sequence, least: int) -> Iterator[tuple]:
    """Blocks put together until they hold `least` rows, so that adding a product up stays cheap beside making it."""
    group: list[tuple] = []
    for block in blocks:
        group.append(block)
        if sum(int(bounds[-1]) for _, bounds in group) >= least:
            yield joined(group)
            group = []
    if group:
        yield joined(group)


def joined(group: list[tuple]) -> tuple:
    """Blocks (rows, bounds) as one, rows of a cell side by side."""
    if len(group) == 1:
        return group[0]
    if isinstance(group[0][0], slice):
        first, last = group[0][0].start, group[-1][0].stop
        return slice(first, last), np.array([0, last - first])
    cells = len(group[0][1]) - 1
    parts = [[rows[bounds[k] : bounds[k + 1]] for rows, bounds in group] for k in range(cells)]
    sizes = [sum(len(part) for part in cell) for cell in parts]
    return np.concatenate([part for cell in parts for part in cell]), np.concatenate([[0], np.cumsum(sizes)])


def centred(cross: np.ndarray, origin: np.ndarray) -> Moments | None:
    """Moments of one cell, or None where the origin was too far away for them to be exact."""
    weight = float(cross[-1, -1])
    if weight == 0.0:
        return Moments.empty(len(origin))
    d = cross[-1, :-1] / weight
    scatter = cross[:-1, :-1] - np.outer(weight * d, d)
    return None if lost(np.diagonal(scatter), weight * d * d) else Moments(weight, origin + d, scatter)


def lost(spread: np.ndarray, moved: np.ndarray) -> bool:
    """Whether sums of squares about the mean lost digits when it moved."""
    return bool(np.any((moved > 1e3 * spread) & (moved > 0.0)) or not np.all(np.isfinite(spread)))
