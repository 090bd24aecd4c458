"""More columns than rows: kernel coordinates, the closed form, and fits that are kept as what they predict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ridgeline.inputs import problem_of
from ridgeline.problem import TrainingSet
from ridgeline.solvers import choose, kernel, solve_sets
from ridgeline.solvers.base import Resamples

LAMS = np.geomspace(10.0, 0.01, 7)
FAMILIES = ["gaussian", "binomial", "multinomial"]


def problem(family: str = "gaussian", n: int = 24, p: int = 60, **options):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n, p)) * rng.uniform(0.1, 10.0, p) + 3.0
    eta = (x[:, 0] - x[:, 1]) / 10.0
    two, three = (eta + rng.logistic(size=n) > 0).astype(int), np.arange(n) // 2 % 3
    y = {"gaussian": eta, "binomial": two, "multinomial": three}
    weights = rng.choice([0.0, 1.0, 2.5], n, p=[0.1, 0.5, 0.4])
    return problem_of(x, y[family], family=family, weights=weights, **options)[0]


def resamples(one, k: int = 3) -> Resamples:
    eye = np.eye(k, dtype=bool)
    sets = (TrainingSet(np.ones(k, bool), np.zeros(k, bool)), *(TrainingSet(~fold, fold) for fold in eye))
    return Resamples.make(one, np.arange(len(one.y)) % k, sets)


@pytest.mark.parametrize("options", [{}, {"intercept": False}, {"penalty_factor": np.arange(60) % 4 + 0.5}])
def test_division_solves_what_the_tall_solver_solves(options, monkeypatch):
    one = problem(**options)
    closed = solve_sets(one, resamples(one), LAMS, lift=True)
    monkeypatch.setattr(kernel, "_closed", lambda *_: False)
    for a, b in zip(closed, solve_sets(one, resamples(one), LAMS, lift=True), strict=True):
        np.testing.assert_allclose(a.beta, b.beta, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(a.b0, b.b0, rtol=1e-11)
        np.testing.assert_allclose([a.train, a.test], [b.train, b.test], rtol=1e-9, atol=1e-14)


def test_division_is_for_digits_that_squared_condition_numbers_leave():
    one = problem()
    reduced = kernel._reduced(one, resamples(one), 0)
    assert kernel._closed(one, reduced, LAMS)
    weak = replace(reduced, d=np.append(reduced.d[:-1], 1e-9 * reduced.d.max()))
    assert kernel._closed(one, weak, LAMS)
    assert not kernel._closed(one, weak, np.array([0.0]))
    assert not kernel._closed(problem("binomial"), reduced, LAMS)
    free = problem(penalty_factor=(np.arange(60) > 0).astype(float))
    assert not kernel._closed(free, kernel._reduced(free, resamples(free), 0), LAMS)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_kept_of_folds_predicts_as_their_coefficients_do(family):
    one, columns = problem(family), np.array([4, 0])
    sets = resamples(one)
    whole, kept = solve_sets(one, sets, LAMS, lift=True), solve_sets(one, sets, LAMS)
    for a, b in zip(whole, kept, strict=True):
        np.testing.assert_allclose(a.eta(one, columns), b.eta(one, columns), rtol=1e-7, atol=1e-7)
    assert kept[0].space is None
    assert all(fit.space.design.shape[1] <= len(one.y) for fit in kept[1:])


@pytest.mark.parametrize("family", FAMILIES)
def test_fits_stand_beside_each_other_whatever_they_are_kept_as(family):
    one = problem(family)
    sets = resamples(one)
    together = solve_sets(one, sets, LAMS)
    first, second = solve_sets(one, sets, LAMS[:4]), solve_sets(one, sets, LAMS[4:])
    for a, b, c in zip(together, first, second, strict=True):
        both = b.beside(c)
        np.testing.assert_allclose(a.eta(one), both.eta(one), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(a.test, both.test, rtol=1e-7)
        assert len(both.b0) == len(a.b0)


@pytest.mark.parametrize("shape", [(24, 60), (60, 24)])
def test_eigenvalues_are_exact_where_solutions_come_from_conjugate_gradients(shape, monkeypatch):
    one = problem("gaussian", *shape)
    sets = resamples(one)
    exact = solve_sets(one, sets, LAMS)[0].spectrum
    monkeypatch.setattr(kernel, "MOST", 10)
    monkeypatch.setattr(choose, "_LARGE", 10)
    assert choose.choose(one).name == "krylov"
    fitted = solve_sets(one, resamples(one), LAMS)[0]
    np.testing.assert_allclose(np.sort(fitted.spectrum), np.sort(exact), rtol=1e-9)
    np.testing.assert_allclose(choose.spectrum(one, resamples(one)), fitted.spectrum, rtol=1e-12)
