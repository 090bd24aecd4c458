"""Every design × every verb, against the same rows written out as one dense array."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from ridgeline.designs import DenseDesign, MixedDesign, SparseDesign, Standardization
from ridgeline.engines import Local
from ridgeline.moments import merge_all

ROWS = {"one row": 1, "one block": 300, "many blocks": 5_000}
KINDS = ["dense", "float32", "fortran", "integer", "mixed", "codes only", "sparse", "half sparse"]

every = pytest.mark.parametrize("kind", KINDS)
sizes = pytest.mark.parametrize("n", ROWS.values(), ids=list(ROWS))


def make(kind: str, n: int, threads: int | None = None):
    """A design and its rows as a plain array."""
    rng = np.random.default_rng(7)
    engine = Local(threads)
    x = rng.standard_normal((n, 4)) * [1.0, 10.0, 0.1, 3.0] + [0.0, 50.0, 0.0, -2.0]
    if kind in ("mixed", "codes only"):
        x = x if kind == "mixed" else x[:, :0]
        levels = (3, 40)
        codes = np.column_stack([rng.integers(-1, k, n) for k in levels]).astype(np.int32)
        hot = [(codes[:, [i]] == np.arange(k)).astype(float) for i, k in enumerate(levels)]
        return MixedDesign(x, codes, levels, engine=engine), np.hstack([x, *hot])
    if "sparse" in kind:
        rows = np.where(rng.random((n, 30)) < 0.1, rng.standard_normal((n, 30)), 0.0)
        if kind == "half sparse":
            rows[:, ::7] = rng.standard_normal((n, 5)) + 1e4
        return SparseDesign(sparse.csr_matrix(rows), engine=engine), rows
    x = {"float32": x.astype(np.float32), "fortran": np.asfortranarray(x), "integer": (10 * x).astype(np.int64)}.get(
        kind, x
    )
    return DenseDesign(x, engine=engine), x.astype(np.float64)


def close(a, b) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-9)


def oracle(rows: np.ndarray, w: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    if w.sum() == 0:
        return 0.0, np.zeros(rows.shape[1]), np.zeros((rows.shape[1],) * 2)
    mean = w @ rows / w.sum()
    centred = rows - mean
    return float(w.sum()), mean, (w[:, None] * centred).T @ centred


@every
@sizes
def test_products(kind, n):
    design, rows = make(kind, n)
    rng = np.random.default_rng(0)
    b, r = rng.standard_normal((rows.shape[1], 3)), rng.standard_normal((n, 3))
    assert design.shape == rows.shape
    close(design.predict(b), rows @ b)
    close(design.adjoint(r), rows.T @ r)


@every
@sizes
def test_columns_and_rows(kind, n):
    design, rows = make(kind, n)
    wanted = np.array([rows.shape[1] - 1, 0, 2])
    np.testing.assert_array_equal(design.columns(wanted), rows[:, wanted])
    some = np.random.default_rng(0).permutation(n)[: max(1, n // 2)]
    np.testing.assert_array_equal(design.take(some).columns(wanted), rows[np.ix_(some, wanted)])
    close(design.slab(some).dense(), rows[some])


@every
@sizes
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("root", [False, True])
def test_moments_of_cells(kind, n, weighted, root):
    design, rows = make(kind, n)
    rng = np.random.default_rng(1)
    z = rng.standard_normal((n, 2)) + 5.0
    w = rng.integers(0, 3, n).astype(float) if weighted else None
    cell = rng.integers(-1, 3, n)  # rows of cell -1 belong nowhere
    found = design.moments(z, w, design.layout(cell, 3), root=root)
    both, mass = np.hstack([rows, z]), np.ones(n) if w is None else w
    for k in range(3):
        weight, mean, scatter = oracle(both[cell == k], mass[cell == k])
        assert found[k].weight == weight
        if weight:
            close(found[k].mean, mean)
            close(found[k].scatter, scatter)
    merged = merge_all(found)
    close(merged.scatter, oracle(both[cell >= 0], mass[cell >= 0])[2])


@every
@sizes
def test_sweep_adds_up_by_cell(kind, n):
    design, rows = make(kind, n)
    rng = np.random.default_rng(2)
    b, cell, target = rng.standard_normal((rows.shape[1], 3)), rng.integers(-1, 2, n), rng.standard_normal(n)

    def visit(at, eta):
        r = eta - target[at][:, None]
        return r, np.stack([r, r**2])

    sweep = design.sweep(b, visit, design.layout(cell, 2))
    r = rows @ b - target[:, None]
    for k in range(2):
        close(sweep.adjoint[k], rows[cell == k].T @ r[cell == k])
        close(sweep.sums[k], np.stack([r[cell == k].sum(axis=0), (r[cell == k] ** 2).sum(axis=0)]))


@every
def test_threads_change_no_digit(kind):
    alone, _ = make(kind, 5_000, threads=1)
    crowd, _ = make(kind, 5_000, threads=7)
    z = np.ones((5_000, 1))
    one, many = alone.moments(z)[0], crowd.moments(z)[0]
    np.testing.assert_array_equal(one.mean, many.mean)
    np.testing.assert_array_equal(one.scatter, many.scatter)
    np.testing.assert_array_equal(alone.adjoint(z), crowd.adjoint(z))


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("intercept", [True, False])
def test_standardization_is_the_explicit_one(standardize, intercept):
    rng = np.random.default_rng(3)
    n, w = 400, rng.uniform(0.2, 2.0, 400)
    value = rng.standard_normal(n) * 3.0 + 20.0
    missing = rng.random(n) < 0.2
    stored = np.column_stack(
        [rng.standard_normal(n), np.where(missing, 0.0, value), missing.astype(float), np.full(n, 14.62)]
    )
    design, imputed = DenseDesign(stored), np.array([[1, 2]])
    learned = Standardization.learn(
        design.moments(np.empty((n, 0)), w)[0], imputed, standardize=standardize, intercept=intercept
    )
    filled = stored.copy()
    filled[missing, 1] = np.average(value[~missing], weights=w[~missing])
    mean = np.average(filled, axis=0, weights=w)
    sd = np.sqrt(np.average((filled - mean) ** 2, axis=0, weights=w))
    close(learned.sd[:3], sd[:3])
    assert learned.sd[3] == 0.0  # a constant is constant to the last digit
    scale = np.where(sd > 1e-9, sd if standardize else 1.0, np.inf)
    if not standardize and not intercept:
        scale[3] = 1.0  # beside no intercept a constant column says something
    features = (filled - (mean if intercept else 0.0)) / scale
    beta, r = rng.standard_normal((4, 2)), rng.standard_normal((n, 2))
    b, shift = learned.stored(beta)
    close(stored @ b + shift, features @ beta)
    close(learned.adjoint(stored.T @ r, r.sum(axis=0)), features.T @ r)
    coef, intercepts = learned.original(beta, np.zeros(2))
    close(filled @ coef + intercepts, features @ beta)
