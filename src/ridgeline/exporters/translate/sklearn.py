# ruff: noqa: E501 (an estimator is one line)
"""scikit-learn: Ridge, Lasso, ElasticNet, LogisticRegression, PoissonRegressor, GammaRegressor."""

from __future__ import annotations

from ridgeline.errors import OptionError
from ridgeline.exporters.python import literal
from ridgeline.exporters.translate.prelude import prelude
from ridgeline.exporters.translate.recipe import Recipe

__all__ = ["render"]

_RIDGE = "Ridge(alpha=W * LAMBDA, solver='svd')"
_FITS = {
    ("gaussian", "none"): ("LinearRegression", "LinearRegression()  # of several solutions the shortest"),
    ("gaussian", "ridge"): ("Ridge", _RIDGE),
    ("gaussian", "lasso"): ("Lasso", "Lasso(alpha=LAMBDA, tol=1e-14, max_iter=1_000_000)"),
    ("gaussian", "both"): ("ElasticNet", "ElasticNet(alpha=LAMBDA, l1_ratio=L1_RATIO, tol=1e-14, max_iter=1_000_000)"),
    ("binomial", "ridge"): (
        "LogisticRegression",
        "LogisticRegression(C=1 / (W * LAMBDA) if LAMBDA else np.inf, solver='newton-cholesky', tol=1e-12, max_iter=10_000)",
    ),
    ("binomial", "both"): (
        "LogisticRegression",
        "LogisticRegression(C=1 / (W * LAMBDA), l1_ratio=L1_RATIO, solver='saga', tol=1e-10, max_iter=1_000_000)",
    ),
    ("poisson", "ridge"): ("PoissonRegressor", "PoissonRegressor(alpha=LAMBDA, solver='newton-cholesky', tol=1e-12, max_iter=10_000)"),
    ("gamma", "ridge"): ("GammaRegressor", "GammaRegressor(alpha=LAMBDA, solver='newton-cholesky', tol=1e-12, max_iter=10_000)"),
}  # fmt: skip

_END = """
fit = {estimator}
fit.fit(Z, {y}, sample_weight=w)
slopes = np.ravel(fit.coef_) / sd{rescale}
coef = dict(zip(FEATURES, slopes.tolist()))
intercept = float(np.ravel(fit.intercept_)[0] - mean @ slopes)

if __name__ == "__main__":
    print("intercept", intercept)
    for name, value in coef.items():
        print(repr(name), value)
"""


def render(recipe: Recipe) -> str:
    """Return the script.

    Parameters
    ----------
    recipe : Recipe
    """
    family = recipe.content["family"]
    ratio = recipe.content["l1_ratio"] if recipe.content["lambda"] else 0.0  # nothing to share out
    kind = "ridge" if ratio == 0 else "lasso" if (ratio, family) == (1, "gaussian") else "both"
    scales = _scales(recipe, ratio)
    if family == "gaussian" and not recipe.content["lambda"]:
        kind = "none"
    if (family, kind) not in _FITS:
        raise OptionError(f"scikit-learn has no estimator for the family {family!r} with this penalty; try glmnet.")
    if recipe.content["offset"] and family != "gaussian":
        raise OptionError(
            "scikit-learn has no offset in generalized linear models; translate to glmnet or statsmodels."
        )
    name, estimator = _FITS[family, kind]
    start = prelude(recipe, "The same fit by scikit-learn", [f"from sklearn.linear_model import {name}"])
    y = "y.astype(int)" if family == "binomial" else "y"
    return start + scales + _END.format(estimator=estimator, y=y, rescale=" * scale" if scales else "")


def _scales(recipe: Recipe, ratio: float) -> str:
    """Return the step that gives features a penalty of their own, which scikit-learn lacks: other units for them."""
    if recipe.plain_factors:
        return ""
    if ratio and (ratio < 1 or not all(recipe.factors)):
        raise OptionError(
            "scikit-learn has no penalty factors (here levels of categories have their own, or a column is kept free of "
            "any), and with this penalty other units do not stand in: try glmnet."
        )
    scale = "1 / FACTORS" if ratio else "1 / np.sqrt(np.maximum(FACTORS, 1e-12))  # 1e-12: as good as not penalised"
    return f"FACTORS = np.array({literal(recipe.factors)})\nscale = {scale}\nZ = Z * scale\n"
