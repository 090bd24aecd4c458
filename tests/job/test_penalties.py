"""`fit` with L1 and elastic net: the same as the library on the encoded rows, exact zeros, and nothing leaks."""

import json

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest

import ridgeline as rl
from ridgeline.errors import OptionError


def table(n=220, noise=12, seed=0, family="gaussian"):
    """Three features with a signal, one with half of it and gaps, `noise` features without, and a category."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 4 + noise))
    x[:, :4] *= [1.0, 20.0, 0.1, 3.0]
    eta = (x[:, :4] / [1.0, 20.0, 0.1, 3.0]) @ [1.5, -1.2, 1.0, 0.5]
    frame = {f"x{j}": x[:, j].copy() for j in range(4 + noise)}
    frame["x3"][::9] = np.nan
    frame["kind"] = np.array(["a", "b", "c"])[rng.integers(0, 3, n)]
    y = {
        "gaussian": lambda: eta + rng.standard_normal(n),
        "binomial": lambda: np.where(eta + rng.logistic(size=n) > 0, "yes", "no"),
        "poisson": lambda: rng.poisson(np.exp(0.5 * eta)),
        "gamma": lambda: rng.gamma(3.0, np.exp(0.4 * eta) / 3.0) + 1e-6,
    }[family]()
    return frame | {"y": y}


def of(fit, split, model):
    found = fit.predictions()
    return found.filter(pc.and_(pc.equal(found["split"], split), pc.equal(found["model"], model)))


def filled(fit):
    """Design of the training rows, gaps filled with the mean of the training rows."""
    problem, standard = fit.cv.problem, fit.cv.fits[0].standard
    x = problem.design.columns(np.arange(problem.design.shape[1]))
    for (value, flag), fill in zip(problem.imputed, standard.fill, strict=True):
        x[:, value] += fill * x[:, flag]
    return x, problem


FAMILIES = ["gaussian", "binomial", "poisson", "gamma"]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("penalty", ["l1", "elasticnet"])
def test_the_fit_is_that_of_the_library_on_the_encoded_rows(family, penalty):
    fit = rl.fit(
        table(family=family), "y", penalty=penalty, family=family, l1_ratio={"l1": None, "elasticnet": 0.6}[penalty]
    )
    x, problem = filled(fit)
    ratio, lam = fit.summary["l1_ratio"], fit.summary["lambda"]
    path = rl.fit_path(x, problem.y, family=family, l1_ratio=ratio, lams=[lam], penalty_factor=problem.factors)
    assert fit.model.coef == pytest.approx(
        path.coef[0], abs=1e-7 * np.abs(path.std_coef[0]).max() / x.std(axis=0).min()
    )
    assert ((fit.model.coef == 0) == (path.coef[0] == 0)).all()
    assert fit.summary["certificate"]["relative_gap"] <= 1e-8
    listed = {c["feature"]: c for c in fit.summary["coefficients"]}
    zero = [f.name for f, c in zip(fit.model.encoder.features, path.coef[0], strict=True) if c == 0]
    assert zero
    assert all(listed[name]["coef"] == 0 == listed[name]["std_coef"] for name in zero)
    assert fit.summary["model"]["df"] == fit.summary["model"]["features_used"] == len(listed) - len(zero)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_out_of_fold_predictions_are_those_of_fits_without_the_fold(family):
    frame = table(family=family)
    fit = rl.fit(frame, "y", penalty="l1", folds=4)
    said, lam = of(fit, "validation", "chosen"), fit.summary["lambda"]
    problem = fit.cv.problem
    rows, folds = np.array(said["row"]), np.array(said["fold"])
    order = np.argsort(rows)
    x = problem.design.columns(np.arange(problem.design.shape[1]))
    for k in range(4):
        out = folds[order] == k
        z = x.copy()
        for value, flag in problem.imputed:
            gone = z[:, flag] > 0
            z[gone, value] = z[~out & ~gone, value].mean()
        path = rl.fit_path(
            z[~out], problem.y[~out], family=family, l1_ratio=1.0, lams=[lam], penalty_factor=problem.factors
        )
        expected = problem.family.mean(z[out] @ path.coef[0] + path.intercept[0])
        name = "predicted" if family == "gaussian" else "probability"
        assert np.array(said[name])[order][out] == pytest.approx(expected, abs=2e-6)


def test_noise_is_dropped_and_the_verdict_says_how_much_is_used():
    fit = rl.fit(table(n=400, noise=40), "y", penalty="l1", rule="1se")
    used = {c["feature"] for c in fit.summary["coefficients"] if c["coef"] != 0}
    assert {"x0", "x1", "x2"} <= used
    assert len(used) <= 12
    total = fit.summary["features"]
    assert any(f"uses {len(used)} of the {total} features" in sentence for sentence in fit.summary["verdict"])
    chosen = {c["feature"]: c["selected"] for c in fit.summary["coefficients"]}
    assert min(chosen[name] for name in ("x0", "x1", "x2")) == 1.0
    assert np.mean([share for name, share in chosen.items() if name not in used]) < 0.4


def test_several_shares_of_l1_are_tried_on_the_same_folds():
    frame = table()
    fit = rl.fit(frame, "y", penalty="elasticnet", l1_ratio=[0.2, 0.9])
    alone = {r: rl.fit(frame, "y", penalty="elasticnet", l1_ratio=r) for r in (0.2, 0.9)}
    least = {r: min(one.summary["cv"]["mean"]) for r, one in alone.items()}
    best = min(least, key=least.get)
    assert fit.summary["l1_ratio"] == fit.model.content["l1_ratio"] == best
    assert fit.summary["lambda"] == alone[best].summary["lambda"]
    note = next(n for n in fit.summary["notes"] if "share of L1" in n)
    assert all(f"{r:g}: {loss:.5g}" in note for r, loss in least.items())
    assert rl.fit(frame, "y", penalty="elasticnet", l1_ratio="0.2, 0.9").summary["lambda"] == fit.summary["lambda"]


def test_a_given_lambda_chooses_among_shares_by_its_own_loss():
    frame, lam = table(), 0.2
    fit = rl.fit(frame, "y", penalty="elasticnet", lam=lam)
    losses = {r: rl.fit(frame, "y", penalty="elasticnet", l1_ratio=r, lam=lam) for r in (0.1, 0.5, 0.9)}
    at = {r: one.summary["cv"]["mean"][one.summary["cv"]["lambda"].index(lam)] for r, one in losses.items()}
    assert fit.summary["lambda"] == lam
    assert fit.summary["l1_ratio"] == min(at, key=at.get)
    assert fit.summary["rule"] == "given"


def test_lambda_zero_is_least_squares_whatever_the_penalty():
    frame = table()
    fits = [
        rl.fit(frame, "y", penalty=p, lam=0, l1_ratio=r) for p, r in (("l1", None), ("l2", None), ("elasticnet", 0.4))
    ]
    for other in fits[1:]:
        assert fits[0].model.coef == pytest.approx(other.model.coef, abs=1e-8)
    assert fits[0].model.verify(frame) == []


@pytest.mark.parametrize("penalty", ["l1", "elasticnet"])
@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_verify_finds_the_certificate_again_and_a_changed_number(family, penalty, tmp_path):
    frame = table(family=family)
    model = rl.fit(frame, "y", penalty=penalty).model
    assert model.verify(frame) == []
    model.save(tmp_path / "model.json")
    content = json.loads((tmp_path / "model.json").read_text())
    place = next(f for f in content["features"] if f["feature"] == "x1")
    place["coef"] *= 1.01
    place["std_coef"] *= 1.01
    (tmp_path / "changed.json").write_text(json.dumps(content))
    findings = " ".join(rl.load(tmp_path / "changed.json").verify(frame))
    assert "x1" in findings
    content = json.loads((tmp_path / "model.json").read_text()) | {"lambda": 2.0 * model.lam}
    (tmp_path / "changed.json").write_text(json.dumps(content))
    findings = " ".join(rl.load(tmp_path / "changed.json").verify(frame))
    assert f"the coefficients are those of {model.lam:.6g}" in findings


def test_the_model_is_written_read_and_predicts(tmp_path):
    frame = table(family="binomial")
    fit = rl.fit(frame, "y", penalty="l1")
    fit.save(tmp_path / "out")
    loaded = rl.load(tmp_path / "out")
    assert (loaded.content["penalty"], loaded.content["l1_ratio"]) == ("l1", 1.0)
    said = of(fit, "test", "chosen")
    everything = loaded.predict_proba(frame)[:, 1]
    assert everything[np.array(said["row"])] == pytest.approx(np.array(said["probability"]), abs=1e-12)
    found = loaded.explain(frame)
    assert "x0" in found.columns


def test_more_columns_than_rows():
    rng = np.random.default_rng(5)
    x = rng.standard_normal((60, 150))
    frame = {f"x{j}": x[:, j] for j in range(150)} | {"y": 2 * x[:, 0] - 2 * x[:, 1] + 0.5 * rng.standard_normal(60)}
    fit = rl.fit(frame, "y", penalty="l1", rule="ebic", test_size=0)
    used = {c["feature"] for c in fit.summary["coefficients"] if c["coef"] != 0}
    assert {"x0", "x1"} <= used
    assert len(used) < 12
    assert fit.model.verify(frame) == []


def test_a_column_never_penalised_is_never_dropped():
    fit = rl.fit(table(), "y", penalty="l1", keep=["x9"], lam=1e6)
    coef = {c["feature"]: c["coef"] for c in fit.summary["coefficients"]}
    assert coef["x9"] != 0
    assert all(value == 0 for name, value in coef.items() if name != "x9")


def test_groups_and_weights_go_with_any_penalty():
    frame = table(n=300, family="binomial")
    frame |= {"who": np.arange(300) // 3, "w": 1.0 + np.arange(300) % 2}
    fit = rl.fit(frame, "y", penalty="l1", group="who", weight="w", by="kind")
    assert fit.summary["groups"]
    assert "resamples of groups" in fit.summary["resampling"]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"penalty": "lasso"}, "did you mean 'l1'"),
        ({"penalty": "ridge"}, "did you mean 'l2'"),
        ({"penalty": "elasticnett"}, "did you mean 'elasticnet'"),
        ({"penalty": "l1", "l1_ratio": 0.5}, "--penalty elasticnet"),
        ({"penalty": "l2", "l1_ratio": 1}, "--penalty elasticnet"),
        ({"penalty": "elasticnet", "l1_ratio": 1.5}, "between 0"),
        ({"penalty": "elasticnet", "l1_ratio": "half"}, "a number from 0"),
        ({"penalty": "l1", "rule": "loo"}, "l2 penalty only"),
        ({"rule": "bci"}, "did you mean 'bic'"),
        ({"test_size": 1.5}, "whole number of rows"),
        ({"test_size": float("nan")}, "share below 1"),
    ],
)
def test_wrong_words_are_told_before_the_table_is_read(options, part):
    with pytest.raises(OptionError, match=part):
        rl.fit("there is no such file.csv", "y", **options)


def test_more_folds_than_rows_are_noted():
    frame = {name: values[:40] for name, values in table().items()}
    fit = rl.fit(frame, "y", folds=1_000_000)
    assert any("1,000,000 folds" in note and "40 rows" in note for note in fit.summary["notes"])


def test_more_columns_than_rows_of_two_classes(tmp_path):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((80, 300))
    x[::7, 5] = np.nan
    yes = x[:, 0] - x[:, 1] + 0.5 * rng.logistic(size=80) > 0
    frame = {f"x{j}": x[:, j] for j in range(300)} | {"y": np.where(yes, "yes", "no")}
    fit = rl.fit(frame, "y", penalty="l1", test_size=0)
    said = of(fit, "validation", "chosen")
    problem, folds = fit.cv.problem, np.array(said["fold"])[np.argsort(np.array(said["row"]))]
    z = problem.design.columns(np.arange(problem.design.shape[1]))
    for k in range(5):
        out, w = folds == k, z.copy()
        for value, flag in problem.imputed:
            gone = w[:, flag] > 0
            w[gone, value] = w[~out & ~gone, value].mean()
        path = rl.fit_path(w[~out], problem.y[~out], family="binomial", l1_ratio=1.0, lams=[fit.summary["lambda"]])
        expected = 1 / (1 + np.exp(-(w[out] @ path.coef[0] + path.intercept[0])))
        found = np.array(said["probability"])[np.argsort(np.array(said["row"]))][out]
        assert found == pytest.approx(expected, abs=1e-5)
    assert fit.model.verify(frame) == []
    assert fit.summary["coefficients"][0]["selected"] > 0.5


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_of_two_mirrored_levels_one_has_all_the_weight(family):
    rng = np.random.default_rng(4)
    n = 240
    group, other = rng.integers(0, 2, (2, n))
    x = rng.standard_normal(n)
    eta = 1.5 * group + x
    y = eta + rng.standard_normal(n) if family == "gaussian" else np.where(eta + rng.logistic(size=n) > 1, "yes", "no")
    frame = {"x": x, "g": np.array(["low", "high"])[group], "h": np.array(["u", "v"])[other], "y": y}
    fit = rl.fit(frame, "y", penalty="l1")
    coef = dict(zip(fit.path.feature_names, fit.path.coef[fit.path.lams > 0].T, strict=True))
    for column, levels in (("g", ("low", "high")), ("h", ("u", "v"))):
        assert min(np.abs(coef[f"{column}={level}"]).max() for level in levels) == 0.0
    assert np.abs([coef["g=low"], coef["g=high"]]).max() > 0.5
    selected = {c["feature"]: c["selected"] for c in fit.summary["coefficients"]}
    least, most = sorted(selected[f"g={level}"] for level in ("low", "high"))
    assert least == 0.0
    assert most > 0.9
    assert max(c.relative_gap for c in fit.path.certificates) < 1e-8
    assert fit.model.verify(frame) == []
    said = of(fit, "train", "chosen")
    eta = fit.model.linear_predictor(fit.model._scan(frame))[0][np.array(said["row"])]
    mean = eta if family == "gaussian" else 1 / (1 + np.exp(-eta))
    assert np.array(said["predicted" if family == "gaussian" else "probability"]) == pytest.approx(mean, abs=1e-9)


def test_few_rows_are_held_out_when_that_is_asked_for():
    frame = {name: column[:60] for name, column in table().items()}
    assert rl.fit(frame, "y").model.content["training"]["test_rows"] == 0
    fit = rl.fit(frame, "y", test_size=0.3)
    assert fit.model.content["training"]["test_rows"] == 18
    assert {a["split"] for a in fit.summary["assessment"]} == {"train", "validation", "test"}


def test_amounts_are_judged_by_the_loss_that_was_fitted():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 300))
    rows = pd.DataFrame({"a": a, "b": b, "cost": rng.gamma(2.0, np.exp(0.5 * a) / 2.0)})
    found = rl.fit(rows, target="cost", family="gamma")
    assert found.summary["task"] == "regression"
    assert {r["metric"] for r in found.summary["assessment"]} == {"mean_gamma_deviance", "r2", "rmse", "mae"}
    assert "of the mean gamma deviance that remains" in " ".join(found.summary["verdict"])
    assert "squared error" not in " ".join(found.summary["verdict"])
