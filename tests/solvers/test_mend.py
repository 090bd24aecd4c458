"""Columns that the shared loop leaves unsolved are solved one by one, and never left where nobody has looked."""

from __future__ import annotations

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.solvers import mend, newton, preconditioner


def table(n: int, p: int, family: str):
    rng = np.random.default_rng(2)
    X = rng.standard_normal((n, p))
    X[:, 1::2] = np.exp(X[:, 1::2])
    eta = X[:, :4] @ [2.0, -1.0, -2.0, 1.0]
    y = (eta + rng.logistic(size=n) > 0).astype(float) if family == "binomial" else rng.poisson(np.exp(eta / 4))
    return X, y


@pytest.mark.parametrize("rounds", [1, 4])
@pytest.mark.parametrize("kind", ["few rows", "many rows", "iterations"])
@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_a_loop_that_ends_early_is_finished(family, kind, rounds, monkeypatch):
    X, y = table(60 if kind == "few rows" else 900, 6, family)
    monkeypatch.setattr(preconditioner, "_MANY", 2 if kind == "iterations" else 10**9)
    monkeypatch.setattr(preconditioner, "_ROWS", 10**9)
    options = {"family": family, "folds": np.arange(len(y)) % 5, "lams": np.geomspace(10.0, 1e-4, 20)}
    whole = rl.cross_validate(X, y, **options)
    mended = []
    descend = mend._descend
    monkeypatch.setattr(mend, "_descend", lambda *column: mended.append(1) or descend(*column))
    monkeypatch.setattr(newton, "_MOST", rounds)
    cut = rl.cross_validate(X, y, **options)
    assert mended
    assert cut.losses == pytest.approx(whole.losses, rel=1e-7)
    assert cut.path.coef == pytest.approx(whole.path.coef, abs=1e-6)
    assert max(c.relative_gap for c in cut.path.certificates) <= 1e-9


def test_without_mending_points_are_those_that_were_looked_at(monkeypatch):
    X, y = table(900, 6, "binomial")
    monkeypatch.setattr(newton, "_MOST", 1)
    monkeypatch.setattr(mend, "_MOST", 0)
    folds = np.arange(900) % 5
    cv = rl.cross_validate(X, y, family="binomial", folds=folds, lams=np.geomspace(10.0, 1e-4, 20))
    for k in range(5):
        eta = cv.fits[k + 1].eta(cv.problem)[folds == k]
        loss = np.logaddexp(0.0, eta) - y[folds == k][:, None] * eta
        assert cv.losses[k] == pytest.approx(loss.mean(axis=0), rel=1e-9)
