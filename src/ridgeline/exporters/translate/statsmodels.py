"""statsmodels: OLS and GLM with fit_regularized."""

from __future__ import annotations

from ridgeline.errors import OptionError
from ridgeline.exporters.python import literal
from ridgeline.exporters.translate.prelude import prelude
from ridgeline.exporters.translate.recipe import Recipe

__all__ = ["render"]

_FAMILIES = {
    "binomial": "sm.families.Binomial()",
    "poisson": "sm.families.Poisson()",
    "gamma": "sm.families.Gamma(sm.families.links.Log())",
}

_END = """
FACTORS = np.array({factors})
alpha = np.append(0.0, LAMBDA * FACTORS)  # the constant is not penalised
model = {model}
fit = model.fit_regularized(method="elastic_net", alpha=alpha, L1_wt=L1_RATIO, {options})
{polish}slopes = np.asarray(fit.params)[1:] / sd
coef = dict(zip(FEATURES, slopes.tolist()))
intercept = float(fit.params[0] - mean @ slopes)

if __name__ == "__main__":
    print("intercept", intercept)
    for name, value in coef.items():
        print(repr(name), value)
"""

_POLISH = """params = fit.params
for _ in range(30):  # its optimiser stops early: weighted least squares, which it solves exactly, finds the last digits
    eta = model.exog @ params
    mu, link = model.family.link.inverse(eta), model.family.link
    root = np.sqrt(model.family.weights(mu))
    response = eta + (y - mu) * link.deriv(mu)
    fit = sm.OLS(root * response, root[:, None] * model.exog).fit_regularized(alpha=alpha, L1_wt=0.0)
    params = fit.params
"""


def render(recipe: Recipe) -> str:
    """Return the script.

    Parameters
    ----------
    recipe : Recipe
    """
    family, ratio = recipe.content["family"], recipe.content["l1_ratio"]
    if recipe.record["weight"] is not None:
        raise OptionError("statsmodels has no weights in its regularized fits; translate to sklearn or glmnet.")
    if family not in ("gaussian", *_FAMILIES):
        raise OptionError(f"statsmodels has no regularized fit of the family {family!r}; try glmnet.")
    if recipe.content["offset"] and family != "gaussian":
        raise OptionError("The regularized fits of statsmodels leave the offset out; translate to glmnet.")
    columns = "np.column_stack([np.ones(len(y)), Z])"
    gaussian = family == "gaussian"
    model = f"sm.OLS(y, {columns})" if gaussian else f"sm.GLM(y, {columns}, family={_FAMILIES[family]})"
    descent = "maxiter=10_000, cnvrg_tol=1e-14, zero_tol=0.0"
    options = descent if gaussian or ratio > 0 else "opt_method='newton-cg', maxiter=1000"
    polish = "" if gaussian or ratio > 0 else _POLISH
    start = prelude(recipe, "The same fit by statsmodels", ["import statsmodels.api as sm"])
    return start + _END.format(factors=literal(recipe.factors), model=model, options=options, polish=polish)
