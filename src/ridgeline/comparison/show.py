"""A comparison as people read it: in a terminal, in a notebook, as text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ridgeline.assess.show import aligned, html_table
from ridgeline.report.views.comparison import remarks, table_rows

__all__ = ["as_html", "as_text", "rich_view"]

Facts = Mapping[str, Any]


def as_text(facts: Facts) -> str:
    """Write the comparison as plain text in aligned columns."""
    table = aligned(table_rows(facts))
    return "\n".join([*facts["recommendation"]["sentences"], "", *table, "", *remarks(facts)])


def as_html(facts: Facts) -> str:
    """Write the comparison as HTML, everything escaped."""
    said = "".join(f"<p><b>{escape(s)}</b></p>" for s in facts["recommendation"]["sentences"])
    rest = "".join(f"<li>{escape(text)}</li>" for text in remarks(facts))
    return f"{said}{html_table(table_rows(facts))}<ul>{rest}</ul>"


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
