"""Curvature models of multinomial ridge, from which steps are made: the whole Hessian, or a Kronecker product near it.

Both offer the same three verbs: `of` (from the data, at some parameters), `prepare` (for a λ) and `apply` (H⁻¹ g). What
`of` returns can be averaged, so that the curvature between two λ is had from theirs.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh

from ridgeline.solvers.softmax import Softmax

__all__ = ["Kronecker", "Whole", "choose_curvature", "few"]

_LARGEST = 700  # parameters up to which Hessians are formed and factorized


def few(data: Softmax) -> bool:
    """Whether there are so few parameters that Hessians are formed and factorized wherever they help."""
    return data.m <= _LARGEST


def choose_curvature(data: Softmax) -> Whole | Kronecker:
    """Whole Hessian when it is small enough."""
    return Whole(data) if few(data) else Kronecker(data)


class Whole:
    """The Hessian itself; λ f is added to its diagonal."""

    exact, memory = True, 5

    def __init__(self, data: Softmax):
        self.data = data
        self.most_columns = max(8, int(4e7 / data.m**2))

    def of(self, s: int, theta: np.ndarray, sets: list[int]) -> dict[int, np.ndarray]:
        """Curvature of each of `sets` at the parameters of set s."""
        return self.data.hessians(s, theta, sets)

    def prepare(self, curvatures: list[np.ndarray], lams: np.ndarray, s: np.ndarray) -> list:
        """Factorize for each column."""
        ridge = self.data.ridge[:, 0]

        def one(i: int):
            a = curvatures[i].copy()
            a.flat[:: len(a) + 1] += lams[i] * ridge
            if lams[i] > 0:
                try:
                    return cho_factor(a, lower=True, overwrite_a=True, check_finite=False)
                except LinAlgError:
                    a = curvatures[i] + np.diag(lams[i] * ridge)
            d, u = eigh(a, check_finite=False)
            live = d > 1e-13 * d[-1]  # directions nothing is known of stay where they are: the minimum norm
            return u[:, live] / np.sqrt(d[live])

        return self.data.problem.design.engine.map(one, range(len(curvatures)))

    def apply(self, factors: list, s: np.ndarray, g: np.ndarray) -> np.ndarray:
        """H⁻¹ g of each column."""

        def one(i: int) -> np.ndarray:
            factor = factors[i]
            if isinstance(factor, tuple):
                return cho_solve(factor, g[:, i], check_finite=False)
            return factor @ (factor.T @ g[:, i])

        return np.column_stack(self.data.problem.design.engine.map(one, range(len(factors))))


class Kronecker:
    """S ⊗ C: C the features' second moments, S the rows' average of Q'(diag(π) − ππ')Q.

    Exact for the model without features; elsewhere a preconditioner. Never-penalised columns form a block of their own.
    """

    exact, memory = False, 12

    def __init__(self, data: Softmax):
        self.data = data
        self.most_columns = max(8, int(2e6 / data.m))
        f = data.factors
        self.rest = np.flatnonzero(f > 0)
        self.free = np.flatnonzero((f == 0) & np.isfinite(data.problem.factors))
        self.scale = 1.0 / np.sqrt(f[self.rest])
        self.eigen = data.problem.design.engine.map(self._decompose, range(len(data.standards)))

    def _decompose(self, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        m = self.data.standards[k].moments(self.data.moments[k])
        c = m.scatter / m.weight + np.outer(m.mean, m.mean)
        d, u = eigh(c[np.ix_(self.rest, self.rest)] * np.outer(self.scale, self.scale), check_finite=False)
        return np.maximum(d, 0.0), u, np.linalg.pinv(c[np.ix_(self.free, self.free)], hermitian=True)

    def of(self, s: int, theta: np.ndarray, sets: list[int]) -> dict[int, np.ndarray]:
        """S of all rows, the same for each of `sets`."""
        mean = self.data.probabilities(s, theta)
        w = self.data.problem.weights / self.data.problem.weights.sum()
        q = self.data.q
        spread: np.ndarray = q.T @ (np.diag(w @ mean) - (mean * w[:, None]).T @ mean) @ q
        return dict.fromkeys(sets, spread)

    def prepare(self, curvatures: list[np.ndarray], lams: np.ndarray, s: np.ndarray) -> list:
        """Eigenvectors of S, and what divides in its coordinates."""
        out = []
        for spread, lam, k in zip(curvatures, lams, s, strict=True):
            e, v = np.linalg.eigh(spread)
            e = np.maximum(e, 1e-12 * e[-1])
            whole = np.outer(self.eigen[k][0], e) + lam
            divide = np.where(whole > 1e-13 * whole.max(initial=0.0), 1.0 / np.maximum(whole, 1e-300), 0.0)
            out.append((v, e, divide))
        return out

    def apply(self, factors: list, s: np.ndarray, g: np.ndarray) -> np.ndarray:
        """H⁻¹ g of each column."""
        full = g.reshape(self.data.p + 1, -1, g.shape[1])
        out = np.zeros_like(full)
        for i, (v, e, divide) in enumerate(factors):
            _, u, inverse = self.eigen[s[i]]
            x = u.T @ (full[self.rest, :, i] * self.scale[:, None]) @ v
            out[self.rest, :, i] = self.scale[:, None] * (u @ (x * divide) @ v.T)
            out[self.free, :, i] = inverse @ ((full[self.free, :, i] @ v / e) @ v.T)
            out[-1, :, i] = (full[-1, :, i] @ v / e) @ v.T
        return out.reshape(g.shape)
