"""The curve: losses per fold and λ, and the cross-validation that makes it.

All folds, and the inner folds of nested cross-validation, are training sets made of the same cells: one pass over the
rows (gaussian), or one per Newton step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ridgeline.crossval import criteria, rules
from ridgeline.crossval.folds import Folds
from ridgeline.crossval.grid import auto_grid, extended
from ridgeline.crossval.rounds import Round, rounds_of
from ridgeline.engines import one_blas_thread
from ridgeline.errors import OptionError
from ridgeline.path import Path, make_path
from ridgeline.problem import Problem
from ridgeline.solvers import Fitted, solve_sets
from ridgeline.solvers.leave_one_out import leave_one_out

__all__ = [
    "CrossValidation",
    "best_ratio",
    "cross_validate_problem",
    "cross_validate_ratios",
]

_EXTENSIONS = 2  # times that the grid may go on at its weak edge


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Losses along λ, per fold.

    Attributes
    ----------
    lams : ndarray of shape (L,)
    losses : ndarray of shape (K, L)
        Mean loss of each fold's own rows (folds of all repeats, one after the other); NaN for a fold whose rows all
        have weight 0, which the means leave out.
    mean : ndarray of shape (L,)
        Mean of the fold losses, weighted by rows.
    se : ndarray of shape (L,)
        Standard deviation over the K folds of one repeat (ddof 1) divided by √K; of several repeats the root of the
        mean square, because they add no rows (`ridgeline.crossval.rules.standard_error`).
    train : ndarray of shape (L,)
        Mean training loss.
    path : Path
        The fit on all rows.
    fits : tuple of Fitted
        The fit on all rows, then that of each fold; empty once the data have been let go.
    folds : Folds
    nested_losses, nested_lams : ndarray of shape (K,), or None
        Loss of each outer fold at the λ that its own inner folds chose, and that λ.
    problem : Problem or None
        The data, until they are let go.
    by_ratio : dict
        When several ρ were asked for: the result of each, this one included.
    extensions : int
        How many times the grid was extended at its weak edge.
    l1_ratio : float
        ρ of this curve.
    """

    lams: np.ndarray
    losses: np.ndarray
    mean: np.ndarray
    se: np.ndarray
    train: np.ndarray
    path: Path
    fits: tuple[Fitted, ...]
    folds: Folds
    nested_losses: np.ndarray | None = None
    nested_lams: np.ndarray | None = None
    problem: Problem | None = None
    by_ratio: dict[float, CrossValidation] = field(default_factory=dict)
    extensions: int = 0
    l1_ratio: float = 0.0

    @property
    def rounds(self) -> np.ndarray:
        """The losses by repeat of the folds: ndarray of shape (R, K, L)."""
        return self.losses.reshape(self.folds.repeats, -1, len(self.lams))

    def without_data(self) -> CrossValidation:
        """Return the same result without the data and the fits of the folds; rules that were used stay usable."""
        others = {ratio: other.without_data() for ratio, other in self.by_ratio.items()}
        light = replace(self, fits=(), problem=None, by_ratio=others)
        kept = set(self.__dict__) & {*rules.INFORMATION, *rules.CLOSED}
        light.__dict__.update({rule: self.__dict__[rule] for rule in kept})
        return light

    def whole(self, what: str) -> Problem:
        """Return the data, which `what` needs."""
        if self.problem is None:
            raise OptionError(f"{what} needs the data, which this result has let go of; use that of cross_validate.")
        return self.problem

    @cached_property
    def loo(self) -> np.ndarray:
        """Mean leave-one-out loss at each λ, in closed form: gaussian only (`ridgeline.solvers.leave_one_out`)."""
        return leave_one_out(self._gaussian("loo"), self.lams)

    @cached_property
    def gcv(self) -> np.ndarray:
        """Generalized cross-validation at each λ: gaussian only (`ridgeline.crossval.rules.gcv`)."""
        problem = self._gaussian("gcv")
        rows = int((problem.weights > 0).sum())
        return rules.gcv(self.fits[0].train, self.path.df + problem.intercept, rows)

    @cached_property
    def aic(self) -> np.ndarray:
        """Akaike's information criterion at each λ, up to a constant (`ridgeline.crossval.criteria`)."""
        return self._information("aic")

    @cached_property
    def bic(self) -> np.ndarray:
        """Schwarz's (Bayesian) information criterion at each λ, up to a constant."""
        return self._information("bic")

    @cached_property
    def ebic(self) -> np.ndarray:
        """Extended Bayesian information criterion at each λ, up to a constant."""
        return self._information("ebic")

    def _information(self, rule: str) -> np.ndarray:
        problem, live = self.whole(f"The rule {rule!r}"), self.fits[0].standard.inverse > 0
        w, family = problem.weights, problem.family.name
        n, p = int((w > 0).sum()), int(live.sum()) * max(1, self.fits[0].classes - 1)
        log_y = float(w @ np.log(problem.y) / w.sum()) if family == "gamma" else 0.0
        deviance = criteria.minus_two_log_likelihood(family, self.fits[0].train, n, log_y)
        value = getattr(criteria, rule)(deviance, self.path.df, n, p)
        return np.where(criteria.usable(family, self.path.df, n, p), value, np.inf)

    def _gaussian(self, rule: str) -> Problem:
        problem = self.whole(f"The rule {rule!r}")
        if problem.family.name != "gaussian" or not problem.smooth:
            others = ", ".join(rules.GENERAL)
            raise OptionError(
                f"The rule {rule!r} has a closed form for ridge and the gaussian family only; choose one of {others}."
            )
        return problem

    @property
    def lam_min(self) -> float:
        """λ with the smallest mean loss."""
        return float(self.lams[self.index("min")])

    @property
    def lam_1se(self) -> float:
        """Largest λ within one standard error of the smallest loss."""
        return float(self.lams[self.index("1se")])

    def index(self, rule: str = "min") -> int:
        """Position in `lams` of the λ that a rule selects.

        Rules are min, 1se and paired1se of the folds' losses; aic, bic and ebic of the fit on all rows; for ridge and
        the gaussian family also loo and gcv.

        Raises
        ------
        OptionError
            There is no such rule, it has no closed form here, or it needs data that have been let go.
        """
        if isinstance(rule, str) and rule in (*rules.CLOSED, *rules.INFORMATION):
            return rules.smallest(self.lams, getattr(self, rule))
        return rules.select(rule, self.lams, self.rounds, self.mean, self.se)

    def plot(self):
        """Draw validation loss with a band of one standard error, and training loss, along λ.

        Returns
        -------
        altair.LayerChart
            A notebook shows it; ``save("curve.png")`` (or ``.svg``, ``.html``) needs no browser.

        Raises
        ------
        OptionError
            The curve has fewer than two different λ above 0.
        """
        from ridgeline.figures import charts, notebook

        return charts.curve(**notebook.curve_facts(self))

    def _repr_html_(self) -> str:
        from ridgeline.figures.notebook import curve_html

        return curve_html(self)

    def __repr__(self) -> str:
        return (
            f"CrossValidation over {len(self.losses)} folds and {len(self.lams)} lambdas: "
            f"lambda_min {self.lam_min:.4g}, lambda_1se {self.lam_1se:.4g}"
        )


