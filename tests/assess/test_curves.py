"""Curves of the held-out rows."""

import numpy as np
import pytest
import sklearn.metrics as sk

from ridgeline.assess import Predictions, curves, neighbours, serial_correlation
from ridgeline.checks import CHECKS


def said(y, p, split="test", model="chosen", rows=None):
    rows = np.arange(len(y)) if rows is None else rows
    return Predictions(model, split, rows, np.full(len(y), -1), np.asarray(y, float), np.asarray(p, float))


@pytest.fixture
def world():
    rng = np.random.default_rng(0)
    p = np.round(rng.random(5000), 2)
    return (rng.random(5000) < p).astype(float), p


def test_roc_and_precision_curves_lie_on_those_of_scikit_learn(world):
    y, p = world
    found = curves([said(y, p), said(y, 1 - p, model="unpenalized")], "binary")
    fpr, tpr, _ = sk.roc_curve(y, p, drop_intermediate=False)
    curve = found["roc"]["chosen"]
    points = set(zip(fpr.round(9), tpr.round(9), strict=True))
    assert points >= set(zip(np.round(curve["fpr"], 9), np.round(curve["tpr"], 9), strict=True))
    assert len(curve["fpr"]) <= 201
    assert np.trapezoid(curve["tpr"], curve["fpr"]) == pytest.approx(sk.roc_auc_score(y, p), abs=1e-3)
    precision, recall, _ = sk.precision_recall_curve(y, p)
    points = set(zip(recall.round(9), precision.round(9), strict=True))
    curve = found["pr"]["chosen"]
    assert points >= set(zip(np.round(curve["recall"], 9), np.round(curve["precision"], 9), strict=True))
    assert set(found["roc"]) == {"chosen", "unpenalized"}


def test_calibration_of_honest_probabilities(world):
    y, p = world
    table = curves([said(y, p)], "binary")["calibration"]
    assert sum(table["count"]) == 5000
    assert len(table["count"]) == 10
    assert np.all(np.array(table["low"]) <= table["observed"])
    assert np.all(np.array(table["high"]) >= table["observed"])
    assert np.abs(np.array(table["observed"]) - table["predicted"]).max() < 0.06


def test_test_rows_come_before_validation_rows(world):
    y, p = world
    assert curves([said(y, p, "validation"), said(y, p)], "binary")["split"] == "test"
    assert curves([said(y, p, "validation")], "binary")["split"] == "validation"


def test_clouds_of_at_most_a_thousand_points():
    y = np.arange(3000.0)
    found = curves([said(y, y + 1)], "regression")
    assert len(found["observed_predicted"]["observed"]) == 1000
    assert set(found["residuals"]["residual"]) == {-1.0}
    assert found == curves([said(y, y + 1)], "regression")


@pytest.mark.parametrize("y", [[1, 1, 1], [0, 0, 0]])
def test_one_class_has_no_curve(y):
    found = curves([said(y, [0.2, 0.5, 0.9])], "binary")
    assert (found["roc"], found["pr"]) == ({}, {})


def test_nothing_to_draw():
    assert curves([], "binary") == {}
    assert curves([said([1.0], [np.inf])], "regression") == {}
    assert curves([said([0, 1], [[0.5, 0.5], [0.5, 0.5]])], "multiclass") == {}


def test_neighbours_with_like_errors_are_seen():
    rng = np.random.default_rng(0)
    noise, walk = rng.normal(size=500), np.cumsum(rng.normal(size=500))
    assert abs(serial_correlation(said(noise, np.zeros(500)))) < 0.15
    assert serial_correlation(said(walk, np.zeros(500))) > 0.9
    order = rng.permutation(500)
    assert serial_correlation(said(walk[order], np.zeros(500), rows=order)) > 0.9
    assert serial_correlation(said(noise, np.zeros(500), rows=2 * np.arange(500))) is None
    assert serial_correlation(said(np.ones(50), np.zeros(50))) is None


def test_repeats_and_weights_do_not_make_the_calibration_surer(world):
    y, p = (a[:200] for a in world)
    rows = np.tile(np.arange(200), 20)
    once = curves([said(y, p, "validation")], "binary")["calibration"]
    again = curves([said(np.tile(y, 20), np.tile(p, 20), "validation", rows=rows)], "binary")["calibration"]
    for name, column in once.items():
        assert again[name] == pytest.approx(column), name
    assert once["effective"] == pytest.approx(once["count"])
    weight = np.where(np.arange(200) < 100, 9.0, 1.0)
    weighed = Predictions("chosen", "test", np.arange(200), np.full(200, -1), y, p, weight)
    table = curves([weighed], "binary")["calibration"]
    assert table["count"] == once["count"]
    assert sum(table["effective"]) < 0.75 * 200
    widths = [np.subtract(t["high"], t["low"]).mean() for t in (table, once)]
    assert widths[0] > widths[1]


def test_honest_probabilities_of_weighed_and_repeated_rows_are_not_called_off():
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        p = 1 / (1 + np.exp(-3 * rng.standard_normal(500)))
        y = (rng.random(500) < p).astype(float)
        rows, weight = np.tile(np.arange(500), 5), np.tile(rng.lognormal(sigma=1.5, size=500), 5)
        one = Predictions("chosen", "validation", rows, rows, np.tile(y, 5), np.tile(p, 5), weight)
        alarms += CHECKS["calibration-off"].run({"curves": curves([one], "binary")})["status"] == "finding"
    assert alarms == 0


def test_neighbours_of_one_group_are_not_called_alike():
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(80), 10)
    y = rng.standard_normal(80)[group] + 0.5 * rng.standard_normal(800)
    whole = Predictions("chosen", "validation", np.arange(800), group % 5, y, np.zeros(800))
    split = Predictions("chosen", "validation", np.arange(800), np.arange(800) % 5, y, np.zeros(800))
    assert neighbours(whole) == 79
    assert abs(serial_correlation(whole)) < 0.4
    assert neighbours(split) == 799
    assert serial_correlation(split) > 0.6
    for p, status in ((whole, "passed"), (split, "finding")):
        known = {"fold_kind": "shuffled", "serial_correlation": serial_correlation(p), "neighbours": neighbours(p)}
        assert CHECKS["time-order"].run({"diagnostics": known})["status"] == status


def test_weights_that_even_out_the_classes_do_not_make_the_calibration_surer():
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        eta = rng.standard_normal(800)
        y = (rng.random(800) < 1 / (1 + 25 * np.exp(-eta))).astype(float)
        said = Predictions(
            "chosen", "test", np.arange(800), np.full(800, -1), y, 1 / (1 + np.exp(-eta)), np.where(y == 1, 25.0, 1.0)
        )
        alarms += CHECKS["calibration-off"].run({"curves": curves([said], "binary")})["status"] == "finding"
    assert alarms <= 1
