"""The standard error of the curve: that of one division of the rows, however often they are divided."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.crossval.folds import make_folds
from ridgeline.crossval.rules import paired_error, standard_error


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 10))
    return x, x[:, 0] + 2 * rng.standard_normal(200)


def test_repeats_add_no_rows(table):
    once = rl.cross_validate(*table, folds=5, lams=[0.1])
    often = rl.cross_validate(*table, folds=5, repeats=30, lams=[0.1])
    per_repeat = often.losses.reshape(30, 5, 1)
    assert often.se == pytest.approx(np.sqrt((per_repeat.var(axis=1, ddof=1) / 5).mean(axis=0)))
    assert once.se == pytest.approx(once.losses.std(axis=0, ddof=1) / np.sqrt(5))
    across = per_repeat.std(axis=1, ddof=1)[:, 0] / np.sqrt(5)
    assert across.min() < often.se[0] < across.max()


def test_differences_and_relaxed_fits_have_the_same_error(table):
    cv = rl.cross_validate(*table, folds=5, repeats=4, l1_ratio=1.0)
    assert cv.rounds.shape == (4, 5, len(cv.lams))
    difference = (cv.rounds - cv.rounds[..., [3]]).var(axis=1, ddof=1) / 5
    assert paired_error(cv.rounds, 3) == pytest.approx(np.sqrt(difference.mean(axis=0)))
    assert rl.relax(cv, [1.0]).se[0] == pytest.approx(cv.se, rel=1e-6)


def test_a_fold_without_a_loss_is_left_out_of_its_repeat(table):
    losses = np.array([[[1.0], [2.0], [np.nan]], [[1.0], [3.0], [5.0]]])
    assert standard_error(losses)[0] == pytest.approx(np.sqrt((0.5 / 2 + 4.0 / 3) / 2))
    assert np.isnan(standard_error(losses[0, :1])).all()
    x, y = table
    weights = np.where(make_folds(200, 5).labels[0] == 2, 0.0, 1.0)
    cv = rl.cross_validate(x, y, folds=5, lams=[0.1], weights=weights)
    told = cv.losses[~np.isnan(cv.losses[:, 0])]
    assert len(told) == 4
    assert cv.se == pytest.approx(told.std(axis=0, ddof=1) / 2)
