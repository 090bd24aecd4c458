"""Columns that the shared loop left before their optimum: Newton with a Hessian of their own at every step.

Where rows are fitted so well that next to no curvature is left, Hessians of other points lead nowhere, and steps must
be damped. Each step is tried at several lengths at once; the objective is convex, so that any start leads to the
optimum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ridgeline.solvers.borrowed import Borrowed
from ridgeline.solvers.candidates import Columns
from ridgeline.solvers.factors import factor_of, solve_with

if TYPE_CHECKING:
    from ridgeline.solvers.newton import Path

__all__ = ["mend"]

_MOST = 200
_LENGTHS = 0.5 ** np.arange(10)
_ENOUGH = 1e-13  # of the objective: what rounding leaves of a decrease


def mend(path: Path) -> None:
    """Solve the columns that `path.failed` names, the strongest λ first: solved ones are starts for the next."""
    for s, i in sorted(path.failed, key=lambda column: (column[1], column[0])):
        if _descend(path, s, i, _start(path, s, i)):
            path.failed.discard((s, i))


def _start(path: Path, s: int, i: int) -> np.ndarray:
    """Where the objective at λ_i is least: at the solved λ beside it, without features, or where the loop ended."""
    solved = [j for j in range(len(path.lams)) if path.solved[j] and j != i and (s, j) not in path.failed]
    near = [*[j for j in solved if j < i][-1:], *[j for j in solved if j > i][:1], i]
    theta = np.column_stack([path.theta[s, :, near].T, path.null])
    objective, _, _ = _look(path, s, i, theta)
    return theta[:, np.nanargmin(objective)]


def _look(path: Path, s: int, i: int, theta: np.ndarray) -> tuple:
    """Objectives of candidates (p + 1, c), their gradients, and what a sweep says of them."""
    c = theta.shape[1]
    columns = Columns(np.full(c, s), np.full(c, i), np.full(c, path.lams[i]), theta)
    values = path.data.evaluate(columns.s, theta)
    return *path.penalised(columns, values), values


def _descend(path: Path, s: int, i: int, theta: np.ndarray) -> bool:
    """Go to the optimum and keep it; whether it was reached."""
    objective, gradient, values = _look(path, s, i, theta[:, None])
    delta, d = np.zeros_like(theta), np.inf
    for _ in range(_MOST):
        at = Columns(np.array([s]), np.array([i]), path.lams[[i]], theta[:, None])
        delta, d = _step(path, at, gradient)
        if d <= path.tolerance * path.data.null:
            break
        tried = theta[:, None] - delta[:, None] * _LENGTHS
        objectives, gradients, found = _look(path, s, i, tried)
        best = int(np.argmin(np.where(np.isfinite(objectives), objectives, np.inf)))
        if not objectives[best] < objective[0] - _ENOUGH * abs(objective[0]):
            break
        theta, objective, gradient, values = tried[:, best], objectives[[best]], gradients[:, [best]], found[[best]]
    done = d <= 1e-10 * path.data.null
    last = delta[:, None] if d <= 1e-12 * path.data.null else np.zeros((len(theta), 1))
    column = Columns(np.array([s]), np.array([i]), path.lams[[i]], theta[:, None] - last)
    path.store(column, values, last)
    return bool(done)


def _step(path: Path, at: Columns, gradient: np.ndarray) -> tuple[np.ndarray, float]:
    """Newton's step and half of its decrease by the quadratic."""
    if not isinstance(path.curvature, Borrowed):  # has the column's own Hessian anyway
        delta, d = path.curvature.steps(at, gradient, np.array([np.inf]))
        return delta[:, 0], float(d[0])
    (h,) = path.data.curvature(int(at.s[0]), at.theta[:, 0], [int(at.s[0])])
    delta = solve_with(factor_of(h, float(at.lam[0]) * path.curvature.penalty), gradient[:, 0])
    return delta, 0.5 * float(gradient[:, 0] @ delta)
