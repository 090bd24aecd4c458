"""Multinomial ridge against scikit-learn, against its binomial special case, and against its own certificate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

import ridgeline as rl
from ridgeline.errors import OptionError, TargetError
from ridgeline.solvers import curvature, multinomial

LAMS = np.array([1.0, 0.1, 0.01, 1e-3])


def table(n: int = 240, p: int = 5, classes: int = 4, seed: int = 0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * rng.uniform(0.3, 3, p) + rng.uniform(-2, 2, p)
    y = (X @ rng.standard_normal((p, classes)) / np.sqrt(p) + rng.gumbel(size=(n, classes))).argmax(axis=1)
    return X, y, rng.uniform(0.2, 2, n)


@pytest.mark.parametrize("shape", [(240, 5), (60, 90)])
def test_same_coefficients_as_scikit_learn(shape):
    X, y, w = table(*shape)
    path = rl.fit_path(X, y, family="multinomial", lams=LAMS, weights=w, standardize=False)
    for i, lam in enumerate(LAMS):
        peer = LogisticRegression(C=1 / (lam * w.sum()), solver="newton-cholesky", tol=1e-11, max_iter=10000)
        peer.fit(X, y, sample_weight=w)
        np.testing.assert_allclose(path.coef[i], peer.coef_, atol=2e-8)
        np.testing.assert_allclose(path.intercept[i], peer.intercept_ - peer.intercept_.mean(), atol=2e-8)
    assert max(c.relative_gap for c in path.certificates) < 1e-11


@pytest.mark.parametrize("shape", [(240, 5), (40, 60)])
@pytest.mark.parametrize("options", [{}, {"standardize": False}, {"intercept": False}, {"penalty_factor": "graded"}])
def test_two_classes_at_twice_lambda_are_binomial(shape, options):
    X, y, w = table(*shape, classes=2)
    options = {k: np.linspace(0.2, 3, shape[1]) if v == "graded" else v for k, v in options.items()}
    binomial = rl.fit_path(X, y, family="binomial", lams=LAMS, weights=w, **options)
    multinomial = rl.fit_path(X, y, family="multinomial", lams=2 * LAMS, weights=w, **options)
    assert multinomial.coef.shape == (4, 2, shape[1])
    assert multinomial.intercept.shape == (4, 2)
    np.testing.assert_allclose(multinomial.coef[:, 1] - multinomial.coef[:, 0], binomial.coef, atol=1e-8)
    difference = multinomial.intercept[:, 1] - multinomial.intercept[:, 0]
    np.testing.assert_allclose(difference, binomial.intercept, atol=1e-8)
    if shape[0] > shape[1] and "intercept" not in options:
        np.testing.assert_allclose(multinomial.df, binomial.df, rtol=1e-8)


@pytest.mark.parametrize("options", [{}, {"penalty_factor": [0.0, 1.0, 2.0, np.inf, 1.0]}, {"intercept": False}])
@pytest.mark.parametrize("tiring", [40, 2])  # after so many quasi-Newton steps conjugate gradients take over
def test_without_the_whole_hessian_the_same_answer(monkeypatch, options, tiring):
    X, y, w = table()
    lams = [*LAMS, 0.0]
    whole = rl.cross_validate(X, y, family="multinomial", folds=3, lams=lams, weights=w, **options)
    monkeypatch.setattr(curvature, "_LARGEST", 0)
    monkeypatch.setattr(multinomial, "_TIRING", tiring)
    rough = rl.cross_validate(X, y, family="multinomial", folds=3, lams=lams, weights=w, **options)
    np.testing.assert_allclose(rough.losses, whole.losses, rtol=1e-9)
    np.testing.assert_allclose(rough.path.coef, whole.path.coef, atol=1e-7)
    assert max(c.relative_gap for c in rough.path.certificates) < 1e-9


def rare_classes(n: int = 400, p: int = 102, classes: int = 8):
    """Correlated columns, levels among them, and classes that are separated all but for the penalty."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((n, p // 4)) @ rng.standard_normal((p // 4, p)) + 0.1 * rng.standard_normal((n, p))
    X[:, :8] = np.eye(8)[rng.integers(0, 8, n)]
    eta = X @ rng.standard_normal((p, classes)) / np.sqrt(p) - 0.5 * np.arange(classes)
    return X, (eta + rng.gumbel(size=(n, classes))).argmax(axis=1)


