"""The data side of multinomial models: losses and gradients of many candidates from one sweep, and their curvature.

At the optimum of ridge the coefficients of a feature sum to zero over the classes, and so may the intercepts: with Q an
orthonormal basis (K × K−1) of the vectors that sum to zero, B = Γ Q' turns the symmetric problem into one without
redundancy and leaves the penalty as it is, ‖B‖ = ‖Γ‖. A candidate is one column θ = vec [Γ; γ0], intercepts last.

The Hessian of the loss is a sum over pairs of classes of positive terms, none of which needs a difference::

    Σ_{a<b} (q_a − q_b)(q_a − q_b)'  ⊗  X' diag(w π_a π_b) X / W          q_a: row a of Q
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.moments import merge_all
from ridgeline.problem import Problem, null_objective
from ridgeline.solvers.base import Resamples

__all__ = ["TOLERANCE", "Columns", "Softmax", "Values", "reach", "zero_sum_basis"]

_FIRST_ORDER = 1e-6  # of the null model's objective: changes of losses that a gradient may tell
_REACH = 30.0  # times the largest parameter or 1, the longest step: further on, faint curvature is no guide
TOLERANCE = 1e-18  # of the null model's objective: predicted decrease at which a column is done


def reach(theta: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Share of each step (m, c) to go at most from θ."""
    size = np.maximum(np.abs(theta).max(axis=0, initial=0.0), 1.0)
    return np.minimum(1.0, _REACH * size / np.maximum(np.abs(step).max(axis=0, initial=0.0), 1e-300))


def zero_sum_basis(classes: int) -> np.ndarray:
    """Orthonormal columns that sum to zero, (K, K − 1): Helmert's contrasts."""
    q = np.zeros((classes, classes - 1))
    for a in range(classes - 1):
        q[: a + 1, a] = 1.0
        q[a + 1, a] = -(a + 1.0)
    return q / np.linalg.norm(q, axis=0)


@dataclass
class Columns:
    """Candidate models: training set s, λ, and parameters θ of shape (m, c)."""

    s: np.ndarray
    lam: np.ndarray
    theta: np.ndarray

    def take(self, at: np.ndarray) -> Columns:
        """Pick some of the columns."""
        return Columns(self.s[at], self.lam[at], self.theta[:, at])


@dataclass
class Values:
    """What a sweep says of each column: last axis runs over columns."""

    objective: np.ndarray
    gradient: np.ndarray
    train: np.ndarray
    test: np.ndarray
    test_gradient: np.ndarray

    def put(self, at: np.ndarray, other: Values, of: np.ndarray) -> None:
        """Overwrite columns `at` by columns `of` of another."""
        for f in fields(Values):
            getattr(self, f.name)[..., at] = getattr(other, f.name)[..., of]


