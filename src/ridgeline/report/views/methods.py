"""How it was done: what a paper's methods section, or someone who wants the same numbers again, would need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.numbers import count, is_number, number
from ridgeline.report.facts import records
from ridgeline.report.views.headline import model_name, rule_words

__all__ = ["LOSSES", "conventions", "details", "divisor", "prose"]

# The loss of one row, ℓ(y, η), in plain signs.
LOSSES = {
    "gaussian": "½ (y − η)²",
    "binomial": "log(1 + exp(η)) − y η",
    "multinomial": "log Σₖ exp(ηₖ) − η of the row’s class",
    "poisson": "exp(η) − y η",
    "gamma": "y exp(−η) + η",
}


def prose(summary: Mapping[str, Any]) -> list[str]:
    """Write the methods paragraph, sentence by sentence; what is not known is left out."""
    return [
        f"The model is {_article(model_name(summary))}, fitted by minimising the objective above{_ratio(summary)}; "
        "the intercept is not penalised.",
        *_scaling(summary.get("model") or {}),
        *_choice(summary),
        "Imputed means, centres and scales are learned from each training fold alone, so nothing of a validation row "
        "leaks into its own prediction.",
        "Validation metrics are computed from the out-of-fold predictions of the training rows; test rows, where there "
        "are any, were set aside before anything was learned.",
        *_certificate(summary.get("certificate") or {}),
    ]


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _ratio(summary: Mapping[str, Any]) -> str:
    """Say what ρ is."""
    ratio = (summary.get("model") or {}).get("l1_ratio")
    return f" with ρ = {ratio:g}" if is_number(ratio) else ""


def _scaling(model: Mapping[str, Any]) -> list[str]:
    if not model.get("standardize", True):
        return ["The penalty applies to coefficients in the features' own units."]
    return [
        "The penalty applies to coefficients per standard deviation of their feature; they are reported on the "
        "original scale and per standard deviation. Levels of a category are penalised by the scale of the category, "
        "so that rare ones do not come cheap."
    ]


def _choice(summary: Mapping[str, Any]) -> list[str]:
    found = []
    if is_number(summary.get("lambda")):
        found.append(f"The regularization parameter is λ = {number(summary['lambda'])} ({rule_words(summary)}).")
    cv: Mapping[str, Any] = summary.get("cv") or {}
    if cv.get("lambda"):
        scheme = str(cv.get("scheme") or count(cv.get("folds"), "fold"))
        repeats = cv.get("repeats")
        often = f", repeated {count(repeats, 'time')}" if is_number(repeats) and repeats > 1 else ""
        tried = count(len(cv["lambda"]), "value")
        loss = cv.get("loss") or "loss"
        found.append(f"Cross-validation ({scheme}{often}) judged {tried} of λ by the mean {loss} on held-out folds.")
    return found


def _certificate(certificate: Mapping[str, Any]) -> list[str]:
    if not is_number(certificate.get("gap")):
        return []
    gap, relative, kkt = (number(certificate.get(k)) for k in ("gap", "relative_gap", "kkt"))
    return [
        f"An independent certificate bounds the distance of the objective from its optimum by {gap} "
        f"(relative {relative}; largest violation of the optimality conditions {kkt})."
    ]


def conventions(
    summary: Mapping[str, Any], rows: Any, columns: Sequence[Mapping[str, Any]] = ()
) -> list[tuple[str, str]]:
    """Say what this λ is called elsewhere: (package, argument) for standardized features and rows of equal weight.

    Parameters
    ----------
    summary : mapping
    rows : int or None
        Training rows.
    columns : sequence of mapping
        The table's columns; with row weights the others count differently, and nothing is said.
    """
    model = summary.get("model") or {}
    lam, rho = summary.get("lambda"), model.get("l1_ratio", 0.0)
    weighted = any(c.get("role") == "weight" for c in columns)
    if not (is_number(lam) and is_number(rows) and is_number(rho)) or lam <= 0 or weighted:
        return []
    family, value = str(summary.get("family")), f"{lam:.6g}"
    found = {
        "gaussian": _gaussian(summary, lam, rho, rows),
        "binomial": [
            (
                "scikit-learn LogisticRegression",
                f"C = 1/(n λ) = {1 / (rows * lam):.6g}" + (f", l1_ratio = {rho:g}" if rho > 0 else ""),
            ),
            ("R glmnet, family binomial", f"lambda = {value}, alpha = {rho:g}"),
        ],
        "poisson": [
            *([("scikit-learn PoissonRegressor", f"alpha = {value}")] if rho == 0 else []),
            ("R glmnet, family poisson", f"lambda = {value}, alpha = {rho:g}"),
        ],
        "gamma": [("scikit-learn GammaRegressor", f"alpha = {value}")] if rho == 0 else [],
    }
    return found.get(family, [])


def divisor(summary: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> str:
    """Say what the levels of categories are divided by, beside their SD, where every feature has the same penalty."""
    if not any(c.get("role") == "feature" and c.get("kind") == "categorical" for c in columns):
        return ""
    ratio = (summary.get("model") or {}).get("l1_ratio")
    by = {0.0: "√fⱼ", 1.0: "fⱼ"}.get(ratio) if is_number(ratio) else None
    where = "model.json tells fⱼ, and ridgeline translate writes the code"
    if by is None:
        return f"Levels of categories have penalty factors fⱼ of their own, which this leaves out; {where}."
    return f"Levels of categories, which have penalty factors of their own, are to be divided by {by} as well; {where}."


def _gaussian(summary: Mapping[str, Any], lam: float, rho: float, rows: float) -> list[tuple[str, str]]:
    own = {
        0.0: ("scikit-learn Ridge", f"alpha = n λ = {rows * lam:.6g}"),
        1.0: ("scikit-learn Lasso", f"alpha = {lam:.6g}"),
    }
    found = [
        own.get(rho, ("scikit-learn ElasticNet", f"alpha = {lam:.6g}, l1_ratio = {rho:g}")),
        ("statsmodels OLS.fit_regularized", f"alpha = {lam:.6g}, L1_wt = {rho:g} (0 for the intercept)"),
    ]
    baseline = ("baseline", "train", "rmse")
    sd = [r.get("value") for r in records(summary.get("assessment")) if _key(r) == baseline]
    if rho == 1:
        found.append(("R glmnet", f"lambda = {lam:.6g}, alpha = 1"))
    elif sd and is_number(sd[0]):
        found.append(("R glmnet", _scaled(lam, rho, sd[0])))
    return found


def _scaled(lam: float, rho: float, sd: float) -> str:
    """Translate to glmnet, which divides the target, and with it the squared part of its lambda, by the target's SD."""
    first, second = lam * rho, lam * (1 - rho) * sd
    if rho == 0:
        return f"lambda = λ sd(y) = {second:.6g}, alpha = 0"
    return f"lambda = {first + second:.6g}, alpha = {first / (first + second):.6g}"


def _key(record: Mapping[str, Any]) -> tuple[Any, ...]:
    return record.get("model"), record.get("split"), record.get("metric")


def details(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return names and values of what identifies this run."""
    values = {
        "l1_ratio (ρ)": (summary.get("model") or {}).get("l1_ratio"),
        "λ": summary.get("lambda"),
        "λ of the lowest loss": summary.get("lambda_min"),
        "λ one standard error above": summary.get("lambda_1se"),
        "Intercept": summary.get("intercept"),
    }
    found = [(name, f"{value:.10g}".replace("-", "−")) for name, value in values.items() if is_number(value)]
    if is_number(summary.get("seed")):
        found.append(("Seed", str(summary["seed"])))
    versions = summary.get("versions") or {}
    if versions:
        found.append(("Versions", ", ".join(f"{name} {value}" for name, value in versions.items())))
    timings = {k: v for k, v in (summary.get("timings") or {}).items() if is_number(v)}
    if timings:
        found.append(("Seconds", ", ".join(f"{name} {value:.2f}" for name, value in timings.items())))
    return found
