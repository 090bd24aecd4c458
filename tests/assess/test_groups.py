"""Groups: rates and disparities against fairlearn and against values worked out by hand."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from ridgeline.assess import Predictions
from ridgeline.assess.groups import by_group, disparities, group_labels
from ridgeline.assess.standins import associations
from ridgeline.designs import DenseDesign, MixedDesign
from ridgeline.tables.block import Feature

GOLDEN = Path(__file__).parent.parent / "golden" / "fairlearn.json"  # tests/golden/make_fairlearn.py


def said(actual, mean, weight=None, rows=None):
    rows = np.arange(len(actual)) if rows is None else rows
    return Predictions("chosen", "test", rows, rows * 0 - 1, np.asarray(actual, float), np.asarray(mean, float), weight)


def metric(found, group, name):
    entry = next(g for g in found["groups"] if g["group"] == group)
    return next(m for m in entry["metrics"] if m["metric"] == name)


def disparity(found, name):
    return next(d for d in found["disparities"] if d["disparity"] == name)


@pytest.fixture(scope="module")
def world():
    return runpy.run_path(str(GOLDEN.with_name("make_fairlearn.py")))["world"]()


@pytest.mark.parametrize("kind", ["plain", "weighted"])
def test_disparities_are_those_of_fairlearn(world, kind):
    y, mean, group, w = world
    found = disparities(said(y, mean, w if kind == "weighted" else None), group, "binary")
    for name, value in json.loads(GOLDEN.read_text("utf-8"))[kind].items():
        assert found[name] == pytest.approx(value, abs=1e-12)


def test_disparities_worked_out_by_hand():
    # group a: 20 rows, 10 positive of which 8 found, 1 false alarm; b: 20 rows, 4 positive of which 2 found, 4 alarms
    y = np.r_[np.ones(10), np.zeros(10), np.ones(4), np.zeros(16)]
    flag = np.r_[np.ones(8), np.zeros(2), np.ones(1), np.zeros(9), np.ones(2), np.zeros(2), np.ones(4), np.zeros(12)]
    group = np.repeat(["a", "b"], 20)
    found = by_group({"chosen": said(y, 0.2 + 0.6 * flag)}, group, "binary")
    assert metric(found, "a", "selection_rate")["value"] == pytest.approx(9 / 20)
    assert metric(found, "b", "false_positive_rate")["value"] == pytest.approx(4 / 16)
    assert metric(found, "b", "false_negative_rate")["value"] == pytest.approx(0.5)
    assert metric(found, "a", "calibration_gap")["value"] == pytest.approx(0.2 + 0.6 * 9 / 20 - 0.5)
    assert disparity(found, "demographic_parity_difference")["value"] == pytest.approx(3 / 20)
    assert disparity(found, "demographic_parity_ratio")["value"] == pytest.approx(6 / 9)
    odds = disparity(found, "equalized_odds_difference")
    assert odds["value"] == pytest.approx(0.3)  # of the true positive rates 0.8 and 0.5; the false ones differ by 0.15
    assert (odds["metric"], odds["highest"], odds["lowest"]) == ("true_positive_rate", "a", "b")
    assert disparity(found, "equalized_odds_ratio")["value"] == pytest.approx(0.1 / 0.25)


def test_rates_have_wilson_intervals():
    y = np.r_[np.ones(10), np.zeros(30)]
    found = by_group({"chosen": said(y, np.full(40, 0.1))}, np.repeat(["a", "b"], 20), "binary")
    rate = metric(found, "a", "base_rate")
    # Wilson's interval of 10 out of 20
    assert (rate["low"], rate["high"]) == pytest.approx((0.2993, 0.7007), abs=1e-4)
    never = metric(found, "a", "selection_rate")
    assert never["low"] == 0.0
    assert never["high"] == pytest.approx(3.8415 / (20 + 3.8415), abs=1e-4)


def test_rows_repeated_by_the_folds_are_no_further_evidence():
    y = np.r_[np.ones(10), np.zeros(10)]
    rows, group = np.tile(np.arange(20), 3), np.tile(np.repeat(["a", "b"], 10), 3)
    once = by_group({"chosen": said(y, np.full(20, 0.4))}, group[:20], "binary")
    thrice = by_group({"chosen": said(np.tile(y, 3), np.full(60, 0.4), rows=rows)}, group, "binary")
    assert metric(once, "a", "base_rate") == pytest.approx(metric(thrice, "a", "base_rate"))
    assert [g["rows"] for g in thrice["groups"]] == [10, 10]


def test_an_interval_of_a_difference_can_include_none():
    rng = np.random.default_rng(3)
    low = 0
    for seed in range(40):
        y = (rng.random(400) < 0.4).astype(float)
        mean = rng.random(400)
        d = disparity(
            by_group({"chosen": said(y, mean)}, np.repeat(["a", "b"], 200), "binary", seed=seed),
            "demographic_parity_difference",
        )
        low += d["low"] <= 0
    assert low >= 34  # 38 expected where groups are alike


def test_small_groups_are_shown_but_not_compared():
    y = np.r_[np.tile([0.0, 1.0], 20), 1.0, 1.0]
    group = np.r_[np.repeat(["a", "b"], 20), ["c", "c"]]
    found = by_group({"chosen": said(y, np.r_[np.full(40, 0.3), 0.9, 0.9])}, group, "binary")
    assert found["small"] == ["c"]
    assert metric(found, "c", "selection_rate")["value"] == 1.0
    assert disparity(found, "demographic_parity_difference")["value"] == 0.0


def test_numbers_have_errors_that_lean():
    rng = np.random.default_rng(1)
    y = rng.normal(size=200)
    group = np.repeat(["a", "b"], 100)
    found = by_group({"chosen": said(y, y + 0.1 * rng.normal(size=200) + (group == "b"))}, group, "regression")
    lean = disparity(found, "mean_error_difference")
    assert lean["value"] == pytest.approx(1.0, abs=0.05)
    assert (lean["highest"], lean["low"] > 0.9) == ("b", True)
    assert disparity(found, "mae_ratio")["value"] < 0.2


def test_groups_that_belong_together_are_resampled_together():
    rng = np.random.default_rng(2)
    unit = np.repeat(np.arange(20), 10)
    y = np.repeat((rng.random(20) < 0.5).astype(float), 10)
    group = np.where(unit < 10, "a", "b")
    mean = np.full(200, 0.6)
    rows = metric(by_group({"chosen": said(y, mean)}, group, "binary"), "a", "base_rate")
    units = metric(by_group({"chosen": said(y, mean)}, group, "binary", units=unit), "a", "base_rate")
    assert units["high"] - units["low"] > 2 * (rows["high"] - rows["low"])


def test_labels():
    ages = group_labels(np.arange(200.0))
    assert len(set(ages)) == 4
    assert set(group_labels(np.array([1, 2, 2, 1]))) == {"1", "2"}
    many = group_labels(np.array([f"v{k % 40}" for k in range(400)] + ["big"] * 50, dtype=object))
    assert len(set(many)) == 20
    assert {"big", "(other)"} <= set(many)
    assert group_labels(np.array([1.5, np.nan])).tolist() == ["1.5", "(missing)"]


def test_association_of_a_category_is_cramers_v():
    from scipy.stats.contingency import association

    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, 500).astype(np.int32)
    group = np.where(rng.random(500) < 0.2 * codes, "x", rng.choice(["y", "z"], 500))
    design = MixedDesign(np.empty((500, 0)), codes[:, None], (4,))
    found = associations(design, [Feature(f"c={k}", "c", str(k), "level") for k in range(4)], group)
    table = np.array([[((codes == k) & (group == g)).sum() for g in "xyz"] for k in range(4)])
    assert found["c"] == pytest.approx(association(table, method="cramer"), abs=1e-12)


def test_association_of_a_number_is_the_correlation_ratio():
    rng = np.random.default_rng(1)
    group = rng.choice(["x", "y", "z"], 300)
    x = rng.normal(size=300) + (group == "x")
    means = np.array([x[group == g].mean() for g in group])
    expected = np.sqrt(((means - x.mean()) ** 2).sum() / ((x - x.mean()) ** 2).sum())
    found = associations(DenseDesign(x[:, None]), [Feature("x", "x")], group)
    assert found["x"] == pytest.approx(expected, abs=1e-12)


def test_association_with_two_groups_is_the_correlation_and_constants_have_none():
    rng = np.random.default_rng(2)
    x = np.column_stack([rng.normal(size=100), np.ones(100)])
    group = np.where(x[:, 0] + rng.normal(size=100) > 0, "p", "q")
    found = associations(DenseDesign(x), [Feature("x", "x"), Feature("one", "one")], group)
    assert found["x"] == pytest.approx(abs(np.corrcoef(x[:, 0], group == "p")[0, 1]), abs=1e-12)
    assert found["one"] == 0.0


def women_and_men():
    """Thirteen negative rows without, and 97 with eleven, false alarms; of 20 positive rows each ten are found."""
    y = np.r_[np.zeros(13), np.ones(20), np.zeros(97), np.ones(20)]
    flag = np.r_[np.zeros(13), np.tile([0.0, 1.0], 10), np.ones(11), np.zeros(86), np.tile([0.0, 1.0], 10)]
    return said(y, 0.2 + 0.6 * flag), np.repeat(["f", "m"], [33, 117])


@pytest.mark.parametrize("joined", [False, True])
def test_no_false_alarm_among_few_rows_is_no_certainty(joined):
    # Fisher's exact test of 0 of 13 against 11 of 97: p = 0.36
    p, group = women_and_men()
    found = by_group({"chosen": p}, group, "binary", units=np.arange(150) if joined else None)
    never = metric(found, "f", "false_positive_rate")
    assert (never["low"], never["high"]) == pytest.approx((0.0, 3.8415 / (13 + 3.8415)), abs=1e-4)
    right = metric(found, "f", "precision")
    assert (right["value"], right["low"]) == pytest.approx((1.0, 10 / (10 + 3.8415)), abs=1e-4)
    apart = disparity(found, "false_positive_rate_difference")
    assert apart["value"] == pytest.approx(11 / 97)
    assert apart["low"] < 0 < apart["value"] < apart["high"]
    ratio = disparity(found, "equalized_odds_ratio")
    assert (ratio["value"], ratio["low"]) == (0.0, 0.0)
    assert ratio["high"] > 1.0
