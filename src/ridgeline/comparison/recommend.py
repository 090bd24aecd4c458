"""The recommendation: a pure function of plain facts, in one or two sentences with their evidence.

1. The baseline, unless the best contestant certainly beats it: there is nothing to learn.
2. Else the simplest contestant that is as good as the best. Simplest first: no penalty, L2, L1, L1 by the
   one-standard-error rule, elastic net, and the two-step ones. As good: its loss exceeds that of the best by at most
   one standard error of the paired difference; or by less than 1% of what there is to gain over no features; or by
   less than 3% of it, and not certainly (the 95% interval of the difference holds zero).
3. Where that keeps most features, the sparsest contestant that costs little is named beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ridgeline.checks.evidence import GAIN_MATTERS, GAIN_SURE
from ridgeline.checks.words import mean_count, metric_word, percent

__all__ = ["NEGLIGIBLE", "SIMPLEST_FIRST", "Recommendation", "Rival", "recommend"]

SIMPLEST_FIRST = ("unpenalized", "l2", "l1", "l1_1se", "elastic_net", "relaxed", "l1_l2")
NEGLIGIBLE = 0.01  # share of the gain over no features that nobody would miss
SMALL = 0.03  # share of it that only counts when it is certain
CHEAP = 0.05  # share of the gain that far fewer features may cost
SPARSE = 0.5  # share of the features below which a model is worth naming for its size
_NAMES = {
    "unpenalized": "no penalty", "l2": "L2", "l1": "L1", "l1_1se": "L1 at the one-standard-error λ",
    "elastic_net": "the elastic net", "relaxed": "relaxed L1", "l1_l2": "L1 followed by L2",
}  # fmt: skip


@dataclass(frozen=True)
class Rival:
    """What the recommendation knows of a contestant.

    Attributes
    ----------
    name : str
    loss : float
        Loss on rows that judged it (mean squared error for numbers).
    features : float
        Mean number of features used over the outer folds.
    worse, se : float or None
        Deciding metric less that of the best contestant, and the standard error of that paired difference.
    low, high : float or None
        Its 95% interval.
    headline : float or None
        The metric that people read: ROC AUC, R², accuracy.
    """

    name: str
    loss: float
    features: float
    worse: float | None = 0.0
    se: float | None = None
    low: float | None = None
    high: float | None = None
    headline: float | None = None


@dataclass(frozen=True)
class Recommendation:
    """What to use.

    Attributes
    ----------
    choice : str
        Name of a contestant.
    penalty : str or None
        ``"l2"``, ``"l1"``, ``"elasticnet"``; None for no penalty or nothing to learn.
    sentences : tuple of str
    options : tuple of str
        Options of ``ridgeline fit`` that ask for it.
    """

    choice: str
    penalty: str | None
    sentences: tuple[str, ...]
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True)
class _Field:
    """The rivals, and what they are measured by."""

    rivals: Mapping[str, Rival]
    best: Rival
    baseline: Rival
    metric: str
    headline: str
    features: int
    alike: int

    @property
    def gain(self) -> float:
        return self.baseline.loss - self.best.loss

    def lost(self, rival: Rival) -> float:
        """Share of the gain over no features that a rival gives away."""
        return (rival.loss - self.best.loss) / self.gain if self.gain > 0 else 0.0


def recommend(facts: Mapping[str, Any]) -> Recommendation:
    """Say what to use.

    Parameters
    ----------
    facts : mapping
        ``rivals``: mappings with the fields of `Rival`, the baseline among them; ``gain_interval``: (low, high)
        of the best contestant's deciding metric less the baseline's; ``metric``, ``headline``; ``features``: how
        many there are; ``alike``: how many of them correlate by 0.7 or more with another.

    Returns
    -------
    Recommendation

    Examples
    --------
    >>> rivals = [dict(name="baseline", loss=4.0, features=0), dict(name="unpenalized", loss=1.0, features=5)]
    >>> facts = dict(rivals=rivals, gain_interval=(-1.1, -0.9), metric="rmse", headline="r2", features=5, alike=0)
    >>> recommend(facts).choice
    'unpenalized'
    """
    field = _field(facts)
    low, high = facts["gain_interval"]
    if not _certain(field, low, high):
        return _nothing(field, low, high)
    chosen = next(r for r in _in_order(field) if as_good(field, r))
    sentences = [_reason(field, chosen), _sparser(field, chosen)]
    return Recommendation(
        chosen.name, _penalty(chosen.name), tuple(s for s in sentences if s), _options(chosen.name)
    )  # fmt: skip


def _field(facts: Mapping[str, Any]) -> _Field:
    rivals = {r["name"]: Rival(**r) for r in facts["rivals"]}
    baseline = rivals.pop("baseline")
    best = min(rivals.values(), key=lambda r: r.loss)
    return _Field(rivals, best, baseline, facts["metric"], facts["headline"], facts["features"], facts["alike"])


def _certain(field: _Field, low: float | None, high: float | None) -> bool:
    """Whether the best certainly beats the baseline; a gain of less than 1% must be four standard errors away."""
    if low is None or high is None or high >= 0 or field.gain <= 0:
        return False
    standard_error = (high - low) / 3.92
    return field.gain >= GAIN_MATTERS * abs(field.baseline.loss) or -(low + high) / 2 >= GAIN_SURE * standard_error


def _in_order(field: _Field) -> Iterable[Rival]:
    yield from (field.rivals[name] for name in SIMPLEST_FIRST if name in field.rivals)
    yield field.best


def as_good(field: _Field, rival: Rival) -> bool:
    """Whether a rival is within noise of the best, or loses what nobody would miss."""
    lost = field.lost(rival)
    if lost <= NEGLIGIBLE or (lost <= SMALL and rival.low is not None and rival.low <= 0):
        return True
    return rival.worse is not None and rival.se is not None and rival.worse <= rival.se


def _nothing(field: _Field, low: float | None, high: float | None) -> Recommendation:
    interval = (
        f" (95% interval of the difference {low:+.3g} to {high:+.3g})" if low is not None and high is not None else ""
    )
    said = (
        f"Nothing to learn: no contestant certainly predicts better than the mean of the target; the best, "
        f"{_NAMES[field.best.name]}, has {metric_word(field.metric)} {_short(field.best.loss, field.metric)} against "
        f"{_short(field.baseline.loss, field.metric)} without features{interval}."
    )
    return Recommendation("baseline", None, (said,))


def _short(loss: float, metric: str) -> str:
    value = loss**0.5 if metric == "rmse" else loss
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"


def _penalty(name: str) -> str | None:
    return {"unpenalized": None, "l2": "l2", "elastic_net": "elasticnet"}.get(name, "l1")


def _options(name: str) -> tuple[str, ...]:
    return {
        "unpenalized": ("--lambda", "0"),
        "l2": (),
        "l1_1se": ("--penalty", "l1", "--rule", "1se"),
        "elastic_net": ("--penalty", "elasticnet"),
    }.get(name, ("--penalty", "l1"))


def _reason(field: _Field, chosen: Rival) -> str:
    if chosen.name == "unpenalized":
        return f"No penalty: {_as_good(field, chosen)}, so there is nothing to gain from a penalty on this table."
    name = _NAMES[chosen.name]
    title = name[:1].upper() + name[1:]
    if chosen.name == "l2":
        return f"{title}: {_as_good(field, chosen)}{_correlated(field)}."
    count = f"it uses {mean_count(chosen.features)} of {field.features} features"
    return f"{title}: {_as_good(field, chosen)}, and {count}{_against_l2(field)}."


def _as_good(field: _Field, chosen: Rival) -> str:
    best = field.best
    if chosen.name == best.name:
        return f"lowest {metric_word(field.metric)} of all, {_short(best.loss, field.metric)}{_next_best(field)}"
    lost = field.lost(chosen)
    how = "within noise" if lost > NEGLIGIBLE else f"to within {percent(max(lost, 0.001))} of what there is to gain"
    return (
        f"as good as {_NAMES[best.name]} {how} ({metric_word(field.metric)} {_short(chosen.loss, field.metric)} "
        f"against {_short(best.loss, field.metric)})"
    )


def _next_best(field: _Field) -> str:
    """Name the rival that comes nearest to the best."""
    others = [r for r in _in_order(field) if r.name != field.best.name]
    if not others:
        return ""
    next_best = min(others, key=lambda r: r.loss)
    return f", next {_NAMES[next_best.name]} with {_short(next_best.loss, field.metric)}"


def _against_l2(field: _Field) -> str:
    """Say that what was chosen beats L2, where L2 is not as good as the best."""
    other = field.rivals.get("l2")
    if other is None or as_good(field, other):
        return ""
    return f", better than L2 on all of them ({_short(other.loss, field.metric)})"


def _correlated(field: _Field) -> str:
    if field.alike >= 2:
        return (
            f"; {field.alike} of {field.features} features are correlated with another (|r| ≥ 0.7), between which "
            "L1 would choose by chance and L2 shares the weight"
        )
    sparse = field.rivals.get("l1")
    if sparse is None or sparse.name == field.best.name or field.lost(sparse) <= NEGLIGIBLE:
        return ""
    return f", and selecting features costs: L1 has {_short(sparse.loss, field.metric)}"


def _sparser(field: _Field, chosen: Rival) -> str:
    """Name a model with at most half the features that loses little, if there is one."""
    sparse = [
        r
        for r in field.rivals.values()
        if 0 < r.features <= SPARSE * chosen.features and (field.lost(r) <= CHEAP or as_good(field, r))
    ]
    if not sparse:
        return ""
    small = min(sparse, key=lambda r: (r.features, r.loss))
    name = _NAMES[small.name]
    return (
        f"If few features matter to you: {name} uses {mean_count(small.features)} of {field.features} features and "
        f"{_cost(field, small, chosen)}."
    )


def _cost(field: _Field, small: Rival, chosen: Rival) -> str:
    if small.headline is not None and chosen.headline is not None and field.headline != field.metric:
        change = small.headline - chosen.headline
        verb = "loses" if change < 0 else "gains"
        return (
            f"{verb} {abs(change):.2g} of {metric_word(field.headline)} ({chosen.headline:.3f} → {small.headline:.3f})"
        )
    return (
        f"has {metric_word(field.metric)} {_short(small.loss, field.metric)}, not {_short(chosen.loss, field.metric)}"
    )
