"""The pages say what the code has: neither names anything that the other does not know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ridgeline
from ridgeline.checks import CHECKS
from ridgeline.crossval.rules import CLOSED, EVERY

ROOT = Path(__file__).resolve().parent.parent
DOCS, SRC = ROOT / "docs", ROOT / "src" / "ridgeline"
NAME = re.compile(r"`([^`]+)`")


def section(page: str, title: str) -> str:
    """Return the text of a page below a heading, as far as the next heading of that or a higher level."""
    heading = re.compile(rf"^(#+) {re.escape(title)}$", re.MULTILINE)
    text = (DOCS / page).read_text("utf-8")
    found = heading.search(text)
    assert found, f"{page} has no heading {title!r}"
    below = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", below, re.MULTILINE)
    return below[: end.start()] if end else below


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


def test_the_code_of_certificates_is_where_the_page_says():
    said = set(re.findall(r"`([\w/]+\.py)`", section("objective.md", "Certificate")))
    assert said == {path.name for pattern in ("problem_*.py", "duality*.py") for path in SRC.glob(pattern)}


def test_solvers_that_look_at_a_representation_are_named():
    looks = re.compile(r"isinstance\([^()]*\b(Dense|Mixed|Sparse)Design\b")
    found = {path.name for path in (SRC / "solvers").glob("*.py") if looks.search(path.read_text("utf-8"))}
    sentence = re.search(r"by the verbs of Design\. (.*?)\n\n", section("architecture.md", "The engine"), re.DOTALL)
    assert sentence
    assert set(re.findall(r"`(\w+\.py)`", sentence[1])) == found
