"""Steps of `ridgeline.solvers.classes`: on the columns at work, for all training sets and a few λ at once.

Near θ = vec [B; b0] the mean loss is a quadratic; with the penalty added the coordinate kernel solves it. Curvature is
taken from the data at both ends of a chunk of λ and interpolated between; a step that raises the objective is halved.

Where columns that no penalty holds separate the classes there is no optimum: steps lead on for ever, and the losses of
judging rows never settle. Slow training sets are asked whether that is so, and end when the objective hardly falls.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.kernels import descend
from ridgeline.problem import Problem
from ridgeline.solvers.base import Resamples
from ridgeline.solvers.classes_chunk import Chunk
from ridgeline.solvers.classes_corners import Corners, settle
from ridgeline.solvers.separation import recedes
from ridgeline.solvers.softmax import Columns, Softmax

__all__ = ["Working"]

_MOST = 100
_ROWS = 1024  # of a block whose weighted cross-products are formed
_TAU = 1e-5  # of a feature's curvature: the proximal weight of moving all classes alike
_EVEN = 1e-9  # of every diagonal: likewise, where rows that are all but certain leave too little to factorize
_LEAST = 1e-10  # both, where steps are slow: they hold back what columns that say nearly the same trade
_VANISHING = 1e-6


class Working:
    """The columns at work, and where each training set stands.

    Parameters
    ----------
    problem : Problem
        Of these columns alone.
    resamples : Resamples
    standards : list of Standardization
        Of each training set.
    now : ndarray of shape (sets, p + 1, K)
        Where to begin; intercepts last.
    scale : float
        Largest gradient of the model without features.
    separated : dict
        What is known of training sets: whether they have no optimum, and for which free columns. Added to.
    """

    def __init__(
        self,
        problem: Problem,
        resamples: Resamples,
        standards: list[Standardization],
        now: np.ndarray,
        scale: float,
        separated: dict[tuple[int, bool], bool],
    ):
        self.problem, self.resamples, self.scale, self.separated = problem, resamples, scale, separated
        self.data = Softmax(problem, resamples, symmetric=True, standards=standards)
        self.corners = Corners.of(problem, self.data)
        self.sets, self.classes = len(standards), now.shape[2]
        self.rows = [np.split(r, range(_ROWS, len(r), _ROWS)) for r in training_rows(problem, resamples)]
        self.now = np.clip(now.reshape(self.sets, -1), self.corners.box[:, 0], self.corners.box[:, 1])
        columns = Columns(np.arange(self.sets), np.zeros(self.sets), np.ascontiguousarray(self.now.T))
        values = self.data.evaluate(columns)
        self.gradient, self.level = values.gradient, values.train
        self.ends = self._curvature(self.now)

    def advance(self, lams: np.ndarray, start: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Solve the next λ, decreasing: parameters (sets, p + 1, K, L), training and judging losses (sets, L).

        `start`, shaped like these parameters, takes the place of a prediction.
        """
        predicted = self._predict(lams) if start is None else start.reshape(self.sets, -1, len(lams))
        predicted = self._sober(predicted, float(lams[-1]))
        begin, self.ends = self.ends, self._curvature(predicted[:, :, -1])
        index, s = np.tile(np.arange(len(lams)), self.sets), np.repeat(np.arange(self.sets), len(lams))
        theta = np.ascontiguousarray(np.concatenate(list(predicted), axis=1))
        chunk = Chunk(self, Columns(s, lams[index], theta), (begin, self.ends, (index + 1.0) / len(lams)))
        chunk.run()
        self.gradient = chunk.gradient[:, index == len(lams) - 1]
        found = chunk.theta.reshape(-1, self.sets, len(lams)).swapaxes(0, 1)
        self.now, self.level = found[:, :, -1].copy(), chunk.train[index == len(lams) - 1]
        shape = (self.sets, len(lams))
        return (
            found.reshape(self.sets, -1, self.classes, len(lams)),
            chunk.train.reshape(shape),
            chunk.test.reshape(shape),
        )

    def _curvature(self, theta: np.ndarray) -> list[np.ndarray]:
        """Hessians of all training sets."""
        return self.problem.design.engine.map(lambda k: self.hessian(k, theta[k]), range(self.sets))

    def hessian(self, k: int, theta: np.ndarray, *, slow: bool = False) -> np.ndarray:
        """Hessian of the mean loss of training set k, and the proximal terms.

        ``Σ_{a<b} (e_a − e_b)(e_a − e_b)' ⊗ X' diag(w π_a π_b) X / W``: no difference, hence no cancellation.
        """
        p1, pairs = self.data.p + 1, list(combinations(range(self.classes), 2))
        found = sum(self._products(k, rows, theta, pairs) for rows in self.rows[k])
        h = np.zeros((self.classes, self.classes, p1, p1))
        for (a, b), g in zip(pairs, found / self.data.train_weight[k], strict=True):
            h[a, a] += g
            h[b, b] += g
            h[a, b] = h[b, a] = -g
        h += np.diag((_LEAST if slow else _TAU) / self.classes * np.einsum("kkjj->j", h))
        h = h.transpose(2, 0, 3, 1).reshape(self.data.m, -1)
        h.flat[:: len(h) + 1] *= 1.0 + (_LEAST if slow else _EVEN)
        return self.data.alive(h, k)

    def _products(self, k: int, rows: np.ndarray, theta: np.ndarray, pairs: list) -> np.ndarray:
        """X'diag(w π_a π_b)X of some rows for every pair of classes, the intercept's column last."""
        standard, problem = self.data.standards[k], self.problem
        x = (standard.impute(problem.design.slab(rows).dense()) - standard.mean) * standard.inverse
        x = np.hstack([x, np.ones((len(rows), 1))])
        root = np.sqrt(problem.family.mean(x @ theta.reshape(-1, self.classes)))
        weight = np.sqrt(problem.weights[rows])
        out = np.empty((len(pairs), x.shape[1], x.shape[1]))
        for i, (a, b) in enumerate(pairs):
            z = x * (weight * root[:, a] * root[:, b])[:, None]
            out[i] = z.T @ z
        return out

    def _predict(self, lams: np.ndarray) -> np.ndarray:
        """Follow the quadratic at the end of the last chunk, (sets, m, chunk)."""

        def one(k: int) -> np.ndarray:
            if self.separated.get((k, bool(lams[-1] == 0.0))) and self.level[k] <= _VANISHING * self.data.null:
                return np.repeat(self.now[k][:, None], len(lams), axis=1)
            found = self.minimise(k, self.ends[k], self.gradient[:, k], self.now[k], lams)
            return settle(self.corners.at(np.full(len(lams), k), lams), found, self.classes)

        return np.stack(self.problem.design.engine.map(one, range(self.sets)))

    def reached(self, s: np.ndarray, lam: np.ndarray) -> np.ndarray:
        """Objectives, at other λ, where these training sets stand, and what rounding may add to them."""
        value = self.level[s] + self.corners.at(s, lam).value(np.ascontiguousarray(self.now[s].T))
        return value + 1e-9 * np.abs(value) + 1e-12 * self.data.null

    def _sober(self, predicted: np.ndarray, lam: float) -> np.ndarray:
        """Come back half the way as often as the end of a prediction is worse than where it began.

        Far from θ a quadratic says little, and the curvature there nothing at all.
        """
        every, here = np.arange(self.sets), np.full(self.sets, lam)
        limit = self.reached(every, here)
        for _ in range(_MOST):
            end = np.ascontiguousarray(predicted[every, :, -1].T)
            total = self.data.evaluate(Columns(every, here[every], end)).train
            total += self.corners.at(every, here[every]).value(end)
            every = every[~(total <= limit[every])]
            if len(every) == 0:
                break
            predicted[every] = 0.5 * (predicted[every] + self.now[every][:, :, None])
        return predicted

    def recedes(self, k: int, lam: float, theta: np.ndarray) -> bool:
        """Whether training set k has no optimum; found out once, at the parameters of some slow column."""
        key = k, lam == 0.0
        if key not in self.separated:
            problem = self.problem
            free = np.isfinite(problem.factors) & ((problem.factors == 0.0) | (lam == 0.0))
            if problem.bounds is not None:
                free &= np.isinf(problem.bounds).all(axis=0)
            members, at = self.resamples.members(k, len(problem.y)), theta.reshape(-1, self.classes)
            self.separated[key] = bool(free.any()) and recedes(problem, members, self.data.standards[k], free, at)
        return self.separated[key]

    def minimise(
        self, k: int, h: np.ndarray, g: np.ndarray, theta: np.ndarray, lams: np.ndarray, at: Any = slice(None)
    ):
        """Minimisers of g'(t − θ) + ½ (t − θ)'H(t − θ) + penalty, one for each λ, over the parameters `at`: (m, L)."""
        l1, l2, box = (part[k][..., at] for part in (self.corners.l1, self.corners.l2, self.corners.box))
        return descend(h, h @ theta - g, l1, l2, box, lams, theta)[0].T


def training_rows(problem: Problem, resamples: Resamples) -> list[np.ndarray]:
    """Rows with weight of each training set."""
    labels = np.zeros(len(problem.y), dtype=np.intp) if resamples.labels is None else resamples.labels
    known = (labels >= 0) & (problem.weights > 0)
    return [np.flatnonzero(s.train[labels] & known) for s in resamples.sets]
