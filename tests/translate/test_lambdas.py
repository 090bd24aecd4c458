"""What a λ here is elsewhere: the other program, given the parameters, minimises the same objective."""

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, PoissonRegressor, Ridge

import ridgeline as rl
from ridgeline.errors import OptionError
from ridgeline.exporters.translate.lambdas import TOOLS


@pytest.fixture(scope="module")
def problem():
    random = np.random.default_rng(0)
    x = random.normal(size=(80, 4))
    return (x - x.mean(0)) / x.std(0), x[:, 0] - x[:, 1] + random.normal(size=80)


def test_sklearn_ridge(problem):
    x, y = problem
    ours = rl.fit_path(x, y, lams=[0.3])
    theirs = Ridge(**rl.translate(0.3, to="sklearn", n=80)).fit(x, y)
    assert np.allclose(theirs.coef_, ours.coef[0], rtol=1e-8)


def test_sklearn_logistic(problem):
    x, y = problem
    ours = rl.fit_path(x, y > 0, family="binomial", lams=[0.05])
    options = rl.translate(0.05, to="sklearn", family="binomial", n=80)
    theirs = LogisticRegression(**options, solver="newton-cholesky", tol=1e-12).fit(x, y > 0)
    assert np.allclose(theirs.coef_[0], ours.coef[0], rtol=1e-7)


def test_sklearn_poisson(problem):
    x, y = problem
    counts = np.round(np.exp(y / 2))
    ours = rl.fit_path(x, counts, family="poisson", lams=[0.05])
    theirs = PoissonRegressor(**rl.translate(0.05, to="sklearn", family="poisson"), tol=1e-12, max_iter=1000)
    assert np.allclose(theirs.fit(x, counts).coef_, ours.coef[0], rtol=1e-5)


@pytest.mark.parametrize(("ratio", "estimator"), [(1.0, Lasso), (0.4, ElasticNet)])
def test_sklearn_l1_satisfies_our_optimality_conditions(problem, ratio, estimator):
    x, y = problem
    b = estimator(**rl.translate(0.2, to="sklearn", l1_ratio=ratio), tol=1e-14).fit(x, y).coef_
    gradient = x.T @ (y - y.mean() - x @ b) / 80 - 0.2 * (1 - ratio) * b
    assert np.allclose(gradient[b != 0], 0.2 * ratio * np.sign(b[b != 0]), atol=1e-10)
    assert (np.abs(gradient[b == 0]) <= 0.2 * ratio + 1e-10).all()


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("family", ["gaussian", "binomial"])
@pytest.mark.parametrize("ratio", [0.0, 0.3, 1.0])
def test_there_and_back(tool, family, ratio):
    there = rl.translate(0.2, to=tool, family=family, l1_ratio=ratio, n=50, sd_y=3.0)
    value, *mixing = there.values()
    back = rl.translate(
        value, to=tool, family=family, l1_ratio=mixing[0] if mixing else ratio, n=50, sd_y=3.0, inverse=True
    )
    assert back == pytest.approx({"lam": 0.2, "l1_ratio": ratio})


def test_refusals():
    for options, words in [
        ({"to": "sas"}, "'sas'"), ({"to": "sklearn"}, "give n"), ({"to": "glmnet"}, "sd_y"),
        ({"to": "sklearn", "l1_ratio": 2, "n": 5}, "between 0 .* and 1"),
        ({"to": "sklearn", "l1_ratio": 0.5, "family": "poisson"}, "no L1"),
        ({"to": "glmnet", "sd_y": -3.0}, "larger than 0; it is -3"),
        ({"to": "stata", "n": 0}, "larger than 1; it is 0"),
        ({"to": "sklearn", "n": float("nan")}, "it is nan"), ({"to": "sklearn", "n": 9, "family": "weird"}, "'weird'"),
        ({"to": "stata", "family": "logistic"}, "did you mean 'binomial'"),
    ]:  # fmt: skip
        with pytest.raises(OptionError, match=words):
            rl.translate(0.1, **options)
    with pytest.raises(OptionError, match="finite"):
        rl.translate(float("nan"), to="glmnet", sd_y=1.0)
    with pytest.raises(OptionError, match="larger than 0"):
        rl.translate(0.0, to="sklearn", family="binomial", n=9, inverse=True)
    assert rl.translate(0.0, to="sklearn", family="binomial", n=9)["C"] == float("inf")
