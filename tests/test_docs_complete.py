"""The pages say what the code has: neither names anything that the other does not know."""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from functools import cached_property
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pytest

import ridgeline
from ridgeline import model_file
from ridgeline.assess import METRICS, measured_as
from ridgeline.checks import CHECKS
from ridgeline.crossval.rules import CLOSED, EVERY
from ridgeline.tables import encoder_json

ROOT = Path(__file__).resolve().parent.parent
DOCS, SRC = ROOT / "docs", ROOT / "src" / "ridgeline"
NAME = re.compile(r"`([^`\n]+)`")
TASKS = ("regression", "amount", "count", "binary", "multiclass")  # the keys of METRICS


def section(page: str, title: str) -> str:
    """Return the text of a page between a heading and the next."""
    text = (DOCS / page).read_text("utf-8")
    found = re.search(rf"^#+ {re.escape(title)}$(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no heading {title!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the tables in a text, without their headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rules = [i for i, line in enumerate(lines) if set(line) <= set("|- ")]
    headings = {i - 1 for i in rules}
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for i, line in enumerate(lines)
        if i not in headings and i not in rules
    ]


def keys(text: str) -> list[set[str]]:
    """Return the names in each {…} of a text, those of an inner one apart."""
    found = []
    while inner := re.search(r"\{([^{}]*)\}", text):
        found.append(set(NAME.findall(inner[1])))
        text = text[: inner.start()] + text[inner.end() :]
    return found


@pytest.fixture(scope="module")
def fits():
    """One fit of each task, with a category, gaps, a row without a target, and groups."""
    rng = np.random.default_rng(0)
    x, kind = rng.standard_normal(160), rng.choice(["a", "b", "c"], 160)
    gaps = [None if z > 1.5 else z for z in rng.standard_normal(160).tolist()]
    targets = {
        "regression": 3.0 * x + rng.standard_normal(160),
        "amount": rng.gamma(2.0, np.exp(0.5 * x)),
        "count": rng.poisson(np.exp(0.5 * x)),
        "binary": np.where(x + rng.logistic(size=160) > 0, "yes", "no"),
        "multiclass": np.array(["low", "mid", "high"])[np.digitize(x + 0.3 * rng.standard_normal(160), [-0.5, 0.5])],
    }
    out = {}
    for task, y in targets.items():
        columns = {"x": x.tolist(), "z": gaps, "kind": kind.tolist(), "g": rng.choice(["f", "m"], 160).tolist()}
        columns["visits"] = [None, *y.tolist()[1:]]
        family = "gamma" if task == "amount" else None
        out[task] = ridgeline.fit(columns, target="visits", by="g", family=family)
        assert measured_as(out[task].summary["task"], out[task].summary["family"]) == task
    return out


def test_every_check_is_on_the_page():
    said = [(cells[0].strip("`"), cells[1]) for cells in rows(section("assessment.md", "Checks"))]
    assert sorted(said) == sorted((code, check.severity) for code, check in CHECKS.items())


@pytest.mark.parametrize(
    ("name", "rules"),
    [("PenalizedRegressor", EVERY), ("PenalizedClassifier", tuple(rule for rule in EVERY if rule not in CLOSED))],
)
def test_estimators_name_every_rule(name, rules):
    listed = re.search(r"rule : \{(.*?)\}", getattr(ridgeline, name).__doc__, re.DOTALL)
    assert listed
    assert tuple(re.findall(r'"(\w+)"', listed[1])) == rules


def test_modules_that_pages_name_are_there():
    """Names of modules, with their folder where it is given."""
    folders = (SRC, ROOT / "tests", ROOT / "benchmarks")
    there = [path.relative_to(ROOT).as_posix() for folder in folders for path in folder.rglob("*.py")]
    for page in DOCS.glob("*.md"):
        for name in re.findall(r"`([\w/]+\.py)`", page.read_text("utf-8")):
            assert any(f"/{path}".endswith(f"/{name}") for path in there), f"{page.name}: {name}"


