"""Tuning: grid and λ = 0 solved together for every share of L1, extended at the weak edge, refined at the minimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.crossval import rules
from ridgeline.crossval.curve import (
    CrossValidation,
    best_ratio,
    cross_validate_problem,
    cross_validate_ratios,
)
from ridgeline.crossval.grid import auto_grid
from ridgeline.crossval.join import join
from ridgeline.errors import OptionError
from ridgeline.job.data import Data
from ridgeline.job.options import Options
from ridgeline.job.outcome import Selection
from ridgeline.job.pairs import sparsest

__all__ = ["Tuned", "closed_index", "tune"]

_LARGEST = 3e10  # operations that leave-one-out may take when nobody has asked for it
_GONE = 1e-3  # share of the null model's loss below which classes count as separated


@dataclass(frozen=True, eq=False)
class Tuned:
    """A cross-validation and what was made of it.

    Attributes
    ----------
    cv : CrossValidation
        λ strongest first, 0 last where it was solved.
    grid : ndarray of int
        Positions of the λ of the curve: all but λ = 0.
    picked : Selection
    extensions : int
        How many times the grid was extended.
    notes : tuple of str
    """

    cv: CrossValidation
    grid: np.ndarray
    picked: Selection
    extensions: int = 0
    notes: tuple[str, ...] = ()

    @property
    def shown(self) -> np.ndarray:
        """Positions of the λ that are shown: the curve's, and λ = 0 when it was asked for."""
        chosen = self.picked.chosen
        return self.grid if chosen in self.grid else np.append(self.grid, chosen)


def tune(data: Data, options: Options) -> Tuned:
    """Cross-validate the grid and λ = 0 in one go, for every share of L1, and choose."""
    cv, notes = _best(_solve(data, options), options)
    if cv.extensions:
        notes.append(_extension_note(cv))
    if options.lam == "cv" and options.rule == "min":
        cv, refined = _refine(data, cv)
        notes += refined
    positions = np.flatnonzero(cv.lams > 0)
    return Tuned(cv, positions, _select(data, cv, positions, options), cv.extensions, tuple(notes))


def _solve(data: Data, options: Options) -> list[CrossValidation]:
    """One cross-validation for each share of L1, all on the same folds."""
    names = tuple(f.name for f in data.encoder.features)
    # more columns than rows always separate classes: no finite optimum without a penalty
    extra = [] if data.problem.wide and data.family != "gaussian" else [0.0]
    grid = None
    if options.lam != "cv" and float(options.lam) > 0:
        grid, extra = auto_grid(data.problem), [*extra, float(options.lam)]  # the grid is not what decides
    given = (data.problem, data.folds, grid, names)
    if len(options.ratios) == 1:
        found = [cross_validate_problem(*given, extra=np.array(extra))]
    else:
        found = list(cross_validate_ratios(*given, options.ratios, extra=np.array(extra)).by_ratio.values())
    return [sparsest(cv, data.encoder.features) for cv in found]


def _best(found: list[CrossValidation], options: Options) -> tuple[CrossValidation, list[str]]:
    """Return the result of the share of L1 with the smallest score, and a note where several were tried."""
    if len(found) == 1:
        return found[0], []
    scores = {cv.l1_ratio: _score(cv, options) for cv in found}
    best = best_ratio(scores)
    criterion = options.rule if options.lam == "cv" and options.rule in rules.INFORMATION else "cross-validated loss"
    tried = ", ".join(f"{r:g}: {scores[r]:.5g}" for r in sorted(scores))
    note = f"the share of L1, l1_ratio {best:g}, was chosen by the smallest {criterion} on the same rows ({tried})"
    return next(cv for cv in found if cv.l1_ratio == best), [note]


def _score(cv: CrossValidation, options: Options) -> float:
    """Return what shares of L1 are compared by: the least value of the rule's curve, or the one at a given λ."""
    if options.lam != "cv":
        return float(cv.mean[np.argmin(np.abs(cv.lams - float(options.lam)))])
    curve = getattr(cv, options.rule) if options.rule in rules.INFORMATION else cv.mean
    return float(np.nanmin(curve[cv.lams > 0]))


