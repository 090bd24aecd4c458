"""Gaussian ridge of many rows and columns for all λ at once, where neither n × n nor p × p matrices are wanted.

With γ = F^½ β and A = F^-½ C F^-½ for second moments C and penalty factors F, ridge solves (A + λ) γ = b, and the
Krylov space of A and b is the same for every λ. Lanczos' method (`lanczos.py`) multiplies with A as often as the
smallest λ needs; on its tridiagonal form every λ costs next to nothing (Frommer & Maass 1999, SIAM J. Sci. Comput.
20:1831). Training sets share each pass over the rows. What X makes of the basis is kept, so that losses need no pass.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.problem import Problem
from ridgeline.solvers import conjugate
from ridgeline.solvers.base import Fitted, Resamples, mean_losses
from ridgeline.solvers.columns import learn_sets
from ridgeline.solvers.conjugate import spectrum
from ridgeline.solvers.lanczos import Lanczos

__all__ = ["solve", "spectrum"]

_MOST = 300  # steps
_CELLS = 5e7  # numbers of all bases and of what X makes of them
_EXACT, _FLOOR = 1e-10, 1e-14  # error of γ; relative residual that rounding allows
_LOOK = 5  # steps between two looks at the residuals


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, *, lift: bool = True) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Gaussian, without bounds; every column penalised.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Where one is 0 or needs too many steps, all are solved as in `conjugate`.
    lift : bool
        Give every training set's coefficients; else, for p > n, linear predictors except for the first's.
    """
    sets, seen = range(len(resamples.sets)), problem.wide and not lift
    most = int(min(_MOST, _CELLS / (sum(problem.design.shape) * len(sets))))
    if lams.min() > 0.0 and most > _LOOK:
        space = _Space(problem, resamples, most)
        found = [space.fitted(k, lams, seen and k > 0) for k in sets] if space.grow(float(lams.min())) else []
        del space
        if found:
            found[0].spectrum = spectrum(problem, resamples)
            return found
    found = conjugate.solve(problem, resamples, lams)
    return [replace(one, space=problem).seen() if seen and k > 0 else one for k, one in enumerate(found)]


class _Space:
    """The Krylov spaces of all training sets."""

    def __init__(self, problem: Problem, resamples: Resamples, most: int):
        self.problem, self.resamples, self.most = problem, resamples, most
        self.standards, self.shares = learn_sets(problem, resamples), resamples.shares(problem)
        with np.errstate(divide="ignore"):
            self.scale = 1.0 / np.sqrt(problem.factors)  # 0 for columns that are left out
        z = problem.y - problem.offset
        self.level = self.shares @ z if problem.intercept else np.zeros(len(self.shares))
        rest = (z - self.level[:, None]) * self.shares
        self.images: list[np.ndarray] = []
        self.lanczos = Lanczos(self._adjoint(rest.T), most)

    def _product(self, u: np.ndarray) -> np.ndarray:
        each = [s.stored((self.scale * one)[:, None]) for s, one in zip(self.standards, u.T, strict=True)]
        image = self.problem.design.predict(np.hstack([b for b, _ in each])) + np.hstack([shift for _, shift in each])
        self.images.append(image)
        return self._adjoint(image * self.shares.T)

    def _adjoint(self, r: np.ndarray) -> np.ndarray:
        g, total = self.problem.design.adjoint(r), r.sum(axis=0)
        each = [s.adjoint(g[:, [k]], total[[k]]) for k, s in enumerate(self.standards)]
        return self.scale[:, None] * np.hstack(each)

    def grow(self, lam: float) -> bool:
        """Multiply until γ(λ) is exact on every training set; whether it is."""
        while self.lanczos.steps < self.most:
            self.lanczos.step(self._product)
            if self.lanczos.steps % _LOOK == 0 and all(self._solved(k, lam) for k in range(len(self.shares))):
                return True
        return False

    def _solved(self, k: int, lam: float) -> bool:
        d, u = self.lanczos.eigen(k)
        last = self.lanczos.beside[k, self.lanczos.steps - 1] * abs(float(u[-1] @ (u[0] / (d + lam))))
        return last <= max(_EXACT / (1.0 + d[-1] / lam), _FLOOR)

    def fitted(self, k: int, lams: np.ndarray, seen: bool) -> Fitted:
        """Solution of training set k; `seen`, its linear predictors in the place of coefficients."""
        problem, steps = self.problem, self.lanczos.steps
        d, u = self.lanczos.eigen(k)
        combined = self.lanczos.size[k] * (u @ (u[0][:, None] / (d[:, None] + lams)))
        eta = np.stack([image[:, k] for image in self.images], axis=1) @ combined
        judged = self.resamples.each("test", len(problem.y))[k] * problem.weights
        losses = mean_losses(problem, eta + (self.level[k] + problem.offset[:, None]), self.shares[k], judged)
        beta = np.empty((0, len(lams))) if seen else self.lanczos.basis[k, :steps].T @ combined
        if not seen:
            beta *= self.scale[:, None]
        b0, none = np.full(len(lams), self.level[k]), np.zeros(len(lams), dtype=bool)
        found = Fitted(self.standards[k], beta, b0, *losses, separated=none, passes=steps)
        return replace(found, space=problem).seen_as(eta) if seen else found
