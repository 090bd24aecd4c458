"""Penalised quadratics: compiled with numba when an L1 kernel is first called, else their NumPy twins."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from ridgeline.kernels import backend
from ridgeline.kernels.columns import Columns

__all__ = [
    "Columns",
    "add_picked",
    "cut_triangle",
    "descend",
    "descend_each",
    "dot_picked",
    "follow",
    "lay_rows",
    "scale_picked",
    "settle",
]

_SMALL = 2**16  # numbers in picked columns that are not worth a compiler
_UNLIKE = 1e6  # ratio of curvatures from which columns are brought to like size first


def descend(
    gram: np.ndarray,
    linear: np.ndarray,
    l1: np.ndarray,
    l2: np.ndarray,
    box: np.ndarray,
    lams: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Minimise ½ β'Cβ − c'β + λ Σ (l1_j |β_j| + ½ l2_j β_j²) subject to lower ≤ β ≤ upper, for each λ in turn.

    Parameters
    ----------
    gram : ndarray of shape (p, p)
        C, symmetric and positive semidefinite.
    linear : ndarray of shape (p,)
    l1, l2 : ndarray of shape (p,)
    box : ndarray of shape (2, p)
        Lower and upper bounds.
    lams : ndarray of shape (L,)
        Decreasing, for the warm starts to be any good.
    start : ndarray of shape (p,)
        Where to begin at the first λ; left as it is.

    Returns
    -------
    beta : ndarray of shape (L, p)
    solved : ndarray of shape (L,), bool
        Whether the optimality conditions hold to rounding.

    Examples
    --------
    >>> one = np.ones(1)
    >>> box, lams = np.array([[-9.0], [9.0]]), np.array([2.0, 1.0])
    >>> beta, solved = descend(np.eye(1), 3 * one, one, 0 * one, box, lams, 0 * one)
    >>> beta.ravel().tolist(), bool(solved.all())
    ([1.0, 2.0], True)
    """
    diagonal = np.diagonal(gram)
    least, most = diagonal.min(initial=np.inf, where=diagonal > 0.0), diagonal.max(initial=0.0)
    unit = np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0)) if most > _UNLIKE * least else None
    if unit is not None:  # tolerances are those of columns of like size
        gram, linear, box, start = gram / np.outer(unit, unit), linear / unit, box * unit, start * unit
        l1, l2 = l1 / unit, l2 / unit**2
    arrays = [np.ascontiguousarray(a, dtype=np.float64) for a in (gram, linear, l1, l2, box, lams)]
    beta, solved = backend.module("compiled").descend(*arrays, np.array(start, dtype=np.float64))
    return (beta if unit is None else beta / unit), solved


