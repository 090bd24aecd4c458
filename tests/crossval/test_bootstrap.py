"""The bootstrap of the coefficients: resamples are refits, and their percentiles cover where they should."""

import numpy as np
import pytest

import ridgeline.crossval.bootstrap as module
from ridgeline.crossval.bootstrap import Draws, bootstrap, spread
from ridgeline.inputs import problem_of
from ridgeline.problem import TrainingSet
from ridgeline.solvers import Resamples, solve_sets


def drawn(family, x, eta, rng):
    if family == "gaussian":
        return eta + rng.normal(size=len(x))
    if family == "poisson":
        return rng.poisson(np.exp(eta / 2)).astype(float)
    return (rng.random(len(x)) < 1 / (1 + np.exp(-eta))).astype(float)


def fitted(x, y, family, lam, **options):
    problem, _ = problem_of(x, y, family=family, **options)
    every = Resamples.make(problem, None, (TrainingSet(np.ones(1, bool), np.zeros(1, bool)),))
    return problem, solve_sets(problem, every, np.array([lam]))[0]


def world(n, p, family, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * rng.uniform(0.5, 3.0, p)
    return x, drawn(family, x, (x / x.std(axis=0)) @ rng.normal(size=p) / np.sqrt(p), rng)


def refits(x, y, family, lam, draws, which=3):
    """The first resamples, refitted from scratch as weighted problems in the scaling of all rows."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    counts = module._draw(np.arange(len(y)), len(draws.std_coef), 0)
    return np.array([
        fitted(z, y, family, lam, weights=counts[:, b].astype(float), standardize=False)[1].beta[:, 0]
        for b in range(which)
    ])  # fmt: skip


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
@pytest.mark.parametrize(("n", "p", "lam"), [(150, 5, 0.1), (120, 60, 0.05)])
def test_each_resample_is_a_refit(family, n, p, lam):
    x, y = world(n, p, family)
    draws = bootstrap(*fitted(x, y, family, lam), 0, lam)
    expected = refits(x, y, family, lam, draws)
    assert draws.std_coef[:3] == pytest.approx(expected, abs=1e-3 * draws.std_coef.std(axis=0).mean())


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_the_common_curvature_gives_the_same_within_the_noise(family, monkeypatch):
    x, y = world(3000, 6, family)
    monkeypatch.setattr(module, "_OWN", 0)
    draws = bootstrap(*fitted(x, y, family, 0.02), 0, 0.02)
    error = draws.std_coef[:3] - refits(x, y, family, 0.02, draws)
    assert np.abs(error).max() < 0.1 * draws.std_coef.std(axis=0).mean()


@pytest.mark.parametrize("ratio", [0.0, 0.9])
def test_rare_levels_lead_no_resample_astray(ratio, monkeypatch):
    rng = np.random.default_rng(1)
    levels = np.minimum(rng.geometric(0.35, size=(4, 3000)), 14)
    x = np.hstack([np.eye(15)[level][:, 1:] for level in levels])
    y = drawn("binomial", x, x @ rng.normal(size=x.shape[1]) - 1.5, rng)
    problem, fit = fitted(x, y, "binomial", 3e-4, l1_ratio=ratio)
    own = bootstrap(problem, fit, 0, 3e-4)
    monkeypatch.setattr(module, "_OWN", 0)
    monkeypatch.setattr(module, "plan_sparse", lambda *_: None)
    common = bootstrap(problem, fit, 0, 3e-4)
    assert len(common.std_coef) > 0.97 * len(own.std_coef)
    a, b = spread(own, fit.beta[:, 0]), spread(common, fit.beta[:, 0])
    typical = np.median(a.high - a.low)
    assert np.median(np.abs(a.low - b.low)) < 0.1 * typical
    assert np.median(np.abs(a.high - b.high)) < 0.1 * typical
    monkeypatch.setattr(module, "_MEND", 0)
    assert "did not settle" in bootstrap(problem, fit, 0, 3e-4)


def test_more_features_than_rows_go_through_the_kernel():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 90))
    y = x[:, 0] + rng.normal(size=40)
    problem, fit = fitted(x, y, "gaussian", 0.5)
    draws = bootstrap(problem, fit, 0, 0.5)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    c = module._draw(np.arange(40), len(draws.std_coef), 0)[:, 0].astype(float)
    middle = c @ z / c.sum()
    a, b = (z - middle), y - c @ y / c.sum()
    expected = np.linalg.solve((a * c[:, None]).T @ a / c.sum() + 0.5 * np.eye(90), (a * c[:, None]).T @ b / c.sum())
    assert draws.std_coef[0] == pytest.approx(expected, abs=1e-9)


def test_too_large_problems_are_refused_with_a_reason(monkeypatch):
    monkeypatch.setattr(module, "_OWN", 0)
    monkeypatch.setattr(module, "_SWEEP", 1e3)
    x, y = world(300, 4, "gaussian")
    reason = bootstrap(*fitted(x, y, "gaussian", 0.1), 0, 0.1)
    assert "300 rows and 4 features are too many" in reason


def test_the_unit_is_drawn_as_a_whole_and_the_seed_decides():
    unit = np.repeat(np.arange(10), 3)
    counts = module._draw(unit, 20, 0)
    assert (counts.reshape(10, 3, 20) == counts.reshape(10, 3, 20)[:, :1]).all()
    assert (counts.sum(axis=0) == 30).all()
    assert not np.array_equal(counts, module._draw(unit, 20, 1))


def test_rows_repeated_within_a_unit_are_no_further_evidence():
    x, y = world(100, 3, "gaussian")
    unit = np.repeat(np.arange(100), 4)
    once = bootstrap(*fitted(x, y, "gaussian", 0.1), 0, 0.1)
    many = bootstrap(*fitted(np.repeat(x, 4, 0), np.repeat(y, 4), "gaussian", 0.1), 0, 0.1, units=unit)
    assert many.std_coef == pytest.approx(once.std_coef, abs=1e-9)


def test_spread_by_hand():
    draws = Draws(np.array([[1.0, 0.0], [2.0, 0.0], [-1.0, 0.5], [3.0, 0.0]]), "")
    found = spread(draws, np.array([1.5, 0.0]))
    assert found.sign_agreement[0] == 0.75
    assert np.isnan(found.sign_agreement[1])
    assert found.selected.tolist() == [1.0, 0.25]
    assert (found.low[0], found.high[0]) == (-1.0, 3.0)


def test_quantiles_are_read_where_they_belong():
    """Below the k-th smallest of B draws lies a share of k / (B + 1) on average: the 5th of 199 is at 2.5%."""
    draws = np.random.default_rng(0).permutation(np.arange(1.0, 200.0))[:, None]
    found = spread(Draws(draws, ""), np.array([100.0]))
    assert (found.low[0], found.high[0]) == pytest.approx((5.0, 195.0))


def test_a_level_without_rows_in_a_resample_has_the_coefficient_zero():
    rng = np.random.default_rng(1)
    x = np.column_stack([rng.normal(size=60), np.r_[1.0, np.zeros(59)]])
    y = x[:, 0] + 5 * x[:, 1] + rng.normal(size=60)
    draws = bootstrap(*fitted(x, y, "gaussian", 0.01), 0, 0.01)
    absent = module._draw(np.arange(60), len(draws.std_coef), 0)[0] == 0
    assert absent.any()
    assert draws.std_coef[absent, 1] == pytest.approx(0.0, abs=1e-9)


def covered(family, n, worlds, count=5):
    """Share of true coefficients inside the intervals at λ = 0, over simulated tables."""
    beta = np.array([0.8, -0.5, 0.3, 0.0, 0.0])[:count]
    inside = []
    for seed in range(worlds):
        rng = np.random.default_rng((7, seed))
        x = rng.normal(size=(n, count))
        y = drawn(family, x, x @ beta, rng)
        truth = beta * x.std(axis=0)
        problem, fit = fitted(x, y, family, 0.0)
        found = spread(bootstrap(problem, fit, 0, 0.0, seed=seed), fit.beta[:, 0])
        inside.append((found.low <= truth) & (truth <= found.high))
    return float(np.mean(inside))


def test_percentile_intervals_cover_the_truth_where_nothing_is_penalised():
    assert 0.92 <= covered("gaussian", 200, 80) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_percentile_intervals_cover_the_truth_in_every_family(family):
    assert 0.92 <= covered(family, 500, 300) <= 0.98


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
@pytest.mark.parametrize(
    ("n", "p", "lam", "ratio"), [(150, 5, 0.1, 1.0), (120, 60, 0.08, 0.7), (50, 120, 0.15, 1.0), (40, 900, 0.35, 0.9)]
)
def test_each_sparse_resample_is_a_refit(family, n, p, lam, ratio):
    x, y = world(n, p, family)
    draws = bootstrap(*fitted(x, y, family, lam, l1_ratio=ratio), 0, lam)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    counts = module._draw(np.arange(n), len(draws.std_coef), 0)
    for b in range(4):
        options = {"weights": counts[:, b].astype(float), "standardize": False, "l1_ratio": ratio}
        expected = fitted(z, y, family, lam, **options)[1].beta[:, 0]
        assert draws.std_coef[b] == pytest.approx(expected, abs=1e-6)
        assert ((draws.std_coef[b] != 0) == (expected != 0)).all()
    assert "no confidence intervals" in draws.method


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_sparse_resamples_with_the_common_curvature_agree_within_the_noise(family, monkeypatch):
    x, y = world(3000, 12, family)
    problem, fit = fitted(x, y, family, 0.05, l1_ratio=1.0)
    exact = bootstrap(problem, fit, 0, 0.05)
    monkeypatch.setattr(module, "plan_sparse", lambda *_: None)
    found = bootstrap(problem, fit, 0, 0.05)
    some = min(len(found.std_coef), len(exact.std_coef))
    error = found.std_coef[:some] - exact.std_coef[:some]
    assert np.abs(error).max() < 0.15 * exact.std_coef.std(axis=0).max()


def test_features_that_carry_the_signal_are_selected_and_noise_seldom():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 30))
    y = x[:, 0] - x[:, 1] + 0.5 * rng.normal(size=200)
    problem, fit = fitted(x, y, "gaussian", 0.15, l1_ratio=1.0)
    found = spread(bootstrap(problem, fit, 0, 0.15), fit.beta[:, 0])
    assert (found.selected[:2] == 1.0).all()
    assert found.selected[2:].mean() < 0.1
    assert (found.low <= fit.beta[:, 0]).all()
    assert (fit.beta[:, 0] <= found.high).all()


def test_an_interval_holds_its_coefficient():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 400))
    y = (x[:, :10].sum(axis=1) > 0).astype(float)
    problem, fit = fitted(x, y, "binomial", 0.05)
    found = spread(bootstrap(problem, fit, 0, 0.05), fit.beta[:, 0])
    assert (found.low <= fit.beta[:, 0]).all()
    assert (fit.beta[:, 0] <= found.high).all()
