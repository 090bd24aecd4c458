"""Arrowhead: gaussian ridge of a table with one long category, whose levels are eliminated.

No two levels meet in a row, so their block of the normal equations is diagonal. With the other columns A (intercept
among them, so that the levels B need not be centred), h the levels' second moments and K the cross-products::

    [ H + λF      K        ] [a]   [g]
    [ K'     diag(h + λf)  ] [b] = [r]

    S(λ) a = g − K (r / (h + λf)),       S(λ) = H + λF − K diag(1 / (h + λf)) K',       b = (r − K'a) / (h + λf)

One system of the other columns for each λ takes the place of a decomposition of all columns, and sums by level take the
place of cross-products of all columns. Solutions are refined with the residual of the full system; near λ = 0 that is
the proximal point iteration from zero, which tends to the solution of least norm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ridgeline.designs import DenseDesign, Design, MixedDesign, Standardization
from ridgeline.moments import Moments
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples, together
from ridgeline.solvers.quadrature import eigenvalues

__all__ = ["solve", "spectrum", "worthwhile"]

_FEWEST = 500  # columns; a decomposition of fewer is quick enough
_CELLS = 2**22  # of K
_NEAR_ZERO = 1e-7  # λ, beside the mean second moment, below which systems are not solved but approached
_EFFORT = 16, 48  # probes and steps of the quadrature that estimates a spectrum


def worthwhile(problem: Problem) -> bool:
    """Whether the longest category outweighs the other columns."""
    design, p = problem.design, problem.design.shape[1]
    if not isinstance(design, MixedDesign) or problem.family.name != "gaussian" or not problem.intercept:
        return False
    longest = max(design.levels)
    return problem.smooth and p >= _FEWEST and longest >= p - longest and longest * (p - longest) <= _CELLS


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Gaussian ridge with an intercept, of a mixed design.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Any order; 0 included.
    """
    split, cells = _added_up(problem, resamples)
    merged = resamples.merged(cells)

    def one(k: int) -> Fitted:
        train, test = merged(k)
        system = _System.of(problem, split, train)
        beta, b0 = system.path(lams)
        judge = np.full(len(lams), np.nan) if test is None else split.loss(test, system.standard, beta, b0)
        own = split.loss(train, system.standard, beta, b0)
        return Fitted(system.standard, beta, b0, own, judge, separated=np.zeros(len(lams), bool), passes=1)

    found = problem.design.engine.map(one, range(len(resamples.sets)))
    found[0].spectrum = spectrum(problem, resamples)
    return found


def spectrum(problem: Problem, resamples: Resamples) -> np.ndarray:
    """Estimate the eigenvalues of the standardized second moments of the first training set; see `quadrature`."""
    if "spectrum" not in resamples.memo:
        split, cells = _added_up(problem, resamples)
        system = _System.of(problem, split, together(cells, resamples.sets[0].train))
        rank = int(min(len(problem.y) - 1, len(problem.factors)))
        resamples.memo["spectrum"] = eigenvalues(
            system.product, system.standard, problem.factors, rank, centred=True, effort=_EFFORT
        )
    return resamples.memo["spectrum"]


def _added_up(problem: Problem, resamples: Resamples) -> tuple[_Split, list[_Sums]]:
    """Split the columns and add up each cell, once."""
    if "arrowhead" not in resamples.memo:
        split = _Split.of(problem)
        resamples.memo["arrowhead"] = split, split.cells(problem, resamples)
    return resamples.memo["arrowhead"]


@dataclass(frozen=True)
class _Sums:
    """What one cell's rows add up to.

    Attributes
    ----------
    numbers : Moments
        Of [A | y − offset].
    count : ndarray of shape (L,)
        Weight of the rows of each level.
    sums : ndarray of shape (L, m)
        Σ w ([A | y − offset] − origin) over them.
    """

    numbers: Moments
    count: np.ndarray
    sums: np.ndarray

    @property
    def weight(self) -> float:
        return self.numbers.weight

    def merge(self, other: _Sums, *, spare: bool = False) -> _Sums:
        numbers = self.numbers.merge(other.numbers, spare=spare)
        return _Sums(numbers, self.count + other.count, self.sums + other.sums)


