"""Wrong or surprising answers that well-known packages have given with L1 and the elastic net: none of them here."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import ridgeline as rl

FAMILIES = ("gaussian", "binomial", "multinomial")
every = pytest.mark.parametrize("family", FAMILIES)


def data(family: str, n: int = 120, p: int = 8, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))  # correlated columns
    X = X * rng.uniform(0.5, 3, p) + rng.uniform(-2, 2, p)
    eta = X[:, 0] - X[:, 1] / 2
    if family == "gaussian":
        return X, eta + rng.standard_normal(n)
    noisy = eta + rng.logistic(size=n)
    return X, (noisy > 0).astype(int) + (family == "multinomial") * (noisy > 1.5)


def solved(path) -> bool:
    return all(c.relative_gap <= 1e-8 for c in path.certificates)


# Grids


def pull(X, y, family: str, w, offset=0.0) -> np.ndarray:
    """Gradient of the loss at the model without features, per standard deviation."""
    w = w / w.sum()
    Z = X - w @ X
    Z = Z / np.sqrt(w @ Z**2)
    if family == "gaussian":
        r = y - offset
        return np.abs(Z.T @ (w * (r - w @ r)))
    hot = np.eye(y.max() + 1)[y]
    return np.abs(Z.T @ (w[:, None] * (hot - w @ hot))).max(axis=1)


@every
@pytest.mark.parametrize("ratio", [1.0, 0.25])
def test_the_grid_begins_at_the_smallest_lambda_that_keeps_all_out(family, ratio):
    """Centred columns, weights, penalty factors and the share of L1 all count, and nothing else does."""
    X, y = data(family)
    rng = np.random.default_rng(1)
    w, factors = rng.uniform(0.1, 3, len(y)), rng.uniform(0.5, 2, 8)
    for shift in (0.0, 1e3):
        options = {"family": family, "l1_ratio": ratio, "weights": w, "penalty_factor": factors}
        path = rl.fit_path(X + shift, y, **options)
        assert path.lams[0] == pytest.approx((pull(X, y, family, w) / factors).max() / ratio, rel=1e-6)
        assert not path.coef[0].any()
        assert rl.fit_path(X + shift, y, lams=[path.lams[0] * 0.999], **options).coef.any()


def test_the_grid_knows_the_offset():
    X, y = data("gaussian")
    offset = X[:, 0]
    path = rl.fit_path(X, y, l1_ratio=1.0, offset=offset)
    assert path.lams[0] == pytest.approx(pull(X, y, "gaussian", np.ones(120), offset).max(), rel=1e-6)


@every
def test_the_grid_knows_the_bounds(family):
    X, y = data(family)
    if family != "multinomial":  # of several classes one is always drawn to the other side
        alone = X[:, [1]]
        free, held = (
            rl.fit_path(alone, y, family=family, l1_ratio=1.0, bounds=b, lams=[1e-3]) for b in (None, (0, np.inf))
        )
        assert free.coef[0, 0] == held.coef[0, 0] or not held.coef.any()
    path = rl.fit_path(X, y, family=family, l1_ratio=1.0, bounds=(0, np.inf))
    assert not path.coef[0].any()
    assert rl.fit_path(X, y, family=family, l1_ratio=1.0, bounds=(0, np.inf), lams=[path.lams[0] * 0.999]).coef.any()


@every
def test_almost_no_share_of_l1_has_a_finite_grid_and_a_valid_certificate(family):
    X, y = data(family)
    path = rl.fit_path(X, y, family=family, l1_ratio=1e-4)
    assert np.isfinite(path.lams).all()
    assert solved(path)
    ridge = rl.fit_path(X, y, family=family, lams=path.lams[-5:])
    sparse = rl.fit_path(X, y, family=family, lams=path.lams[-5:], l1_ratio=1e-9)
    np.testing.assert_allclose(sparse.coef, ridge.coef, atol=1e-5)


# Solvers


@every
@pytest.mark.parametrize("shape", [(120, 8), (40, 60)], ids=["tall", "wide"])
def test_order_of_columns_and_rows_changes_nothing(family, shape):
    X, y = data(family, *shape)
    rng = np.random.default_rng(2)
    columns, rows = rng.permutation(shape[1]), rng.permutation(shape[0])
    path = rl.fit_path(X, y, family=family, l1_ratio=1.0)
    other = rl.fit_path(X[rows][:, columns], y[rows], family=family, l1_ratio=1.0)
    np.testing.assert_allclose(other.lams, path.lams, rtol=1e-10)
    np.testing.assert_allclose(other.coef, path.coef[..., columns], atol=2e-6)


@every
def test_every_lambda_is_there_where_the_fit_is_saturated(family):
    """More columns than rows, down to almost no penalty: no path that ends early, no λ other than those asked for."""
    X, y = data(family, 30, 60)
    lams = np.geomspace(0.5, 1e-4, 40)
    path = rl.fit_path(X, y, family=family, l1_ratio=1.0, lams=lams)
    np.testing.assert_array_equal(path.lams, lams)
    assert solved(path)
    for i in (5, 25, 39):
        alone = rl.fit_path(X, y, family=family, l1_ratio=1.0, lams=[lams[i]])
        assert alone.certificates[0].objective == pytest.approx(path.certificates[i].objective, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("family", ["binomial", "multinomial"])
def test_separated_classes_do_not_cycle(family):
    X, y = data(family)
    X = np.column_stack([X, y + 0.0])
    path = rl.fit_path(X, y, family=family, l1_ratio=1.0, lams=np.geomspace(0.1, 1e-6, 30))
    assert solved(path)
    values = [c.objective for c in path.certificates]
    assert all(a >= b for a, b in pairwise(values))


@every
@pytest.mark.parametrize("kind", [np.float32, np.int16, np.uint8, bool])
def test_the_type_of_the_numbers_changes_nothing(family, kind):
    X, y = data(family)
    X = (X > 0) if kind is bool else np.clip(np.round(X * 8), 0, 200) if kind is np.uint8 else np.round(X * 8)
    path = rl.fit_path(X.astype(float), y, family=family, l1_ratio=1.0, lams=[0.05, 0.01])
    other = rl.fit_path(X.astype(kind), y, family=family, l1_ratio=1.0, lams=[0.05, 0.01])
    np.testing.assert_allclose(other.coef, path.coef, atol=1e-10)


@every
@pytest.mark.parametrize("value", [0.0, 14.62, 1e9])
def test_constant_columns_get_zero_and_are_not_in_the_way(family, value):
    X, y = data(family)
    path = rl.fit_path(X, y, family=family, l1_ratio=1.0, lams=[0.05, 0.01])
    other = rl.fit_path(np.column_stack([X, np.full(120, value)]), y, family=family, l1_ratio=1.0, lams=[0.05, 0.01])
    assert not other.coef[..., -1].any()
    np.testing.assert_allclose(other.coef[..., :-1], path.coef, atol=1e-8)


@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_four_rows_and_two_columns(ratio):
    """A small logistic problem on which two solvers of one package disagreed: the minimum by looking everywhere."""
    X, y = np.array([[1.0, 0.5], [-0.5, 1.0], [0.3, -1.0], [-1.0, -0.2]]), np.array([1, 0, 1, 0])
    options = {"family": "binomial", "l1_ratio": ratio, "lams": [0.1], "standardize": False, "intercept": False}
    path = rl.fit_path(X, y, **options)
    grid = np.linspace(-3, 3, 601)
    b = np.array(np.meshgrid(grid, grid)).reshape(2, -1)
    eta = X @ b
    loss = (np.logaddexp(0, eta) - y[:, None] * eta).mean(axis=0)
    value = loss + 0.1 * (ratio * np.abs(b) + (1 - ratio) / 2 * b**2).sum(axis=0)
    assert path.certificates[0].objective <= value.min() + 1e-12
    np.testing.assert_allclose(path.coef[0], b[:, value.argmin()], atol=0.02)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_a_copied_column_changes_no_prediction_and_an_elastic_net_shares_alike(family):
    X, y = data(family)
    twice = np.column_stack([X[:, 0], X])
    one = rl.fit_path(X, y, family=family, l1_ratio=1.0, lams=[0.05, 0.01])
    two = rl.fit_path(twice, y, family=family, l1_ratio=1.0, lams=[0.05, 0.01])
    np.testing.assert_allclose(two.coef[:, 0] + two.coef[:, 1], one.coef[:, 0], atol=1e-7)
    np.testing.assert_allclose(two.coef[:, 2:], one.coef[:, 1:], atol=1e-7)
    net = rl.fit_path(twice, y, family=family, l1_ratio=0.5, lams=[0.05, 0.01])
    np.testing.assert_allclose(net.coef[:, 0], net.coef[:, 1], atol=1e-9)


# Conventions


@pytest.mark.parametrize("ratio", [1.0, 0.4])
def test_units_of_the_target_scale_lambda_by_the_share_of_l1_alone(ratio):
    """y → a y: with b → a b the L1 part grows as a, all else as a²: λρ → aλρ, and λ(1 − ρ) stays."""
    X, y = data("gaussian")
    a, lam = 7.0, 0.05
    one = rl.fit_path(X, y, l1_ratio=ratio, lams=[lam])
    l1, l2 = a * lam * ratio, lam * (1 - ratio)
    other = rl.fit_path(X, a * y + 3, l1_ratio=l1 / (l1 + l2), lams=[l1 + l2])
    np.testing.assert_allclose(other.coef, a * one.coef, rtol=1e-8, atol=1e-12)


@every
def test_penalty_factors_are_not_rescaled(family):
    X, y = data(family)
    factors = np.linspace(0.5, 2, 8)
    one = rl.fit_path(X, y, family=family, l1_ratio=1.0, penalty_factor=factors, lams=[0.1, 0.02])
    other = rl.fit_path(X, y, family=family, l1_ratio=1.0, penalty_factor=5 * factors, lams=[0.02, 0.004])
    np.testing.assert_allclose(other.coef, one.coef, atol=1e-8)


@pytest.mark.parametrize("family", ["binomial", "multinomial"])
def test_predictions_add_up_to_the_observed_shares(family):
    """The intercepts are not penalised, so the mean prediction is the share of each class at every λ."""
    X, y = data(family)
    model = rl.PenalizedClassifier("l1", lam=0.03, family=family).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X).mean(axis=0), np.bincount(y) / len(y), rtol=1e-7)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("lam", [0.0, 1e-3, 10.0])
def test_a_constant_target_is_its_mean(standardize, lam):
    X, _ = data("gaussian")
    path = rl.fit_path(X, np.full(120, 7.25), l1_ratio=1.0, lams=[lam], standardize=standardize)
    assert path.intercept[0] == pytest.approx(7.25, abs=1e-12)
    assert np.abs(path.coef).max() < 1e-13


# Cross-validation


@every
@pytest.mark.parametrize("seed", range(3))
def test_one_standard_error_rule_never_weakens_the_penalty(family, seed):
    X, y = data(family, seed=seed)
    cv = rl.cross_validate(X, y, family=family, l1_ratio=1.0, seed=seed)
    assert cv.lam_1se >= cv.lam_min
    assert cv.path.df[cv.index("1se")] <= cv.path.df[cv.index("min")]
    assert np.isfinite(cv.losses).all()


@every
def test_each_lambda_meets_the_same_folds(family):
    X, y = data(family)
    few = rl.cross_validate(X, y, family=family, l1_ratio=1.0, lams=[0.1, 0.03, 0.1], seed=4)
    many = rl.cross_validate(X, y, family=family, l1_ratio=1.0, lams=[0.3, 0.1, 0.05, 0.03], seed=4)
    np.testing.assert_allclose(few.losses[:, 0], few.losses[:, 2], rtol=1e-8)
    np.testing.assert_allclose(few.losses[:, :2], many.losses[:, [1, 3]], rtol=1e-7)
