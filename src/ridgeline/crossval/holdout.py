"""The test split: rows held out before anything is learned."""

from __future__ import annotations

import numpy as np

from ridgeline.crossval import partition
from ridgeline.crossval.partition import check_count, check_length
from ridgeline.errors import OptionError

__all__ = ["split_test"]

_STREAM = 2  # keeps the random order of the test split apart from that of the folds of the same seed


def split_test(
    n: int, size: float, *, seed: int = 0, strata: object = None, groups: object = None, time: object = None
) -> np.ndarray:
    """Choose the rows to hold out as a test set.

    Parameters
    ----------
    n : int
        Number of rows.
    size : float
        Share of the rows (0 up to below 1), or a number of rows (1 or more); 0 holds nothing out.
    seed : int, default 0
        Seed of the choice.
    strata : array of shape (n,), optional
        Class of each row: the test set has each class in its share; a class keeps at least one training row.
    groups : array of shape (n,), optional
        Group of each row: a group is wholly in the test set or wholly outside.
    time : array of shape (n,), optional
        When each row happened: the test set is then the latest rows; equal times stay together.

    Returns
    -------
    mask : ndarray of shape (n,), bool
        True for the test rows.

    Raises
    ------
    OptionError
        When `size` leaves no row to learn from, or groups or times cannot be split.

    Examples
    --------
    >>> int(split_test(100, 0.2).sum())
    20
    """
    check_count("seed", seed, 0)
    for name, values in (("strata", strata), ("groups", groups), ("time", time)):
        check_length(name, values, n)
    wanted = _test_rows(n, size)
    if wanted == 0:
        return np.zeros(n, dtype=bool)
    if time is not None:
        return _latest(time, wanted)
    if groups is not None:
        return _some_groups(groups, strata, wanted, seed)
    return _some_rows(n, strata, wanted, seed)


def _test_rows(n: int, size: float) -> int:
    """Return the number of rows to hold out."""
    number = not isinstance(size, bool) and isinstance(size, int | float | np.number)
    if not number or not 0 <= size < n or (size >= 1 and size != int(size)) or repr(size) == "1.0":
        raise OptionError(f"The test size must be a share from 0 to 1 or a number of rows below {n}, not {size!r}.")
    return int(size) if size >= 1 else min(max(round(size * n), int(size > 0)), n - 1)


def _some_rows(n: int, strata: object, wanted: int, seed: int) -> np.ndarray:
    order = partition.shuffled(n, seed, _STREAM)
    classes = np.zeros(n, dtype=np.intp) if strata is None else partition.codes_of(strata)[0]
    sizes = np.bincount(classes)
    quota = sizes * (wanted / n)
    take = np.floor(quota + 1e-9).astype(np.intp)
    take[np.argsort(take - quota, kind="stable")[: wanted - take.sum()]] += 1
    take = np.minimum(take, sizes - 1)
    by_class = order[np.argsort(classes[order], kind="stable")]
    rank = np.arange(n) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return partition.mask_of(n, by_class[rank < take[classes[by_class]]])


def _some_groups(groups: object, strata: object, wanted: int, seed: int) -> np.ndarray:
    codes, names = partition.codes_of(groups)
    if len(names) < 2:
        raise OptionError("All rows are of one group, so no other is left to judge by; choose another group column.")
    classes = None if strata is None else partition.codes_of(strata)[0]
    share = wanted / len(codes)
    order = partition.shuffled(len(names), seed, _STREAM)
    # In shuffled order every group has the same chance to be tested, whatever its size.
    part = partition.deal_groups(codes, classes, np.array([1.0 - share, share]), order, largest_first=False)
    sizes = np.bincount(codes)
    if not part.any():
        part[np.argmin(np.abs(sizes - wanted))] = 1
    if part.all():
        part[np.argmax(sizes)] = 0
    return part[codes] == 1


def _latest(time: object, wanted: int) -> np.ndarray:
    values, inverse, counts = np.unique(partition.checked_time(time), return_inverse=True, return_counts=True)
    if len(values) < 2:
        raise OptionError("All rows have the same time, so none is later; choose another time column.")
    after = np.cumsum(counts[::-1])[::-1][1:]  # rows at or after each distinct time but the first
    first = 1 + int(np.argmin(np.abs(after - wanted)))
    return inverse.ravel() >= first
