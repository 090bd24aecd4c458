"""Wrong or surprising answers that well-known packages have given: none of them here.

What concerns conventions and invariances is in test_invariances.py, fold-wise preprocessing in test_brute_force.py.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.crossval.rules import select


def classes(n: int = 200, p: int = 4, seed: int = 0, rate: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, (X[:, 0] - rate + rng.logistic(size=n) > 0).astype(float)


# Solvers


def test_a_line_has_slope_one():
    x = np.arange(1.0, 11.0)
    path = rl.fit_path(x[:, None], x, lams=[0.0])
    assert path.coef[0, 0] == pytest.approx(1.0, abs=1e-14)
    assert path.intercept[0] == pytest.approx(0.0, abs=1e-13)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("lam", [0.0, 0.1, 10.0])
def test_a_constant_target_is_its_mean(standardize, lam):
    X, _ = classes()
    path = rl.fit_path(X, np.full(200, 7.25), lams=[lam], standardize=standardize)
    assert path.intercept[0] == pytest.approx(7.25, abs=1e-12)
    assert np.abs(path.coef).max() < 1e-13


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
def test_every_lambda_asked_for_is_there_and_certified(family):
    X, y = classes()
    asked = [3.0, 0.0, 1e12, 1e-8, 0.5, 0.5]
    path = rl.fit_path(X, y, family=family, lams=asked)
    np.testing.assert_array_equal(path.lams, asked)
    assert all(c.relative_gap < 1e-8 for c in path.certificates)
    np.testing.assert_allclose(path.coef[4], path.coef[5], rtol=1e-8)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_predictions_add_up_to_the_observed_total(family):
    """The balance property: an intercept that is not penalised keeps the mean, at any λ."""
    X, y = classes(rate=1.5)
    path = rl.fit_path(X, y, family=family, lams=[1.0, 0.01])
    eta = X @ np.asarray(path.coef).T + path.intercept
    mean = 1 / (1 + np.exp(-eta)) if family == "binomial" else np.exp(eta)
    np.testing.assert_allclose(mean.mean(axis=0), y.mean(), rtol=1e-7)


def test_one_lambda_is_a_point_of_the_path():
    X, y = classes(n=60, p=20)
    path = rl.fit_path(X, y, family="binomial", lams=np.geomspace(10, 1e-3, 30))
    for i in (0, 15, 29):
        alone = rl.fit_path(X, y, family="binomial", lams=[path.lams[i]])
        np.testing.assert_allclose(alone.coef[0], path.coef[i], rtol=1e-5, atol=1e-8)


# Cross-validation and selection


def test_standard_error_is_not_a_standard_deviation():
    X, y = classes()
    cv = rl.cross_validate(X, y, folds=8)
    np.testing.assert_allclose(cv.se, cv.losses.std(axis=0, ddof=1) / np.sqrt(8), rtol=1e-12)


def test_among_ties_the_strongest_penalty():
    lams, mean = np.array([0.1, 10.0, 1.0]), np.array([2.0, 2.0, 2.0])
    assert select("min", lams, np.tile(mean, (3, 1)), mean, np.zeros(3)) == 1


def test_one_se_is_the_largest_lambda_below_the_line_whatever_lies_between():
    lams = np.array([100.0, 10.0, 1.0, 0.1])
    mean, se = np.array([1.05, 1.5, 1.0, 1.2]), np.full(4, 0.1)
    assert select("1se", lams, np.tile(mean, (4, 1)), mean, se) == 0


def test_each_lambda_meets_the_same_folds():
    """A λ given twice has the same losses, and a longer list changes no loss."""
    X, y = classes()
    few = rl.cross_validate(X, y, family="binomial", lams=[1.0, 0.1, 1.0], seed=4)
    many = rl.cross_validate(X, y, family="binomial", lams=[5.0, 1.0, 0.3, 0.1], seed=4)
    np.testing.assert_allclose(few.losses[:, 0], few.losses[:, 2], rtol=1e-10)
    np.testing.assert_allclose(few.losses[:, :2], many.losses[:, [1, 3]], rtol=1e-8)


def test_sorted_rows_are_shuffled_into_folds():
    x = np.linspace(-1, 1, 100)
    cv = rl.cross_validate(x[:, None], x**3, folds=5)
    order = np.asarray(cv.folds.labels[0])
    assert all(len(np.unique(order[i : i + 20])) > 2 for i in range(0, 100, 20))


def test_a_rare_class_is_in_every_fold():
    X, _ = classes()
    y = np.zeros(200)
    y[:5] = 1.0
    cv = rl.cross_validate(X, y, family="binomial", folds=5)
    labels = np.asarray(cv.folds.labels[0])
    assert sorted(labels[:5]) == [0, 1, 2, 3, 4]
    assert np.isfinite(cv.losses).all()


def test_a_fold_without_one_class_is_judged_all_the_same():
    X, y = classes()
    labels = np.where(y == 1, np.arange(200) % 4, np.arange(200) % 3)  # fold 3 holds ones only
    cv = rl.cross_validate(X, y, family="binomial", folds=labels, lams=[1.0, 0.1])
    assert np.isfinite(cv.losses).all()


def test_the_selected_loss_is_optimistic_and_the_nested_one_is_not():
    """On pure noise with many features the curve's minimum flatters; nested losses are never better on average."""
    rng = np.random.default_rng(1)
    flattery = []
    for _ in range(20):
        X, y = rng.standard_normal((40, 30)), rng.standard_normal(40)
        cv = rl.cross_validate(X, y, folds=5, nested=True)
        flattery.append(cv.nested_losses.mean() - cv.mean.min())
    assert np.mean(flattery) > 0


