"""Two cross-validations of the same rows and folds as one: λ refined after the grid is solved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.crossval.curve import CrossValidation
from ridgeline.path import Path
from ridgeline.solvers import Fitted

__all__ = ["join"]


def join(first: CrossValidation, second: CrossValidation) -> CrossValidation | None:
    """Join two results of the same problem and folds at different λ, strongest penalty first.

    Returns
    -------
    CrossValidation or None
        None when only one of them has the folds' coefficients on the features, which λ = 0 may bring.
    """
    if any((a.space is None) != (b.space is None) for a, b in zip(first.fits, second.fits, strict=True)):
        return None
    order = np.argsort(-np.concatenate([first.lams, second.lams]), kind="stable")
    return replace(
        first,
        lams=np.concatenate([first.lams, second.lams])[order],
        losses=np.concatenate([first.losses, second.losses], axis=1)[:, order],
        **{name: _both(first, second, name)[order] for name in ("mean", "se", "train")},
        path=_paths(first.path, second.path, order),
        fits=tuple(_fits(a, b, order) for a, b in zip(first.fits, second.fits, strict=True)),
    )


def _both(a: object, b: object, name: str) -> np.ndarray:
    return np.concatenate([getattr(a, name), getattr(b, name)])


def _paths(a: Path, b: Path, order: np.ndarray) -> Path:
    arrays = {name: _both(a, b, name)[order] for name in ("lams", "beta", "intercept", "df")}
    tuples = {
        name: tuple((getattr(a, name) + getattr(b, name))[i] for i in order) for name in ("certificates", "status")
    }
    return replace(a, **arrays, **tuples)


def _fits(a: Fitted, b: Fitted, order: np.ndarray) -> Fitted:
    both = a.beside(b)
    rows = {name: getattr(both, name)[order] for name in ("b0", "train", "test", "separated")}
    return replace(both, beta=both.beta[:, order], **rows)
