"""The before/after table: what is in it, in which order, and how it prints."""

import json
import subprocess
import sys

import numpy as np
import pytest

from ridgeline.assess import METRICS, Assessment, Predictions, Record, assess, format_number, format_record, score
from ridgeline.errors import DefectError, OptionError


def binary(n=60, seed=0, models=("baseline", "unpenalized", "chosen"), splits=("train", "validation", "test")):
    rng = np.random.default_rng(seed)
    said = []
    for split in splits:
        y = np.arange(n) % 3 == 0
        for model in models:
            p = np.full(n, 1 / 3) if model == "baseline" else np.clip(0.3 + 0.3 * y + 0.2 * rng.normal(size=n), 0, 1)
            said.append(Predictions(model, split, np.arange(n), np.full(n, -1), y.astype(float), p))
    return said


def test_values_are_those_of_the_metrics():
    said = binary()
    found = assess(said, "binary")
    for p in said:
        for metric, value in score(p.actual, p.mean, "binary").items():
            record = found.get(p.model, p.split, metric)
            assert record.value == (pytest.approx(value, abs=1e-12) if value is not None else None)
            if record.low is not None:
                assert record.low <= record.value <= record.high


@pytest.mark.parametrize("task", ["multiclass", "count", "regression"])
def test_other_tasks(task):
    rng = np.random.default_rng(0)
    n = 400
    actual = rng.integers(0, 3, n).astype(float)
    mean = rng.dirichlet([1, 1, 1], n) if task == "multiclass" else rng.random(n) + 0.5
    weight = rng.random(n)
    said = Predictions("chosen", "test", np.arange(n), np.full(n, -1), actual, mean, weight)
    found = assess([said], task)
    for metric, value in score(actual, mean, task, weight).items():
        record = found.get("chosen", "test", metric)
        assert record.value == pytest.approx(value, abs=1e-10)
        assert record.low < record.value < record.high


def test_order_and_completeness():
    found = assess(binary(), "binary")
    keys = [(r.split, r.model, r.metric) for r in found.records]
    assert keys == [
        (split, model, metric)
        for split in ("train", "validation", "test")
        for model in ("baseline", "unpenalized", "chosen")
        for metric in METRICS["binary"]
    ]
    assert len(found.differences) == 3 * 9
    assert {r.model for r in found.differences} == {"chosen - unpenalized"}
    assert {r.split for r in found.gaps} == {"train - validation"}
    assert {r.model for r in found.gains} == {"unpenalized - baseline", "chosen - baseline"}


def test_differences_are_differences():
    found = assess(binary(), "binary")
    for record in found.differences:
        after, before = (found.get(m, record.split, record.metric).value for m in ("chosen", "unpenalized"))
        assert record.value == pytest.approx(after - before, abs=1e-12)


def test_a_difference_of_equal_models_is_zero_without_doubt():
    rows = np.arange(50)
    y, p = rows % 2.0, np.linspace(0.1, 0.9, 50)
    said = [Predictions(m, "test", rows, rows * 0 - 1, y, p) for m in ("unpenalized", "chosen")]
    record = assess(said, "binary").get("chosen - unpenalized", "test", "log_loss")
    assert (record.value, record.low, record.high) == (0.0, 0.0, 0.0)


def test_the_baseline_ranks_by_chance_whatever_its_folds_say():
    n = 50
    y = np.arange(n) % 2.0
    uneven = np.where(y == 1, 0.49, 0.51)  # leaving a positive row out lowers the mean of the others
    said = Predictions("baseline", "validation", np.arange(n), np.arange(n), y, uneven)
    found = assess([said], "binary")
    assert found.get("baseline", "validation", "roc_auc").value == 0.5
    assert found.get("baseline", "validation", "average_precision").value == 0.5


