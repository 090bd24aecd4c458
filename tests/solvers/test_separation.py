"""Separation is claimed where some direction proves it, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from test_polish import dependent, exact

import ridgeline as rl


def status(X, y, family: str, lam: float = 0.0, **options) -> str:
    return rl.fit_path(X, y, family=family, lams=[lam], **options).status[0].name


@pytest.mark.parametrize("size", [1e-6, 1e-8, 1e-9])
@pytest.mark.parametrize("family", ["binomial", "poisson", "gamma"])
def test_nearly_dependent_columns_are_not_separation(family, size):
    X, y = dependent(family, size=size)
    path = rl.fit_path(X, y, family=family, lams=[0.0])
    assert path.status[0].name == "SOLVED"
    # standardizing rounds each column by 1e-16 of it, their difference is as little as 1e-9 of them
    assert path.certificates[0].objective == pytest.approx(exact(X, y, family, 0.0), abs=1e-16 / size)


def rows(n: int = 120, p: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers, two classes that overlap in them, and a column of zeros and ones."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((n, p))
    return X, (X[:, 0] + rng.logistic(size=n) > 0).astype(float), (rng.random(n) < 0.2).astype(float)


@pytest.mark.parametrize("family", ["binomial", "multinomial"])
@pytest.mark.parametrize("n", [60, 20_000])
def test_complete_and_quasi_complete_separation(family, n):
    X, y, flag = rows(n)
    assert status(X, y, family) == "SOLVED"
    assert status(X, (X[:, 0] > 0.3).astype(float), family) == "SEPARATED"
    within = np.where(flag == 1.0, 1.0, y)  # one level of a category has but one class
    assert status(np.column_stack([X, flag]), within, family) == "SEPARATED"
    but_one = within.copy()
    but_one[np.flatnonzero(flag)[0]] = 0.0
    assert status(np.column_stack([X, flag]), but_one, family) == "SOLVED"


def test_counts_that_a_level_lacks():
    X, _, flag = rows()
    y = np.random.default_rng(2).poisson(np.exp(X[:, 0] / 2)).astype(float)
    assert status(np.column_stack([X, flag]), y, "poisson") == "SOLVED"
    assert status(np.column_stack([X, flag]), np.where(flag == 1.0, 0.0, y), "poisson") == "SEPARATED"


@pytest.mark.parametrize("family", ["binomial", "multinomial"])
def test_a_penalty_on_what_separates_is_enough(family):
    X, y, flag = rows()
    X, y = np.column_stack([X, flag]), np.where(flag == 1.0, 1.0, y)
    assert status(X, y, family, 1e-3, penalty_factor=[0.0, 1.0, 1.0, 1.0]) == "SOLVED"
    assert status(X, y, family, 1e-3, penalty_factor=[1.0, 1.0, 1.0, 0.0]) == "SEPARATED"


def test_proportions_are_not_separated_by_what_separates_zeros_from_ones():
    X, y, flag = rows()
    y = np.where(flag == 1.0, 1.0, y)
    assert status(np.column_stack([X, flag]), np.where(y == 1.0, 0.99, y), "binomial") == "SOLVED"


def test_rows_that_hardly_overlap_are_not_separated():
    # one row lies on the wrong side by a thousandth of a standard deviation
    x = np.r_[np.linspace(-2, -0.1, 40), np.linspace(0.1, 2, 40), -0.1005, 0.1005]
    y = np.r_[np.zeros(40), np.ones(40), 1.0, 0.0]
    assert status(x[:, None], y, "binomial") == "SOLVED"
    assert status(x[:-2, None], y[:-2], "binomial") == "SEPARATED"


def test_rows_of_no_weight_separate_nothing():
    x, y = np.r_[np.linspace(-2, 2, 40), 1.5, -1.5], np.r_[np.arange(40) >= 20, False, True].astype(float)
    weights = np.r_[np.ones(40), 0.0, 0.0]
    assert status(x[:, None], y, "binomial") == "SOLVED"
    assert status(x[:, None], y, "binomial", weights=weights) == "SEPARATED"
