"""The library: functions from arrays, sparse matrices or data frames to paths, curves and certificates."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from ridgeline.crossval.curve import CrossValidation, cross_validate_problem, cross_validate_ratios
from ridgeline.crossval.folds import as_folds, make_folds
from ridgeline.crossval.grid import auto_grid
from ridgeline.crossval.partition import check_count
from ridgeline.errors import OptionError, shown
from ridgeline.inputs import as_numbers, check_flag, check_ratios, problem_of
from ridgeline.path import Path, check_lams, make_path
from ridgeline.path import certify as certify_problem
from ridgeline.problem import Certificate, Problem
from ridgeline.solvers import Resamples, solve_sets
from ridgeline.solvers.refine import refine
from ridgeline.solvers.scales import learn_standard

__all__ = ["adaptive_factors", "certify", "cross_validate", "fit_path"]


def fit_path(
    X,
    y,
    family="gaussian",
    l1_ratio=0.0,
    lams=None,
    weights=None,
    offset=None,
    penalty_factor=None,
    bounds=None,
    standardize=True,
    intercept=True,
) -> Path:
    """Fit one model for every λ.

    Minimises ``(1/W) Σ w_i ℓ(y_i, b0 + o_i + x_i·b) + λ Σ f_j [ρ |s_j b_j| + (1-ρ)/2 (s_j b_j)²]`` over b0
    and b, subject to lower_j ≤ b_j ≤ upper_j.

    Parameters
    ----------
    X : array, sparse matrix or DataFrame of shape (n, p)
        Text and category columns of a frame are coded in full; its missing numbers are imputed, with an indicator.
    y : array of shape (n,)
        Numbers; for the multinomial family labels of any kind.
    family : {"gaussian", "binomial", "multinomial", "poisson", "gamma"}, default "gaussian"
    l1_ratio : float, default 0
        ρ: 0 is ridge, 1 the lasso, between them the elastic net.
    lams : array of shape (L,), optional
        Any order, 0 and very large values included. By default 100 values: by effective degrees of freedom (ridge), or
        from the smallest λ that keeps every feature out down to 1e-4 of it (1e-2 when p > n).
    weights, offset : array of shape (n,), optional
    penalty_factor : array of shape (p,), optional
        f_j; 0 is never penalised, inf excludes.
    bounds : (lower, upper), optional
        Of b_j, per original unit; each a number or p numbers, −inf and inf for none. ``(0, inf)`` asks for b ≥ 0.
    standardize : bool, default True
        s_j is the weighted standard deviation of column j (divisor W); else 1.
    intercept : bool, default True

    Returns
    -------
    Path

    Raises
    ------
    InputError
        The input is wrong; the message names the row or column.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(8.0).reshape(-1, 1)
    >>> path = fit_path(X, 2 * X[:, 0] + 1, lams=[0.0])
    >>> bool(abs(path.coef[0, 0] - 2) < 1e-12)
    True
    >>> fit_path(X, 2 * X[:, 0] + 1, l1_ratio=1.0).df[[0, -1]].tolist()
    [0.0, 1.0]
    """
    problem, names = problem_of(
        X,
        y,
        family=family,
        weights=weights,
        offset=offset,
        penalty_factor=penalty_factor,
        standardize=standardize,
        intercept=intercept,
        l1_ratio=l1_ratio,
        bounds=bounds,
    )
    resamples = Resamples.whole(problem)
    grid = auto_grid(problem, resamples=resamples) if lams is None else check_lams(lams)
    fitted = solve_sets(problem, resamples, grid)[0]
    if problem.smooth:
        fitted = refine(problem, fitted, grid)
    return make_path(problem, fitted, grid, names)


def cross_validate(
    X,
    y,
    folds=5,
    family="gaussian",
    l1_ratio=0.0,
    lams=None,
    weights=None,
    offset=None,
    penalty_factor=None,
    bounds=None,
    standardize=True,
    intercept=True,
    nested=False,
    groups=None,
    seed=0,
    repeats=1,
) -> CrossValidation:
    """Cross-validate every λ; imputation, centring and scaling are learned anew in every training fold.

    Parameters that are not listed here are those of `fit_path`.

    Parameters
    ----------
    folds : int, labels of shape (n,), splitter, or list of (train, test)
    l1_ratio : float or sequence of float
        Of several, the one with the smallest loss is returned, and all of them in its `by_ratio`; same folds, and for
        the gaussian family the same pass over the rows.
    nested : bool, default False
        Also choose λ inside each fold from the remaining folds, and report the loss of that choice.
    groups : array of shape (n,), optional
        Rows of one group stay in one fold.
    seed : int, default 0
        Of the shuffle, when `folds` is a number.
    repeats : int, default 1
        Divisions into folds, shuffled anew, whose losses are averaged: what λ is chosen then depends less on the seed.
        The standard error stays that of one division: dividing the same rows again adds none.

    Returns
    -------
    CrossValidation

    Raises
    ------
    InputError
        The input is wrong; the message names the row, the column or the fold.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((60, 3))
    >>> cv = cross_validate(X, X[:, 0] + rng.standard_normal(60), folds=5)
    >>> cv.lam_1se >= cv.lam_min
    True
    """
    ratios = check_ratios(l1_ratio)
    problem, names = problem_of(
        X,
        y,
        family=family,
        weights=weights,
        offset=offset,
        penalty_factor=penalty_factor,
        standardize=standardize,
        intercept=intercept,
        l1_ratio=ratios[0],
        bounds=bounds,
    )
    strata = problem.y if problem.family.name in ("binomial", "multinomial") else None
    check_count("repeats", repeats, 1)
    nested = check_flag("nested", nested)
    if repeats == 1:
        made = as_folds(folds, len(problem.y), strata, groups, seed, stratify=strata is not None)
    elif isinstance(folds, Integral):
        made = make_folds(len(problem.y), folds, seed=seed, strata=strata, groups=groups, repeats=repeats)
    else:
        raise OptionError("repeats needs a number of folds; folds given otherwise say themselves how often.")
    grid = None if lams is None else check_lams(lams)
    if nested and not made.is_partition:
        raise OptionError("nested=True needs folds that divide the rows; pass a number or labels.")
    if len(ratios) > 1:
        if nested:
            raise OptionError("nested=True chooses lambda inside each fold; pass one l1_ratio.")
        return cross_validate_ratios(problem, made, grid, names, tuple(ratios))
    return cross_validate_problem(problem, made, grid, names, nested=nested)


def adaptive_factors(X, y, power=1.0, lam=None, **options) -> np.ndarray:
    """Penalty factors of the adaptive lasso: features that ridge finds large are penalised less.

    ``f_j = c / |s_j b_j|^power`` with b the ridge solution and c such that the finite factors have mean 1 (Zou 2006,
    doi:10.1198/016214506000000735); of several classes, the norm over the classes takes the place of ``|b_j|``.

    Parameters
    ----------
    power : float, default 1
        The exponent, positive.
    lam : float, optional
        Of the ridge; by default the one with the smallest cross-validated loss.
    **options
        As for `cross_validate`, l1_ratio excepted.

    Returns
    -------
    ndarray of shape (p,)
        For ``penalty_factor=``; inf, hence excluded, where b_j is zero.

    Raises
    ------
    InputError
        `power` is no positive number, l1_ratio is given, or the input is wrong as for `cross_validate`.

    Notes
    -----
    The factors are learned from the rows given. When they then go into `cross_validate` on the same rows, the judging
    rows have had a say in them and the losses flatter a little: λ may be chosen so, but how good the model is must be
    measured on other rows.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((100, 4))
    >>> factors = adaptive_factors(X, 3 * X[:, 2] + rng.standard_normal(100))
    >>> int(np.argmin(factors))
    2
    """
    exponent = as_numbers(power)
    if exponent is None or exponent.ndim or not 0.0 < exponent < np.inf:
        raise OptionError(f"power must be a positive number; it is {shown(power)}.")
    if "l1_ratio" in options:
        raise OptionError("adaptive_factors are those of a ridge fit; leave l1_ratio out.")
    if lam is not None:
        if options.get("lams") is not None:
            raise OptionError("lam gives the lambda and lams those to choose from: leave one of them out.")
        options["lams"] = check_lams(lam)
    cv = cross_validate(X, y, l1_ratio=0.0, **options)
    size = np.abs(cv.path.std_coef[cv.index("min")])
    size = np.sqrt((size**2).sum(axis=0)) if size.ndim > 1 else size
    raw = np.divide(1.0, size**exponent, out=np.full_like(size, np.inf), where=size > 0)
    return raw / raw[np.isfinite(raw)].mean() if np.isfinite(raw).any() else raw


def certify(
    X,
    y,
    coef,
    intercept,
    lam,
    family="gaussian",
    l1_ratio=0.0,
    weights=None,
    offset=None,
    penalty_factor=None,
    bounds=None,
    standardize=True,
    fit_intercept=True,
) -> Certificate:
    """Judge any point: an upper bound on how far its objective is from the optimum, and its KKT violation.

    No code of a solver takes part. Parameters that are not listed here are those of `fit_path`.

    Parameters
    ----------
    coef : array of shape (p,), or (K, p) for K classes
        Per original unit.
    intercept : float, or array of shape (K,)
    lam : float
    fit_intercept : bool, default True
        Whether the model has an intercept: `intercept` of `fit_path`. Without one, its value here is still counted.

    Returns
    -------
    Certificate

    Raises
    ------
    InputError
        The input is wrong, as for `fit_path`; or the coefficient of a column that `penalty_factor` excludes, or of a
        constant one without an intercept, is not 0.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> certify(X, 2 * X[:, 0], coef=[2.0], intercept=0.0, lam=0.0).gap < 1e-12
    True
    >>> certify(X, 2 * X[:, 0], coef=[1.9], intercept=0.0, lam=0.0).gap > 0.01
    True
    """
    problem, _ = problem_of(
        X,
        y,
        family=family,
        weights=weights,
        offset=offset,
        penalty_factor=penalty_factor,
        standardize=standardize,
        intercept=fit_intercept,
        l1_ratio=l1_ratio,
        bounds=bounds,
    )
    standard = learn_standard(problem)
    b = _columns(coef, problem)
    _refuse_outside(b, problem, standard.inverse == 0.0)
    scale = np.where(standard.inverse > 0, 1.0 / np.where(standard.inverse > 0, standard.inverse, 1.0), 0.0)
    b0 = _intercepts(intercept, b.shape[1]) + standard.mean @ b
    lams = check_lams(lam)
    if len(lams) > 1:
        raise OptionError(f"certify judges one lambda at a time; got {len(lams)}.")
    return certify_problem(problem, standard, b * scale[:, None], b0, lams)[0]


def _refuse_outside(b: np.ndarray, problem: Problem, constant: np.ndarray) -> None:
    """Refuse coefficients of columns that the model does not have; a constant column adds to the intercept."""
    excluded = np.isinf(problem.factors)
    for j in np.flatnonzero((excluded | (constant & (not problem.intercept))) & (b != 0.0).any(axis=1))[:1]:
        why = "penalty_factor excludes it" if excluded[j] else "it is constant, and there is no intercept to add it to"
        raise OptionError(f"coef must be 0 for column {j}: {why}.")


def _intercepts(intercept, count: int) -> np.ndarray:
    """One intercept for each linear predictor; a single number stands for all of them."""
    b0 = as_numbers(intercept)
    if b0 is None or not np.all(np.isfinite(b0)) or b0.shape not in ((), (1,), (count,)):
        wanted = "a finite number" if count == 1 else f"a finite number, or {count} of them, one for each class"
        raise OptionError(f"intercept must be {wanted}; it is {shown(intercept)}.")
    return np.broadcast_to(b0, count)


def _columns(coef, problem: Problem) -> np.ndarray:
    """Coefficients as columns, (p, 1), or (p, K) for K classes."""
    b = as_numbers(coef)
    if b is None or not np.all(np.isfinite(b)):
        raise OptionError("coef must hold finite numbers.")
    p, classes = problem.design.shape[1], len(getattr(problem.family, "classes", ()))
    if b.shape == ((classes, p) if classes else (p,)) or (not classes and b.size == p):
        return b.T if classes else b.reshape(-1, 1)
    wanted = f"{p} numbers, one for each feature" + (f", for each of {classes} classes" if classes else "")
    raise OptionError(f"coef must hold {wanted}; its shape is {b.shape}.")
