"""Solutions far from where a solver begins, folds of few rows, columns of sizes that have nothing in common."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.problem import Status


def counts(family: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((100, 20))
    mean = np.exp(X[:, :8].sum(axis=1))
    return X, rng.gamma(2.0, mean) if family == "gamma" else rng.poisson(np.minimum(mean, 3000.0)).astype(float)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("gamma", {"l1_ratio": 1.0}),
        ("gamma", {"l1_ratio": 0.5}),
        ("gamma", {"l1_ratio": 0.0, "bounds": (0.0, np.inf)}),
        ("poisson", {"l1_ratio": 1.0, "intercept": False}),
    ],
)
def test_one_small_lambda_needs_no_path(family, options, seed):
    X, y = counts(family, seed)
    alone = rl.fit_path(X, y, family, lams=[0.01], **options)
    along = rl.fit_path(X, y, family, lams=np.geomspace(10.0, 0.01, 40), **options)
    assert alone.status[0] is along.status[-1] is Status.SOLVED
    np.testing.assert_allclose(alone.certificates[0].objective, along.certificates[-1].objective, rtol=1e-8)
    cv = rl.cross_validate(X, y, 4, family, lams=[0.1, 0.01], **options)
    assert np.all(np.abs(cv.losses) < 1e4)


@pytest.mark.parametrize(("n", "p", "l1_ratio"), [(60, 60, 0.1), (100, 90, 0.95), (200, 190, 0.5)])
def test_folds_with_fewer_rows_than_columns_are_solved(n, p, l1_ratio):
    """The table has more rows than columns, its folds do not: elastic nets on singular cross-products."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    y = X[:, :5].sum(axis=1) + rng.standard_normal(n)
    labels = np.arange(n) % 5
    cv = rl.cross_validate(X, y, labels, l1_ratio=l1_ratio, lams=np.geomspace(1.0, 1e-3, 30))
    for k in range(5):
        held = labels == k
        path = rl.fit_path(X[~held], y[~held], l1_ratio=l1_ratio, lams=cv.lams)
        left = y[held][:, None] - X[held] @ path.coef.T - path.intercept
        np.testing.assert_allclose(cv.losses[k], 0.5 * (left**2).mean(axis=0), rtol=1e-8)


SIZES = np.array([1e8, 1e-8, 1e-6])


def unlike(family: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((60, 3))
    eta = 0.5 * X.sum(axis=1)
    return X, {
        "gaussian": lambda: eta + rng.standard_normal(60),
        "binomial": lambda: (rng.random(60) < 1 / (1 + np.exp(-eta))).astype(float),
        "poisson": lambda: rng.poisson(np.exp(eta)).astype(float),
    }[family]()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
def test_bounds_without_a_penalty_on_columns_of_any_size(family, seed):
    X, y = unlike(family, seed)
    low = np.array([-np.inf, -0.5, -0.5])
    found = rl.fit_path(X * SIZES, y, family, lams=[0.0], standardize=False, bounds=(low / SIZES, np.inf))
    plain = rl.fit_path(X, y, family, lams=[0.0], standardize=False, bounds=(low, np.inf))
    assert found.status[0] is Status.SOLVED
    np.testing.assert_allclose(found.coef * SIZES, plain.coef, rtol=1e-6, atol=1e-7)


def test_no_certificate_where_a_small_column_is_left_out():
    X, y = unlike("gaussian", 39)
    X, options = X * SIZES, {"standardize": False, "bounds": (np.full(3, -1e300), np.inf)}
    path = rl.fit_path(X, y, lams=[0.0], **options)
    coef = path.coef[0].copy()
    assert rl.certify(X, y, coef, path.intercept[0], 0.0, **options).relative_gap < 1e-8
    coef[1] = 0.0
    assert rl.certify(X, y, coef, path.intercept[0], 0.0, **options).relative_gap > 1e-3


@pytest.mark.parametrize("n", [100, 20_000])
def test_logistic_folds_on_columns_of_any_size(n):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((n, 12))
    y = (X[:, :3].sum(axis=1) + rng.logistic(size=n) > 0).astype(float)
    X *= 10.0 ** rng.integers(-8, 9, 12)
    labels, lams = np.arange(n) % 4, np.geomspace(1.0, 1e-5, 12)
    cv = rl.cross_validate(X, y, labels, "binomial", lams=lams, standardize=False)
    held = labels == 0
    path = rl.fit_path(X[~held], y[~held], "binomial", lams=lams, standardize=False)
    eta = X[held] @ path.coef.T + path.intercept
    loss = (np.logaddexp(0.0, eta) - y[held][:, None] * eta).mean(axis=0)
    np.testing.assert_allclose(cv.losses[0], loss, rtol=1e-7)


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson", "gamma"])
def test_a_copy_at_its_bound_does_not_spoil_the_certificate(family):
    """λ = 0, two equal columns, one of them held at 0: rounding decides on which side of 0 its gradient falls."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((100, 10))
        X[:, 3] = X[:, 5]
        eta = 0.5 * X[:, 0] - 0.5 * X[:, 1] + 0.3 * X[:, 3]
        y = {
            "gaussian": lambda rng=rng, eta=eta: eta + rng.standard_normal(100),
            "binomial": lambda rng=rng, eta=eta: (eta + rng.logistic(size=100) > 0).astype(float),
            "poisson": lambda rng=rng, eta=eta: rng.poisson(np.exp(eta)).astype(float),
            "gamma": lambda rng=rng, eta=eta: rng.gamma(2.0, np.exp(eta)),
        }[family]()
        assert rl.fit_path(X, y, family, lams=[0.0], bounds=(0.0, np.inf)).status[0] is Status.SOLVED
