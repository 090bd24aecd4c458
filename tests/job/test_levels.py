"""Penalty factors of the levels of categories."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.penalties import level_factors

rows = np.array([[0, 0]] * 6 + [[1, 0]] * 3 + [[2, 1]])


def test_under_l1_every_level_of_a_category_costs_the_same():
    factors = level_factors(rows, (3, 2), np.ones(10))
    share = np.array([0.6, 0.3, 0.1, 0.9, 0.1])
    sd = np.sqrt(share * (1 - share))
    assert factors * sd == pytest.approx(np.sqrt([0.24 + 0.21 + 0.09] * 3 + [0.18] * 2))


def test_weights_count_as_rows_and_absent_levels_stay_at_one():
    twice = level_factors(np.repeat(rows, 2, axis=0), (4, 2), np.ones(20))
    assert level_factors(rows, (4, 2), np.full(10, 3.0)) == pytest.approx(twice)
    assert twice[3] == 1.0


def test_codes_that_are_none_of_the_levels_do_not_count():
    factors = level_factors(np.array([[0], [0], [1], [-1]]), (2,), np.ones(4))
    assert factors == pytest.approx(np.sqrt((0.25 + 0.1875) / np.array([0.25, 0.1875])))


def test_the_model_file_holds_them_and_a_kept_column_has_none():
    rng = np.random.default_rng(0)
    table = {"x": rng.standard_normal(200), "kind": rng.choice(["often", "seldom"], 200, p=[0.8, 0.2])}
    table |= {"other": rng.choice(["a", "b"], 200), "y": table["x"] + rng.standard_normal(200)}
    model = rl.fit(table, target="y", keep=["other"]).model
    factors = {f["feature"]: f["penalty_factor"] for f in model.content["features"]}
    assert factors == {
        "x": 1.0, "kind=often": pytest.approx(2**0.5), "kind=seldom": pytest.approx(2**0.5), "other=a": 0, "other=b": 0
    }  # fmt: skip


@pytest.mark.parametrize("penalty", ["l2", "l1"])
def test_many_rare_levels_without_effect_are_not_memorised(penalty):
    rng = np.random.default_rng(0)
    x, level = rng.standard_normal((600, 2)), rng.zipf(1.3, 600) % 60
    table = {"a": x[:, 0], "b": x[:, 1], "level": np.char.add("L", level.astype(str))}
    table["y"] = x @ [1.0, 0.5] + 0.3 * (level == 1) + rng.standard_normal(600)
    problem = rl.fit(table, target="y", penalty=penalty).cv.problem
    columns, ratio = problem.design.columns(np.arange(problem.design.shape[1])), problem.l1_ratio
    fair = rl.cross_validate(columns, problem.y, l1_ratio=ratio, penalty_factor=problem.factors)
    per_sd = rl.cross_validate(columns, problem.y, l1_ratio=ratio)
    assert fair.mean.min() < per_sd.mean.min()
