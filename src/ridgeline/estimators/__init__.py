"""scikit-learn estimators: the only place that knows scikit-learn."""

from ridgeline.estimators.classifier import PenalizedClassifier
from ridgeline.estimators.regressor import PenalizedRegressor

__all__ = ["PenalizedClassifier", "PenalizedRegressor"]