def test_a_baseline_with_an_offset_ranks_by_it():
    n = 50
    y = np.arange(n) % 2.0
    said = Predictions("baseline", "validation", np.arange(n), np.arange(n) // 10, y, np.where(y == 1, 0.6, 0.4))
    found = assess([said], "binary")
    assert found.get("baseline", "validation", "roc_auc").value == 1.0


def test_a_split_without_rows_and_predictions_that_overflowed():
    none = np.empty(0)
    said = [Predictions("chosen", "test", none.astype(int), none.astype(int), none, none)]
    n = 30
    wild = np.full(n, np.inf)
    said.append(Predictions("chosen", "validation", np.arange(n), np.zeros(n), np.arange(n) * 1.0, wild))
    found = assess(said, "regression")
    assert {(r.value, r.low, r.high) for r in found.records} == {(None, None, None)}


def test_groups_by_split():
    said = binary(splits=("train", "test"))
    groups = {"train": np.arange(60) // 3, "test": np.array(["a", None, 3] * 20, dtype=object)}
    found = assess(said, "binary", groups=groups)
    assert found.get("chosen", "train", "accuracy").low is not None
    assert found.get("chosen", "test", "accuracy").low is None, "three groups are too few"
    assert "20 groups (train), 3 groups (test)" in found.method


def test_everything_is_strict_json():
    found = assess(binary(n=12), "binary")
    text = json.dumps(found.for_summary(), allow_nan=False)
    assert json.loads(text)["assessment"] == found.to_list()
    assert found.to_list()[0] == {
        "model": "baseline",
        "split": "train",
        "metric": "accuracy",
        "value": pytest.approx(2 / 3),
        "low": pytest.approx(found.records[0].low),
        "high": pytest.approx(found.records[0].high),
    }


def test_inputs_stay_as_they_were():
    said = binary()
    for p in said:
        for array in (p.rows, p.fold, p.actual, p.mean):
            array.flags.writeable = False
    assert isinstance(assess(said, "binary"), Assessment)


def test_an_unknown_record_lists_the_known():
    with pytest.raises(OptionError, match=r"no 'gini' of 'chosen'.*roc_auc"):
        assess(binary(), "binary").get("chosen", "test", "gini")


def test_predictions_must_fit_together():
    with pytest.raises(DefectError):
        Predictions("chosen", "test", np.arange(3), np.arange(3), np.arange(2), np.arange(3))
    with pytest.raises(DefectError):
        Predictions("best", "test", np.arange(3), np.arange(3), np.arange(3), np.arange(3))
    with pytest.raises(DefectError):
        assess([], "ordinal")


# ----------------------------------------------------------------------------------------------------------- printing


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (Record("chosen", "test", "roc_auc", 0.98123, 0.9719, 0.9891), "0.981 [0.972, 0.989]"),
        (Record("chosen", "test", "roc_auc", 0.98123, None, None), "0.981"),
        (Record("chosen", "test", "precision", None, None, None), "-"),
        (Record("chosen", "test", "rmse", 43210.4, 41000.2, 45000.9), "43,210 [41,000, 45,001]"),
        (Record("chosen", "test", "mae", 0.012345, 0.01, 0.02), "0.01235 [0.01000, 0.02000]"),
        (Record("chosen", "test", "rmse", 0.0, 0.0, 0.0), "0.000 [0.000, 0.000]"),
    ],
)
def test_records_in_words(record, text):
    assert format_record(record) == text


def test_differences_in_words_have_a_sign_and_as_many_decimals():
    change = Record("chosen - unpenalized", "test", "rmse", 0.0213, -0.1, 0.2)
    assert format_record(change, like=Record("chosen", "test", "rmse", 12.34, None, None)) == "+0.02 [-0.10, 0.20]"
    assert format_number(-0.0004, 3, signed=True) == "0.000"
    assert format_number(1e20, 0) == "1e+20"


def test_text_has_every_split_and_model():
    text = repr(assess(binary(), "binary"))
    for part in ("training rows", "validation rows", "test rows", "no features", "chosen λ", "roc auc", "bootstrap"):
        assert part in text


def test_terminal_table():
    from rich.console import Console

    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(assess(binary(), "binary"))
    text = console.export_text()
    console.file.close()
    assert "chosen - unpenalized" in text
    assert "[" in text, "intervals are not mistaken for markup"


def test_notebook_table_is_a_table():
    html = assess(binary(splits=("test",)), "binary")._repr_html_()
    assert html.count("<tr>") == 10
    assert '<th scope="row">roc auc</th>' in html


def test_neither_rich_nor_scikit_learn_is_loaded_to_assess():
    code = (
        "import sys, ridgeline.assess, ridgeline.checks, ridgeline.crossval.folds; "
        "print([m for m in ('rich', 'sklearn', 'scipy', 'pandas', 'pyarrow', 'duckdb') if m in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


def test_a_gap_compares_the_same_rows():
    rng = np.random.default_rng(0)
    spread = np.repeat([0.2, 2.0], 100)
    y = spread * rng.standard_normal(200)
    rows, late, zero = np.arange(200), np.arange(100, 200), np.zeros(200)
    said = [
        Predictions(model, split, at, at, y[at], zero[at] + 0.1)
        for model in ("baseline", "chosen")
        for split, at in (("train", rows), ("validation", late))
    ]
    found = assess(said, "regression")
    assert found.get("chosen", "train", "rmse").value < 0.8 * found.get("chosen", "validation", "rmse").value
    gap = found.get("chosen", "train - validation", "rmse")
    assert (gap.value, gap.low, gap.high) == (0.0, 0.0, 0.0)
    assert (
        found.get("baseline", "train, judged rows", "rmse").value == found.get("baseline", "validation", "rmse").value
    )
    everywhere = [p if p.split == "train" else Predictions(p.model, "validation", rows, rows, y, zero) for p in said]
    assert {r.split for r in assess(everywhere, "regression").gaps} == {"train - validation"}
