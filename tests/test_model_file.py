"""A model file is refused, or it is used: nobody else's slip in it ends as a defect of ours."""

import copy
import json

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.errors import ModelFileError, RidgelineError

ROWS = 60


@pytest.fixture(scope="module")
def models():
    random = np.random.default_rng(0)
    table = {
        "number": [None, *random.normal(size=ROWS - 1).tolist()],
        "level": random.choice(["a", "b", "c"], ROWS).tolist(),
        "day": [f"2020-0{1 + k % 9}-1{k % 9}" for k in range(ROWS)],
        "two": random.choice(["no", "yes"], ROWS).tolist(),
        "three": random.choice(["p", "q", "r"], ROWS).tolist(),
    }
    return {
        target: (rl.fit(table, target, drop=other, lam=0.1).model.content, table)
        for target, other in (("two", "three"), ("three", "two"))
    }


def changed(content, path, value):
    whole = copy.deepcopy(content)
    part = whole
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return whole


def places(part, path=()):
    """Every place in nested objects and lists; of a list the first entries."""
    entries = part.items() if isinstance(part, dict) else enumerate(part[:2]) if isinstance(part, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from places(inner, (*path, key))


@pytest.fixture
def load(tmp_path):
    def load(content):
        (tmp_path / "model.json").write_text(json.dumps(content), "utf-8")
        return rl.load(tmp_path)

    return load


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("fill", 0), "x"), (("fill", 0), None), (("fill", 0), [1.0]), (("labels", 0), 1), (("task",), "multiclass"),
        (("examples", 0, "expected"), None), (("examples", 0, "expected"), "x"), (("examples", 0, "expected"), [0.5]),
        (("examples", 0, "row"), []), (("examples", 0), 1), (("training", "readings"), {"two": 1}),
        (("training", "keep"), [1]), (("features", 0), 1), (("certificate",), {}), (("encoder", "columns", 0), 1),
        (("target",), "\ud800"), (("examples", 0, "row"), {"\udfff": 1}),
    ],
)  # fmt: skip
def test_what_no_fit_has_written_is_refused(models, load, path, value):
    content, _ = models["two"]
    with pytest.raises(ModelFileError, match=r"model\.json"):
        load(changed(content, path, value))


@pytest.mark.parametrize("target", ["two", "three"])
@pytest.mark.parametrize("value", [None, "x", 0.5, 10**30, ["x"]], ids=repr)
def test_a_model_is_refused_or_used(models, load, target, value):
    content, table = models[target]
    for path in places(content):
        try:
            model = load(changed(content, path, value))
            model.verify()
            model.predict(table)
            if target == "two":
                model.explain(table)
        except RidgelineError:
            pass


def test_an_editor_may_add_a_byte_order_mark(models, load, tmp_path):
    load(models["two"][0])
    (tmp_path / "model.json").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "model.json").read_bytes())
    assert rl.load(tmp_path).intact


@pytest.mark.parametrize("name", ["no such", "a" * 300, ""])
def test_a_place_without_a_model_is_named(name):
    with pytest.raises(ModelFileError, match=r"cannot be read|model\.json"):
        rl.load(name)
