"""Column diagnostics that the checks read, on tables where the answer is known."""

import numpy as np

import ridgeline as rl


def fit(**columns):
    rng = np.random.default_rng(5)
    n = 200
    base = {"a": rng.standard_normal(n), "b": rng.standard_normal(n)}
    data = base | {name: make(rng, base, n) for name, make in columns.items()}
    data.setdefault("y", base["a"] + rng.standard_normal(n))
    return rl.fit(data, "y")


def test_columns_that_say_the_same_are_paired():
    found = fit(c=lambda rng, base, n: -base["a"] + 0.01 * rng.standard_normal(n)).facts["diagnostics"]["collinear"]
    assert [pair[:2] for pair in found] == [["a", "c"]]
    assert -1 <= found[0][2] < -0.999


def test_missing_cells_do_not_hide_it():
    def gaps(rng, base, n):
        return [None if i % 50 == 0 else v + 100.0 for i, v in enumerate(base["a"].tolist())]

    found = fit(c=gaps).facts["diagnostics"]["collinear"]
    assert [pair[:2] for pair in found] == [["a", "c"]]
    assert fit().facts["diagnostics"]["collinear"] == []


def test_levels_of_one_column_are_no_news():
    result = fit(c=lambda rng, base, n: np.where(base["b"] > 0, "u", "v"))
    assert result.facts["diagnostics"]["collinear"] == []


def test_rare_levels_are_counted_in_training_rows():
    result = fit(c=lambda rng, base, n: np.array(["rare"] * 6 + ["u", "v"] * 97))
    rows = np.array(result.predictions()["row"])[np.array(result.predictions()["split"]) == "train"]
    found = result.facts["diagnostics"]["rare_levels"]
    assert found == [{"column": "c", "level": "rare", "rows": int((np.unique(rows) < 6).sum())}]


def test_a_column_that_moved_between_training_and_test_is_measured():
    rng = np.random.default_rng(0)
    data = {"a": rng.standard_normal(300), "b": rng.standard_normal(300), "t": np.arange(300.0)}
    data["a"][240:] += 3.0
    data["y"] = data["b"] + rng.standard_normal(300)
    result = rl.fit(data, "y", time="t")
    shift = result.facts["diagnostics"]["shift"]
    assert abs(shift["a"] - 3.0) < 0.6
    assert abs(shift["b"]) < 0.4
    drift = next(c for c in result.checks if c["code"] == "drift")
    assert drift["status"] == "finding"
    assert "'a'" in drift["finding"]


def test_what_separates_the_classes_is_named():
    result = fit(y=lambda rng, base, n: np.where(base["b"] + 5 * (base["b"] > 0.2) > 3, "yes", "no"))
    found = result.facts["diagnostics"]
    assert found["separated"]
    assert found["separating"] == ["b"]
    assert "'b'" in next(c for c in result.checks if c["code"] == "separation")["finding"]
