"""Half-samples and clusters, against fits of the halves themselves."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.comparison.selection import _cells, _pairs, clusters, halves, nogueira
from ridgeline.inputs import problem_of
from ridgeline.problem import TrainingSet
from ridgeline.solvers import Resamples, solve_sets


def fit(problem, lam):
    every = Resamples.make(problem, None, (TrainingSet(np.ones(1, bool), np.zeros(1, bool)),))
    return solve_sets(problem, every, np.array([lam]))[0]


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_halves_select_what_a_fit_of_the_half_selects(family):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((600, 12))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    eta = x[:, 0] - 0.5 * x[:, 1] + 0.2 * x[:, 2]
    y = eta + rng.standard_normal(600) if family == "gaussian" else (rng.random(600) < 1 / (1 + np.exp(-eta))) * 1.0
    problem, _ = problem_of(x, y, family=family, l1_ratio=1.0)
    lam = 0.08 if family == "gaussian" else 0.03
    found = halves(problem, fit(problem, lam), 0, lam, seed=3)
    cell, member = _cells(600, None, 3), _pairs(40, 3)
    agreed = []
    for b in range(0, 100, 9):
        rows = member[b][cell] > 0
        assert rows.sum() == 300
        path = rl.fit_path(x[rows], y[rows], family=family, l1_ratio=1.0, lams=[lam], standardize=False)
        agreed.append((found.selected[b] == (path.coef[0] != 0)).mean())
    # exact for numbers; one Newton step for classes may differ where a feature is about to enter
    assert np.mean(agreed) == 1.0 if family == "gaussian" else np.mean(agreed) > 0.96


def test_followed_features_of_wide_tables_select_as_all_would(monkeypatch):
    from ridgeline.comparison import selection

    rng = np.random.default_rng(1)
    x = rng.standard_normal((200, 60))
    y = x[:, :4].sum(axis=1) + rng.standard_normal(200)
    problem, _ = problem_of(x, y, family="gaussian", l1_ratio=1.0)
    every = halves(problem, fit(problem, 0.2), 0, 0.2)
    monkeypatch.setattr(selection, "MOST", 40)
    few = halves(problem, fit(problem, 0.2), 0, 0.2)
    assert (every.selected == few.selected).mean() > 0.995
    assert few.selected.shape == every.selected.shape


def test_groups_are_never_cut_in_half():
    units = np.repeat(np.arange(50), 4)
    cell = _cells(50, units, 0)
    assert all(len(set(cell[units == g])) == 1 for g in range(50))


def test_too_few_rows_are_not_halved():
    rng = np.random.default_rng(0)
    problem, _ = problem_of(rng.standard_normal((12, 2)), rng.standard_normal(12), family="gaussian", l1_ratio=1.0)
    assert "too few" in halves(problem, fit(problem, 0.1), 0, 0.1)


def test_stability_of_known_selections():
    rng = np.random.default_rng(0)
    chance = np.array([rng.permutation(20) < 5 for _ in range(4000)])
    assert nogueira(chance) == pytest.approx(0.0, abs=0.01)
    assert nogueira(np.tile(chance[:1], (10, 1))) == 1.0
    assert nogueira(np.zeros((5, 3), dtype=bool)) is None


def test_clusters_are_chains_of_correlation():
    alike = np.eye(5, dtype=bool)
    alike[0, 1] = alike[1, 0] = alike[1, 4] = alike[4, 1] = True
    selected = np.zeros((4, 5), dtype=bool)
    selected[0, 0] = selected[1, 1] = selected[2, 4] = True
    (found,) = clusters(alike, selected)
    assert found.members == (0, 1, 4)
    assert found.any == 0.75
    assert found.each == (0.25, 0.25, 0.25)
