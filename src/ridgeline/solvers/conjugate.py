"""Newton by conjugate gradients: ridge of any smooth family where neither n × n nor p × p matrices are wanted.

The loop is that of `newton`: levels of λ, starts interpolated from the λ that are solved, step control. Only the step
differs: H δ = g is solved by conjugate gradients for many columns at once (Hestenes & Stiefel 1952), each product with
H being one pass over the rows, X'(v ∘ X p). Columns differ in training set, λ and curvature v, and share the pass.

A step is solved as far as it is worth (Dembo, Eisenstat & Steihaug 1982): Newton's error squares, so a relative
residual of the square root of the decrement loses nothing. Second moments precondition it where they can be formed
(`preconditioner.py`), else the diagonal of H for standardized features, mean curvature plus λ f_j: then iterates start
from rows' combinations and stay there, so that at λ = 0 the limit is the solution of least norm.
"""

from __future__ import annotations

import numpy as np

from ridgeline.designs import DenseDesign
from ridgeline.designs.kernel import eigenvalues as kernel_eigenvalues
from ridgeline.engines import give_back, one_blas_thread
from ridgeline.problem import Problem
from ridgeline.solvers import kernel, newton, spectral
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.candidates import Columns
from ridgeline.solvers.columns import learn_sets
from ridgeline.solvers.preconditioner import Preconditioner, worthwhile
from ridgeline.solvers.quadrature import eigenvalues
from ridgeline.solvers.sides import Sides
from ridgeline.solvers.written import Neighbours

__all__ = ["solve", "spectrum"]

_CELLS, _WIDTH = 2**18, 16  # of a batch of columns, beside the larger of n and p: they stay in cache; columns at least
_TOGETHER = 2**18  # of all columns that are iterated together, of dense rows
_MOST = 1000  # iterations

_ROUGHEST, _FINEST = 0.1, 1e-9  # relative residuals
_EXACT = 2500  # rows or columns, up to which eigenvalues are worth a matrix of theirs
_EFFORT = 8, 32  # probes and steps of the quadrature that estimates a spectrum


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray) -> list[Fitted]:
    """Solve every training set at every λ; see `newton.solve`."""
    lams = np.asarray(lams, dtype=np.float64)
    if worthwhile(problem) and problem.design.shape[1] <= kernel.MOST and not (lams > 0.0).all():
        return newton.solve(problem, resamples, lams)  # nothing would precondition λ = 0
    with one_blas_thread():
        spectrum(problem, resamples)  # which may take much room for a while: before the path does
        give_back(problem.design.shape)
        path = _Path(problem, resamples, lams)
        path.run()
        found = [path.fitted(k) for k in range(len(resamples.sets))]
        del path.curvature  # which refers back: together they would outlive this call
        return found


class _Path(newton.Path):
    """Many λ at a time, however many features."""

    def tools(self) -> tuple[Sides, Conjugate]:
        # few columns are enough for dense rows, beside which many would take much memory
        self.together = _TOGETHER if isinstance(self.problem.design, DenseDesign) else 2**21
        self.data = Sides(self.problem, self.resamples, learn_sets(self.problem, self.resamples))
        return self.data, Conjugate(self)

    def spectrum(self) -> np.ndarray:
        return spectrum(self.problem, self.resamples)


