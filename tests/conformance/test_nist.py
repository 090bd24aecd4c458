"""Least squares at lambda = 0 on NIST's reference problems, in correct digits of the worst coefficient."""

from __future__ import annotations

import json

import numpy as np
import pytest

import ridgeline as rl

NAMES = (
    "Norris", "Pontius", "NoInt1", "NoInt2", "Filip", "Longley",
    "Wampler1", "Wampler2", "Wampler3", "Wampler4", "Wampler5",
)  # fmt: skip


def correct_digits(found: np.ndarray, certified: np.ndarray) -> float:
    """Digits to which the worst coefficient agrees; 15 is all that can be told."""
    error = np.abs(found - certified) / np.abs(certified)
    return float(np.min(-np.log10(np.maximum(error, 1e-15))))


def powers(x: np.ndarray, degree: int) -> np.ndarray:
    return np.column_stack([x**k for k in range(1, degree + 1)])


def least_squares(X: np.ndarray, y: np.ndarray, *, intercept: bool = True) -> np.ndarray:
    """Coefficients as NIST lists them: the intercept first."""
    path = rl.fit_path(X, y, family="gaussian", lams=[0.0], intercept=intercept)
    return np.concatenate([path.intercept, path.coef[0]]) if intercept else path.coef[0]


@pytest.mark.parametrize("name", NAMES)
def test_certified_values(shared_data, name):
    problem = json.loads((shared_data / "nist_strd" / "nist.json").read_text())[name]
    x, y = np.array(problem["x"], np.float64), np.array(problem["y"], np.float64)
    model = problem["model"]
    polynomial = model.startswith("poly")
    X = powers(x[:, 0], int(model.removeprefix("poly"))) if polynomial else x
    found = least_squares(X, y, intercept=model != "noint")
    assert correct_digits(found, np.array(problem["beta"], np.float64)) >= (7 if polynomial else 9)


@pytest.mark.parametrize("step", [1.0, 0.1])
def test_polynomials_through_every_point(step):
    # degree 5 in 0 … 20 without noise: the coefficients that made y are the answer
    x = np.arange(21.0)
    certified = step ** np.arange(6)
    y = certified[0] + powers(x, 5) @ certified[1:]
    assert correct_digits(least_squares(powers(x, 5), y), certified) >= 7


def test_all_names_are_known(shared_data):
    assert sorted(json.loads((shared_data / "nist_strd" / "nist.json").read_text())) == sorted(NAMES)
