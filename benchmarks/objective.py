"""The objective of ``docs/objective.md``, computed a second time in plain NumPy, to judge every contestant alike.

Nothing of ridgeline is imported here: a mistake there cannot hide itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["column_sd", "fold_losses", "loss", "objective"]


def column_sd(X: Any, weights: np.ndarray | None = None) -> np.ndarray:
    """Standard deviation of each column, divisor n (or the sum of weights), by two passes in extended precision."""
    if hasattr(X, "tocsc"):
        X = X.tocsc()
        return np.array([column_sd(X[:, [j]].toarray(), weights)[0] for j in range(X.shape[1])])
    w = np.full(len(X), 1.0 / len(X)) if weights is None else weights / weights.sum()
    centred = X - w @ X
    centred -= w @ centred  # what rounding left of the mean
    return np.sqrt(np.einsum("i,ij,ij->j", w, centred, centred))


def loss(y: np.ndarray, eta: np.ndarray, family: str) -> np.ndarray:
    """Loss of each row: half the squared error, or the log loss of the linear predictor ``eta``."""
    y, eta = np.asarray(y, np.longdouble), np.asarray(eta, np.longdouble)
    if family == "gaussian":
        return (y - eta) ** 2 / 2
    if family == "binomial":
        return np.maximum(eta, 0) + np.log1p(np.exp(-np.abs(eta))) - y * eta
    raise ValueError(f"no family {family!r} here: use 'gaussian' or 'binomial'")


def objective(
    X: Any, y: np.ndarray, solution: tuple[np.ndarray, float], lam: float, *, family: str, l1_ratio: float = 0.0,
    sd: np.ndarray | None = None,
) -> float:  # fmt: skip
    """Value of the penalised objective at a solution on the original scale.

    ``mean loss + lam * sum(l1_ratio * |s b| + (1 - l1_ratio) / 2 * (s b)^2)`` with ``s`` the columns' standard
    deviations (divisor n).

    Parameters
    ----------
    X : (n, p) array or sparse matrix
    y : (n,) array
    solution : tuple of (p,) array and float
        Coefficients and intercept.
    lam : float
    family : str
    l1_ratio : float, default 0.0
    sd : (p,) array, optional
        `column_sd` of ``X``, when known already.

    Examples
    --------
    >>> X = np.array([[-1.0], [1.0]])
    >>> objective(X, np.array([-1.0, 1.0]), (np.array([0.5]), 0.0), 2.0, family="gaussian")
    0.375
    """
    coef, intercept = np.asarray(solution[0], np.float64), float(solution[1])
    eta = np.asarray(X @ coef).ravel() + intercept
    scaled = np.asarray((column_sd(X) if sd is None else sd) * coef, np.longdouble)
    penalty = l1_ratio * np.abs(scaled).sum() + (1 - l1_ratio) / 2 * (scaled**2).sum()
    return float(loss(y, eta, family).mean() + np.longdouble(lam) * penalty)


def fold_losses(y: np.ndarray, eta: np.ndarray, folds: np.ndarray, family: str) -> np.ndarray:
    """Mean loss of each fold's rows for out-of-fold linear predictors ``eta`` of shape (n, L); shape (K, L)."""
    if family == "gaussian":
        rows = 0.5 * (y[:, None] - eta) ** 2
    else:
        rows = np.maximum(eta, 0) + np.log1p(np.exp(-np.abs(eta))) - y[:, None] * eta
    return np.array([rows[folds == k].mean(axis=0) for k in range(folds.max() + 1)])
