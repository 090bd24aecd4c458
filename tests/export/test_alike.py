"""What lies outside the usual: every target and `predict` say the same of it."""

import sqlite3
import types

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import ridgeline as rl


def python(model, table):
    made = types.ModuleType("exported")
    exec(rl.export(model, to="python"), made.__dict__)
    return [made.predict(row) for row in table.to_pylist()]


def in_duckdb(model, table):
    with duckdb.connect() as database:
        database.register("data", table)
        return [row[-1] for row in database.execute(rl.export(model, to="sql")).fetchall()]


def sqlite(model, table):
    database = sqlite3.connect(":memory:")
    table.to_pandas().to_sql("data", database, index=False)
    try:
        return [row[-1] for row in database.execute(rl.export(model, to="sql", dialect="sqlite")).fetchall()]
    finally:
        database.close()


def onnx(model, table):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    graph = runtime.InferenceSession(rl.export(model, to="onnx"), providers=["CPUExecutionProvider"])
    feed = {}
    for entry in graph.get_inputs():
        cells = table.column(entry.name).to_pylist()
        text = entry.type == "tensor(string)"
        feed[entry.name] = np.array([[str(c) if text else float(c)] for c in cells], dtype=object if text else float)
    return graph.run(None, feed)[-1][:, 0].tolist()


TARGETS = [python, in_duckdb, sqlite, onnx]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("family", ["poisson", "gamma"])
def test_means_beyond_all_measure(family, target):
    random = np.random.default_rng(0)
    x = random.normal(size=80)
    model = rl.fit({"x": x, "y": np.exp(x).round() + 1.0}, "y", lam=0.01, folds=2, family=family).model
    new = pa.table({"x": [1e3, 1e9, 1e300, -1e3, -1e9]})
    want = model.predict(new)
    assert np.isfinite(want).all()
    assert target(model, new) == pytest.approx(want, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("words", [("yes", "no"), ("Y", "N"), ("t", "f")])
def test_true_and_false_where_training_had_words(words, target):
    random = np.random.default_rng(0)
    cells = random.choice(words, 80)
    model = rl.fit({"x": cells, "y": (cells == words[0]) + random.normal(size=80)}, "y", lam=0.01, folds=2).model
    want = model.predict({"x": list(words)})
    assert want[0] != want[1]
    new = pa.table({"x": [True, False]})
    assert model.predict(new).tolist() == want.tolist()
    assert target(model, pa.table({"x": ["true", "false"]}) if target is sqlite else new) == pytest.approx(want)


@pytest.mark.parametrize("target", [python, in_duckdb, sqlite])
def test_text_that_is_no_number_is_missing(target):
    random = np.random.default_rng(0)
    x = random.normal(size=80)
    model = rl.fit({"x": x, "y": x + random.normal(size=80)}, "y", lam=0.01, folds=2).model
    cells = [
        "2020-01-01",
        "1-2",
        "1.2.3",
        "1e",
        "--5",
        "1e5e5",
        "e5",
        ".e5",
        "+",
        "-.",
        "+3",
        "-4e0",
        "5.",
        ".5",
        " 2 ",
        "1E+2",
    ]
    new = pa.table({"x": cells})
    assert target(model, new) == pytest.approx(model.predict(new), rel=1e-12)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("levels", [["01", "02", "unknown"], [101, 202, None]], ids=repr)
def test_no_value_among_labels_in_digits(target, levels):
    random = np.random.default_rng(0)
    place = random.integers(0, 3, 120)
    cells = [levels[k] for k in place]
    model = rl.fit({"zip code": cells, "y": place + random.normal(size=120)}, "y", lam=0.01, folds=2).model
    new = pa.table({"zip code": ["unknown", "-", "?", "Oslo"]})
    want = [model.predict({"zip code": [cell]})[0] for cell in new.column("zip code").to_pylist()]
    assert want[0] == want[1] == want[2] != want[3]
    assert target(model, new) == pytest.approx(want, rel=1e-12)


def test_a_row_of_the_python_module_may_have_a_name_twice():
    random = np.random.default_rng(0)
    table = {"a b": random.normal(size=80), "a  b": random.normal(size=80)}
    table["y"] = table["a b"] - 2 * table["a  b"] + random.normal(size=80)
    model = rl.fit(table, "y", lam=0.01, folds=2).model
    row = {"a b": 1.0, "a  b": 5.0}
    assert python(model, pa.Table.from_pylist([row])) == pytest.approx(model.predict([row]), rel=1e-12)


def test_the_comma_of_an_offset_is_that_of_training():
    random = np.random.default_rng(0)
    x, base = random.normal(size=(2, 80))
    table = {"x": x, "base": [f"{b:.2f}".replace(".", ",") for b in base], "y": random.poisson(np.exp(base))}
    model = rl.fit(table, "y", lam=0.01, folds=2, family="poisson", offset="base").model
    want = model.predict([{"x": 1.0, "base": 1.234}])
    row = {"x": 1.0, "base": "1,234"}
    assert model.predict([row]) == pytest.approx(want, rel=1e-12)
    assert python(model, pa.Table.from_pylist([row])) == pytest.approx(want, rel=1e-12)
