"""Facts in, page out: gathers the views, draws the charts, fills the templates."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from ridgeline.figures.drawing import svg, warm
from ridgeline.figures.numbers import number
from ridgeline.figures.text import brief, clean, plain
from ridgeline.report.facts import Along, along, by_class, records
from ridgeline.report.readings import effects
from ridgeline.report.shell import environment, markup, own_file, policy
from ridgeline.report.views import (
    alike,
    assessment,
    charts,
    coefficients,
    data,
    explorer,
    groups,
    headline,
    methods,
    worst,
)

__all__ = ["render_page"]

# What the templates read straight from the summary: there as None at least.
_SHOWN = ("command", "data", "lambda", "model", "positive_class", "rows", "task", "verdict", "versions")


def render_page(facts: Mapping[str, Any]) -> str:
    """Build the page: charts are drawn in another thread while texts, tables and templates are prepared."""
    warm()
    with ThreadPoolExecutor(1) as pool:
        context = _context(facts)
        shown = [chart for chart in (context["curve"], context["path"], *context["diagnostics"]) if chart]
        pictures = {chart.name: _draw(chart, pool) for chart in shown}
        templates = environment()
        for name in templates.list_templates(extensions=["html"]):
            templates.get_template(name)
        style, script = own_file("report.css"), own_file("report.js")
        context |= {"style": style, "script": script, "policy": policy(style, script)}
        context["embedded"] = markup(explorer.embed(context["embedded"]))
        context["drawn"] = {
            chart: {name: markup(picture.result()) for name, picture in variants.items()}
            for chart, variants in pictures.items()
        }
    return templates.get_template("page.html").render(context)


def _draw(chart: charts.Chart, pool: Executor) -> dict[str, Future[str]]:
    return {name: pool.submit(svg, figure, f"{chart.name}-{name}") for name, figure in chart.variants.items()}


def _context(facts: Mapping[str, Any]) -> dict[str, Any]:
    # The path is read through `along`, which holds the same in a more convenient form.
    given = {k: v for k, v in (facts.get("summary") or {}).items() if k != "path"}
    summary = by_class(dict.fromkeys(_SHOWN) | plain(given))
    columns = records(plain(facts.get("columns")))
    path = along(facts)
    curve, lines = charts.curve_chart(summary, path), charts.path_chart(path)
    table = coefficients.groups(summary, path)
    found = headline.checks(summary)
    rows_train = plain((facts.get("diagnostics") or {}).get("rows_train"))
    return {
        "summary": summary,
        "title": brief(str(summary.get("target") or "the target")),
        "subtitle": headline.subtitle(summary),
        "key_facts": headline.key_facts(summary, rows_train),
        "checks": found,
        "alerts": headline.alerts(found),
        "nothing": headline.nothing_learned(found),
        "weakest": (summary["model"] or {}).get("unpenalized_lambda"),
        "cards": assessment.cards(summary),
        "curve": curve,
        "path": lines,
        "diagnostics": charts.diagnostic_charts(facts.get("curves")),
        "split": clean(str((facts.get("curves") or {}).get("split") or "")),
        "effects": effects(summary, columns),
        "groups": table,
        "extras": coefficients.extras(table),
        "clusters": alike.clusters(facts.get("diagnostics")),
        "worst": worst.worst_rows(facts.get("curves")),
        "rest": len(records(summary.get("coefficients"))) - sum(len(g.rows) for g in table),
        "reach": coefficients.reach([row for group in table for row in group.rows]),
        "comparisons": groups.comparisons(summary),
        "data": data.data_view(summary, columns),
        "loss": methods.LOSSES.get(str(summary.get("family"))),
        "prose": methods.prose(summary),
        "conventions": methods.conventions(summary, rows_train, columns),
        "divisor": methods.divisor(summary, columns),
        "details": methods.details(summary),
        "number": number,
        "roles": dict.fromkeys(("weight", "offset")) | {str(c.get("role")): brief(str(c.get("name"))) for c in columns},
        **_sliding(path, table, (curve, lines)),
    }


def _sliding(path: Along | None, table: list, marked: tuple) -> dict[str, Any]:
    """Gather what follows the slider; None where there is nothing to slide along."""
    if path is None:
        missing = dict.fromkeys(("along", "state", "confusion", "embedded"))
        return missing | {"stops": [], "metrics": [], "rates": []}
    figures = {f"{c.name}-{n}": figure for c in marked if c for n, figure in c.variants.items()}
    lines = sorted({int(m.line) for c in marked[1:] if c for ms in c.markers.values() for m in ms})
    cells = path.confusion.get("validation") or path.confusion.get("train")
    return {
        "along": path,
        "state": explorer.state(path, path.chosen),
        "stops": explorer.stops(path),
        "metrics": explorer.metric_rows(path, path.chosen),
        "confusion": cells[path.chosen] if cells else None,
        "rates": explorer.rates(cells[path.chosen] if cells else None),
        "embedded": explorer.slider_data(path, table, figures, lines),
    }
