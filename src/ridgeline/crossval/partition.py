"""Who goes into which fold: dealing rows, groups and stretches of time.

Everything here depends on row positions, classes, groups, times and a seed, never on a feature. Random order comes
from the raw bits of PCG64, which NumPy promises never to change, so a seed means the same folds in every release.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from ridgeline.errors import DataError, OptionError, shown

__all__ = [
    "check_count",
    "check_length",
    "checked_time",
    "chunks",
    "codes_of",
    "deal",
    "deal_groups",
    "is_missing",
    "mask_of",
    "shuffled",
]

# Above this many cells the (groups, classes) table is not built and groups are balanced by their size alone.
_TABLE_CELLS = 50_000_000
_SPAN = 10_000  # whole numbers this far apart are looked up in a table instead of sorted
# Groups of a kind, for each part, that are placed one by one, so that they can make up for what larger ones upset.
_RESERVE = 8


def shuffled(n: int, *key: int) -> np.ndarray:
    """Return the row positions 0 … n-1 in random order.

    Parameters
    ----------
    n : int
        How many.
    *key : int
        The seed, and whatever keeps this order apart from others of the same seed.
    """
    bits = np.random.PCG64(np.random.SeedSequence(key)).random_raw(n)
    return np.argsort(bits, kind="stable")


def codes_of(values: Any) -> tuple[np.ndarray, list]:
    """Give each distinct value a number, in the order of first appearance.

    That order survives renaming of labels, so renaming the classes or groups never moves a row to another fold.

    Returns
    -------
    codes : ndarray of shape (n,), intp
    names : list
        The distinct values; missing ones (None, NaN) count as one value.
    """
    array = np.asarray(values)
    if np.ma.is_masked(values):
        array = array.astype(object)
        array[np.ma.getmaskarray(values)] = None
    if array.dtype == object:
        return _codes_of_objects(array)
    names, first, inverse = _small_integers(array) or np.unique(array, return_index=True, return_inverse=True)
    by_appearance = np.argsort(first, kind="stable")
    rank = np.empty(len(names), dtype=np.intp)
    rank[by_appearance] = np.arange(len(names))
    return rank[inverse.ravel()], names[by_appearance].tolist()


def _small_integers(array: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Do as `np.unique`, without sorting, for integers of a small range; None for others."""
    if array.dtype.kind not in "iu" or array.ndim != 1 or len(array) == 0:
        return None
    low, high = int(array.min()), int(array.max())
    if high - low >= min(len(array), _SPAN) or high > np.iinfo(np.intp).max:
        return None
    at = array.astype(np.intp) - low
    first = np.full(high - low + 1, len(array))
    np.minimum.at(first, at, np.arange(len(at)))
    present = np.flatnonzero(first < len(array))
    place = np.zeros(len(first), dtype=np.intp)
    place[present] = np.arange(len(present))
    return (present + low).astype(array.dtype), first[present], place[at]


def is_missing(value: object) -> bool:
    """Say whether a cell is None or one of the not-a-number values, which differ from themselves."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas.NA refuses to be true or false
        return True


def _codes_of_objects(array: np.ndarray) -> tuple[np.ndarray, list]:
    seen: dict = {}
    missing = (None, "missing")  # a key no cell can equal: cells are looked up as (value,)
    keys = (missing if is_missing(v) else (v,) for v in array)
    codes = np.fromiter((seen.setdefault(key, len(seen)) for key in keys), dtype=np.intp, count=len(array))
    return codes, [None if key is missing else key[0] for key in seen]


def deal(order: np.ndarray, classes: np.ndarray | None, k: int) -> np.ndarray:
    """Deal rows to `k` folds like cards, class after class, without ever starting anew.

    Fold sizes differ by at most one row, and so do the numbers of rows of each class.

    Parameters
    ----------
    order : ndarray of shape (n,)
        The shuffled row positions.
    classes : ndarray of shape (n,) or None
        Class code of each row.
    k : int
        Number of folds.

    Returns
    -------
    labels : ndarray of shape (n,), int32
    """
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    labels = np.empty(len(order), dtype=np.int32)
    labels[order] = np.arange(len(order)) % k
    return labels


def deal_groups(
    groups: np.ndarray, classes: np.ndarray | None, shares: np.ndarray, order: np.ndarray, largest_first: bool = True
) -> np.ndarray:
    """Deal whole groups to parts so that rows, and rows of each class, come near to the given shares.

    Groups with the same class counts are interchangeable: where there are very many of a kind, most are dealt out by
    share. All others go, one at a time, to the part where they add least to Σ_parts Σ_classes (count / total)² / share.

    Parameters
    ----------
    groups, classes : ndarray of shape (n,)
        Group code and class code of each row (None: classes do not matter).
    shares : ndarray of shape (parts,)
        Wanted share of each part; adds up to 1.
    order : ndarray of shape (number of groups,)
        The group codes, shuffled.
    largest_first : bool
        Place groups by size, largest first (best balance), instead of in the shuffled order.

    Returns
    -------
    labels : ndarray of shape (number of groups,), int32
        The part of each group.
    """
    counts = _group_counts(groups, classes, len(order))
    labels = _deal_alike(counts, shares, order)
    left = order[labels[order] < 0]
    if largest_first:
        left = left[np.argsort(-counts[left, 0], kind="stable")]
    _place_one_by_one(left, counts, shares, labels)
    return labels


def _group_counts(groups: np.ndarray, classes: np.ndarray | None, size: int) -> np.ndarray:
    """Rows of each group, then rows of each class in each group: (groups, 1 + classes)."""
    rows = np.bincount(groups, minlength=size)[:, None]
    width = 0 if classes is None else int(classes.max()) + 1
    if width < 2 or width * size > _TABLE_CELLS:
        return rows
    table = np.bincount(groups * width + classes, minlength=size * width)
    return np.hstack([rows, table.reshape(size, width)])


def _deal_alike(counts: np.ndarray, shares: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Deal by share what a kind of equal groups has beyond a reserve; the others get label -1."""
    _, kind, alike = np.unique(counts, axis=0, return_inverse=True, return_counts=True)
    kind = kind.ravel()
    by_kind = order[np.argsort(kind[order], kind="stable")]
    rank = np.arange(len(order)) - np.repeat(np.cumsum(alike) - alike, alike)
    dealt = np.maximum(alike - _RESERVE * len(shares), 0)
    upto = np.cumsum(np.floor(dealt[:, None] * shares), axis=1)
    part = (rank[:, None] >= upto[kind[by_kind]]).sum(axis=1)
    labels = np.empty(len(order), dtype=np.int32)
    labels[by_kind] = np.where(part < len(shares), part, -1)
    return labels