@dataclass(frozen=True)
class _Split:
    """The longest category `long` with its columns B, and the other columns A with a provisional origin."""

    long: int
    levels: np.ndarray
    others: np.ndarray
    rest: Design
    origin: np.ndarray

    @classmethod
    def of(cls, problem: Problem) -> _Split:
        design = problem.design
        assert isinstance(design, MixedDesign)
        k = int(np.argmax(design.levels))
        first = design.x.shape[1] + sum(design.levels[:k])
        levels = np.arange(first, first + design.levels[k])
        codes, counts = np.delete(design.codes, k, axis=1), design.levels[:k] + design.levels[k + 1 :]
        rest = (
            MixedDesign(design.x, codes, counts, engine=design.engine)
            if counts
            else DenseDesign(design.x, engine=design.engine)
        )
        origin = np.zeros(rest.shape[1] + 1)
        origin[: design.x.shape[1]] = design.x.mean(axis=0)
        origin[-1] = (problem.y - problem.offset).mean()
        return cls(k, levels, np.setdiff1d(np.arange(design.shape[1]), levels), rest, origin)

    def cells(self, problem: Problem, resamples: Resamples) -> list[_Sums]:
        """Add up each cell."""
        design, z = problem.design, problem.y - problem.offset
        assert isinstance(design, MixedDesign)
        plain = bool(np.all(problem.weights == 1.0))
        moments = self.rest.moments(z[:, None], None if plain else problem.weights, resamples.layout)
        labels = np.zeros(len(z), dtype=np.intp) if resamples.labels is None else resamples.labels
        count, sums = self._by_level(design, z, problem.weights, labels, len(moments))
        return [_Sums(*parts) for parts in zip(moments, count, sums, strict=True)]

    def _by_level(self, design: MixedDesign, z, weights, labels, cells: int) -> tuple[np.ndarray, np.ndarray]:
        """Weight (cells, L) and sums (cells, L, m) of the rows of each level."""
        code, size = design.codes[:, self.long], len(self.levels)
        rows = np.flatnonzero((code >= 0) & (labels >= 0))
        at, w = labels[rows].astype(np.intp) * size + code[rows], weights[rows]
        sums = np.zeros((cells * size, len(self.origin)))

        def number(j: int) -> None:
            column = z if j == sums.shape[1] - 1 else design.x[:, j]
            sums[:, j] = np.bincount(at, w * (column[rows] - self.origin[j]), cells * size)

        design.engine.map(number, [*range(design.x.shape[1]), sums.shape[1] - 1])
        first = design.x.shape[1]
        for k, levels in enumerate(design.levels):
            if k != self.long:
                other = design.codes[rows, k]
                known = other >= 0
                table = np.bincount(at[known] * levels + other[known], w[known], cells * size * levels)
                sums[:, first : first + levels] = table.reshape(-1, levels)
                first += levels
        return np.bincount(at, w, cells * size).reshape(cells, size), sums.reshape(cells, size, -1)

    def loss(self, cell: _Sums, standard: Standardization, beta: np.ndarray, b0: np.ndarray) -> np.ndarray:
        """Half mean squared error of a cell's rows."""
        if cell.weight == 0.0:
            return np.full(len(b0), np.nan)
        b, shift = standard.stored(beta)
        constant, own = shift + b0, b[self.levels]
        v = np.vstack([-b[self.others], np.ones(len(b0))])  # y − x'b without the levels is [x | y] v
        m = cell.numbers
        square = np.einsum("jl,jl->l", v, m.scatter @ v) + m.weight * (m.mean @ v - constant) ** 2
        residual = cell.sums @ v + np.outer(cell.count, self.origin @ v - constant)  # sums by level
        square += np.einsum("jl,jl->l", own, cell.count[:, None] * own - 2.0 * residual)
        return 0.5 * np.maximum(square, 0.0) / m.weight


