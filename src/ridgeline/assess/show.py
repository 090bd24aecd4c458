"""An assessment as people read it: in a terminal, in a notebook, as text."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from ridgeline.assess.metrics import METRICS

if TYPE_CHECKING:
    from ridgeline.assess.assessment import Assessment, Record

__all__ = [
    "aligned",
    "as_html",
    "as_text",
    "format_number",
    "format_record",
    "html_table",
    "rich_tables",
    "table_rows",
]

SPLIT_TITLES = {
    "train": "training rows (seen while fitting)",
    "validation": "validation rows (out of fold)",
    "test": "test rows (held out)",
}
COLUMNS = {
    "baseline": "no features",
    "unpenalized": "unpenalized",
    "chosen": "chosen λ",
    "chosen - unpenalized": "chosen - unpenalized",
}
_OWN_UNITS = frozenset({"rmse", "mae", "mean_poisson_deviance"})  # the others are near 0 … 1: three decimals


def format_number(value: float, decimals: int, signed: bool = False) -> str:
    """Write a number with a fixed number of decimals and, from 10 000 on, thousands apart.

    Examples
    --------
    >>> format_number(-0.0001, 3), format_number(0.5, 2, signed=True), format_number(61234.4, 0)
    ('0.000', '+0.50', '61,234')
    """
    if abs(value) >= 1e15 or (decimals > 8 and value):
        return f"{value:{'+' if signed else ''}.3g}"
    text = f"{value:{'+' if signed else ''}{',' if abs(value) >= 1e4 else ''}.{decimals}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0.0 else text


def format_record(record: Record, like: Record | None = None) -> str:
    """Write a value with its interval, ``0.981 [0.972, 0.989]``; a dash when it is not defined.

    Parameters
    ----------
    record : Record
        What to write.
    like : Record, optional
        For a difference: one of the two records compared. The difference is then written with a sign and with as
        many decimals.
    """
    if record.value is None:
        return "-"
    decimals = _decimals(record if like is None or like.value is None else like)
    value = format_number(record.value, decimals, signed=like is not None)
    if record.low is None or record.high is None:
        return value
    return f"{value} [{format_number(record.low, decimals)}, {format_number(record.high, decimals)}]"


def _decimals(record: Record) -> int:
    """Return three decimals for what lies near 0 … 1, four digits for what has units of its own."""
    if record.metric not in _OWN_UNITS or not record.value:
        return 3
    return max(0, 3 - math.floor(math.log10(abs(record.value))))


def table_rows(assessment: Assessment, split: str) -> list[list[str]]:
    """Return the cells of one split's table: a header, then a line for each metric."""
    records = {(r.model, r.metric): r for r in (*assessment.records, *assessment.differences) if r.split == split}
    models = [model for model in COLUMNS if any(key[0] == model for key in records)]
    lines = [["metric", *(COLUMNS[model] for model in models)]]
    for metric in METRICS[assessment.task]:
        like = records.get(("chosen", metric))
        cells = (format_record(records[m, metric], like if " - " in m else None) for m in models)
        lines.append([metric.replace("_", " "), *cells])
    return lines


def _splits(assessment: Assessment) -> list[str]:
    return [split for split in SPLIT_TITLES if any(r.split == split for r in assessment.records)]


def rich_tables(assessment: Assessment) -> object:
    """Build the tables for a terminal (rich)."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list = []
    for split in _splits(assessment):
        header, *body = table_rows(assessment, split)
        table = Table(title=SPLIT_TITLES[split], title_justify="left", title_style="bold", box=None, pad_edge=False)
        for j, name in enumerate(header):
            table.add_column(name, justify="left" if j == 0 else "right", style="bold" if name == "chosen λ" else "")
        for cells in body:
            table.add_row(*(Text(cell) for cell in cells))
        parts += [table, Text("")]
    return Group(*parts, Text(assessment.method, style="dim"))


def as_text(assessment: Assessment) -> str:
    """Write the tables as plain text in aligned columns."""
    parts = ["\n".join([SPLIT_TITLES[s], *aligned(table_rows(assessment, s))]) for s in _splits(assessment)]
    return "\n\n".join([*parts, assessment.method])


def aligned(lines: list[list[str]]) -> list[str]:
    """Write cells in columns that are as wide as their widest cell: a text for each line.

    Examples
    --------
    >>> aligned([["metric", "value"], ["mae", "3"]])
    ['metric  value', 'mae     3']
    """
    widths = [max(len(line[j]) for line in lines) for j in range(len(lines[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def as_html(assessment: Assessment) -> str:
    """Write the tables as HTML, everything escaped."""
    parts = [html_table(table_rows(assessment, split), SPLIT_TITLES[split]) for split in _splits(assessment)]
    return "".join(parts) + f"<p>{escape(assessment.method)}</p>"


def html_table(lines: list[list[str]], caption: str = "") -> str:
    """Write a header and its lines as an HTML table, everything escaped."""
    header, *body = lines
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest) + "</tr>"
        for first, *rest in body
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
