"""Information criteria: what a fit on all rows promises for others, without folds.

::

    AIC  = −2 log L + 2 df
    BIC  = −2 log L + df log n
    EBIC = −2 log L + df log n + 2 log C(p, df)

n is the number of rows with a positive weight, weights count relative to their mean, and terms that are the same at
every λ (the intercept's among them) are left out. df are the degrees of freedom of the features: under an L1 penalty
the number of nonzero coefficients, an unbiased estimate for the lasso (Zou, Hastie & Tibshirani 2007, Annals of
Statistics 35: 2173-2192) and a bound from above for the elastic net; for ridge Σ d/(d + λ) (Hastie, Tibshirani &
Friedman 2009, §3.4.1). EBIC is that of Chen & Chen (2008, Biometrika 95: 759-771) with γ = 1: a model with df of p
features is one of C(p, df).
"""

from __future__ import annotations

import numpy as np

__all__ = ["aic", "bic", "ebic", "minus_two_log_likelihood", "usable"]


def aic(deviance: np.ndarray, df: np.ndarray, n: int, p: int) -> np.ndarray:
    """Return Akaike's criterion at each λ.

    Parameters
    ----------
    deviance : ndarray of shape (L,)
        −2 log L, up to a constant.
    df : ndarray of shape (L,)
    n, p : int
        Rows, and coefficients there could be.
    """
    return deviance + 2.0 * df


def bic(deviance: np.ndarray, df: np.ndarray, n: int, p: int) -> np.ndarray:
    """Return Schwarz's criterion at each λ; parameters as in `aic`."""
    return deviance + np.log(n) * df


def ebic(deviance: np.ndarray, df: np.ndarray, n: int, p: int) -> np.ndarray:
    """Return the extended Bayesian criterion at each λ; parameters as in `aic`.

    Examples
    --------
    >>> one_of_ten = ebic(np.zeros(1), np.ones(1), 100, 10) - bic(np.zeros(1), np.ones(1), 100, 10)
    >>> bool(np.isclose(one_of_ten[0], 2 * np.log(10)))
    True
    """
    from scipy.special import betaln

    d = np.clip(df, 0.0, p)
    return bic(deviance, df, n, p) - 2.0 * (np.log(p + 1.0) + betaln(d + 1.0, p - d + 1.0))


def minus_two_log_likelihood(family: str, train: np.ndarray, n: int, mean_log_y: float = 0.0) -> np.ndarray:
    """Return −2 log L at each λ, up to a constant, from the mean training loss.

    A scale that the family leaves open is replaced by its most likely value: the residual variance (gaussian), or the
    shape (gamma).

    Parameters
    ----------
    family : str
    train : ndarray of shape (L,)
    n : int
    mean_log_y : float
        Of the target; for the gamma family only.
    """
    if family == "gaussian":
        return n * np.log(np.maximum(2.0 * train, 1e-300))
    if family == "gamma":
        return _gamma(np.maximum(train - mean_log_y - 1.0, 1e-12), n)
    return 2.0 * n * train


def _gamma(half: np.ndarray, n: int) -> np.ndarray:
    """Profile likelihood for half the mean unit deviance: the shape ν solves log ν − ψ(ν) = `half` (Minka 2002)."""
    from scipy.special import digamma, gammaln, polygamma

    v = (3.0 - half + np.sqrt((half - 3.0) ** 2 + 24.0 * half)) / (12.0 * half)
    for _ in range(5):
        slope = 1.0 / v - polygamma(1, v)
        v = np.maximum(v - (np.log(v) - digamma(v) - half) / slope, 0.1 * v)
    return -2.0 * n * (v * np.log(v) - gammaln(v) - v * (half + 1.0))


def usable(family: str, df: np.ndarray, n: int, p: int) -> np.ndarray:
    """Say which λ may be chosen.

    With as many features as rows the residual variance of a large model says nothing of the noise: it falls to zero,
    and every criterion would fall with it. There, models of a free scale may use up half the rows.
    """
    free = family in ("gaussian", "gamma")
    return df <= n / 2 if free and p >= n - 1 else np.ones(len(df), dtype=bool)
