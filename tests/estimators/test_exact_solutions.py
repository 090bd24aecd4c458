"""What scikit-learn promises of Ridge, Lasso, ElasticNet and LogisticRegression, asked of thin adapters around ours.

The properties are those its own tests assert where the solution is known by construction; here each is built anew.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from adapters import elastic_net, lasso, logistic, ridge
from scipy.special import expit, softmax

import ridgeline as rl

SHAPES = {"long": (14, 4), "wide": (5, 11)}


@pytest.fixture(params=SHAPES)
def known(request):
    """X without intercept column, y, the least-squares solution of least norm and the ridge solution at α = 1."""
    n, p = SHAPES[request.param]
    rng = np.random.default_rng(42)
    X, y = rng.standard_normal((n, p)), rng.uniform(-8, 8, n)
    centred = X - X.mean(axis=0)
    least = np.linalg.pinv(centred) @ (y - y.mean())
    shrunk = np.linalg.solve(centred.T @ centred + np.eye(p), centred.T @ (y - y.mean()))
    return X, y, least, shrunk


def centre(X, y, fit_intercept: bool):
    """The problem without an intercept whose coefficients are the same."""
    return (X, y) if fit_intercept else (X - X.mean(axis=0), y - y.mean())


BOTH = pytest.mark.parametrize("fit_intercept", [True, False])


def agrees(model, X, y, coef):
    np.testing.assert_allclose(model.coef_, coef, rtol=1e-8, atol=1e-10)
    intercept = y.mean() - X.mean(axis=0) @ coef
    assert model.intercept_ == pytest.approx(intercept, abs=1e-10)
    residual = y - intercept - X @ coef
    assert model.score(X, y) == pytest.approx(1 - residual @ residual / ((y - y.mean()) ** 2).sum())


# Ridge


@BOTH
def test_ridge(known, fit_intercept):
    X, y = centre(known[0], known[1], fit_intercept)
    agrees(ridge(1.0, fit_intercept).fit(X, y), X, y, known[3])
    agrees(ridge(1.0, fit_intercept).fit(X, y, np.ones(len(y))), X, y, known[3])


@BOTH
def test_ridge_on_columns_given_twice(known, fit_intercept):
    X, y = centre(known[0], known[1], fit_intercept)
    double = 0.5 * np.hstack([X, X])
    agrees(ridge(0.5, fit_intercept).fit(double, y), double, y, np.tile(known[3], 2))


@BOTH
def test_ridge_on_rows_given_twice(known, fit_intercept):
    X, y = centre(known[0], known[1], fit_intercept)
    agrees(ridge(2.0, fit_intercept).fit(np.vstack([X, X]), np.tile(y, 2)), X, y, known[3])


@BOTH
def test_without_penalty_the_solution_of_least_norm(known, fit_intercept):
    X, y = centre(known[0], known[1], fit_intercept)
    model = ridge(0.0, fit_intercept).fit(X, y)
    np.testing.assert_allclose(model.coef_, known[2], rtol=1e-7, atol=1e-9)


@BOTH
def test_without_penalty_columns_given_twice_share_alike(known, fit_intercept):
    X, y = centre(known[0], known[1], fit_intercept)
    model = ridge(0.0, fit_intercept).fit(0.5 * np.hstack([X, X]), y)
    np.testing.assert_allclose(model.coef_, np.tile(known[2], 2), rtol=1e-7, atol=1e-9)


@BOTH
@pytest.mark.parametrize("alpha", [1.0, 1e-2])
@pytest.mark.parametrize("container", [np.asarray, sp.csr_matrix], ids=["dense", "sparse"])
def test_weights_of_a_row_and_its_copy_add_up(known, fit_intercept, alpha, container):
    X, y = centre(known[0], known[1], fit_intercept)
    share = np.random.default_rng(1).uniform(0, 1, len(y))
    model = ridge(alpha, fit_intercept)
    model.fit(container(np.vstack([X, X])), np.tile(y, 2), alpha * np.r_[share, 1 - share])
    agrees(model, X, y, known[3])


def test_weights_are_the_square_root_scaling_of_rows(known):
    X, y = known[:2]
    w = np.random.default_rng(2).uniform(0.1, 3.0, len(y))
    weighted = ridge(1.0, fit_intercept=False).fit(X, y, w)
    scaled = ridge(1.0, fit_intercept=False).fit(X * np.sqrt(w)[:, None], y * np.sqrt(w))
    np.testing.assert_allclose(weighted.coef_, scaled.coef_, rtol=1e-9)


def test_one_penalty_for_each_feature(known):
    X, y = known[:2]
    factors = np.linspace(0.5, 3.0, X.shape[1])
    model = ridge(1.0, fit_intercept=False, penalty_factor=factors).fit(X, y)
    np.testing.assert_allclose(model.coef_, np.linalg.solve(X.T @ X + np.diag(factors), X.T @ y), rtol=1e-9)


def test_ridge_shrinks_the_norm_as_alpha_grows(known):
    X, y = known[:2]
    norms = [np.linalg.norm(ridge(a).fit(X, y).coef_) for a in (0.0, 0.1, 1.0, 10.0, 1e6)]
    assert all(a > b for a, b in pairwise(norms))
    assert norms[-1] < 1e-3


# Lasso and elastic net

LINE = np.array([[-1.0], [0.0], [1.0]])


@pytest.mark.parametrize(("alpha", "coef"), [(0.0, 1.0), (0.1, 0.85), (0.5, 0.25), (2 / 3, 0.0), (1.0, 0.0)])
def test_lasso_on_a_line(alpha, coef):
    """X'X/n = 2/3, so b = max(0, 2/3 − α) / (2/3)."""
    model = lasso(alpha).fit(LINE, LINE[:, 0])
    assert model.coef_[0] == pytest.approx(coef, abs=1e-12)
    assert model.predict([[2.0], [3.0]]) == pytest.approx([2 * coef, 3 * coef], abs=1e-11)