class Conjugate(Neighbours):
    """Steps by conjugate gradients."""

    def __init__(self, path: newton.Path):
        super().__init__(path)
        assert isinstance(path.data, Sides)
        self.data = path.data
        self.train = path.resamples.shares(path.problem)
        self.dead = np.array([np.append(s.inverse == 0, not path.problem.intercept) for s in path.data.standards]).T
        self.penalty = np.append(path.factors, 0.0)
        self.left = np.empty(0)  # share of the decrement that the last steps leave at least
        self.exact = path.problem.family.name == "gaussian"
        fits = worthwhile(path.problem) and bool((path.lams > 0.0).all())
        self.shared = Preconditioner(path.problem, path.resamples) if fits else None

    def steps(self, columns: Columns, gradient: np.ndarray, _last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """H⁻¹g of each column and ½ g'H⁻¹g."""
        delta, d = np.zeros_like(gradient), np.zeros(len(columns.s))
        self.left = np.zeros(len(d))
        width = max(_WIDTH, _CELLS // max(self.path.problem.design.shape))
        parts = [slice(start, start + width) for start in range(0, len(d), width)]

        def one(at: slice) -> None:
            delta[:, at], self.left[at] = self._solve(columns.take(np.arange(len(d))[at]), gradient[:, at])
            d[at] = 0.5 * np.einsum("jc,jc->c", gradient[:, at], delta[:, at])

        self.path.problem.design.engine.map(one, parts)
        return delta, d

    def share(self, _left: np.ndarray, d: np.ndarray) -> np.ndarray:
        """Share of the decrement that a step leaves: what the iteration left, and the square of Newton's error."""
        squared = 0.0 if self.exact else 1e5 * d / self.path.data.null
        short = d <= 1e-10 * self.path.data.null  # losses follow a step to first order: after longer ones look again
        return np.where(short, np.minimum(1.0, np.maximum(squared, self.left)), 1.0)

    def _solve(self, columns: Columns, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Conjugate gradients for a batch; the steps, and the squares of their relative residuals."""
        v = self._curvature(columns)
        dead, mean = self.dead[:, columns.s], v.sum(axis=0) + 1e-300
        x, r = np.zeros_like(g), np.where(dead, 0.0, g)
        z = self._near(r, mean, columns.lam, dead)
        p, rz = z.copy(), np.einsum("jc,jc->c", r, z)
        first = np.maximum(rz, 1e-300)
        goal = self._goal(0.5 * rz / self.path.data.null) ** 2 * rz
        out, left, at = x, rz / first, np.arange(len(rz))  # results, and which of them are still at work
        going = rz > goal
        for _ in range(_MOST):
            if not going.all():  # columns that are done leave the batch
                out[:, at[~going]], left[at[~going]] = x[:, ~going], (rz / first[at])[~going]
                x, r, p, v, dead = (np.ascontiguousarray(a[:, going]) for a in (x, r, p, v, dead))
                columns, rz, mean, at = columns.take(np.flatnonzero(going)), rz[going], mean[going], at[going]
            if len(at) == 0:
                return out, left
            hp = self._product(columns, v, p)
            curved = np.einsum("jc,jc->c", p, hp)
            alpha = np.divide(rz, curved, out=np.zeros(len(rz)), where=curved > 0)
            x += alpha * p
            r -= np.multiply(alpha, hp, out=hp)
            z = self._near(r, mean, columns.lam, dead)
            new = np.einsum("jc,jc->c", r, z)
            p *= new / rz
            p += z
            rz = new
            going = (rz > goal[at]) & (alpha > 0)
        out[:, at], left[at] = x, rz / first[at]
        return out, left

    def _near(self, r: np.ndarray, mean: np.ndarray, lam: np.ndarray, dead: np.ndarray) -> np.ndarray:
        """About H⁻¹r, for columns of mean curvature `mean`."""
        if self.shared is None:
            return r / np.where(dead, 1.0, mean + lam * self.penalty[:, None])
        z = self.shared.solve(r, mean, lam)
        z[dead] = 0.0
        return z

    def _goal(self, d: np.ndarray) -> np.ndarray:
        """Relative residual that is worth reaching, for decrements d of the null objective."""
        enough = 0.3 * np.sqrt(self.path.tolerance / np.maximum(d, 1e-300))
        useful = 0.0 if self.exact else np.sqrt(d)
        return np.clip(np.maximum(enough, useful), _FINEST, _ROUGHEST)

    def _curvature(self, columns: Columns) -> np.ndarray:
        """Curvature of the rows, weighted by their share in the column's training set: (n, c)."""
        problem, data = self.path.problem, self.data
        b, constant = data.stored(columns.s, columns.theta)
        eta = problem.design.predict(b) + (constant + problem.offset[:, None])
        return problem.family.curvature(problem.y[:, None], eta) * self.train[columns.s].T

    def _product(self, columns: Columns, v: np.ndarray, p: np.ndarray) -> np.ndarray:
        """(F'diag(v)F + λ f) p for each column."""
        problem, data = self.path.problem, self.data
        b, constant = data.stored(columns.s, p)
        r = problem.design.predict(b)
        r += constant
        r *= v
        g, total = problem.design.adjoint(r), r.sum(axis=0)
        out = columns.lam * self.penalty[:, None] * p
        for k in np.unique(columns.s):
            at = columns.s == k
            out[:-1, at] += data.standards[k].adjoint(g[:, at], total[at])
        out[-1] += total * problem.intercept
        return out


def spectrum(problem: Problem, resamples: Resamples) -> np.ndarray:
    """Find the eigenvalues of F'WF/W of the first training set, divided by the penalty factors.

    They are estimated where a dense n × n or p × p matrix would be large.
    """
    memo = resamples.memo
    if "spectrum" not in memo and min(problem.design.shape) <= _EXACT and isinstance(problem.design, DenseDesign):
        memo["spectrum"] = _exact(problem, resamples)
    if "spectrum" not in memo:
        standard, share = learn_sets(problem, resamples)[0], resamples.shares(problem)[0][:, None]

        def product(u: np.ndarray) -> np.ndarray:
            b, shift = standard.stored(u)
            r = share * (problem.design.predict(b) + shift)
            return standard.adjoint(problem.design.adjoint(r), r.sum(axis=0))

        rank = int(np.count_nonzero(share)) - problem.intercept
        resamples.memo["spectrum"] = eigenvalues(
            product, standard, problem.factors, rank, centred=problem.intercept, effort=_EFFORT
        )
    return resamples.memo["spectrum"]


def _exact(problem: Problem, resamples: Resamples) -> np.ndarray:
    if not problem.wide:
        return spectral.spectrum(problem, resamples)
    if np.any(problem.factors == 0.0):
        return kernel.spectrum(problem, resamples)
    standard, share = learn_sets(problem, resamples)[0], resamples.shares(problem)[0]
    return kernel_eigenvalues(problem.design, standard, problem.factors, share)
