"""Certificates of points far from the optimum: never smaller than the true gap, and finite where they can be."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.errors import OptionError

TARGETS = {
    "binomial": lambda r, n: (r.random(n) < 0.5) * 1.0,
    "poisson": lambda r, n: r.poisson(1.0, n) * 1.0,
    "gamma": lambda r, n: r.gamma(2.0, 1.0, n),
}


@pytest.mark.parametrize("factors", [[1, 1, 1], [0, 1, 1]], ids=["all penalised", "one free"])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("lam", [0.0, 0.1])
@pytest.mark.parametrize("family", TARGETS)
def test_rows_without_curvature_are_not_taken_for_balanced(family, lam, l1_ratio, factors):
    r = np.random.default_rng(0)
    x, y = r.standard_normal((60, 3)), TARGETS[family](r, 60)
    options = {"family": family, "l1_ratio": l1_ratio, "penalty_factor": factors}
    for intercept in (True, False):
        best = rl.fit_path(x, y, lams=[lam], intercept=intercept, **options).certificates[0].objective
        for size in (3.0, 30.0, 300.0, 3e4, -3.0, -300.0):
            found = rl.certify(x, y, np.array([1, 1, -1]) * size, 0.0, lam, fit_intercept=intercept, **options)
            assert found.gap >= (found.objective - best) * (1.0 - 1e-9)


def test_more_columns_than_rows_and_an_intercept_far_away():
    x = np.random.default_rng(0).standard_normal((4, 5))
    found = rl.certify(x, [0, 0, 1, 1.0], np.zeros(5), 1000.0, 1.0, family="binomial", l1_ratio=0.5)
    assert found.gap >= 499.0


@pytest.mark.parametrize("family", TARGETS)
def test_an_intercept_that_is_a_little_off_has_a_small_gap(family):
    r = np.random.default_rng(0)
    x, y = r.standard_normal((100, 4)), TARGETS[family](r, 100)
    path = rl.fit_path(x, y, family=family, l1_ratio=1.0, lams=[0.05])
    gaps = [
        rl.certify(x, y, path.coef[0], path.intercept[0] + off, 0.05, family=family, l1_ratio=1.0).gap
        for off in (0.0, 1e-7, 1e-3)
    ]
    assert gaps[0] < 1e-10
    assert gaps[1] < 1e-10  # shrinking the dual point by a share of 1e-7 costs a share of its square
    assert gaps[2] < 1e-4


@pytest.mark.parametrize("intercept", [True, False])
def test_a_free_column_with_a_single_entry(intercept):
    r = np.random.default_rng(0)
    x = np.column_stack([np.eye(30)[:, 7], r.standard_normal((30, 2))])
    for seed in range(20):
        y = np.random.default_rng(seed).poisson(1.5, 30) * 1.0
        y[7] = 3.0
        options = {"family": "poisson", "l1_ratio": 0.5, "penalty_factor": [0, 1, 1], "intercept": intercept}
        assert rl.fit_path(x, y, lams=[0.1], **options).certificates[0].relative_gap < 1e-8


def test_coefficients_of_columns_that_are_not_in_the_model_are_refused():
    x = np.column_stack([np.random.default_rng(1).standard_normal((50, 2)), np.full(50, 2.0)])
    with pytest.raises(OptionError, match="must be 0 for column 2: it is constant"):
        rl.certify(x, x[:, 0], [0.5, 0.0, 9.0], 0.0, 0.1, l1_ratio=1.0, fit_intercept=False)
    with pytest.raises(OptionError, match="must be 0 for column 1: penalty_factor excludes it"):
        rl.certify(x, x[:, 0], [0.5, 9.0, 0.0], 0.0, 0.1, penalty_factor=[1, np.inf, 1])
    moved = rl.certify(x, x[:, 0], [0.5, 0.0, 9.0], -18.0, 0.1)
    assert moved.objective == pytest.approx(rl.certify(x, x[:, 0], [0.5, 0.0, 0.0], 0.0, 0.1).objective)


@pytest.mark.parametrize("factors", [[1, 1, 1], [0, 1, 1]], ids=["all penalised", "one free"])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5])
@pytest.mark.parametrize("lam", [0.0, 0.1])
def test_rows_of_several_classes_without_curvature_are_not_taken_for_balanced(lam, l1_ratio, factors):
    r = np.random.default_rng(0)
    x, y = r.standard_normal((60, 3)), r.integers(0, 3, 60)
    options = {"family": "multinomial", "l1_ratio": l1_ratio, "penalty_factor": factors}
    for intercept in (True, False):
        best = rl.fit_path(x, y, lams=[lam], intercept=intercept, **options).certificates[0].objective
        for size in (3.0, 30.0, 300.0, 3e4):
            coef = size * np.array([[1, 1, -1], [-1, 0, 1], [0, -1, 0]])
            for level in (0.0, 1e3) if intercept else (0.0,):
                b0 = level * np.array([1.0, 0.0, -1.0])
                found = rl.certify(x, y, coef, b0, lam, fit_intercept=intercept, **options)
                assert found.gap >= (found.objective - best) * (1.0 - 1e-9)
