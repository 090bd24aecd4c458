"""`compare` from a table to an object, a page and a file."""

import json
import re

import numpy as np
import pytest
from sklearn.metrics import log_loss, mean_squared_error, r2_score, roc_auc_score
from tests.comparison import worlds
from tests.comparison.test_folds_inside import world

import ridgeline as rl
from ridgeline.comparison.bench import Bench
from ridgeline.comparison.contestants import CONTESTANTS, enter
from ridgeline.comparison.quality import judged_rows, measure
from ridgeline.comparison.splits import divide
from ridgeline.crossval.folds import make_folds
from ridgeline.errors import InputError
from ridgeline.inputs import problem_of

FEW = ["unpenalized", "l2", "l1", "l1_1se"]


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    x, eta = worlds.sparse(rng, n=200, p=8, strong=2)
    table = worlds.table(x, worlds.classes(eta, rng)) | {"<b>&": rng.choice(["<i>", "plain"], 200)}
    return rl.compare(table, target="y", threads=1, command="ridgeline compare <x>")


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_metrics_are_those_of_scikit_learn_over_all_judged_rows(family):
    x, y = world(family, n=120)
    problem, _ = problem_of(x, y, family=family)
    bench = Bench(problem, divide(problem, make_folds(120, 4)))
    entries = [enter(bench, c, (0.5,)) for c in CONTESTANTS]
    task = "regression" if family == "gaussian" else "binary"
    found = measure(bench, entries, task, None, 0)
    rows = judged_rows(bench)
    for entry in entries:
        name = entry.contestant.name
        mean = np.concatenate([c.mean for c in entry.choices[0][1:]])
        if family == "gaussian":
            truth = {"rmse": mean_squared_error(y[rows], mean) ** 0.5, "r2": r2_score(y[rows], mean)}
        else:
            truth = {"log_loss": log_loss(y[rows], mean)}
            truth |= {} if name == "baseline" else {"roc_auc": roc_auc_score(y[rows], mean)}
        for metric, value in truth.items():
            assert found.values[name][metric][0] == pytest.approx(value), (name, metric)
    own, other = found.values["l1"]["r2" if family == "gaussian" else "log_loss"], found.differences("l2")
    record = next(r for r in other if (r["model"], r["metric"]) == ("l1", "r2" if family == "gaussian" else "log_loss"))
    reference = found.values["l2"][record["metric"]]
    assert record["value"] == pytest.approx(own[0] - reference[0])
    assert record["low"] == pytest.approx(np.quantile(own[1:] - reference[1:], 0.025))


def test_without_features_an_offset_still_ranks_rows():
    x, y = world("binomial", n=120)
    offset = 2.0 * y - np.linspace(-1, 1, 120)
    problem, _ = problem_of(x, y, family="binomial", offset=offset)
    bench = Bench(problem, divide(problem, make_folds(120, 4)))
    entry = next(enter(bench, c, ()) for c in CONTESTANTS if c.name == "baseline")
    found = measure(bench, [entry], "binary", None, 0)
    assert found.values["baseline"]["roc_auc"][0] == pytest.approx(roc_auc_score(y, offset), abs=0.01)


def test_l2_sets_no_coefficient_to_zero_and_l1_does(found):
    by_name = {c["name"]: c for c in found.facts["contestants"]}
    features = found.facts["features"]
    assert by_name["l2"]["exact_zeros"] == by_name["unpenalized"]["exact_zeros"] == 0
    assert by_name["l2"]["features_used"] == {"all_rows": features, "folds": [features] * 5, "mean": features}
    assert by_name["l1"]["exact_zeros"] > 0
    assert by_name["l1_1se"]["exact_zeros"] >= by_name["l1"]["exact_zeros"]
    assert by_name["baseline"]["exact_zeros"] == features
    assert by_name["l2"]["stability"] is None
    assert 0 < by_name["l1_1se"]["stability"]["index"] <= 1


