"""Folds whose rows all have weight 0: they say nothing, and are left out."""

from __future__ import annotations

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.errors import OptionError

LABELS = np.arange(60) % 5
FAMILIES = ("gaussian", "binomial", "poisson", "multinomial")


def table(family: str, p: int = 4):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, p))
    eta = X[:, 0]
    y = {
        "gaussian": eta + rng.standard_normal(60),
        "binomial": eta + rng.logistic(size=60) > 0,
        "poisson": rng.poisson(np.exp(eta)),
        "multinomial": rng.integers(0, 3, 60),
    }
    return X, y[family]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("ratio", "p"), [(0.0, 4), (1.0, 4), (1.0, 100)])
def test_a_fold_without_weight_is_left_out(family, ratio, p):
    X, y = table(family, p)
    weights = np.where(LABELS == 2, 0.0, 1.0)
    kept, options = weights > 0, {"family": family, "l1_ratio": ratio, "lams": [1.0, 0.1, 0.03], "nested": True}
    cv = rl.cross_validate(X, y, LABELS, weights=weights, **options)
    rest = rl.cross_validate(X[kept], y[kept], LABELS[kept], **options)
    assert np.isnan(cv.losses).all(axis=1).tolist() == [False, False, True, False, False]
    for name in ("mean", "se", "train"):
        np.testing.assert_allclose(getattr(cv, name), getattr(rest, name), atol=1e-7)
    assert [cv.index(rule) for rule in ("min", "1se", "paired1se")] == [
        rest.index(rule) for rule in ("min", "1se", "paired1se")
    ]
    np.testing.assert_allclose(np.delete(cv.nested_losses, 2), rest.nested_losses, atol=1e-7)
    if ratio:
        relaxed, other = rl.relax(cv), rl.relax(rest)
        np.testing.assert_allclose(relaxed.mean, other.mean, atol=1e-6)
        np.testing.assert_allclose(relaxed.se, other.se, atol=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_folds_that_learn_from_nothing_are_refused(family):
    X, y = table(family)
    with pytest.raises(OptionError, match="All rows that some fold learns from have weight 0"):
        rl.cross_validate(X, y, LABELS, family, weights=np.where(LABELS == 2, 1.0, 0.0))


def test_folds_that_are_judged_on_nothing_are_refused():
    X, y = table("gaussian")
    rows = np.arange(60)
    with pytest.raises(OptionError, match="All rows that the folds are judged on have weight 0"):
        rl.cross_validate(X, y, [(rows[:40], rows[40:])], weights=np.where(rows < 40, 1.0, 0.0))
