"""The pages whose examples are run as they stand."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path

import pytest

import ridgeline

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = ["estimators.md"]


@pytest.mark.parametrize("page", PAGES)
def test_examples_of_the_documentation(page):
    text = (DOCS / page).read_text("utf-8")
    test = doctest.DocTestParser().get_doctest(text.replace("```", "\n"), {}, page, page, 0)
    failures: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=failures.append)
    assert len(test.examples) > 5
    assert not failures, "".join(failures)


@pytest.mark.parametrize("page", ["export.md", "translate.md", "model.md"])
def test_scripts_of_the_documentation(page, monkeypatch, tmp_path):
    """Pages that are read as scripts, with what they claim as assertions."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert blocks
    exec("\n".join(blocks), {})


@pytest.mark.parametrize("name", sorted(ridgeline.__all__))
def test_examples_of_public_docstrings(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    thing = getattr(ridgeline, name)
    module = sys.modules[getattr(thing, "__module__", "ridgeline")]
    failures: list[str] = []
    for test in doctest.DocTestFinder(recurse=True).find(thing, name, module, vars(module).copy()):
        doctest.DocTestRunner(verbose=False).run(test, out=failures.append)
    assert not failures, "".join(failures)