def _place_one_by_one(left: np.ndarray, counts: np.ndarray, shares: np.ndarray, labels: np.ndarray) -> None:
    """Place the groups `left`, in that order, where they disturb the balance least; writes into `labels`."""
    worth = 1.0 / counts.sum(axis=0, dtype=float) ** 2
    held = np.zeros((len(shares), counts.shape[1]))
    np.add.at(held, labels[labels >= 0], counts[labels >= 0])
    for group in left:
        size = counts[group]
        cost = ((2.0 * held + size) * (size * worth)).sum(axis=1) / shares
        labels[group] = best = int(np.argmin(cost))
        held[best] += size


def chunks(time: np.ndarray, parts: int) -> np.ndarray:
    """Cut time into at most `parts` stretches of about equally many rows; equal times stay together.

    Parameters
    ----------
    time : ndarray of shape (n,)
        Numbers, dates or text that sorts in time.
    parts : int
        How many stretches; fewer come back when there are fewer distinct times.

    Returns
    -------
    labels : ndarray of shape (n,), int32
        0 for the earliest stretch.
    """
    values, inverse, counts = np.unique(checked_time(time), return_inverse=True, return_counts=True)
    parts = min(parts, len(values))
    ends = np.cumsum(counts)
    cuts: list[int] = []  # index of the last distinct time of each stretch but the final one
    for j in range(1, parts):
        near = int(np.argmin(np.abs(ends - j * len(time) / parts)))
        lowest = cuts[-1] + 1 if cuts else 0
        cuts.append(min(max(near, lowest), len(values) - 1 - (parts - j)))
    return np.searchsorted(np.asarray(cuts, dtype=np.intp), inverse.ravel(), side="left").astype(np.int32)


def checked_time(time: object) -> np.ndarray:
    """Return the times as an array that sorts, or say which row has none."""
    array = np.asarray(time)
    missing = np.array([is_missing(v) for v in array], dtype=bool) if array.dtype == object else array != array
    if missing.any():
        row = int(np.flatnonzero(missing)[0]) + 1
        raise DataError(f"Row {row} has no time, so it cannot be placed in order; fill it in or leave the row out.")
    try:
        np.sort(array)
    except TypeError:
        raise DataError("The time column mixes kinds of values that have no order; give numbers or dates.") from None
    return array


def check_count(name: str, value: object, least: int) -> None:
    """Refuse an option that is not a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise OptionError(f"{name} must be a whole number of at least {least}, not {shown(value)}.")


def check_length(name: str, values: Any, n: int) -> None:
    """Refuse an array that does not have one value for each row."""
    if values is None:
        return
    try:
        shape = np.shape(values)
    except ValueError:  # lists of unequal length
        raise OptionError(f"{name} must have one value for each of the {n} rows, but it holds lists.") from None
    if shape != (n,):
        raise OptionError(f"{name} must have one value for each of the {n} rows, but its shape is {shape}.")


def mask_of(n: int, rows: np.ndarray) -> np.ndarray:
    """Return a boolean array of shape (n,) that is true at `rows`."""
    mask = np.zeros(n, dtype=bool)
    mask[rows] = True
    return mask
