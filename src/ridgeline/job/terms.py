"""Coefficients as one list: a feature each, or each feature of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.job.data import Data
from ridgeline.path import Path
from ridgeline.tables.block import Feature

__all__ = ["Terms", "terms"]


@dataclass(frozen=True, eq=False)
class Terms:
    """T coefficients along L λ.

    Attributes
    ----------
    names : tuple of str
        Unique: the feature, with its class in brackets where there are several.
    features : tuple of Feature
    classes : tuple of str or None
    coef, std : ndarray of shape (L, T)
    """

    names: tuple[str, ...]
    features: tuple[Feature, ...]
    classes: tuple[str | None, ...]
    coef: np.ndarray
    std: np.ndarray


def terms(data: Data, path: Path) -> Terms:
    """List the coefficients of a path: the classes of a feature stand together."""
    features = tuple(data.encoder.features)
    if path.coef.ndim == 2:
        return Terms(tuple(f.name for f in features), features, (None,) * len(features), path.coef, path.std_coef)
    labels = data.target.labels
    coef, std = (a.transpose(0, 2, 1).reshape(len(a), -1) for a in (path.coef, path.std_coef))
    names = tuple(f"{f.name} [{label}]" for f in features for label in labels)
    return Terms(names, tuple(f for f in features for _ in labels), tuple(labels) * len(features), coef, std)
