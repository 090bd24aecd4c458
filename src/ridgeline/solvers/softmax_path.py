"""What the solvers of multinomial ridge share: θ and losses of every training set along λ, and results made of them."""

from __future__ import annotations

import numpy as np

from ridgeline.solvers.base import Fitted
from ridgeline.solvers.interpolate import predict
from ridgeline.solvers.separation import decidable, recedes
from ridgeline.solvers.softmax import Columns, Softmax, Values

__all__ = ["SoftmaxPath"]

_ASTRAY = 2.0  # of the null model's objective: no start is worth more
_FAR = 20.0  # standardized coefficient that makes one ask whether there is an optimum
_FARTHEST = 1e3  # and with which those without one step no further
_FAINT = 1e-9  # of the null model's objective: decrement from which those without an optimum step no further


class SoftmaxPath:
    """λ strongest first, and what is known of them."""

    def __init__(self, data: Softmax, lams: np.ndarray):
        self.data = data
        self.order = np.argsort(-lams, kind="stable")
        self.lams = lams[self.order]
        self.sets = len(data.standards)
        self.theta = np.zeros((self.sets, data.m, len(lams)))
        self.train, self.test = np.full((2, self.sets, len(lams)), np.nan)
        self.separated = np.zeros((self.sets, len(lams)), dtype=bool)
        self.solved = np.zeros(len(lams), dtype=bool)
        self.known: dict[tuple[int, bool], bool] = {}  # whether a set has no optimum, with a penalty and without
        positive = self.lams[self.lams > 0]
        floor = positive.min() * 1e-3 if len(positive) else 1e-12
        self.x = np.log(np.maximum(self.lams, floor))
        self.nodes: dict[int, list[np.ndarray]] = {}
        self.begun = data.start()[None].repeat(self.sets, axis=0)  # of every set, while no λ is solved

    def columns(self, new: list[int], sets: np.ndarray) -> tuple[np.ndarray, Columns]:
        """Places in the path, and candidates of these sets at each λ in `new`, where they are expected to end."""
        starts = np.concatenate([self._start(i)[sets] for i in new])
        index, s = np.repeat(new, len(sets)), np.tile(sets, len(new))
        return index, Columns(s, self.lams[index], np.ascontiguousarray(starts.T))

    def _start(self, i: int) -> np.ndarray:
        """Predicted parameters of every set at λ_i, shape (sets, m)."""
        return predict(self, i) if self.solved.any() else self.begun

    def begin(self, index: np.ndarray, columns: Columns) -> Values:
        """Values where the columns start; of those that were led astray, at the end of a stronger λ instead."""
        values = self.data.evaluate(columns)
        astray = np.flatnonzero(~(values.objective <= _ASTRAY * self.data.null))
        for c in astray.tolist():
            stronger = np.flatnonzero(self.solved[: index[c]])
            theta = self.theta[columns.s[c], :, stronger[-1]] if len(stronger) else self.data.start()
            columns.theta[:, c] = theta
        if len(astray):
            values.put(astray, self.data.evaluate(columns.take(astray)), np.arange(len(astray)))
        return values

    def endless(self, columns: Columns, at: np.ndarray, decrement: np.ndarray, slow: np.ndarray) -> np.ndarray:
        """Which of the columns `at` have no optimum, because columns without a penalty separate, and have gone far.

        That is, they hardly fall, or are far out, where every step leads a multiple further.
        """
        out = np.zeros(len(at), dtype=bool)
        if not (self.data.problem.factors == 0.0).any():
            return out
        size = np.abs(columns.theta[:, at]).max(axis=0)
        suspect = (columns.lam[at] > 0) & ((decrement <= _FAINT * self.data.null) | (size > _FARTHEST))
        for c in np.flatnonzero(suspect).tolist():
            s = int(columns.s[at[c]])
            known = self.known.get((s, False))
            ask = known is None and (slow[c] or size[c] > _FAR)
            out[c] = self.recedes(s, columns.theta[:, at[c]], float(columns.lam[at[c]])) if ask else bool(known)
        return out

    def store(self, index: np.ndarray, columns: Columns, values: Values, slow: np.ndarray) -> None:
        """Keep candidates that are done; of those that were slow, say whether there is an optimum."""
        s = columns.s
        self.theta[s, :, index] = columns.theta.T
        self.train[s, index], self.test[s, index] = values.train, values.test
        self.solved[index] = True
        gone = [self.known.get(key, False) for key in zip(s.tolist(), (columns.lam == 0).tolist(), strict=True)]
        slow = slow | np.array(gone, dtype=bool) | (values.train < 1e-6 * self.data.null)
        for c in np.flatnonzero(slow).tolist():
            self.separated[s[c], index[c]] = self.recedes(int(s[c]), columns.theta[:, c], float(columns.lam[c]))

    def recedes(self, s: int, theta: np.ndarray, lam: float) -> bool:
        """Whether a column that was slow has no optimum."""
        problem, resamples = self.data.problem, self.data.resamples
        free = np.isfinite(problem.factors) & ((self.data.factors == 0.0) | (lam == 0.0))
        key = s, lam == 0.0
        if key in self.known or not free.any():
            return self.known.get(key, False)
        beta, b0 = self.data.coefficients(theta[:, None])
        full = np.concatenate([beta[:, :, 0], b0[:, 0][None]])
        given = problem, resamples.members(s, len(problem.y)), self.data.standards[s], free
        found = recedes(*given, full)
        if found or decidable(*given, (len(b0) - 1) ** 2):
            self.known[key] = found
        return found

    def fitted(self, k: int) -> Fitted:
        """Results of training set k in the caller's order of λ."""
        back = np.argsort(self.order)
        beta, b0 = self.data.coefficients(self.theta[k][:, back])
        return Fitted(
            self.data.standards[k], beta.reshape(len(beta), b0.size), b0.ravel(), self.train[k][back],
            self.test[k][back], self._spectrum() if k == 0 else np.empty(0), self.separated[k][back], self.data.passes,
            classes=len(b0),
        )  # fmt: skip

    def _spectrum(self) -> np.ndarray:
        """Eigenvalues of the null model's curvature, for effective degrees of freedom."""
        data = self.data
        m = data.standards[0].moments(data.moments[0])
        c = m.scatter / m.weight + np.outer(m.mean, m.mean)
        scale = np.where(data.factors > 0, 1.0 / np.sqrt(np.where(data.factors > 0, data.factors, 1.0)), 0.0)
        d = np.maximum(np.linalg.eigvalsh(c * np.outer(scale, scale)), 0.0)
        return np.concatenate([np.outer(d, data.class_spread()).ravel(), np.full(data.free_parameters, np.inf)])
