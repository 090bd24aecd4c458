"""Influence of rows against refits without them, and of folds on λ."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.inputs import problem_of
from ridgeline.job.robust import influential_rows, lambda_draws

LAM = 0.05


def world(seed=0, n=60, family="gaussian"):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 4)) * [1.0, 10.0, 0.1, 1.0] + 3.0
    eta = (x - 3.0) @ [1.0, 0.05, 2.0, 0.0]
    noise = rng.standard_normal(n) if family == "gaussian" else rng.logistic(size=n)
    return x, eta + noise if family == "gaussian" else (eta + noise > 0).astype(float)


def found(x, y, family, weights=None):
    problem, _ = problem_of(x, y, family=family, weights=weights)
    cv = rl.cross_validate(x, y, folds=4, family=family, lams=[1.0, LAM], weights=weights)
    return influential_rows(problem, cv, 1, np.arange(len(y)) + 100)


@pytest.fixture
def every_row(monkeypatch):
    monkeypatch.setattr("ridgeline.job.robust._WORTH_A_LOOK", 0.0)


def test_distances_are_those_of_the_hat_matrix(every_row):
    x, y = world()
    n, z = len(y), np.column_stack([np.ones(len(y)), (x - x.mean(0)) / x.std(0)])
    hat = z @ np.linalg.solve(z.T @ z + n * LAM * np.diag([0.0, 1, 1, 1, 1]), z.T)
    residual, h = y - hat @ y, np.diag(hat)
    phi = (residual**2).sum() / (n - h.sum())
    distance = residual**2 * h / (phi * h.sum() * (1 - h) ** 2)
    rows = found(x, y, "gaussian")
    assert [r["row"] - 100 for r in rows] == np.argsort(-distance)[:10].tolist()
    assert [r["distance"] for r in rows] == pytest.approx(np.sort(distance)[::-1][:10], rel=1e-8)


@pytest.mark.parametrize("ratio", [0.5, 1.0])
def test_under_an_l1_penalty_they_are_those_of_the_features_in_use(every_row, ratio):
    x, y = world(n=50)
    lam = 0.3 / ratio
    problem, _ = problem_of(x, y, family="gaussian", l1_ratio=ratio)
    cv = rl.cross_validate(x, y, folds=4, l1_ratio=ratio, lams=[lam])
    used = cv.path.coef[0] != 0
    assert 0 < used.sum() < 4
    n, z = len(y), np.column_stack([np.ones(len(y)), ((x - x.mean(0)) / x.std(0))[:, used]])
    ridge = n * lam * (1 - ratio) * np.diag(np.r_[0.0, np.ones(used.sum())])
    h = np.diag(z @ np.linalg.solve(z.T @ z + ridge, z.T))
    residual = y - x @ cv.path.coef[0] - cv.path.intercept[0]
    phi = (residual**2).sum() / (n - h.sum())
    distance = residual**2 * h / (phi * h.sum() * (1 - h) ** 2)
    rows = influential_rows(problem, cv, 0, np.arange(n))
    assert [r["distance"] for r in rows] == pytest.approx(np.sort(distance)[::-1][:10], rel=1e-8)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_the_row_named_first_is_the_one_whose_removal_moves_the_model_most(every_row, family):
    x, y = world(family=family)
    x[7] += [6.0, 60.0, 0.6, 0.0]
    y[7] = -20.0 if family == "gaussian" else 0.0
    first = found(x, y, family)[0]["row"] - 100
    whole = rl.fit_path(x, y, family=family, lams=[LAM])
    moved = []
    for i in range(len(y)):
        part = rl.fit_path(np.delete(x, i, 0), np.delete(y, i), family=family, lams=[LAM])
        eta = [x @ p.coef[0] + p.intercept[0] for p in (whole, part)]
        moved.append(np.abs(eta[0] - eta[1]).mean())
    assert first == int(np.argmax(moved)) == 7


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_the_scale_of_the_weights_does_not_matter(every_row, family):
    x, y = world(family=family)
    weights = np.random.default_rng(2).uniform(0.5, 2.0, len(y))
    once, again = found(x, y, family, weights), found(x, y, family, 100.0 * weights)
    assert [r["row"] for r in once] == [r["row"] for r in again]
    assert [r["distance"] for r in once] == pytest.approx([r["distance"] for r in again], rel=1e-6)
    assert found(x, y, family, np.full(len(y), 7.0))[0]["distance"] == pytest.approx(found(x, y, family)[0]["distance"])


def test_ordinary_rows_are_not_named_and_wide_tables_not_judged():
    x, y = world(n=200)
    assert found(x, y, "gaussian") == []
    wide = np.random.default_rng(1).standard_normal((20, 30))
    assert found(wide, wide[:, 0], "gaussian") is None


def test_each_draw_is_the_choice_without_one_fold_or_of_one_repeat():
    x, y = world()
    cv = rl.cross_validate(x, y, folds=5)
    grid = np.arange(len(cv.lams))
    draws = lambda_draws(cv, grid, "min", 5)
    for k, lam in enumerate(draws):
        assert lam == cv.lams[np.delete(cv.losses, k, 0).mean(0).argmin()]
    of_repeats = lambda_draws(cv, grid, "min", 1)
    assert of_repeats == [cv.lams[row.argmin()] for row in cv.losses]
