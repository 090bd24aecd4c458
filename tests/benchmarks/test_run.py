"""What the benchmarks print and write."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from benchmarks import page, run
from benchmarks.pipeline import pipeline, scores
from benchmarks.run import Record, as_json, together
from benchmarks.tables import Comparison, rows
from benchmarks.worker import STATUS, Memory


def record(contestant: str, seconds: float | None, *, headline: bool = True, status: str = "done") -> Record:
    return Record("tall", contestant, contestant.title(), "1.0", status, headline, seconds)


RECORDS = [
    record("ridgeline", 0.5, headline=False),
    record("xtx", 0.25, headline=False),
    record("trick", 0.1, headline=False),
    record("quick", 20.0),
    record("slow", 600.0, status="over budget"),
    record("absent", None, status="not installed"),
]


def test_ratio_to_the_fastest_peer_that_does_the_same_work():
    assert "| tall | 0.5 s | Quick, 20 s | 40.0× | 2.0× |  |" in run.ratios(RECORDS)


def test_a_peer_over_budget_gives_a_bound():
    assert "| Slow, > 600 s | > 1200.0× |" in run.ratios([RECORDS[0], RECORDS[4]])


def test_no_ratio_without_ridgeline():
    failed = dataclasses.replace(RECORDS[0], status="it broke", seconds=None)
    assert "| tall |  |  |  |  |  |" in run.ratios([failed, *RECORDS[1:]])


def test_memory_of_both_stands_beside_the_ratio():
    ours, theirs = (dataclasses.replace(r, memory=m) for r, m in ((RECORDS[0], 1.25), (RECORDS[3], 4.0)))
    assert "| 40.0× |  | 1.25× / 4.00× |" in run.ratios([ours, theirs])
    assert "| 1.25× / ? |" in run.ratios([ours, RECORDS[3]])


def test_memory_of_a_fit_is_told_beside_large_data_only():
    before = Memory(2**20, 2**60)
    assert np.isnan(before.relative(1000))
    if STATUS.exists():
        assert before.relative(2**30) >= 1.0


def test_rows_name_the_reason():
    text = run.rows(RECORDS)
    assert "| not installed |" in text
    assert "| > 600 |" in text


def test_section_of_the_page_is_replaced():
    text = "a <!-- begin x -->old<!-- end x --> b"
    assert page.replaced(text, "x", "new") == "a <!-- begin x -->\n\nnew\n\n<!-- end x --> b"
    with pytest.raises(ValueError, match="no section 'y'"):
        page.replaced(text, "y", "new")


def test_page_has_the_sections():
    text = page.PAGE.read_text("utf-8")
    for section in ("run", "tables"):
        assert "measured" in page.replaced(text, section, "measured")


@pytest.mark.parametrize(("ours", "verdict"), [(0.795, True), (0.7904, False)])
def test_one_percent_is_the_limit(ours, verdict):
    found = Comparison("t", "done", 10, 2, {"r2": ours}, {"r2": 0.8}, (1.0, 2.0))
    assert found.no_worse is verdict
    assert ("**no** (-1.2%)" in rows([found])) is not verdict


def test_a_failed_table_says_why():
    assert "| odd |" in rows([Comparison("odd", "no such column")])
    assert not Comparison("odd", "no such column").no_worse


@pytest.mark.parametrize("binary", [True, False])
def test_pipeline_takes_gaps_words_and_new_levels(binary):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.standard_normal(80), "town": np.resize(["a", "b", None], 80)})
    y = (frame["x"] > 0).astype(float) if binary else 2 * frame["x"]
    frame.loc[::9, "x"] = np.nan
    model = pipeline(frame, binary).fit(frame, y)
    new = frame.assign(town="never seen")
    mean = model.predict_proba(new)[:, 1] if binary else model.predict(new)
    assert next(iter(scores(y.to_numpy(), mean, binary).values())) > 0.8


def test_what_an_earlier_run_found_is_kept_for_other_problems():
    def record(problem: str, seconds: float) -> Record:
        return Record(problem, "ridgeline", "ridgeline", "1", "done", False, seconds, runs=(seconds,))

    last = as_json([record("small-gaussian", 1.0), record("tall-gaussian", 2.0), record("gone", 3.0)])
    found = together(json.loads(json.dumps(last)), [record("tall-gaussian", 4.0)])
    assert found == [record("tall-gaussian", 4.0), record("small-gaussian", 1.0)]
