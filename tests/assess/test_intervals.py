"""Intervals: what they cover, how they are drawn, when there is none."""

import time

import numpy as np
import pytest

from ridgeline.assess import Predictions, assess, intervals, score
from ridgeline.assess.intervals import draw, interval, number_units, wilson


def said(model, actual, mean, split="test", rows=None):
    rows = np.arange(len(actual)) if rows is None else rows
    return Predictions(model, split, rows, np.full(len(rows), -1), actual, mean)


def binary_world(n, rng, rate=-1.0):
    z = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(-2 * z - rate))).astype(float)
    rough = 1 / (1 + np.exp(-2 * (z + rng.normal(size=n)) + 1))
    good = 1 / (1 + np.exp(-1.5 * (z + 0.5 * rng.normal(size=n)) + 1))
    return y, rough, good


def number_world(n, rng):
    z = rng.normal(size=n)
    return z + rng.normal(size=n), z + 0.6 * rng.normal(size=n), 0.9 * z + 0.2 * rng.normal(size=n)


def coverage(world, task, n, simulations):
    """How often the interval of each metric, and of its difference, holds the truth."""
    rng = np.random.default_rng(7)
    y, rough, good = world(1_000_000, rng)
    before, after = score(y, rough, task), score(y, good, task)
    hits = {}
    for seed in range(simulations):
        y, rough, good = world(n, rng)
        found = assess([said("unpenalized", y, rough), said("chosen", y, good)], task, seed=seed)
        for metric in after:
            for model, truth in (("chosen", after[metric]), ("chosen - unpenalized", after[metric] - before[metric])):
                record = found.get(model, "test", metric)
                hits.setdefault((model, metric), []).append(record.low <= truth <= record.high)
    return {key: float(np.mean(held)) for key, held in hits.items()}


@pytest.mark.parametrize(
    ("world", "task", "n", "simulations"),
    [(binary_world, "binary", 250, 200), (number_world, "regression", 200, 500)],
)
def test_intervals_cover_what_they_claim(world, task, n, simulations):
    held = coverage(world, task, n, simulations)
    # 95% is claimed; over so few simulations a metric may stray by 2.6 standard errors, their mean hardly at all.
    stray = 2.6 * np.sqrt(0.95 * 0.05 / simulations)
    assert all(0.95 - 0.015 - stray <= share <= 1.0 for share in held.values()), held
    assert 0.92 <= np.mean(list(held.values())) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "task", "n"),
    [(binary_world, "binary", 250), (binary_world, "binary", 3000), (number_world, "regression", 200)],
)
def test_intervals_cover_between_92_and_98_percent(world, task, n):
    held = coverage(world, task, n, 1000)
    assert all(0.92 <= share <= 0.98 for share in held.values()), held


def test_intervals_over_groups_cover_where_those_over_rows_do_not():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 15)
    held = {"groups": [], "rows": []}
    for seed in range(250):
        error = rng.normal(size=40)[groups] + 0.5 * rng.normal(size=600)
        y = rng.normal(size=600)
        truth = np.sqrt(1.25)
        for kind, given in (("groups", groups), ("rows", None)):
            record = assess([said("chosen", y, y - error)], "regression", groups=given, seed=seed).get(
                "chosen", "test", "rmse"
            )
            held[kind].append(record.low <= truth <= record.high)
    assert 0.88 <= np.mean(held["groups"]) <= 0.98
    assert np.mean(held["rows"]) < 0.75


def test_blocks_of_rows_give_the_width_of_rows(monkeypatch):
    rng = np.random.default_rng(5)
    y, rough, good = binary_world(1800, rng)
    models = [said("unpenalized", y, rough), said("chosen", y, good)]
    one_by_one = assess(models, "binary")
    monkeypatch.setattr(intervals, "MAX_BLOCKS", 600)
    monkeypatch.setattr(intervals, "EXACT_ROWS", 0)
    pooled = assess(models, "binary")
    for metric in ("accuracy", "roc_auc", "average_precision", "log_loss", "f1"):
        for model in ("chosen", "chosen - unpenalized"):
            first, second = (a.get(model, "test", metric) for a in (one_by_one, pooled))
            assert second.value == pytest.approx(first.value, abs=1e-12)
            assert second.high - second.low == pytest.approx(first.high - first.low, rel=0.2)


