"""A column that is known only afterwards is an alert, not only a note."""

import numpy as np
import pytest

import ridgeline as rl


def table(name, strength, n=600):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n, 3))
    yes = x[:, 0] + rng.logistic(size=n) > 0
    known = strength * yes + rng.standard_normal(n)
    return {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], name: known, "y": np.where(yes, "yes", "no")}


def leak(fit):
    return next(c for c in fit.checks if c["code"] == "leak-suspect")


@pytest.mark.parametrize(("name", "strength"), [("duration", 1.5), ("score", 5.0)])
def test_a_suspicious_column_is_a_finding(name, strength):
    fit = rl.fit(table(name, strength), "y")
    assert leak(fit)["status"] == "finding"
    assert f"'{name}' alone ranks the classes" in leak(fit)["finding"]
    assert any("settle the suspected leak" in sentence for sentence in fit.summary["verdict"])


@pytest.mark.parametrize(("name", "strength"), [("duration", 0.3), ("score", 1.5)])
def test_an_honest_column_is_not(name, strength):
    assert leak(rl.fit(table(name, strength), "y"))["status"] == "passed"
