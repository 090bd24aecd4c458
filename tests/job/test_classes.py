"""More than two classes, from the table to the files and back."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import log_loss, roc_auc_score

import ridgeline as rl


@pytest.fixture(scope="module")
def table() -> dict[str, list]:
    rng = np.random.default_rng(0)
    x, kind = rng.standard_normal((150, 2)), rng.choice(["a", "b"], 150)
    eta = np.column_stack([x[:, 0], -x[:, 0], x[:, 1] + (kind == "a")]) + rng.gumbel(size=(150, 3))
    labels = np.array(["low", "mid", "high"])[eta.argmax(axis=1)]
    return {"x": x[:, 0].tolist(), "z": x[:, 1].tolist(), "kind": kind.tolist(), "y": labels.tolist()}


@pytest.fixture(scope="module")
def fit(table):
    return rl.fit(table, target="y", lam=0.05)


def test_task_and_coefficients(fit):
    summary = fit.summary
    assert (summary["task"], summary["family"], summary["positive_class"]) == ("multiclass", "multinomial", None)
    assert {c["class"] for c in summary["coefficients"]} == {"low", "mid", "high"}
    assert len(summary["coefficients"]) == 3 * summary["features"]
    of_x = {c["class"]: c["coef"] for c in summary["coefficients"] if c["feature"] == "x"}
    assert sum(of_x.values()) == pytest.approx(0.0, abs=1e-9)  # only differences between classes say anything
    assert of_x["low"] > 0 > of_x["mid"]


def test_metrics_are_those_of_scikit_learn(fit):
    rows = fit.predictions().to_pandas().query("split == 'test' and model == 'chosen'")
    labels = sorted(rows["actual"].unique())
    given = rows[[f"probability_{label}" for label in labels]].to_numpy()
    found = {
        a["metric"]: a["value"] for a in fit.summary["assessment"] if (a["split"], a["model"]) == ("test", "chosen")
    }
    assert found["log_loss"] == pytest.approx(log_loss(rows["actual"], given, labels=labels), rel=1e-9)
    assert found["accuracy"] == pytest.approx((rows["actual"] == rows["predicted"]).mean(), rel=1e-12)
    expected = roc_auc_score(rows["actual"], given, multi_class="ovr", average="macro", labels=labels)
    assert found["roc_auc"] == pytest.approx(expected, rel=1e-9)


def test_files_and_back(fit, table, tmp_path):
    fit.save(tmp_path / "out")
    model = rl.load(tmp_path / "out" / "model.json")
    assert model.verify() == []
    assert model.verify(table) == []
    np.testing.assert_allclose(model.predict_proba(table).sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(model.predict(table), fit.model.predict(table))
    json.loads((tmp_path / "out" / "summary.json").read_text())
    assert "probability_high" in pq.read_table(tmp_path / "out" / "predictions.parquet").column_names
    page = (tmp_path / "out" / "report.html").read_text()
    assert "x [mid]" in page or "mid" in page


def test_a_changed_coefficient_is_noticed(fit, table):
    content = json.loads(json.dumps(fit.model.content))
    content["features"][0]["coef"][1] += 0.1
    changed = rl.Model(content, fit.model.encoder)
    assert changed.verify()
    assert any("optimum" in finding for finding in changed.verify(table))


def test_no_single_sum_to_explain(fit, table):
    with pytest.raises(rl.InputError, match="two classes"):
        fit.model.explain(table)


@pytest.mark.parametrize("labels", [["common", "other", "it's rare"], ["common", "it's rare"]])
def test_a_rare_class_is_named_by_its_label(labels):
    cells = [labels[0]] * 40 + labels[1:-1] * 40 + labels[-1:] * 2
    found = rl.fit({"x": np.random.default_rng(0).standard_normal(len(cells)), "y": cells}, target="y", lam=1.0)
    notes = [note for note in found.summary["notes"] if note.startswith("Class ")]
    assert notes == ['Class "it\'s rare" has 2 rows, fewer than the 5 folds: some folds are judged without it.']