def test_the_layers_are_those_that_are_enforced():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    enforced = [set(re.findall(r"\w+", layer)) for layer in contract["layers"] if layer != "__main__"]
    block = re.search(r"\n\n((?:    .+\n)+)", section("architecture.md", "Layers"))
    assert block
    assert [set(re.split(r" {2,}", line.strip())[0].split(" | ")) for line in block[1].splitlines()] == enforced


def test_the_code_of_certificates_is_where_the_page_says():
    said = set(re.findall(r"`([\w/]+\.py)`", section("objective.md", "Certificate")))
    assert said == {path.name for pattern in ("problem_*.py", "duality*.py") for path in SRC.glob(pattern)}


def test_solvers_that_look_at_a_representation_are_named():
    looks = re.compile(r"isinstance\([^()]*\b(Dense|Mixed|Sparse)Design\b")
    found = {path.name for path in (SRC / "solvers").glob("*.py") if looks.search(path.read_text("utf-8"))}
    sentence = re.search(r"by the verbs of Design\. (.*?)\n\n", section("architecture.md", "The engine"), re.DOTALL)
    assert sentence
    assert set(re.findall(r"`(\w+\.py)`", sentence[1])) == found


def fields(title: str) -> dict[str, str]:
    """Return what summary.md says of each field of a table: its last cell."""
    return {name: cells[-1] for cells in rows(section("summary.md", title)) for name in NAME.findall(cells[0])}


def only_of_classes(said: dict[str, str], task: str) -> set[str]:
    """Return the fields that a task has: those of several classes, or of two, say so."""
    absent = {"multiclass": "two classes only", "binary": "several classes only"}.get(task, "classes only")
    return {name for name, meaning in said.items() if absent not in meaning}


@pytest.mark.parametrize("task", TASKS)
def test_every_field_of_the_summary_is_on_the_page(fits, task):
    said, summary = fields("summary.json"), fits[task].summary
    assert set(summary) == only_of_classes(said, task)
    for name, value in summary.items():
        entries = [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, dict)]
        expected = keys(said[name])
        if entries and expected and name != "rows":
            assert set().union(*entries) == expected[0], name
        elif entries:
            assert name in ("rows", "intercept", "coefficients", "differences", "gaps", "gains", "groups"), name


@pytest.mark.parametrize("task", TASKS)
def test_the_parts_of_the_summary_are_on_the_page(fits, task):
    said, summary = fields("summary.json"), fits[task].summary
    records = keys(said["assessment"])[0]
    for name in ("assessment", "differences", "gaps", "gains"):
        assert all(set(record) == records for record in summary[name])
    assert [set(summary["rows"]), set(summary["rows"]["dropped"][0])] == keys(said["rows"])
    for name, field in (("gaps", "split"), ("gains", "model"), ("differences", "model")):
        assert {record[field] for record in summary[name]} == set(NAME.findall(said[name])) - {field}
    assert isinstance(summary["intercept"], dict) == (task == "multiclass")
    assert f"`{summary['schema']}`" in said["schema"]
    assert all(set(c) == only_of_classes(fields("Coefficients"), task) for c in summary["coefficients"])


@pytest.mark.parametrize("task", TASKS)
def test_every_metric_is_on_the_page(fits, task):
    said = {}
    for names, metrics in rows(section("summary.md", "Assessment")):
        measured = ["amount"] if "`gamma`" in names else NAME.findall(names)
        said.update(dict.fromkeys(measured, NAME.findall(metrics)))
    assert {name: tuple(metrics) for name, metrics in said.items()} == METRICS
    assert {record["metric"] for record in fits[task].summary["assessment"]} == set(said[task])


