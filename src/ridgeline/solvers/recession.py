"""A direction along which no condition falls and some rise, or the proof that there is none.

For conditions C d ≥ 0 with C d ≠ 0 either there is such a d, or some z > 0 has C'z = 0 (Stiemke 1915). Newton's method
on Σ φ(c_i'd), φ(m) = ½ (√(m² + 4) − m), finds either: where it converges, the weights −φ' are such a z, but for a rest
that is projected away; where it does not, its steps go along such a d, and raise each condition that rises by half of
what it is. Both are checked. A linear programme decides what is left (Konis 2007). All in an orthonormal basis of the
conditions, so that nearly dependent columns do not blur it.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

__all__ = ["SLACK", "recession"]

SLACK = 1e-9
"""Part of the largest condition that rounding may leave below zero."""

_RANK = 1e-13  # of the largest singular value
_MOST, _ROUNDS = 60, 40
_LEAST = 1e-13  # of the curvature, everywhere
_RISES = 0.15  # part of its size by which a step must raise a condition to count: half where it may rise for ever
_SHARP = 60  # products that clear a direction of what should not be in it


def recession(conditions: np.ndarray) -> np.ndarray | None:
    """Return a d with ``conditions @ d >= 0``, and not all 0, or None without one.

    Parameters
    ----------
    conditions : ndarray of shape (n, r)

    Examples
    --------
    >>> bool((np.eye(2) @ recession(np.eye(2)) > 0).all())
    True
    >>> recession(np.array([[1.0], [-1.0]])) is None
    True
    """
    if conditions.size == 0:
        return None
    basis, d, right = np.linalg.svd(conditions, full_matrices=False)
    live = d > _RANK * d[0]
    basis = basis[:, live] * np.sqrt(len(basis))
    decided, found = _by_newton(basis)
    if not decided:
        found = _by_programme(basis)
    return None if found is None else right[live].T @ (found / d[live])


def _by_newton(basis: np.ndarray) -> tuple[bool, np.ndarray | None]:
    """Whether it is decided, and the direction if there is one."""
    n, r = basis.shape
    at, margin = np.zeros(r), np.zeros(n)
    total, root = _loss(margin)
    for _ in range(_ROUNDS):
        weight = total / root
        slope = basis.T @ weight
        if _balances(basis, weight - basis @ (slope / n)):
            return True, None
        curved = (basis * (2.0 / root**3)[:, None]).T @ basis
        curved.flat[:: r + 1] += _LEAST * np.trace(curved) / r
        try:
            step = cho_solve(cho_factor(curved, overwrite_a=True), slope)
        except LinAlgError:
            break
        rise, length, before = basis @ step, 1.0, total.sum()
        found = _cleared(basis, step, rise / root)
        if found is not None:
            return True, found
        while (total := _loss(margin + length * rise)[0]).sum() > before and length > 1e-6:
            length /= 2.0
        at = at + length * step
        margin = basis @ at
        if margin.min() > 0.0:
            return True, at
        total, root = _loss(margin)
    return False, None


def _loss(margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """½ (√(m² + 4) − m), and the root."""
    root = np.sqrt(margin**2 + 4.0)
    return np.where(margin > 0.0, 2.0 / (root + np.abs(margin)), 0.5 * (root - margin)), root


def _balances(basis: np.ndarray, z: np.ndarray) -> bool:
    """Whether z is positive beyond what rounding leaves of basis'z: then no direction keeps all conditions."""
    return bool(z.min() * np.sqrt(len(z)) > 10.0 * np.linalg.norm(basis.T @ z))


def _cleared(basis: np.ndarray, step: np.ndarray, rate: np.ndarray) -> np.ndarray | None:
    """Direction nearest to a step that leaves alone what the step hardly raises, if it keeps all conditions."""
    rises = rate > _RISES
    if rate.min() < -_RISES or not rises.any():
        return None
    few = basis[rises] / np.sqrt(len(basis))  # few'few v = v just where the other conditions do not see v
    for _ in range(_SHARP):
        step = few.T @ (few @ step)
    size = np.linalg.norm(step)
    return step / size if size > 0.0 and _keeps(basis @ (step / size)) else None


def _keeps(margin: np.ndarray) -> bool:
    return bool(margin.max() > 1e-6 and margin.min() >= -SLACK * margin.max())


def _by_programme(basis: np.ndarray) -> np.ndarray | None:
    """Likewise by a linear programme, which conditions join as they are broken."""
    from scipy.optimize import linprog

    gain = basis.mean(axis=0)
    some = max(200, 4 * basis.shape[1])
    active = np.argsort(basis @ gain, kind="stable")[:some]
    for _ in range(_MOST):
        found = linprog(-gain, A_ub=-basis[active], b_ub=np.zeros(len(active)), bounds=(-1.0, 1.0), method="highs-ds")
        if found.x is None:
            return None
        margin = basis @ found.x
        if -found.fun <= 1e-7 or margin.max() <= 1e-6:
            return None
        broken = np.flatnonzero(margin < -SLACK * margin.max())
        new = np.setdiff1d(broken, active)
        if len(new) == 0:
            return None if len(broken) else found.x
        active = np.append(active, new[np.argsort(margin[new], kind="stable")[:some]])
    return None
