"""Metrics equal scikit-learn's, row for row and weight for weight; what is undefined is None."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st

from ridgeline.assess import METRICS, metrics, score
from ridgeline.errors import DefectError

CLOSE = {"rel": 1e-12, "abs": 1e-12}


def ours(actual, mean, task, weight=None):
    return score(np.asarray(actual, float), np.asarray(mean, float), task, weight)


@st.composite
def weighted(draw, classes):
    """Rows with ties among the scores, weights of zero, and every class present."""
    n = draw(st.integers(8, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    actual = rng.integers(0, classes, n)
    actual[:classes] = np.arange(classes)
    weight = rng.integers(0, 4, n) * rng.choice([1.0, 0.3, 1.7], n)
    weight[:classes] = 1.0
    scores = np.round(rng.dirichlet(np.ones(classes), n), draw(st.integers(1, 6))) + 0.01
    return actual, scores / scores.sum(axis=1, keepdims=True), weight


@given(weighted(2))
def test_binary_metrics_are_those_of_scikit_learn(rows):
    y, p, w = rows[0], rows[1][:, 1], rows[2]
    guess = p > 0.5
    expected = {
        "accuracy": sk.accuracy_score(y, guess, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(y, guess, sample_weight=w),
        "precision": sk.precision_score(y, guess, sample_weight=w, zero_division=np.nan),
        "recall": sk.recall_score(y, guess, sample_weight=w),
        "f1": sk.f1_score(y, guess, sample_weight=w),
        "roc_auc": sk.roc_auc_score(y, p, sample_weight=w),
        "average_precision": sk.average_precision_score(y, p, sample_weight=w),
        "log_loss": sk.log_loss(y, p, sample_weight=w),
        "brier": sk.brier_score_loss(y, p, sample_weight=w),
    }
    found = ours(y, p, "binary", w)
    if np.isnan(expected["precision"]):
        assert found.pop("precision") is None
        expected.pop("precision")
    assert found == pytest.approx(expected, **CLOSE)


@given(weighted(4))
def test_multiclass_metrics_are_those_of_scikit_learn(rows):
    y, p, w = rows
    guess = p.argmax(axis=1)
    macro = {"average": "macro", "zero_division": 0, "sample_weight": w}
    assert ours(y, p, "multiclass", w) == pytest.approx(
        {
            "accuracy": sk.accuracy_score(y, guess, sample_weight=w),
            "balanced_accuracy": sk.balanced_accuracy_score(y, guess, sample_weight=w),
            "precision": sk.precision_score(y, guess, **macro),
            "recall": sk.recall_score(y, guess, **macro),
            "f1": sk.f1_score(y, guess, **macro),
            "roc_auc": sk.roc_auc_score(y, p, sample_weight=w, multi_class="ovr"),
            "average_precision": sk.average_precision_score(np.eye(4)[y], p, sample_weight=w, average="macro"),
            "log_loss": sk.log_loss(y, p, sample_weight=w),
            "brier": sk.brier_score_loss(y, p, sample_weight=w, scale_by_half=False),
        },
        **CLOSE,
    )


@given(st.integers(0, 1000), st.sampled_from([1.0, 1e6, 1e-6]), st.sampled_from([0.0, 1e3]))
def test_regression_metrics_are_those_of_scikit_learn(seed, scale, shift):
    rng = np.random.default_rng(seed)
    y = scale * rng.normal(size=30) + shift * scale
    p, w = y + scale * rng.normal(size=30), rng.random(30)
    assert ours(y, p, "regression", w) == pytest.approx(
        {
            "r2": sk.r2_score(y, p, sample_weight=w),
            "rmse": sk.root_mean_squared_error(y, p, sample_weight=w),
            "mae": sk.mean_absolute_error(y, p, sample_weight=w),
        },
        rel=1e-9,
    )


@given(st.integers(0, 1000))
def test_count_metrics_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    mean, w = rng.gamma(2.0, 2.0, 40) + 0.01, rng.random(40)
    y = rng.poisson(mean)
    found = ours(y, mean, "count", w)
    assert found["mean_poisson_deviance"] == pytest.approx(sk.mean_poisson_deviance(y, mean, sample_weight=w))
    assert found["r2"] == pytest.approx(sk.r2_score(y, mean, sample_weight=w))


@given(weighted(2), st.integers(0, 100))
def test_weights_count_like_repeated_rows(rows, seed):
    y, p = rows[0], rows[1][:, 1]
    times = np.random.default_rng(seed).integers(1, 4, len(y))
    again = np.repeat(np.arange(len(y)), times)
    assert ours(y, p, "binary", times.astype(float)) == pytest.approx(ours(y[again], p[again], "binary"), **CLOSE)


def test_names_and_order():
    y = np.array([0.0, 1.0, 1.0, 0.0])
    assert tuple(ours(y, [0.2, 0.7, 0.4, 0.6], "binary")) == METRICS["binary"]
    assert tuple(ours(y, y, "regression")) == METRICS["regression"]


def test_half_is_not_positive():
    assert ours([0, 1], [0.5, 0.5], "binary")["recall"] == 0.0


def test_one_class_leaves_ranking_and_balance_undefined():
    found = ours([1, 1, 1], [0.2, 0.7, 0.9], "binary")
    assert (found["roc_auc"], found["balanced_accuracy"]) == (None, None)
    assert found["average_precision"] == 1.0
    found = ours([0, 0, 0], [0.2, 0.7, 0.9], "binary")
    assert (found["recall"], found["average_precision"]) == (None, None)


def test_nothing_predicted_positive_leaves_precision_undefined():
    found = ours([0, 1, 0], [0.1, 0.2, 0.3], "binary")
    assert (found["precision"], found["recall"], found["f1"]) == (None, 0.0, 0.0)
    found = ours([0, 0, 0], [0.1, 0.2, 0.3], "binary")
    assert (found["precision"], found["recall"], found["f1"]) == (None, None, None)


def test_a_class_absent_from_the_rows():
    p = np.full((4, 3), 1 / 3)
    found = ours([0, 1, 0, 1], p, "multiclass")
    assert found["roc_auc"] is None
    assert found["accuracy"] == 0.5
    assert ours([0, 0], p[:2], "multiclass")["balanced_accuracy"] is None


@pytest.mark.parametrize("value", [0.1, 1e9 + 0.1, 0.0])
def test_a_constant_target_has_no_r2(value):
    found = ours([value] * 7, np.linspace(0, 1, 7), "regression")
    assert found["r2"] is None
    assert found["rmse"] is not None


def test_r2_of_a_far_away_target():
    y = 1e8 + np.arange(10.0)
    assert ours(y, y + 0.5, "regression")["r2"] == pytest.approx(sk.r2_score(y, y + 0.5), rel=1e-9)


def test_poisson_deviance_outside_its_domain():
    assert ours([1, 2], [0.0, 1.0], "count")["mean_poisson_deviance"] is None
    assert ours([-1, 2], [1.0, 1.0], "count")["mean_poisson_deviance"] is None
    assert ours([0, 2], [1.0, 1.0], "count")["mean_poisson_deviance"] is not None


def test_certain_and_wrong_is_a_large_finite_loss():
    assert ours([0, 1], [1.0, 0.0], "binary")["log_loss"] == pytest.approx(sk.log_loss([0, 1], [1.0, 0.0]))


@pytest.mark.parametrize("mean", [[np.nan, 0.5], [np.inf, 0.5], []])
def test_predictions_that_are_no_numbers_measure_nothing(mean):
    found = ours([0.0, 1.0][: len(mean)], mean, "regression")
    assert set(found.values()) == {None}


def test_huge_values_give_none_not_infinity():
    assert ours([1e200, -1e200], [-1e200, 1e200], "regression")["r2"] is None


def test_an_unknown_task_is_a_defect():
    with pytest.raises(DefectError, match="survival"):
        ours([1.0], [1.0], "survival")


def test_gamma_deviance_is_that_of_scikit_learn_and_decides_for_amounts():
    rng = np.random.default_rng(0)
    y, mean, w = rng.gamma(2.0, size=50), rng.gamma(3.0, size=50), rng.uniform(0.1, 2.0, 50)
    found = score(y, mean, metrics.measured_as("regression", "gamma"), w)
    assert found["mean_gamma_deviance"] == pytest.approx(sk.mean_gamma_deviance(y, mean, sample_weight=w))
    assert ours([0.0, 2.0], [1.0, 1.0], "amount")["mean_gamma_deviance"] is None
    assert ours([1.0, 2.0], [-1.0, 1.0], "amount")["mean_gamma_deviance"] is None
    assert set(metrics.DECIDING) == set(metrics.METRICS)
    assert all(metric in metrics.METRICS[task] for task, metric in metrics.DECIDING.items())
