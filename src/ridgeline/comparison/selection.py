"""Which features a penalty selects, and whether it would select them again: stability over half-samples.

Half of the rows, drawn without replacement, 50 times with the other half as its complement (Meinshausen & Bühlmann
2010; complementary pairs as in Shah & Samworth 2013). Rows lie in 40 random cells, and halves are made of cells: one
pass over the rows at the fit of all rows gives every cell's curvature and gradient, and every half-sample is one small
penalised quadratic, solved by the coordinate kernel. For the gaussian family that is exact; for others it is one Newton
step from the fit of all rows. λ, scaling and imputation stay those of all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ridgeline.crossval.partition import shuffled
from ridgeline.designs import Layout
from ridgeline.kernels import descend
from ridgeline.problem import Problem
from ridgeline.solvers import Fitted

__all__ = ["Cluster", "HalfSamples", "chains", "clusters", "halves", "nogueira"]

PAIRS = 50
CELLS = 40
FEWEST = 20  # rows or groups of which halves are drawn
MOST = 400  # features followed; beyond them those nearest to selection
ALIKE = 0.7  # absolute correlation that joins two features


@dataclass(frozen=True, eq=False)
class HalfSamples:
    """How often each feature is selected.

    Attributes
    ----------
    selected : ndarray of shape (B, p), bool
    """

    selected: np.ndarray

    @property
    def frequency(self) -> np.ndarray:
        """Share of the half-samples that select each feature."""
        return self.selected.mean(axis=0)

    @property
    def size(self) -> float:
        """Mean number of selected features."""
        return float(self.selected.sum(axis=1).mean())

    @property
    def stability(self) -> float | None:
        """Index of Nogueira, Sechidis & Brown (2018), eq. 4."""
        return nogueira(self.selected)


def nogueira(selected: np.ndarray) -> float | None:
    """Stability of selected sets: 1 for the same set each time, 0 for sets of these sizes drawn at random.

    Examples
    --------
    >>> same = np.array([[True, False, False]] * 4)
    >>> nogueira(same)
    1.0
    >>> nogueira(np.ones((4, 3), dtype=bool)) is None
    True
    """
    m, p = selected.shape
    share = selected.mean(axis=0)
    size = share.sum() / p
    if size in (0.0, 1.0) or m < 2:
        return None  # always none, or always all: there is nothing to choose
    spread = m / (m - 1) * share * (1.0 - share)
    return float(1.0 - spread.mean() / (size * (1.0 - size)))


def halves(
    problem: Problem, fitted: Fitted, column: int, lam: float, *, units: np.ndarray | None = None, seed: int = 0
) -> HalfSamples | str:
    """Select features anew on half-samples.

    Parameters
    ----------
    problem : Problem
        With its l1_ratio.
    fitted : Fitted
        The fit on all rows, on all features.
    column : int
        Which of its λ.
    lam : float
    units : ndarray of shape (n,), optional
        Group of each row; groups are then kept together.
    seed : int

    Returns
    -------
    HalfSamples or str
        The reason in words where there are none.
    """
    count = len(problem.y) if units is None else int(units.max()) + 1
    if count < FEWEST:
        return f"{count} {'rows' if units is None else 'groups'} are too few to draw halves of"
    if fitted.classes > 1:
        return "half-samples are not available for several classes"
    return HalfSamples(_Halves(problem, fitted, column, lam).run(_cells(count, units, seed), seed))


def _cells(count: int, units: np.ndarray | None, seed: int) -> np.ndarray:
    """Deal rows or groups to cells at random: cell of each row."""
    cells = min(CELLS, count - count % 2)
    cell = np.empty(count, dtype=np.intp)
    cell[shuffled(count, seed, 21)] = np.arange(count) % cells
    return cell if units is None else cell[units]


class _Halves:
    def __init__(self, problem: Problem, fitted: Fitted, column: int, lam: float):
        self.problem, self.fitted, self.lam = problem, fitted, lam
        self.theta = np.append(fitted.beta[:, column], fitted.b0[column])
        self.eta = fitted.eta(problem, np.array([column]))[:, 0]
        self.followed = self._followed()

    def _followed(self) -> np.ndarray:
        """Features worth following: all, or those that are in and those whose gradient comes nearest to λ."""
        p = len(self.theta) - 1
        if p <= MOST:
            return np.arange(p)
        problem, standard = self.problem, self.fitted.standard
        r = (problem.family.gradient(problem.y, self.eta) * problem.weights)[:, None]
        pull = np.abs(standard.adjoint(problem.design.adjoint(r), r.sum(axis=0)))[:, 0]
        pull[(self.theta[:-1] != 0) | (problem.factors == 0)] = np.inf
        best = np.sort(np.argsort(-pull, kind="stable")[: max(MOST, int((self.theta[:-1] != 0).sum()))])
        flags = [int(f) for v, f in problem.imputed if int(v) in set(best.tolist())]
        return np.union1d(best, np.array(flags, dtype=np.intp))

    def run(self, cell: np.ndarray, seed: int) -> np.ndarray:
        """Select features in every half: (2 × pairs, p)."""
        h, g, mass = self._quadratics(cell)
        member = _pairs(len(mass), seed)
        weight = member @ mass
        q = len(self.followed)
        unit = replace(self.problem, factors=self.problem.factors[self.followed]).penalty(
            self.fitted.standard, np.ones(1)
        )
        l1, l2 = np.append(unit.l1[:, 0], 0.0), np.append(unit.l2[:, 0], 0.0)
        start = np.append(self.theta[self.followed], self.theta[-1])
        box = np.array([[-np.inf], [np.inf]]) * np.ones(q + 1)
        box[:, :-1][:, self.fitted.standard.inverse[self.followed] == 0] = 0.0
        selected = np.zeros((len(member), len(self.theta) - 1), dtype=bool)
        for b, cells in enumerate(member):
            own = np.tensordot(cells, h, axes=1) / weight[b]
            linear = own @ start - (cells @ g) / weight[b]
            beta = descend(own, linear, l1, l2, box, np.array([self.lam]), start)[0][0]
            selected[b, self.followed] = beta[:-1] != 0
        return selected

    def _quadratics(self, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Curvature (cells, q + 1, q + 1), gradient (cells, q + 1) and weight of each cell, at the fit of all rows."""
        problem, p, count = self.problem, len(self.theta) - 1, int(cell.max()) + 1
        v = problem.family.curvature(problem.y, self.eta) * problem.weights
        r = problem.family.gradient(problem.y, self.eta) * problem.weights
        ratio = np.divide(r, v, out=np.zeros_like(r), where=v > 0)
        design = problem.design if len(self.followed) == p else problem.design.select(self.followed)
        layout = Layout.make(design.shape[0], cell, count, design.block_rows)
        standard = self._standard()
        h, g = [], []
        for m in design.moments(ratio[:, None], v, layout):
            m = standard.moments(m)
            mean = np.append(m.mean[:-1], 1.0)
            full = m.weight * np.outer(mean, mean)
            full[:-1, :-1] += m.scatter[:-1, :-1]
            pull = m.weight * m.mean[-1] * mean
            pull[:-1] += m.scatter[:-1, -1]
            h.append(full)
            g.append(pull)
        return np.array(h), np.array(g), np.bincount(cell, weights=problem.weights, minlength=count)

    def _standard(self):
        """Return the standardization of the followed features; a response column rides along."""
        s, at = self.fitted.standard, self.followed
        place = {int(j): i for i, j in enumerate(at)}
        kept = [k for k, (v, f) in enumerate(s.imputed) if int(v) in place and int(f) in place]
        pairs = [(place[int(s.imputed[k, 0])], place[int(s.imputed[k, 1])]) for k in kept]
        imputed = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        return replace(
            s, imputed=imputed, fill=s.fill[kept], mean=s.mean[at], inverse=s.inverse[at], sd=s.sd[at]
        )  # fmt: skip


