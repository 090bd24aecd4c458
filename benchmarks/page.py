"""Write measured tables into ``docs/benchmarks.md`` and keep the numbers as JSON."""

from __future__ import annotations

import json
import os
import platform
from datetime import date
from pathlib import Path
from typing import Any

__all__ = ["IMAGES", "PAGE", "load", "machine", "put", "save", "table"]

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"
OUT = ROOT / "benchmarks" / "out"


def table(head: list[str], body: list[list[str]]) -> str:
    """Lay out a Markdown table.

    Examples
    --------
    >>> print(table(["a", "b"], [["1", "x|y"]]))
    | a | b |
    |---|---|
    | 1 | x/y |
    """
    lines = [head, ["---"] * len(head), *[[cell.replace("|", "/") for cell in row] for row in body]]
    return "\n".join("|" + "|".join(f" {cell} " if cell != "---" else cell for cell in row) + "|" for row in lines)


def machine() -> str:
    """Processor, cores and date, for the line above a table."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        processor = models[0].split(":", 1)[1].strip() if models else processor
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, {date.today().isoformat()}"


def replaced(text: str, section: str, content: str) -> str:
    """`text` with what lies between the marks of a section replaced."""
    begin, end = f"<!-- begin {section} -->", f"<!-- end {section} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{PAGE.name} has no section {section!r}: put {begin} and {end} where it belongs")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def put(section: str, content: str) -> None:
    """Replace a section of the page."""
    PAGE.write_text(replaced(PAGE.read_text("utf-8"), section, content), "utf-8")


def load(name: str) -> list[dict[str, Any]]:
    """Read the results of the last run, none where there was none."""
    path = OUT / f"{name}.json"
    return json.loads(path.read_text("utf-8"))["results"] if path.exists() else []


def save(name: str, numbers: Any) -> Path:
    """Keep the numbers of a run as ``benchmarks/out/NAME.json``."""
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(), "results": numbers}, indent=1) + "\n", "utf-8")
    return path
