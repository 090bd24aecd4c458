"""Nested folds: who may see what, and agreement with the engine's own nesting."""

from dataclasses import replace

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.comparison.bench import Bench, settle
from ridgeline.comparison.contestants import CONTESTANTS, enter
from ridgeline.comparison.splits import divide
from ridgeline.crossval.folds import make_folds
from ridgeline.errors import OptionError
from ridgeline.inputs import problem_of

RATIOS = (0.5,)


def world(family="gaussian", n=90, p=8, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, p))
    eta = x[:, 0] - x[:, 1] + 0.5 * x[:, 2]
    y = {
        "gaussian": lambda: eta + rng.standard_normal(n),
        "binomial": lambda: (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float),
        "poisson": lambda: rng.poisson(np.exp(0.5 * eta)).astype(float),
    }[family]()
    return x, y


def bench_of(x, y, family="gaussian", **folds):
    problem, _ = problem_of(x, y, family=family)
    return Bench(problem, divide(problem, make_folds(len(y), **folds)))


def test_inner_folds_never_touch_the_fold_that_judges():
    (division,) = bench_of(*world(), k=5).divisions
    assert len(division.resamples.sets) == 1 + 5 + 10
    for task in division.outer:
        assert not division.resamples.sets[task.at].train[task.cell]
        assert len(task.inner) == 4
        for s, cell in task.inner:
            trained = division.resamples.sets[s].train
            assert not trained[task.cell]
            assert not trained[cell]
            assert trained.sum() == 3


def test_forward_in_time_looks_only_back():
    x, y = world()
    (division,) = bench_of(x, y, k=4, time=np.arange(len(y))).divisions
    for task in division.tasks:
        for s, cell in task.inner:
            assert division.rows_of(s).max() < division.cells[cell].min()
            if task.cell is not None:
                assert division.cells[cell].max() < division.cells[task.cell].min()
    assert [task.cell for task in division.outer] == [2, 3, 4]


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
def test_no_choice_depends_on_the_rows_that_judge_it(family):
    x, y = world(family)
    before = bench_of(x, y, family, k=5)
    (division,) = before.divisions
    changed, judged = y.copy(), division.cells[2]
    changed[judged] = 1 - y[judged] if family == "binomial" else y[judged][::-1] + 7.0
    after = bench_of(x, changed, family, k=5)
    ridge = before.paths(0.0).lams
    for bench in (before, after):  # grids are made from all rows: the same for both
        for ratio in (0.0, 1.0, *RATIOS):
            problem = replace(bench.problem, l1_ratio=ratio)
            bench.memo[ratio] = bench.along(problem, ridge if ratio == 0 else np.geomspace(0.5, 0.005, 20))
    for contestant in CONTESTANTS:
        if contestant.name == "elastic_net":
            continue
        one, other = (enter(bench, contestant, RATIOS).choices[0][3] for bench in (before, after))
        assert one.details == other.details, contestant.name
        np.testing.assert_array_equal(one.used, other.used)
        np.testing.assert_allclose(one.mean, other.mean, rtol=1e-4)


@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_choices_are_those_of_the_engine(ratio):
    x, y = world(n=100)
    bench = bench_of(x, y, k=5)
    (division,) = bench.divisions
    paths = bench.paths(ratio)
    labels = make_folds(100, k=5).labels[0]
    cv = rl.cross_validate(x, y, folds=labels, l1_ratio=ratio, lams=paths.lams, nested=True)
    mine = [settle(bench, paths, 0, task) for task in division.outer]
    np.testing.assert_allclose([c.details["lambda"] for c in mine], cv.nested_lams)
    losses = [
        0.5 * np.mean((y[division.cells[t.cell]] - c.mean) ** 2) for t, c in zip(division.outer, mine, strict=True)
    ]
    np.testing.assert_allclose(losses, cv.nested_losses, rtol=1e-8)
    assert settle(bench, paths, 0, division.tasks[0]).details["lambda"] == pytest.approx(cv.lam_min)
    strong = settle(bench, paths, 0, division.tasks[0], "1se")
    assert strong.details["lambda"] == pytest.approx(cv.lam_1se)


def test_weak_edge_extends_the_grid_of_the_lasso():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((400, 5))
    clear = bench_of(x, x @ np.arange(1.0, 6.0) + 0.001 * rng.standard_normal(400), k=4).paths(1.0)
    assert len(clear.lams) == 50
    assert clear.fits[0][0].beta.shape == (5, 50)
    vague = bench_of(x, x[:, 0] + 5 * rng.standard_normal(400), k=4).paths(1.0)
    assert len(vague.lams) < 50
    assert (np.diff(clear.lams) < 0).all()


def test_elastic_net_reaches_ridge_whatever_the_unit_of_the_target():
    x, y = world(n=100)
    for unit in (1.0, 1e5):
        bench = bench_of(x, unit * y, k=4)
        net, ridge = (np.mean(list(bench.paths(r).losses[0].values()), axis=0) for r in (0.1, 0.0))
        assert net.min() < 1.02 * ridge.min()


def test_two_folds_leave_nothing_inside():
    with pytest.raises(OptionError, match="at least 3 folds"):
        bench_of(*world(), k=2)


def test_repeats_judge_every_row_once_each():
    from ridgeline.comparison.quality import judged_rows

    bench = bench_of(*world(), k=3, repeats=2)
    np.testing.assert_array_equal(np.bincount(judged_rows(bench)), 2)