@pytest.mark.parametrize("task", TASKS)
def test_every_column_of_the_predictions_is_on_the_page(fits, task):
    said = only_of_classes(fields("predictions.parquet"), task)
    labels = fits[task].labels if "probability_<label>" in said else ()
    expected = (said - {"probability_<label>"}) | {f"probability_{label}" for label in labels}
    assert set(fits[task].predictions().column_names) == expected


@pytest.mark.parametrize("task", TASKS)
def test_every_field_of_groups_is_on_the_page(fits, task):
    (entry,) = fits[task].summary["groups"]
    said = keys(section("groups.md", "In summary.json"))
    group, disparity = entry["groups"][0], entry["disparities"][0]
    assert [set(part) for part in (entry, group["metrics"][0], group, disparity)] == said
    everything = set(NAME.findall((DOCS / "groups.md").read_text("utf-8")))
    assert set(entry["stand_ins"]) <= everything
    assert {metric["metric"] for metric in group["metrics"]} <= everything | set(METRICS[task])


def test_every_key_of_a_model_is_on_the_page(fits):
    said = {name: cells[-1] for cells in rows(section("model.md", "model.json")) for name in NAME.findall(cells[0])}
    assert set(said) == set(model_file.KEYS)
    assert keys(said["encoder"]) == [{"columns", "readings"}]
    assert keys(said["certificate"]) == [set(model_file.CERTIFICATE)]
    assert f"`{model_file.FORMAT}`, and {model_file.VERSION} " in said["format"]
    for title, expected in (("Features", model_file.FEATURE), ("Training", model_file.TRAINING)):
        named = [name for cells in rows(section("model.md", title)) for name in NAME.findall(cells[0])]
        assert sorted(named) == sorted(expected), title
    for fit in fits.values():
        parts = fit.model.content["encoder"], fit.model.content["examples"][0]
        assert [set(part) for part in parts] == keys(said["encoder"]) + keys(said["examples"])


def test_every_kind_of_column_of_a_model_is_on_the_page():
    said = {NAME.findall(kind)[0]: NAME.findall(names) for kind, names, _ in rows(section("model.md", "Encoder"))}
    assert said == {kind: list(fields) for kind, fields in encoder_json._FIELDS.items()}


def test_every_public_name_is_in_the_reference():
    text = (DOCS / "reference.md").read_text("utf-8")
    named = re.findall(r"^\.\. auto\w+:: ([\w.]+)$", text, re.MULTILINE)
    assert "`rl.__version__`" in text
    assert "`rl.errors`" in text
    assert sorted([*(name for name in named if "." not in name), "__version__", "errors"]) == sorted(ridgeline.__all__)


def functions(thing, left_out: list[str]) -> list:
    """Return a function itself; of a class the methods and properties that the page does not leave out."""
    if not isinstance(thing, type):
        return [thing]
    members = [member for name, member in vars(thing).items() if name[0] != "_" and name not in left_out]
    members = [getattr(m, "fget", None) or (m.func if isinstance(m, cached_property) else m) for m in members]
    return [member for member in members if inspect.isfunction(member)]


def test_what_public_functions_return_is_in_the_reference():
    text = (DOCS / "reference.md").read_text("utf-8")
    named = re.findall(r"^\.\. auto\w+:: ([\w.]+)\n((?:   :.*\n)*)", text, re.MULTILINE)
    things = {resolve_name(n) if "." in n else getattr(ridgeline, n): options for n, options in named}
    left_out = {thing: re.findall(r":exclude-members: (.*)", options) for thing, options in things.items()}
    seen = set()
    for function in (function for thing in things for function in functions(thing, " ".join(left_out[thing]).split())):
        result = function.__annotations__.get("return", "")
        kind = vars(sys.modules[function.__module__]).get(result)
        if isinstance(kind, type) and kind.__module__.startswith("ridgeline."):
            assert kind in things, f"{function.__qualname__} returns {result}"
            seen.add(result)
    assert {"Path", "CrossValidation", "Certificate", "Fit", "Explanation"} <= seen
