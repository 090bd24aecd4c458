"""Relaxed fits and adaptive factors against refits by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit, logsumexp

import ridgeline as rl
from ridgeline.families import get_family

GAMMAS = (0.0, 0.3, 1.0)


def data(family: str = "gaussian", n: int = 120, p: int = 8, seed: int = 0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * rng.uniform(0.5, 3, p) + rng.uniform(-2, 2, p)
    eta = X[:, 0] - X[:, 1] / 2
    y = eta + rng.standard_normal(n) if family == "gaussian" else (eta + rng.logistic(size=n) > 0).astype(float)
    return X, y


def unpenalised(X, y, family: str, w) -> np.ndarray:
    """Intercept and coefficients by Newton's method (one step for the gaussian family)."""
    A, theta = np.column_stack([np.ones(len(X)), X]), np.zeros(X.shape[1] + 1)
    for _ in range(30):
        mean = A @ theta if family == "gaussian" else expit(A @ theta)
        v = w * (1.0 if family == "gaussian" else mean * (1 - mean))
        theta = theta - np.linalg.solve((A.T * v) @ A, A.T @ (w * (mean - y)))
    return theta


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_coefficients_are_mixtures_with_the_refit_of_the_support(family):
    X, y = data(family)
    w = np.random.default_rng(1).uniform(0.2, 2, len(y))
    lams = [0.3, 0.1, 0.03, 0.01]
    cv = rl.cross_validate(X, y, family=family, l1_ratio=1.0, lams=lams, weights=w, folds=4)
    relaxed = rl.relax(cv, GAMMAS)
    assert relaxed.coef.shape == (3, 4, 8)
    np.testing.assert_allclose(relaxed.coef[2], cv.path.coef, atol=1e-14)
    for i in range(4):
        support = np.flatnonzero(cv.path.coef[i])
        theta = unpenalised(X[:, support], y, family, w)
        assert relaxed.intercept[0, i] == pytest.approx(theta[0], abs=1e-7)
        np.testing.assert_allclose(relaxed.coef[0, i, support], theta[1:], atol=1e-7)
        assert np.count_nonzero(relaxed.coef[0, i]) == len(support)
    np.testing.assert_allclose(relaxed.coef[1], 0.3 * relaxed.coef[2] + 0.7 * relaxed.coef[0], atol=1e-14)


@pytest.mark.parametrize("shape", [(120, 8), (40, 70)], ids=["tall", "wide"])
@pytest.mark.parametrize("family", ["gaussian", "binomial"])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_each_fold_selects_and_refits_on_its_own_rows(family, shape, kind):
    X, y = data(family, *shape)
    X = np.where(np.abs(X) > 1, X, 0.0) if kind == "sparse" else X
    folds = np.arange(len(y)) % 3
    given = sparse.csr_array(X) if kind == "sparse" else X
    cv = rl.cross_validate(given, y, family=family, l1_ratio=0.9, lams=[10.0, 0.3, 0.2], folds=folds)
    relaxed = rl.relax(cv, GAMMAS)
    np.testing.assert_allclose(relaxed.losses[:, 2], cv.losses, rtol=1e-7)
    np.testing.assert_allclose(relaxed.losses[:, 0, 0], relaxed.losses[:, 2, 0], rtol=1e-12)  # nothing to refit
    for k in range(3):
        train = folds != k
        path = rl.fit_path(X[train], y[train], family=family, l1_ratio=0.9, lams=cv.lams)
        for i in (1, 2):
            support = np.flatnonzero(path.coef[i])
            theta = unpenalised(X[train][:, support], y[train], family, np.ones(train.sum()))
            plain = theta[0] + X[~train][:, support] @ theta[1:]
            lasso = path.intercept[i] + X[~train] @ path.coef[i]
            for g, share in enumerate(GAMMAS):
                loss = get_family(family).loss(y[~train], share * lasso + (1 - share) * plain).mean()
                assert relaxed.losses[k, g, i] == pytest.approx(loss, rel=1e-6)


def test_several_classes():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 5))
    y = (X[:, :3] * 1.5 + rng.gumbel(size=(200, 3))).argmax(axis=1)
    cv = rl.cross_validate(X, y, family="multinomial", l1_ratio=1.0, lams=[0.15, 0.05], folds=3)
    relaxed = rl.relax(cv, GAMMAS)
    np.testing.assert_allclose(relaxed.losses[:, 2], cv.losses, rtol=1e-7)
    for i in range(2):
        support = np.flatnonzero(cv.path.coef[i].any(axis=0))
        plain = rl.fit_path(X[:, support], y, family="multinomial", lams=[0.0])
        np.testing.assert_allclose(relaxed.coef[0, i][:, support], plain.coef[0], atol=1e-7)
        np.testing.assert_allclose(relaxed.intercept[0, i], plain.intercept[0], atol=1e-7)
    eta = relaxed.intercept[1, 1] + X @ relaxed.coef[1, 1].T
    assert np.isfinite(logsumexp(eta, axis=1)).all()


