"""The registry of benchmark problems: what is fitted, on which folds, at which lambdas.

A problem is a recipe; `Problem.make` turns it into numbers from its seed, the same on every machine. Every contestant
gets the same arrays, the same fold labels and the same lambdas (ridgeline's convention, see ``docs/objective.md``;
each peer converts to its own). To add a problem, add a line to `PROBLEMS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["PROBLEMS", "Data", "Problem", "lambda_grid", "select"]

#: Below this l1_ratio the strongest lambda of the grid stops growing (a ridge penalty never gives exact zeros).
SMALLEST_RATIO = 1e-3


@dataclass(frozen=True)
class Data:
    """The numbers of a problem.

    Attributes
    ----------
    X : ndarray of shape (n, p), float64, or a SciPy sparse matrix
        Features, not scaled.
    y : ndarray of shape (n,), float64
        Target; 0 and 1 for ``binomial``.
    folds : ndarray of shape (n,), int32
        Fold of each row, 0 … K-1.
    lams : ndarray of shape (L,)
        Lambdas, decreasing.
    """

    X: Any
    y: np.ndarray
    folds: np.ndarray
    lams: np.ndarray

    @property
    def size(self) -> int:
        """Bytes of X."""
        parts = [self.X.data, self.X.indices, self.X.indptr] if hasattr(self.X, "indptr") else [self.X]
        return sum(part.nbytes for part in parts)


@dataclass(frozen=True)
class Problem:
    """A recipe for a tuned fit: K folds times L lambdas, then one fit on all rows at the best lambda.

    Attributes
    ----------
    name : str
        Unique; what ``--only`` matches.
    family : str
        ``"gaussian"`` or ``"binomial"``.
    shape : tuple of int
        Rows and columns.
    draw : callable
        ``draw(rng, shape) -> (X, eta)``: features and the true linear predictor.
    l1_ratio : float
        0 is ridge, 1 is the lasso.
    n_folds, n_lams : int
        K and L.
    noise : float
        Standard deviation of the gaussian noise in units of the standard deviation of ``eta``.
    seed : int
        Of all random numbers.
    quick : bool
        Whether ``--quick`` takes it as it is; the others have a small double, see `select`.
    levels : tuple of int
        Numbers of levels of the categories whose indicator columns stand last in X; programs that know categories get
        a data frame (`frame`).
    """

    name: str
    family: str
    shape: tuple[int, int]
    draw: Callable[[np.random.Generator, tuple[int, int]], tuple[Any, np.ndarray]]
    l1_ratio: float = 0.0
    n_folds: int = 5
    n_lams: int = 100
    noise: float = 1.0
    seed: int = 20_240
    quick: bool = False
    levels: tuple[int, ...] = ()

    @property
    def sparse(self) -> bool:
        """Whether X is a SciPy sparse matrix."""
        return self.draw in (words, categories)

    @property
    def penalty(self) -> str:
        """``"l2"``, ``"l1"`` or ``"elasticnet"``."""
        return {0.0: "l2", 1.0: "l1"}.get(self.l1_ratio, "elasticnet")

    @property
    def title(self) -> str:
        """What it is, in words."""
        n, p = self.shape
        model = {"l2": "ridge", "l1": "lasso", "elasticnet": "elastic net"}[self.penalty]
        return f"{'logistic' if self.family == 'binomial' else 'gaussian'} {model}, {n:,} × {p:,}"

    def make(self) -> Data:
        """Draw features, target and folds, and lay out the lambdas."""
        rng = np.random.default_rng(self.seed)
        X, eta = self.draw(rng, self.shape)
        y = self._target(rng, eta)
        folds = rng.permutation(np.arange(len(y), dtype=np.int32) % self.n_folds).astype(np.int32)
        return Data(X, y, folds, lambda_grid(X, y, self.l1_ratio, self.n_lams))

    def _target(self, rng: np.random.Generator, eta: np.ndarray) -> np.ndarray:
        eta = (eta - eta.mean()) / eta.std()
        if self.family == "gaussian":
            return 50.0 + 10.0 * (eta + self.noise * rng.standard_normal(len(eta)))
        return (rng.random(len(eta)) < 1.0 / (1.0 + np.exp(0.5 - eta / self.noise))).astype(np.float64)


def lambda_grid(X: Any, y: np.ndarray, l1_ratio: float, count: int) -> np.ndarray:
    """Lay out lambdas as glmnet does: from the first that matters down to 1e-4 of it (1e-2 when p > n), evenly in log.

    Parameters
    ----------
    X : (n, p) array or sparse matrix
    y : (n,) array
    l1_ratio : float
    count : int

    Returns
    -------
    ndarray of shape (count,), decreasing
    """
    n, p = X.shape
    mean = np.asarray(X.mean(axis=0)).ravel()
    square = X.multiply(X).mean(axis=0) if hasattr(X, "multiply") else np.einsum("ij,ij->j", X, X) / n
    sd = np.sqrt(np.maximum(np.asarray(square).ravel() - mean**2, 0.0))
    slope = np.abs(np.asarray(X.T @ (y - y.mean())).ravel()) / n
    strongest = np.max(slope[sd > 0] / sd[sd > 0]) / max(l1_ratio, SMALLEST_RATIO)
    return np.geomspace(strongest, strongest * (1e-4 if n > p else 1e-2), count)


def correlated(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Draw columns that share a few latent factors and differ in mean and scale; a fifth of them matter."""
    n, p = shape
    factors = min(10, p)
    X = rng.standard_normal((n, p))
    X += rng.standard_normal((n, factors)) @ rng.standard_normal((factors, p)) * 0.5
    beta = np.where(rng.random(p) < 0.2, rng.standard_normal(p), 0.0)
    beta[0] = 1.0
    eta = X @ beta
    X *= rng.uniform(0.5, 5.0, p)
    X += rng.uniform(-3.0, 3.0, p)
    return X, eta


