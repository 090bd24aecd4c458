"""Folds and the test split: what is promised of every division."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    RepeatedKFold,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
)

from ridgeline.crossval.folds import Folds, as_folds, make_folds, split_test
from ridgeline.errors import DataError, OptionError


def spread(counts):
    return int(np.max(counts) - np.min(counts))


@given(n=st.integers(2, 60), k=st.integers(2, 60), seed=st.integers(0, 5))
def test_shuffled_folds_have_equal_sizes(n, k, seed):
    if k > n:
        with pytest.raises(OptionError, match=f"at most {n} folds"):
            make_folds(n, k, seed=seed)
        return
    folds = make_folds(n, k, seed=seed)
    assert folds.kind == "shuffled"
    assert folds.is_partition
    assert spread(np.bincount(folds.labels[0], minlength=k)) <= 1


@given(classes=st.lists(st.sampled_from("abc"), min_size=4, max_size=60), k=st.integers(2, 4))
def test_stratified_folds_spread_every_class(classes, k):
    folds = make_folds(len(classes), k, strata=classes)
    labels = folds.labels[0]
    assert spread(np.bincount(labels, minlength=k)) <= 1
    for name in set(classes):
        rows = np.array(classes) == name
        assert spread(np.bincount(labels[rows], minlength=k)) <= 1
        assert (rows.sum() < k) == any(f"Class {name!r}" in note for note in folds.notes)


def test_a_class_of_one_row_is_noted_as_unlearned():
    folds = make_folds(20, 5, strata=["rare"] + ["common"] * 19)
    assert folds.notes == ("Class 'rare' has 1 row, fewer than the 5 folds: the fold that holds it learns without it.",)


def test_renaming_classes_moves_no_row():
    y = np.random.default_rng(0).integers(0, 3, 90)
    renamed = np.array(["z", "a", "m"])[y]
    assert np.array_equal(make_folds(90, 5, strata=y).labels, make_folds(90, 5, strata=renamed).labels)
    assert np.array_equal(split_test(90, 0.2, strata=y), split_test(90, 0.2, strata=renamed))


def test_same_seed_same_folds_and_another_seed_others():
    first, again, other = (make_folds(100, 5, seed=seed).labels for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_folds_of_a_seed_never_change():
    # Known by hand from the raw bits of PCG64, which NumPy keeps fixed: a change here changes everybody's results.
    assert make_folds(10, 5, seed=0).labels.tolist() == [_by_hand(10, 5, (0, 1, 0))]


def _by_hand(n, k, key):
    bits = np.random.PCG64(np.random.SeedSequence(key)).random_raw(n).tolist()
    labels = [0] * n
    for position, row in enumerate(sorted(range(n), key=bits.__getitem__)):
        labels[row] = position % k
    return labels


def test_repeats_are_different_divisions():
    folds = make_folds(50, 5, repeats=3)
    assert folds.labels.shape == (3, 50)
    assert folds.repeats == 3
    assert not np.array_equal(folds.labels[0], folds.labels[1])
    assert len(list(folds.splits())) == 15


@given(groups=st.lists(st.integers(0, 8), min_size=2, max_size=80), k=st.integers(2, 6), stratify=st.booleans())
def test_groups_are_never_split(groups, k, stratify):
    n, names = len(groups), set(groups)
    strata = np.arange(n) % 2 if stratify else None
    if len(names) < 2:
        with pytest.raises(OptionError, match="one group"):
            make_folds(n, k, groups=groups)
        return
    folds = make_folds(n, k, groups=groups, strata=strata, repeats=2)
    assert folds.k == min(k, len(names))
    assert (len(names) < k) == bool(folds.notes)
    for labels in folds.labels:
        assert set(labels) == set(range(folds.k)), "no fold is empty"
        assert all(len({label for label, g in zip(labels, groups, strict=True) if g == name}) == 1 for name in names)


def test_groups_of_unequal_size_are_balanced():
    sizes = [40, 30, 20, 20, 10, 10, 10, 10, 10, 5, 5, 5, 5, 4, 3, 3]
    groups = np.repeat(np.arange(len(sizes)), sizes)
    counts = np.bincount(make_folds(len(groups), 4, groups=groups).labels[0])
    assert spread(counts) <= 4


def test_grouped_folds_spread_classes_too():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(60), 10)
    rate = np.repeat(np.where(np.arange(60) < 12, 0.9, 0.0), 10)
    y = rng.random(600) < rate
    labels = make_folds(600, 4, groups=groups, strata=y).labels[0]
    assert spread(np.bincount(labels[y], minlength=4)) <= 5
    assert spread(np.bincount(labels)) <= 10


def test_rows_without_a_group_stay_together():
    groups = np.array([None, "a", "b", float("nan"), "c", None, "a"], dtype=object)
    labels = make_folds(7, 2, groups=groups).labels[0]
    assert labels[0] == labels[3] == labels[5]


@given(times=st.lists(st.integers(0, 20), min_size=3, max_size=60), k=st.integers(2, 5))
def test_forward_folds_learn_only_from_the_past(times, k):
    time, distinct = np.array(times), len(set(times))
    if distinct < 3:
        with pytest.raises(OptionError, match="3 distinct times"):
            make_folds(len(time), k, time=time)
        return
    folds = make_folds(len(time), k, time=time)
    assert not folds.is_partition
    assert folds.k == min(k, distinct - 1)
    for _, _, train, test in folds.splits():
        assert train.any()
        assert test.any()
        assert time[train].max() < time[test].min()


def test_forward_stretches_are_about_equal():
    folds = make_folds(1000, 4, time=np.random.default_rng(0).permutation(1000))
    assert np.unique(folds.labels, return_counts=True)[1].tolist() == [200] * 5


def test_forward_folds_take_dates_and_note_what_they_ignore():
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i // 2) for i in range(20)]
    folds = make_folds(20, 3, time=days, groups=["a", "b"] * 10, repeats=2)
    assert folds.repeats == 1
    assert "not repeated" in folds.notes[0]
    assert "2 of 2 groups are judged on later rows of their own" in folds.notes[1]


def test_a_row_without_time_is_named():
    with pytest.raises(DataError, match="Row 3 has no time"):
        make_folds(4, 2, time=[1.0, 2.0, np.nan, 4.0])
    with pytest.raises(DataError, match="no order"):
        make_folds(3, 2, time=np.array([1, "b", 3], dtype=object))


@pytest.mark.parametrize("k", [1, 0, -3, 2.0, True, "5"])
def test_number_of_folds_must_make_sense(k):
    with pytest.raises(OptionError, match="folds must be a whole number of at least 2"):
        make_folds(10, k)


def test_lengths_must_agree():
    with pytest.raises(OptionError, match="one value for each of the 10 rows"):
        make_folds(10, 5, groups=[1, 2, 3])


def test_masks_of_unknown_folds():
    with pytest.raises(OptionError, match="no fold 5"):
        make_folds(10, 5).test_mask(5)


# ------------------------------------------------------------------------------------------------------ given folds


def test_labels_may_be_any_hashable_values():
    labels = ["b", 3, ("x", "y"), 3, "b", ("x", "y")]
    folds = as_folds(labels, 6)
    assert folds.labels[0].tolist() == [0, 1, 2, 1, 0, 2]
    assert folds.is_partition
    assert as_folds(np.array([7, -1, 7, 2]), 4).labels[0].tolist() == [2, 0, 2, 1]


def test_pairs_as_tuples_of_plain_values_are_labels():
    assert as_folds([("a", 1), ("b", 1), ("a", 1)], 3).labels[0].tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    "splitter",
    [
        KFold(5, shuffle=True, random_state=0),
        StratifiedKFold(4),
        TimeSeriesSplit(3),
        ShuffleSplit(4, test_size=0.3, random_state=0),
        RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
    ],
    ids=lambda s: type(s).__name__,
)
def test_splitters_are_followed_exactly(splitter):
    y = np.arange(40) % 2
    folds = as_folds(splitter, 40, y)
    expected = list(splitter.split(np.zeros((40, 1)), y))
    found = [(np.flatnonzero(train), np.flatnonzero(test)) for _, _, train, test in folds.splits()]
    assert len(found) == len(expected)
    for (train, test), (wanted_train, wanted_test) in zip(found, expected, strict=True):
        assert np.array_equal(train, np.sort(wanted_train))
        assert np.array_equal(test, np.sort(wanted_test))
    assert folds.is_partition == isinstance(splitter, KFold | StratifiedKFold | RepeatedKFold)


def test_group_splitters_get_the_groups():
    groups = np.arange(30) // 3
    folds = as_folds(GroupKFold(5), 30, groups=groups)
    assert all(len(np.unique(folds.labels[0][groups == g])) == 1 for g in range(10))


def test_a_splitter_that_cannot_is_explained():
    with pytest.raises(OptionError, match="StratifiedKFold cannot split"):
        as_folds(StratifiedKFold(5), 20, np.linspace(0, 1, 20))


def test_pairs_with_gaps_stay_pairs():
    folds = as_folds([([0, 1], [2]), ([0, 1, 2], [3, 4])], 6)
    assert not folds.is_partition
    assert folds.labels[0].tolist() == [-1, -1, 0, 1, 1, -1]
    assert folds.train_mask(1).tolist() == [True, True, True, False, False, False]


def test_pairs_may_be_masks():
    mask = np.array([True, True, False, False])
    assert as_folds([(mask, ~mask), (~mask, mask)], 4).is_partition


@pytest.mark.parametrize(
    ("folds", "says"),
    [
        ([([0, 1], [1, 2])], "judged on rows it learned from"),
        ([([0, 0, 1], [2])], "twice"),
        ([([0, 1], [9])], "outside 0"),
        ([([0, 1], [-1])], "outside 0"),
        ([([], [1])], "neither of them empty"),
        ([([0.5], [1])], "row positions"),
        ([1, 2], "2 labels for 4 rows"),
        ([1, 1, 1, 1], "one fold"),
        ([1, None, 2, 2], "missing labels"),
        ([{}, {}, {}, {}], "cannot be hashed"),
        (np.zeros((4, 2)), "shape"),
        ("5", "a number of folds"),
        ({1: 2}, "a number of folds"),
        (True, "a number of folds"),
        (2.5, "a number of folds"),
    ],
)
def test_folds_that_make_no_sense_are_refused(folds, says):
    with pytest.raises(OptionError, match=says):
        as_folds(folds, 4)


def test_a_number_or_ready_made_folds():
    assert np.array_equal(as_folds(5, 20, seed=2).labels, make_folds(20, 5, seed=2).labels)
    y = np.arange(20) < 5
    assert np.array_equal(as_folds(5, 20, y, stratify=True).labels, make_folds(20, 5, strata=y).labels)
    ready = make_folds(20, 5)
    assert as_folds(ready, 20) is ready
    assert isinstance(ready, Folds)
    with pytest.raises(OptionError, match="made for 20 rows"):
        as_folds(ready, 21)


# -------------------------------------------------------------------------------------------------------- test split


@given(n=st.integers(2, 200), share=st.floats(0.0, 0.9), seed=st.integers(0, 3))
def test_test_share_is_kept(n, share, seed):
    mask = split_test(n, share, seed=seed)
    assert mask.sum() == (min(max(round(share * n), 1), n - 1) if share > 0 else 0)


@given(classes=st.lists(st.sampled_from("aab"), min_size=10, max_size=80))
def test_test_split_keeps_class_shares(classes):
    y = np.array(classes)
    mask = split_test(len(y), 0.25, strata=y)
    for name in set(classes):
        rows = y == name
        assert abs(mask[rows].sum() - 0.25 * rows.sum()) <= 1.5
        assert not mask[rows].all()


def test_test_split_does_not_repeat_the_folds():
    assert not np.array_equal(split_test(100, 0.2), make_folds(100, 5).labels[0] == 0)


def test_test_split_takes_whole_groups():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 40, 500)
    mask = split_test(500, 0.2, groups=groups, strata=rng.integers(0, 2, 500))
    assert not set(groups[mask]) & set(groups[~mask])
    assert 0.14 <= mask.mean() <= 0.26


@pytest.mark.parametrize("sizes", [(5, 5), (1, 99), (99, 1), (3, 3, 3)])
def test_few_groups_still_leave_both_sides(sizes):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    mask = split_test(len(groups), 0.2, groups=groups)
    assert mask.any()
    assert not mask.all()


def test_test_split_by_time_takes_the_latest():
    time = np.array([3, 1, 2, 2, 5, 4, 5, 1, 3, 5])
    mask = split_test(10, 0.3, time=time)
    assert time[mask].tolist() == [5, 5, 5]


@pytest.mark.parametrize("size", [-0.1, 1.0, 10, 11, 2.5, "0.2", True])
def test_test_size_must_make_sense(size):
    with pytest.raises(OptionError, match="test size"):
        split_test(10, size)


def test_a_number_of_rows_as_test_size():
    assert split_test(10, 3).sum() == 3
    assert split_test(10, 3.0).sum() == 3
    assert not split_test(10, 0).any()


def test_nothing_to_split_by():
    with pytest.raises(OptionError, match=r"same time.*another time column"):
        split_test(4, 0.5, time=[1, 1, 1, 1])
    with pytest.raises(OptionError, match=r"one group.*another group column"):
        split_test(4, 0.5, groups=["a"] * 4)


def test_three_million_rows_are_quick():
    import time

    start = time.perf_counter()
    make_folds(3_000_000, 5, strata=np.arange(3_000_000) % 2)
    assert time.perf_counter() - start < 10
