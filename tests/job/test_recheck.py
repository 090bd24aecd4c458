"""`verify` with the table: the right table agrees in any dress, and a wrong number is named."""

import copy
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import ridgeline as rl


def columns(task="regression", n=240):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((n, 3)).round(3)
    signal = 2 * x[:, 0] - x[:, 1] + rng.standard_normal(n)
    data = {f"x{j}": x[:, j].tolist() for j in range(3)}
    data["x2"][4] = data["x2"][9] = None
    data |= {
        "city": rng.choice(["Oslo", "Rome", "Bonn"], n).tolist(),
        "who": rng.integers(0, 40, n).tolist(),
        "day": [f"2024-{1 + i // 28 % 12:02d}-{1 + i % 28:02d}" for i in range(n)],
        "w": (1 + rng.random(n)).round(2).tolist(),
        "y": signal.round(3).tolist() if task == "regression" else np.where(signal > 0, "yes", "no").tolist(),
    }
    data["y"][7] = None
    return data


OPTIONS = {
    "plain": {"drop": ["who", "day", "w"]},
    "weighted": {"weight": "w", "drop": ["who", "day"]},
    "grouped": {"group": "who", "drop": ["day", "w"], "seed": 5},
    "in time": {"time": "day", "drop": ["who", "w"]},
    "kept": {"keep": ["x1"], "drop": ["who", "day", "w"], "test_size": 0},
    "offset": {"offset": "x1", "drop": ["who", "day", "w"], "test_size": 50},
}


@pytest.mark.parametrize("task", ["regression", "binary"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_table_of_the_fit_agrees(task, options):
    data = columns(task)
    model = rl.fit(data, "y", **options).model
    assert model.verify(data) == []
    changed = {**data, "y": data["y"][1:] + data["y"][:1]}
    assert model.verify(changed) != []


def test_a_fit_without_any_error_agrees_with_itself():
    random = np.random.default_rng(0)
    data = {f"x{j}": random.standard_normal(9).tolist() for j in range(9)} | {"y": random.standard_normal(9).tolist()}
    model = rl.fit(data, "y", lam=0, test_size=0).model
    turned = {name: cells[::-1] for name, cells in data.items()}  # the same rows: sums round otherwise
    model.content["training"]["mask"] = rl.fit(turned, "y", lam=0, test_size=0).model.content["training"]["mask"]
    assert model.verify(turned) == []


def test_a_separate_test_file_leaves_all_rows_to_learn_from():
    data = columns()
    model = rl.fit(data, "y", drop=["who", "day", "w"], test=columns(n=150)).model
    assert model.verify(data) == []


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    table = pa.table({k: v for k, v in columns("binary").items() if k not in ("who", "day", "w")})
    pq.write_table(table, folder / "a.parquet")
    lines = [table.column_names, *zip(*table.to_pydict().values(), strict=True)]

    def cell(value, comma):
        text = "" if value is None else str(value)
        return text.replace(".", ",") if comma else text

    for name, sign in (("a.csv", ","), ("b.csv", ";")):
        rows = [sign.join(cell(v, sign == ";") for v in line) for line in lines]
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    model = rl.fit(folder / "a.csv", "y").model
    model.save(folder / "model.json")
    return folder, rl.load(folder / "model.json")


@pytest.mark.parametrize("dress", ["a.csv", "b.csv", "a.parquet"])
def test_any_dress_of_the_table_agrees(fitted, dress):
    folder, model = fitted
    assert model.verify(folder / dress) == []


def tampered(model, change):
    content = copy.deepcopy(model.content)
    change(content)
    return rl.Model(content, model.encoder)


@pytest.mark.parametrize("position", range(7))
def test_a_changed_coefficient_is_named(fitted, position):
    folder, model = fitted

    def change(content):
        feature = content["features"][position]
        feature["coef"] += 0.01
        feature["std_coef"] = feature["coef"] * feature["sd"]

    wrong = tampered(model, change)
    name = model.content["features"][position]["feature"]
    assert wrong.verify(folder / "a.csv")[-1].startswith(f"feature {name!r}: coef ")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda c: c.update(intercept=c["intercept"] + 0.01), "intercept "),
        (lambda c: c.update({"lambda": c["lambda"] * 1.1}), "lambda "),
        (lambda c: c["features"][0].update(sd=c["features"][0]["sd"] * 1.001), "feature 'x0': sd "),
        (lambda c: c["features"][0].update(mean=0.5), "feature 'x0': mean "),
        (lambda c: c["features"][1].update(penalty_factor=0.0), "feature 'x1': penalty_factor "),
        (lambda c: c["fill"].__setitem__(0, c["fill"][0] + 0.01), "fill of 'x2' "),
        (lambda c: c["certificate"].update(objective=c["certificate"]["objective"] * 1.01), "certificate: objective "),
        (lambda c: c["training"].update(seed=1), "not those that seed 1"),
        (lambda c: c["training"].update(table_rows=1), "has 240 rows"),
        (lambda c: c["training"].update(rows=1), "training: rows is 1, the table gives 191"),
    ],
    ids=["intercept", "lambda", "sd", "mean", "factor", "fill", "objective", "seed", "table", "rows"],
)
def test_any_other_changed_number_is_named(fitted, change, named):
    folder, model = fitted
    assert re.search(named, tampered(model, change).verify(folder / "a.csv")[-1])


def test_another_table_is_told(fitted, tmp_path):
    folder, model = fitted
    lines = (folder / "a.csv").read_text().splitlines()
    (tmp_path / "short.csv").write_text("\n".join(lines[:-3]) + "\n")
    assert "another table" in model.verify(tmp_path / "short.csv")[-1]


@pytest.mark.parametrize(
    ("key", "value"), [("more", 1), ("seed", None), ("seed", "0"), ("test_file", 1), ("rows", True), ("weight", 3)]
)
def test_a_damaged_record_is_refused(fitted, tmp_path, key, value):
    _, model = fitted
    content = copy.deepcopy(model.content)
    content["training"][key] = value
    (tmp_path / "m.json").write_text(json.dumps(content))
    with pytest.raises(rl.InputError, match="'training'"):
        rl.load(tmp_path / "m.json")
