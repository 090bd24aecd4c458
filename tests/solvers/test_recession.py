"""Directions of recession: both ways of looking for one agree, and what they find holds."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeline.solvers import recession as module
from ridgeline.solvers.recession import recession


def conditions(kind: str, seed: int) -> np.ndarray:
    """Rows times their side, as separation asks about them."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(6, 200)), int(rng.integers(1, 8))
    X = np.hstack([np.ones((n, 1)), rng.standard_normal((n, p))])
    b = rng.standard_normal(p + 1) * rng.choice([0.3, 3.0, 10.0])
    y = np.where(rng.random(n) < 1 / (1 + np.exp(-X @ b)), 1.0, -1.0)
    if kind == "separable":
        y = np.where(X @ b > 0, 1.0, -1.0)
    elif kind == "a level of one class":
        level = np.zeros((n, 1))
        level[: rng.integers(1, 4)] = 1.0
        X, y = np.hstack([X, level]), np.where(level[:, 0] == 1, 1.0, y)
    elif kind == "near copies":
        X[:, -1] = X[:, 0] + 1e-7 * X[:, -1]
    elif kind == "steep":
        X[:, 1:] = np.exp(2 * X[:, 1:])
    elif kind == "rare levels":
        X = np.hstack([X, (rng.random((n, 6)) < 0.03).astype(float)])
    return y[:, None] * X


KINDS = ["plain", "separable", "a level of one class", "near copies", "steep", "rare levels"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(12))
def test_newton_and_the_linear_programme_agree(monkeypatch, kind, seed):
    c = conditions(kind, seed)
    found = recession(c)
    monkeypatch.setattr(module, "_by_newton", lambda _: (False, None))
    other = recession(c)
    assert (found is None) == (other is None)
    for d in (found, other):
        if d is not None:
            assert (c @ d).max() > 0
            assert (c @ d).min() >= -1e-8 * (c @ d).max()


@pytest.mark.parametrize("kind", KINDS)
def test_newton_decides(monkeypatch, kind):
    monkeypatch.setattr(module, "_by_programme", lambda _: pytest.fail("a linear programme was needed"))
    for seed in range(12, 30):
        recession(conditions(kind, seed))


def test_a_direction_need_not_raise_more_than_one_condition():
    c = np.array([[1.0, 0.0], [-1.0, 0.0], [2.0, 0.0], [0.5, 1e-3]])
    d = recession(c)
    assert (c @ d)[3] > 0
    np.testing.assert_allclose((c @ d)[:3], 0.0, atol=1e-12 * np.abs(d).max())


def test_no_conditions_hold_nothing():
    assert recession(np.empty((0, 2))) is None
    assert recession(np.zeros((3, 2))) is None