def descend_each(
    grams: np.ndarray, linears: np.ndarray, l1: np.ndarray, l2: np.ndarray, boxes: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """Minimise as `descend` does, one small problem after the other: ½ β'Cβ − c'β + Σ (l1_j |β_j| + ½ l2_j β_j²).

    Parameters
    ----------
    grams : ndarray of shape (c, p, p)
    linears, l1, l2, starts : ndarray of shape (c, p)
    boxes : ndarray of shape (c, 2, p)

    Returns
    -------
    beta : ndarray of shape (c, p)

    Examples
    --------
    >>> linears, none, boxes = np.array([[3.0], [0.5]]), np.zeros((2, 1)), np.array([[[-9.0], [9.0]]] * 2)
    >>> descend_each(np.ones((2, 1, 1)), linears, none + 1, none, boxes, none).ravel().tolist()
    [2.0, 0.0]
    """
    diagonals = np.einsum("cjj->cj", grams)
    least, most = diagonals.min(axis=1, initial=np.inf, where=diagonals > 0.0), diagonals.max(axis=1, initial=0.0)
    arrays = [np.ascontiguousarray(a, dtype=np.float64) for a in (grams, linears, l1, l2, boxes, starts)]
    if np.any(most > _UNLIKE * least):
        one = np.ones(1)
        return np.array([descend(c, d, u, v, box, one, b)[0][0] for c, d, u, v, box, b in zip(*arrays, strict=True)])
    return backend.module("compiled").descend_each(*arrays)[0]


def follow(
    gram: np.ndarray,
    ridge: np.ndarray,
    lines: Sequence[np.ndarray],
    sign: np.ndarray,
    state: np.ndarray,
    order: np.ndarray,
    factor: np.ndarray,
    count: int,
    most: int,
) -> tuple[int, float]:
    """Follow the minimiser of ½ β'(C + diag(ridge))β − c'β + Σ h_j |β_j| while c and h move along a line.

    Parameters
    ----------
    gram : ndarray
        C, as a triangle of p rows or more (`lay_rows`).
    ridge : ndarray of shape (p,)
    lines : five ndarray of shape (p,)
        β, c − (C + diag(ridge)) β and h at the beginning, where β is optimal, and how far h and c are to move; the
        first three are moved along, in place.
    sign : ndarray of shape (p,)
        Of each coefficient in the support, 0 for those never penalised; moved along.
    state : ndarray of int, shape (p,)
        1 in the support, 0 outside, 2 outside because it depends on the support, 3 outside for good; moved along.
    order : ndarray of int
        The support, `count` of them, and room.
    factor : ndarray
        Lower Cholesky factor on the support in its order, a triangle of len(order) rows; moved along.
    count, most : int
        Size of the support, and changes of it after which to give up.

    Returns
    -------
    count : int
        New size of the support; when it is len(order) there may have been no room for more.
    left : float
        Share of the way that was not gone.
    """
    return backend.module("following").follow(gram, ridge, lines, sign, state, order, factor, count, most)


def cut_triangle(triangle: np.ndarray, at: np.ndarray, out: np.ndarray) -> None:
    """Copy rows and columns, at increasing places, from one triangle (`lay_rows`) to another, or to its own front."""
    backend.module("triangle").cut_triangle(triangle, at, out)


def lay_rows(triangle: np.ndarray, rows: np.ndarray, first: int = 0) -> None:
    """Copy rows into a triangle, from its row `first` on.

    The rows of a triangle lie one after the other, each as far as the diagonal; what is right of it is left out.
    """
    backend.module("triangle").lay_rows(triangle, rows, first)


def add_picked(values: np.ndarray, at: np.ndarray, b: np.ndarray) -> np.ndarray:
    """X b, (n, c), for the columns of X at some places.

    Parameters
    ----------
    values : ndarray of shape (p, n)
        X', of which rows are picked.
    at : ndarray of int, shape (m,)
    b : ndarray of shape (m, c)
    """
    out, by_fours = np.zeros((b.shape[1], values.shape[1])), np.zeros((b.shape[1], len(at) + 3))
    by_fours[:, : len(at)] = b.T
    _picked(values, at).add_picked(values, at, by_fours, out)
    return out.T


def dot_picked(values: np.ndarray, at: np.ndarray, r: np.ndarray) -> np.ndarray:
    """X' r, (m, c), for the columns of X at some places; see `add_picked`."""
    by_fours = np.empty((r.shape[1], len(at) + 3))
    _picked(values, at).dot_picked(values, at, np.ascontiguousarray(r.T), by_fours)
    return by_fours[:, : len(at)].T


def scale_picked(
    values: np.ndarray, at: np.ndarray, mean: np.ndarray, scale: np.ndarray, root: np.ndarray
) -> np.ndarray:
    """(X − 1 mean') diag(scale), each row times its root, transposed: (m, n), for the columns of X at some places.

    Parameters
    ----------
    values : ndarray of shape (p, n)
        X', of which rows are picked.
    at : ndarray of int, shape (m,)
    mean, scale : ndarray of shape (m,)
    root : ndarray of shape (n,)
    """
    out = np.empty((len(at), len(root)))
    _picked(values, at).scale_picked(values, at, mean, scale, root, out)
    return out


def _picked(values: np.ndarray, at: np.ndarray) -> ModuleType:
    return backend.module("picked" if len(at) * values.shape[1] > _SMALL else "plain")


def settle(
    columns: Columns,
    v: np.ndarray,
    rest: np.ndarray,
    known: np.ndarray,
    theta: np.ndarray,
    goal: float,
    *,
    intercept: bool = True,
) -> float:
    """Minimise ½ t'U'VUt − ρ'Ut + Σ (l1_j |t_j| + ½ l2_j t_j²) within bounds, U = (X − 1 mean')·scale, X sparse.

    An intercept, never penalised, stands before the columns.

    Parameters
    ----------
    columns : Columns
        X.
    v, rest : ndarray of shape (n,)
        V, and ρ − VUt at the beginning; `rest` is moved along.
    known : ndarray of shape (6, p)
        Mean, scale, l1, l2, lower and upper bound of each column.
    theta : ndarray of shape (p + 1,)
        t, the intercept first: where to begin; moved in place.
    goal : float
        Largest violation of the optimality conditions.
    intercept : bool
        Whether it may move.

    Returns
    -------
    wrong : float
        The violation that is left: more than `goal` where rounding does not allow it.
    """
    return backend.module("sparse").settle(columns, v, rest, known, theta, goal, intercept)
