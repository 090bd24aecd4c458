"""Which task a target poses, which class is positive, and labels of another file."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeline.errors import ColumnError, InputError, OptionError, TargetError
from ridgeline.tables import Target, match_labels, read_target, read_target_like, scan
from ridgeline.tables.labels import choose_positive, label_text, number_text


def target(cells: object, name: str = "y", **options: str) -> Target:
    return read_target(scan({name: cells}), name, **options)


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["no", "yes", "no"], ("no", "yes")),
        (["yes", "yes", "no"], ("no", "yes")),
        (["No", "Yes", "Yes"], ("No", "Yes")),
        ([1, 1, 0], ("0", "1")),
        (["1.0", "1.0", "0.0"], ("0", "1")),
        ([-1, 1, 1], ("-1", "1")),
        ([True, True, False], ("False", "True")),
        (["+", "+", "-"], ("-", "+")),
        (["N", "Y", "Y"], ("N", "Y")),
        (["Absent", "Present", "Present"], ("Absent", "Present")),
        (["good", "good", "bad"], ("good", "bad")),
        ([1, 1, 2], ("1", "2")),
        ([1, 2, 2], ("2", "1")),
        (["b", "a"], ("a", "b")),
        (["<=50K", "<=50K", ">50K"], ("<=50K", ">50K")),
        (["ham", "spam", "ham"], ("ham", "spam")),
    ],
)
def test_two_values_are_binary_and_the_positive_class_follows_the_rule(cells: list, labels: tuple[str, str]) -> None:
    found = target(cells)
    assert (found.task, found.labels, found.positive) == ("binary", labels, labels[1])
    assert any(repr(labels[1]) in note for note in found.notes)


def test_binary_values_are_one_for_the_positive_class() -> None:
    found = target(["no", None, "yes"])
    np.testing.assert_array_equal(found.values, [0, np.nan, 1])
    assert found.missing.tolist() == [False, True, False]


def test_the_user_chooses_the_positive_class() -> None:
    assert target(["no", "yes"], positive="no").labels == ("yes", "no")
    assert target(["<=50K", ">50K"], positive="<=50k.").positive == "<=50K"
    assert target([1, 0], positive="0").positive == "0"
    with pytest.raises(OptionError, match="did you mean 'yes'"):
        target(["no", "yes"], positive="yess")
    with pytest.raises(TargetError, match="--positive"):
        target([1.5, 2.5, 3.5], positive="1")


def test_row_order_does_not_change_labels() -> None:
    cells = ["b", "a", "c", "a", "b"] * 4
    assert target(cells).labels == target(cells[::-1]).labels == ("a", "b", "c")
    assert target(["x", "y"] * 5).positive == target(["y", "x"] * 5).positive == "y"


rng = np.random.default_rng(3)


@pytest.mark.parametrize(
    ("name", "cells", "task"),
    [
        ("y", rng.normal(size=200), "regression"),
        ("price", rng.integers(50_000, 900_000, 200), "regression"),
        ("age", rng.integers(18, 90, 200), "regression"),
        ("children", [0, 2, 1, 1, 0, 3], "regression"),
        ("rating", np.repeat([1, 2, 3, 4, 5], [5, 10, 40, 100, 45]), "regression"),
        ("quality", np.repeat([3, 4, 5, 6, 7, 8], [10, 50, 680, 640, 200, 20]), "regression"),
        ("capital_gain", np.where(rng.random(500) < 0.9, 0, rng.integers(100, 99999, 500)), "regression"),
        ("species", np.repeat([0, 1, 2], 50), "multiclass"),
        ("digit", np.repeat(np.arange(10), 20), "multiclass"),
        ("species", ["a"] * 10 + ["b"] * 10 + ["c"] * 10, "multiclass"),
        ("claims", rng.poisson(0.2, 500), "count"),
        ("n", np.sort(rng.poisson(0.8, 500)), "count"),
        ("count", rng.integers(1, 900, 500), "count"),
        ("num_visits", rng.integers(1, 90, 500), "count"),
        ("account", rng.integers(1, 90, 500), "regression"),
    ],
)
def test_tasks(name: str, cells: object, task: str) -> None:
    found = target(cells, name)
    assert found.task == task
    assert found.notes


def test_multiclass_values_are_places_in_the_labels() -> None:
    found = target(["b", None, "c", "a"])
    assert found.labels == ("a", "b", "c")
    np.testing.assert_array_equal(found.values, [1, np.nan, 2, 0])
    assert target([10, 9, 1], family="multinomial").labels == ("1", "9", "10")


def test_family_overrides_the_task() -> None:
    assert target([0, 1, 1], family="gaussian").task == "regression"
    assert target([True, False], family="gaussian").values.tolist() == [1, 0]
    assert target([1, 2, 3], family="poisson").task == "count"
    assert target(np.repeat([0, 1, 2], 50), family="gaussian").task == "regression"
    for cells, family, says in (
        ([1, 2, 3], "binomial", "exactly two"),
        (["a", "b", "c"], "gaussian", "not a number"),
        ([-1, 2, 3], "poisson", "negative"),
        ([0, 2, 3], "gamma", "above zero"),
    ):
        with pytest.raises(TargetError, match=says):
            target(cells, family=family)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["a", "a", None], "'a' in every row"),
        ([7, 7, 7], "'7' in every row"),
        ([None, "?", ""], "missing in every row"),
        ([1.0, float("inf"), 2.0], "infinite in row 2"),
        (["2015-01-02", "2016-01-02", "2017-01-03"], "date"),
        ([f"name {k}" for k in range(60)], "60 different values"),
        ([[1], [2], [3]], "nested"),
    ],
)
def test_targets_that_cannot_be_modelled(cells: list, says: str) -> None:
    with pytest.raises(TargetError, match=says) as caught:
        target(cells)
    assert "'y'" in str(caught.value)


def test_a_mistyped_target_suggests_the_column() -> None:
    with pytest.raises(ColumnError, match="Did you mean 'churned'"):
        read_target(scan({"churned": [1, 0]}), "churnd")


def test_labels_of_another_file() -> None:
    first = target(["<=50K", ">50K", "<=50K"])
    second = read_target_like(scan({"y": [">50K.", "<=50k", None]}), first)
    np.testing.assert_array_equal(second.values, [1, 0, np.nan])
    assert second.missing.tolist() == [False, False, True]
    assert "'>50K.' as '>50K'" in second.notes[0]
    ones = read_target_like(scan({"y": ["1.0", "0.0", "1.0"]}), target([0, 1]))
    assert ones.values.tolist() == [1, 0, 1]
    with pytest.raises(TargetError, match="'other'"):
        read_target_like(scan({"y": ["other"]}), first)
    number = target([1.5, 2.5, 3.5])
    assert read_target_like(scan({"y": [7]}), number).values.tolist() == [7]
    with pytest.raises(TargetError, match="not a number"):
        read_target_like(scan({"y": ["a", "b"]}), number)
    assert read_target_like(scan({"y": [None, ""]}), number).missing.all()


def test_matching_prefers_the_exact_label() -> None:
    assert match_labels(["a", "A"], ["a", "A"]) == ({"a": "a", "A": "A"}, ())
    assert match_labels(["x"], ["a"]) == ({}, ())
    with pytest.raises(TargetError, match="could be"):
        match_labels([" a ."], ["a", "A"])


def test_numbers_as_labels() -> None:
    assert [number_text(x) for x in (1.0, -0.0, 2.5, 1e20)] == ["1", "0", "2.5", "1e+20"]
    assert label_text(scan({"a": [True, False]}).column("a").combine_chunks()) == ["True", "False"]


def test_choosing_needs_no_order() -> None:
    assert choose_positive({"a": 3, "b": 5}, None, where="t")[0] == "a"
    assert choose_positive({"b": 5, "a": 3}, None, where="t")[0] == "a"


def test_errors_are_input_errors() -> None:
    with pytest.raises(InputError):
        target(["a"])
