"""What conjugate gradients are preconditioned with: the mean curvature of a column times second moments of the rows.

With second moments C of the first training set and penalty factors F, F^-½ C F^-½ = Q diag(d) Q' serves every training
set and every λ: (v̄ C + λ F)⁻¹ = F^-½ Q (v̄ d + λ)⁻¹ Q' F^-½. Where rows' curvatures differ by less than tenfold, few
iterations are left, whatever the features' correlations. Single precision will do for Q: it leads only nearly there.
"""

from __future__ import annotations

import numpy as np

from ridgeline.designs import DenseDesign
from ridgeline.problem import Problem
from ridgeline.solvers.base import Resamples, together
from ridgeline.solvers.columns import learn_sets

__all__ = ["Preconditioner", "few_rows", "worthwhile"]

_MOST = 2500  # columns
_MANY, _ROWS = 300, 40  # columns, and rows for each of them, up to which Hessians are dear (measured)
_LEAST = 1e-10  # share of the largest eigenvalue, below which an eigenvalue is rounding


def worthwhile(problem: Problem) -> bool:
    """Whether second moments can be formed, and every column is penalised."""
    p = problem.design.shape[1]
    return isinstance(problem.design, DenseDesign) and not problem.wide and p <= _MOST and bool(problem.factors.all())


def few_rows(problem: Problem) -> bool:
    """Whether Hessians of every training set at several λ would take more time and room than iterations."""
    n, p = problem.design.shape
    return p >= _MANY and n <= _ROWS * p and worthwhile(problem)


class Preconditioner:
    """(v̄ C + λ F)⁻¹ for columns with v̄ and λ of their own.

    Parameters
    ----------
    problem : Problem
        See `worthwhile`.
    resamples : Resamples
    """

    def __init__(self, problem: Problem, resamples: Resamples):
        p, standard = problem.design.shape[1], learn_sets(problem, resamples)[0]
        m = standard.moments(together(resamples.moments(problem), resamples.sets[0].train, own=True), spare=True)
        c = (m.scatter if problem.intercept else m.about_zero())[:p, :p]
        with np.errstate(divide="ignore"):
            self.scale = (1.0 / np.sqrt(problem.factors))[:, None]  # 0 for columns that are left out
        c *= self.scale
        c *= self.scale.T / m.weight
        d, q = np.linalg.eigh(c)
        self.d, self.q = np.maximum(d, _LEAST * d[-1])[:, None], q.astype(np.float32)

    def solve(self, r: np.ndarray, curvature: np.ndarray, lam: np.ndarray) -> np.ndarray:
        """Multiply r (p + 1, c), the intercept's row last, for mean curvatures and λ (c,)."""
        z = np.empty_like(r)
        np.divide(r[-1], curvature, out=z[-1])
        size = np.abs(r[:-1]).max(axis=0, initial=1e-300)
        turned = self.q.T @ (r[:-1] * self.scale / size).astype(np.float32)
        turned /= curvature * self.d + lam
        np.multiply(self.q @ turned, self.scale * size, out=z[:-1])
        return z
