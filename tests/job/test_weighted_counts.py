"""Row weights count in the confusion matrix and at every threshold, as they do in the metrics beside them."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.job import outcome
from ridgeline.report import render
from ridgeline.report.views.explorer import rates


def fit(weight):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(300)
    y = np.where(x + rng.standard_normal(300) > 0.8, "yes", "no")
    table = {"x": x, "y": y, "w": weight(rng, y)}
    return rl.fit(table, target="y", weight="w", test_size=0, folds=3)


@pytest.fixture(scope="module", params=[1.0, 1e-6], ids=["", "tiny"])
def weighted(request):
    return fit(lambda rng, y: request.param * np.where(y == "yes", 0.2, 3.0) * rng.uniform(0.5, 2.0, 300))


def test_rates_are_the_metrics_beside_them(weighted):
    along = weighted.facts["along"]
    for split in ("train", "validation"):
        for i, cells in enumerate(along["confusion"][split]):
            assert sum(cells) == pytest.approx(300, abs=1e-3)
            shown = {key: value for key, _, value in rates(cells)}
            for metric in ("accuracy", "precision", "recall"):
                value = along["metrics"][metric][split][i]
                assert shown[metric] == ("—" if value is None else f"{100 * value:.1f}%")


def test_thresholds_go_on_from_the_matrix(weighted):
    along = weighted.facts["along"]
    found = along["thresholds"]
    for i, (free, alarms, missed, hits) in enumerate(along["confusion"]["validation"]):
        assert (found["hits"][i][49], found["alarms"][i][49]) == pytest.approx((hits, alarms))
        assert (found["positives"], found["negatives"]) == pytest.approx((hits + missed, free + alarms), abs=1e-3)


def test_the_page_says_by_what_rows_are_counted(weighted):
    assert "rows, counted by w, threshold" in render(weighted.facts)


def test_equal_weights_count_rows():
    along = fit(lambda rng, y: np.full(300, 2.5)).facts["along"]
    cells = [*along["confusion"]["validation"][0], *along["thresholds"]["hits"][0], along["thresholds"]["positives"]]
    assert all(isinstance(cell, int) for cell in cells)
    assert sum(cells[:4]) == 300


@pytest.mark.parametrize(("most", "said"), [(300, False), (299, True)])
def test_the_page_says_where_metrics_beside_the_slider_are_of_some_rows(most, said, monkeypatch):
    monkeypatch.setattr(outcome, "_SHOWN", most)
    page = render(fit(lambda rng, y: np.ones(300)).facts)
    assert ("From 299 of the rows learned from, drawn at random" in page) is said
