"""The public names: each is there, documented, and costs nothing until it is used."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ridgeline

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("numpy", "duckdb", "pyarrow", "scipy", "sklearn", "altair", "rich", "typer", "pandas", "numba")


@pytest.mark.parametrize("name", [name for name in ridgeline.__all__ if not name.startswith("_")])
def test_public_names_are_documented(name):
    assert getattr(ridgeline, name).__doc__
    assert name in dir(ridgeline)


def test_every_lazy_name_is_public():
    assert sorted([*ridgeline._HOMES, "__version__"]) == sorted(ridgeline.__all__)


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ridgeline.no_such_name


def test_import_loads_nothing_heavy():
    code = f"import sys, ridgeline; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_errors_are_an_attribute_that_loads_nothing_heavy():
    code = f"import sys, ridgeline as rl; rl.errors.OptionError; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_names_announced_by_packages_exist():
    for init in sorted((ROOT / "src" / "ridgeline").rglob("__init__.py")):
        name = ".".join(init.parent.relative_to(ROOT / "src").parts)
        module = importlib.import_module(name)
        assert all(hasattr(module, public) for public in getattr(module, "__all__", ())), name


def test_nothing_executes_text():
    """Model files and tables are data: no code of ours can run what they say."""
    calls = re.compile(r"(?<![\w.])(eval|exec|compile|__import__)\(|\b(pickle|marshal|shelve|joblib)\b\.|import pickle")
    for path in sorted((ROOT / "src").rglob("*.py")):
        found = calls.search(path.read_text("utf-8"))
        assert not found, f"{path.name}: {found and found.group()}"


def test_set_up_is_two_commands():
    readme = (ROOT / "README.md").read_text("utf-8")
    block = readme.split("## Set-up")[1].split("```sh\n")[1].split("```")[0].splitlines()
    assert [line for line in block if not line.startswith(("git clone", "cd "))] == ["make demo", "make test"]


def test_links_between_pages_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