def cross_validate_problem(
    problem: Problem,
    folds: Folds,
    lams: np.ndarray | None,
    names: tuple[str, ...],
    *,
    nested: bool = False,
    extra: np.ndarray | None = None,
) -> CrossValidation:
    """Cross-validate at every λ; the grid is made from the data when `lams` is None, and extended at an edge.

    λ of `extra` are solved with the grid, and all stand in the result from the strongest penalty to the weakest.
    """
    with one_blas_thread():
        return _tuned(problem, _Task(folds, rounds_of(problem, folds, nested), lams, names, nested, extra))


def cross_validate_ratios(
    problem: Problem,
    folds: Folds,
    lams: np.ndarray | None,
    names: tuple[str, ...],
    ratios: tuple[float, ...],
    *,
    extra: np.ndarray | None = None,
) -> CrossValidation:
    """Cross-validate every l1_ratio on the same folds; the one with the smallest loss, the others in `by_ratio`.

    Among equals the largest ratio wins: it uses the fewest features.
    """
    task = _Task(folds, rounds_of(problem, folds, nested=False), lams, names, extra=extra)
    with one_blas_thread():
        every = {r: _tuned(replace(problem, l1_ratio=r), task) for r in ratios}
    best = best_ratio({r: float(cv.mean[cv.index("min")]) for r, cv in every.items()})
    return replace(every[best], by_ratio=every)


