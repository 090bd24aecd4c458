"""Exact products with Hessians of multinomial ridge, and conjugate gradients on them, for many candidates at once.

With P the probabilities of a candidate and w the shares of its training rows, a direction V (η̇ = X V) has::

    H V = X' [w P ∘ (η̇ − (P ∘ η̇) 1 1')]

which is a pass over the rows, as a gradient is, without its exponentials.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ridgeline.solvers.softmax import Columns, Softmax

__all__ = ["Products", "conjugate"]

Precondition = Callable[[Columns, np.ndarray], np.ndarray]


class Products:
    """(H + λ F) v of a batch of candidates.

    Parameters
    ----------
    data : Softmax
    shares : ndarray of shape (n, sets)
        Weights of the rows in each training set, of sum 1.
    columns : Columns
    """

    def __init__(self, data: Softmax, shares: np.ndarray, columns: Columns):
        self.data, self.columns, self.shares = data, columns, shares[:, columns.s]
        self.layout = data.problem.design.layout()
        self.mean = data.probabilities_of(columns)

    def take(self, at: np.ndarray) -> None:
        """Keep some of the candidates."""
        self.columns, self.shares = self.columns.take(at), self.shares[:, at]
        self.mean = np.ascontiguousarray(self.mean[:, :, at])

    def of(self, v: np.ndarray) -> np.ndarray:
        """Multiply; v of shape (m, c)."""
        data, columns = self.data, self.columns
        b, constant = data.stored(Columns(columns.s, columns.lam, v))

        def visit(rows, _bounds, eta: np.ndarray, _scratch) -> tuple[np.ndarray, np.ndarray]:
            e, mean = eta.reshape(len(eta), *constant.shape), self.mean[rows]
            e += constant
            e -= np.einsum("nkc,nkc->nc", mean, e)[:, None]
            e *= mean
            e *= self.shares[rows][:, None]
            return e.reshape(len(e), -1), e.sum(axis=0).reshape(1, 1, -1)

        sweep = data.problem.design.accumulate(b, visit, self.layout)
        data.passes += 1
        adjoint = sweep.adjoint.reshape(1, data.p, *constant.shape)
        every = np.ones((len(data.standards), 1))  # the shares have picked each candidate's rows
        out = data.gather(adjoint, sweep.sums.reshape(1, *constant.shape), columns.s, every, every[:, 0])
        return out + columns.lam * data.ridge * v


def conjugate(
    products: Products, precondition: Precondition, g: np.ndarray, goal: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Solve (H + λ F) δ = g by conjugate gradients (Hestenes & Stiefel 1952) in each column.

    Parameters
    ----------
    products : Products
        Is left with the columns that were last at work.
    precondition : callable
    g : ndarray of shape (m, c)
    goal : ndarray of shape (c,)
        Relative residual, in the norm of the preconditioner, at which a column is done.
    most : int
        Products for each column.

    Returns
    -------
    delta, left, count
        Steps (m, c), the relative residual they leave (c,), and the products each of them took (c,).
    """
    delta, left, count = np.zeros_like(g), np.ones(g.shape[1]), np.zeros(g.shape[1], dtype=int)
    x, r, at = np.zeros_like(g), g.copy(), np.arange(g.shape[1])
    z = precondition(products.columns, r)
    d, rz = z.copy(), np.einsum("mc,mc->c", r, z)
    first = np.maximum(rz, 1e-300)
    for _ in range(most):
        h = products.of(d)
        count[at] += 1
        curved = np.einsum("mc,mc->c", d, h)
        alpha = np.divide(rz, curved, out=np.zeros(len(rz)), where=curved > 0)
        x += alpha * d
        r -= alpha * h
        z = precondition(products.columns, r)
        new = np.einsum("mc,mc->c", r, z)
        d = z + new / np.maximum(rz, 1e-300) * d
        rz = new
        delta[:, at], left[at] = x, np.sqrt(np.maximum(rz, 0.0) / first[at])
        going = (left[at] > goal[at]) & (alpha > 0)
        if not going.any():
            break
        if not going.all():  # columns that are done leave the batch
            x, r, d, rz, at = x[:, going], r[:, going], d[:, going], rz[going], at[going]
            products.take(going)
    return delta, left, count
