"""The first screen: what was predicted, from what, with what, and what demands attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ridgeline.figures.numbers import count, is_number, number
from ridgeline.figures.text import brief
from ridgeline.report.facts import records, sparse

__all__ = [
    "MODELS",
    "Check",
    "alerts",
    "checks",
    "key_facts",
    "model_name",
    "nothing_learned",
    "rule_words",
    "subtitle",
]

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
# What the verdict's sentences say in other words.
_TOLD = ("overfit", "underfit", "nothing-to-learn")
_MOST_LEFT_OUT = 3
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


def alerts(found: Sequence[Check]) -> list[Check]:
    """Return the findings that the verdict has not already told."""
    return [check for check in found if check.status == "finding" and check.code not in _TOLD]


def nothing_learned(found: Sequence[Check]) -> bool:
    """Say whether the model is no better than knowing no features: its coefficients then mean nothing."""
    return any(check.code == "nothing-to-learn" and check.status == "finding" for check in found)


def key_facts(summary: Mapping[str, Any], rows_train: Any = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the few numbers of the model and its table: name, and (value, remark) of each."""
    model = summary.get("model") or {}
    features = summary.get("features")
    of = f"of {count(features)}" if is_number(features) else ""
    certificate = summary.get("certificate") or {}
    found = [("Chosen λ", [(number(summary.get("lambda")), rule_words(summary))])]
    if sparse(summary):
        used = model.get("features_used")
        rest = "; the coefficients of the others are 0" if used != features else ""
        found.append(("Features used", [(number(used, 0), of + rest)]))
    else:
        several = summary.get("task") == "multiclass"  # each class has coefficients of its own
        found.append(("Effective degrees of freedom", [(number(model.get("df")), "" if several else of)]))
    found += [*_rows_used(summary, rows_train), *_left_out(summary)]
    if certificate:
        gap = certificate.get("relative_gap")
        shown = f"gap ≤ {number(gap)}" if is_number(gap) else "—"
        found.append(("Certified optimum", [(shown, str(certificate.get("status") or ""))]))
    return found


def _rows_used(summary: Mapping[str, Any], rows_train: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    rows = summary.get("rows") or {}
    if not is_number(rows.get("used")):
        return []
    test = is_number(rows_train) and rows_train < rows["used"]
    split = f"{count(rows_train)} to learn from, {count(rows['used'] - rows_train)} for the test" if test else ""
    gone = [
        (f"{count(d['count'])} left out", brief(str(d.get("reason") or ""), 80))
        for d in records(rows.get("dropped"))
        if is_number(d.get("count")) and d["count"]
    ]
    return [("Rows", [(f"{count(rows['used'])} used", split), *gone[:_MOST_LEFT_OUT]])]


def _left_out(summary: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    gone = records(summary.get("excluded"))
    if not gone:
        return []
    shown = [(brief(str(e.get("column")), 30), brief(str(e.get("reason") or ""), 90)) for e in gone[:_MOST_LEFT_OUT]]
    more = len(gone) - len(shown)
    return [("Columns left out", [*shown, *([(f"{count(more)} more", "see Data")] if more else [])])]


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