@pytest.mark.parametrize(("alpha", "rho"), [(0.5, 0.3), (0.5, 0.5), (0.1, 0.9), (0.5, 1.0), (0.5, 0.0)])
def test_elastic_net_on_a_line(alpha, rho):
    """Soft threshold αρ, then division by 2/3 + α(1 − ρ)."""
    model = elastic_net(alpha, rho).fit(LINE, LINE[:, 0])
    assert model.coef_[0] == pytest.approx(max(2 / 3 - alpha * rho, 0) / (2 / 3 + alpha * (1 - rho)), abs=1e-12)


@pytest.mark.parametrize("positive", [True, False])
def test_lasso_of_nothing_is_nothing(positive):
    model = lasso(0.1, positive=positive).fit([[0.0], [0.0], [0.0]], [0.0, 0.0, 0.0])
    assert model.coef_.tolist() == [0.0]
    assert model.predict([[1.0], [2.0]]).tolist() == [0.0, 0.0]


def test_positive_keeps_negative_slopes_out():
    assert lasso(0.1, positive=True).fit(LINE, -LINE[:, 0]).coef_.tolist() == [0.0]
    assert elastic_net(0.1, 0.5, positive=True).fit(LINE, -LINE[:, 0]).coef_.tolist() == [0.0]


def test_nothing_enters_above_the_largest_alpha_and_something_just_below():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 12)), rng.standard_normal(60)
    top = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / 60
    assert np.all(lasso(top * (1 + 1e-9)).fit(X, y).coef_ == 0.0)
    assert np.count_nonzero(lasso(top * (1 - 1e-6)).fit(X, y).coef_) == 1


