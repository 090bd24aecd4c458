"""Groups in the whole job: a column that is no feature, what stands in for it, and what is said."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.checks import CHECKS
from ridgeline.errors import ColumnError, OptionError


def people(n=900, seed=0):
    """Pay depends on skill and on sex through the job held; the job nearly tells the sex."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["f", "m"], n)
    job = np.where(rng.random(n) < 0.9, np.where(sex == "m", "pilot", "nurse"), "cook")
    skill = rng.normal(size=n)
    eta = skill + 1.6 * (job == "pilot") - 1.6 * (job == "nurse")
    paid = np.where(rng.random(n) < 1 / (1 + np.exp(-eta)), "yes", "no")
    return {"sex": sex, "job": job, "skill": skill, "age": rng.integers(20, 60, n), "paid": paid}


@pytest.fixture(scope="module")
def fitted():
    return rl.fit(people(), target="paid", by="sex")


def test_the_group_is_no_feature_and_that_is_said(fitted):
    entry = fitted.summary["groups"][0]
    assert (entry["column"], entry["feature"], entry["split"]) == ("sex", False, "test")
    assert "sex" not in {c["column"] for c in fitted.summary["coefficients"]}
    reason = next(e["reason"] for e in fitted.summary["excluded"] if e["column"] == "sex")
    assert "--keep sex" in reason


def test_the_rows_of_the_groups_are_the_test_rows(fitted):
    table = fitted.predictions().to_pandas()
    test = table[(table["split"] == "test") & (table["model"] == "chosen")]
    sex = people()["sex"][test["row"]]
    entry = fitted.summary["groups"][0]
    for group in entry["groups"]:
        here = test[sex == group["group"]]
        value = {m["metric"]: m["value"] for m in group["metrics"]}
        assert group["rows"] == len(here)
        assert value["selection_rate"] == pytest.approx((here["predicted"] == "yes").mean())
        positive = here[here["actual"] == "yes"]
        assert value["true_positive_rate"] == pytest.approx((positive["predicted"] == "yes").mean())


def test_the_stand_in_is_found_and_leaving_it_out_evens_the_groups(fitted):
    inside = fitted.summary["groups"][0]["stand_ins"]
    first = inside["features"][0]
    assert (first["column"], first["association"] > 0.8) == ("job", True)
    assert inside["auc"][0]["roc_auc"] > 0.9
    key = "demographic_parity_difference"
    assert first["without"][key] < inside["with_all"][key] / 2
    assert first["without"]["value"] < inside["with_all"]["value"], "the job did help to predict"
    chosen = next(
        d for d in fitted.summary["groups"][0]["disparities"] if d["disparity"] == key and d["model"] == "chosen"
    )
    assert inside["with_all"][key] == chosen["value"]


def test_leaving_a_column_out_is_the_fit_without_it(fitted):
    """The refit at the same λ is what dropping the column gives."""
    lam = fitted.summary["lambda"]
    other = rl.fit(people(), target="paid", by="sex", drop="job", lam=lam)
    auc = next(
        r["value"]
        for r in other.summary["assessment"]
        if (r["model"], r["split"], r["metric"]) == ("chosen", "test", "roc_auc")
    )
    assert fitted.summary["groups"][0]["stand_ins"]["features"][0]["without"]["value"] == pytest.approx(auc, abs=1e-9)


def test_the_check_names_the_groups(fitted):
    check = next(c for c in fitted.summary["checks"] if c["code"] == "group-disparity")
    assert check["status"] == "finding"
    assert "By 'sex': 'f' is predicted positive" in check["finding"]
    assert "'job' stands in for it" in check["finding"]
    assert "% higher" not in check["finding"]


def test_differences_of_rates_are_told_in_points():
    rates = {"A": (0.647, 0.52, 0.48), "B": (0.440, 0.40, 0.43)}
    names = ("true_positive_rate", "mean_prediction", "base_rate")
    groups = [
        {"group": g, "rows": 500, "metrics": [{"metric": m, "value": v} for m, v in zip(names, own, strict=True)]}
        for g, own in rates.items()
    ]
    ends = {"model": "chosen", "low": 0.03, "high": 0.3, "highest": "A", "lowest": "B"}
    apart = [
        {"disparity": "equalized_odds_difference", "metric": "true_positive_rate", "value": 0.207, **ends},
        {"disparity": "calibration_gap_difference", "metric": "calibration_gap", "value": 0.07, **ends},
    ]
    entry = {"column": "team", "split": "test", "groups": groups, "disparities": apart}
    text = CHECKS["group-disparity"].run({"summary": {"groups": [entry]}})["finding"]
    assert "the true positive rate of 'A' is 21 points higher than that of 'B' (65% against 44%)" in text
    assert "probabilities are 7.0 points higher" in text
    assert "for 'A' (mean 52%, happened 48%) than for 'B' (mean 40%, happened 43%)" in text


def test_no_disparity_no_finding():
    data = people() | {"coin": np.tile(["heads", "tails"], 450)}
    fit = rl.fit(data, target="paid", by=["coin"])
    assert next(c for c in fit.summary["checks"] if c["code"] == "group-disparity")["status"] == "passed"
    without = rl.fit(people(), target="paid")
    assert without.summary["groups"] == []
    assert next(c for c in without.summary["checks"] if c["code"] == "group-disparity")["status"] == "not applicable"


def test_a_kept_group_stays_a_feature():
    fit = rl.fit(people(300), target="paid", by="sex", keep="sex")
    assert fit.summary["groups"][0]["feature"]
    assert "sex" in {c["column"] for c in fit.summary["coefficients"]}


def test_numbers_and_few_rows():
    rng = np.random.default_rng(0)
    n = 80
    data = {"age": rng.integers(20, 70, n), "x": rng.normal(size=n)}
    data["y"] = data["x"] + 0.1 * data["age"] + rng.normal(size=n)
    entry = rl.fit(data, target="y", by="age").summary["groups"][0]
    assert entry["split"] == "validation"
    assert len(entry["groups"]) == 4
    assert sum(g["rows"] for g in entry["groups"]) == n


def test_wrong_columns_are_told():
    data = people(120)
    with pytest.raises(ColumnError, match=r"'sexx'.*--by.*'sex'"):
        rl.fit(data, target="paid", by="sexx")
    with pytest.raises(OptionError, match="same group, 'x'"):
        rl.fit(data | {"one": np.repeat("x", 120)}, target="paid", by="one")


def test_the_report_shows_groups_with_names_from_data_as_text(tmp_path):
    data = people(300)
    data["<b>g</b>"] = np.where(data["sex"] == "f", "<script>alert(1)</script>", "plain")
    fit = rl.fit(data, target="paid", by="<b>g</b>")
    fit.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert 'id="groups"' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert "<b>g</b>" not in page
    assert "Demographic parity difference" in page


def test_metrics_are_named_alike_in_every_table_of_groups(fitted):
    from ridgeline.report import render

    page = render(fitted.facts)
    assert ">ROC AUC</th>" in page
    assert "Roc auc" not in page
