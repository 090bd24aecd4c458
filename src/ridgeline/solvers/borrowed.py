"""Many rows: Hessians of all training sets at a few λ, the nodes, interpolated in log λ between them.

One pass over the rows gives the Hessian of every training set at one point. Between nodes the interpolated H(λ) both
predicts and corrects. At an optimum θ_j of λ_j the vector c_j = (H + λ_j F) θ_j would not depend on j if the loss were
quadratic; so it is c, not θ, that is interpolated, and θ(λ) starts from (H + λ F)⁻¹ c with the factor that the
correcting steps need anyway.

Where solved λ lie close on both sides, factors are dear beside sweeps: θ itself is interpolated, and steps combine what
the factors of four λ nearby say, (H + λ F)⁻¹ being as smooth in log λ as everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ridgeline.solvers.candidates import Columns
from ridgeline.solvers.factors import WIDE, combined, factor_of, halved, solve_with, squared
from ridgeline.solvers.interpolate import interpolate
from ridgeline.solvers.sides import Sides, Values

if TYPE_CHECKING:
    from ridgeline.solvers.newton import Path

__all__ = ["Borrowed"]

_WORTH = 1e-16  # decrement, of the null objective, below which curvature from the data is not worth its pass
_FACTORS = 2e7  # cells of the factors that are kept, counted as squares
_CLOSE = 0.8  # distance in log λ of solved neighbours that save a factor


class Borrowed:
    """Steps with interpolated curvature; columns that it does not suit get their own."""

    def __init__(self, path: Path):
        assert isinstance(path.data, Sides)
        self.path, self.data = path, path.data
        self.nodes: dict[int, list[np.ndarray]] = {}
        self.own: dict[tuple[int, int], np.ndarray] = {}
        self.kept: dict[tuple[int, int], tuple] = {}
        self.penalty = np.append(path.factors, 0.0)
        self.most = int(_FACTORS / len(self.penalty) ** 2)  # columns whose factors are kept, lest they be made anew
        self.dear = _cost_of_curvature(*path.problem.design.shape)
        self.lent: set[int] = set()  # λ whose curvature was renewed for several sets at once
        self.stencils: dict[tuple[int, int], tuple[np.ndarray, np.ndarray] | None] = {}
        self.between = False  # whether the nodes are done
        self.seen, self.worst = 1.0, 0.0  # share of the decrement that steps between nodes leave, as measured

    def nodes_first(self, picks: np.ndarray) -> None:
        """Solve the nodes: together from the fit of a share of the rows, or one after the other."""
        path = self.path
        start = path.subsample(picks) if len(picks) > 1 else None
        if start is not None:
            self._nodes(picks, start)
        else:
            self._one_by_one(picks)
        self.between = True

    def _one_by_one(self, picks: np.ndarray) -> None:
        """Solve each node for the first set, from the node before; the other sets start there, with its curvature."""
        path, start = self.path, self.path.null
        for at, i in enumerate(picks.tolist()):
            if at:
                start = self._along(int(picks[at - 1]), i)
            self._nodes(picks[at : at + 1], start[None, :, None], leader=True)
            if path.sets > 1:
                translated, values = self.data.spread(path.theta[0, :, [i]].T)
                others = np.arange(1, path.sets)
                columns = path.columns(picks[at : at + 1], translated).take(others)
                path.iterate(columns, None if len(path.problem.imputed) else values[others])
            self._lighten()

    def _along(self, node: int, i: int) -> np.ndarray:
        """Where the first set's quadratic at a node has its optimum for λ_i."""
        path, h = self.path, self._hessian(0, node)
        theta = path.theta[0, :, node]
        c = h @ theta + path.lams[node] * self.penalty * theta
        return solve_with(factor_of(h, path.lams[i] * self.penalty), c)

    def _nodes(self, picks: np.ndarray, start: np.ndarray, leader: bool = False) -> None:
        """Solve nodes from starts (1 or all sets, p + 1, picks); only those of the first set with `leader`."""
        path = self.path
        translated, values = self.data.spread(start[0])
        columns = path.columns(picks, translated)
        columns, values = self._sober(columns, values, len(picks))
        for at, i in enumerate(picks):
            self.nodes[int(i)] = self.data.curvature(0, columns.theta[:, at], list(range(path.sets)))
        if leader:
            columns, values = columns.take(np.arange(len(picks))), values[np.arange(len(picks))]
        path.iterate(columns, None if len(path.problem.imputed) else values)  # fills of gaps differ from set to set
        path.solved[picks] = True
        self._lighten()

    def _lighten(self) -> None:
        """Let the nodes' factors go; curvature for which single precision would do is kept in it."""
        for (k, i), factor in self.kept.items():
            if factor[0].dtype == np.float32 and i in self.nodes:
                self.nodes[i][k] = halved(self.nodes[i][k])
        self.kept.clear()

    def _sober(self, columns: Columns, values: Values, count: int) -> tuple[Columns, Values]:
        """Replace starts that are worse than no features at all by that."""
        path = self.path
        objective, _ = path.penalised(columns, values)
        null = np.broadcast_to(path.null[:, None], columns.theta.shape)
        bad = ~(objective[:count] <= 1.05 * path.data.null + 1e-12)
        if not bad.any():
            return columns, values
        theta = np.where(np.tile(bad, path.sets), null, columns.theta)
        translated, values = self.data.spread(theta[:, :count])
        return path.columns(columns.i[:count], translated), values

    def start(self, i: int) -> np.ndarray:
        """Parameters of every set at λ_i, (sets, p + 1), interpolated."""
        path = self.path
        known = np.flatnonzero(path.solved & (path.lams > 0))
        known = known[np.unique(path.x[known], return_index=True)[1]]
        near, weights = interpolate(path.x[i], path.x[known], 8)
        near = known[near]
        theta = path.theta[:, :, near]
        mean = theta @ weights
        if self._stencil(i) is not None:
            return mean
        pulled = theta @ (weights * path.lams[near])

        def one(k: int) -> np.ndarray:
            h = self._hessian(k, i)
            return solve_with(self._kept(k, i, h), h @ mean[k] + self.penalty * pulled[k])

        return np.stack(path.problem.design.engine.map(one, range(path.sets)))

    def _hessian(self, k: int, i: int) -> np.ndarray:
        """Curvature of set k at λ_i: its own, a node's, or a polynomial through up to four nodes around it."""
        if (k, i) in self.own:
            return self.own[k, i]
        if i in self.nodes:
            return squared(self.nodes[i][k], len(self.penalty))
        x = self.path.x
        nodes = np.array([j for j in self.nodes if self.path.lams[j] > 0])
        nodes = nodes[np.unique(x[nodes], return_index=True)[1]]
        near, weights = interpolate(x[i], x[nodes], 4)
        return combined(weights, [self.nodes[int(nodes[j])][k] for j in near], len(self.penalty))

    def _kept(self, k: int, i: int, h: np.ndarray | None = None) -> tuple:
        if (k, i) not in self.kept:
            if len(self.kept) * len(self.penalty) ** 2 > _FACTORS:
                self.kept.clear()
            self.kept[k, i] = factor_of(self._hessian(k, i) if h is None else h, self.path.lams[i] * self.penalty)
        return self.kept[k, i]

    def steps(self, columns: Columns, gradient: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """H⁻¹g of each column and ½ g'H⁻¹g; columns whose last step left too much get curvature from the data.

        `last` holds the decrements before: infinite where there was none, 0 where curvature is to be renewed.
        """
        delta, d = self._apply(columns, gradient)
        with np.errstate(invalid="ignore", divide="ignore"):
            left = np.where(np.isfinite(last), d / last, 0.0)
        null = self.path.data.null
        slow = self._slow(left, d / null)
        if slow.any():
            self._renew(columns.take(slow))
            delta[:, slow], d[slow] = self._apply(columns.take(slow), gradient[:, slow])
        judged = np.isfinite(last) & (last > 1e-16 * null) & ~slow
        if judged.any() and self.between:
            self.seen = max(self.worst, float(np.max(left[judged])))
            self.worst = self.seen
        return delta, d

    def _slow(self, left: np.ndarray, d: np.ndarray) -> np.ndarray:
        """Columns for which the sweeps to come cost more than curvature from the data."""
        with np.errstate(divide="ignore", invalid="ignore"):
            sweeps = np.log(self.path.tolerance / d) / np.log(np.minimum(left, 1.0))
        return (left >= 0.9) | ((sweeps > 2.0 + self.dear) & (left > 1e-3) & (d > _WORTH))

    def _renew(self, columns: Columns) -> None:
        for i in np.unique(columns.i):
            at = np.flatnonzero(columns.i == i)
            found = self._fresh(columns.take(at), int(i))
            for k, h in zip(columns.s[at], found, strict=True):
                if self.between:
                    self.own[int(k), int(i)] = h
                else:
                    self.nodes[int(i)][k] = h
                self.kept.pop((int(k), int(i)), None)

    def _fresh(self, columns: Columns, i: int) -> list[np.ndarray]:
        """Curvature of several sets at λ_i: at the parameters of one of them first, at their own where that fails."""
        curvature, sets = self.data.curvature, columns.s.tolist()
        if sets == [0] and not self.between:  # the others will start with it
            self.nodes[i] = curvature(0, columns.theta[:, 0], list(range(self.path.sets)))
            return self.nodes[i][:1]
        if len(sets) > 1 and i not in self.lent:
            self.lent.add(i)
            return curvature(sets[0], columns.theta[:, 0], sets)
        return [curvature(k, columns.theta[:, c], [k])[0] for c, k in enumerate(sets)]

    def done(self) -> None:
        """Let go of the factors of λ that are solved, unless others may be made of them."""
        if len(self.penalty) < WIDE:
            self.kept.clear()

    def _stencil(self, i: int) -> tuple[np.ndarray, np.ndarray] | None:
        """λ around λ_i that have factors, and their weights, where they are close enough to do without one."""
        path = self.path
        if len(self.penalty) < WIDE or path.solved[i] or not self.between:
            return None
        key = i, int(path.solved.sum())
        if key not in self.stencils:
            woven = [j for (j, _), found in self.stencils.items() if found is not None]  # have no factor either
            known = np.setdiff1d(np.flatnonzero(path.solved & (path.lams > 0)), woven)
            known = known[np.unique(path.x[known], return_index=True)[1]]
            x, at = path.x[known], int(np.searchsorted(path.x[known], path.x[i]))
            close = 0 < at < len(x) and x[at] - x[at - 1] <= _CLOSE
            near, weights = interpolate(path.x[i], x, 4)
            self.stencils[key] = (known[near], weights) if close else None
        return self.stencils[key]

    def _apply(self, columns: Columns, gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        jobs: dict[tuple[int, int], list[tuple[int, float]]] = {}  # by factor: columns, and its weight for each
        stencils = {int(i): self._stencil(int(i)) for i in np.unique(columns.i)}
        for c, (s, i) in enumerate(zip(columns.s.tolist(), columns.i.tolist(), strict=True)):
            stencil = None if (s, i) in self.own else stencils[i]
            for j, weight in [(i, 1.0)] if stencil is None else zip(*(a.tolist() for a in stencil), strict=True):
                jobs.setdefault((s, j), []).append((c, weight))

        def one(job: tuple[int, int]) -> np.ndarray:
            at = [c for c, _ in jobs[job]]
            return solve_with(self._kept(*job), gradient[:, at]) * [weight for _, weight in jobs[job]]

        delta = np.zeros_like(gradient)
        for job, found in zip(jobs, self.path.problem.design.engine.map(one, list(jobs)), strict=True):
            for at, (c, _) in enumerate(jobs[job]):
                delta[:, c] += found[:, at]
        return delta, 0.5 * np.einsum("jc,jc->c", gradient, delta)

    def share(self, left: np.ndarray, d: np.ndarray) -> np.ndarray:
        """Share of the decrement that a step leaves: as seen on this column, else on others like it."""
        return np.where(left < 1.0, left, self.seen)


def _cost_of_curvature(n: int, p: int) -> float:
    """Cost of a Hessian and its factor, in sweeps of one column: rough times of a core of today."""
    hessian = n * p**2 / 3e10 + p**3 / 4e10 + 2e-4
    sweep = n * (p * 1e-10 + 1e-8) + p**2 * 5e-10 + 3e-4
    return hessian / sweep
