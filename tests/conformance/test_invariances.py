"""What must not change an answer, and conventions that must agree with scikit-learn's.

Each test is a way in which a well-known package has once been wrong.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge

import ridgeline as rl

FAMILIES = ["gaussian", "binomial"]
LAMS = np.array([10.0, 1.0, 0.1, 0.01])

both = pytest.mark.parametrize("family", FAMILIES)


def data(family: str, n: int = 120, p: int = 5, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * rng.uniform(0.3, 4.0, p) + rng.uniform(-3.0, 3.0, p)
    eta = X[:, : min(p, 3)].sum(axis=1) / 3
    if family == "gaussian":
        return X, 3.0 + eta + rng.standard_normal(n)
    return X, (rng.random(n) < 1.0 / (1.0 + np.exp(eta.mean() - eta))).astype(np.float64)


def fitted(path, X: np.ndarray) -> np.ndarray:
    """Linear predictors, (n, L)."""
    return X @ np.asarray(path.coef).T + path.intercept


def assert_same(path, other, rtol: float = 1e-7) -> None:
    np.testing.assert_allclose(path.coef, other.coef, rtol=rtol, atol=1e-9)
    np.testing.assert_allclose(path.intercept, other.intercept, rtol=rtol, atol=1e-9)


# Conventions


@pytest.mark.parametrize("lam", [1e-3, 0.1, 5.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_lambda_is_alpha_over_n_of_ridge(lam, weighted):
    X, y = data("gaussian")
    w = np.random.default_rng(0).uniform(0.1, 3.0, len(y)) if weighted else np.ones(len(y))
    peer = Ridge(alpha=w.sum() * lam, solver="cholesky").fit(X, y, sample_weight=w)
    path = rl.fit_path(X, y, lams=[lam], weights=w, standardize=False)
    np.testing.assert_allclose(path.coef[0], peer.coef_, rtol=1e-8)
    np.testing.assert_allclose(path.intercept[0], peer.intercept_, rtol=1e-8)


@pytest.mark.parametrize("lam", [1e-3, 0.1, 5.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_lambda_is_one_over_n_c_of_logistic_regression(lam, weighted):
    X, y = data("binomial")
    w = np.random.default_rng(0).uniform(0.1, 3.0, len(y)) if weighted else np.ones(len(y))
    peer = LogisticRegression(C=1 / (w.sum() * lam), solver="newton-cholesky", tol=1e-12, max_iter=200)
    peer.fit(X, y, sample_weight=w)
    path = rl.fit_path(X, y, family="binomial", lams=[lam], weights=w, standardize=False)
    np.testing.assert_allclose(path.coef[0], peer.coef_[0], rtol=1e-6)
    np.testing.assert_allclose(path.intercept[0], peer.intercept_[0], rtol=1e-6)


@both
def test_standardizing_divides_by_the_sd_with_divisor_n(family):
    X, y = data(family)
    sd = X.std(axis=0, ddof=0)
    path = rl.fit_path(X, y, family=family, lams=LAMS)
    scaled = rl.fit_path(X / sd, y, family=family, lams=LAMS, standardize=False)
    np.testing.assert_allclose(path.coef, scaled.coef / sd, rtol=1e-7)
    np.testing.assert_allclose(path.std_coef, scaled.coef, rtol=1e-7)


def test_lambda_does_not_depend_on_the_units_of_the_target():
    # glmnet's gaussian lambda does: it scales y
    X, y = data("gaussian")
    path, other = rl.fit_path(X, y, lams=LAMS), rl.fit_path(X, 1000.0 * y - 7.0, lams=LAMS)
    np.testing.assert_allclose(other.coef, 1000.0 * path.coef, rtol=1e-9)
    np.testing.assert_allclose(other.intercept, 1000.0 * path.intercept - 7.0, rtol=1e-9)


def test_intercept_is_never_penalised():
    X, y = data("gaussian")
    path = rl.fit_path(X, y + 1e6, lams=[100.0])
    assert fitted(path, X).mean() == pytest.approx((y + 1e6).mean(), rel=1e-12)


@pytest.mark.parametrize(("family", "link"), [("gaussian", lambda m: m), ("binomial", lambda m: np.log(m / (1 - m)))])
def test_huge_lambda_leaves_the_mean(family, link):
    X, y = data(family)
    path = rl.fit_path(X, y, family=family, lams=[1e12])
    assert np.abs(path.std_coef).max() < 1e-11
    assert path.intercept[0] == pytest.approx(link(y.mean()), rel=1e-9)


@both
def test_coefficients_shrink_but_are_not_zero(family):
    X, y = data(family)
    path = rl.fit_path(X, y, family=family, lams=LAMS)
    size = np.linalg.norm(path.std_coef, axis=1)
    assert np.all(np.diff(size) > 0)
    assert np.all(np.asarray(path.coef) != 0)


# The same problem in another dress


@both
def test_weights_are_repeats(family):
    X, y = data(family, n=60)
    times = np.random.default_rng(1).integers(1, 5, len(y))
    folds = np.arange(len(y)) % 4
    weighted = rl.cross_validate(X, y, family=family, lams=LAMS, folds=folds, weights=times)
    repeated = rl.cross_validate(
        np.repeat(X, times, axis=0), np.repeat(y, times), family=family, lams=LAMS, folds=np.repeat(folds, times)
    )
    assert_same(weighted.path, repeated.path)
    np.testing.assert_allclose(weighted.losses, repeated.losses, rtol=1e-8)
    np.testing.assert_allclose(weighted.mean, repeated.mean, rtol=1e-8)


@both
def test_a_weight_of_zero_is_no_row(family):
    X, y = data(family)
    w = np.ones(len(y))
    w[::7] = 0.0
    keep = w > 0
    assert_same(
        rl.fit_path(X, y, family=family, lams=LAMS, weights=w),
        rl.fit_path(X[keep], y[keep], family=family, lams=LAMS),
    )


@both
def test_scale_of_the_weights_says_nothing(family):
    X, y = data(family)
    w = np.random.default_rng(2).uniform(0.5, 2.0, len(y))
    assert_same(
        rl.fit_path(X, y, family=family, lams=LAMS, weights=w),
        rl.fit_path(X, y, family=family, lams=LAMS, weights=1e6 * w),
    )


@both
@pytest.mark.parametrize("shape", [(120, 5), (30, 80)])
def test_order_of_rows_and_columns(family, shape):
    X, y = data(family, *shape)
    rng = np.random.default_rng(5)
    rows, columns = rng.permutation(shape[0]), rng.permutation(shape[1])
    path = rl.fit_path(X, y, family=family, lams=LAMS)
    other = rl.fit_path(X[rows][:, columns], y[rows], family=family, lams=LAMS)
    np.testing.assert_allclose(other.coef, path.coef[:, columns], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(other.intercept, path.intercept, rtol=1e-6, atol=1e-8)


@both
@pytest.mark.parametrize("shape", [(120, 5), (30, 80)])
def test_units_of_the_columns(family, shape):
    X, y = data(family, *shape)
    unit = np.geomspace(1e-6, 1e6, shape[1])
    shift = np.linspace(-10.0, 10.0, shape[1])
    path = rl.fit_path(X, y, family=family, lams=LAMS)
    other = rl.fit_path((X + shift) * unit, y, family=family, lams=LAMS)
    np.testing.assert_allclose(other.coef * unit, path.coef, rtol=1e-6, atol=1e-8)


def test_exchanging_the_classes_flips_the_signs():
    X, y = data("binomial")
    path = rl.fit_path(X, y, family="binomial", lams=LAMS)
    other = rl.fit_path(X, 1.0 - y, family="binomial", lams=LAMS)
    np.testing.assert_allclose(other.coef, -path.coef, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(other.intercept, -path.intercept, rtol=1e-7, atol=1e-10)


@both
def test_a_copied_column_shares_its_coefficient(family):
    X, y = data(family)
    path = rl.fit_path(np.column_stack([X, X[:, 0]]), y, family=family, lams=LAMS)
    np.testing.assert_allclose(path.coef[:, 0], path.coef[:, -1], rtol=1e-7)


@both
def test_any_order_of_lambdas(family):
    X, y = data(family)
    asked = np.array([0.1, 1e12, 0.0, 3.0, 0.1])
    path = rl.fit_path(X, y, family=family, lams=asked)
    np.testing.assert_array_equal(np.sort(np.unique(path.lams)), np.unique(asked))
    for lam, coef in zip(path.lams, path.coef, strict=True):
        alone = rl.fit_path(X, y, family=family, lams=[lam])
        np.testing.assert_allclose(coef, alone.coef[0], rtol=1e-6, atol=1e-9)


@both
def test_offset_is_part_of_the_predictor(family):
    X, y = data(family)
    offset = X @ np.array([0.3, 0.0, -0.2, 0.0, 0.1])
    path = rl.fit_path(X, y, family=family, lams=[0.0], offset=offset)
    free = rl.fit_path(X, y, family=family, lams=[0.0])
    np.testing.assert_allclose(fitted(path, X)[:, 0] + offset, fitted(free, X)[:, 0], rtol=1e-6, atol=1e-7)


def test_offset_of_a_gaussian_is_subtracted():
    X, y = data("gaussian")
    offset = np.sin(np.arange(len(y)))
    assert_same(rl.fit_path(X, y, lams=LAMS, offset=offset), rl.fit_path(X, y - offset, lams=LAMS))


# Penalty factors, constant columns, no intercept


@both
def test_penalty_factor_is_a_multiple_and_is_not_rescaled(family):
    X, y = data(family)
    twice = rl.fit_path(X, y, family=family, lams=LAMS, penalty_factor=np.full(X.shape[1], 2.0))
    assert_same(twice, rl.fit_path(X, y, family=family, lams=2 * LAMS))


@both
def test_infinite_factor_excludes(family):
    X, y = data(family)
    factor = np.ones(X.shape[1])
    factor[1] = np.inf
    path = rl.fit_path(X, y, family=family, lams=LAMS, penalty_factor=factor)
    without = rl.fit_path(np.delete(X, 1, axis=1), y, family=family, lams=LAMS)
    assert np.all(path.coef[:, 1] == 0)
    np.testing.assert_allclose(np.delete(path.coef, 1, axis=1), without.coef, rtol=1e-7)


def test_factor_zero_is_never_penalised():
    X, y = data("gaussian")
    path = rl.fit_path(X, y, lams=[1e10], penalty_factor=[0.0, 1, 1, 1, 1])
    alone = np.polyfit(X[:, 0], y, 1)
    np.testing.assert_allclose([path.coef[0][0], path.intercept[0]], alone, rtol=1e-7)


@both
@pytest.mark.parametrize("value", [0.0, 14.62, 1e9])
def test_constant_columns_get_zero(family, value):
    X, y = data(family)
    path = rl.fit_path(np.column_stack([X, np.full(len(y), value)]), y, family=family, lams=[1.0, 0.0])
    assert np.all(path.coef[:, -1] == 0)
    np.testing.assert_allclose(path.coef[:, :-1], rl.fit_path(X, y, family=family, lams=[1.0, 0.0]).coef, rtol=1e-6)


def test_column_that_varies_by_rounding_only_is_constant():
    X, y = data("gaussian")
    noise = 14.62 * (1 + np.finfo(float).eps * (np.arange(len(y)) % 2))
    path = rl.fit_path(np.column_stack([X, noise]), y, lams=[1e-6])
    assert path.coef[0][-1] == 0


def test_tiny_but_real_variation_counts():
    X, y = data("gaussian")
    path = rl.fit_path(np.column_stack([X[:, 1:], 1e-12 * X[:, 0]]), y, lams=[0.1])
    reference = rl.fit_path(np.column_stack([X[:, 1:], X[:, 0]]), y, lams=[0.1])
    assert path.coef[0][-1] * 1e-12 == pytest.approx(reference.coef[0][-1], rel=1e-6)


def test_without_intercept_gaussian():
    X, y = data("gaussian")
    path = rl.fit_path(X, y, lams=[0.3], intercept=False, standardize=False)
    peer = Ridge(alpha=0.3 * len(y), fit_intercept=False).fit(X, y)
    np.testing.assert_allclose(path.coef[0], peer.coef_, rtol=1e-8)
    assert path.intercept[0] == 0


def test_without_intercept_the_scale_is_still_the_centred_sd():
    X, y = data("gaussian")
    path = rl.fit_path(X, y, lams=LAMS, intercept=False)
    sd = X.std(axis=0)
    other = rl.fit_path(X / sd, y, lams=LAMS, intercept=False, standardize=False)
    np.testing.assert_allclose(path.coef, other.coef / sd, rtol=1e-8)


def test_without_intercept_binomial():
    X, y = data("binomial")
    path = rl.fit_path(X, y, family="binomial", lams=[0.3], intercept=False, standardize=False)
    peer = LogisticRegression(C=1 / (0.3 * len(y)), fit_intercept=False, tol=1e-12, solver="newton-cholesky")
    np.testing.assert_allclose(path.coef[0], peer.fit(X, y).coef_[0], rtol=1e-6)
    assert path.intercept[0] == 0


def test_minimum_norm_when_least_squares_is_not_unique():
    X, y = data("gaussian", 20, 50)
    path = rl.fit_path(X, y, lams=[0.0], standardize=False)
    centred = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
    np.testing.assert_allclose(path.coef[0], centred, rtol=1e-6, atol=1e-10)


# Choosing lambda


@both
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", [(60, 4), (25, 40)])
def test_one_standard_error_rule_never_weakens_the_penalty(family, seed, shape):
    X, y = data(family, *shape, seed=seed)
    folds = np.random.default_rng(seed).permutation(len(y)) % 5
    lams = np.geomspace(100, 1e-3, 25)
    cv = rl.cross_validate(X, y, family=family, folds=folds, lams=lams)
    best = int(np.argmin(cv.mean))
    inside = np.asarray(cv.mean) <= cv.mean[best] + cv.se[best]
    assert cv.lam_min == np.asarray(cv.lams)[best]
    assert cv.lam_1se == np.asarray(cv.lams)[inside].max() >= cv.lam_min
    # the standard error over folds, not their standard deviation
    np.testing.assert_allclose(cv.se, np.std(cv.losses, axis=0, ddof=1) / np.sqrt(5), rtol=1e-9)


@both
def test_grid_reaches_from_nearly_none_to_nearly_all(family):
    X, y = data(family)
    lams = np.asarray(rl.fit_path(X, y, family=family).lams)
    path = rl.fit_path(X, y, family=family, lams=[lams.max(), lams.min(), 0.0])
    size = {lam: np.linalg.norm(b) for lam, b in zip(path.lams, path.std_coef, strict=True)}
    assert size[lams.max()] < 0.1 * size[0.0]
    assert size[lams.min()] > 0.9 * size[0.0]


# Any dress of the input


def dressed(X: np.ndarray) -> dict[str, object]:
    import pandas as pd

    frozen = X.copy()
    frozen.flags.writeable = False
    return {
        "list": X.tolist(),
        "fortran": np.asfortranarray(X),
        "read-only": frozen,
        "strided": np.repeat(X, 2, axis=0)[::2],
        "csr": sparse.csr_matrix(X),
        "csc": sparse.csc_array(X),
        "frame": pd.DataFrame(X, columns=list("abcde")),
    }


@both
@pytest.mark.parametrize("dress", ["list", "fortran", "read-only", "strided", "csr", "csc", "frame"])
def test_dress_of_the_matrix(family, dress):
    X, y = data(family)
    assert_same(
        rl.fit_path(dressed(X)[dress], y, family=family, lams=LAMS), rl.fit_path(X, y, family=family, lams=LAMS)
    )


@both
@pytest.mark.parametrize("kind", [np.float32, np.longdouble, np.int8, np.uint8, np.int64, bool])
def test_kind_of_numbers(family, kind):
    X, y = data(family)
    X = np.abs(np.round(X * 3)).astype(kind) if kind is not bool else X.mean(axis=0) < X
    path = rl.fit_path(X, y, family=family, lams=LAMS)
    assert path.coef.dtype == np.float64
    assert_same(path, rl.fit_path(X.astype(np.float64), y, family=family, lams=LAMS), rtol=1e-9)


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint8, np.float32])
def test_kind_of_target(kind):
    X, y = data("binomial")
    assert_same(
        rl.fit_path(X, y.astype(kind), family="binomial", lams=LAMS), rl.fit_path(X, y, family="binomial", lams=LAMS)
    )


@both
@pytest.mark.parametrize("order", ["C", "F"])
def test_inputs_are_not_modified(family, order):
    X, y = data(family)
    X = np.array(X, order=order)
    w, offset, lams, folds = np.ones(len(y)), np.zeros(len(y)), LAMS.copy(), np.arange(len(y)) % 3
    inputs = [X, y, w, offset, lams, folds]
    before = [a.copy() for a in inputs]
    rl.cross_validate(X, y, family=family, weights=w, offset=offset, lams=lams, folds=folds)
    for array, copy in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(array, copy)


# Evidence


@both
@pytest.mark.parametrize("shape", [(120, 5), (30, 80)])
def test_every_lambda_is_certified(family, shape):
    X, y = data(family, *shape)
    path = rl.fit_path(X, y, family=family, lams=[1e3, 1.0, 1e-2])
    assert len(path.certificates) == 3
    for certificate in path.certificates:
        assert 0 <= certificate.relative_gap <= 1e-8


@both
def test_near_separation_is_solved_at_any_lambda(family):
    X, y = data(family, 40, 3)
    y = (X[:, 0] > X[:, 0].mean()).astype(np.float64)
    path = rl.fit_path(X, y, family=family, lams=np.geomspace(10, 1e-8, 10))
    assert np.all(np.isfinite(path.coef))
    assert all(certificate.relative_gap <= 1e-6 for certificate in path.certificates)
