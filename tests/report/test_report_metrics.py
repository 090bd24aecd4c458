"""Better or worse: the report's words against the metrics themselves."""

import numpy as np
import pytest

from ridgeline.assess import DECIDING, HIGHER_IS_BETTER, METRICS, score
from ridgeline.report.views.assessment import METRICS as SHOWN
from ridgeline.report.views.assessment import cards, metric

EVERY = sorted({name for names in METRICS.values() for name in names})


def record(model, split, name, value, low=None, high=None):
    return {"model": model, "split": split, "metric": name, "value": value, "low": low, "high": high}


def test_every_metric_has_a_direction_and_words():
    assert set(EVERY) == set(HIGHER_IS_BETTER) == set(SHOWN)
    assert all(SHOWN[name].higher is HIGHER_IS_BETTER[name] and SHOWN[name].meaning for name in EVERY)


@pytest.mark.parametrize("task", METRICS)
def test_directions_are_those_of_predictions_that_know_the_truth(task):
    rng = np.random.default_rng(0)
    if task in ("binary", "multiclass"):
        actual = np.arange(60) % (2 if task == "binary" else 3)
        near = np.eye(3)[actual] * 0.8 + 0.2 / 3
        mixed = 0.3 * near + 0.7 * rng.dirichlet(np.ones(3), 60)
        good, poor = (near, mixed) if task == "multiclass" else (0.1 + 0.8 * actual, 0.7 * rng.random(60) + 0.1)
    else:
        actual = rng.integers(1, 20, 60).astype(float)
        good, poor = actual * 1.01, np.full(60, 12.0)
    best, worst = (score(actual.astype(float), mean, task) for mean in (good, poor))
    for name in METRICS[task]:
        assert (best[name] > worst[name]) is HIGHER_IS_BETTER[name], name


@pytest.mark.parametrize("task", ["count", "amount"])
def test_a_lower_deviance_is_better_and_stands_first(task):
    names = METRICS[task]
    rows = [record(m, "test", n, 20.0) for n in names for m in ("unpenalized", "chosen")]
    change = [record("chosen - unpenalized", "test", DECIDING[task], -0.9, -1.7, -0.2)]
    first = cards({"assessment": rows, "differences": change})[0]
    assert first.key == DECIDING[task]
    assert first.metric.better == "lower is better"
    assert first.rows[-1][2][0].tone == "better"


def test_of_an_unknown_metric_nothing_is_said():
    change = [record("chosen - unpenalized", "test", "lift", -0.9, -1.7, -0.2)]
    only = cards({"assessment": [record("chosen", "test", "lift", 2.0)], "differences": change})[0]
    assert metric("lift").better == ""
    assert only.rows[-1][2][0].tone == "unclear"
