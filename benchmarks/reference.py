"""An optimum to compare with: ridge solved by textbook linear algebra, independent of every contestant.

Gaussian ridge by one linear system, logistic ridge by Newton's method with step halving; p > n in the coordinates of
the singular value decomposition. Only for L2: for the lasso, the best contestant is the reference.
"""

from __future__ import annotations

import numpy as np

from benchmarks.objective import column_sd

__all__ = ["ridge"]


def ridge(X: np.ndarray, y: np.ndarray, lam: float, family: str) -> tuple[np.ndarray, float]:
    """Solve the L2 problem at one lambda.

    Parameters
    ----------
    X : (n, p) array
    y : (n,) array
    lam : float
        Greater than 0.
    family : str
        ``"gaussian"`` or ``"binomial"``.

    Returns
    -------
    coef : (p,) array, on the original scale
    intercept : float
    """
    mean, sd = X.mean(axis=0), column_sd(X)
    live = sd > 1e-12 * (np.abs(mean) + 1e-300)
    scale = np.where(live, sd, 1.0)
    Z = np.where(live, (X - mean) / scale, 0.0)
    rotate = None
    if Z.shape[1] > Z.shape[0]:  # every solution lies in the span of the rows
        U, d, rotate = np.linalg.svd(Z, full_matrices=False)
        Z = U * d
    c, c0 = _gaussian(Z, y, lam) if family == "gaussian" else _newton(Z, y, lam)
    coef = (c if rotate is None else rotate.T @ c) / scale
    return coef, float(c0 - mean @ coef)


def _gaussian(Z: np.ndarray, y: np.ndarray, lam: float) -> tuple[np.ndarray, float]:
    n, p = Z.shape
    system = Z.T @ Z / n + lam * np.eye(p)
    right = Z.T @ (y - y.mean()) / n
    c = np.linalg.solve(system, right)
    residual = Z.T @ (y - y.mean() - Z @ c) / n - lam * c
    return c + np.linalg.solve(system, residual), float(y.mean())


def _newton(Z: np.ndarray, y: np.ndarray, lam: float, steps: int = 60) -> tuple[np.ndarray, float]:
    n, p = Z.shape
    A = np.column_stack([np.ones(n), Z])
    shrink = np.r_[0.0, np.full(p, lam)]
    theta = np.r_[np.log(y.mean() / (1 - y.mean())), np.zeros(p)]
    value = _value(A, y, theta, shrink)
    for _ in range(steps):
        mu = 1.0 / (1.0 + np.exp(-(A @ theta)))
        gradient = A.T @ (mu - y) / n + shrink * theta
        hessian = (A * (mu * (1 - mu))[:, None]).T @ A / n + np.diag(shrink)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while (new := _value(A, y, theta - size * step, shrink)) > value and size > 1e-8:
            size /= 2
        theta, value = theta - size * step, new
        if np.abs(gradient).max() < 1e-15 * n or size * np.abs(step).max() < 1e-14 * (1 + np.abs(theta).max()):
            break
    return theta[1:], float(theta[0])


def _value(A: np.ndarray, y: np.ndarray, theta: np.ndarray, shrink: np.ndarray) -> float:
    eta = A @ theta
    return float(np.mean(np.logaddexp(0.0, eta) - y * eta) + 0.5 * (shrink * theta**2).sum())
