"""Lanczos' tridiagonal form of symmetric operators known by their products (Golub & Van Loan 2013, section 10.1)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["Lanczos"]

_NOTHING = 1e-14  # share of the first product from which on what is new is rounding


class Lanczos:
    """Krylov spaces of several operators, whose products are asked for together.

    Every new vector is made orthogonal to all before, so that rounding does not find eigenvalues twice.

    Parameters
    ----------
    start : ndarray of shape (p, c)
    most : int
        Steps that may be asked for.

    Attributes
    ----------
    size : ndarray of shape (c,)
        Length of the start vectors.
    basis : ndarray of shape (c, most + 1, p)
        Orthonormal vectors, the first `steps` of them filled in.
    diagonal, beside : ndarray of shape (c, most)
        Of the tridiagonal forms.
    steps : int
    """

    def __init__(self, start: np.ndarray, most: int):
        p, c = start.shape
        self.steps = 0
        self.size = np.linalg.norm(start, axis=0)
        self.basis = np.empty((c, most + 1, p))
        self.basis[:, 0] = np.divide(start, self.size, out=np.zeros_like(start), where=self.size > 0).T
        self.diagonal, self.beside = np.zeros((c, most)), np.zeros((c, most))

    def step(self, product: Callable[[np.ndarray], np.ndarray]) -> None:
        """Multiply once more: ``product(u) -> A u`` for u (p, c), a column for each operator."""
        k = self.steps
        z = np.ascontiguousarray(product(self.basis[:, k].T).T)
        self.diagonal[:, k] = np.einsum("cp,cp->c", self.basis[:, k], z)
        for vectors, one in zip(self.basis, z, strict=True):
            for _ in range(2):
                one -= (vectors[: k + 1] @ one) @ vectors[: k + 1]
        length = np.linalg.norm(z, axis=1)
        first = np.abs(self.diagonal[:, 0]) + self.beside[:, 0]
        self.beside[:, k] = np.where(length > _NOTHING * first, length, 0.0)
        going = self.beside[:, k] > 0.0
        self.basis[:, k + 1] = np.divide(z, length[:, None], out=np.zeros_like(z), where=going[:, None])
        self.steps += 1

    def eigen(self, c: int) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues and eigenvectors of an operator's tridiagonal form."""
        beside = np.diag(self.beside[c, : self.steps - 1], 1)
        return np.linalg.eigh(np.diag(self.diagonal[c, : self.steps]) + beside + beside.T)
