"""From a table to four files, to predictions, to a model that verifies."""

import json
import subprocess
import sys
import time

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as papq
import pytest

SCHEMA = {
    "schema", "task", "family", "target", "positive_class", "verdict", "rows", "features", "excluded", "notes", "model",
    "lambda", "rule", "lambda_min", "lambda_1se", "intercept", "coefficients", "path", "cv", "assessment",
    "differences", "checks", "certificate", "timings", "versions", "seed", "command",
}  # fmt: skip


def no_constants(text):
    raise AssertionError(f"{text} is not strict JSON")


def test_demo(run):
    done = run("demo")
    assert done.is_good()
    text = (done.folder / "summary.json").read_text("utf-8")
    summary = json.loads(text, parse_constant=no_constants)
    assert set(summary) >= SCHEMA
    assert summary["task"] == "binary"
    assert summary["positive_class"] == "malignant"
    assert summary["rows"]["used"] == 569
    assert summary["features"] == 30
    assert summary["certificate"]["relative_gap"] <= 1e-8
    values = {(r["model"], r["split"], r["metric"]): r["value"] for r in summary["assessment"]}
    assert values["chosen", "test", "roc_auc"] > 0.97
    assert values["baseline", "test", "roc_auc"] == 0.5
    for sentence in summary["verdict"]:
        assert sentence.split()[0] in done.out


def test_json_is_the_summary(run, write, table):
    done = run("fit", write(table()), "--target", "y", "--json")
    assert done.is_good()
    assert json.loads(done.out, parse_constant=no_constants) == done.summary
    assert done.err == ""


def test_predictions_file_agrees_with_the_summary(run, write, table):
    done = run("fit", write(table(n=300)), "--target", "c", "--drop", "y")
    assert done.is_good()
    rows = papq.read_table(done.folder / "predictions.parquet").to_pandas()
    assert {"row", "split", "fold", "model", "actual", "predicted", "probability"} <= set(rows)
    for (model, split), part in rows.groupby(["model", "split"]):
        accuracy = (part["actual"].astype(str) == part["predicted"].astype(str)).mean()
        told = [r["value"] for r in done.summary["assessment"]
                if (r["model"], r["split"], r["metric"]) == (model, split, "accuracy")]  # fmt: skip
        assert told == [pytest.approx(accuracy)]


def test_predict_agrees_with_the_test_rows(run, write, table, tmp_path):
    path = write(table(n=300))
    done = run("fit", path, "--target", "y")
    assert done.is_good()
    assert run("predict", done.folder, path, "-o", tmp_path / "p.csv").status == 0
    predicted = pacsv.read_csv(tmp_path / "p.csv")["predicted"].to_numpy()
    rows = (
        papq.read_table(done.folder / "predictions.parquet").to_pandas().query("split == 'test' and model == 'chosen'")
    )
    assert len(rows) == 60
    assert np.allclose(predicted[rows["row"]], rows["predicted"], rtol=1e-12)


def test_unknown_levels_and_missing_columns_predict_with_a_note(run, write, table):
    fitted = run("fit", write(table(k=["u", "v", "w"] * 20)), "--target", "y", "--drop", "c")
    new = write(b"a,k\n0.5,never\n,u\n", "new.csv")
    done = run("predict", fitted.folder / "model.json", new)
    assert done.status == 0
    assert len(done.out.splitlines()) == 3
    assert "never" in done.err
    assert "'b'" in done.err


def test_verify(run, write, table):
    path = write(table())
    done = run("fit", path, "--target", "y")
    model = done.folder / "model.json"
    assert run("verify", done.folder).status == 0
    content = json.loads(model.read_text("utf-8"))
    model.write_text(json.dumps(content, indent=7), "utf-8")
    assert run("verify", model).status == 0


def test_damaged_models_are_refused(run, write, table):
    path = write(table())
    model = run("fit", path, "--target", "y").folder / "model.json"
    text = model.read_text("utf-8")
    content = json.loads(text)
    huge = text.replace(json.dumps(content["lambda"]), "1e999", 1)
    assert huge != text
    for damaged in (
        text[:-20],
        "",
        "[]",
        json.dumps(content | {"unknown": 1}),
        json.dumps(content | {"lambda": "x"}),
        json.dumps(content | {"intercept": []}),
        json.dumps(content | {"intercept": 10**400}),
        json.dumps(content | {"examples": [{}]}),
        huge,
    ):
        model.write_text(damaged, "utf-8")
        for args in (("verify", model), ("predict", model, path)):
            done = run(*args)
            assert done.status == 2, damaged[:40]
            assert done.err.count("\n") == 1


def test_same_seed_same_model_whatever_the_threads(run, write, table):
    path = write(table(n=300))
    one, two = (run("fit", path, "--target", "y", "--threads", t, out=f"t{t}").summary for t in (1, 2))
    for key in ("lambda", "assessment", "coefficients"):
        assert one[key] == two[key]


@pytest.mark.slow
def test_a_small_table_takes_under_three_seconds(tmp_path):
    started = time.perf_counter()
    args = [sys.executable, "-m", "ridgeline", "demo", "--out", str(tmp_path / "d")]
    subprocess.run(args, check=True, capture_output=True)
    assert time.perf_counter() - started < 3
