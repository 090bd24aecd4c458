"""Selection rules: pure functions from a curve to the index of a λ.

A rule sees λ (any order), the losses of each fold, (K, L) or (R, K, L) of R repeats, their mean and its standard
error. λ_1se ≥ λ_min always.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ridgeline.errors import unknown_choice

__all__ = [
    "CLOSED",
    "EVERY",
    "GENERAL",
    "INFORMATION",
    "RULES",
    "check_rule",
    "gcv",
    "lam_1se",
    "lam_min",
    "paired_1se",
    "paired_error",
    "select",
    "smallest",
    "standard_error",
]


def lam_min(lams: np.ndarray, losses: np.ndarray, mean: np.ndarray, se: np.ndarray) -> int:
    """Smallest mean loss; among ties the largest λ."""
    best = np.flatnonzero(mean <= np.nanmin(mean) * (1 + 1e-12 * np.sign(np.nanmin(mean))))
    return int(best[np.argmax(lams[best])])


def lam_1se(lams: np.ndarray, losses: np.ndarray, mean: np.ndarray, se: np.ndarray) -> int:
    """Largest λ whose mean loss is within one standard error of the smallest (Breiman et al. 1984, §3.4.3)."""
    best = lam_min(lams, losses, mean, se)
    inside = np.flatnonzero(mean <= mean[best] + np.nan_to_num(se[best]))
    return int(inside[np.argmax(lams[inside])])


def paired_1se(lams: np.ndarray, losses: np.ndarray, mean: np.ndarray, se: np.ndarray) -> int:
    """Largest λ whose loss exceeds the best by at most one standard error *of the difference*.

    Fold losses move together, so the standard error of a difference is smaller than that of a mean. Folds without a
    loss are left out.
    """
    best = lam_min(lams, losses, mean, se)
    inside = np.flatnonzero(mean - mean[best] <= paired_error(losses, best) + 1e-15 * abs(mean[best]))
    return int(inside[np.argmax(lams[inside])])


def paired_error(losses: np.ndarray, best: int) -> np.ndarray:
    """Return the standard error of each λ's loss minus that of the best, (L,): fold by fold; 0 for a single fold."""
    return np.nan_to_num(standard_error(losses - losses[..., [best]]))


def standard_error(losses: np.ndarray) -> np.ndarray:
    """Return the standard error of the mean of fold losses (K, L), or (R, K, L) of R repeats: that of one repeat.

    ::

        se² = 1/R Σ_r sd_r² / K_r

    sd_r is the standard deviation (ddof 1) over the K_r folds of repeat r that have a loss. Repeats divide the same
    rows again and are no new rows: dividing by √R as well would let the error vanish while the rows stay as few.

    Returns
    -------
    ndarray of shape (L,)
        NaN where no repeat has two folds with a loss.

    Examples
    --------
    >>> once = np.array([[1.0], [2.0], [3.0]])
    >>> round(float(standard_error(once)[0]), 6), round(float(standard_error(np.array([once] * 50))[0]), 6)
    (0.57735, 0.57735)
    """
    rounds = losses.reshape(-1, *losses.shape[-2:])
    told = [one[~np.isnan(one).all(axis=1)] for one in rounds]
    squares = [one.var(axis=0, ddof=1) / len(one) for one in told if len(one) > 1]
    return np.sqrt(np.mean(squares, axis=0)) if squares else np.full(losses.shape[-1], np.nan)


RULES: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], int]] = {
    "min": lam_min,
    "1se": lam_1se,
    "paired1se": paired_1se,
}


CLOSED = ("loo", "gcv")
"""Rules that read a curve of their own, which one fit on all rows gives without folds; ridge, gaussian family only."""

INFORMATION = ("aic", "bic", "ebic")
"""Rules that read an information criterion of the fit on all rows, see `ridgeline.crossval.criteria`."""

GENERAL = (*RULES, *INFORMATION)
"""The names of the rules that serve every family and penalty."""

EVERY = (*GENERAL, *CLOSED)
"""The names of all rules."""


def check_rule(rule: object) -> None:
    """Refuse a rule that does not exist; the message names the nearest."""
    if not isinstance(rule, str) or rule not in EVERY:
        raise unknown_choice("rule", rule, EVERY)


def smallest(lams: np.ndarray, curve: np.ndarray) -> int:
    """Place of the smallest value of a curve of its own; among ties the largest λ."""
    return lam_min(lams, np.empty((0, len(lams))), curve, np.zeros(len(lams)))


def gcv(train: np.ndarray, df: np.ndarray, n: int) -> np.ndarray:
    """Generalized cross-validation: training loss / (1 − df/n)² (Golub, Heath & Wahba 1979).

    Parameters
    ----------
    train : ndarray of shape (L,)
        Mean training loss of the fit on all rows.
    df : ndarray of shape (L,)
        Effective degrees of freedom, the intercept's included.
    n : int
        Rows with a positive weight.
    """
    rest = 1.0 - df / n
    return np.where(rest > 1e-10, train / np.maximum(rest, 1e-10) ** 2, np.inf)


def select(rule: str, lams: np.ndarray, losses: np.ndarray, mean: np.ndarray, se: np.ndarray) -> int:
    """Apply a rule by name to a curve over folds."""
    if not isinstance(rule, str) or rule not in RULES:
        raise unknown_choice("rule", rule, EVERY)
    return RULES[rule](lams, losses, mean, se)
