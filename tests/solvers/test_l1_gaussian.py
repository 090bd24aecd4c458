"""Gaussian lasso, elastic net and bounds against independent solvers, brute force and invariances."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import lsq_linear, minimize
from sklearn.linear_model import ElasticNet

import ridgeline as rl


def data(n: int = 120, p: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 2)) @ rng.standard_normal((2, p))
    X = X * rng.uniform(0.5, 4, p) + rng.uniform(-3, 3, p)
    return X, X[:, 0] - X[:, 1] / 2 + 2 * rng.standard_normal(n) + 4


def value(X, y, path, i, ratio, weights=None, factor=1.0) -> float:
    """The objective from its definition."""
    b, lam = path.coef[i], path.lams[i]
    w = np.ones(len(y)) if weights is None else weights
    mean = np.average(X, axis=0, weights=w)
    s = np.sqrt(np.average((X - mean) ** 2, axis=0, weights=w)) * b
    residual = y - path.intercept[i] - X @ b
    return np.average(residual**2, weights=w) / 2 + lam * (factor * (ratio * np.abs(s) + (1 - ratio) / 2 * s**2)).sum()


@pytest.mark.parametrize("shape", [(120, 12), (30, 60)], ids=["tall", "wide"])
@pytest.mark.parametrize("ratio", [1.0, 0.5, 0.01])
def test_same_objective_as_scikit_learn_at_every_lambda(shape, ratio):
    X, y = data(*shape)
    path = rl.fit_path(X, y, l1_ratio=ratio)
    assert len(path.lams) == 100
    assert path.df[0] == 0
    assert {s.name for s in path.status} == {"SOLVED"}
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    for i in range(0, 100, 9):
        peer = ElasticNet(alpha=path.lams[i], l1_ratio=ratio, tol=1e-12, max_iter=1_000_000).fit(Z, y)
        residual = y - peer.predict(Z)
        b = peer.coef_
        theirs = residual @ residual / len(y) / 2 + path.lams[i] * (ratio * np.abs(b).sum() + (1 - ratio) / 2 * b @ b)
        ours = value(X, y, path, i, ratio)
        assert ours <= theirs * (1 + 1e-12)
        assert ours == pytest.approx(theirs, rel=1e-8)
        assert path.certificates[i].objective == pytest.approx(ours, rel=1e-12)


def test_certificate_is_an_upper_bound_away_from_the_optimum():
    X, y = data()
    rng = np.random.default_rng(1)
    for options in ({"l1_ratio": 1.0}, {"l1_ratio": 0.3}, {"l1_ratio": 1.0, "bounds": (0, 0.3)}, {"bounds": (0, 0.3)},
                    {"l1_ratio": 1.0, "penalty_factor": np.r_[0.0, np.ones(10), np.inf]}):  # fmt: skip
        path = rl.fit_path(X, y, lams=[0.2], **options)
        best = path.certificates[0].objective
        for size in (1e-1, 1e-4, 1e-8):
            coef = path.coef[0] * (1 + size * rng.standard_normal(12))
            coef = np.clip(coef, *options.get("bounds", (-np.inf, np.inf)))
            found = rl.certify(X, y, coef, path.intercept[0] + size, 0.2, **options)
            assert found.gap >= found.objective - best - 1e-14
            assert found.gap < 1000 * size
        assert path.certificates[0].relative_gap < 1e-12


@pytest.mark.parametrize("bounds", [(0.0, np.inf), (-0.1, 0.25), (np.full(12, -0.2), np.linspace(0, 1, 12))])
@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_bounds_against_scipy(bounds, ratio):
    X, y = data()
    lams = [3.0, 0.3, 0.03]
    path = rl.fit_path(X, y, l1_ratio=ratio, bounds=bounds, lams=lams)
    assert all(c.relative_gap < 1e-10 for c in path.certificates)
    s, low, high = X.std(axis=0), *(np.broadcast_to(b, 12) for b in bounds)
    assert (path.coef >= low).all()
    assert (path.coef <= high).all()

    def objective(parts, lam):  # b = positive part − negative part makes |b| smooth
        b = parts[:12] - parts[12:]
        r = X @ b - X.mean(axis=0) @ b - (y - y.mean())
        penalty = ratio * np.abs(s * parts[:12]) + ratio * np.abs(s * parts[12:])
        slope = (X - X.mean(axis=0)).T @ r / len(y) + lam * (1 - ratio) * s**2 * b
        more = lam * ratio * s
        total = r @ r / len(y) / 2 + lam * (penalty.sum() + (1 - ratio) / 2 * (s * b) @ (s * b))
        return total, np.r_[slope + more, -slope + more]

    limits = [(max(a, 0), max(b, 0)) for a, b in zip(low, high, strict=True)]
    limits += [(max(-b, 0), max(-a, 0)) for a, b in zip(low, high, strict=True)]
    for i, lam in enumerate(lams):
        found = minimize(
            objective,
            np.zeros(24),
            (lam,),
            "L-BFGS-B",
            True,
            bounds=limits,
            options={"ftol": 1e-15, "gtol": 1e-11, "maxiter": 5000},
        )
        assert path.certificates[i].objective <= found.fun * (1 + 1e-12)
        assert path.certificates[i].objective == pytest.approx(found.fun, rel=1e-7)


def test_bounds_without_a_penalty_are_least_squares_in_a_box():
    X, y = data()
    path = rl.fit_path(X, y, bounds=(0, 0.4), lams=[0.0])
    centred = X - X.mean(axis=0)
    found = lsq_linear(centred, y - y.mean(), bounds=(0, 0.4), tol=1e-14)
    np.testing.assert_allclose(path.coef[0], found.x, atol=1e-6)
    assert path.certificates[0].relative_gap < 1e-12


@pytest.mark.parametrize("ratio", [1.0, 0.4])
@pytest.mark.parametrize("shape", [(90, 12), (40, 70)], ids=["tall", "wide"])
def test_cross_validation_equals_brute_force(shape, ratio):
    X, y = data(*shape)
    rng = np.random.default_rng(0)
    folds, weights = rng.integers(0, 4, shape[0]), rng.uniform(0.5, 2, shape[0])
    cv = rl.cross_validate(X, y, folds=folds, l1_ratio=ratio, weights=weights)
    for k in range(4):
        train, test = folds != k, folds == k
        path = rl.fit_path(X[train], y[train], l1_ratio=ratio, lams=cv.lams, weights=weights[train])
        eta = path.intercept + X[test] @ path.coef.T
        loss = np.average((y[test][:, None] - eta) ** 2 / 2, axis=0, weights=weights[test])
        np.testing.assert_allclose(cv.losses[k], loss, rtol=1e-8)


def test_several_ratios_share_folds_and_the_best_is_chosen():
    X, y = data()
    cv = rl.cross_validate(X, y, l1_ratio=[0.1, 0.5, 1.0], seed=3)
    alone = rl.cross_validate(X, y, l1_ratio=0.5, seed=3)
    assert set(cv.by_ratio) == {0.1, 0.5, 1.0}
    np.testing.assert_array_equal(cv.by_ratio[0.5].mean, alone.mean)
    least = {r: one.mean.min() for r, one in cv.by_ratio.items()}
    assert least[cv.l1_ratio] == min(least.values()) == cv.mean.min()


@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_invariances(ratio):
    X, y = data()
    lams = np.geomspace(1, 0.01, 8)
    path = rl.fit_path(X, y, l1_ratio=ratio, lams=lams)
    rng = np.random.default_rng(0)
    rows, columns, scale = rng.permutation(120), rng.permutation(12), rng.uniform(0.1, 10, 12)
    np.testing.assert_allclose(rl.fit_path(X[rows], y[rows], l1_ratio=ratio, lams=lams).coef, path.coef, atol=1e-11)
    np.testing.assert_allclose(
        rl.fit_path(X[:, columns], y, l1_ratio=ratio, lams=lams).coef, path.coef[:, columns], atol=1e-11
    )
    np.testing.assert_allclose(
        rl.fit_path(X * scale + 5, y, l1_ratio=ratio, lams=lams).coef * scale, path.coef, atol=1e-11
    )
    np.testing.assert_allclose(
        rl.fit_path(X, 3 * y, l1_ratio=1.0, lams=3 * lams).coef,
        3 * rl.fit_path(X, y, l1_ratio=1.0, lams=lams).coef,
        atol=1e-11,
    )
    twice = np.repeat(np.arange(120), np.arange(120) % 3)
    weighted = rl.fit_path(X, y, l1_ratio=ratio, lams=lams, weights=(np.arange(120) % 3).astype(float))
    np.testing.assert_allclose(
        rl.fit_path(X[twice], y[twice], l1_ratio=ratio, lams=lams).coef, weighted.coef, atol=1e-11
    )


def test_constant_and_duplicate_columns_and_extreme_lambdas():
    X, y = data()
    X = np.hstack([X, X[:, :2], np.full((120, 1), 7.0)])
    lams = [0.1, 0.0, 1e12, 0.001, 0.1]
    path = rl.fit_path(X, y, l1_ratio=1.0, lams=lams)
    plain = rl.fit_path(X[:, :12], y, l1_ratio=1.0, lams=lams)
    assert (path.coef[:, 14] == 0).all()
    assert (path.coef[2] == 0).all()
    np.testing.assert_array_equal(path.coef[0], path.coef[4])
    ours = [c.objective for c in path.certificates]
    np.testing.assert_allclose(ours, [c.objective for c in plain.certificates], rtol=1e-10)
    assert {s.name for s in path.status} == {"SOLVED"}


def test_factors_zero_and_infinite():
    X, y = data()
    factor = np.ones(12)
    factor[3], factor[4] = 0.0, np.inf
    path = rl.fit_path(X, y, l1_ratio=1.0, penalty_factor=factor)
    assert (path.coef[:, 4] == 0).all()
    assert (path.coef[:, 3] != 0).all()
    assert np.count_nonzero(path.coef[0]) == 1
    assert {s.name for s in path.status} == {"SOLVED"}
    slightly = rl.fit_path(X, y, l1_ratio=1.0, penalty_factor=factor, lams=[path.lams[0] * 0.999])
    assert np.count_nonzero(slightly.coef[0]) == 2


def test_wrong_arguments_say_what_is_wrong():
    X, y = data()
    with pytest.raises(rl.InputError, match="l1_ratio must lie between"):
        rl.fit_path(X, y, l1_ratio=1.5)
    with pytest.raises(rl.InputError, match=r"feature 2: from 1\.0 to 0\.5"):
        rl.fit_path(X, y, bounds=(np.r_[0, 0, 1, np.zeros(9)], 0.5))
    with pytest.raises(rl.InputError, match="12 numbers"):
        rl.fit_path(X, y, bounds=(0, [1, 2]))
