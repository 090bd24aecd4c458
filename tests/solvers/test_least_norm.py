"""λ = 0 with columns that depend on each other: the solution of least norm, for every family."""

from __future__ import annotations

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.problem import Status


def table(family: str):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 8))
    X[:, 3], X[:, 1] = X[:, 5], 2.0 * X[:, 0] + X[:, 2]
    eta = 0.5 * X[:, 0]
    y = {
        "gaussian": eta + rng.standard_normal(100),
        "binomial": eta + 2.0 * rng.logistic(size=100) > 0,
        "poisson": rng.poisson(np.exp(eta)),
        "gamma": rng.gamma(2.0, np.exp(eta)),
        "multinomial": rng.integers(0, 3, 100),
    }
    return X, y[family]


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson", "gamma", "multinomial"])
@pytest.mark.parametrize("ratio", [0.0, 1.0])
@pytest.mark.parametrize("factors", [np.ones(8), np.array([0.0, 4.0, 1.0, 4.0, 1.0, 1.0, 1.0, 1.0])])
def test_what_no_row_sees_is_orthogonal_to_the_solution(family, ratio, factors):
    X, y = table(family)
    path = rl.fit_path(X, y, family, ratio, lams=[0.1, 0.0], penalty_factor=factors)
    unseen = np.zeros((8, 2))
    unseen[[3, 5], 0] = 1.0, -1.0
    unseen[[0, 1, 2], 1] = path.sd[[0, 1, 2]] * [2.0, -1.0, 1.0]
    np.testing.assert_allclose((factors * path.std_coef[1]) @ unseen, 0.0, atol=1e-12)
    assert path.status[1] is Status.SOLVED


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_rows_without_weight_see_nothing(family):
    X, y = table(family)
    X[::4, 3] += 1.0
    path = rl.fit_path(X, y, family, lams=[0.0], weights=np.arange(100) % 4 > 0)
    assert path.std_coef[0, 3] == pytest.approx(path.std_coef[0, 5], abs=1e-12)


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson", "gamma"])
@pytest.mark.parametrize("ratio", [0.0, 1.0])
@pytest.mark.parametrize("n", [300, 10_000])
def test_what_rounding_makes_of_numbers_far_from_zero_is_not_seen(family, ratio, n):
    """Three months as time in years and as a place on a circle: they depend on each other but for rounding."""
    rng = np.random.default_rng(0)
    month = rng.integers(0, 3, n)
    angle = 2.0 * np.pi * month / 12.0
    X = np.column_stack([2018.0 + month * 31.0 / 365.2425, np.sin(angle), np.cos(angle), rng.standard_normal(n)])
    eta = 0.3 * month + 0.5 * X[:, 3]
    y = {
        "gaussian": eta + rng.standard_normal(n),
        "binomial": eta + rng.logistic(size=n) > 0,
        "poisson": rng.poisson(np.exp(eta)),
        "gamma": rng.gamma(2.0, np.exp(eta)),
    }[family]
    path = rl.fit_path(X, y, family, ratio, lams=[0.0])
    places = X[[np.argmax(month == k) for k in range(3)], :3] / path.sd[:3]
    unseen = np.linalg.svd(places - places[0])[2][2]
    assert path.std_coef[0, :3] @ unseen == pytest.approx(0.0, abs=1e-9)
    assert path.status[0] is Status.SOLVED
