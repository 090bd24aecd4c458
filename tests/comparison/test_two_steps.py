"""Refits on selected features, against fits of those features alone."""

import numpy as np
import pytest
from tests.comparison.test_folds_inside import bench_of, world

import ridgeline as rl
from ridgeline.comparison.bench import Bench
from ridgeline.comparison.contestants import CONTESTANTS, enter
from ridgeline.comparison.refit import Columns, Refitter
from ridgeline.comparison.splits import divide
from ridgeline.crossval.folds import make_folds
from ridgeline.inputs import problem_of

BY_NAME = {c.name: c for c in CONTESTANTS}


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
@pytest.mark.parametrize("lam", [0.0, 0.1])
def test_refits_are_fits_of_the_selected_features(family, lam):
    x, y = world(family, n=150)
    (division,) = bench_of(x, y, family, k=3).divisions
    support = np.array([0, 2, 5])
    refitter = Refitter(division, np.array([0, 1, 2, 5]))
    free = np.array([[True], [False], [True], [True]])
    sets = np.array([0, 2])
    columns = Columns(sets, np.repeat(free, 2, axis=1), np.full(2, lam), np.zeros((5, 2)), np.zeros(2, dtype=int))
    theta, settled = refitter.solve(columns, [refitter.curvature(np.zeros(5))])
    assert settled.all()
    for at, s in enumerate(sets):
        rows = division.rows_of(s)
        path = rl.fit_path(x[np.ix_(rows, support)], y[rows], family=family, lams=[lam])
        coef, intercept = refitter.sides.standards[s].original(theta[:-1, [at]], theta[-1, [at]])
        np.testing.assert_allclose(coef[[0, 2, 3], 0], path.coef[0], rtol=1e-3, atol=1e-4)
        assert coef[1, 0] == 0.0
        assert intercept[0] == pytest.approx(path.intercept[0], rel=1e-3, abs=1e-4)


def test_separated_supports_do_not_settle():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((80, 3))
    (division,) = bench_of(x, (x[:, 0] > 0).astype(float), "binomial", k=4).divisions
    refitter = Refitter(division, np.arange(3))
    free, none = np.ones((3, 1), bool), np.zeros((4, 1))
    _, settled = refitter.solve(Columns(np.zeros(1, int), free, np.zeros(1), none, np.zeros(1, int)),
                                [refitter.curvature(none[:, 0])])  # fmt: skip
    assert not settled.any()


def test_relaxed_predictions_blend_the_lasso_and_least_squares_on_its_support():
    x, y = world(n=120)
    bench = bench_of(x, y, k=4)
    (division,) = bench.divisions
    found = enter(bench, BY_NAME["relaxed"], ())
    for task, choice in zip(division.outer, found.choices[0][1:], strict=True):
        rows, judged = division.rows_of(task.at), division.cells[task.cell]
        lam, gamma = choice.details["lambda"], choice.details["gamma"]
        lasso = rl.fit_path(x[rows], y[rows], l1_ratio=1.0, lams=[lam])
        np.testing.assert_array_equal(lasso.coef[0] != 0, choice.used)
        design = np.column_stack([np.ones(len(rows)), x[np.ix_(rows, choice.used)]])
        b = np.linalg.lstsq(design, y[rows], rcond=None)[0]
        plain = b[0] + x[np.ix_(judged, choice.used)] @ b[1:]
        own = lasso.intercept[0] + x[judged] @ lasso.coef[0]
        np.testing.assert_allclose(choice.mean, gamma * own + (1 - gamma) * plain, atol=1e-6)


def test_second_ridge_sees_the_selected_features_only():
    x, y = world(n=120)
    bench = bench_of(x, y, k=4)
    (division,) = bench.divisions
    for task, choice in zip(division.outer, enter(bench, BY_NAME["l1_l2"], ()).choices[0][1:], strict=True):
        rows, judged = division.rows_of(task.at), division.cells[task.cell]
        path = rl.fit_path(x[np.ix_(rows, choice.used)], y[rows], lams=[choice.details["ridge_lambda"]])
        expected = path.intercept[0] + x[np.ix_(judged, choice.used)] @ path.coef[0]
        np.testing.assert_allclose(choice.mean, expected, atol=1e-6)


def test_never_penalised_features_stay_in():
    x, y = world(n=120)
    problem, _ = problem_of(x, y, family="gaussian", penalty_factor=[1, 1, 1, 1, 1, 1, 1, 0])
    bench = Bench(problem, divide(problem, make_folds(120, 4)))
    for name in ("l1", "l1_1se", "relaxed", "l1_l2"):
        assert all(c.used[7] for c in enter(bench, BY_NAME[name], ()).choices[0]), name