@dataclass(frozen=True)
class _System:
    """The equations of one training set in standardized coefficients; A is intercept first."""

    split: _Split
    standard: Standardization
    center: float
    block: np.ndarray  # H (q, q)
    own: np.ndarray  # h (L,)
    k: np.ndarray  # K (q, L)
    f: np.ndarray  # penalty factors (q + L,)
    rhs: np.ndarray  # g and r (q + L,)

    @classmethod
    def of(cls, problem: Problem, split: _Split, cell: _Sums) -> _System:
        m, others = cell.numbers, split.others
        share = cell.count / m.weight
        a = Standardization.learn(m, problem.imputed, standardize=problem.standardize).head(len(others))
        none = np.empty((0, 2), dtype=np.intp)
        b = Standardization.of(share, share * (1.0 - share), none, np.empty(0), standardize=problem.standardize)
        standard = _joined(split, a, b).excluding(np.isinf(problem.factors))
        a = replace(a, inverse=standard.inverse[others])
        inverse = standard.inverse[split.levels]
        mapped = a.moments(m)
        moved = np.append(a.mean, m.mean[-1]) - a.impute(split.origin[None])[0]
        sums = a.impute(cell.sums) - np.outer(cell.count, moved)
        sums[:, :-1] *= a.inverse
        sums *= (inverse / m.weight)[:, None]
        second = mapped.scatter / m.weight
        block = np.zeros_like(second)
        block[0, 0], block[1:, 1:] = 1.0, second[:-1, :-1]
        f = np.where(standard.inverse > 0, problem.factors, 0.0)
        return cls(
            split,
            standard,
            float(m.mean[-1]),
            block,
            share * inverse**2,
            np.vstack([share * inverse, sums[:, :-1].T]),
            np.concatenate([[0.0], f[others], f[split.levels]]),
            np.concatenate([[0.0], second[:-1, -1], sums[:, -1]]),
        )

    @property
    def q(self) -> int:
        """Other columns, intercept included."""
        return len(self.k)

    def path(self, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Standardized coefficients (p, L) and intercepts (L,)."""
        x = np.stack([self._solve(float(lam)) for lam in lams], axis=1) if len(lams) else np.empty((len(self.f), 0))
        beta = np.empty((len(self.f) - 1, len(lams)))
        beta[self.split.others], beta[self.split.levels] = x[1 : self.q], x[self.q :]
        return beta, self.center + x[0] + self.k[0] @ x[self.q :]

    def _solve(self, lam: float) -> np.ndarray:
        q, scale = self.q, float(self.own.mean() + np.trace(self.block) / self.q)
        least = _NEAR_ZERO * scale
        held = max(lam, least) * self.f
        held[np.append(self.block.diagonal(), self.own) == 0.0] = 1.0  # columns that take no part
        d = self.own + held[q:]
        s = self.k / np.sqrt(d)
        s = self.block + np.diag(held[:q]) - s @ s.T
        inverse = np.linalg.inv(s)
        x = np.zeros(len(self.f))
        for _ in range(2 if lam >= least else 8):
            left = self.rhs - self._times(x) - lam * self.f * x
            level = left[q:] / d
            a = inverse @ (left[:q] - self.k @ level)
            x[:q] += a
            x[q:] += level - (a @ self.k) / d
        return x

    def _times(self, x: np.ndarray) -> np.ndarray:
        a, b = x[: self.q], x[self.q :]
        return np.concatenate([self.block @ a + self.k @ b, a @ self.k + self.own * b])

    def product(self, u: np.ndarray) -> np.ndarray:
        """Second moments of the standardized columns, levels centred too, times u (p, c)."""
        out, k, shift = np.empty_like(u), self.k[1:], self.k[0]
        a, b = u[self.split.others], u[self.split.levels]
        out[self.split.others] = self.block[1:, 1:] @ a + k @ b
        out[self.split.levels] = k.T @ a + self.own[:, None] * b - np.outer(shift, shift @ b)
        return out


def _joined(split: _Split, a: Standardization, b: Standardization) -> Standardization:
    p = len(a.mean) + len(b.mean)
    parts = []
    for name in ("mean", "inverse", "sd"):
        out = np.empty(p)
        out[split.others], out[split.levels] = getattr(a, name), getattr(b, name)
        parts.append(out)
    return Standardization(a.imputed, a.fill, *parts)