class Softmax:
    """Sweeps and curvature in the standardized coordinates of each training set.

    With `symmetric` Q is the identity, θ holds a coefficient for every class, and the penalty is left to the caller.
    """

    def __init__(
        self,
        problem: Problem,
        resamples: Resamples,
        *,
        symmetric: bool = False,
        standards: list[Standardization] | None = None,
    ):
        self.problem, self.resamples = problem, resamples
        self.p = problem.design.shape[1]
        classes = len(problem.family.classes)  # type: ignore[attr-defined]
        self.q = np.eye(classes) if symmetric else zero_sum_basis(classes)
        self.m = (self.p + 1) * self.q.shape[1]
        self.standards = self._learn() if standards is None else standards
        labels = np.zeros(len(problem.y), dtype=np.intp) if resamples.labels is None else resamples.labels
        known = labels >= 0
        mass = np.bincount(labels[known], weights=problem.weights[known], minlength=resamples.layout.cells)
        self.train = np.array([s.train for s in resamples.sets], dtype=np.float64)
        self.test = np.array([s.test for s in resamples.sets], dtype=np.float64)
        self.train_weight, self.test_weight = self.train @ mass, self.test @ mass
        self.factors = np.where(np.isfinite(problem.factors), problem.factors, 0.0)
        ridge = np.repeat(np.append(self.factors, 0.0), self.q.shape[1])[:, None]
        self.ridge = 0.0 * ridge if symmetric else ridge
        self.null = null_objective(problem)
        self.tolerance = self.null * np.where(self._lacking(), 1e-9, TOLERANCE)
        self.passes = 0

    def _learn(self) -> list[Standardization]:
        """Moments and standardizations of every training set, from one pass."""
        problem, resamples, w = self.problem, self.resamples, self.problem.weights
        weights = None if np.all(w == 1.0) else w
        cells = problem.design.moments(np.empty((len(w), 0)), weights, resamples.layout)
        self.moments = [merge_all([c for c, use in zip(cells, s.train, strict=True) if use]) for s in resamples.sets]
        options = {"standardize": problem.standardize, "intercept": problem.intercept}
        learned = [Standardization.learn(m, problem.imputed, **options) for m in self.moments]
        return [one.excluding(np.isinf(problem.factors)) for one in learned]

    def _lacking(self):
        """Say which sets lack a class in training: its intercept runs off to −∞, no optimum to be precise about."""
        labels = (
            np.zeros(len(self.problem.y), dtype=np.intp) if self.resamples.labels is None else self.resamples.labels
        )
        known = labels >= 0
        mass = np.zeros((self.train.shape[1], len(self.q)))
        np.add.at(mass, (labels[known], self.problem.y[known].astype(np.intp)), self.problem.weights[known])
        return ((self.train @ mass) <= 0).any(axis=1)

    def start(self) -> np.ndarray:
        """θ of the model without features."""
        theta = np.zeros((self.p + 1, self.q.shape[1]))
        if self.problem.intercept:
            theta[-1] = self.problem.family.null_eta(self.problem.y, self.problem.weights) @ self.q
        return theta.ravel()

    def class_spread(self) -> np.ndarray:
        """Eigenvalues of the classes' curvature in the model without features: shape (K − 1,)."""
        y, w = self.problem.y, self.problem.weights
        eta = self.problem.family.null_eta(y, w)[None]  # type: ignore[index]
        return self.problem.family.null_spread(y, w, eta if self.problem.intercept else np.zeros_like(eta))

    @property
    def free_parameters(self) -> int:
        """Never-penalised coefficients of features."""
        return int(((self.factors == 0) & (self.standards[0].inverse > 0)).sum()) * self.q.shape[1]

    def coefficients(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Standardized coefficients (p, K, c) and intercepts (K, c) of columns θ."""
        full = np.einsum("jac,ka->jkc", theta.reshape(self.p + 1, -1, theta.shape[1]), self.q)
        return full[:-1], full[-1]

    def evaluate(self, columns: Columns) -> Values:
        """Values of all columns, in groups that keep a block in cache."""
        k = len(self.q)
        width = int(np.clip(2**22 // max(1, self.resamples.layout.cells * self.p * k), 4, max(4, 256 // k)))
        count = max(1, -(-len(columns.s) // width))
        parts = [self._evaluate(columns.take(at)) for at in np.array_split(np.arange(len(columns.s)), count)]
        return Values(*(np.concatenate([getattr(v, f.name) for v in parts], axis=-1) for f in fields(Values)))

    def _evaluate(self, columns: Columns) -> Values:
        s, c, classes = columns.s, len(columns.s), len(self.q)
        b, constant = self.stored(columns)
        y, w = self.problem.y.astype(np.intp), self.problem.weights
        plain = bool(np.all(w == 1.0))

        def visit(rows, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            eta = eta.reshape(len(eta), classes, c)
            eta += constant
            loss, residual = self.problem.family.loss_gradient(y[rows], eta)
            if not plain:
                loss *= w[rows][:, None]
                residual *= w[rows][:, None, None]
            statistics = residual.copy()
            statistics[:, 0] = loss  # residuals sum to zero over the classes, so the first is known from the others
            return residual.reshape(len(eta), -1), statistics.reshape(1, len(eta), -1)

        sweep = self.problem.design.sweep(b, visit, self.resamples.layout)
        self.passes += 1
        totals = sweep.sums.reshape(-1, classes, c)
        adjoint = sweep.adjoint.reshape(len(totals), self.p, classes, c)
        loss = totals[:, 0].copy()
        totals[:, 0] = -totals[:, 1:].sum(axis=1)
        gradient = self.gather(adjoint, totals, s, self.train, self.train_weight)
        test_gradient = self.gather(adjoint, totals, s, self.test, np.maximum(self.test_weight, 1e-300))
        train = np.einsum("ck,kc->c", self.train[s], loss) / self.train_weight[s]
        with np.errstate(invalid="ignore", divide="ignore"):
            test = np.einsum("ck,kc->c", self.test[s], loss) / self.test_weight[s]
        pull = columns.lam * self.ridge * columns.theta
        objective = train + 0.5 * np.einsum("mc,mc->c", pull, columns.theta)
        return Values(objective, gradient + pull, train, test, test_gradient)

    def finish(self, columns: Columns, values: Values, at: np.ndarray, step: np.ndarray) -> None:
        """Add last steps (m, len(at)) to the columns `at`; losses follow small ones to first order.

        What a larger one does is looked at: where curvature is faint it may lead anywhere, and is then left out.
        """
        own = values.gradient[:, at] - columns.lam[at] * self.ridge * columns.theta[:, at]
        train = np.einsum("mc,mc->c", own, step)
        test = np.einsum("mc,mc->c", values.test_gradient[:, at], step)
        far = ~(np.maximum(np.abs(train), np.abs(np.nan_to_num(test))) <= _FIRST_ORDER * self.null)
        near = at[~far]
        values.train[near] = np.maximum(values.train[near] + train[~far], 0.0)
        values.test[near] = np.maximum(values.test[near] + test[~far], 0.0)
        columns.theta[:, near] += step[:, ~far]
        if far.any():
            at = at[far]
            trial = Columns(columns.s[at], columns.lam[at], columns.theta[:, at] + step[:, far])
            found = self.evaluate(trial)
            good = found.objective <= values.objective[at]
            values.put(at[good], found, good)
            columns.theta[:, at[good]] = trial.theta[:, good]

    def stored(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients on stored columns, (p, K c), and the constants of η, (K, c)."""
        beta, constant = self.coefficients(columns.theta)
        b = np.empty_like(beta)
        for k in np.unique(columns.s):
            at = columns.s == k
            part = beta[:, :, at]
            stored, shift = self.standards[k].stored(_flat(part))
            b[:, :, at] = stored.reshape(part.shape)
            constant[:, at] += shift.reshape(part.shape[1:])
        return _flat(b), constant

    def gather(
        self, adjoint: np.ndarray, total: np.ndarray, s: np.ndarray, member: np.ndarray, weight: np.ndarray
    ) -> np.ndarray:
        """Gradients (m, c) on the cells that `member` (sets, cells) names, from X'r (cells, p, K, c) and Σr."""
        out = np.zeros((self.p + 1, self.q.shape[1], len(s)))
        for k in np.unique(s):
            at = s == k
            g = np.tensordot(member[k], adjoint[..., at], axes=1)
            t = np.tensordot(member[k], total[..., at], axes=1)
            mapped = self.standards[k].adjoint(_flat(g), t.ravel()).reshape(g.shape)
            out[:-1, :, at] = np.einsum("jkc,ka->jac", mapped, self.q) / weight[k]
            if self.problem.intercept:
                out[-1][:, at] = self.q.T @ t / weight[k]
        return out.reshape(self.m, -1)

    def probabilities(self, s: int, theta: np.ndarray) -> np.ndarray:
        """π of all rows, (n, K), at the parameters of one column of set s."""
        return self.probabilities_of(Columns(np.array([s]), np.zeros(1), theta[:, None]))[:, :, 0]

    def probabilities_of(self, columns: Columns) -> np.ndarray:
        """π of all rows, (n, K, c), of every column."""
        b, constant = self.stored(columns)
        return self.problem.family.mean(self.problem.design.predict(b).reshape(-1, *constant.shape) + constant)

    def hessians(self, s: int, theta: np.ndarray, sets: list[int]) -> dict[int, np.ndarray]:
        """Hessians of the mean loss (m, m) at the parameters θ of set s, over the training rows of each of `sets`."""
        mean, w = self.probabilities(s, theta), self.problem.weights
        empty = np.empty((len(w), 0))
        pairs = list(combinations(range(len(self.q)), 2))
        moments = [
            self.problem.design.moments(empty, w * mean[:, a] * mean[:, b], self.resamples.layout) for a, b in pairs
        ]
        d = np.array([self.q[a] - self.q[b] for a, b in pairs])
        outer = np.einsum("ni,nj->ijn", d, d).reshape(-1, len(pairs))
        r, p1 = self.q.shape[1], self.p + 1
        out = {}
        for k in sets:
            g = np.array([self._second_moments(cells, k) for cells in moments])
            h = (outer @ g.reshape(len(pairs), -1)).reshape(r, r, p1, p1).transpose(2, 0, 3, 1)
            out[k] = self.alive(h.reshape(self.m, self.m), k)
        return out

    def _second_moments(self, cells: list, k: int) -> np.ndarray:
        m = merge_all([c for c, use in zip(cells, self.resamples.sets[k].train, strict=True) if use])
        m = self.standards[k].moments(m)
        full = np.append(m.mean, 1.0)
        g = m.weight * np.outer(full, full)
        g[:-1, :-1] += m.scatter
        return g / self.train_weight[k]

    def alive(self, h: np.ndarray, k: int) -> np.ndarray:
        """Give parameters that do not exist (constant columns, no intercept) a 1 on the diagonal and nothing else."""
        dead = np.repeat(np.append(self.standards[k].inverse == 0, not self.problem.intercept), self.q.shape[1])
        h[dead, :] = 0.0
        h[:, dead] = 0.0
        h[dead, dead] = 1.0
        return h


def _flat(b: np.ndarray) -> np.ndarray:
    """(p, K, c) as (p, K c), also where there are no features."""
    return b.reshape(len(b), b.shape[1] * b.shape[2])
