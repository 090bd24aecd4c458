"""The first screen: what was predicted, from what, with what, and what demands attention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ridgeline.figures.numbers import count, is_number, number, percent
from ridgeline.figures.text import brief
from ridgeline.report.facts import records, sparse

__all__ = ["MODELS", "Check", "checks", "key_facts", "model_name", "subtitle"]

MODELS = {
    "gaussian": "linear regression",
    "binomial": "logistic regression",
    "multinomial": "multinomial logistic regression",
    "poisson": "Poisson regression",
    "gamma": "gamma regression",
}
_PENALTIES = {"l2": "an L2 (ridge) penalty", "l1": "an L1 (lasso) penalty"}
_TASKS = {"regression": "a number", "binary": "two classes", "multiclass": "several classes", "count": "a count"}
_RULES = {
    "min": "lowest cross-validated loss",
    "1se": "strongest penalty within one standard error of the lowest loss",
    "paired1se": "strongest penalty within one standard error of the difference from the lowest loss",
    "aic": "lowest Akaike information criterion (AIC)",
    "bic": "lowest Bayesian information criterion (BIC)",
    "ebic": "lowest extended Bayesian information criterion (EBIC)",
    "loo": "lowest leave-one-out loss",
    "gcv": "lowest generalized cross-validation score",
}
# The first of these words that a severity equals decides how loudly it is said.
_LOUD = {"error": 0, "critical": 0, "high": 0, "warning": 1, "issue": 1, "medium": 1, "info": 2, "tip": 2, "low": 2}
_STATUS = {"finding": 0, "passed": 1, "not applicable": 2}


@dataclass(frozen=True)
class Check:
    """One check: `level` is 0 (serious), 1 (attention) or 2 (for information)."""

    code: str
    title: str
    level: int
    status: str
    finding: str

    @property
    def mark(self) -> str:
        """A sign that needs no colour."""
        if self.status != "finding":
            return "✓" if self.status == "passed" else "·"
        return ("✕", "!", "i")[self.level]


def checks(summary: Mapping[str, Any]) -> list[Check]:
    """Return all checks: findings first, the most serious on top, then those passed, then those not applicable."""
    found = [
        Check(
            str(c.get("code") or ""),
            str(c.get("title") or c.get("code") or "check"),
            _LOUD.get(str(c.get("severity")).lower(), 1),
            str(c.get("status") or "not applicable"),
            str(c.get("finding") or ""),
        )
        for c in records(summary.get("checks"))
    ]
    return sorted(found, key=lambda c: (_STATUS.get(c.status, 2), c.level))


def model_name(summary: Mapping[str, Any]) -> str:
    """Name the model: "logistic regression with an L2 (ridge) penalty"."""
    model = summary.get("model") or {}
    kind = MODELS.get(str(summary.get("family")), "generalized linear model")
    penalty = _penalty(model)
    return f"{kind} with {penalty}" if penalty else kind


def _penalty(model: Mapping[str, Any]) -> str | None:
    name, ratio = str(model.get("penalty")).lower(), model.get("l1_ratio")
    if name == "elasticnet":
        return "an elastic-net penalty" + (f" (L1 share ρ = {ratio:g})" if is_number(ratio) else "")
    return _PENALTIES.get(name)


def subtitle(summary: Mapping[str, Any]) -> str:
    """Say the task and the data in one line."""
    parts = [_sentence_case(model_name(summary))]
    task = str(summary.get("task"))
    if task == "binary":
        parts.append(f"the positive class is “{summary.get('positive_class')}”")
    elif task in _TASKS:
        parts.append(f"the target is {_TASKS[task]}")
    rows = summary.get("rows") or {}
    if is_number(rows.get("used")):
        parts.append(count(rows["used"], "row"))
    if is_number(summary.get("features")):
        parts.append(count(summary["features"], "feature"))
    return " · ".join(parts)


def rule_words(summary: Mapping[str, Any]) -> str:
    """Say in words how λ was chosen."""
    rule = summary.get("rule")
    return _RULES.get(str(rule), str(rule)) if rule else "given"


def key_facts(summary: Mapping[str, Any], rows_train: Any = None) -> list[tuple[str, str, str]]:
    """Return the few numbers of the model and its table: (name, value, remark)."""
    model = summary.get("model") or {}
    features = summary.get("features")
    of = f"of {count(features)}" if is_number(features) else ""
    certificate = summary.get("certificate") or {}
    found = [("Chosen λ", number(summary.get("lambda")), rule_words(summary))]
    if sparse(summary):
        used = model.get("features_used")
        rest = "; the coefficients of the others are 0" if used != features else ""
        found.append(("Features used", number(used, 0), of + rest))
    else:
        found.append(("Effective degrees of freedom", number(model.get("df")), of))
    largest = _largest(summary)
    if largest:
        found.append(("Largest effects", largest, "share of all coefficients’ sizes per SD; association, not cause"))
    found += _table(summary, rows_train)
    if certificate:
        gap = certificate.get("relative_gap")
        found.append(
            (
                "Certified optimum",
                f"gap ≤ {number(gap)}" if is_number(gap) else "—",
                str(certificate.get("status") or ""),
            )
        )
    return found


def _largest(summary: Mapping[str, Any], most: int = 3) -> str:
    """Name the source columns with the largest coefficients per standard deviation, and their shares."""
    sizes: dict[str, float] = {}
    for row in records(summary.get("coefficients")):
        if is_number(row.get("share")):
            column = str(row.get("column") if row.get("column") is not None else row.get("feature"))
            sizes[column] = sizes.get(column, 0.0) + row["share"]
    top = sorted(sizes, key=lambda column: -sizes[column])[:most]
    return ", ".join(
        f"{brief(column, 40)} {percent(sizes[column], 0 if sizes[column] >= 0.1 else 1)}" for column in top
    )


def _table(summary: Mapping[str, Any], rows_train: Any) -> list[tuple[str, str, str]]:
    """Say how many rows and columns were used, and what was left out."""
    rows = summary.get("rows") or {}
    found = []
    if is_number(rows.get("used")):
        dropped = sum(d["count"] for d in records(rows.get("dropped")) if is_number(d.get("count")))
        parts = [f"{count(dropped, 'row')} left out" if dropped else "none left out"]
        if is_number(rows_train) and rows_train < rows["used"]:
            parts.insert(0, f"{count(rows_train)} to learn from, {count(rows['used'] - rows_train)} for the test")
        found.append(("Rows", count(rows["used"]), "; ".join(parts)))
    excluded = [brief(str(e.get("column")), 30) for e in records(summary.get("excluded"))]
    if excluded:
        more = f" and {len(excluded) - 4} more" if len(excluded) > 4 else ""
        found.append(("Columns left out", ", ".join(excluded[:4]) + more, "see Data for why"))
    return found


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
