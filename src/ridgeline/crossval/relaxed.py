"""The relaxed lasso: less shrinkage of the features that the penalty chose.

::

    β(λ, γ) = γ β_λ + (1 − γ) β_support(λ)

β_λ is the penalised solution and β_support the fit without penalty on the features that β_λ uses; intercepts mix
alike. γ = 1 is the lasso or elastic net itself, γ = 0 a selection followed by a refit (Meinshausen 2007,
doi:10.1016/j.csda.2006.12.019; in this form Hastie, Tibshirani & Tibshirani 2020, doi:10.1214/19-STS733). Every fold
selects and refits on its own training rows, so that the losses of all pairs (λ, γ) are honest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ridgeline.crossval.curve import CrossValidation
from ridgeline.crossval.rules import standard_error
from ridgeline.errors import OptionError, shown
from ridgeline.inputs import as_numbers
from ridgeline.problem import Problem
from ridgeline.solvers import Fitted, Resamples, solve_sets
from ridgeline.solvers.refine import refine

__all__ = ["Relaxed", "relax"]


@dataclass(frozen=True, eq=False)
class Relaxed:
    """Losses and coefficients over λ and γ.

    Attributes
    ----------
    lams : ndarray of shape (L,)
    gammas : ndarray of shape (G,)
    losses : ndarray of shape (K, G, L)
        Mean loss of each fold's own rows.
    mean, se : ndarray of shape (G, L)
        As in `CrossValidation`.
    coef : ndarray of shape (G, L, p), or (G, L, K, p) for K classes
        Of the fits on all rows, per original unit.
    intercept : ndarray of shape (G, L), or (G, L, K)
    """

    lams: np.ndarray
    gammas: np.ndarray
    losses: np.ndarray
    mean: np.ndarray
    se: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray

    @cached_property
    def best(self) -> tuple[int, int]:
        """Positions of γ and λ with the smallest mean loss; among ties the largest λ, then the largest γ."""
        least = np.nanmin(self.mean)
        g, at = np.nonzero(self.mean <= least + 1e-12 * abs(least))
        chosen = np.lexsort((self.gammas[g], self.lams[at]))[-1]
        return int(g[chosen]), int(at[chosen])

    @cached_property
    def simplest(self) -> tuple[int, int]:
        """Positions of the largest λ within one standard error of the smallest loss, and of its best γ."""
        inside = self.mean <= self.mean[self.best] + np.nan_to_num(self.se[self.best])
        at = int(np.argmax(np.where(inside.any(axis=0), self.lams, -np.inf)))
        return int(np.nanargmin(self.mean[:, at])), at

    @property
    def lam_min(self) -> float:
        """λ of the smallest mean loss."""
        return float(self.lams[self.best[1]])

    @property
    def gamma_min(self) -> float:
        """γ of the smallest mean loss."""
        return float(self.gammas[self.best[0]])

    @property
    def lam_1se(self) -> float:
        """Largest λ within one standard error of the smallest loss, at any γ."""
        return float(self.lams[self.simplest[1]])

    @property
    def gamma_1se(self) -> float:
        """γ with the smallest loss at `lam_1se`."""
        return float(self.gammas[self.simplest[0]])

    def __repr__(self) -> str:
        return (
            f"Relaxed fits over {len(self.losses)} folds, {len(self.lams)} lambdas and {len(self.gammas)} gammas:"
            f" lambda_min {self.lam_min:.4g} with gamma_min {self.gamma_min:g}"
        )


def relax(cv: CrossValidation, gammas=(0.0, 0.25, 0.5, 0.75, 1.0)) -> Relaxed:
    """Relax the fits of a cross-validation, on its own folds.

    Parameters
    ----------
    cv : CrossValidation
        From `cross_validate` with l1_ratio > 0.
    gammas : array of shape (G,), default (0, 0.25, 0.5, 0.75, 1)
        Shares of the penalised solution: 1 leaves it as it is, 0 refits the features it uses without penalty.

    Returns
    -------
    Relaxed

    Raises
    ------
    OptionError
        `cv` is of ridge, which selects no features, or has let go of its data (the estimators' `cv_`); or `gammas` are
        not numbers from 0 to 1.

    Notes
    -----
    ``β(λ, γ) = γ β_λ + (1 − γ) β_support`` (Hastie, Tibshirani & Tibshirani 2020). Bounds hold in the refits too; of
    several classes a feature that one of them uses is refitted for all.

    Examples
    --------
    >>> import numpy as np
    >>> import ridgeline as rl
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 10))
    >>> cv = rl.cross_validate(X, 3 * X[:, 0] + rng.standard_normal(80), l1_ratio=1.0)
    >>> relaxed = rl.relax(cv)
    >>> bool(relaxed.mean.min() <= cv.mean.min())
    True
    """
    given = as_numbers(gammas)
    shares = np.empty(0) if given is None else np.atleast_1d(given)
    if shares.ndim != 1 or len(shares) == 0 or not np.all((shares >= 0.0) & (shares <= 1.0)):
        raise OptionError(f"gammas must be numbers from 0 (refit) to 1 (the penalised fit); got {shown(gammas)}.")
    if not isinstance(cv, CrossValidation) or cv.l1_ratio == 0.0:
        raise OptionError("relax needs the result of cross_validate with l1_ratio > 0: ridge selects no features.")
    problem = cv.whole("relax")
    masks = [(train, test) for _, _, train, test in cv.folds.splits()]
    pairs = list(zip(cv.fits[1:], masks, strict=True))
    losses = np.array(problem.design.engine.map(lambda pair: _judged(problem, *pair, shares), pairs))
    mass = np.array([problem.weights[test].sum() for _, test in masks])
    mean = np.tensordot(mass[mass > 0.0] / mass.sum(), losses[mass > 0.0], axes=1)  # a fold without weight says nothing
    spread = standard_error(losses.reshape(cv.folds.repeats, cv.folds.k, -1)).reshape(mean.shape)
    return Relaxed(cv.lams, shares, losses, mean, spread, *_coefficients(cv, shares))


def _judged(problem: Problem, fitted: Fitted, masks: tuple, shares: np.ndarray) -> np.ndarray:
    """Mean losses of the judging rows of one fold, (G, L); NaN where none has weight."""
    problem = fitted.space or problem
    train, test = (np.flatnonzero(m & (problem.weights > 0)) for m in masks)
    if len(test) == 0:
        return np.full((len(shares), len(fitted.train)), np.nan)
    part = problem.take(test)
    weights = part.weights / part.weights.sum()
    y = part.y if fitted.classes > 1 else part.y[:, None]
    lasso, out = fitted.eta_of(part.design, part.offset), np.empty((len(shares), len(fitted.train)))
    for columns, at in _supports(fitted):
        refit = _refit(problem, columns, train)
        plain = lasso[..., at[:1]] if refit is None else refit[0].eta_of(part.design.select(refit[1]), part.offset)
        for g, share in enumerate(shares):
            mixed = share * lasso[..., at] + (1.0 - share) * plain
            out[g, at] = weights @ problem.family.loss(y, mixed)
    return out


def _supports(fitted: Fitted) -> list[tuple[np.ndarray, np.ndarray]]:
    """Find the sets of features that some λ uses, each with the positions of these λ."""
    used = (fitted.beta != 0.0).reshape(len(fitted.beta), fitted.classes, -1).any(axis=1)
    patterns, which = np.unique(used, axis=1, return_inverse=True)
    return [(np.flatnonzero(patterns[:, i]), np.flatnonzero(which.ravel() == i)) for i in range(patterns.shape[1])]


def _refit(problem: Problem, support: np.ndarray, rows: np.ndarray) -> tuple[Fitted, np.ndarray] | None:
    """Fit the features of a support without penalty on some rows; the fit and its columns, or None without features."""
    if len(support) == 0:
        return None
    pairs = problem.imputed[np.isin(problem.imputed, support).any(axis=1)]
    columns = np.union1d(support, pairs.ravel()).astype(np.intp)  # a filled column needs its flag
    part = problem.take(rows)
    small = replace(
        part,
        design=part.design.select(columns),
        factors=np.where(np.isin(columns, support), 1.0, np.inf),
        imputed=np.searchsorted(columns, pairs),
        bounds=None if problem.bounds is None else tuple(b[columns] for b in problem.bounds),
        l1_ratio=0.0,
    )
    every = Resamples.whole(small)
    fitted = solve_sets(small, every, np.zeros(1))[0]
    return (refine(small, fitted, np.zeros(1)) if small.smooth else fitted), columns


def _coefficients(cv: CrossValidation, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mixtures of the fits on all rows: coefficients (G, L, …, p) and intercepts (G, L, …)."""
    problem, fitted, path = cv.problem, cv.fits[0], cv.path
    coef, intercept = path.coef.copy(), path.intercept.copy()
    rows = np.flatnonzero(problem.weights > 0)  # type: ignore[union-attr]
    for support, at in _supports(fitted):
        refit = _refit(problem, support, rows)  # type: ignore[arg-type]
        if refit is not None:
            one, columns = refit
            b, b0 = one.standard.original(one.beta, one.b0)
            coef[at] = 0.0
            coef[np.ix_(at, *map(np.arange, coef.shape[1:-1]), columns)] = b[:, 0] if one.classes == 1 else b.T
            intercept[at] = b0[0] if one.classes == 1 else b0 - b0.mean()
    g = shares.reshape(-1, *[1] * coef.ndim)
    return g * path.coef + (1 - g) * coef, g[..., 0] * path.intercept + (1 - g[..., 0]) * intercept