def objective_and_decrement(X: np.ndarray, y: np.ndarray, lam: float, coef: np.ndarray, intercept: np.ndarray):
    """Objective of a point, and what a Newton step with the whole Hessian, a product of n K rows, would gain on it."""
    n, hot, sd = len(y), np.eye(y.max() + 1)[y], X.std(axis=0)
    Z = np.column_stack([(X - X.mean(axis=0)) / sd, np.ones(n)])
    t = np.vstack([coef.T * sd[:, None], intercept + X.mean(axis=0) @ coef.T])
    ridge = lam * np.append(np.ones(X.shape[1]), 0.0)[:, None] * np.ones(hot.shape[1])
    level = logsumexp(Z @ t, axis=1)
    root = np.exp(0.5 * (Z @ t - level[:, None]))
    g = (Z.T @ (root**2 - hot) / n + ridge * t).ravel()
    spread = root[:, :, None] * (np.eye(hot.shape[1]) - (root**2)[:, None])
    rows = (Z[:, None, :, None] * spread[:, :, None]).reshape(-1, t.size)
    step = np.linalg.solve(rows.T @ rows / n + np.diag(ridge.ravel() + 1e-12), g)  # a level of all classes is free
    return np.mean(level - (Z @ t * hot).sum(axis=1)) + 0.5 * (ridge * t**2).sum(), 0.5 * g @ step


def test_many_parameters_and_rare_classes_reach_the_optimum():
    X, y = rare_classes()
    cv = rl.cross_validate(X, y, family="multinomial", folds=2, lams=[1e-2, 1e-3, 1e-4, 1e-5])
    assert {s.name for s in cv.path.status} == {"SOLVED"}
    for i in (2, 3):
        path = cv.path
        value, gain = objective_and_decrement(X, y, path.lams[i], path.coef[i], path.intercept[i])
        assert path.certificates[i].objective == pytest.approx(value, rel=1e-11)
        assert gain < 1e-12 * value