def test_the_object_is_strict_json_with_a_schema(found):
    text = json.dumps(found.to_dict(), allow_nan=False)
    facts = json.loads(text)
    assert facts["schema"] == "ridgeline-comparison/1"
    assert [c["name"] for c in facts["contestants"]] == [c.name for c in CONTESTANTS]
    assert facts["metric"] == "log_loss"
    assert {r["split"] for r in facts["assessment"]} == {"validation"}
    assert {r["reference"] for r in facts["differences"]} >= {"l2", "baseline"}
    first = facts["selection"]["features"][0]
    assert first["feature"] in ("x0", "x1")
    assert first["frequency"]["l1"] == 1.0
    assert facts["recommendation"]["sentences"]
    assert found.recommendation == " ".join(facts["recommendation"]["sentences"])


def test_every_dress_escapes_names(found):
    html = found._repr_html_()
    assert found.facts["recommendation"]["sentences"][0].split(":")[0] in html
    from ridgeline.report import render_comparison

    page = render_comparison(found.facts)
    assert "<i>" not in page
    assert "&lt;i&gt;" in page
    assert "&lt;x&gt;" in page
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    assert "<script" not in page
    for part in ("recommendation", "contestants", "selection", "data", "methods"):
        assert f'id="{part}"' in page
    assert "L2 (ridge)" in repr(found)
    assert "exact zeros" in repr(found)


def test_terminal_view_is_rich(found):
    from rich.console import Console

    console = Console(width=200, record=True, file=None, force_terminal=False)
    with console.capture() as shown:
        console.print(found)
    assert "relaxed L1" in shown.get()


def test_chart_shows_every_contestant_and_refuses_unknown_metrics(found):
    spec = json.dumps(found.plot("roc_auc").to_dict())
    assert all(c.title in spec for c in CONTESTANTS)
    with pytest.raises(InputError, match="There is no metric 'auc'"):
        found.plot("auc")


def test_files_appear_whole(found, tmp_path):
    found.save(tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["comparison.html", "comparison.json"]
    found.save(tmp_path / "one.json")
    assert json.loads((tmp_path / "one.json").read_text("utf-8")) == found.to_dict()
    found.save(tmp_path / "one.html")
    assert (tmp_path / "one.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "z"}, "no column 'z'"),
        ({"contestants": ["lasso", "l2"]}, "'l1'"),
        ({"contestants": ["relaxd"]}, "did you mean 'relaxed'"),
        ({"contestants": ["baseline"]}, "besides the baseline"),
        ({"l1_ratio": 1.0}, "between 0 and 1"),
        ({"l1_ratio": 1.5}, "l1_ratio"),
        ({"folds": 2}, "at least 3 folds"),
        ({"drop": "x9"}, "no column 'x9'"),
    ],
)
def test_wrong_input_is_one_sentence(options, said):
    rng = np.random.default_rng(0)
    table = worlds.table(*worlds.noise(rng, n=40, p=3))
    with pytest.raises(InputError, match=said) as error:
        rl.compare(table, **({"target": "y"} | options))
    assert "\n" not in str(error.value)


def test_same_seed_same_answer_whatever_the_threads():
    rng = np.random.default_rng(3)
    table = worlds.table(*worlds.sparse(rng, n=80, p=10))
    one, other = (rl.compare(table, target="y", contestants=FEW, threads=t).to_dict() for t in (1, 2))
    for facts in (one, other):
        facts.pop("timings")
        for contestant in facts["contestants"]:
            contestant.pop("seconds")
    assert one == other


@pytest.mark.parametrize("family", ["poisson", "gamma", "multinomial"])
def test_other_families_take_part_as_far_as_they_can(family):
    rng = np.random.default_rng(0)
    x, _ = worlds.sparse(rng, n=240, p=4, strong=2)
    eta = x[:, 0] - x[:, 1]
    y = {
        "poisson": lambda: rng.poisson(np.exp(0.5 * eta)),
        "gamma": lambda: rng.gamma(2.0, np.exp(0.5 * eta)),
        "multinomial": lambda: np.array(["a", "b", "c"])[np.digitize(eta + rng.logistic(size=240), [-1.0, 1.0])],
    }[family]()
    names = ["unpenalized", "l2", "relaxed", "l1_l2"]
    facts = rl.compare(worlds.table(x, y), target="y", family=family, contestants=names, folds=3).to_dict()
    status = {c["name"]: c["status"] for c in facts["contestants"]}
    left = {"relaxed", "l1_l2"} if family == "multinomial" else set()
    assert {n for n, s in status.items() if s == "left out"} == left
    assert all(c["reason"] for c in facts["contestants"] if c["status"] == "left out")
    assert facts["metric"] == {"poisson": "mean_poisson_deviance", "gamma": "mean_gamma_deviance"}.get(
        family, "log_loss"
    )
    assert facts["recommendation"]["choice"] in ("unpenalized", "l2")