def _extension_note(cv: CrossValidation) -> str:
    times = f"{cv.extensions} time{'s' if cv.extensions > 1 else ''}"
    return (
        f"the smallest validation loss sat on the weak edge of the grid, so the grid was extended {times}, down to "
        f"lambda {cv.lams[cv.lams > 0].min():.3g}"
    )


def _refine(data: Data, cv: CrossValidation) -> tuple[CrossValidation, list[str]]:
    """Add the minimum between grid points, where the curve is smooth and one more solution costs next to nothing."""
    positions, exact = np.flatnonzero(cv.lams > 0), data.family == "gaussian" and cv.l1_ratio == 0.0
    lam = between(cv.lams[positions], cv.mean[positions]) if exact else None
    if lam is None:
        return cv, []
    problem = data.problem if cv.problem is None else cv.problem
    joined = join(cv, cross_validate_problem(problem, data.folds, np.array([lam]), cv.path.feature_names))
    return (cv, []) if joined is None else (joined, [f"lambda {lam:.4g} was refined between two points of the grid"])


def between(lams: np.ndarray, mean: np.ndarray) -> float | None:
    """Find the minimum of a polynomial in log λ through five points around the smallest loss.

    Parameters
    ----------
    lams, mean : ndarray of shape (L,)
        The curve, strongest penalty first.

    Returns
    -------
    float or None
        None when the smallest loss is on an edge, or a grid point is as good.

    Examples
    --------
    >>> lams = np.geomspace(10, 0.1, 9)
    >>> round(between(lams, (np.log(lams) - np.log(0.7)) ** 2), 6)
    0.7
    """
    best = int(np.argmin(mean))
    if best < 2 or best > len(lams) - 3:
        return None
    near = slice(best - 2, best + 3)
    centre = np.log(lams[best])
    x = np.log(lams[near]) - centre
    polynomial = np.polynomial.Polynomial.fit(x, mean[near], 4)
    fine = np.linspace(x[3], x[1], 4001)
    values = polynomial(fine)
    at = int(np.argmin(values))
    if mean[best] - values[at] <= 1e-12 * abs(mean[best]):
        return None
    return float(np.exp(fine[at] + centre))


def _select(data: Data, cv: CrossValidation, positions: np.ndarray, options: Options) -> Selection:
    last = len(cv.lams) - 1
    if cv.lams[last] == 0 and (cv.fits[0].separated[last] or _vanishes(data, cv, last)):
        last = int(positions[-1])  # classes separate: no finite optimum without a penalty
    if options.lam != "cv":
        if options.lam == 0 and cv.lams[last] > 0:
            raise OptionError(
                "--lambda 0 has no answer here: the features tell the classes apart in every training row, so that "
                f"coefficients grow without bound; give a lambda above 0, such as {cv.lams[last]:.2g}, or none."
            )
        return Selection(int(np.argmin(np.abs(cv.lams - float(options.lam)))), last)
    if options.rule in (*rules.CLOSED, *rules.INFORMATION):
        return Selection(int(positions[closed_index(cv, positions, options.rule)]), last)
    chosen = rules.select(
        options.rule, cv.lams[positions], cv.rounds[..., positions], cv.mean[positions], cv.se[positions]
    )
    return Selection(int(positions[chosen]), last)


def _vanishes(data: Data, cv: CrossValidation, at: int) -> bool:
    return data.family in ("binomial", "multinomial") and cv.fits[0].train[at] < _GONE * abs(cv.train[0])


def closed_index(cv: CrossValidation, positions: np.ndarray, rule: str, *, limited: bool = False) -> int | None:
    """Place among `positions` that a rule with a curve of its own selects.

    With `limited`, None where there is no closed form or it would take long.
    """
    if limited:
        assert cv.problem is not None
        n, p = cv.problem.design.shape
        if (
            cv.problem.family.name != "gaussian"
            or not cv.problem.smooth
            or n * min(n, p) * (min(n, p) + 2 * len(cv.lams)) > _LARGEST
        ):
            return None
    return rules.smallest(cv.lams[positions], getattr(cv, rule)[positions])
