"""The bias analysis of a job: groups named by `--by`, what the model does to each, which features stand in for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ridgeline.assess import DECIDING, Predictions, score
from ridgeline.assess.groups import by_group, disparities, group_labels
from ridgeline.assess.standins import associations
from ridgeline.crossval.curve import CrossValidation, cross_validate_problem
from ridgeline.crossval.folds import make_folds
from ridgeline.errors import OptionError
from ridgeline.families import get_family
from ridgeline.job.data import Data, Part
from ridgeline.job.options import Options
from ridgeline.job.outcome import Selection, refitted

__all__ = ["group_facts"]

_ROWS = 20_000  # rows that suffice to see how features and groups go together
_LISTED = 10  # features listed
_TRIED = 5  # features that are left out in turn, fewer when a fit is costly
_WORK = 2e10  # products that this analysis may cost, about
_STRONG = 0.1  # association from which leaving a feature out is tried
_EFFECTS = {
    "binary": ("demographic_parity_difference", "equalized_odds_difference"),
    "multiclass": ("accuracy_difference",),
    "regression": ("mean_error_difference", "mae_difference"),
}
_QUALITY = DECIDING | {"binary": "roc_auc", "regression": "r2"}


def group_facts(
    data: Data, cv: CrossValidation, picked: Selection, found: list[Predictions], options: Options
) -> list[dict[str, Any]]:
    """One entry for each column of `--by`: the ``groups`` of summary.json."""
    return [_one(data, cv, picked, found, name, options) for name in options.by]


@dataclass(frozen=True, eq=False)
class _Grouping:
    """A column that forms groups.

    Attributes
    ----------
    column : str
    split : str
        ``"test"`` or ``"validation"``: the rows on which groups are compared.
    labels : dict of str to ndarray
        Group of every test row, and under ``"validation"`` of every training row.
    """

    column: str
    split: str
    labels: dict[str, np.ndarray]

    @classmethod
    def of(cls, data: Data, column: str) -> _Grouping:
        split = "test" if data.test is not None and column in data.test.table else "validation"
        return cls(column, split, _labels(data, column))

    def judged(self, data: Data, p: Predictions) -> np.ndarray:
        """Return the group of each prediction for the rows that are compared."""
        return self.labels[self.split][np.searchsorted(_part(data, self.split).rows, p.rows)]


def _one(data, cv, picked, found, name: str, options: Options) -> dict[str, Any]:
    by = _Grouping.of(data, name)
    said = {p.model: p for p in found if p.split == by.split and p.model != "baseline"}
    labels = by.judged(data, said["chosen"])
    if len(np.unique(labels)) < 2:
        raise OptionError(f"--by {name}: every row used is in the same group, {str(labels[0])!r}; name another column.")
    measured = by_group(said, labels, data.measured_as, units=_units(data, by.split, said["chosen"]), seed=options.seed)
    used = any(f.column == name for f in data.encoder.features)
    return {
        "column": name,
        "feature": used,
        "split": by.split,
        **measured,
        "stand_ins": _stand_ins(data, said["chosen"], float(cv.lams[picked.chosen]), by, options.seed),
        "method": _method(by.split, used, data.train.groups is None),
    }


def _part(data: Data, split: str) -> Part:
    part = data.test if split == "test" else data.train
    assert part is not None
    return part


def _labels(data: Data, name: str) -> dict[str, np.ndarray]:
    """Name the groups of training and test rows alike."""
    parts = [data.train.table.column(name, use="--by").to_pylist()]
    if data.test is not None and name in data.test.table:
        parts.append(data.test.table.column(name).to_pylist())
    cells = np.empty(sum(map(len, parts)), dtype=object)
    cells[:] = [v for part in parts for v in part]
    labels = group_labels(cells)
    n = len(parts[0])
    return {"validation": labels[:n], "test": labels[n:]}


def _units(data: Data, split: str, p: Predictions) -> np.ndarray | None:
    part = _part(data, split)
    return None if part.units is None else part.units[np.searchsorted(part.rows, p.rows)]


def _method(split: str, used: bool, rows: bool) -> str:
    where = "held-out test rows" if split == "test" else "out-of-fold rows"
    column = "the column is a feature of the model, as asked" if used else "the column is not a feature of the model"
    what = "rows" if rows else "groups of rows that belong together"
    return (
        f"Measured on {where}; {column}. Intervals are 95%: Wilson's for rates of independent rows and for "
        f"shares of exactly 0 or 1, otherwise percentiles of 1000 bootstrap resamples of {what}. A disparity compares "
        "the two groups furthest apart."
    )


def _stand_ins(data: Data, chosen: Predictions, lam: float, by: _Grouping, seed: int) -> dict[str, Any]:
    """How well the features tell the group, which do, and what leaving them out would change."""
    n, p = data.problem.design.shape
    at, most = np.arange(n), int(np.clip(_WORK / p**2, 1000, _ROWS))
    if n > most:
        at = np.sort(np.random.default_rng((seed, 6)).choice(n, most, replace=False))
    labels = by.labels["validation"][at]
    design = data.problem.design.take(at)
    tied = {c: a for c, a in associations(design, data.encoder.features, labels).items() if c != by.column}
    listed = list(tied)[:_LISTED]
    tried = [c for c in listed[: int(np.clip(_WORK / (n * p * min(n, p)), 1, _TRIED))] if tied[c] >= _STRONG]
    without = {c: _without(data, lam, by, (c,)) for c in tried if len(tied) > 1}
    together = _without(data, lam, by, tuple(tried)) if 1 < len(tried) < len(tied) else None
    return {
        "auc": _telling(data, at, labels, by.column),
        "features": [{"column": c, "association": tied[c], "without": without.get(c)} for c in listed],
        "with_all": _effect(data, chosen, by),
        "without_all": {"columns": tried, **together} if together else None,
    }


def _telling(data: Data, at: np.ndarray, labels: np.ndarray, name: str) -> list[dict[str, Any]]:
    """ROC AUC, out of fold, with which a ridge regression on the features tells each group from the others."""
    rows = data.problem.take(at)
    factors = np.array([np.inf if f.column == name else 1.0 for f in data.encoder.features])
    out = []
    names, count = np.unique(labels, return_counts=True)
    order = names[np.argsort(-count, kind="stable")][:5]
    for group in order[: 1 if len(names) == 2 else 5]:
        y = (labels == group).astype(np.float64)
        if min(y.sum(), len(y) - y.sum()) < 10 or np.isinf(factors).all():
            continue
        part = replace(rows, family=get_family("gaussian"), y=y, offset=np.zeros(len(y)), factors=factors, l1_ratio=0.0)
        groups = None if data.train.groups is None else data.train.groups[at]
        folds = make_folds(len(y), 5, strata=y, groups=groups)
        cv = cross_validate_problem(
            part, folds, np.geomspace(10.0, 1e-3, 9), tuple(f.name for f in data.encoder.features)
        )
        best = cv.index("min")
        eta = np.empty(len(y))
        for fitted, (_, _, _, judged) in zip(cv.fits[1:], folds.splits(), strict=True):
            eta[judged] = fitted.eta(part, [best])[judged, 0]
        auc = score(y, _ranked(eta), "binary", part.weights)["roc_auc"]
        out.append({"group": str(group), "roc_auc": auc})
    return out


def _ranked(eta: np.ndarray) -> np.ndarray:
    """Values between 0 and 1 in the same order."""
    return (eta - eta.min()) / max(np.ptp(eta), 1e-300)


def _without(data: Data, lam: float, by: _Grouping, dropped: tuple[str, ...]) -> dict[str, Any]:
    """Quality and disparity of the chosen model refitted without some columns, at the same λ, on the same rows."""
    gone = np.array([f.column in dropped for f in data.encoder.features])
    p = refitted(data, np.where(gone, np.inf, data.problem.factors), lam, by.split)
    return _effect(data, p, by)


def _effect(data: Data, p: Predictions, by: _Grouping) -> dict[str, Any]:
    task = data.measured_as
    found = disparities(p, by.judged(data, p), task)
    quality = _QUALITY[task]
    effects = {name: found.get(name) for name in _EFFECTS.get(task, _EFFECTS["regression"])}
    return {"metric": quality, "value": score(p.actual, p.mean, task, p.weights)[quality], **effects}