def test_of_several_classes_every_coefficient_is_counted():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((150, 4))
    y = np.array(["a", "b", "c"])[np.digitize(x[:, 0] + rng.logistic(size=150), [-1.0, 1.0])]
    table = worlds.table(x, y)
    found = rl.compare(table, target="y", contestants=["baseline", "l1", "l2"], folds=3)
    facts, by_name = found.to_dict(), {c["name"]: c for c in found.to_dict()["contestants"]}
    lam = by_name["l1"]["chosen"]["lambda"]
    coef = rl.fit(table, target="y", penalty="l1", lam=lam, test_size=0).model.coef
    zeros = int((coef == 0).sum())
    assert 4 - by_name["l1"]["features_used"]["all_rows"] < zeros < coef.size
    assert [by_name[n]["exact_zeros"] for n in ("baseline", "l1", "l2")] == [coef.size, zeros, 0]
    assert facts["coefficients"] == coef.size == 12
    assert f"{zeros} of 12" in str(found)


def test_more_features_than_rows():
    rng = np.random.default_rng(0)
    x, y = worlds.sparse(rng, n=60, p=150, strong=3)
    table = worlds.table(x, np.where(3 * y + rng.logistic(size=60) > 0, "yes", "no"))
    facts = rl.compare(table, target="y", contestants=["unpenalized", "l2", "l1"], folds=3).to_dict()
    by_name = {c["name"]: c for c in facts["contestants"]}
    assert "more features than rows" in by_name["unpenalized"]["reason"]
    assert by_name["l2"]["exact_zeros"] == 0
    assert by_name["l1"]["exact_zeros"] > 100


def test_clusters_are_told_in_a_sentence():
    rng = np.random.default_rng(0)
    hidden = rng.standard_normal(160)
    table = {f"twin{j}": hidden + 0.4 * rng.standard_normal(160) for j in range(4)}
    table |= {"noise": rng.standard_normal(160), "y": hidden + rng.standard_normal(160)}
    facts = rl.compare(table, target="y", contestants=["l2", "l1_1se", "l1"]).to_dict()
    (cluster,) = facts["selection"]["clusters"]
    assert sorted(cluster["features"]) == [f"twin{j}" for j in range(4)]
    assert cluster["any"] == 1.0
    assert cluster["any"] >= max(cluster["each"])
    assert cluster["sentence"].startswith("at least one of twin")
    assert facts["selection"]["correlated"] == 4


def test_groups_stay_together_and_messy_columns_take_part():
    rng = np.random.default_rng(0)
    n = 120
    gap = rng.standard_normal(n)
    gap[::5] = np.nan
    table = {"gap": gap, "colour": rng.choice(["red", "green"], n), "who": np.repeat(np.arange(30), 4),
             "w": rng.uniform(0.5, 2.0, n), "y": np.nan_to_num(gap) + rng.standard_normal(n)}  # fmt: skip
    facts = rl.compare(table, target="y", group="who", weight="w", keep="colour").to_dict()
    assert "30 groups" in facts["folds"]["scheme"]
    assert all(c["status"] == "measured" for c in facts["contestants"])


def test_the_elastic_net_of_a_wide_table_tries_small_shares_of_l1_too(monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 80))
    tried, solve = set(), Bench._solve
    monkeypatch.setattr(Bench, "_solve", lambda self, ratio: tried.add(ratio) or solve(self, ratio))
    rl.compare(worlds.table(x, x[:, 0] + rng.standard_normal(60)), target="y", contestants=["elastic_net"])
    assert {0.1, 0.5, 0.9} <= tried
