"""Folds that the caller brings along: labels, a splitter, or pairs of row lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ridgeline.crossval import partition
from ridgeline.errors import OptionError, shown

__all__ = ["read_given"]

Given = tuple[np.ndarray, str, tuple[tuple[np.ndarray, np.ndarray], ...] | None]

_WAYS = "a number of folds, one label for each row, a splitter, or a list of (training rows, validation rows)"


def read_given(folds: object, n: int, y: object, groups: object) -> Given:
    """Read labels, a splitter or pairs.

    Returns
    -------
    labels : ndarray of shape (repeats, n), int32
    scheme : str
    pairs : tuple of (ndarray, ndarray), or None when the labels say it all
    """
    if isinstance(folds, str | bytes | dict | bool | np.bool_):
        raise OptionError(f"folds must be {_WAYS}, not {shown(folds)}.")
    if hasattr(folds, "split"):
        return _from_pairs(_ask(folds, n, y, groups), n, f"by {type(folds).__name__}")
    if getattr(folds, "ndim", 1) != 1:
        raise OptionError(f"folds must be {_WAYS}; an array of shape {folds.shape} is none of these.")  # type: ignore[attr-defined]
    if not isinstance(folds, Iterable):
        raise OptionError(f"folds must be {_WAYS}, not {shown(folds)}.")
    if isinstance(folds, np.ndarray) and folds.ndim == 1 and folds.dtype != object:
        return _from_labels(folds, folds, n)  # type: ignore[arg-type]
    items = list(folds)
    if items and all(_is_pair(item) for item in items):
        return _from_pairs(items, n, "given")
    return _from_labels(folds, items, n)


def _ask(splitter: Any, n: int, y: object, groups: object) -> list:
    try:
        return list(splitter.split(np.zeros((n, 1)), y, groups))
    except (TypeError, ValueError) as error:
        raise OptionError(f"The splitter {type(splitter).__name__} cannot split these rows: {error}") from error


def _is_pair(item: object) -> bool:
    """Whether an item is two arrays: a label that is a tuple of two plain values is not."""
    return isinstance(item, tuple | list) and len(item) == 2 and all(_is_rows(part) for part in item)


def _is_rows(part: Any) -> bool:
    return isinstance(part, np.ndarray | list | range | slice) or (hasattr(part, "__array__") and np.ndim(part) == 1)


def _from_labels(folds: object, items: Sequence, n: int) -> Given:
    if len(items) != n:
        raise OptionError(f"folds has {len(items)} labels for {n} rows; give one label for each row.")
    flat = folds if isinstance(folds, np.ndarray) else np.empty(n, dtype=object)
    if not isinstance(folds, np.ndarray):
        flat[:] = items
    codes, names = _coded(flat)
    if None in names or any(partition.is_missing(name) for name in names):
        raise OptionError("folds has missing labels; give every row one.")
    if len(names) < 2:
        raise OptionError("folds puts all rows into one fold; two are the least.")
    return _in_sorted_order(codes, names)[None, :], f"{len(names)} folds given by label", None


def _coded(flat: np.ndarray) -> tuple[np.ndarray, list]:
    try:
        return partition.codes_of(flat)
    except TypeError:
        raise OptionError(f"folds must be {_WAYS}; these labels cannot be hashed.") from None


def _in_sorted_order(codes: np.ndarray, names: list) -> np.ndarray:
    try:
        order = sorted(range(len(names)), key=names.__getitem__)
    except TypeError:  # labels of mixed kinds keep their order of appearance
        order = list(range(len(names)))
    rank = np.empty(len(names), dtype=np.int32)
    rank[order] = np.arange(len(names))
    return rank[codes]


def _from_pairs(items: Iterable, n: int, origin: str) -> Given:
    pairs = tuple((_rows(train, n, i), _rows(test, n, i)) for i, (train, test) in enumerate(items))
    if not pairs:
        raise OptionError("folds is empty; give at least one pair of (training rows, validation rows).")
    for i, (train, test) in enumerate(pairs):
        if len(np.intersect1d(train, test)):
            raise OptionError(f"Split {i} of folds is judged on rows it learned from; take them out of one list.")
    scheme = f"{len(pairs)} splits {origin}"
    labels = _as_labels(pairs, n)
    if labels is not None:
        return labels, scheme, None
    first = np.full(n, -1, dtype=np.int32)
    for i in reversed(range(len(pairs))):
        first[pairs[i][1]] = i
    return first[None, :], scheme, pairs


def _rows(part: object, n: int, i: int) -> np.ndarray:
    """Row positions of one list of a pair, checked and sorted."""
    rows = np.arange(n)[part] if isinstance(part, slice) else np.asarray(part)
    if rows.dtype == bool and rows.shape == (n,):
        rows = np.flatnonzero(rows)
    if rows.ndim != 1 or rows.size == 0 or not np.issubdtype(rows.dtype, np.integer):
        raise OptionError(f"Split {i} of folds must be two lists of row positions, neither of them empty.")
    if rows.min() < 0 or rows.max() >= n:
        raise OptionError(f"Split {i} of folds names a row outside 0 … {n - 1}.")
    unique = np.unique(rows)
    if len(unique) < len(rows):
        raise OptionError(f"Split {i} of folds lists a row twice; use weights to count a row more than once.")
    return unique.astype(np.intp)


def _as_labels(pairs: tuple, n: int) -> np.ndarray | None:
    """Labels that say the same as the pairs, or None: one row of labels for each complete division in turn."""
    if any(len(train) + len(test) != n for train, test in pairs):
        return None
    done, labels, k = [], np.full(n, -1, dtype=np.int32), 0
    for _, test in pairs:
        if (labels[test] >= 0).any():
            return None
        labels[test] = k
        k += 1
        if (labels >= 0).all():
            done.append((k, labels))
            labels, k = np.full(n, -1, dtype=np.int32), 0
    alike = k == 0 and len({folds for folds, _ in done}) == 1 and done[0][0] > 1
    return np.stack([row for _, row in done]) if alike else None
