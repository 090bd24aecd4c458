"""How much a single row or a single fold decides: influence of rows on the model, of folds on the choice of λ."""

from __future__ import annotations

from typing import Any

import numpy as np

from ridgeline.crossval.curve import CrossValidation
from ridgeline.crossval.rules import select, standard_error
from ridgeline.problem import Problem

__all__ = ["influential_rows", "lambda_draws"]

_MOST_ROWS, _MOST_FEATURES = 100_000, 1000
_COLUMNS = 64  # of the rows' leverages at a time
_WORTH_A_LOOK = 0.5


def lambda_draws(cv: CrossValidation, grid: np.ndarray, rule: str, folds: int) -> list[float]:
    """λ that the rule chooses from each repeat by itself; of one repeat, from its folds but one, each in turn.

    The latter are of the same division of the rows: how much single folds decide, not what other folds would say.
    """
    losses, lams = cv.losses[:, grid], cv.lams[grid]
    k = len(losses)
    if k > folds:
        parts = [np.arange(start, start + folds) for start in range(0, k, folds)]
    else:
        parts = [np.delete(np.arange(k), out) for out in range(k)] if k > 2 else []
    return [float(lams[_choice(rule, lams, losses[part])]) for part in parts if np.isfinite(losses[part]).all()]


def _choice(rule: str, lams: np.ndarray, losses: np.ndarray) -> int:
    return select(rule, lams, losses, losses.mean(axis=0), standard_error(losses))


def influential_rows(
    problem: Problem, cv: CrossValidation, chosen: int, rows: np.ndarray
) -> list[dict[str, Any]] | None:
    """Rows whose removal would move the chosen model most.

    Cook's distance with the leverages of the penalised fit (Pregibon 1981 for generalized linear models)::

        D_i = r_i² h_i / (φ df (1 - h_i)²),    h_i = (v_i w_i / W) (1/v̄ + z_i' H⁻¹ z_i),   df = Σ h_i

    with Pearson residuals r of weights in units of their mean, because the objective does not depend on their scale,
    curvatures v, and the dispersion φ of the Pearson residuals (1 for classes and counts).
    Under an L1 penalty z are the features in use, and H holds the squared part of the penalty alone.

    Returns
    -------
    list of dict or None
        ``row`` (of `rows`: the positions in the input) and ``distance`` of those above 0.5, largest first; None when
        it was not computed: more features than rows, more than 1000 features or 100 000 rows, or several outputs.
    """
    n, p = problem.design.shape
    fitted, lam = cv.fits[0], float(cv.lams[chosen])
    if p > min(n, _MOST_FEATURES) or n > _MOST_ROWS or fitted.classes > 1:
        return None
    eta = fitted.eta(problem, np.array([chosen]))[:, 0]
    gradient, curvature = problem.family.gradient(problem.y, eta), problem.family.curvature(problem.y, eta)
    if not (np.isfinite(eta).all() and (curvature > 0).all()):
        return None
    live = (fitted.standard.inverse > 0) & ((fitted.beta[:, chosen] != 0) | (problem.l1_ratio == 0))
    squared = lam * (1.0 - problem.l1_ratio) * np.minimum(problem.factors, 1e300)
    leverage = _leverages(problem, fitted.standard, problem.weights * curvature, (live, squared))
    df = leverage.sum()
    pearson = problem.weights / problem.weights.mean() * gradient**2 / curvature
    phi = pearson.sum() / max(n - df, 1.0) if problem.family.name in ("gaussian", "gamma") else 1.0
    if phi * df <= 0.0:
        return []  # every residual is zero: no row pulls the fit anywhere
    distance = pearson * leverage / (phi * df * np.maximum(1.0 - leverage, 1e-9) ** 2)
    top = [int(i) for i in np.argsort(-distance, kind="stable")[:10] if distance[i] > _WORTH_A_LOOK]
    return [{"row": int(rows[i]), "distance": float(distance[i])} for i in top]


def _leverages(problem: Problem, standard, weight: np.ndarray, penalised: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Leverage of each row: its part of the trace of the penalised hat matrix, a group of columns at a time."""
    total = float(problem.weights.sum())
    live, squared = penalised
    moments = standard.moments(problem.design.moments(np.empty((len(weight), 0)), weight)[0])
    curvature = moments.scatter[np.ix_(live, live)] / total
    values, vectors = np.linalg.eigh(curvature + np.diag(squared[live]))
    used = values > 1e-10 * max(values.max(initial=0.0), 1e-300)
    half = np.zeros((len(live), int(used.sum())))
    half[live] = vectors[:, used] / np.sqrt(values[used])
    # Rows are centred at the mean that goes with these weights: what the intercept takes up.
    quadratic = np.full(len(weight), total / weight.sum() if problem.intercept else 0.0)
    for start in range(0, half.shape[1], _COLUMNS):
        b, shift = standard.stored(half[:, start : start + _COLUMNS])
        part = problem.design.predict(b) + shift
        if problem.intercept:
            part -= weight @ part / weight.sum()
        quadratic += (part * part).sum(axis=1)
    return np.clip(weight / total * quadratic, 0.0, 1.0)