def words(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Any, np.ndarray]:
    """Draw word counts: Zipf frequencies, about 100 words a row, a few hundred of them telling."""
    from scipy import sparse

    n, p = shape
    share = 1.0 / np.arange(1, p + 1) ** 1.05
    rows = np.repeat(np.arange(n), 100)
    columns = np.searchsorted(np.cumsum(share / share.sum()), rng.random(len(rows)))
    X = sparse.csr_matrix((np.ones(len(rows)), (rows, np.minimum(columns, p - 1))), shape=shape)
    X.sum_duplicates()
    X.data = np.log1p(X.data)
    beta = np.where(rng.random(p) < 300 / p, rng.standard_normal(p), 0.0)
    return X, np.asarray(X @ beta).ravel() + 1e-3 * rng.standard_normal(n)


#: Levels of the categories that `categories` draws.
LEVELS = (10, 300, 5_000)


def categories(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Any, np.ndarray]:
    """Draw a few numbers and three categories, as indicator columns; levels differ much in frequency."""
    from scipy import sparse

    n, p = shape
    numbers = rng.standard_normal((n, p - sum(LEVELS)))
    parts, eta = [sparse.csr_matrix(numbers)], numbers.sum(axis=1) * 0.2
    for count in LEVELS:
        share = rng.exponential(size=count) + 0.1
        code = rng.choice(count, size=n, p=share / share.sum())
        code[:count] = np.arange(count)  # every level is seen
        eta += 0.5 * rng.standard_normal(count)[code]
        parts.append(sparse.csr_matrix((np.ones(n), code, np.arange(n + 1)), shape=(n, count)))
    return sparse.hstack(parts, format="csr"), eta


def frame(X: Any, levels: tuple[int, ...]) -> Any:
    """Turn indicator columns back into a data frame of numbers and categories, in the order of the columns of X."""
    import pandas as pd

    first = X.shape[1] - sum(levels)
    columns: dict[str, Any] = {f"x{j}": X[:, [j]].toarray()[:, 0] for j in range(first)}
    for k, count in enumerate(levels):
        names = [f"{i:05d}" for i in range(count)]
        columns[f"c{k}"] = pd.Categorical.from_codes(X[:, first : first + count].indices, names)
        first += count
    return pd.DataFrame(columns)


def cells(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Measurements of one thing in several ways (size, area, perimeter …): products of few latent numbers."""
    n, p = shape
    latent = rng.standard_normal((n, max(2, p // 5)))
    X = np.exp(0.3 * latent @ rng.standard_normal((latent.shape[1], p)) + 0.05 * rng.standard_normal((n, p)))
    return X, latent @ rng.standard_normal(latent.shape[1])


def _pair(name: str, shape: tuple[int, int], draw: Callable[..., Any], **more: Any) -> list[Problem]:
    """Make the same problem twice: gaussian and binomial."""
    return [Problem(f"{name}-{family}", family, shape, draw, **more) for family in ("gaussian", "binomial")]


def _registry() -> dict[str, Problem]:
    ridge = [
        *_pair("tall", (200_000, 100), correlated),
        *_pair("wide", (500, 20_000), correlated),
        *_pair("cells", (569, 30), cells, quick=True),
        *_pair("small", (200, 10), correlated, quick=True),
    ]
    sparse_or_zero = [
        *_pair("tall-lasso", (200_000, 100), correlated, l1_ratio=1.0),
        *_pair("wide-lasso", (500, 20_000), correlated, l1_ratio=1.0),
        *_pair("middle-lasso", (2_000, 5_000), correlated, l1_ratio=1.0),
        *_pair("small-lasso", (200, 10), correlated, l1_ratio=1.0, quick=True),
        *_pair("text", (5_000, 22_000), words),
        *_pair("text-lasso", (5_000, 22_000), words, l1_ratio=1.0),
    ]
    levels = [
        Problem("categories-gaussian", "gaussian", (1_000_000, 5 + sum(LEVELS)), categories, levels=LEVELS),
    ]
    return {problem.name: problem for problem in [*ridge, *levels, *sparse_or_zero]}


PROBLEMS: dict[str, Problem] = _registry()


def select(
    only: list[str] | None = None, *, quick: bool = False, penalties: tuple[str, ...] = ("l2",)
) -> list[Problem]:
    """Choose problems by name, or all with the given penalties; ``quick`` shrinks the big ones.

    A shrunk problem has a tenth of the rows and half the columns (tall), or a tenth of the columns and all rows
    (wide), and says so in its name; categories keep their levels.

    Examples
    --------
    >>> [p.name for p in select(["small"], quick=True)]
    ['small-gaussian', 'small-binomial']
    """
    import dataclasses

    chosen = [
        p
        for p in PROBLEMS.values()
        if (any(p.name == o or p.name.rsplit("-", 1)[0] == o for o in only) if only else p.penalty in penalties)
    ]
    if not quick:
        return chosen
    shrunk = []
    for p in chosen:
        n, q = p.shape
        small = (n // 10, q if p.levels else q // 2) if n > q else (n, q // 10)
        shrunk.append(p if p.quick else dataclasses.replace(p, name=f"{p.name} (quick)", shape=small))
    return shrunk
