"""Reading the facts: lists of records that may be missing, and the λ path as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ridgeline.figures.numbers import is_number
from ridgeline.figures.text import clean, plain
from ridgeline.figures.zones import zones

__all__ = ["Along", "along", "by_class", "records", "source", "sparse"]


def records(value: Any) -> list[dict[str, Any]]:
    """Return the mappings in a list that may be missing."""
    return [item for item in value or () if isinstance(item, dict)]


def source(row: Mapping[str, Any]) -> str:
    """Return the column of the table that a coefficient belongs to."""
    return str(row.get("column") if row.get("column") is not None else row.get("feature"))


def sparse(summary: Mapping[str, Any]) -> bool:
    """Say whether the penalty has an L1 part, so that coefficients can be exactly zero."""
    ratio = (summary.get("model") or {}).get("l1_ratio")
    return is_number(ratio) and ratio > 0


def by_class(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Name the class in the coefficients of a model of several classes, as the λ path does."""
    rows = records(summary.get("coefficients"))
    if not any(row.get("class") is not None for row in rows):
        return dict(summary)
    return {**summary, "coefficients": [_of_class(row) for row in rows]}


def _of_class(row: dict[str, Any]) -> dict[str, Any]:
    level, label = row.get("level"), row.get("class")
    shown = str(label) if level is None else f"{level} [{label}]"
    return {**row, "feature": f"{row.get('feature')} [{label}]", "level": shown}


@dataclass(frozen=True)
class Along:
    """What is known at each λ, strongest penalty first.

    Attributes
    ----------
    lams, df : list of float
        λ and effective degrees of freedom, (L,).
    features : list of str
        Names, (F,).
    std : ndarray of shape (L, F)
        Coefficients per standard deviation.
    scale : ndarray of shape (F,)
        What turns a coefficient per standard deviation into one per unit.
    metrics, confusion : dict
        As in the facts; empty when there are none.
    index : dict of str to int
        Positions of the rules "min", "1se", "loo" and of "chosen".
    thresholds : dict
        ``at`` (T,), ``hits`` and ``alarms`` (L, T): rows of the positive and of the other class above each threshold;
        ``positives`` and ``negatives``: how many there are. Empty unless there are two classes.
    cv : dict
        ``mean``, ``se`` and ``train`` losses at these λ; empty without cross-validation.
    sparse : bool
        Whether the penalty has an L1 part: `df` then counts the coefficients that are not zero, of K classes K − 1 at
        most.
    drawn : int, optional
        Rows drawn at random that the metrics are of; else they are of all rows.
    several : bool
        Whether a feature has a coefficient for each of several classes.
    """

    lams: list[float]
    df: list[float | None]
    features: list[str]
    std: np.ndarray
    scale: np.ndarray
    metrics: dict[str, dict[str, list[float | None]]]
    confusion: dict[str, list[list[float]]]
    thresholds: dict[str, Any]
    index: dict[str, int]
    cv: dict[str, list[float | None]]
    sparse: bool = False
    drawn: int | None = None
    several: bool = False

    @property
    def unit(self) -> str:
        """What `df` counts."""
        if not self.sparse:
            return "effective degrees of freedom"
        return "degrees of freedom" if self.several else "features used"

    @property
    def entries(self) -> list[int]:
        """Features in the order in which an L1 path takes them up, those in from the start first."""
        live = self.std != 0
        first = np.where(live.any(axis=0), live.argmax(axis=0), len(live))
        size = np.abs(self.std[np.minimum(first, len(live) - 1), np.arange(len(first))])
        return [int(j) for j in np.lexsort((-size, first)) if first[j] < len(live)]

    @property
    def chosen(self) -> int:
        """Position of the chosen λ."""
        return self.index["chosen"]

    @property
    def nonzero(self) -> list[int]:
        """How many features have a coefficient other than zero, at each λ."""
        return [int(n) for n in (self.std != 0).sum(axis=1)]

    @property
    def zones(self) -> list[str]:
        """Zone of each λ: "under", "good" or "over"; empty without cross-validation."""
        mean = self.cv.get("mean") or []
        known = all(is_number(m) for m in mean)
        return zones(mean, [s if is_number(s) else 0.0 for s in self.cv["se"]]) if mean and known else []  # type: ignore[arg-type]


def along(facts: Mapping[str, Any]) -> Along | None:
    """Read ``facts["along"]``; None when it is missing or has no λ."""
    raw = facts.get("along") or {}
    lams = plain(raw.get("lams"))
    std = np.asarray(raw.get("std_coef") if raw.get("std_coef") is not None else [], dtype=float)
    if not lams or std.ndim != 2 or len(std) != len(lams):
        return None
    index = {k: int(v) for k, v in (raw.get("index") or {}).items() if is_number(v) and 0 <= v < len(lams)}
    index.setdefault("chosen", index.get("min", len(lams) - 1))
    std = np.nan_to_num(std)
    return Along(
        lams=lams,
        df=plain(raw.get("df")) or [None] * len(lams),
        features=[clean(str(name)) for name in plain(raw.get("features")) or ()],
        std=std,
        scale=_scale(std, raw.get("coef")),
        metrics=plain(raw.get("metrics")) or {},
        confusion={k: v for k, v in (plain(raw.get("confusion")) or {}).items() if v},
        thresholds=plain(raw.get("thresholds")) or {},
        index=index,
        cv=plain(raw.get("loss")) or _losses(lams, plain((facts.get("summary") or {}).get("cv")) or {}),
        sparse=sparse(facts.get("summary") or {}),
        drawn=raw.get("drawn"),
        several=any(r.get("class") is not None for r in records((facts.get("summary") or {}).get("coefficients"))[:1]),
    )


def _scale(std: np.ndarray, coef: Any) -> np.ndarray:
    """Divide the two kinds of coefficients where they are largest: their ratio is the same at every λ."""
    if coef is None or np.shape(coef) != std.shape:
        return np.full(std.shape[1], np.nan)
    per_unit = np.asarray(coef, dtype=float)
    where = np.abs(std).argmax(0)
    every = np.arange(std.shape[1])
    top = std[where, every]
    return np.divide(per_unit[where, every], top, out=np.zeros_like(top), where=top != 0)


def _losses(lams: Sequence[float], cv: dict[str, Any]) -> dict[str, list[float | None]]:
    """Look up the losses of the cross-validation at the λ of the path: the nearest, where the grids differ."""
    grid, mean = cv.get("lambda") or [], cv.get("mean") or []
    if not grid or len(grid) != len(mean):
        return {}
    order = np.log(np.maximum(np.asarray(grid, dtype=float), 1e-300))
    near = [int(np.abs(order - np.log(max(lam, 1e-300))).argmin()) for lam in lams]
    found = {"mean": [mean[i] for i in near]}
    for name in ("se", "train"):
        values = cv.get(name) or []
        found[name] = [values[i] for i in near] if len(values) == len(grid) else [None] * len(near)
    return found
