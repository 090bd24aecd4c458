"""scikit-learn's estimators, spoken to in its own parameters and answered by ours: only λ has to be translated."""

from __future__ import annotations

import numpy as np

import ridgeline as rl


def ridge(alpha=1.0, fit_intercept=True, **options):
    """½ of ‖y − Xb‖² + α‖b‖², per unit of weight: λ = α / W."""
    return Translated(rl.PenalizedRegressor, lambda total: alpha / total, fit_intercept=fit_intercept, **options)


def elastic_net(alpha=1.0, l1_ratio=0.5, fit_intercept=True, positive=False):
    """½‖y − Xb‖² / W + α(ρ‖b‖₁ + (1 − ρ)‖b‖²/2): our objective, λ = α."""
    bounds = (0.0, np.inf) if positive else None
    return Translated(
        rl.PenalizedRegressor, lambda total: alpha, "elasticnet", l1_ratio, fit_intercept=fit_intercept, bounds=bounds
    )


def lasso(alpha=1.0, fit_intercept=True, positive=False):
    """The elastic net with ρ = 1."""
    return elastic_net(alpha, 1.0, fit_intercept, positive)


def logistic(C=1.0, fit_intercept=True, l1_ratio=0.0):
    """C Σ w ℓ + ρ‖b‖₁ + ½(1 − ρ)‖b‖², per unit of C W: λ = 1 / (C W)."""
    return Translated(
        rl.PenalizedClassifier, lambda total: 1.0 / (C * total), "elasticnet", l1_ratio, fit_intercept=fit_intercept
    )


class Translated:
    """An estimator whose λ is known once the weights are."""

    def __init__(self, make, lam, penalty="l2", l1_ratio=None, **options):
        self.lam = lam
        self.model = make(penalty, l1_ratio, standardize=False, **options)

    def fit(self, X, y, sample_weight=None):
        total = np.shape(X)[0] if sample_weight is None else np.sum(sample_weight)
        self.model.set_params(lam=float(self.lam(total))).fit(X, y, sample_weight)
        return self

    def __getattr__(self, name):
        return getattr(self.model, name)
