"""Ridge by conjugate gradients: the same as by matrices, wherever both can be had."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import ridgeline as rl
from ridgeline.crossval.join import join
from ridgeline.inputs import problem_of
from ridgeline.solvers import choose, krylov


@pytest.fixture
def conjugate(monkeypatch):
    """Conjugate gradients for problems of any size."""

    def switch(on: bool) -> None:
        most = 1 if on else 10**9
        monkeypatch.setattr(choose, "_LARGE", most)
        monkeypatch.setattr(choose, "_LARGE_SPARSE", most)

    return switch


def data(family: str, n: int, p: int, seed: int = 0):
    """Counts, many of them zero, of unlike frequency; the last column is the same in all rows but two."""
    rng = np.random.default_rng(seed)
    X = rng.poisson(0.8 / np.arange(1, p + 1) ** 0.3, (n, p)).astype(float)
    X[:, -1] = 0.0
    X[:2, -1] = 1.0
    eta = (X[:, :5] - X[:, :5].mean(axis=0)) @ [0.5, -0.4, 0.3, 0.2, -0.6]
    y = {
        "gaussian": lambda: eta + rng.standard_normal(n),
        "binomial": lambda: (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float),
        "poisson": lambda: rng.poisson(np.exp(0.5 * eta)).astype(float),
        "gamma": lambda: rng.gamma(2.0, np.exp(0.3 * eta) / 2.0) + 1e-3,
    }[family]()
    return X, y


LAMS = np.geomspace(5.0, 1e-3, 12)


@pytest.mark.parametrize("shape", [(60, 150), (150, 40)], ids=["wide", "tall"])
@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson", "gamma"])
def test_cross_validation_is_that_of_the_other_solvers(family, shape, conjugate):
    X, y = data(family, *shape)
    found = []
    for on, form in ((True, sparse.csr_matrix(X)), (True, X), (False, X)):
        conjugate(on)
        found.append(rl.cross_validate(form, y, family=family, lams=LAMS))
    for one in found[:2]:
        assert one.losses == pytest.approx(found[2].losses, rel=1e-7)
        assert one.path.coef == pytest.approx(found[2].path.coef, abs=1e-7 * np.abs(found[2].path.coef).max())
        assert max(c.relative_gap for c in one.path.certificates) <= 1e-10


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_weights_offsets_and_factors(family, conjugate):
    X, y = data(family, 120, 60)
    rng = np.random.default_rng(1)
    factors = np.ones(60)
    factors[[2, 7, 11]] = [0.0, np.inf, 4.0]
    options = {
        "family": family, "lams": LAMS, "penalty_factor": factors,
        "weights": rng.integers(0, 3, 120).astype(float), "offset": 0.3 * rng.standard_normal(120),
    }  # fmt: skip
    conjugate(True)
    one = rl.fit_path(sparse.csr_matrix(X), y, **options)
    conjugate(False)
    other = rl.fit_path(X, y, **options)
    assert one.coef == pytest.approx(other.coef, abs=1e-7 * np.abs(other.coef).max())
    assert (one.coef[:, 7] == 0).all()
    assert max(c.relative_gap for c in one.certificates) <= 1e-10


def test_without_a_penalty_the_solution_is_the_shortest(conjugate):
    X, y = data("gaussian", 40, 90)
    conjugate(True)
    path = rl.fit_path(sparse.csr_matrix(X), y, lams=[1.0, 0.0])
    sd = X.std(axis=0)
    Z = (X - X.mean(axis=0)) / np.where(sd > 0, sd, 1.0)
    assert path.std_coef[1] == pytest.approx(np.linalg.pinv(Z) @ (y - y.mean()), abs=1e-6)


def test_degrees_of_freedom_are_estimated_closely(conjugate):
    X, y = data("gaussian", 300, 200)
    lams = np.geomspace(10.0, 0.01, 9)
    found = []
    for on in (True, False):
        conjugate(on)
        found.append(rl.fit_path(sparse.csr_matrix(X), y, lams=lams).df)
    assert found[0] == pytest.approx(found[1], rel=0.03)


def test_the_grid_spans_nearly_all_degrees_of_freedom(conjugate):
    X, y = data("binomial", 150, 300)
    conjugate(True)
    path = rl.fit_path(sparse.csr_matrix(X), y, family="binomial")
    assert path.df[0] < 0.5
    assert path.df[-1] > 140
    assert {s.name for s in path.status} == {"SOLVED"}


def test_a_word_that_a_training_fold_lacks_changes_nothing_there(conjugate):
    X, y = data("binomial", 90, 200)
    folds = np.arange(90) % 5
    X[:, 7] = np.where(folds == 4, X[:, 7], 0.0)
    conjugate(True)
    one = rl.cross_validate(sparse.csr_matrix(X), y, family="binomial", folds=folds, lams=LAMS)
    rest = np.delete(X, 7, axis=1)
    other = rl.cross_validate(sparse.csr_matrix(rest), y, family="binomial", folds=folds, lams=LAMS)
    assert one.losses[4] == pytest.approx(other.losses[4], rel=1e-7)


def test_gaps_and_categories(conjugate):
    rng = np.random.default_rng(0)
    frame = {"x": rng.standard_normal(200), "kind": rng.choice([f"k{j}" for j in range(40)], 200)}
    y = frame["x"] + (frame["kind"] == "k3") + 0.3 * rng.standard_normal(200)
    frame["x"] = np.where(np.arange(200) % 7 == 0, np.nan, frame["x"])
    found = []
    for on in (True, False):
        conjugate(on)
        found.append(rl.cross_validate(pd.DataFrame(frame), y, lams=LAMS))
    assert found[0].losses == pytest.approx(found[1].losses, rel=1e-7)


def test_numbers_need_one_krylov_space_and_hard_ones_go_another_way(conjugate, monkeypatch):
    X, y = data("gaussian", 120, 60)
    conjugate(False)
    exact = rl.cross_validate(X, y, lams=LAMS)
    conjugate(True)
    assert choose.choose(problem_of(X, y, family="gaussian")[0]).name == "krylov"
    assert rl.cross_validate(X, y, lams=LAMS).losses == pytest.approx(exact.losses, rel=1e-9)
    monkeypatch.setattr(krylov, "_MOST", 6)  # steps that are not enough
    assert rl.cross_validate(X, y, lams=LAMS).losses == pytest.approx(exact.losses, rel=1e-7)


@pytest.mark.parametrize("more", [LAMS[-1:] / 2, np.zeros(1)], ids=["the same way", "another way"])
def test_folds_of_a_krylov_space_are_joined_with_those_of_other_lambdas(conjugate, more):
    X, y = data("gaussian", 40, 90)
    X = sparse.csr_matrix(X)
    conjugate(True)
    problem = problem_of(X, y, family="gaussian")[0]
    assert choose.choose(problem).name == "krylov"
    one, other, both = (rl.cross_validate(X, y, lams=lams) for lams in (LAMS, more, np.append(LAMS, more)))
    assert all(fitted.space is not None for fitted in one.fits[1:])  # linear predictors
    joined = join(one, other)
    assert joined is not None
    assert joined.losses == pytest.approx(both.losses, rel=1e-7)
    for a, b in zip(joined.fits, both.fits, strict=True):
        assert a.eta(problem) == pytest.approx(b.eta(problem), abs=1e-5)
