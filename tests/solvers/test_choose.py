"""What is said to be done is what is done."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.inputs import problem_of
from ridgeline.solvers import choose, explain_choice

CASES = {
    "spectral": ("gaussian", (40, 5), {}),
    "multinomial": ("multinomial", (40, 5), {}),
    "newton": ("binomial", (40, 5), {}),
    "classes": ("multinomial", (40, 5), {"l1_ratio": 1.0}),
    "screen": ("poisson", (20, 30), {"l1_ratio": 1.0}),
    "coordinate": ("gaussian", (40, 5), {"l1_ratio": 0.5}),
    "proximal": ("binomial", (40, 5), {"bounds": (0.0, 1.0)}),
}


def data(family, shape):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape)
    labels = {"gaussian": x[:, 0], "multinomial": np.arange(shape[0]) % 3, "poisson": rng.poisson(2.0, shape[0])}
    return x, labels.get(family, np.arange(shape[0]) % 2)


@pytest.mark.parametrize("name", CASES)
def test_the_explained_solver_is_the_one_that_is_called(name, monkeypatch):
    family, shape, options = CASES[name]
    x, y = data(family, shape)
    problem, _ = problem_of(x, y, family=family, **options)
    assert explain_choice(problem).startswith(f"{name} (")
    called = []
    load = choose.import_module
    monkeypatch.setattr(choose, "import_module", lambda module: called.append(module) or load(module))
    rl.fit_path(x, y, family=family, lams=[0.1], **options)
    assert set(called) == {f"ridgeline.solvers.{name}"}


def test_many_columns_are_screened_and_more_columns_than_rows_go_through_the_kernel():
    x, y = data("gaussian", (20, 30))
    assert "kernel coordinates because 30 columns exceed 20 rows" in explain_choice(
        problem_of(x, y, family="gaussian")[0]
    )
    told = explain_choice(problem_of(x, y, family="gaussian", l1_ratio=1.0)[0])
    assert "columns at work" in told
    assert "kernel" not in told


@pytest.mark.parametrize(
    ("solver", "family", "shape", "options"),
    [
        ("screen", "binomial", (600, 200), {}),
        ("screen", "poisson", (6400, 200), {}),
        ("proximal", "binomial", (6401, 200), {}),
        ("proximal", "binomial", (600, 199), {}),
        ("proximal", "binomial", (600, 200), {"bounds": (0.0, 1.0)}),
        ("coordinate", "gaussian", (600, 200), {}),
    ],
)
def test_hessians_of_many_columns_are_avoided_where_rows_are_few(solver, family, shape, options):
    x, y = data(family, shape)
    problem, _ = problem_of(x, y, family=family, l1_ratio=1.0, **options)
    assert explain_choice(problem).startswith(f"{solver} (")


def test_both_ways_of_many_columns_agree(monkeypatch):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((600, 250))
    y = (rng.random(600) < 1 / (1 + np.exp(-x[:, :9].sum(axis=1)))).astype(float)
    options = {"family": "binomial", "l1_ratio": 0.9, "lams": np.geomspace(0.1, 0.005, 12), "folds": 3}
    cv = rl.cross_validate(x, y, **options)
    monkeypatch.setattr(choose, "_SOME", 10_000)
    other = rl.cross_validate(x, y, **options)
    np.testing.assert_allclose(cv.path.coef, other.path.coef, atol=1e-7)
    np.testing.assert_allclose(cv.losses, other.losses, rtol=1e-7)
