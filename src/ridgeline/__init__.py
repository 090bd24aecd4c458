"""Regularized linear models that are tuned, certified and explained.

>>> import ridgeline as rl
>>> fit = rl.fit("churn.csv", target="churned")  # doctest: +SKIP

Importing this package loads nothing but itself: each public name is fetched from its module when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same table once more, for readers that do not run the code
    from ridgeline import errors
    from ridgeline.api import adaptive_factors, certify, cross_validate, fit_path
    from ridgeline.comparison import Comparison, compare
    from ridgeline.crossval.relaxed import relax
    from ridgeline.debias import debiased_intervals
    from ridgeline.errors import InputError, RidgelineError
    from ridgeline.estimators import PenalizedClassifier, PenalizedRegressor
    from ridgeline.exporters import export
    from ridgeline.exporters.translate import translate
    from ridgeline.job import Fit, fit
    from ridgeline.model import Model, load

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Fit",
    "InputError",
    "Model",
    "PenalizedClassifier",
    "PenalizedRegressor",
    "RidgelineError",
    "__version__",
    "adaptive_factors",
    "certify",
    "compare",
    "cross_validate",
    "debiased_intervals",
    "errors",
    "export",
    "fit",
    "fit_path",
    "load",
    "relax",
    "translate",
]

# Public name → the module that defines it, or that it is.
_HOMES = {
    "Comparison": "ridgeline.comparison",
    "Fit": "ridgeline.job",
    "InputError": "ridgeline.errors",
    "Model": "ridgeline.model",
    "PenalizedClassifier": "ridgeline.estimators",
    "PenalizedRegressor": "ridgeline.estimators",
    "RidgelineError": "ridgeline.errors",
    "adaptive_factors": "ridgeline.api",
    "certify": "ridgeline.api",
    "compare": "ridgeline.comparison",
    "cross_validate": "ridgeline.api",
    "debiased_intervals": "ridgeline.debias",
    "errors": "ridgeline.errors",
    "export": "ridgeline.exporters",
    "fit": "ridgeline.job",
    "fit_path": "ridgeline.api",
    "load": "ridgeline.model",
    "relax": "ridgeline.crossval.relaxed",
    "translate": "ridgeline.exporters.translate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ridgeline' has no attribute {name!r}")
    home = importlib.import_module(_HOMES[name])
    value = home if home.__name__ == f"{__name__}.{name}" else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
