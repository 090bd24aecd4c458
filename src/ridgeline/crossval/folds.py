"""Folds and the test split: which rows train and which rows judge.

They depend on the seed, the row positions and the classes, groups or times alone, never on a feature value.

=============  =========================================================================================
kind           rule
=============  =========================================================================================
stratified     shuffled; every fold has the same number of rows of each class, give or take one
shuffled       shuffled; every fold has the same number of rows, give or take one
grouped        a group is never split; rows and classes are spread as evenly as the groups allow
forward        time is cut into k + 1 stretches; fold j is judged on stretch j + 1 and trained on all before it
given          whatever the caller supplied
=============  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from ridgeline.crossval import partition
from ridgeline.crossval.given import read_given
from ridgeline.crossval.holdout import split_test
from ridgeline.crossval.partition import check_count, check_length
from ridgeline.errors import OptionError

__all__ = ["Folds", "as_folds", "make_folds", "split_test"]

_STREAM = 1  # keeps the random order of folds apart from that of the test split of the same seed


@dataclass(frozen=True, eq=False)
class Folds:
    """Which rows are validated by which fold.

    Attributes
    ----------
    labels : ndarray of shape (repeats, n), int32
        Fold that validates each row, 0 … k-1; -1 for rows that are never validated. When `pairs` is set and a row
        is validated more than once, the first fold that does.
    kind : str
        ``"shuffled"``, ``"stratified"``, ``"grouped"``, ``"forward"`` or ``"given"``.
    scheme : str
        The same in words, for people.
    notes : tuple of str
        What was assumed or could not be met.
    pairs : tuple of (ndarray, ndarray) or None
        Explicit (training rows, validation rows), when labels cannot say it.

    Examples
    --------
    >>> folds = make_folds(10, 5)
    >>> folds.k, folds.is_partition, int(folds.test_mask(0).sum())
    (5, True, 2)
    """

    labels: np.ndarray
    kind: str
    scheme: str
    notes: tuple[str, ...] = ()
    pairs: tuple[tuple[np.ndarray, np.ndarray], ...] | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.labels.shape[1]

    @property
    def repeats(self) -> int:
        """Number of times the whole division was done anew."""
        return self.labels.shape[0]

    @property
    def k(self) -> int:
        """Number of folds in each repeat."""
        return len(self.pairs) if self.pairs is not None else int(self.labels.max()) + 1

    @property
    def is_partition(self) -> bool:
        """Whether, in each repeat, every row is in one fold and each fold trains on all other rows.

        Then a training set is everything merged but one cell: the engine's fast way.
        """
        return self.pairs is None and self.kind != "forward"

    def test_mask(self, k: int, repeat: int = 0) -> np.ndarray:
        """Return the rows that fold `k` is judged on, as a boolean array of shape (n,)."""
        self._check_index(k, repeat)
        if self.pairs is not None:
            return partition.mask_of(self.n, self.pairs[k][1])
        return self.labels[repeat] == k

    def train_mask(self, k: int, repeat: int = 0) -> np.ndarray:
        """Return the rows that fold `k` learns from, as a boolean array of shape (n,)."""
        self._check_index(k, repeat)
        if self.pairs is not None:
            return partition.mask_of(self.n, self.pairs[k][0])
        labels = self.labels[repeat]
        return labels < k if self.kind == "forward" else labels != k

    def splits(self) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
        """Yield (repeat, fold, training mask, validation mask) for every split."""
        for repeat in range(self.repeats):
            for k in range(self.k):
                yield repeat, k, self.train_mask(k, repeat), self.test_mask(k, repeat)

    def _check_index(self, k: int, repeat: int) -> None:
        if not (0 <= k < self.k and 0 <= repeat < self.repeats):
            raise OptionError(f"There is no fold {k} of repeat {repeat}: {self.k} folds, {self.repeats} repeats.")


def make_folds(  # noqa: PLR0913 - rl.cross_validate hands its options through
    n: int,
    k: int = 5,
    *,
    seed: int = 0,
    strata: object = None,
    groups: object = None,
    time: object = None,
    repeats: int = 1,
    labels: Sequence[str] = (),
) -> Folds:
    """Divide `n` rows into `k` folds.

    Parameters
    ----------
    n : int
        Number of rows.
    k : int, default 5
        Number of folds, 2 to n.
    seed : int, default 0
        Seed of the shuffle, 0 or more.
    strata : array of shape (n,), optional
        Class of each row: spread evenly over the folds.
    groups : array of shape (n,), optional
        Group of each row (any values): never split. Rows without a group form one group together.
    time : array of shape (n,), optional
        When each row happened: folds then go forward in time and nothing is shuffled; `groups` and `strata` do not
        change them.
    repeats : int, default 1
        Number of independent divisions.
    labels : sequence of str, optional
        Names of the classes, for the notes, where `strata` holds their positions.

    Returns
    -------
    Folds

    Raises
    ------
    OptionError
        When `k`, `seed` or `repeats` make no sense, or there are fewer than two groups or three distinct times.
    DataError
        When a row has no time.

    Examples
    --------
    >>> make_folds(6, 3, groups=["a", "a", "b", "b", "c", "c"]).scheme
    '3-fold over 3 groups, shuffled (seed 0)'
    """
    check_count("folds", k, 2)
    check_count("repeats", repeats, 1)
    check_count("seed", seed, 0)
    for name, values in (("strata", strata), ("groups", groups), ("time", time)):
        check_length(name, values, n)
    if time is not None:
        return _forward(time, groups, k, repeats)
    if groups is not None:
        return _grouped(groups, strata, (k, seed, repeats))
    return _shuffled(n, strata, (k, seed, repeats), labels)


def as_folds(
    folds: object, n: int, y: object = None, groups: object = None, seed: int = 0, stratify: bool = False
) -> Folds:
    """Make `Folds` of whatever a caller may give for ``folds=``.

    Parameters
    ----------
    folds : int, Folds, array of shape (n,), splitter or list of (train, test)
        A number of folds; ready-made folds; the fold of each row as any hashable label; an object with
        ``split(X, y, groups)``; or pairs of row positions or boolean masks.
    n : int
        Number of rows.
    y : array of shape (n,), optional
        Handed to a splitter, and the classes when `stratify` is set.
    groups : array of shape (n,), optional
        Groups never to be split, for a number of folds; handed to a splitter.
    seed : int, default 0
        Seed of the shuffle, for a number of folds.
    stratify : bool, default False
        Spread the values of `y` evenly, for a number of folds.

    Returns
    -------
    Folds
        Labels are numbered in sorted order where they can be sorted, else in order of appearance. Pairs that divide
        the rows (once or repeatedly) come back as labels, so that they take the fast way.

    Raises
    ------
    OptionError
        When `folds` is of another kind, or does not fit the rows.

    Examples
    --------
    >>> as_folds(["b", "a", "b", "a"], 4).labels
    array([[1, 0, 1, 0]], dtype=int32)
    """
    if isinstance(folds, Folds):
        if folds.n != n:
            raise OptionError(f"The folds were made for {folds.n} rows, but there are {n}; make them for these rows.")
        return folds
    if isinstance(folds, Integral) and not isinstance(folds, bool | np.bool_):
        return make_folds(n, int(folds), seed=seed, strata=y if stratify else None, groups=groups)
    labels, scheme, pairs = read_given(folds, n, y, groups)
    return Folds(labels, "given", scheme, pairs=pairs)


def _words(k: int, what: str, repeats: int, seed: int) -> str:
    again = f", {repeats} repeats" if repeats > 1 else ""
    return f"{k}-fold{what}, shuffled (seed {seed}){again}"


def _shuffled(n: int, strata: object, plan: tuple[int, int, int], labels: Sequence[str]) -> Folds:
    k, seed, repeats = plan
    if k > n:
        raise OptionError(f"{k} folds cannot be made of {n} rows; ask for at most {n} folds.")
    classes, names = (None, []) if strata is None else partition.codes_of(strata)
    names = [labels[int(name)] for name in names] if labels else names
    orders = (partition.shuffled(n, seed, _STREAM, r) for r in range(repeats))
    dealt = np.stack([partition.deal(order, classes, k) for order in orders])
    kind, what = ("shuffled", "") if classes is None else ("stratified", ", stratified by class")
    return Folds(dealt, kind, _words(k, what, repeats, seed), _rare_classes(classes, names, k))


def _rare_classes(classes: np.ndarray | None, names: list, k: int) -> tuple[str, ...]:
    """One note for each class with fewer rows than folds."""
    if classes is None:
        return ()
    return tuple(
        f"Class {names[c]!r} has {rows} row{'s' if rows > 1 else ''}, fewer than the {k} folds: "
        + ("the fold that holds it learns without it." if rows == 1 else "some folds are judged without it.")
        for c, rows in enumerate(np.bincount(classes).tolist())
        if rows < k
    )


def _grouped(groups: object, strata: object, plan: tuple[int, int, int]) -> Folds:
    k, seed, repeats = plan
    codes, names = partition.codes_of(groups)
    if len(names) < 2:
        raise OptionError("All rows are of one group, so no fold can leave it out; choose another group column.")
    notes = ()
    if len(names) < k:
        notes = (f"{len(names)} folds instead of {k}, because there are only {len(names)} groups.",)
        k = len(names)
    classes = None if strata is None else partition.codes_of(strata)[0]
    shares = np.full(k, 1.0 / k)
    # With the largest group first every repeat would end up nearly alike, so only the first one does that.
    orders = (partition.shuffled(len(names), seed, _STREAM, r) for r in range(repeats))
    dealt = [partition.deal_groups(codes, classes, shares, order, r == 0) for r, order in enumerate(orders)]
    labels = np.stack([of_group[codes] for of_group in dealt])
    return Folds(labels, "grouped", _words(k, f" over {len(names)} groups", repeats, seed), notes)


def _forward(time: object, groups: object, k: int, repeats: int) -> Folds:
    labels = partition.chunks(np.asarray(time), k + 1) - 1
    made = int(labels.max())
    if made < 1:
        raise OptionError("Folds that go forward in time need at least 3 distinct times; choose another time column.")
    notes = []
    if made + 1 < k:
        notes.append(f"{made + 1} folds instead of {k}, because there are only {made + 2} distinct times.")
    if repeats > 1:
        notes.append("Folds that go forward in time are not shuffled, so they are not repeated.")
    if groups is not None:
        notes += _groups_over_time(groups, labels)
    return Folds(labels[None, :], "forward", f"{made + 1} folds forward in time", tuple(notes))


def _groups_over_time(groups: object, labels: np.ndarray) -> list[str]:
    """Note the groups that are both learned from and judged, which time alone does not prevent."""
    codes, names = partition.codes_of(groups)
    stretches = np.unique(np.column_stack([codes, labels]), axis=0)[:, 0]
    split = int((np.bincount(stretches) > 1).sum())
    if not split:
        return []
    return [f"Folds go forward in time: {split} of {len(names)} groups are judged on later rows of their own."]
