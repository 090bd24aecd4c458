"""Reading the facts: plain lists and None for whatever a caller hands over, and the λ path as arrays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ridgeline.report.numbers import is_number
from ridgeline.report.zones import zones

__all__ = ["Along", "along", "brief", "clean", "plain", "records"]

# Characters that no page should carry: controls, halves of surrogate pairs, and marks that turn the writing direction.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Replace characters that cannot be shown, or that would garble what stands beside them."""
    return _UNFIT.sub("\ufffd", text)


def brief(text: str, most: int = 100) -> str:
    """Cut a name that would fill the page."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plain(value: Any) -> Any:
    """Turn arrays and numbers of NumPy into plain ones, NaN and infinities into None; clean all text."""
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool):
        return value
    return value if is_number(value) else None


def records(value: Any) -> list[dict[str, Any]]:
    """Return the mappings in a list that may be missing."""
    return [item for item in value or () if isinstance(item, dict)]


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
    cv : dict
        ``mean``, ``se`` and ``train`` losses at these λ; empty without cross-validation.
    """

    lams: list[float]
    df: list[float | None]
    features: list[str]
    std: np.ndarray
    scale: np.ndarray
    metrics: dict[str, dict[str, list[float | None]]]
    confusion: dict[str, list[list[int]]]
    index: dict[str, int]
    cv: dict[str, list[float | None]]

    @property
    def chosen(self) -> int:
        """Position of the chosen λ."""
        return self.index["chosen"]

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
        index=index,
        cv=_losses(lams, plain((facts.get("summary") or {}).get("cv")) or {}),
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
