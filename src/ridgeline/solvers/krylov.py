"""Gaussian ridge of many rows and columns for all λ at once, where neither n × n nor p × p matrices are wanted.

With γ = F^½ β, Z = W^½ X F^-½ for the penalty factors F and the rows' shares W, and r = W^½ (y − ȳ), ridge solves
(Z'Z + λ) γ = Z'r, or γ = Z'α with (ZZ' + λ) α = r: the shorter vectors are worked with. The Krylov space of the matrix
and the right side is the same for every λ. Lanczos' method (`lanczos.py`) multiplies as often as the smallest λ needs;
on its tridiagonal form every λ costs next to nothing (Frommer & Maass 1999, SIAM J. Sci. Comput. 20:1831). Training
sets share each pass over the rows. What X makes of the basis is kept, so that losses need no pass; in the second form
the training rows' residuals are λ W^-½ α, so that it is kept of the others alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np

from ridgeline.engines import give_back
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
_LIGHT = 1e-6  # of the largest share of a row: rounding in α tells little of lighter ones


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
        values = spectrum(problem, resamples)  # which may take much room for a while: before the spaces do
        give_back(problem.design.shape)
        space = (_Rows if problem.wide else _Columns)(problem, resamples, most)
        found = [space.fitted(k, lams, seen and k > 0) for k in sets] if space.grow(float(lams.min())) else []
        del space
        if found:
            found[0].spectrum = values
            return found
    found = conjugate.solve(problem, resamples, lams)
    return [replace(one, space=problem).seen() if seen and k > 0 else one for k, one in enumerate(found)]


class _Space(ABC):
    """The Krylov spaces of all training sets."""

    lanczos: Lanczos

    def __init__(self, problem: Problem, resamples: Resamples, most: int):
        self.problem, self.resamples, self.most = problem, resamples, most
        self.standards, self.shares = learn_sets(problem, resamples), resamples.shares(problem)
        with np.errstate(divide="ignore"):
            self.scale = 1.0 / np.sqrt(problem.factors)  # 0 for columns that are left out
        z = problem.y - problem.offset
        self.level = self.shares @ z if problem.intercept else np.zeros(len(self.shares))
        self.rest = (z - self.level[:, None]).T  # residuals of the models without features, (n, sets)

    @abstractmethod
    def product(self, u: np.ndarray) -> np.ndarray:
        """Multiply a vector of each training set with its matrix."""

    @abstractmethod
    def results(self, k: int, lams: np.ndarray, y: np.ndarray, *, seen: bool) -> tuple[np.ndarray, np.ndarray]:
        """Standardized coefficients (none if `seen`), and linear predictors without intercept, of combinations y."""

    def _predict(self, u: np.ndarray) -> np.ndarray:
        """Linear predictors (n, sets) of a γ of each training set, (p, sets)."""
        each = [s.stored((self.scale * one)[:, None]) for s, one in zip(self.standards, u.T, strict=True)]
        return self.problem.design.predict(np.hstack([b for b, _ in each])) + np.hstack([shift for _, shift in each])

    def _adjoint(self, r: np.ndarray) -> np.ndarray:
        """F^-½ X'r of a column for each training set."""
        g, total = self.problem.design.adjoint(r), r.sum(axis=0)
        each = [s.adjoint(g[:, [k]], total[[k]]) for k, s in enumerate(self.standards)]
        return self.scale[:, None] * np.hstack(each)

    def grow(self, lam: float) -> bool:
        """Multiply until γ(λ) is exact on every training set; whether it is."""
        while self.lanczos.steps < self.most:
            self.lanczos.step(self.product)
            if self.lanczos.steps % _LOOK == 0 and all(self._solved(k, lam) for k in range(len(self.shares))):
                return True
        return False

    def _solved(self, k: int, lam: float) -> bool:
        d, u = self.lanczos.eigen(k)
        last = self.lanczos.beside[k, self.lanczos.steps - 1] * abs(float(u[-1] @ (u[0] / (d + lam))))
        return last <= max(_EXACT / (1.0 + d[-1] / lam), _FLOOR)

    def fitted(self, k: int, lams: np.ndarray, seen: bool) -> Fitted:
        """Solution of training set k; `seen`, its linear predictors in the place of coefficients."""
        problem = self.problem
        d, u = self.lanczos.eigen(k)
        combined = self.lanczos.size[k] * (u @ (u[0][:, None] / (d[:, None] + lams)))
        beta, eta = self.results(k, lams, combined, seen=seen)
        judged = self.resamples.each("test", len(problem.y))[k] * problem.weights
        losses = mean_losses(problem, eta + (self.level[k] + problem.offset[:, None]), self.shares[k], judged)
        b0, none = np.full(len(lams), self.level[k]), np.zeros(len(lams), dtype=bool)
        found = Fitted(self.standards[k], beta, b0, *losses, separated=none, passes=self.lanczos.steps)
        return replace(found, space=problem).seen_as(eta) if seen else found


class _Columns(_Space):
    """Vectors of coefficients, for n ≥ p."""

    def __init__(self, problem: Problem, resamples: Resamples, most: int):
        super().__init__(problem, resamples, most)
        self.images: list[np.ndarray] = []
        self.lanczos = Lanczos(self._adjoint(self.rest * self.shares.T), most)

    def product(self, u: np.ndarray) -> np.ndarray:
        self.images.append(self._predict(u))
        return self._adjoint(self.images[-1] * self.shares.T)

    def results(self, k: int, lams: np.ndarray, y: np.ndarray, *, seen: bool) -> tuple[np.ndarray, np.ndarray]:
        eta = np.stack([image[:, k] for image in self.images], axis=1) @ y
        beta = self.scale[:, None] * (self.lanczos.basis[k, : len(y)].T @ y)
        return beta[:0] if seen else beta, eta


class _Rows(_Space):
    """Vectors of residuals, for p > n."""

    def __init__(self, problem: Problem, resamples: Resamples, most: int):
        super().__init__(problem, resamples, most)
        self.root = np.sqrt(self.shares).T
        self.light = self.shares <= _LIGHT * self.shares.max(axis=1, keepdims=True)
        self.images: list[list[np.ndarray]] = [[] for _ in self.shares]  # of the light rows
        self.lanczos = Lanczos(self.rest * self.root, most)

    def product(self, u: np.ndarray) -> np.ndarray:
        image = self._predict(self._adjoint(self.root * u))
        for images, light, one in zip(self.images, self.light, image.T, strict=True):
            images.append(one[light])
        return self.root * image

    def results(self, k: int, lams: np.ndarray, y: np.ndarray, *, seen: bool) -> tuple[np.ndarray, np.ndarray]:
        problem, light = self.problem, self.light[k]
        alpha = self.lanczos.basis[k, : len(y)].T @ y
        eta = np.empty_like(alpha)
        eta[light] = np.stack(self.images[k], axis=1) @ y
        eta[~light] = self.rest[~light, [k]][:, None] - alpha[~light] * (lams / self.root[~light, [k]][:, None])
        if seen:
            return np.empty((0, len(lams))), eta
        r = self.root[:, [k]] * alpha
        beta = self.standards[k].adjoint(problem.design.adjoint(r), r.sum(axis=0))
        beta *= (self.scale**2)[:, None]
        return beta, eta
