"""scikit-learn's own checks of its conventions: all of them, no failure expected."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ridgeline import PenalizedClassifier, PenalizedRegressor

KINDS = [
    (PenalizedRegressor, "l2"),
    (PenalizedRegressor, "l1"),
    (PenalizedRegressor, "elasticnet"),
    (PenalizedClassifier, "l2"),
    (PenalizedClassifier, "l1"),
    (PenalizedClassifier, "elasticnet"),
]


@parametrize_with_checks([cls(penalty, lam=0.01) for cls, penalty in KINDS])
def test_at_one_lambda(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks([cls(penalty) for cls, penalty in KINDS])
def test_tuned(estimator, check):
    check(estimator)
