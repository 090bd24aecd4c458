"""Lasso, elastic net and bounds of the other families, and of tables with more columns than rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize

import ridgeline as rl
from ridgeline.families import get_family

FAMILIES = ("binomial", "poisson", "gamma")


def data(family: str, n: int = 120, p: int = 8) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(p)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 2)) @ rng.standard_normal((2, p))
    eta = X[:, 0] / 2 - X[:, 1] / 3
    X = X * rng.uniform(0.5, 4, p) + rng.uniform(-3, 3, p)
    target = {
        "gaussian": lambda: eta + rng.standard_normal(n),
        "binomial": lambda: (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float),
        "poisson": lambda: rng.poisson(np.exp(eta)).astype(float),
        "gamma": lambda: np.exp(eta) * rng.gamma(2.0, 0.5, n),
    }[family]()
    return X, target


def best(X, y, family: str, lam: float, ratio: float, bounds=(-np.inf, np.inf)) -> float:
    """The optimum by L-BFGS-B: b = positive part − negative part makes |b| smooth."""
    p, loss, s = X.shape[1], get_family(family), X.std(axis=0)
    Z = (X - X.mean(axis=0)) / s
    low, high = (np.broadcast_to(b, p) * s for b in bounds)

    def objective(parts):
        b = parts[1 : p + 1] - parts[p + 1 :]
        eta = parts[0] + Z @ b
        value, slope = loss.loss(y, eta).mean(), loss.gradient(y, eta) / len(y)
        smooth = Z.T @ slope + lam * (1 - ratio) * b
        total = value + lam * (ratio * parts[1:].sum() + (1 - ratio) / 2 * b @ b)
        return total, np.r_[slope.sum(), smooth + lam * ratio, -smooth + lam * ratio]

    limits = [(None, None), *zip(np.maximum(low, 0), np.maximum(high, 0), strict=True)]
    limits += list(zip(np.maximum(-high, 0), np.maximum(-low, 0), strict=True))
    options = {"ftol": 1e-16, "gtol": 1e-11, "maxiter": 20_000, "maxfun": 100_000, "maxcor": 30}
    return minimize(objective, np.zeros(2 * p + 1), jac=True, method="L-BFGS-B", bounds=limits, options=options).fun


@pytest.mark.parametrize("shape", [(120, 8), (40, 60)], ids=["tall", "wide"])
@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize("family", FAMILIES)
def test_optimum_at_every_lambda(family, ratio, shape):
    X, y = data(family, *shape)
    path = rl.fit_path(X, y, family=family, l1_ratio=ratio)
    assert path.df[0] == 0
    assert {s.name for s in path.status} == {"SOLVED"}
    null = path.certificates[0].gap / path.certificates[0].relative_gap if path.certificates[0].gap else 1.0
    for i in (0, 20, 50, 75):
        found = best(X, y, family, path.lams[i], ratio)
        assert path.certificates[i].objective <= found + 1e-10 * max(abs(found), null)
        assert path.certificates[i].objective == pytest.approx(found, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_bounds(family, ratio):
    X, y = data(family)
    path = rl.fit_path(X, y, family=family, l1_ratio=ratio, bounds=(-0.02, 0.05), lams=[0.1, 0.01])
    assert (path.coef >= -0.02).all()
    assert (path.coef <= 0.05).all()
    assert {s.name for s in path.status} == {"SOLVED"}
    for i, lam in enumerate((0.1, 0.01)):
        assert path.certificates[i].objective == pytest.approx(best(X, y, family, lam, ratio, (-0.02, 0.05)), rel=1e-8)


@pytest.mark.parametrize("shape", [(120, 8), (40, 60)], ids=["tall", "wide"])
@pytest.mark.parametrize("family", ["gaussian", *FAMILIES])
def test_bounds_that_leave_one_value(family, shape):
    X, y = data(family, *shape)
    low, high = np.full(shape[1], -np.inf), np.full(shape[1], np.inf)
    low[3] = high[3] = 0.05
    path = rl.fit_path(X, y, family=family, l1_ratio=0.5, bounds=(low, high), lams=[0.1])
    assert path.coef[0, 3] == 0.05
    found = best(X, y, family, 0.1, 0.5, (low, high))
    assert path.certificates[0].objective == pytest.approx(found, rel=1e-8)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
@pytest.mark.parametrize("shape", [(120, 8), (40, 60)], ids=["tall", "wide"])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_cross_validation_equals_brute_force(family, shape, kind):
    X, y = data(family, *shape)
    X = sparse.csr_array(np.where(np.abs(X) > 1, X, 0.0)) if kind == "sparse" else X
    folds = np.arange(shape[0]) % 4
    cv = rl.cross_validate(X, y, folds=folds, family=family, l1_ratio=1.0, lams=np.geomspace(0.3, 0.01, 12))
    for k in range(4):
        path = rl.fit_path(X[folds != k], y[folds != k], family=family, l1_ratio=1.0, lams=cv.lams)
        eta = path.intercept + X[folds == k] @ path.coef.T
        loss = get_family(family).loss(y[folds == k][:, None], eta).mean(axis=0)
        np.testing.assert_allclose(cv.losses[k], loss, rtol=1e-8)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_folds_among_near_copies_of_columns_are_judged_as_exactly(family):
    """Where columns nearly say the same, coefficients move far while the optimality conditions hardly do."""
    rng = np.random.default_rng(49)
    X = rng.standard_normal((170, 240))
    X[:, 1::3] = X[:, ::3] + 1e-3 * rng.standard_normal((170, 80))
    eta = X[:, :8] @ rng.standard_normal(8)
    y = rng.poisson(np.exp(np.clip(eta, -5, 4))) if family == "poisson" else eta + rng.logistic(size=170) > 0
    folds = np.arange(170) % 4
    top = np.abs(X.T @ (y - y.mean())).max() / 85
    lams = np.geomspace(top, 1e-3 * top, 25)
    cv = rl.cross_validate(X, y, folds=folds, family=family, l1_ratio=1.0, lams=lams)
    for k in range(4):
        path = rl.fit_path(X[folds != k], y[folds != k], family, 1.0, lams=cv.lams)
        with np.errstate(over="ignore"):
            loss = get_family(family).loss(y[folds == k][:, None], path.intercept + X[folds == k] @ path.coef.T)
        np.testing.assert_allclose(cv.losses[k], loss.mean(axis=0), rtol=1e-7)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_sparse_and_dense_columns_give_the_same_path(family):
    X, y = data(family, 50, 80)
    X = np.where(np.abs(X) > 1, X, 0.0)
    dense = rl.fit_path(X, y, family=family, l1_ratio=1.0)
    thin = rl.fit_path(sparse.csr_array(X), y, family=family, l1_ratio=1.0)
    np.testing.assert_allclose(thin.coef, dense.coef, atol=1e-7)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_more_columns_than_rows_with_lambda_zero_and_factors(family):
    X, y = data(family, 40, 60)
    factor = np.ones(60)
    factor[:2], factor[5] = 0.0, np.inf
    path = rl.fit_path(X, y, family=family, l1_ratio=1.0, penalty_factor=factor)
    assert (path.coef[:, :2] != 0).all()
    assert (path.coef[:, 5] == 0).all()
    assert path.df[0] == 2
    assert {s.name for s in path.status} == {"SOLVED"}
    if family == "gaussian":
        least = rl.cross_validate(X, y, l1_ratio=1.0, lams=[0.1, 0.0, 1e12], folds=4)
        ridge = rl.cross_validate(X, y, lams=[0.0], folds=4)
        np.testing.assert_allclose(least.losses[:, 1], ridge.losses[:, 0], rtol=1e-8)


@pytest.mark.parametrize("family", FAMILIES)
def test_certificate_holds_away_from_the_optimum(family):
    X, y = data(family)
    rng = np.random.default_rng(0)
    path = rl.fit_path(X, y, family=family, l1_ratio=1.0, lams=[0.02])
    for size in (1e-1, 1e-3, 1e-6):
        coef = path.coef[0] * (1 + size * rng.standard_normal(8))
        found = rl.certify(X, y, coef, path.intercept[0], 0.02, family=family, l1_ratio=1.0)
        assert found.gap >= found.objective - path.certificates[0].objective - 1e-14