# Tables and labels


def table(n: int = 240, seed: int = 2) -> dict[str, list]:
    rng = np.random.default_rng(seed)
    x, colour = rng.standard_normal(n), rng.choice(["red", "green", "blue"], n)
    y = x + (colour == "red") + rng.logistic(size=n) > 0.3
    return {"x": x.tolist(), "colour": colour.tolist(), "y": np.where(y, "sick", "healthy").tolist()}


def probabilities(fit, rows) -> np.ndarray:
    return np.asarray(fit.model.predict_proba(rows))


def test_names_of_levels_change_nothing():
    data = table()
    names = {"red": "a", "green": "zz", "blue": "m"}  # another order, hence another first level
    other = data | {"colour": [names[c] for c in data["colour"]]}
    np.testing.assert_allclose(
        probabilities(rl.fit(data, target="y"), data), probabilities(rl.fit(other, target="y"), other), rtol=1e-7
    )


def test_the_class_asked_about_turns_the_sign_and_nothing_else():
    data = table()
    sick, healthy = (rl.fit(data, target="y", positive=label) for label in ("sick", "healthy"))
    for name in ("x", "colour=red"):
        a, b = (next(c["coef"] for c in f.summary["coefficients"] if c["feature"] == name) for f in (sick, healthy))
        assert a == pytest.approx(-b, rel=1e-6)
    assert sick.summary["positive_class"] == "sick"


def test_a_level_never_seen_is_noted_and_predicted():
    data = table()
    fit = rl.fit(data, target="y")
    found, notes = fit.model.mean([{"x": 0.0, "colour": "violet"}, {"x": 0.0, "colour": None}])
    assert np.isfinite(found).all()
    assert any("violet" in note for note in notes)


def test_separated_classes_are_named_and_no_number_is_absurd():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(200)
    fit = rl.fit({"x": x, "z": rng.standard_normal(200), "y": np.where(x > 0, "yes", "no")}, target="y")
    check = next(c for c in fit.checks if "separat" in c["code"])
    assert check["status"] == "finding"
    assert all(np.isfinite(c["coef"]) and abs(c["coef"]) < 1e4 for c in fit.summary["coefficients"])


def test_no_p_values():
    data = table()
    keys = set().union(*rl.fit(data, target="y").summary["coefficients"])
    assert not {k for k in keys if k.lower() in ("p", "p_value", "pvalue", "p>|z|")}


def test_the_summary_is_strict_json():
    text = json.dumps(rl.fit(table(), target="y").summary, allow_nan=False)
    assert json.loads(text)["task"] == "binary"
