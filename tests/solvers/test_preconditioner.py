"""Conjugate gradients with second moments before them: the same as by Hessians, in a few iterations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ridgeline as rl
from ridgeline.solvers import preconditioner
from ridgeline.solvers.conjugate import Conjugate

LAMS = np.geomspace(3.0, 1e-4, 14)


@pytest.fixture
def preconditioned(monkeypatch):
    """Iterations for any number of columns; counts the products of each column."""
    products: list[int] = []
    multiply = Conjugate._product

    def counted(self, columns, v, p):
        products.append(p.shape[1])
        return multiply(self, columns, v, p)

    monkeypatch.setattr(Conjugate, "_product", counted)

    def switch(on: bool) -> list[int]:
        monkeypatch.setattr(preconditioner, "_MANY", 2 if on else 10**9)
        products.clear()
        return products

    return switch


def data(family: str, n: int, p: int):
    """Columns that go along with the one before them, of unlike size, and one that seldom varies."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = 0.98 * X[:, j - 1] + 0.2 * X[:, j]
    eta = X[:, :4] @ [0.5, -0.4, 0.3, -0.6]
    X *= np.geomspace(1e-3, 1e3, p)
    X[:, -1] = rng.random(n) < 0.01
    y = {
        "binomial": lambda: (rng.random(n) < 1 / (1 + np.exp(-3 * eta))).astype(float),
        "poisson": lambda: rng.poisson(np.exp(eta)).astype(float),
        "gamma": lambda: rng.gamma(2.0, np.exp(eta) / 2.0) + 1e-3,
    }[family]()
    return X, y


def both(preconditioned, X, y, **options):
    out = []
    for on in (True, False):
        products = preconditioned(on)
        out.append(rl.cross_validate(X, y, lams=LAMS, **options))
        assert bool(products) is on
        if on:
            assert sum(products) < 15 * 6 * len(LAMS)
    one, other = out
    assert one.losses == pytest.approx(other.losses, rel=1e-8)
    assert one.train == pytest.approx(other.train, rel=1e-8)
    # a missing column of the worst conditioned λ agrees to fewer digits than its objective
    assert one.path.coef * one.path.sd == pytest.approx(other.path.coef * other.path.sd, abs=1e-6)
    assert max(c.relative_gap for c in one.path.certificates) <= 1e-10
    return one


@pytest.mark.parametrize("family", ["binomial", "poisson", "gamma"])
def test_the_same_as_by_hessians(family, preconditioned):
    X, y = data(family, 600, 40)
    both(preconditioned, X, y, family=family, folds=np.arange(600) % 5)


def test_weights_offsets_factors_and_no_intercept(preconditioned):
    X, y = data("binomial", 600, 40)
    rng, factors = np.random.default_rng(1), np.ones(40)
    factors[[2, 11]] = [np.inf, 4.0]
    options = {"weights": rng.integers(0, 3, 600).astype(float), "offset": 0.3 * rng.standard_normal(600)}
    found = both(preconditioned, X, y, family="binomial", penalty_factor=factors, intercept=False, **options)
    assert (found.path.coef[:, 2] == 0).all()


def test_gaps(preconditioned):
    X, y = data("binomial", 600, 20)
    table = pd.DataFrame(X, columns=[f"x{j}" for j in range(20)])
    table.iloc[::7, 3] = np.nan
    both(preconditioned, table, y, family="binomial")


def test_lambda_zero_is_left_to_hessians(preconditioned):
    X, y = data("poisson", 400, 12)
    products = preconditioned(True)
    path = rl.fit_path(X, y, family="poisson", lams=[1.0, 0.0])
    assert not products
    assert max(c.relative_gap for c in path.certificates) <= 1e-10