def test_coefficients_sum_to_zero_over_classes():
    X, y, _ = table()
    path = rl.fit_path(X, y, family="multinomial", lams=[*LAMS, 0.0])
    np.testing.assert_allclose(path.coef.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(path.intercept.sum(axis=1), 0, atol=1e-12)


def test_factors_exclude_and_free():
    X, y, _ = table()
    path = rl.fit_path(X, y, family="multinomial", lams=[1e6], penalty_factor=[0.0, np.inf, 1, 1, 1])
    free = rl.fit_path(X[:, :1], y, family="multinomial", lams=[0.0])
    assert np.all(path.coef[0, :, 1] == 0)
    np.testing.assert_allclose(path.coef[0, :, 0], free.coef[0, :, 0], atol=1e-5)
    assert path.certificates[0].relative_gap < 1e-8
    assert free.certificates[0].relative_gap < 1e-8


def test_lambda_zero_is_the_minimum_norm():
    # a column twice: the coefficient is shared, and predictions are those of the column once
    X, y, _ = table(p=3)
    once = rl.fit_path(X, y, family="multinomial", lams=[0.1, 0.0])
    twice = rl.fit_path(np.column_stack([X, X[:, 0]]), y, family="multinomial", lams=[0.1, 0.0])
    np.testing.assert_allclose(twice.coef[1, :, 0], once.coef[1, :, 0] / 2, atol=1e-7)
    np.testing.assert_allclose(twice.coef[1, :, 3], once.coef[1, :, 0] / 2, atol=1e-7)
    assert [s.name for s in twice.status] == ["SOLVED", "SOLVED"]


def test_separated_classes_are_named():
    X, y, _ = table()
    X = np.column_stack([X, y == 2])  # one class can be told from the others, those not from each other
    status = rl.fit_path(X, y, family="multinomial", lams=[0.1, 0.0]).status
    assert [s.name for s in status] == ["SOLVED", "SEPARATED"]
    X = np.column_stack([X, np.eye(4)[y]])
    assert rl.fit_path(X, y, family="multinomial", lams=[0.0]).status[0].name == "SEPARATED"


@pytest.mark.parametrize("factor", [[1.0, 2.0, 0.5], [0.0, 1.0, 2.0]])
def test_certificate_of_any_point_bounds_the_distance(factor):
    X, y, w = table(120, 3, 3)
    sd = np.sqrt(np.average((X - np.average(X, axis=0, weights=w)) ** 2, axis=0, weights=w))
    lam, total = 0.1, w.sum()

    def value(t):
        b0, b = t[:3], t[3:].reshape(3, 3)
        eta = X @ b.T + b0
        loss = w @ (logsumexp(eta, axis=1) - eta[np.arange(120), y]) / total
        return loss + lam / 2 * np.sum(np.array(factor) * (sd * b) ** 2)

    best = minimize(value, np.zeros(12), method="BFGS", options={"gtol": 1e-10, "maxiter": 5000})
    rng = np.random.default_rng(0)
    for size in (0.0, 1e-4, 1e-2, 0.1):
        t = best.x + size * rng.standard_normal(12)
        found = rl.certify(
            X, y, t[3:].reshape(3, 3), t[:3], lam, family="multinomial", weights=w, penalty_factor=factor
        )
        assert found.gap >= value(t) - best.fun - 1e-10
        assert found.objective == pytest.approx(value(t), rel=1e-10)
        assert size > 0 or found.gap < 1e-8


def test_labels_of_any_kind():
    X, y, _ = table(classes=3)
    plain = rl.fit_path(X, y, family="multinomial", lams=LAMS)
    assert plain.classes == (0, 1, 2)
    words = np.array(["zebra", "ant", "newt"])[y]
    for labels in (words, words.tolist(), pd.Series(words), pd.Series(words, dtype="category")):
        path = rl.fit_path(X, labels, family="multinomial", lams=LAMS)
        assert path.classes == ("ant", "newt", "zebra")
        np.testing.assert_allclose(path.coef, plain.coef[:, [1, 2, 0]], atol=1e-9)
    cv = rl.cross_validate(X, words, family="multinomial", folds=4, lams=LAMS)
    np.testing.assert_allclose(
        cv.losses, rl.cross_validate(X, y, family="multinomial", folds=4, lams=LAMS).losses, rtol=1e-9
    )


def test_wrong_targets_and_options_are_named():
    X, y, _ = table(30, 2, 3)
    with pytest.raises(TargetError, match="row 4"):
        rl.fit_path(X, [None if i == 4 else str(v) for i, v in enumerate(y)], family="multinomial")
    with pytest.raises(TargetError, match="every row"):
        rl.fit_path(X, np.ones(30), family="multinomial")
    with pytest.raises(OptionError, match="30 rows"):
        rl.fit_path(X, y[:20], family="multinomial")
    with pytest.raises(OptionError, match="offset"):
        rl.fit_path(X, y, family="multinomial", offset=np.ones(30))
    with pytest.raises(OptionError, match="3 classes"):
        rl.certify(X, y, np.zeros(2), 0.0, 1.0, family="multinomial")


def test_default_grid_and_nested_folds():
    X, y, _ = table(150, 4, 3)
    cv = rl.cross_validate(X, y, family="multinomial", folds=4, nested=True)
    assert len(cv.lams) >= 100
    assert cv.lam_1se >= cv.lam_min
    assert np.all(np.isfinite(cv.nested_losses))
    assert {s.name for s in cv.path.status} == {"SOLVED"}
    # from almost the classes' shares alone to almost no penalty
    share = np.bincount(y) / len(y)
    assert cv.path.certificates[0].objective == pytest.approx(-share @ np.log(share), rel=1e-2)
    assert cv.path.df[-1] > 0.99 * 4 * 2