def test_orthonormal_columns_are_soft_thresholded():
    rng = np.random.default_rng(1)
    Q = np.linalg.qr(rng.standard_normal((40, 6)))[0] * np.sqrt(40)
    y = rng.standard_normal(40)
    z = Q.T @ y / 40
    for alpha, rho in ((0.1, 1.0), (0.1, 0.4)):
        model = elastic_net(alpha, rho, fit_intercept=False).fit(Q, y)
        expected = np.sign(z) * np.maximum(np.abs(z) - alpha * rho, 0) / (1 + alpha * (1 - rho))
        np.testing.assert_allclose(model.coef_, expected, atol=1e-12)


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("container", [np.asarray, sp.csc_matrix], ids=["dense", "sparse"])
def test_scaling_all_weights_changes_nothing_and_integers_repeat(rho, container):
    rng = np.random.default_rng(2)
    X, y, w = rng.standard_normal((30, 5)), rng.standard_normal(30), rng.integers(0, 4, 30)
    plain = elastic_net(0.05, rho).fit(container(X), y, w)
    scaled = elastic_net(0.05, rho).fit(container(X), y, w * np.pi)
    repeated = elastic_net(0.05, rho).fit(container(X.repeat(w, axis=0)), y.repeat(w))
    np.testing.assert_allclose(scaled.coef_, plain.coef_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(repeated.coef_, plain.coef_, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rho", [0.2, 0.8])
def test_the_elastic_net_is_a_lasso_on_more_rows(rho):
    """½‖y − Xb‖²/n + αρ‖b‖₁ + ½α(1 − ρ)‖b‖²: the last term is √(nα(1 − ρ)) I below X and zeros below y."""
    rng = np.random.default_rng(3)
    n, p, alpha = 50, 6, 0.1
    X, y = rng.standard_normal((n, p)), rng.standard_normal(n)
    below = np.vstack([X, np.sqrt(n * alpha * (1 - rho)) * np.eye(p)])
    whole = lasso(alpha * rho * n / (n + p), fit_intercept=False).fit(below, np.r_[y, np.zeros(p)])
    model = elastic_net(alpha, rho, fit_intercept=False).fit(X, y)
    np.testing.assert_allclose(model.coef_, whole.coef_, atol=1e-10)


def test_lasso_meets_its_optimality_conditions_on_wide_data():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((30, 80))
    y = X[:, :3] @ [3.0, -2.0, 1.0] + rng.standard_normal(30)
    model = lasso(0.2).fit(X, y)
    slope = (X - X.mean(axis=0)).T @ (y - model.predict(X)) / 30
    on = model.coef_ != 0
    assert 0 < on.sum() < 30
    np.testing.assert_allclose(slope[on], 0.2 * np.sign(model.coef_[on]), atol=1e-9)
    assert np.abs(slope[~on]).max() <= 0.2 + 1e-9


# LogisticRegression

POINTS, TWO, THREE = np.array([[-1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([0, 1, 1]), np.array([2, 1, 0])


def newton(X, y, C, fit_intercept):
    """Independent solution: Newton's method on C Σ ℓ + ½‖b‖², intercept last and free."""
    A = np.column_stack([X, np.ones(len(X))]) if fit_intercept else X
    ridge_ = np.diag(np.r_[np.ones(X.shape[1]), np.zeros(int(fit_intercept))])
    theta = np.zeros(A.shape[1])
    for _ in range(60):
        mean = expit(A @ theta)
        slope = C * A.T @ (mean - y) + ridge_ @ theta
        theta = theta - np.linalg.solve(C * (A.T * (mean * (1 - mean))) @ A + ridge_, slope)
    return theta


@BOTH
@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
def test_logistic_regression(C, fit_intercept):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((70, 5)) * [1, 10, 0.1, 1, 1]
    y = (X[:, 0] + rng.logistic(size=70) > 0.3).astype(int)
    theta = newton(X, y, C, fit_intercept)
    model = logistic(C, fit_intercept).fit(X, y)
    np.testing.assert_allclose(model.coef_[0], theta[:5], rtol=1e-6, atol=1e-8)
    assert model.intercept_[0] == pytest.approx(theta[5] if fit_intercept else 0.0, abs=1e-7)


@pytest.mark.parametrize("labels", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("container", [np.asarray, sp.csr_matrix], ids=["dense", "sparse"])
def test_toy_classes_are_learned(labels, container):
    model = logistic(C=100.0).fit(container(POINTS), labels)
    np.testing.assert_array_equal(model.predict(container(POINTS)), labels)
    proba = model.predict_proba(container(POINTS))
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(proba.argmax(axis=1), np.searchsorted(model.classes_, labels))
    np.testing.assert_allclose(np.log(proba), model.predict_log_proba(container(POINTS)), rtol=1e-10)


def test_classes_of_a_softmax_cancel_and_meet_its_optimality_conditions():
    rng = np.random.default_rng(6)
    X = rng.standard_normal((120, 3))
    y = (X @ rng.standard_normal((3, 4)) + rng.gumbel(size=(120, 4))).argmax(axis=1)
    model = logistic(C=0.5).fit(X, np.array(list("wxyz"))[y])
    np.testing.assert_allclose(model.coef_.sum(axis=0), 0.0, atol=1e-8)
    eta = X @ model.coef_.T + model.intercept_
    residual = softmax(eta, axis=1) - np.eye(4)[y]
    np.testing.assert_allclose(0.5 * residual.T @ X + model.coef_, 0.0, atol=1e-4)
    np.testing.assert_allclose(residual.sum(axis=0), 0.0, atol=1e-4)


def test_logistic_weights_repeat_rows_and_scale_against_C():
    rng = np.random.default_rng(7)
    X, w = rng.standard_normal((60, 3)), rng.integers(0, 4, 60)
    y = rng.integers(0, 2, 60)
    weighted = logistic(1.0).fit(X, y, w)
    np.testing.assert_allclose(weighted.coef_, logistic(1.0).fit(X.repeat(w, axis=0), y.repeat(w)).coef_, atol=1e-8)
    np.testing.assert_allclose(weighted.coef_, logistic(0.5).fit(X, y, 2 * w).coef_, atol=1e-8)


def test_names_of_classes_change_nothing_but_the_sign():
    rng = np.random.default_rng(8)
    X = rng.standard_normal((60, 3))
    y = (X[:, 0] + rng.logistic(size=60) > 0).astype(int)
    one = logistic(1.0).fit(X, y)
    other = logistic(1.0).fit(X, np.array(["b", "a"])[y])
    np.testing.assert_allclose(other.coef_, -one.coef_, atol=1e-9)
    np.testing.assert_allclose(other.predict_proba(X)[:, ::-1], one.predict_proba(X), atol=1e-9)


# LogisticRegression with L1 and the elastic net


@pytest.mark.parametrize("lam", [0.0, 0.1, 0.29, 0.31, 1.0])
def test_sparse_logistic_regression_on_signs(lam):
    """x = ±1 agrees with the class in a share a = 0.8 of rows: σ(b) − a + λ sign(b) = 0, so b = logit(a − λ), or 0."""
    x = np.repeat([1.0, -1.0, 1.0, -1.0], [40, 40, 10, 10])
    y = np.repeat([1, 0, 0, 1], [40, 40, 10, 10])
    model = rl.PenalizedClassifier("l1", lam=lam, fit_intercept=False, standardize=False).fit(x[:, None], y)
    share = max(0.8 - lam, 0.5)
    assert model.coef_[0, 0] == pytest.approx(np.log(share / (1 - share)), abs=1e-9)


def test_sparse_softmax_on_a_column_of_ones():
    """π_k − s_k + λ sign(b_k) = 0 for shares s = (½, 0.3, 0.2): the middle class has b = 0."""
    y = np.repeat(["a", "b", "c"], [50, 30, 20])
    model = rl.PenalizedClassifier("l1", lam=0.04, fit_intercept=False, standardize=False).fit(np.ones((100, 1)), y)
    np.testing.assert_allclose(model.coef_[:, 0], np.log(np.array([0.46, 0.3, 0.24]) / 0.3), atol=1e-9)
    assert model.coef_[1, 0] == 0.0
    np.testing.assert_allclose(model.predict_proba([[1.0]]), [[0.46, 0.3, 0.24]], atol=1e-9)


def sparse_classes(k: int, n: int = 150, p: int = 8):
    rng = np.random.default_rng(k)
    X = rng.standard_normal((n, p))
    return X, (X[:, :2] @ rng.standard_normal((2, k)) + rng.gumbel(size=(n, k))).argmax(axis=1)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_nothing_enters_below_the_smallest_C_and_something_just_above(k):
    X, y = sparse_classes(k)
    pull = (X - X.mean(axis=0)).T @ (np.eye(k)[y] - np.bincount(y) / len(y))
    least = 1.0 / np.abs(pull).max()
    assert not np.any(logistic(least * (1 - 1e-9), l1_ratio=1.0).fit(X, y).coef_)
    assert 1 <= np.count_nonzero(logistic(least * (1 + 1e-4), l1_ratio=1.0).fit(X, y).coef_) <= 2


@BOTH
@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("rho", [1.0, 0.5])
@pytest.mark.parametrize("container", [np.asarray, sp.csr_matrix], ids=["dense", "sparse"])
def test_sparse_classes_meet_their_optimality_conditions(k, rho, container, fit_intercept):
    X, y = sparse_classes(k)
    X = np.where(np.abs(X) > 0.5, X, 0.0)
    model = logistic(0.3, fit_intercept, rho).fit(container(X), y)
    coef = model.coef_
    hot = np.eye(k)[y] if k > 2 else y[:, None]
    residual = 0.3 * (model.predict_proba(X)[:, -hot.shape[1] :] - hot)
    slope = residual.T @ X + (1 - rho) * coef
    on = coef != 0
    assert 0 < on.sum() < coef.size
    np.testing.assert_allclose(slope[on], -rho * np.sign(coef[on]), atol=1e-6)
    assert np.abs(slope[~on]).max() <= rho + 1e-6
    if fit_intercept:
        np.testing.assert_allclose(residual.sum(axis=0), 0.0, atol=1e-6)


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("C", [0.05, 1.0])
def test_the_ends_of_the_elastic_net_are_l2_and_l1_and_between_it_beats_both(k, C):
    X, y = sparse_classes(k)
    ends = {
        rho: rl.PenalizedClassifier(p, lam=1 / (C * 150), standardize=False) for p, rho in (("l2", 0.0), ("l1", 1.0))
    }
    for rho, model in ends.items():
        np.testing.assert_allclose(logistic(C, l1_ratio=rho).fit(X, y).coef_, model.fit(X, y).coef_, atol=1e-8)
    mixed = logistic(C, l1_ratio=0.5).fit(X, y)

    def objective(model):
        loss = -model.predict_log_proba(X)[np.arange(150), y].sum()
        return C * loss + (0.5 * np.abs(model.coef_) + 0.25 * model.coef_**2).sum()

    assert all(objective(mixed) < objective(model) - 1e-6 for model in ends.values())
    used = {rho: np.count_nonzero(model.coef_) for rho, model in ends.items()}
    assert used[1.0] <= np.count_nonzero(mixed.coef_) <= used[0.0] == mixed.coef_.size


@pytest.mark.parametrize("k", [2, 3])
def test_sparse_weights_repeat_rows_and_scale_against_C(k):
    X, y = sparse_classes(k)
    w = np.random.default_rng(7).integers(0, 4, 150)
    weighted = logistic(0.2, l1_ratio=1.0).fit(X, y, w)
    repeated = logistic(0.2, l1_ratio=1.0).fit(X.repeat(w, axis=0), y.repeat(w))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-8)
    np.testing.assert_allclose(weighted.coef_, logistic(0.1, l1_ratio=1.0).fit(X, y, 2 * w).coef_, atol=1e-8)
