"""A comparison as people read it: in a terminal, in a notebook, as text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ridgeline.assess import Record, format_record
from ridgeline.checks.words import METRIC_WORDS

__all__ = ["as_html", "as_text", "rich_view", "table_rows"]

SHOWN = {
    "binary": ("log_loss", "roc_auc"),
    "multiclass": ("log_loss", "accuracy"),
    "regression": ("rmse", "r2"),
    "count": ("mean_poisson_deviance", "r2"),
}
"""Metrics of the table; comparison.json has all."""

Facts = Mapping[str, Any]


def table_rows(facts: Facts) -> list[list[str]]:
    """Return the cells of the table: a header, then a line for each contestant that took part."""
    deciding, other = SHOWN[facts["task"]]
    reference = next(c["title"] for c in facts["contestants"] if c["name"] == facts["reference"])
    header = [
        "contestant", _word(deciding), f"difference to {reference}", _word(other), "features", "exact zeros", "stability",
        "seconds",
    ]  # fmt: skip
    return [header, *(_line(facts, c, (deciding, other)) for c in facts["contestants"] if c["status"] == "measured")]


def _line(facts: Facts, contestant: Mapping[str, Any], metrics: tuple[str, str]) -> list[str]:
    name = contestant["name"]
    first, second = (_record(facts, name, metric) for metric in metrics)
    used = contestant["features_used"]
    stable = (contestant["stability"] or {}).get("index")
    return [
        contestant["title"], format_record(first), _difference(facts, name, first), format_record(second),
        f"{used['mean']:.3g} of {facts['features']}", str(contestant["exact_zeros"]),
        "-" if stable is None else f"{stable:.2f}", f"{contestant['seconds']:.2f}",
    ]  # fmt: skip


def _record(facts: Facts, name: str, metric: str) -> Record:
    found = next(r for r in facts["assessment"] if (r["model"], r["metric"]) == (name, metric))
    return Record(**found)


def _difference(facts: Facts, name: str, like: Record) -> str:
    for r in facts["differences"]:
        if (r["model"], r["reference"], r["metric"]) == (name, facts["reference"], facts["metric"]):
            return format_record(Record(name, "validation", r["metric"], r["value"], r["low"], r["high"]), like)
    return ""


def _word(metric: str) -> str:
    return METRIC_WORDS.get(metric, metric.replace("_", " "))


def remarks(facts: Facts) -> list[str]:
    """Say what the table cannot: who was left out, what was measured on what, which clusters L1 cannot tell apart."""
    out = [f"{c['title']}: left out, {c['reason']}" for c in facts["contestants"] if c["status"] != "measured"]
    folds = facts["folds"]
    out.append(
        f"quality on rows that judged the models: {folds['scheme']}, every choice made by inner folds; 95% intervals. "
        "Features: mean over the outer folds; exact zeros: coefficients of the fit on all rows"
    )
    return out + [c["sentence"] for c in facts["selection"]["clusters"][:3]]


def as_text(facts: Facts) -> str:
    """Write the comparison as plain text in aligned columns."""
    lines = table_rows(facts)
    widths = [max(len(line[j]) for line in lines) for j in range(len(lines[0]))]
    table = ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([*facts["recommendation"]["sentences"], "", *table, "", *remarks(facts)])


def as_html(facts: Facts) -> str:
    """Write the comparison as HTML, everything escaped."""
    said = "".join(f"<p><b>{escape(s)}</b></p>" for s in facts["recommendation"]["sentences"])
    header, *body = table_rows(facts)
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest) + "</tr>"
        for first, *rest in body
    )
    rest = "".join(f"<li>{escape(text)}</li>" for text in remarks(facts))
    return f"{said}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><ul>{rest}</ul>"


def rich_view(facts: Facts) -> object:
    """Build the view for a terminal (rich)."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    header, *body = table_rows(facts)
    table = Table(box=None, pad_edge=False)
    for j, name in enumerate(header):
        table.add_column(name, justify="left" if j == 0 else "right")
    for cells in body:
        table.add_row(*(Text(cell) for cell in cells))
    sentences = [Text(s, style="bold") for s in facts["recommendation"]["sentences"]]
    return Group(*sentences, Text(""), table, Text(""), *(Text(r, style="dim") for r in remarks(facts)))