def test_on_orthonormal_columns_soft_thresholding_becomes_hard():
    """b = sign(z)(|z| − λ) on |z| > λ; the refit gives z there: the relaxed solution is sign(z)(|z| − γλ)."""
    rng = np.random.default_rng(3)
    Q = np.linalg.qr(rng.standard_normal((60, 6)))[0] * np.sqrt(60)
    y = rng.standard_normal(60)
    z = Q.T @ y / 60
    cv = rl.cross_validate(Q, y, l1_ratio=1.0, lams=[0.1, 0.05], intercept=False, standardize=False, folds=4)
    relaxed = rl.relax(cv, GAMMAS)
    for i, lam in enumerate((0.1, 0.05)):
        for g, share in enumerate(GAMMAS):
            expected = np.where(np.abs(z) > lam, np.sign(z) * (np.abs(z) - share * lam), 0.0)
            np.testing.assert_allclose(relaxed.coef[g, i], expected, atol=1e-10)


def test_selection_of_lambda_and_gamma():
    X, y = data(n=150, p=20)
    cv = rl.cross_validate(X, y, l1_ratio=1.0)
    relaxed = rl.relax(cv)
    g, i = relaxed.best
    assert relaxed.mean[g, i] == pytest.approx(relaxed.mean.min(), rel=1e-12)  # ties go to the largest λ
    assert relaxed.mean.min() <= cv.mean.min()
    assert (relaxed.gamma_min, relaxed.lam_min) == (relaxed.gammas[g], relaxed.lams[i])
    assert relaxed.lam_1se >= relaxed.lam_min
    g, i = relaxed.simplest
    line = relaxed.mean[relaxed.best] + relaxed.se[relaxed.best]
    assert relaxed.mean[g, i] <= line
    assert (relaxed.mean[:, relaxed.lams > relaxed.lams[i]] > line).all()


def test_bounds_hold_in_the_refit():
    X, y = data()
    cv = rl.cross_validate(X, y, l1_ratio=1.0, bounds=(-0.1, 0.6), lams=[0.2, 0.05])
    relaxed = rl.relax(cv, [0.0])
    assert relaxed.coef.min() >= -0.1
    assert relaxed.coef.max() == pytest.approx(0.6)


def test_what_cannot_be_relaxed_is_named():
    X, y = data()
    with pytest.raises(rl.InputError, match="l1_ratio > 0"):
        rl.relax(rl.cross_validate(X, y))
    with pytest.raises(rl.InputError, match="from 0"):
        rl.relax(rl.cross_validate(X, y, l1_ratio=1.0), [2.0])


def test_adaptive_factors_are_the_inverse_of_the_ridge():
    X, y = data()
    size = np.abs(rl.fit_path(X, y, lams=[0.1]).coef[0]) * X.std(axis=0)
    for power in (1.0, 2.0):
        factors = rl.adaptive_factors(X, y, power, lam=0.1)
        np.testing.assert_allclose(factors * size**power, (factors * size**power)[0], rtol=1e-9)
        assert factors.mean() == pytest.approx(1.0)
    by_cv = rl.adaptive_factors(X, y)
    lam = rl.cross_validate(X, y).lam_min
    np.testing.assert_allclose(by_cv, rl.adaptive_factors(X, y, lam=lam), rtol=1e-6)
    np.testing.assert_array_equal(rl.adaptive_factors(X, y, lams=[0.1]), rl.adaptive_factors(X, y, lam=0.1))
    assert np.isinf(rl.adaptive_factors(np.column_stack([X, np.ones(len(y))]), y, lam=0.1)[-1])


def test_the_adaptive_lasso_keeps_fewer_false_features():
    """Zou (2006): with large true coefficients the adaptive lasso selects consistently where the lasso keeps noise."""
    extra = {"lasso": 0, "adaptive": 0}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((150, 15))
        y = X[:, :3] @ [3.0, -2.0, 1.5] + rng.standard_normal(150)
        for name, factors in (("lasso", None), ("adaptive", rl.adaptive_factors(X, y))):
            cv = rl.cross_validate(X, y, l1_ratio=1.0, penalty_factor=factors)
            coef = cv.path.coef[cv.index("min")]
            assert coef[:3].all()
            extra[name] += np.count_nonzero(coef[3:])
    assert extra["adaptive"] < extra["lasso"] / 2


def test_repeated_folds_are_averaged_and_steady_the_choice():
    """Curves of the divisions, averaged; over seeds the λ of five divisions varies less than that of one."""
    X, y = data(n=60, p=20)
    lams = np.geomspace(1.0, 0.01, 30)
    options = {"l1_ratio": 1.0, "lams": lams, "folds": 5}
    spread = {}
    for repeats in (1, 5):
        found = [rl.cross_validate(X, y, repeats=repeats, seed=s, **options) for s in range(8)]
        spread[repeats] = np.std([np.log(cv.lam_min) for cv in found])
    assert spread[5] < spread[1]
    cv = found[0]
    assert cv.losses.shape == (25, 30)
    np.testing.assert_allclose(cv.mean, cv.losses.mean(axis=0), rtol=1e-12)
    for r in range(5):
        alone = rl.cross_validate(X, y, **options | {"folds": cv.folds.labels[r]})
        np.testing.assert_allclose(cv.losses[5 * r : 5 * r + 5], alone.losses, rtol=1e-9)
    with pytest.raises(rl.InputError, match="number of folds"):
        rl.cross_validate(X, y, repeats=2, **options | {"folds": np.arange(60) % 5})
