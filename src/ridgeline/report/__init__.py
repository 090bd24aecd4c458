"""The report: facts (plain data) first, then charts and templates. Nothing here computes a model.

`render` turns the facts of a job into one HTML page that needs no network; `write` puts it into a file.
`ridgeline.figures.charts` draws the same facts as Altair charts for notebooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ridgeline.output import write_file

__all__ = ["render", "render_comparison", "warm", "write"]


def render(facts: Mapping[str, Any]) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    facts : mapping
        What ``fit(...).facts`` holds: ``summary``, ``along``, ``curves``, ``columns``, ``diagnostics``. Whatever is
        missing or None is shown as missing.

    Returns
    -------
    str
        HTML with everything inline: it loads nothing and sends nothing.

    Examples
    --------
    >>> page = render({"summary": {"target": "churned", "verdict": ["There is nothing to learn."]}})
    >>> "There is nothing to learn." in page
    True
    """
    from ridgeline.report.page import render_page

    return render_page(facts)


def render_comparison(facts: Mapping[str, Any]) -> str:
    """Return a comparison as one HTML page.

    Parameters
    ----------
    facts : mapping
        The object of comparison.json.

    Returns
    -------
    str
        HTML with everything inline: it loads nothing and sends nothing.
    """
    from ridgeline.report.comparison import render_page

    return render_page(facts)


def write(facts: Mapping[str, Any], path: str | Path) -> Path:
    """Write the report to a file, whole or not at all, and return its path.

    Parameters
    ----------
    facts : mapping
        As for `render`.
    path : path
        The file; it is replaced when it exists.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    page = render(facts)
    write_file(path, lambda place: place.write_text(page, encoding="utf-8", newline="\n"))
    return Path(path)


def warm() -> None:
    """Start the chart engine in the background, so that it is ready when `render` is called.

    Its start takes half a second of one core and holds no lock: call it before the long part of a job.
    """
    from ridgeline.figures.drawing import warm as start

    start()
