"""What the report says of λ elsewhere repeats the fit there, also where categories have penalty factors."""

import json

import numpy as np
import pytest
from sklearn.linear_model import Lasso, Ridge

import ridgeline as rl
from ridgeline.report.views.methods import conventions, divisor


def table():
    rng = np.random.default_rng(0)
    city = np.where(rng.random(240) < 0.1, "Ulm", np.where(rng.random(240) < 0.3, "Bonn", "Kiel"))
    x = rng.standard_normal(240)
    return {"x": x, "city": city, "y": x + 2.0 * (city == "Ulm") + rng.standard_normal(240)}


@pytest.mark.parametrize(("penalty", "by"), [("l2", "√fⱼ"), ("l1", "fⱼ")])
def test_levels_divided_as_said_repeat_the_fit(penalty, by, tmp_path):
    fit = rl.fit(table(), "y", penalty=penalty, test_size=0)
    fit.save(tmp_path / "fit")
    model = json.loads((tmp_path / "fit" / "model.json").read_text("utf-8"))
    f = {c["feature"]: c for c in model["features"]}
    factor = np.array([c["penalty_factor"] for c in f.values()])
    assert factor.max() > 1.2
    said = divisor(fit.summary, fit.facts["columns"])
    assert f"divided by {by} as well" in said
    n, lam = 240, fit.summary["lambda"]
    assert conventions(fit.summary, n, fit.facts["columns"])
    own = table()
    x = np.column_stack([own["x"] if name == "x" else own["city"] == name.split("=")[1] for name in f]).astype(float)
    scale = np.sqrt(factor) if penalty == "l2" else factor
    z = (x - x.mean(axis=0)) / x.std(axis=0) / scale
    there = Ridge(alpha=n * lam) if penalty == "l2" else Lasso(alpha=lam, tol=1e-12, max_iter=100_000)
    coef = there.fit(z, own["y"]).coef_ / scale
    assert coef == pytest.approx([c["std_coef"] for c in f.values()], abs=1e-6)


def test_an_elastic_net_has_no_such_divisor():
    fit = rl.fit(table(), "y", penalty="elasticnet", l1_ratio=0.5)
    assert "which this leaves out" in divisor(fit.summary, fit.facts["columns"])


def test_numbers_are_divided_by_nothing_else():
    own = table()
    del own["city"]
    fit = rl.fit(own, "y")
    assert divisor(fit.summary, fit.facts["columns"]) == ""
