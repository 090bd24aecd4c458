"""Eliminating the levels of a long category gives what a decomposition of all columns gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ridgeline as rl
from ridgeline.designs import mixed
from ridgeline.inputs import problem_of
from ridgeline.solvers import arrowhead, explain_choice


@pytest.fixture(autouse=True)
def levels_are_not_written_out(monkeypatch):
    monkeypatch.setattr(mixed, "_FEW", 0)


LAMS = np.r_[np.geomspace(10.0, 1e-5, 8), 0.0]


def table(levels: tuple[int, ...], numbers: int = 3, gaps: float = 0.0, n: int = 400):
    rng = np.random.default_rng(len(levels) + numbers)
    columns, eta = {}, np.zeros(n)
    for k, count in enumerate(levels):
        code = np.minimum(rng.integers(0, count, n), rng.integers(0, count, n))
        eta += rng.standard_normal(count)[code]
        values = pd.Series(pd.Categorical.from_codes(code, [f"level {i}" for i in range(count)]))
        columns[f"c{k}"] = values.where(rng.random(n) >= gaps)
    for j in range(numbers):
        x = 2000.0 + 3.0 * rng.standard_normal(n)
        eta += 0.2 * (x - 2000.0)
        columns[f"x{j}"] = np.where(rng.random(n) < gaps, np.nan, x)
    return pd.DataFrame(columns), 7.0 + eta + rng.standard_normal(n)


def both(monkeypatch, X, y, **options):
    """By elimination, and by decomposition."""
    monkeypatch.setattr(arrowhead, "_FEWEST", 0)
    assert explain_choice(problem_of(X, y, family="gaussian")[0]).startswith("arrowhead")
    one = rl.cross_validate(X, y, lams=LAMS, folds=4, **options)
    monkeypatch.setattr(arrowhead, "_FEWEST", 10**9)
    assert explain_choice(problem_of(X, y, family="gaussian")[0]).startswith("spectral")
    return one, rl.cross_validate(X, y, lams=LAMS, folds=4, **options)


def agree(one, other) -> None:
    np.testing.assert_allclose(one.losses[:, :-1], other.losses[:, :-1], rtol=1e-7)
    np.testing.assert_allclose(one.train, other.train, rtol=1e-9)
    np.testing.assert_allclose(one.path.coef[:-1], other.path.coef[:-1], atol=3e-7)
    np.testing.assert_allclose(one.path.intercept[:-1], other.path.intercept[:-1], rtol=1e-7)
    # without a penalty what a training set does not determine is known to fewer digits
    np.testing.assert_allclose(one.losses[:, -1], other.losses[:, -1], rtol=1e-5)
    np.testing.assert_allclose(one.path.coef[-1], other.path.coef[-1], atol=1e-4)
    assert max(c.relative_gap for c in one.path.certificates) < 1e-10


@pytest.mark.parametrize("gaps", [0.0, 0.2], ids=["full", "gaps"])
@pytest.mark.parametrize("levels", [(60,), (60, 4), (3, 50, 9)], ids=str)
def test_the_same_as_by_decomposition(monkeypatch, levels, gaps):
    agree(*both(monkeypatch, *table(levels, gaps=gaps)))


def test_weights_and_offset(monkeypatch):
    X, y = table((5, 60))
    rng = np.random.default_rng(0)
    weights, offset = rng.integers(0, 3, len(y)).astype(float), rng.standard_normal(len(y))
    agree(*both(monkeypatch, X, y, weights=weights, offset=offset))


def test_columns_as_they_are(monkeypatch):
    agree(*both(monkeypatch, *table((60, 4)), standardize=False))


def test_factors_zero_and_infinite(monkeypatch):
    X, y = table((5, 60))
    p = problem_of(X, y, family="gaussian")[0].design.shape[1]
    factors = np.random.default_rng(0).uniform(0.5, 2.0, p)
    factors[[0, 2, 20]], factors[[1, 4, 30, 31]] = 0.0, np.inf
    one, other = both(monkeypatch, X, y, penalty_factor=factors)
    np.testing.assert_allclose(one.losses[:, :-1], other.losses[:, :-1], rtol=1e-7)
    assert not one.path.coef[:, [1, 4, 30, 31]].any()


def test_degrees_of_freedom(monkeypatch):
    one, other = both(monkeypatch, *table((5, 60)))
    for lam in LAMS[:-1]:
        d, e = (cv.fits[0].spectrum for cv in (one, other))
        assert (d / (d + lam)).sum() == pytest.approx((e / (e + lam)).sum(), rel=0.02)


def test_more_columns_than_rows(monkeypatch):
    X, y = table((200, 10, 9), n=70)
    problem = problem_of(X, y, family="gaussian")[0]
    assert problem.wide
    monkeypatch.setattr(arrowhead, "_FEWEST", 0)
    assert explain_choice(problem).startswith("arrowhead")
    one = rl.cross_validate(X, y, lams=LAMS[:-1], folds=4)
    monkeypatch.setattr(arrowhead, "_FEWEST", 10**9)
    assert "kernel coordinates" in explain_choice(problem)
    other = rl.cross_validate(X, y, lams=LAMS[:-1], folds=4)
    np.testing.assert_allclose(one.losses, other.losses, rtol=1e-7)
    np.testing.assert_allclose(one.path.coef, other.path.coef, atol=3e-7)


def test_an_explicit_solution():
    """Of n rows and one category: level means, shrunk; the normal equations written out."""
    X, y = table((550,), numbers=0, n=2000)
    lam = 0.05
    path = rl.fit_path(X, y, lams=[lam])
    dummies = pd.get_dummies(X["c0"].astype(str)).to_numpy(dtype=float)
    z = (dummies - dummies.mean(axis=0)) / dummies.std(axis=0)
    beta = np.linalg.solve(z.T @ z / len(y) + lam * np.eye(z.shape[1]), z.T @ (y - y.mean()) / len(y))
    np.testing.assert_allclose(np.sort(path.std_coef[0][path.std_coef[0] != 0.0]), np.sort(beta), atol=1e-12)


def test_it_is_left_to_others():
    X, y = table((60, 4))
    for options in ({"family": "poisson"}, {"family": "gaussian", "l1_ratio": 0.5}, {"family": "gaussian"}):
        assert not arrowhead.worthwhile(problem_of(X, np.abs(y).round(), **options)[0])
