import base64
import copy
import hashlib
import json
import re
import time
from html.parser import HTMLParser

import numpy as np
import pytest
from facts import breast_cancer

from ridgeline.assess import HIGHER_IS_BETTER, METRICS
from ridgeline.errors import OutputError
from ridgeline.report import render, write
from ridgeline.report.views.assessment import METRICS as shown_metrics
from ridgeline.report.views.assessment import cards
from ridgeline.report.views.explorer import embed

IDS = ("verdict", "assessment", "curve", "path", "coefficients", "metrics")
ALL = ("breast_cancer", "customers", "diabetes", "genes", "wide")
VOID = {"meta", "link", "input", "br", "rect", "line", "circle", "path", "text"}


class Reader(HTMLParser):
    """Checks nesting; collects ids, attributes and the text of each section."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.attributes, self.tags = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in {"meta", "link", "input", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> without a start"
        assert self.open.pop() == tag


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def section(page, name):
    start = page.index(f'id="{name}"')
    return re.sub(r"<[^>]*>", " ", page[start : page.index("</section>", start)])


@pytest.mark.parametrize("name", ALL)
def test_pages_are_well_formed_and_have_the_promised_parts(name, page_of):
    reader = read(page_of(name))
    assert all(reader.ids.count(part) == 1 for part in IDS)
    assert len(reader.ids) == len(set(reader.ids))


@pytest.mark.parametrize("name", ALL)
def test_pages_load_nothing(name, page_of):
    page = page_of(name)
    for tag, attribute, value in read(page).attributes:
        if attribute in {"src", "srcset", "action", "data", "poster", "xlink:href"}:
            raise AssertionError((tag, attribute, value))
        if attribute == "href":
            assert value.startswith("#") or value == "data:,"
        assert attribute != "style"
        assert not attribute.startswith("on")
    assert "http:" not in page
    assert "https:" not in page
    assert "@import" not in page


def test_only_our_own_script_and_style_are_allowed(page_of):
    page = page_of("breast_cancer")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for kind, text in (
        ("style", re.search(r"<style>(.*?)</style>", page, re.S)[1]),
        ("script", re.search(r"<script>(.*?)</script>", page, re.S)[1]),
    ):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("name", ALL)
def test_pages_stay_small(name, page_of):
    assert len(page_of(name).encode()) < 1_000_000


@pytest.mark.parametrize(("name", "limit"), [("breast_cancer", 1.0), ("genes", 5.0)])
def test_reports_are_built_quickly(name, limit, facts_of):
    """569 × 30 in a second, 72 × 7129 in five: processor time, which other programs do not lengthen much."""
    facts = facts_of(name)
    render({})  # the chart engine starts
    assert min(_seconds(facts) for _ in range(3)) < limit


def _seconds(facts):
    start = time.process_time()
    render(facts)
    return time.process_time() - start


def test_the_same_facts_give_the_same_page(facts_of, page_of):
    assert render(facts_of("customers")) == page_of("customers")


def test_lists_and_arrays_give_the_same_page(facts_of, page_of):
    facts = copy.deepcopy(facts_of("diabetes"))
    for key, value in facts["along"].items():
        if isinstance(value, np.ndarray):
            facts["along"][key] = value.tolist()
    assert render(facts) == page_of("diabetes")


def test_facts_are_left_as_they_were(facts_of):
    facts = facts_of("wide")
    before = copy.deepcopy(facts)
    render(facts)
    np.testing.assert_equal(facts, before)


def test_the_first_screen_says_what_matters(facts_of, page_of):
    facts, page = facts_of("breast_cancer"), page_of("breast_cancer")
    for sentence in facts["summary"]["verdict"]:
        assert sentence in section(page, "verdict")
    assert page.index('id="verdict"') < page.index('id="assessment"') < page.index('id="curve"')
    assert "“malignant”" in page[: page.index('id="verdict"')]
    alerts = section(page, "alerts")
    for check in facts["summary"]["checks"]:
        assert (check["title"] in alerts) == (check["status"] == "finding" and check["code"] != "overfit")
    first = page[: page.index('id="curve"')]
    for word in (
        "What matters most",
        "Chosen λ",
        "569 used",
        "3 left out",
        "an identifier",
        "ridgeline predict",
    ):
        assert word in first


def test_coefficients_without_anything_learned_are_not_read(facts_of):
    facts = copy.deepcopy(facts_of("breast_cancer"))
    facts["summary"]["checks"].append({"code": "nothing-to-learn", "severity": "error", "status": "finding"})
    text = section(render(facts), "effects")
    assert "Nothing" in text
    assert "odds" not in text


def test_a_difference_too_small_to_be_written_is_not_judged():
    record = {"model": "chosen", "split": "test", "metric": "rmse", "value": 14.2, "low": 14.1, "high": 14.4}
    change = record | {"model": "chosen - unpenalized", "value": 2e-5, "low": 1e-5, "high": 3e-5}
    page = render({"summary": {"assessment": [record], "differences": [change]}})
    assert "14.1–14.4" in page
    assert 'class="worse"' not in page
    change |= {"value": 0.5, "low": 0.4, "high": 0.6}
    assert 'class="worse"' in render({"summary": {"assessment": [record], "differences": [change]}})


def test_before_and_after_shows_every_metric_model_and_split(facts_of, page_of):
    text = section(page_of("breast_cancer"), "assessment")
    for word in ("Baseline", "Unpenalized", "Chosen", "Training", "Validation", "Test", "ROC AUC", "Brier", "F1"):
        assert word in text
    record = next(
        r
        for r in facts_of("breast_cancer")["summary"]["assessment"]
        if (r["model"], r["split"], r["metric"]) == ("chosen", "test", "roc_auc")
    )
    assert f"{record['value']:.3f}" in text
    assert f"{record['low']:.3f}–{record['high']:.3f}" in text


def test_every_metric_is_known_by_its_name_and_direction():
    for name in {name for names in METRICS.values() for name in names}:
        assert shown_metrics[name].higher == HIGHER_IS_BETTER[name], name
        assert shown_metrics[name].meaning, name


def test_a_deviance_that_falls_is_better():
    values = {"model": "chosen", "split": "validation", "metric": "mean_poisson_deviance", "value": 0.4}
    change = values | {"model": "chosen - unpenalized", "value": -0.1, "low": -0.2, "high": -0.05}
    (card,) = cards({"assessment": [values], "differences": [change]})
    assert card.metric.better == "lower is better"
    assert card.rows[-1][2][0].tone == "better"


def test_without_test_rows_there_is_no_test_column(page_of):
    assert ">Test<" not in page_of("wide")
    assert "On validation rows" in page_of("wide")


def test_regression_has_no_odds_and_no_confusion(page_of):
    page = page_of("diabetes")
    assert "Odds ratio" not in page
    assert "Confusion" not in page
    assert "Residuals" in page
    assert "ROC" not in page


def test_all_checks_are_listed_with_their_status(facts_of, page_of):
    text = section(page_of("customers"), "checks")
    for check in facts_of("customers")["summary"]["checks"]:
        assert check["title"] in text
    assert text.count("not applicable") == 1


def test_levels_stand_under_their_column(page_of):
    page = page_of("customers")
    body = page[page.index('<tbody data-column="plan"') :]
    body = body[: body.index("</tbody>")]
    assert re.findall(r'<th scope="row">([^<]*)', body) == ["premium", "basic", "family"]


def test_wide_data_show_the_largest_and_count_the_rest(page_of):
    page = page_of("genes")
    assert page.count('class="row"') == 200
    assert "6,929 smaller coefficients" in page
    assert "The 60 largest of 7,129 are drawn" in page


# --------------------------------------------------------------------------------------------- what is missing


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"summary": None, "along": None, "curves": None, "columns": None},
        {"along": {"lams": [], "std_coef": None}},
        {"along": {"lams": [1.0], "std_coef": [[0.5]], "features": ["a"]}},
        {"summary": {"cv": {"lambda": [1.0], "mean": [0.3], "se": [None]}, "verdict": []}},
        {"summary": {"cv": {"lambda": [1.0, 0.1], "mean": [None, 0.3], "se": [None, None]}}},
        {"curves": {"roc": {}, "observed_predicted": {"observed": [], "predicted": []}}},
    ],
)
def test_missing_facts_leave_a_page_that_says_so(facts):
    reader = read(render(facts))
    assert all(part in reader.ids for part in IDS)


def _without(value, keep=()):
    """Every number becomes None."""
    if isinstance(value, dict):
        return {k: v if k in keep else _without(v, keep) for k, v in value.items()}
    if isinstance(value, list):
        return [_without(v, keep) for v in value]
    return None if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def test_unknown_numbers_are_dashes(facts_of):
    facts = copy.deepcopy(facts_of("breast_cancer"))
    summary = _without({k: v for k, v in facts["summary"].items() if k not in ("path", "cv")})
    along = facts["along"] | {"df": [None] * 60, "metrics": _without(facts["along"]["metrics"]), "confusion": None}
    page = render({"summary": summary, "along": along, "columns": _without(facts["columns"])})
    text = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    assert not re.search(r"\b(None|nan|NaN|undefined|inf)\b", re.sub(r"<[^>]*>", " ", text))
    assert "—" in section(page, "assessment")
    assert "—" in section(page, "coefficients")


def test_nan_and_infinity_in_facts_are_dashes(facts_of):
    facts = copy.deepcopy(facts_of("diabetes"))
    for record in facts["summary"]["assessment"]:
        record["value"] = np.nan
    facts["summary"]["coefficients"][0]["unpenalized"] = np.inf
    page = render(facts)
    assert "nan" not in section(page, "assessment")
    assert "—" in section(page, "assessment")
    json.loads(re.search(r'id="facts">(.*?)</script>', page, re.S)[1])


def test_several_classes_do_without_a_path(facts_of):
    facts = copy.deepcopy(facts_of("breast_cancer"))
    facts["along"]["std_coef"] = np.zeros((60, 3, 30))
    facts["summary"]["task"] = "multiclass"
    page = render(facts)
    assert all(part in read(page).ids for part in IDS)


# ---------------------------------------------------------------------------------------------------- injection

NASTY = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(3)>',
    "' onmouseover='alert(4)",
    "{{7*7}}{% raw %}",
    "javascript:alert(5)",
    "]]><svg/onload=alert(6)>",
    "line\u2028separator & ampersand",
    "名前 naïve Ω 🦊",
    "\u202egnp.exe",
    "nul\x00 and half \ud800",
    "x" * 5000,
    "",
]


def nasty_facts():
    facts = copy.deepcopy(breast_cancer())
    summary, along = facts["summary"], facts["along"]
    new = dict(zip(along["features"], NASTY, strict=False))
    along["features"] = along["columns"] = [new.get(f, f) for f in along["features"]]
    for row in summary["coefficients"]:
        row["feature"] = row["column"] = new.get(row["feature"], row["feature"])
    for column in facts["columns"]:
        column["name"] = new.get(column["name"], column["name"])
        column["reason"] = NASTY[0]
    # The largest coefficients, whose names are drawn in the charts, carry the nastiest names.
    for row, name in zip(summary["coefficients"], NASTY, strict=False):
        here = along["features"].index(row["feature"])
        along["features"][here] = row["feature"] = row["column"] = name
    for key in ("target", "positive_class", "data", "command", "rule", "family"):
        summary[key] = NASTY[1]
    summary["verdict"] = summary["notes"] = NASTY
    summary["excluded"] = [{"column": n, "reason": n} for n in NASTY]
    summary["rows"]["dropped"] = [{"reason": n, "count": 1} for n in NASTY]
    summary["versions"] = {NASTY[0]: NASTY[3]}
    summary["timings"] = {NASTY[0]: 1.0}
    summary["cv"]["loss"] = summary["cv"]["scheme"] = NASTY[0]
    for check in summary["checks"]:
        check["title"] = check["finding"] = check["code"] = NASTY[3]
    facts["curves"]["split"] = NASTY[0]
    return facts


def test_names_from_the_table_stay_text():
    page = render(nasty_facts())
    reader = read(page)
    assert reader.tags.count("script") == 2
    assert "img" not in reader.tags
    assert not [a for a in reader.attributes if a[1].startswith("on")]
    assert "{{7*7}}" in page
    assert ">49<" not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    page.encode("utf-8")


def test_embedded_json_cannot_end_its_element():
    text = embed({"a": "</script><!-- & \u2028", "b": [1, None]})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & \u2028", "b": [1, None]}


# ------------------------------------------------------------------------------------------------------ writing


def test_write_leaves_the_page_in_a_file(tmp_path, facts_of, page_of):
    assert write(facts_of("diabetes"), tmp_path / "r.html") == tmp_path / "r.html"
    assert (tmp_path / "r.html").read_text("utf-8") == page_of("diabetes")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OutputError, match="directory"):
        write({}, tmp_path)


def test_where_no_unpenalized_model_exists_the_table_says_what_stands_for_it():
    record = {"model": "chosen", "split": "train", "metric": "log_loss", "value": 0.1, "low": None, "high": None}
    facts = {"summary": {"assessment": [record], "model": {"unpenalized_lambda": 0.0042}}}
    assert "the weakest penalty tried, λ = 0.00420" in render(facts)
    facts["summary"]["model"] = {"unpenalized_lambda": 0.0}
    assert "the weakest penalty tried" not in render(facts)


def test_the_legend_of_the_comparison_claims_nothing(page_of):
    said = section(page_of("diabetes"), "assessment")
    assert "How to read it: a model that overfits is much better in training than in validation." in said
