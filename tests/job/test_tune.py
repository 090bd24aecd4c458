"""What the job makes of the curve: refinement, extension, rules, λ = 0."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.crossval.grid import extended
from ridgeline.errors import OptionError
from ridgeline.job.tune import between


def table(n=150, p=6, seed=0, noise=1.0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, p))
    y = x[:, :3] @ [1.0, -1.0, 0.5] + noise * rng.standard_normal(n)
    return {f"x{j}": x[:, j] for j in range(p)} | {"y": y}


def test_lambda_is_the_minimum_between_grid_points():
    fit = rl.fit(table(noise=5.0), "y")
    summary = fit.summary
    lams, mean = np.array(summary["cv"]["lambda"]), np.array(summary["cv"]["mean"])
    at = int(np.flatnonzero(lams == summary["lambda"])[0])
    assert mean[at] == mean.min()
    assert (np.diff(lams) < 0).all()
    around = np.geomspace(lams[at - 1], lams[at + 1], 401)
    x = np.column_stack([fit_column for name, fit_column in table(noise=5.0).items() if name != "y"])
    rows = np.array(fit.predictions().filter(_validation(fit))["row"])
    y = table(noise=5.0)["y"]
    order = np.argsort(rows)
    folds = np.array(fit.predictions().filter(_validation(fit))["fold"])[order]
    exact = rl.cross_validate(x[np.sort(rows)], y[np.sort(rows)], folds=folds, lams=around)
    assert mean[at] - exact.mean.min() <= 1e-9 * mean[at]
    assert summary["lambda_1se"] >= summary["lambda_min"]


def _validation(fit):
    import pyarrow.compute as pc

    predictions = fit.predictions()
    return pc.and_(pc.equal(predictions["split"], "validation"), pc.equal(predictions["model"], "chosen"))


def test_a_refined_path_is_still_certified_and_complete():
    fit = rl.fit(table(noise=5.0), "y")
    path, cv = fit.path, fit.cv
    assert len(path.lams) == len(path.coef) == len(path.certificates) == len(path.status) == cv.losses.shape[1]
    assert max(c.relative_gap for c in path.certificates) < 1e-8
    assert all(f.beta.shape[1] == len(path.lams) for f in cv.fits)
    assert fit.summary["lambda"] in fit.summary["path"]["lambda"]


def test_more_columns_than_rows_are_refined_too():
    fit = rl.fit(table(n=60, p=90, noise=2.0), "y")
    assert fit.summary["lambda"] in fit.summary["cv"]["lambda"]
    assert any("refined" in note for note in fit.summary["notes"])


def test_between_leaves_edges_and_grid_points_alone():
    lams = np.geomspace(10, 0.1, 9)
    assert between(lams, np.log(lams)) is None
    assert between(lams, -np.log(lams)) is None
    assert between(lams, (np.log(lams) - np.log(lams[4])) ** 2 + 1) is None


def test_the_grid_grows_only_while_the_loss_falls():
    lams = np.geomspace(1.0, 0.01, 50)
    longer = extended(lams, lams + 1.0)
    assert len(longer) == 80
    assert np.allclose(longer[1:] / longer[:-1], lams[1] / lams[0])
    assert extended(lams, np.full(50, 2.0)) is None
    assert extended(lams, (np.log(lams) + 2) ** 2) is None


@pytest.mark.parametrize("rule", ["loo", "gcv"])
def test_rules_without_folds(rule):
    fit = rl.fit(table(noise=4.0), "y", rule=rule)
    curve = getattr(fit.cv, rule)
    assert fit.summary["lambda"] == fit.cv.lams[np.argmin(curve)]
    assert fit.facts["along"]["index"]["loo"] == np.argmin(fit.cv.loo[fit.cv.lams > 0])


def test_rules_without_folds_are_for_numbers():
    data = table() | {"y": table()["y"] > 0}
    with pytest.raises(OptionError, match="closed form for numbers only"):
        rl.fit(data, "y", rule="loo")


def test_no_penalty_is_on_the_path_when_it_was_asked_for():
    fit = rl.fit(table(), "y", lam=0)
    assert fit.summary["lambda"] == 0.0
    assert fit.summary["path"]["lambda"][-1] == 0.0
    assert fit.summary["cv"]["lambda"][-1] == 0.0
    assert fit.model.verify(table()) == []


def test_no_penalty_is_refused_where_it_has_no_answer():
    data = table()
    data["y"] = data["x0"] > 0
    with pytest.raises(OptionError, match="give a lambda above 0"):
        rl.fit(data, "y", lam=0)
