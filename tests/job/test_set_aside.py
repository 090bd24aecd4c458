"""Columns that are no features are named, with how to have them."""

import datetime

import numpy as np
import pandas as pd
import pytest

import ridgeline as rl
from ridgeline.errors import DataError


def table(n=200):
    rng = np.random.default_rng(0)
    start = datetime.datetime(2020, 1, 1)
    words = rng.choice(["red", "round", "cheap", "late", "small", "kind"], (n, 6))
    x = rng.standard_normal(n)
    return pd.DataFrame(
        {
            "row_id": np.arange(n) + 1000,
            "x": x,
            "copy": x,
            "said": [" ".join(line) + f" {i} times, and then some" for i, line in enumerate(words)],
            "when": [start + datetime.timedelta(hours=7 * i) for i in range(n)],
            "y": x + rng.standard_normal(n),
        }
    )


def test_what_is_set_aside_is_noted_and_what_was_dropped_is_not():
    notes = rl.fit(table(), target="y", drop=["when"]).summary["notes"]
    assert "Not used as features: 'row_id' (an identifier), 'copy' (a copy), 'said' (free text)." in notes
    assert not any("when" in note for note in notes if note.startswith("Not used"))


@pytest.mark.parametrize("keep", [False, True])
def test_the_column_of_the_time_is_a_feature_when_it_is_kept(keep):
    found = rl.fit(table(), target="y", time="when", keep=["when"] if keep else [])
    features = [c["feature"] for c in found.summary["coefficients"]]
    assert ("when (hour sin)" in features) == keep
    note = "'when' puts the rows in order and is no feature; --keep when makes it one too."
    assert (note in found.summary["notes"]) != keep


def test_a_table_of_words_alone_says_what_can_be_done():
    with pytest.raises(DataError, match=r"'said' \(free text\)\. Words can be counted in Python"):
        rl.fit(table()[["said", "y"]], target="y")


def test_rows_that_are_left_out_are_noted():
    rng = np.random.default_rng(0)
    x, n = rng.standard_normal(120), 120
    y = (x + rng.standard_normal(n)).astype(object)
    y[:7] = None
    data = {"x": x, "y": y, "w": np.where(np.arange(n) < 20, 0.0, 1.0)}
    test = {"x": x[:40], "y": y[:40], "w": np.ones(40)}
    notes = rl.fit(data, "y", weight="w", lam=1.0, test=test).summary["notes"]
    assert "7 of 120 rows left out: no value in the target 'y'" in notes
    assert "13 of 120 rows left out: weight 'w' is zero" in notes
    assert "7 of 40 test rows left out: no value in the target 'y'" in notes
    assert not any("left out: " in note for note in rl.fit({"x": x, "y": 2 * x + 1}, "y", lam=1.0).summary["notes"])


@pytest.mark.parametrize(("last", "says"), [(None, "has no usable row;"), (2.0, "has one usable row;")])
def test_too_few_usable_rows_are_counted(last, says):
    with pytest.raises(DataError, match=says):
        rl.fit({"x": [1.0, 2.0, 4.0], "y": [1.0, 3.0, last], "w": [0, 0, 1]}, "y", weight="w")


def test_what_a_test_table_lacks_is_noted():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 120))
    train = {"a": x[0], "b": x[1], "y": x.sum(axis=0)}
    notes = rl.fit(train, "y", lam=1.0, test={"a": ["?!"] * 40, "y": x[2, :40]}).summary["notes"]
    assert any("column 'b'" in note and "missing" in note for note in notes)
    assert any("40 cells of column 'a' are not a number and count as missing" in note for note in notes)
    assert not any("column 'b'" in note for note in rl.fit(train, "y", lam=1.0).summary["notes"])


@pytest.mark.parametrize("number", [False, True])
def test_rows_without_a_group_are_noted(number):
    rng = np.random.default_rng(0)
    x, n = rng.standard_normal(150), 150
    group = [None if i < 30 else i // 5 if number else f"p{i // 5}" for i in range(n)]
    notes = rl.fit({"x": x, "y": x + rng.standard_normal(n), "g": group}, "y", group="g", lam=1.0).summary["notes"]
    assert any(note.startswith("30 of 150 rows have no value in 'g': they count as one group") for note in notes)
