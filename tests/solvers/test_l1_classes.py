"""Lasso, elastic net and bounds of several classes (symmetric softmax)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax
from sklearn.linear_model import LogisticRegression

import ridgeline as rl
from ridgeline.penalties import elastic_net
from ridgeline.solvers.classes_corners import settle


def data(n: int = 150, p: int = 6, classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([seed, n, p, classes])
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 2)) @ rng.standard_normal((2, p))
    truth = np.zeros((p, classes))
    truth[:3] = rng.standard_normal((3, classes))
    y = (X @ truth + rng.gumbel(size=(n, classes))).argmax(axis=1)
    y[:classes] = np.arange(classes)
    return X * rng.uniform(0.5, 4, p) + rng.uniform(-3, 3, p), y


def best(X, y, lam: float, ratio: float, bounds=(-np.inf, np.inf), factors=1.0) -> float:
    """The optimum by L-BFGS-B: b = positive part − negative part makes |b| smooth."""
    n, p = X.shape
    k, s = y.max() + 1, X.std(axis=0)
    Z, hot = (X - X.mean(axis=0)) / s, np.eye(y.max() + 1)[y]
    f = np.broadcast_to(factors, p)[:, None]
    low, high = (np.repeat(np.broadcast_to(b, p) * s, k) for b in bounds)

    def objective(parts):
        b0, plus, minus = parts[:k], parts[k : k + p * k].reshape(p, k), parts[k + p * k :].reshape(p, k)
        b = plus - minus
        eta = b0 + Z @ b
        slope = (softmax(eta, axis=1) - hot) / n
        smooth = Z.T @ slope + lam * (1 - ratio) * f * b
        value = (logsumexp(eta, axis=1) - (eta * hot).sum(axis=1)).mean()
        value += lam * (f * (ratio * (plus + minus) + (1 - ratio) / 2 * b**2)).sum()
        corner = lam * ratio * f
        return value, np.r_[slope.sum(axis=0), (corner + smooth).ravel(), (corner - smooth).ravel()]

    limits = [(None, None)] * k + list(zip(np.maximum(low, 0), np.maximum(high, 0), strict=True))
    limits += list(zip(np.maximum(-high, 0), np.maximum(-low, 0), strict=True))
    options = {"ftol": 1e-16, "gtol": 1e-11, "maxiter": 20_000, "maxfun": 100_000, "maxcor": 30}
    start = np.zeros(k + 2 * p * k)
    return minimize(objective, start, jac=True, method="L-BFGS-B", bounds=limits, options=options).fun


def solved(path) -> bool:
    return {s.name for s in path.status} == {"SOLVED"} and max(c.relative_gap for c in path.certificates) <= 1e-8


@pytest.mark.parametrize("classes", [3, 4])
@pytest.mark.parametrize("shape", [(150, 6), (40, 50)], ids=["tall", "wide"])
@pytest.mark.parametrize("ratio", [1.0, 0.4])
def test_optimum_at_every_lambda(classes, ratio, shape):
    X, y = data(*shape, classes)
    path = rl.fit_path(X, y, family="multinomial", l1_ratio=ratio)
    assert path.df[0] == 0
    assert solved(path)
    for i in (0, 20, 50, 75):
        found = best(X, y, path.lams[i], ratio)
        assert path.certificates[i].objective <= found + 1e-10
        assert path.certificates[i].objective == pytest.approx(found, rel=1e-7)


@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_bounds_and_factors(ratio):
    X, y = data()
    bounds, factors = (-0.02, [0.05, 0.05, 0.1, np.inf, 0.0, 0.05]), np.array([1.0, 0.0, 2.0, 0.5, 1.0, 1.0])
    path = rl.fit_path(
        X, y, family="multinomial", l1_ratio=ratio, bounds=bounds, penalty_factor=factors, lams=[0.1, 0.01, 0.0]
    )
    assert (path.coef >= -0.02).all()
    assert (path.coef <= bounds[1]).all()
    assert solved(path)
    for i, lam in enumerate(path.lams):
        found = best(X, y, lam, ratio, bounds, factors)
        assert path.certificates[i].objective == pytest.approx(found, rel=1e-8)


@pytest.mark.parametrize("shape", [(150, 6), (40, 50)], ids=["tall", "wide"])
@pytest.mark.parametrize("ratio", [1.0, 0.3])
@pytest.mark.parametrize("options", [{}, {"standardize": False}, {"intercept": False}, {"penalty_factor": "graded"}])
def test_two_classes_are_binomial(shape, ratio, options):
    """Of all (β₀, β₁) with β₁ − β₀ = δ, ±δ/2 has the least λ(ρ‖β‖₁ + (1 − ρ)/2‖β‖²) = λ(ρ‖δ‖₁ + (1 − ρ)/4‖δ‖²):

    the binomial penalty of δ at λ' = λ(1 + ρ)/2 and ρ' = 2ρ/(1 + ρ); the lasso keeps its λ, ridge halves it.
    """
    X, y = data(*shape, 2)
    options = {k: np.linspace(0.2, 3, shape[1]) if v == "graded" else v for k, v in options.items()}
    two = rl.fit_path(X, y, family="multinomial", l1_ratio=ratio, **options)
    lams = two.lams * (1 + ratio) / 2
    one = rl.fit_path(X, y, family="binomial", l1_ratio=2 * ratio / (1 + ratio), lams=lams, **options)
    assert solved(two)
    np.testing.assert_allclose(two.coef[:, 1], one.coef / 2, atol=1e-6)
    np.testing.assert_allclose(two.coef[:, 0], -two.coef[:, 1], atol=1e-12)
    np.testing.assert_allclose(two.intercept[:, 1], one.intercept / 2, atol=1e-6)
    np.testing.assert_array_equal(two.df, one.df)


@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_same_coefficients_as_scikit_learn(ratio):
    X, y = data(120, 5)
    X = (X - X.mean(axis=0)) / X.std(axis=0)  # saga needs it to converge
    w = np.random.default_rng(0).uniform(0.2, 2, len(y))
    lams = np.array([0.1, 0.02])
    path = rl.fit_path(X, y, family="multinomial", l1_ratio=ratio, lams=lams, weights=w, standardize=False)
    for i, lam in enumerate(lams):
        peer = LogisticRegression(C=1 / (lam * w.sum()), l1_ratio=ratio, solver="saga", tol=1e-11, max_iter=100_000)
        peer.fit(X, y, sample_weight=w)
        np.testing.assert_allclose(path.coef[i], peer.coef_, atol=1e-7)
        np.testing.assert_allclose(path.intercept[i], peer.intercept_ - peer.intercept_.mean(), atol=1e-7)


def test_a_lasso_has_zero_among_the_medians_of_every_feature():
    for classes in (2, 3, 4, 5):
        X, y = data(300, 6, classes)
        coef = np.sort(rl.fit_path(X, y, family="multinomial", l1_ratio=1.0).coef, axis=1)
        below, above = coef[:, (classes - 1) // 2], coef[:, classes // 2]
        assert (below <= 0).all()
        assert (above >= 0).all()
        if classes % 2:
            assert (below == 0).all()
        else:  # several are best: the one of least norm sums to zero, unless a median stops it
            total = coef.sum(axis=1)
            assert (np.where((below < 0) & (above > 0), np.abs(total), 0.0) < 1e-12).all()


@pytest.mark.parametrize("ratio", [1.0, 0.5, 0.0])
def test_the_shift_is_the_best_and_the_smallest(ratio):
    rng = np.random.default_rng(0)
    for classes in (2, 3, 4, 7):
        b = np.round(rng.standard_normal((30, classes)), 1)
        box = (np.full(30, -9.0), np.where(np.arange(30) % 2, np.inf, b.max(axis=1) + 0.05))
        one = elastic_net(0.3, ratio, np.ones(30), box)
        penalty = type(one)(*(np.repeat(getattr(one, f), classes, axis=0) for f in ("l1", "l2", "lower", "upper")))
        found = settle(penalty, b.reshape(-1, 1), classes).reshape(30, classes)
        c = b[:, :1] - found[:, :1]
        np.testing.assert_allclose(b - found, np.repeat(c, classes, axis=1), atol=1e-14)
        trials = np.linspace(-4, 4, 8001)

        def value(shift, b=b, box=box):
            moved = b[:, :, None] - shift[:, None, :]
            inside = (moved <= box[1][:, None, None] + 1e-12).all(axis=1)
            return np.where(inside, (ratio * np.abs(moved) + (1 - ratio) / 2 * moved**2).sum(axis=1), np.inf)

        grid = value(np.broadcast_to(trials, (30, 8001)))
        assert (value(c)[:, 0] <= grid.min(axis=1) + 1e-12).all()
        ties = np.where(
            grid <= grid.min(axis=1, keepdims=True) + 1e-12, np.abs(b.mean(axis=1)[:, None] - trials), np.inf
        )
        assert (np.abs(found.mean(axis=1)) <= ties.min(axis=1) + 2e-3).all()


def test_the_grid_begins_where_the_first_coefficient_enters():
    X, y = data()
    for ratio in (1.0, 0.3):
        path = rl.fit_path(X, y, family="multinomial", l1_ratio=ratio)
        assert not path.coef[0].any()
        just_below = rl.fit_path(X, y, family="multinomial", l1_ratio=ratio, lams=[path.lams[0] * (1 - 1e-4)])
        assert just_below.coef.any()
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    top = np.abs(Z.T @ (np.eye(3)[y] - np.bincount(y) / len(y))).max() / len(y)
    assert rl.fit_path(X, y, family="multinomial", l1_ratio=1.0).lams[0] == pytest.approx(top, rel=1e-7)


@pytest.mark.parametrize("kind", ["dense", "sparse", "mixed"])
@pytest.mark.parametrize("shape", [(150, 6), (48, 60)], ids=["tall", "wide"])
def test_cross_validation_equals_brute_force(kind, shape):
    X, y = data(*shape)
    folds = np.arange(shape[0]) % 4
    words = np.array(["low", "mid", "high"])[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]
    make = {
        "dense": lambda X: X,
        "sparse": lambda X: sparse.csr_array(np.where(np.abs(X) > 1, X, 0.0)),
        "mixed": lambda X: pd.DataFrame(X).rename(columns=str).assign(word=pd.Categorical(words[: len(X)])),
    }[kind]
    whole = make(X)
    cv = rl.cross_validate(whole, y, folds=folds, family="multinomial", l1_ratio=1.0, lams=np.geomspace(0.2, 0.01, 9))
    dense = np.column_stack([X, words[:, None] == ["high", "low", "mid"]]) if kind == "mixed" else X
    dense = whole.toarray() if kind == "sparse" else dense
    for k in range(4):
        train = folds != k
        path = rl.fit_path(dense[train], y[train], family="multinomial", l1_ratio=1.0, lams=cv.lams)
        eta = path.intercept[:, None] + dense[~train] @ path.coef.transpose(0, 2, 1)
        loss = (logsumexp(eta, axis=2) - eta[:, np.arange((~train).sum()), y[~train]]).mean(axis=1)
        np.testing.assert_allclose(cv.losses[k], loss, rtol=1e-7)


def test_weights_repeat_rows():
    X, y = data()
    w = np.random.default_rng(1).integers(0, 3, len(y))
    options = {"family": "multinomial", "l1_ratio": 0.8}
    repeated = rl.fit_path(X.repeat(w, axis=0), y.repeat(w), **options)
    weighted = rl.fit_path(X, y, weights=w, **options)
    np.testing.assert_allclose(weighted.lams, repeated.lams, rtol=1e-12)
    np.testing.assert_allclose(weighted.coef, repeated.coef, atol=1e-7)


def test_lambdas_in_any_order_zero_and_huge_ones_included():
    X, y = data()
    asked = [0.05, 0.0, 1e12, 0.01, 0.05]
    path = rl.fit_path(X, y, family="multinomial", l1_ratio=1.0, lams=asked)
    np.testing.assert_array_equal(path.lams, asked)
    assert solved(path)
    np.testing.assert_allclose(path.coef[0], path.coef[4], atol=1e-9)
    assert not path.coef[2].any()
    plain = rl.fit_path(X, y, family="multinomial", lams=[0.0])
    np.testing.assert_allclose(path.coef[1], plain.coef[0], atol=1e-10)
    np.testing.assert_allclose(path.intercept[1], plain.intercept[0], atol=1e-10)


def test_a_fold_that_lacks_a_class_and_separated_classes_are_solved():
    X, y = data()
    folds = np.where(y == 2, 0, np.arange(len(y)) % 4)
    cv = rl.cross_validate(X, y, folds=folds, family="multinomial", l1_ratio=1.0)
    assert np.isfinite(cv.losses).all()
    assert solved(rl.fit_path(np.column_stack([X, y == 2]), y, family="multinomial", l1_ratio=1.0))


@pytest.mark.parametrize("factors", [np.ones(6), np.array([0.0, 1.0, 1.0, 2.0, np.inf, 1.0])], ids=["plain", "factors"])
@pytest.mark.parametrize(("ratio", "bounds"), [(1.0, None), (0.5, None), (1.0, (-0.05, 0.1))])
def test_certificate_of_any_point_bounds_the_distance(factors, ratio, bounds):
    X, y = data()
    options = {"family": "multinomial", "l1_ratio": ratio, "bounds": bounds, "penalty_factor": factors}
    path = rl.fit_path(X, y, lams=[0.02], **options)
    assert solved(path)
    assert not path.coef[0][:, 4].any() or np.isfinite(factors[4])
    rng = np.random.default_rng(0)
    for size in (1e-1, 1e-3, 1e-6):
        coef = path.coef[0] * (1 - size * rng.random(path.coef[0].shape))
        intercept = path.intercept[0] + size * rng.standard_normal(3)
        found = rl.certify(X, y, coef, intercept, 0.02, **options)
        assert found.gap >= found.objective - path.certificates[0].objective - 1e-14
        assert size == 0.1 or found.gap < 10 * size  # far away the dual point may leave its domain


def test_many_classes():
    X, y = data(400, 8, 12)
    path = rl.fit_path(X, y, family="multinomial", l1_ratio=1.0, lams=np.geomspace(0.1, 1e-3, 20))
    assert solved(path)
    assert path.certificates[10].objective == pytest.approx(best(X, y, path.lams[10], 1.0), rel=1e-7)
