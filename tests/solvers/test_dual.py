"""Elastic net with many more columns in use than rows, by its dual."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet

import ridgeline as rl
from ridgeline.kernels import plain
from ridgeline.solvers import dual, working


def quadratic(n: int = 30, w: int = 120, free: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    a = rng.standard_normal((n, w)) + rng.standard_normal((n, 1))
    held = np.arange(w) >= free
    factor = rng.uniform(0.5, 2.0, w) * held
    return a / np.sqrt(n), rng.standard_normal(n), 0.2 * factor, 0.8 * factor


@pytest.mark.parametrize("free", [0, 1, 3])
def test_the_minimiser_is_that_of_coordinate_descent(free):
    a, s, l1, l2 = quadratic(free=free)
    solver, theta = dual.Dual(a, l1, l2), np.zeros(a.shape[1])
    box = np.array([[-np.inf], [np.inf]]) * np.ones(len(theta))
    for lam in (3.0, 0.3, 0.03):
        found = solver.minimise(theta, s, lam)
        assert found is not None
        theta, gradient = found
        want, _ = plain.descend(a.T @ a, a.T @ s, l1, l2, box, np.array([lam]), np.zeros(len(theta)))
        np.testing.assert_allclose(theta, want[0], atol=1e-11)
        np.testing.assert_array_equal(theta == 0.0, want[0] == 0.0)
        np.testing.assert_allclose(gradient, a.T @ (a @ theta - s), atol=1e-12)
    assert np.count_nonzero(theta) > len(s)


def wide(family: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((40, 400)) + rng.standard_normal((40, 1))
    eta = X[:, :10] @ rng.standard_normal(10) / 3
    return X, eta + rng.standard_normal(40) if family == "gaussian" else (eta + rng.logistic(size=40) > 0).astype(float)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_the_path_goes_over_to_the_dual_and_is_certified(family, monkeypatch):
    calls = []
    original = dual.Dual.minimise
    monkeypatch.setattr(working.Dual, "minimise", lambda self, *a: calls.append(1) or original(self, *a))
    X, y = wide(family)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    lams = np.geomspace(2.0, 0.02, 20)
    path = rl.fit_path(X, y, family=family, l1_ratio=0.1, lams=lams)
    assert calls
    assert {s.name for s in path.status} == {"SOLVED"}
    if family == "gaussian":
        peer = ElasticNet(alpha=lams[-1], l1_ratio=0.1, tol=1e-14, max_iter=10**6).fit(X, y)
        np.testing.assert_allclose(path.coef[-1], peer.coef_, atol=1e-7)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
@pytest.mark.parametrize("options", [{}, {"intercept": False}, {"penalty_factor": np.r_[0.0, 0.0, np.ones(398)]}])
def test_folds_are_the_same_without_the_dual(family, options, monkeypatch):
    X, y = wide(family)
    options = options | {"family": family, "l1_ratio": 0.1, "lams": np.geomspace(1.0, 0.05, 8), "folds": 3}
    with_dual = rl.cross_validate(X, y, **options)
    monkeypatch.setattr(working.Worker, "_crowded", lambda *_: False)
    without = rl.cross_validate(X, y, **options)
    np.testing.assert_allclose(with_dual.losses, without.losses, rtol=1e-7)
    np.testing.assert_allclose(with_dual.path.coef, without.path.coef, atol=1e-7)
