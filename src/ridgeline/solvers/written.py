"""Few rows: the standardized rows of every training set written out, and a Hessian for every column at every step.

With u_i the standardized row (a one for the intercept behind it), the Hessians Σ_i v_ic u_i u_i' of many columns c are
one product of the curvatures v (n, c) with the products of pairs of features (n, q (q + 1)/2), which are formed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.problem import Problem, null_objective, standard_columns
from ridgeline.solvers.base import Resamples
from ridgeline.solvers.candidates import Columns
from ridgeline.solvers.interpolate import interpolate
from ridgeline.solvers.sides import Values

if TYPE_CHECKING:
    from ridgeline.solvers.newton import Path

__all__ = ["Exact", "Neighbours", "Written", "few_rows"]

_CELLS = 8e6  # of the products of pairs
_WORK = 3e9  # multiplications that one Hessian for every column takes


def few_rows(problem: Problem, sets: int, lams: int) -> bool:
    """Whether Hessians of every column cost little."""
    n, q = problem.design.shape[0], problem.design.shape[1] + 1
    return n * q * (q + 1) // 2 * sets <= _CELLS and n * q * q * sets * lams <= _WORK


class Written:
    """The verbs of `Sides` on rows that are written out."""

    def __init__(self, problem: Problem, resamples: Resamples, standards: list[Standardization]):
        self.problem, self.standards = problem, standards
        n, self.p = problem.design.shape
        labels = np.zeros(n, dtype=np.intp) if resamples.labels is None else resamples.labels
        known = (labels >= 0) * problem.weights
        self.train = _shares(np.array([s.train for s in resamples.sets])[:, labels] * known)
        self.test = _shares(np.array([s.test for s in resamples.sets])[:, labels] * known)
        self.judged: np.ndarray = self.test.any(axis=1)  # type: ignore[assignment]
        ones = np.full((n, 1), float(problem.intercept))
        self.rows = [np.hstack([standard_columns(problem, s, np.arange(self.p)), ones]) for s in standards]
        self.pairs = np.triu_indices(self.p + 1)
        self.products = [u[:, self.pairs[0]] * u[:, self.pairs[1]] for u in self.rows]
        self.dead = [np.append(s.inverse == 0, not problem.intercept) for s in standards]
        self.null = null_objective(problem)
        self.passes = 0

    @property
    def whole(self) -> Written:
        """The first training set alone: the same, as no pass is shared."""
        return self

    def evaluate(self, s: np.ndarray, theta: np.ndarray) -> Values:
        """Losses and gradients of the columns `theta` (p + 1, c) of training sets `s` (c,)."""
        self.passes += 1
        y, offset, family = self.problem.y[:, None], self.problem.offset[:, None], self.problem.family
        out = Values(*(np.full(shape, np.nan) for shape in ((len(s),), theta.shape, (len(s),), theta.shape)))
        for k in np.unique(s):
            at, u, w = s == k, self.rows[k], self.train[k]
            loss, r = family.loss_gradient(y, u @ theta[:, at] + offset)
            out.train[at], out.gradient[:, at] = w @ loss, u.T @ (r * w[:, None])
            if self.judged[k]:
                w = self.test[k]
                out.test[at], out.test_gradient[:, at] = w @ loss, u.T @ (r * w[:, None])
        return out

    def curvature(self, s: int, theta: np.ndarray, sets: list[int]) -> list[np.ndarray]:
        """Hessian of one set at its parameters, as `Sides.curvature`."""
        assert sets == [s]
        return list(self.hessians(np.array(sets), theta[:, None]))

    def hessians(self, s: np.ndarray, theta: np.ndarray) -> np.ndarray:
        """Hessian of each column's mean training loss, (c, p + 1, p + 1)."""
        y, offset = self.problem.y[:, None], self.problem.offset[:, None]
        q = len(theta)
        out = np.empty((len(s), q, q))
        for k in np.unique(s):
            at = np.flatnonzero(s == k)
            v = self.problem.family.curvature(y, self.rows[k] @ theta[:, at] + offset)
            half = (v * self.train[k][:, None]).T @ self.products[k]
            h = np.empty((len(at), q, q))
            h[:, self.pairs[0], self.pairs[1]] = half
            h[:, self.pairs[1], self.pairs[0]] = half
            h[:, self.dead[k], self.dead[k]] = 1.0
            out[at] = h
        return out


def _shares(weights: np.ndarray) -> np.ndarray:
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


class Neighbours:
    """Starts from the λ that are solved."""

    most = 2**31  # columns that are best iterated together

    def __init__(self, path: Path):
        self.path = path

    def nodes_first(self, picks: np.ndarray) -> None:
        """Solve all nodes together from the model without features."""
        path = self.path
        path.iterate(
            path.columns(picks, np.broadcast_to(path.null[None, :, None], (path.sets, path.p + 1, len(picks))))
        )
        path.solved[picks] = True

    def done(self) -> None:
        """Let go of what only the last λ needed: nothing."""

    def start(self, i: int) -> np.ndarray:
        """Parameters of every set at λ_i, (sets, p + 1), interpolated."""
        path = self.path
        known = np.flatnonzero(path.solved)
        known = known[np.unique(path.x[known], return_index=True)[1]]
        near, weights = interpolate(path.x[i], path.x[known])
        return np.einsum("smk,k->sm", path.theta[:, :, known[near]], weights)


class Exact(Neighbours):
    """Newton steps with every column's own Hessian."""

    def __init__(self, path: Path):
        assert isinstance(path.data, Written)
        super().__init__(path)
        self.data = path.data
        self.penalty = np.append(path.factors, 0.0)

    def steps(self, columns: Columns, gradient: np.ndarray, _last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """H⁻¹g of each column and ½ g'H⁻¹g."""
        a = self.data.hessians(columns.s, columns.theta)
        q = a.shape[1]
        diagonal = a[:, np.arange(q), np.arange(q)]
        a[:, np.arange(q), np.arange(q)] += columns.lam[:, None] * self.penalty + 1e-14 * diagonal
        try:
            delta = np.linalg.solve(a, gradient.T[:, :, None])[:, :, 0].T
        except np.linalg.LinAlgError:
            delta = np.column_stack([np.linalg.lstsq(m, g, rcond=None)[0] for m, g in zip(a, gradient.T, strict=True)])
        return delta, 0.5 * np.einsum("jc,jc->c", gradient, delta)

    def share(self, left: np.ndarray, d: np.ndarray) -> np.ndarray:
        """Share of the decrement that a step leaves: Newton's error squares, once it is small."""
        return np.where(d <= 1e-6 * self.path.data.null, np.minimum(left, 1e5 * d / self.path.data.null), 1.0)
