"""Information criteria against log-likelihoods computed by SciPy, and against scikit-learn's."""

import numpy as np
import pytest
from scipy import optimize, stats
from scipy.special import comb, expit

import ridgeline as rl
from ridgeline.crossval import criteria
from ridgeline.errors import OptionError

N, P = 120, 8


def world(family, seed=0, n=N, p=P):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, p))
    eta = x[:, 0] - 0.7 * x[:, 1] + 0.2
    y = {
        "gaussian": lambda: eta + rng.standard_normal(n),
        "binomial": lambda: (rng.random(n) < expit(eta)).astype(float),
        "poisson": lambda: rng.poisson(np.exp(0.6 * eta)).astype(float),
        "gamma": lambda: rng.gamma(2.0, np.exp(0.5 * eta) / 2.0),
    }[family]()
    return x, y


def log_likelihood(family, y, eta):
    """The largest log-likelihood over whatever scale the family leaves open."""
    if family == "gaussian":
        return stats.norm.logpdf(y, eta, np.sqrt(np.mean((y - eta) ** 2))).sum()
    if family == "binomial":
        return stats.bernoulli.logpmf(y, expit(eta)).sum()
    if family == "poisson":
        return stats.poisson.logpmf(y, np.exp(eta)).sum()
    shape = optimize.minimize_scalar(
        lambda s: -stats.gamma.logpdf(y, np.exp(s), scale=np.exp(eta - s)).sum(), bounds=(-5, 10), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    return -shape.fun


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson", "gamma"])
def test_criteria_are_those_of_the_likelihood(family, ratio):
    x, y = world(family)
    cv = rl.cross_validate(x, y, family=family, l1_ratio=ratio, lams=np.geomspace(0.5, 0.005, 12))
    eta = x @ cv.path.coef.T + cv.path.intercept
    minus_two = np.array([-2.0 * log_likelihood(family, y, column) for column in eta.T])
    df = (cv.path.coef != 0).sum(axis=1) if ratio else cv.path.df
    for rule, price in (("aic", 2.0 * df), ("bic", np.log(N) * df)):
        expected, found = minus_two + price, getattr(cv, rule)
        assert found - found[0] == pytest.approx(expected - expected[0], abs=1e-5)
        assert cv.index(rule) == np.argmin(expected)
    if ratio:
        expected = minus_two + np.log(N) * df + 2.0 * np.log(comb(P, df))
        assert cv.ebic - cv.ebic[0] == pytest.approx(expected - expected[0], abs=1e-5)


def test_df_of_ridge_is_the_trace_of_the_hat_matrix():
    x, y = world("gaussian")
    lam = 0.3
    cv = rl.cross_validate(x, y, lams=[lam, 1e9])
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    df = np.trace(np.linalg.solve(z.T @ z / N + lam * np.eye(P), z.T @ z / N))
    residual = [((y - x @ b - b0) ** 2).sum() for b, b0 in zip(cv.path.coef, cv.path.intercept, strict=True)]
    assert cv.aic[0] - cv.aic[1] == pytest.approx(N * np.log(residual[0] / residual[1]) + 2 * df, abs=1e-5)


def test_the_lasso_agrees_with_statsmodels_ols_at_no_penalty():
    sm = pytest.importorskip("statsmodels.api")
    x, y = world("gaussian")
    cv = rl.cross_validate(x, y, l1_ratio=1.0, lams=[10.0, 0.0])
    full, null = sm.OLS(y, sm.add_constant(x)).fit(), sm.OLS(y, np.ones(N)).fit()
    assert cv.aic[1] - cv.aic[0] == pytest.approx(full.aic - null.aic, abs=1e-8)
    assert cv.bic[1] - cv.bic[0] == pytest.approx(full.bic - null.bic, abs=1e-8)


def test_bic_finds_the_true_features_more_often_than_aic():
    exact = {"aic": 0, "bic": 0, "ebic": 0}
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((300, 30))
        cv = rl.cross_validate(x, x[:, :3].sum(axis=1) + rng.standard_normal(300), l1_ratio=1.0)
        for rule in exact:
            exact[rule] += set(np.flatnonzero(cv.path.coef[cv.index(rule)])) == {0, 1, 2}
    assert exact["aic"] < exact["bic"] <= exact["ebic"]
    assert exact["ebic"] >= 15


def test_weights_count_relative_to_their_mean():
    x, y = world("binomial")
    w = np.random.default_rng(1).uniform(0.5, 2.0, N)
    once, tenfold = (rl.cross_validate(x, y, family="binomial", l1_ratio=1.0, weights=c * w) for c in (1.0, 10.0))
    assert once.bic == pytest.approx(tenfold.bic, rel=1e-9)


def test_a_model_that_uses_up_the_rows_is_not_chosen_for_its_small_residuals():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 200))
    cv = rl.cross_validate(x, x[:, 0] + rng.standard_normal(40), l1_ratio=1.0, lams=np.geomspace(1.0, 1e-6, 60))
    for rule in ("aic", "bic", "ebic"):
        assert cv.path.df[cv.index(rule)] <= 20


def test_ties_go_to_the_stronger_penalty_and_numbers_in_between_are_smooth():
    assert (
        criteria.ebic(np.zeros(2), np.array([0.5, 1.5]), 50, 10)[0] < criteria.ebic(np.zeros(1), np.ones(1), 50, 10)[0]
    )
    x, y = world("gaussian")
    cv = rl.cross_validate(x, y, l1_ratio=1.0, lams=[50.0, 100.0])
    assert cv.lams[cv.index("bic")] == 100.0


def test_estimators_take_the_rules():
    x, y = world("gaussian")
    model = rl.PenalizedRegressor(penalty="l1", rule="bic").fit(x, y)
    cv = rl.cross_validate(x, y, l1_ratio=1.0)
    assert model.lam_ == cv.lams[cv.index("bic")]
    with pytest.raises(OptionError, match="let go of"):
        model.cv_.index("aic")
