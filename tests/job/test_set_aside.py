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
