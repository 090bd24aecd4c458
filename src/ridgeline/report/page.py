"""Facts in, page out: gathers the views, draws the charts, fills the templates."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ridgeline.report.drawing import svg, warm
from ridgeline.report.facts import Along, along, brief, plain, records
from ridgeline.report.numbers import number
from ridgeline.report.readings import effects
from ridgeline.report.views import assessment, charts, coefficients, data, explorer, headline, methods

__all__ = ["render_page"]

# What the templates read straight from the summary: there as None at least.
_SHOWN = ("command", "data", "lambda", "positive_class", "rows", "task", "verdict", "versions")
_HERE = Path(__file__).parent / "templates"


def render_page(facts: Mapping[str, Any]) -> str:
    """Build the page."""
    warm()
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    # Every text is escaped; what is Markup comes from our own files, from Vega (which escapes) or from `embed`.
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"bar": coefficients.bar, "tick": coefficients.tick}
    context = _context(facts)
    for chart in (context["curve"], context["path"], *context["diagnostics"]):
        if chart:
            context["drawn"][chart.name] = {
                name: Markup(svg(figure, f"{chart.name}-{name}")) for name, figure in chart.variants.items()
            }
    style, script = (Markup((_HERE / name).read_text(encoding="utf-8")) for name in ("report.css", "report.js"))
    embedded = Markup(explorer.embed(context.pop("embedded")))
    policy = _policy(style, script)
    return environment.get_template("page.html").render(
        context, style=style, script=script, embedded=embedded, policy=policy
    )


def _context(facts: Mapping[str, Any]) -> dict[str, Any]:
    # The path is read through `along`, which holds the same in a more convenient form.
    given = {k: v for k, v in (facts.get("summary") or {}).items() if k != "path"}
    summary = dict.fromkeys(_SHOWN) | plain(given)
    columns = records(plain(facts.get("columns")))
    path = along(facts)
    curve, lines = charts.curve_chart(summary, path), charts.path_chart(path)
    table = coefficients.groups(summary, path)
    return {
        "summary": summary,
        "title": brief(str(summary.get("target") or "the target")),
        "subtitle": headline.subtitle(summary),
        "key_facts": headline.key_facts(summary),
        "checks": headline.checks(summary),
        "cards": assessment.cards(summary),
        "curve": curve,
        "path": lines,
        "diagnostics": charts.diagnostic_charts(facts.get("curves")),
        "split": str((facts.get("curves") or {}).get("split") or ""),
        "drawn": {},
        "effects": effects(summary, columns),
        "groups": table,
        "rest": len(records(summary.get("coefficients"))) - sum(len(g.rows) for g in table),
        "reach": coefficients.reach([row for group in table for row in group.rows]),
        "data": data.data_view(summary, columns),
        "loss": methods.LOSSES.get(str(summary.get("family"))),
        "prose": methods.prose(summary),
        "details": methods.details(summary),
        "number": number,
        **_sliding(path, table, (curve, lines)),
    }


def _sliding(path: Along | None, table: list, marked: tuple) -> dict[str, Any]:
    """Gather what follows the slider; None where there is nothing to slide along."""
    if path is None:
        return {"along": None, "state": None, "stops": [], "metrics": [], "confusion": None, "embedded": None}
    figures = {f"{c.name}-{n}": figure for c in marked if c for n, figure in c.variants.items()}
    lines = sorted({int(m.line) for c in marked[1:] if c for ms in c.markers.values() for m in ms})
    cells = path.confusion.get("validation") or path.confusion.get("train")
    return {
        "along": path,
        "state": explorer.state(path, path.chosen),
        "stops": explorer.stops(path),
        "metrics": explorer.metric_rows(path, path.chosen),
        "confusion": cells[path.chosen] if cells else None,
        "embedded": explorer.slider_data(path, table, figures, lines),
    }


def _policy(style: str, script: str) -> str:
    """Allow our own style and script, by their hashes, and nothing else: no request, no other script, no form."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
