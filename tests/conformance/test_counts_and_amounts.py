"""Poisson and gamma through the library, against solvers that share nothing with it."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import GammaRegressor, PoissonRegressor

import ridgeline as rl

LAMS = np.array([10.0, 0.3, 0.01, 1e-4])


def table(family: str, n: int = 300, p: int = 5, unit: float = 1.0):
    rng = np.random.default_rng(n + p)
    X = rng.standard_normal((n, p)) * rng.uniform(0.3, 2, p) + 1
    eta = X[:, : min(3, p)] @ np.array([0.4, -0.3, 0.2])[: min(3, p)]
    y = rng.poisson(np.exp(eta)).astype(float) if family == "poisson" else rng.gamma(2.0, np.exp(eta) / 2) * unit
    return X, y, rng.uniform(0.2, 2, n)


def losses(family: str, y, eta):
    return np.exp(eta) - y * eta if family == "poisson" else y * np.exp(-eta) + eta


@pytest.mark.parametrize("family", ["poisson", "gamma"])
def test_same_coefficients_as_scikit_learn(family):
    X, y, w = table(family)
    path = rl.fit_path(X, y, family=family, lams=LAMS, weights=w, standardize=False)
    peer = PoissonRegressor if family == "poisson" else GammaRegressor
    for i, lam in enumerate(LAMS):
        found = peer(alpha=lam, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(X, y, sample_weight=w)
        np.testing.assert_allclose(path.coef[i], found.coef_, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(path.intercept[i], found.intercept_, rtol=1e-7, atol=1e-9)
    assert max(c.relative_gap for c in path.certificates) < 1e-12


@pytest.mark.parametrize("unit", [1e-6, 0.3678794, 1.0, 1e9])
def test_units_of_an_amount_move_the_intercept_alone(unit):
    X, y, w = table("gamma")
    X2, y2, _ = table("gamma", unit=unit)
    a, b = (rl.fit_path(x, t, family="gamma", lams=LAMS, weights=w) for x, t in ((X, y), (X2, y2)))
    np.testing.assert_allclose(b.coef, a.coef, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(b.intercept, a.intercept + np.log(unit), rtol=1e-7, atol=1e-9)
    assert max(c.relative_gap for c in b.certificates) < 1e-10


@pytest.mark.parametrize("family", ["poisson", "gamma"])
@pytest.mark.parametrize("shape", [(300, 5), (40, 80)])
def test_cross_validation_is_the_loop_over_folds(family, shape):
    X, y, w = table(family, *shape)
    offset = np.sin(np.arange(len(y)))
    folds = np.arange(len(y)) % 4
    lams = np.array([3.0, 0.3, 0.05])
    cv = rl.cross_validate(X, y, family=family, folds=folds, lams=lams, weights=w, offset=offset)
    for k in range(4):
        t, v = folds != k, folds == k
        part = rl.fit_path(X[t], y[t], family=family, lams=lams, weights=w[t], offset=offset[t])
        eta = X[v] @ part.coef.T + part.intercept + offset[v][:, None]
        np.testing.assert_allclose(cv.losses[k], w[v] @ losses(family, y[v][:, None], eta) / w[v].sum(), rtol=1e-8)


@pytest.mark.parametrize("family", ["poisson", "gamma"])
def test_certificate_of_any_point_bounds_the_distance(family):
    X, y, w = table(family, 80, 3)
    total = w.sum()
    sd = np.sqrt(np.average((X - np.average(X, axis=0, weights=w)) ** 2, axis=0, weights=w))
    lam = 0.2

    def value(t):
        return w @ losses(family, y, t[0] + X @ t[1:]) / total + lam / 2 * np.sum((sd * t[1:]) ** 2)

    best = minimize(value, np.zeros(4), method="BFGS", options={"gtol": 1e-10, "maxiter": 5000})
    rng = np.random.default_rng(0)
    for size in (0.0, 1e-4, 1e-2, 0.2):
        point = best.x + size * rng.standard_normal(4)
        found = rl.certify(X, y, point[1:], point[0], lam, family=family, weights=w)
        assert found.gap >= value(point) - best.fun - 1e-10
        assert found.objective == pytest.approx(value(point), rel=1e-10)
        assert size > 0 or found.gap < 1e-8


def test_exposure_enters_as_offset():
    # counts with offset log(exposure) are rates weighted by exposure; the mean exposure scales lambda
    X, y, _ = table("poisson")
    exposure = np.exp(np.random.default_rng(3).normal(0, 1, len(y)))
    counts = rl.fit_path(
        X, y, family="poisson", lams=LAMS * exposure.mean(), offset=np.log(exposure), standardize=False
    )
    rates = rl.fit_path(X, y / exposure, family="poisson", lams=LAMS, weights=exposure, standardize=False)
    np.testing.assert_allclose(counts.coef, rates.coef, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(counts.intercept, rates.intercept, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("family", ["poisson", "gamma"])
def test_wild_targets_are_solved_to_the_promise(family):
    # amounts over twelve orders of magnitude and one huge outlier: full Newton steps overshoot here
    rng = np.random.default_rng(5)
    X = rng.standard_normal((120, 4))
    y = np.exp(rng.normal(0, 5, 120) + 4 * X[:, 0])
    y[7] = 1e12
    y = np.floor(y) if family == "poisson" else y
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = rl.fit_path(X, y, family=family)
    assert max(c.relative_gap for c in path.certificates) < 1e-8
    assert {s.name for s in path.status} == {"SOLVED"}


def test_gamma_without_a_minimum_in_one_direction():
    # a column that is 1 in one row alone: at lambda 0 that row is fitted exactly, and the rest is untouched
    rng = np.random.default_rng(2)
    X = np.column_stack([rng.standard_normal(50), np.arange(50) == 3])
    y = rng.gamma(2.0, 1.0, 50)
    path = rl.fit_path(X, y, family="gamma", lams=[0.0])
    assert path.intercept[0] + X[3] @ path.coef[0] == pytest.approx(np.log(y[3]), abs=1e-9)
