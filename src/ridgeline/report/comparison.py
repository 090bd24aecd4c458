"""A comparison as one HTML page: facts in, page out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ridgeline.checks.words import counted
from ridgeline.figures import PAGE, contestants
from ridgeline.figures.drawing import svg, warm
from ridgeline.figures.numbers import number
from ridgeline.figures.text import brief, plain
from ridgeline.report.shell import environment, markup, own_file, policy
from ridgeline.report.views.comparison import chosen_text, remarks, selection_rows, table_rows

__all__ = ["render_page"]


def render_page(facts: Mapping[str, Any]) -> str:
    """Build the page."""
    warm()
    facts = plain(facts)
    header, *body = table_rows(facts)
    measured = [c for c in facts["contestants"] if c["status"] == "measured"]
    choice = facts["recommendation"]["choice"]
    titles = {c["name"]: c["title"] for c in facts["contestants"]}
    drawn = [r for r in facts["assessment"] if r["model"] != "baseline" or choice == "baseline"]
    figure = contestants(drawn, facts["metric"], titles, choice, theme=PAGE)
    names, lines = selection_rows(facts)
    style = own_file("report.css") + own_file("comparison.css")
    context = {
        "facts": facts,
        "title": brief(str(facts["target"])),
        "subtitle": _subtitle(facts),
        "header": header,
        "rows": list(zip(measured, body, strict=True)),
        "choice": choice,
        "chart": markup(svg(figure, "contestants")),
        "metric": header[1],
        "chosen": [(c["title"], chosen_text(c)) for c in measured if c["chosen"]],
        "remarks": remarks(facts),
        "selectors": names,
        "selected": lines,
        "number": number,
        "style": style,
        "policy": policy(style),
    }
    return environment().get_template("comparison.html").render(context)


def _subtitle(facts: Mapping[str, Any]) -> str:
    size = f"{counted(facts['rows']['used'], 'row')} and {counted(facts['features'], 'feature')}"
    return f"{facts['task'].capitalize()} from {size}; {facts['folds']['scheme']}"