def test_training_and_validation_rows_are_drawn_together():
    rng = np.random.default_rng(0)
    y = rng.normal(size=200)
    same = y + rng.normal(size=200)
    order = rng.permutation(200)
    found = assess(
        [said("chosen", y, same, "train"), said("chosen", y[order], same[order], "validation", order)], "regression"
    )
    gap = found.get("chosen", "train - validation", "rmse")
    assert (gap.low, gap.high) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_repeated_folds_count_a_row_as_one_unit():
    rng = np.random.default_rng(0)
    y = rng.normal(size=300)
    p = y + rng.normal(size=300)
    rows = np.arange(300)
    once = assess([said("chosen", y, p, "validation")], "regression").get("chosen", "validation", "rmse")
    thrice = assess([said("chosen", np.tile(y, 3), np.tile(p, 3), "validation", np.tile(rows, 3))], "regression").get(
        "chosen", "validation", "rmse"
    )
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high))


def test_same_seed_same_interval():
    y, rough, good = binary_world(100, np.random.default_rng(0))
    models = [said("unpenalized", y, rough), said("chosen", y, good)]
    assert assess(models, "binary", seed=1) == assess(models, "binary", seed=1)
    assert assess(models, "binary", seed=1) != assess(models, "binary", seed=2)


def test_undefined_resamples_are_left_out_and_too_few_give_no_interval():
    y = np.zeros(40)
    p = np.linspace(0.1, 0.4, 40)
    y[:3] = 1.0
    found = assess([said("chosen", y, p)], "binary").get("chosen", "test", "roc_auc")
    assert found.low is not None
    y[1:3] = 0.0  # one positive row is missing from a third of the resamples
    found = assess([said("chosen", y, p)], "binary").get("chosen", "test", "roc_auc")
    assert found.value is not None
    assert (found.low, found.high) == (None, None)


def test_few_rows_or_groups_have_no_interval():
    y = np.arange(9.0)
    assert assess([said("chosen", y, y + 1)], "regression").get("chosen", "test", "mae").low is None
    y = np.arange(100.0)
    groups = np.arange(100) // 20
    assert assess([said("chosen", y, y + 1)], "regression", groups=groups).get("chosen", "test", "mae").low is None


def test_perfect_scores_are_not_certain():
    y = np.arange(20) % 2.0
    found = assess([said("chosen", y, 0.1 + 0.8 * y)], "binary")
    assert found.get("chosen", "test", "accuracy").low == pytest.approx(20 / (20 + 3.8415), abs=1e-4)
    assert found.get("chosen", "test", "recall").low == pytest.approx(10 / (10 + 3.8415), abs=1e-4)
    assert found.get("chosen", "test", "roc_auc").low == pytest.approx(10 / (10 + 3.8415), abs=1e-4)


@pytest.mark.parametrize("count", [0, 1, 3, 10, 997])
def test_an_interval_of_none_or_all_begins_or_ends_there(count):
    doubt = 3.841458820694124 / (count + 3.841458820694124)
    assert wilson(0.0, count) == (0.0, pytest.approx(doubt))
    assert wilson(1.0, count) == (pytest.approx(1.0 - doubt), 1.0)


def test_an_interval_holds_its_value():
    values = np.concatenate([[5.0], np.linspace(0, 1, 1000)])
    assert interval(values) == (pytest.approx(0.025, abs=0.01), 5.0)
    assert interval(np.full(1001, np.nan)) == (None, None)


def test_draws_are_counts():
    draws = draw(50, 3)
    assert (draws.counts[0] == 1).all()
    assert (draws.counts.sum(axis=1) == 50).all()
    assert draws.counts[1:].mean(axis=0) == pytest.approx(1.0, abs=0.15)
    many = draw(10_007, 3)
    assert many.counts.shape == (1001, 2000)
    assert np.ptp(np.bincount(many.block)) <= 1


def test_units_are_numbered_across_splits():
    units, count = number_units([np.array([5, 7, 9]), np.array([9, 5])])
    assert count == 3
    assert [u.tolist() for u in units] == [[0, 1, 2], [2, 0]]
    units, count = number_units([np.array(["b", "a"]), np.array(["b"])])
    assert [u.tolist() for u in units] == [[1, 0], [1]]


@pytest.mark.parametrize(("n", "limit"), [(569, 1.0), (50_000, 4.0)])
def test_assessment_is_quick(n, limit):
    rng = np.random.default_rng(0)
    models = []
    for split, rows in (("train", n), ("validation", n), ("test", n // 5)):
        y, rough, good = binary_world(rows, rng)
        models += [said("baseline", y, np.full(rows, y.mean()), split), said("unpenalized", y, rough, split)]
        models.append(said("chosen", y, good, split))
    start = time.perf_counter()
    assess(models, "binary")
    assert time.perf_counter() - start < limit
