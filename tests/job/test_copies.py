"""Copies among rows: found where they are, and not where few values make equal rows by themselves."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.checks import CHECKS
from ridgeline.job.copies import copied_rows
from ridgeline.job.data import prepare
from ridgeline.job.options import read_options


def copies(table, test=None, **options):
    return copied_rows(prepare(table, read_options("y", test=test, **options), test=test))


def rows(table, at):
    return {name: np.asarray(column)[at] for name, column in table.items()}


def noise(n=100, numbers=20, classes=False, seed=0):
    rng = np.random.default_rng(seed)
    y = np.where(rng.random(n) < 0.5, "yes", "no") if classes else rng.standard_normal(n)
    levels = {"town": rng.choice(["a", "b", "c"], n), "sex": rng.choice(["f", "m"], n)}
    return {f"x{j}": rng.standard_normal(n) for j in range(numbers)} | levels | {"y": y}


@pytest.mark.parametrize("classes", [False, True])
@pytest.mark.parametrize("numbers", [3, 200])  # as one dense array, and as levels beside one
def test_rows_that_stand_several_times_are_counted(classes, numbers):
    table = noise(numbers=numbers, classes=classes)
    many = rows(table, np.random.default_rng(1).permutation(np.repeat(np.arange(100), 5)))
    found = copies(many)
    assert found["validation"]["of"] == 400
    assert found["validation"]["rows"] > 380
    assert found["test"] == {"rows": 100, "of": 100}
    assert copies(table) == {}
    few = copies(rows(table, np.append(np.arange(100), [3, 7])), test_size=0)
    assert 0 <= few["validation"]["rows"] <= 4


def test_training_rows_as_test_rows_are_told():
    table = noise(200, 3)
    fit = rl.fit(table, target="y", test=table)
    check = next(c for c in fit.checks if c["code"] == "copied-rows")
    assert check["finding"].startswith("200 test rows (100%) are equal to training rows")
    assert "Test on rows that are not among the training rows." in check["finding"]
    other = rl.fit(table, target="y", test=noise(200, 3, seed=1))
    assert next(c for c in other.checks if c["code"] == "copied-rows")["status"] == "passed"


def test_the_verdict_does_not_call_copies_held_out():
    table = noise(100, 3)
    table["y"] = table["x0"] + 0.5 * table["y"]
    fit = rl.fit(rows(table, np.repeat(np.arange(100), 3)), target="y")
    text = " ".join(fit.summary["verdict"])
    assert "held-out" not in text
    assert "copies of rows learned from" in text


def test_groups_keep_copies_together():
    table = noise(100, 3) | {"id": np.array([f"p{i}" for i in range(100)])}
    found = copies(rows(table, np.repeat(np.arange(100), 5)), group="id")
    assert found == {"validation": {"rows": 0, "of": 400}, "test": {"rows": 0, "of": 100}}
    facts = {"summary": {}, "diagnostics": {"copies": found}}
    assert CHECKS["copied-rows"].run(facts)["status"] == "passed"


@pytest.mark.parametrize("share", [0.5, 0.05])
def test_few_values_make_equal_rows_by_themselves(share):
    rng = np.random.default_rng(0)
    n = 1000
    y = np.where(rng.random(n) < share, "yes", "no")
    levels = {f"c{j}": rng.choice(["a", "b", "c"], n) for j in range(6)}
    assert copies({**levels, "y": y}) == {}
    assert copies({"x": np.round(rng.uniform(0, 600, n)), "y": y}) == {}
    age = np.round(rng.normal(40, 12, n))
    assert copies({"age": age, "sex": rng.choice(["f", "m"], n), "y": np.round(age / 10 + rng.normal(size=n))}) == {}