def best_ratio(scores: dict[float, float]) -> float:
    """Return the ratio with the smallest score; among equals the largest one.

    Examples
    --------
    >>> best_ratio({0.1: 2.0, 0.5: 1.0, 0.9: 1.0})
    0.9
    """
    least = min(scores.values())
    return max(r for r, score in scores.items() if score <= least + 1e-12 * abs(least))


@dataclass(frozen=True, eq=False)
class _Task:
    """What is asked of every share of L1 alike: see `cross_validate_problem`."""

    folds: Folds
    rounds: list[Round]
    lams: np.ndarray | None
    names: tuple[str, ...]
    nested: bool = False
    extra: np.ndarray | None = None

    def along(self, grid: np.ndarray) -> np.ndarray:
        """Return the grid and the λ beside it, strongest first; a grid alone as it is."""
        return grid if self.extra is None else np.unique(np.concatenate([grid, self.extra]))[::-1]


def _tuned(problem: Problem, task: _Task) -> CrossValidation:
    """Cross-validate along the grid, which goes on while the loss still falls at its weak edge."""
    grid = task.lams if task.lams is not None else auto_grid(problem, resamples=task.rounds[0].resamples)
    result = _cross_validate(problem, task, task.along(grid))
    # an L1 path of more features than rows gets dense there, and as slow as it is useless
    most = 0 if task.lams is not None or (problem.wide and problem.l1_ratio > 0.0) else _EXTENSIONS
    for count in range(1, most + 1):
        longer = extended(grid, result.mean[np.isin(result.lams, grid)])
        if longer is None:
            break
        grid = longer
        result = replace(_cross_validate(problem, task, task.along(grid)), extensions=count)
    return result


def _cross_validate(problem: Problem, task: _Task, lams: np.ndarray) -> CrossValidation:
    rounds = task.rounds
    solved = [(solve_sets(problem, one.resamples, lams), len(one.mass)) for one in rounds]
    first = solved[0][0][0]
    outer = [f for fits, k in solved for f in fits[1 : 1 + k]]
    losses = np.array([f.test for f in outer])
    mass = np.concatenate([one.mass for one in rounds])
    told = mass > 0.0  # a fold without weight says nothing
    mean = mass[told] @ losses[told] / mass.sum()
    se = rules.standard_error(np.where(told[:, None], losses, np.nan).reshape(len(rounds), -1, len(lams)))
    train = np.mean([f.train for f, tells in zip(outer, told, strict=True) if tells], axis=0)
    path = make_path(problem, first, lams, task.names)
    inner = _nested(solved, rounds, losses, lams) if task.nested else (None, None)
    fits, l1_ratio = (first, *outer), problem.l1_ratio
    return CrossValidation(lams, losses, mean, se, train, path, fits, task.folds, *inner, problem, l1_ratio=l1_ratio)


def _nested(solved: list, rounds: list[Round], losses: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    chosen = []
    for (fits, k), one in zip(solved, rounds, strict=True):
        inner = np.array([f.test for f in fits[1 + k :]]).reshape(k, k - 1, len(lams))
        for curves, mass in zip(inner, one.inner, strict=True):
            told = mass > 0.0
            mean = mass[told] @ curves[told] / mass.sum()
            chosen.append(rules.lam_min(lams, curves[told], mean, np.zeros(len(lams))))
    at = np.array(chosen)
    return losses[np.arange(len(losses)), at], lams[at]
