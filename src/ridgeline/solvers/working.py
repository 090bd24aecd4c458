"""One training set on its working columns: lasso and elastic net where rows are few and columns many.

At θ the mean loss of the training rows has gradient g and Hessian H on the working columns (and the intercept, last).
Sweeps of coordinate descent on the quadratic g't + ½ t'Ht + penalty find which coefficients are not zero, and their
signs; on those the answer is a linear system, solved by a Cholesky factor that serves a few steps. What is not done
until the optimality conditions hold on all working columns is repeated with fresh g and, unless the loss is quadratic,
fresh H.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from ridgeline.designs import Standardization
from ridgeline.kernels import settle
from ridgeline.problem import Problem
from ridgeline.solvers.homotopy import Homotopy

__all__ = ["Found", "Worker"]

_MOST = 60
_CHORDS = 6  # steps on a support with one factor
_FEW, _CHANGES = 400, 60  # size of the support, and changes from λ to λ, up to which a path is followed exactly
_KKT = 3e-9  # violation of the optimality conditions, as a share of λ


@dataclass
class Found:
    """What one training set has for a block of λ.

    Attributes
    ----------
    columns : ndarray of shape (w,)
        Stored columns, increasing.
    beta : ndarray of shape (w, B)
        Standardized coefficients.
    b0, train, test : ndarray of shape (B,)
    eta : ndarray of shape (n, B)
        Linear predictors of all rows.
    """

    columns: np.ndarray
    beta: np.ndarray
    b0: np.ndarray
    train: np.ndarray
    test: np.ndarray
    eta: np.ndarray


class Worker:
    """Solves one training set for a few λ at a time, from where it stood."""

    def __init__(self, problem: Problem, standard: Standardization, weights: np.ndarray, judged: np.ndarray):
        self.problem, self.standard = problem, standard
        self.rows = np.flatnonzero(weights)
        self.weights, self.judged = weights[self.rows], judged
        unit = problem.penalty(standard, np.ones(1))
        dead = standard.inverse == 0
        self.l1, self.l2 = unit.l1[:, 0], unit.l2[:, 0]
        self.lower, self.upper = np.where(dead, 0.0, unit.lower[:, 0]), np.where(dead, 0.0, unit.upper[:, 0])
        self.last = (np.empty(0, dtype=np.intp), np.empty(0), self._null(), np.inf)
        self.known: tuple | None = None  # of the homotopy: columns, support, inverse
        self.kept: tuple | None = None  # the same at the end of the last block
        open_sides = np.isneginf(unit.lower) & np.isposinf(unit.upper)
        unbounded = bool(np.all(open_sides | (self.lower == self.upper)[:, None]))
        self.exact = problem.family.name == "gaussian" and problem.l1_ratio == 1.0 and unbounded
        self.scale = np.inf  # of gradients: below λ where that is far above all of them
        self.quadratic = problem.family.name == "gaussian"

    def _null(self) -> float:
        p, w = self.problem, np.zeros(len(self.problem.y))
        w[self.rows] = self.weights
        return float(p.family.null_eta(p.y, w, p.offset)) if p.intercept else 0.0

    def solve(self, columns: np.ndarray, stored: np.ndarray, lams: np.ndarray) -> Found:
        """Solve on `columns`, whose standardized values all rows hold in `stored` (n, w), for decreasing λ."""
        problem = self.problem
        u = np.asfortranarray(np.hstack([stored, np.full((len(stored), 1), float(problem.intercept))]))
        part = _Part(self, columns, u[self.rows])
        theta = part.start(self.last)
        out = np.empty((len(theta), len(lams)))
        follow = part.follow(theta)
        for i, lam in enumerate(lams):
            if follow is not None and follow.lam > lam:
                there = follow.go(float(lam), _CHANGES)
                theta = follow.beta.copy()
                follow = follow if there else None
            theta = part.optimum(theta, float(lam))
            out[:, i] = theta
        self.known = None if follow is None else (columns, follow.support, follow.inverse)
        eta = u @ out + problem.offset[:, None]
        loss = problem.family.loss(problem.y[:, None], eta)
        mass = self.judged.sum()
        test = self.judged @ loss / mass if mass else np.full(len(lams), np.nan)
        return Found(columns, out[:-1], out[-1], self.weights @ loss[self.rows], test, eta)

    def keep(self, found: Found, lam: float) -> None:
        """Start from the end of this block next time."""
        self.last = (found.columns, found.beta[:, -1].copy(), float(found.b0[-1]), lam)
        self.kept = self.known


class _Part:
    """The training rows on some columns."""

    def __init__(self, worker: Worker, columns: np.ndarray, u: np.ndarray):
        self.worker, self.columns, self.u = worker, columns, u
        problem = worker.problem
        self.y, self.offset = problem.y[worker.rows], problem.offset[worker.rows]
        self.l1, self.l2 = (np.append(a[columns], 0.0) for a in (worker.l1, worker.l2))
        edge = np.inf if problem.intercept else 0.0
        self.box = np.stack([np.append(worker.lower[columns], -edge), np.append(worker.upper[columns], edge)])
        self.hessian: np.ndarray | None = None

    def start(self, last: tuple[np.ndarray, np.ndarray, float, float]) -> np.ndarray:
        """Where the last block ended."""
        columns, beta, b0, _ = last
        theta = np.zeros(len(self.l1))
        shared = np.isin(columns, self.columns)
        theta[np.searchsorted(self.columns, columns[shared])] = beta[shared]
        theta[-1] = b0
        return np.clip(theta, *self.box)

    def follow(self, theta: np.ndarray) -> Homotopy | None:
        """Path from there on: gaussian lasso without bounds."""
        worker = self.worker
        if not worker.exact or np.count_nonzero(theta) > _FEW:
            return None
        _, g, r = self.look(theta)
        self.hessian = self._curve(r)
        lam = worker.last[3]
        if not np.isfinite(lam):
            if theta[:-1].any():
                return None
            lam = float(np.max(np.abs(g[:-1]) / np.maximum(self.l1[:-1], 1e-300), initial=0.0))
        known = None
        if worker.kept is not None:
            columns, support, inverse = worker.kept
            place = np.append(np.searchsorted(self.columns, columns), len(theta) - 1)  # the intercept stays last
            known = (place[support], inverse)
        try:
            return Homotopy(self.hessian, self.l1, theta.copy(), -g, lam, known)
        except np.linalg.LinAlgError:
            return None

    def look(self, theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Mean loss, its gradient, and the derivative of each row's loss."""
        eta = self.u @ theta + self.offset
        loss, r = self.worker.problem.family.loss_gradient(self.y, eta)
        return float(self.worker.weights @ loss), self.u.T @ (r * self.worker.weights), r

    def _curve(self, r: np.ndarray) -> np.ndarray:
        v = self.worker.problem.family.curvature_at(self.y, r) * self.worker.weights
        half = self.u * np.sqrt(np.maximum(v, 0.0))[:, None]
        return np.ascontiguousarray(half.T @ half)

    def optimum(self, theta: np.ndarray, lam: float) -> np.ndarray:
        """Minimiser at λ."""
        l1, l2 = lam * self.l1, lam * self.l2
        loss, g, r = self.look(theta)
        total = loss + _penalty(l1, l2, theta)
        if not np.isfinite(self.worker.scale):
            self.worker.scale = float(np.abs(g).max())
        last, size = np.inf, min(lam, self.worker.scale)
        for _ in range(_MOST):
            left = _violation(-g - l2 * theta, l1, self.box, theta)
            if left <= _KKT * size or (left > 0.9 * last and left < 1e-6 * size):
                break
            last = left
            if self.hessian is None:
                self.hessian = self._curve(r)
            moved, support = self._step(theta, g, l1, l2)
            theta, total, g, r = self._downhill(theta, moved, total, l1, l2)
            theta, total, g, r = self._along(theta, support, (total, g, r), l1, l2, 0.1 * _KKT * size)
        return theta

    def _step(self, theta: np.ndarray, g: np.ndarray, l1: np.ndarray, l2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Minimiser of the quadratic at θ, nearly; and its support."""
        h = self.hessian
        assert h is not None
        beta, pull = theta.copy(), -g
        for _ in range(8):
            settle(h, l1, l2, self.box, beta, pull)
            support = _free(beta, l1, self.box)
            if not self.worker.quadratic:
                break
            factor = _cholesky(h, l2, support)
            if factor is None:
                continue
            step = lapack.dpotrs(factor, (pull - l2 * beta - l1 * np.sign(beta))[support], lower=0)[0]  # type: ignore[attr-defined]
            whole = _leap(h, l1, l2, self.box, beta, pull, support, step)
            if whole and _violation(pull - l2 * beta, l1, self.box, beta) <= 1e-10 * l1.max():
                break
        return beta, support

    def _downhill(self, theta: np.ndarray, moved: np.ndarray, total: float, l1: np.ndarray, l2: np.ndarray) -> tuple:
        """Go to `moved`, or half as far as often as it takes for the objective not to rise."""
        step = moved - theta
        for _ in range(40):
            now = theta + step
            loss, g, r = self.look(now)
            objective = loss + _penalty(l1, l2, now)
            if objective <= total + 1e-12 * abs(total) + 1e-300:
                return now, objective, g, r
            step = step / 2.0
        loss, g, r = self.look(theta)
        return theta, loss + _penalty(l1, l2, theta), g, r

    def _along(self, theta, support: np.ndarray, found: tuple, l1: np.ndarray, l2: np.ndarray, goal: float) -> tuple:
        """Newton steps on the support with one factor, as long as signs hold and the gradient falls."""
        total, g, r = found
        if self.worker.quadratic or len(support) == 0:
            return theta, total, g, r
        self.hessian = self._curve(r)
        factor = _cholesky(self.hessian, l2, support)
        last = np.inf
        for _ in range(_CHORDS if factor is not None else 0):
            flat = (g + l2 * theta + l1 * np.sign(theta))[support]
            size = np.abs(flat).max(initial=0.0)
            if size <= goal or size > 0.5 * last:
                break
            last = size
            trial = theta.copy()
            step = lapack.dpotrs(factor, flat, lower=0)[0]  # type: ignore[attr-defined]
            whole = _toward(trial, support, -step, l1, self.box)
            loss, new_g, new_r = self.look(trial)
            objective = loss + _penalty(l1, l2, trial)
            if not objective <= total + 1e-12 * abs(total):
                break
            theta, total, g, r = trial, objective, new_g, new_r
            if not whole:
                break
        return theta, total, g, r


def _penalty(l1: np.ndarray, l2: np.ndarray, theta: np.ndarray) -> float:
    return float(l1 @ np.abs(theta) + 0.5 * (l2 @ theta**2))


def _free(beta: np.ndarray, l1: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Coefficients that are free to move: strictly inside their bounds, and not held at zero."""
    return np.flatnonzero((beta > box[0]) & (beta < box[1]) & ((beta != 0.0) | (l1 == 0.0)))


def _cholesky(h: np.ndarray, l2: np.ndarray, support: np.ndarray) -> np.ndarray | None:
    """Upper factor on the support, or None where its columns depend on each other."""
    a = h[np.ix_(support, support)]
    diagonal = np.diagonal(a).copy()
    a.flat[:: len(a) + 1] += l2[support]
    try:
        factor = np.linalg.cholesky(a).T
    except np.linalg.LinAlgError:
        return None
    return factor if np.all(np.diagonal(factor) ** 2 > 1e-11 * (diagonal + l2[support])) else None


def _leap(h, l1, l2, box, beta, pull, support: np.ndarray, step: np.ndarray) -> bool:  # noqa: PLR0913 - a kernel
    """Move by `step` on the support, in place, and put what would cross zero or a bound there, if that goes downhill.

    Otherwise the move ends at the first crossing. Whether nothing was crossed.
    """
    before = beta.copy()
    low, high = _walls(beta, support, l1, box)
    wanted = beta[support] + step
    beta[support] = np.clip(wanted, low, high)
    move = beta - before
    turned = h @ move
    change = 0.5 * (move @ turned) - pull @ move + _penalty(l1, l2, beta) - _penalty(l1, l2, before)
    if change > 0.0:
        beta[:] = before
        _toward(beta, support, step, l1, box)
        turned = h @ (beta - before)
    pull -= turned
    return change <= 0.0 and bool(np.all((wanted > low) & (wanted < high)))


def _walls(beta: np.ndarray, support: np.ndarray, l1: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far each coefficient of the support may go without changing its sign or leaving its box."""
    now, corner = beta[support], l1[support] > 0
    low = np.where(corner & (now > 0), np.maximum(box[0, support], 0.0), box[0, support])
    high = np.where(corner & (now < 0), np.minimum(box[1, support], 0.0), box[1, support])
    return low, high


def _toward(beta: np.ndarray, support: np.ndarray, step: np.ndarray, l1: np.ndarray, box: np.ndarray) -> bool:
    """Move by `step` on the support, in place, or as far as the first sign or bound lets it; whether all the way."""
    now = beta[support]
    low, high = _walls(beta, support, l1, box)
    room = np.where(step > 0, high, low) - now
    share = np.divide(room, step, where=step != 0, out=np.full(len(step), np.inf))
    first = int(np.argmin(share)) if len(share) else 0
    if len(share) and share[first] <= 1.0:
        beta[support] = np.clip(now + share[first] * step, low, high)
        beta[support[first]] = now[first] + room[first]
        return False
    beta[support] = now + step
    return True


def _violation(g: np.ndarray, l1: np.ndarray, box: np.ndarray, beta: np.ndarray) -> float:
    """Largest violation of the optimality conditions; g = −(gradient of the smooth part)."""
    up = g - np.where(beta >= 0, l1, -l1)
    down = -g - np.where(beta <= 0, l1, -l1)
    worst = np.maximum(np.where(beta < box[1], up, 0.0), np.where(beta > box[0], down, 0.0))
    return float(worst.max(initial=0.0))