def _pairs(cells: int, seed: int) -> np.ndarray:
    """Halves of the cells and their complements: (2 × pairs, cells), 0 or 1."""
    out = np.zeros((2 * PAIRS, cells))
    for k in range(PAIRS):
        order = shuffled(cells, seed, 22, k)
        out[2 * k, order[: cells // 2]] = 1.0
        out[2 * k + 1] = 1.0 - out[2 * k]
    return out


@dataclass(frozen=True, eq=False)
class Cluster:
    """Features that say much the same: a chain of correlations of at least `ALIKE`.

    Attributes
    ----------
    members : tuple of int
    any : float
        Share of the half-samples that select at least one member.
    each : tuple of float
        Share that selects each.
    """

    members: tuple[int, ...]
    any: float
    each: tuple[float, ...]


def clusters(alike: np.ndarray, selected: np.ndarray) -> list[Cluster]:
    """Join features that are alike into chains, and count how often a cluster is in a selection.

    Parameters
    ----------
    alike : ndarray of shape (p, p), bool
    selected : ndarray of shape (B, p), bool

    Returns
    -------
    list of Cluster
        Of two members or more; largest first.
    """
    found = [c for c in chains(alike) if len(c) > 1]
    return [
        Cluster(tuple(c), float(selected[:, c].any(axis=1).mean()), tuple(selected[:, c].mean(axis=0).tolist()))
        for c in sorted(found, key=lambda c: (-len(c), c))
    ]


def chains(alike: np.ndarray) -> Sequence[list[int]]:
    """Return the connected components of a symmetric relation."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count, label = connected_components(csr_array(alike), directed=False)
    return [np.flatnonzero(label == c).tolist() for c in range(count)]
