"""What a person sees after a fit: verdict, before and after, coefficients, alerts, notes, files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeline.cli.text import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

__all__ = ["FILES", "number", "open_console", "section", "show", "tabulate"]

FILES = {
    "report.html": "the report: open it in a browser",
    "model.json": "the model: ridgeline predict MODEL DATA",
    "summary.json": "every number, for programs",
    "predictions.parquet": "each row's predictions",
}
_TOP = 10
_NOTES = 8
_WIDE = 110  # columns of a terminal from which intervals have room
_SPLITS = ("train", "validation", "test")
_MODELS = ("unpenalized", "chosen")
_STYLES = {"error": "bold red", "warning": "yellow"}


def open_console(width: int = 120) -> Console:
    """Return a console for stdout that takes text as it is; `width` is that of a file, which has none of its own."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, emoji=False, width=width)


def show(summary: Mapping[str, Any], directory: Path, console: Console) -> None:
    """Print the outcome of a fit.

    Parameters
    ----------
    summary : mapping
        The object of summary.json.
    directory : Path
        Where the files lie.
    console : rich.console.Console
        Where to print.
    """
    _headline(summary, console)
    section(console, "Verdict", summary["verdict"])
    quality = _quality(summary, wide=console.width >= _WIDE)
    tabulate(console, _quality_title(summary), quality)
    tabulate(console, _coefficients_title(summary), _coefficients(summary))
    _alerts(summary["checks"], console)
    section(console, "Notes", _shortened(summary["notes"], "summary.json has all"))
    section(console, f"Files in {directory}", (f"{name:<20} {what}" for name, what in FILES.items()))


def _headline(summary: Mapping[str, Any], console: Console) -> None:
    from rich.text import Text

    from ridgeline.checks.words import counted

    positive = summary.get("positive_class")
    asked = f"{summary['target']} = {positive}" if positive is not None else summary["target"]
    rows, features = summary["rows"]["used"], summary["features"]
    lam = f"{_penalty(summary)}λ = {summary['lambda']:.4g} (rule {summary['rule']})"
    size = f"{counted(rows, 'row')} and {counted(features, 'feature')}"
    line = plain(f"{asked} ({summary['task']}) from {size}; {lam}")
    console.print(Text(line, style="bold"))


def _quality_title(summary: Mapping[str, Any]) -> str:
    """Say what the models of the table are; the weakest penalty tried stands in where there is no model at λ = 0."""
    weakest = (summary.get("model") or {}).get("unpenalized_lambda")
    before = f"λ = {weakest:.3g}, the weakest tried" if weakest else "λ = 0"
    return f"Before → after: {before} → chosen λ (train: seen while fitting)"


def _penalty(summary: Mapping[str, Any]) -> str:
    """Name the penalty: ``"L1 penalty, "``."""
    ratio = summary.get("l1_ratio")
    names = {"l2": "L2 penalty, ", "l1": "L1 penalty, ", "elasticnet": f"elastic net with L1 share {ratio}, "}
    return names.get(str(summary.get("penalty")), "")


def section(console: Console, title: str, lines: Iterable[str]) -> None:
    """Print lines under a title, or nothing without lines; text from data is made safe."""
    from rich.text import Text

    body = [Text(plain(line)) for line in lines]
    if body:
        console.print(Text(f"\n{plain(title)}", style="bold"))
        _indented(console, body)


def _indented(console: Console, body: Iterable[Text]) -> None:
    for text in body:
        for line in text.wrap(console, console.width - 2):
            line.rstrip()  # Rich fills lines up, which is rubbish in a file
            console.print("  ", line, sep="", soft_wrap=True)


def _shortened(lines: list[str], rest: str) -> list[str]:
    if len(lines) <= _NOTES:
        return lines
    return [*lines[:_NOTES], f"… and {len(lines) - _NOTES} more: {rest}"]


def _alerts(checks: Iterable[Mapping[str, Any]], console: Console) -> None:
    from rich.text import Text

    found = [check for check in checks if check["status"] == "finding"]
    if found:
        console.print(Text("\nAlerts", style="bold"))
    _indented(console, (_alert(check["severity"], check["finding"]) for check in found))


def _alert(severity: str, finding: str) -> Text:
    from rich.text import Text

    return Text.assemble((f"{severity}: ", _STYLES.get(severity, "")), plain(finding))


def tabulate(console: Console, title: str, lines: list[list[str]]) -> None:
    """Print a header and its lines under a title, or nothing without lines; title and cells are made safe."""
    if len(lines) < 2:
        return
    from rich.text import Text

    console.print(Text(f"\n{plain(title)}", style="bold"))
    console.print(_table(lines))


def _table(lines: list[list[str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for j, title in enumerate(lines[0]):
        table.add_column(
            Text(title if j else f"  {title}"),
            justify="right" if j else "left",
            min_width=len(title) if j else 10,
            overflow="ellipsis",
            no_wrap=not j,  # a name may be cut, a number never
        )
    for first, *rest in lines[1:]:
        table.add_row(Text(f"  {plain(first)}"), *(Text(plain(cell)) for cell in rest))
    return table


def _quality(summary: Mapping[str, Any], wide: bool) -> list[list[str]]:
    """Return a header and one line per metric: the baseline, then before → after on each set of rows."""
    values = {(r["model"], r["split"], r["metric"]): r["value"] for r in summary["assessment"]}
    splits = [split for split in _SPLITS if any(key[1] == split for key in values)]
    if not splits:
        return []
    header = ["metric", "no features", *splits]
    lines = [
        [metric.replace("_", " "), _quantity(values.get(("baseline", splits[-1], metric))),
         *(_change(values, split, metric) for split in splits)]
        for metric in dict.fromkeys(metric for _, _, metric in values)
    ]  # fmt: skip
    if not wide:
        return [header, *lines]
    differences = {r["metric"]: r for r in summary.get("differences", ()) if r["split"] == splits[-1]}
    intervals = [_difference(differences.get(metric)) for metric in dict.fromkeys(metric for _, _, metric in values)]
    return [[*header, f"{splits[-1]}: change [95 %]"], *([*a, b] for a, b in zip(lines, intervals, strict=True))]


def _change(values: Mapping[tuple[str, str, str], float | None], split: str, metric: str) -> str:
    before, after = (_quantity(values.get((model, split, metric))) for model in _MODELS)
    return f"{before} → {after}"


def _difference(record: Mapping[str, Any] | None) -> str:
    if record is None or record["value"] is None:
        return "-"
    if record["low"] is None:
        return f"{record['value']:+.3g}"
    return f"{record['value']:+.3g} [{record['low']:+.3g}, {record['high']:+.3g}]"


def _coefficients_title(summary: Mapping[str, Any]) -> str:
    used = len(_used(summary))
    total = f"{used} that are not 0" if used < len(summary["coefficients"]) else used
    shown = min(_TOP, used)
    return f"Largest coefficients ({shown} of {total}; per SD: the effect of one standard deviation)"


def _coefficients(summary: Mapping[str, Any]) -> list[list[str]]:
    rows = _used(summary)[:_TOP]
    odds = any(row.get("odds_ratio") is not None for row in rows)
    header = ["feature", "per SD", *(["odds ×, per SD"] if odds else []), "own units", "unpenalized"]
    return [header, *(_coefficient(row, odds) for row in rows)]


def _used(summary: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the coefficients that are not exactly zero."""
    return [row for row in summary["coefficients"] if row["coef"] != 0]


def _coefficient(row: Mapping[str, Any], odds: bool) -> list[str]:
    """Return one line; the odds ratio is that of a standard deviation, which a person can picture for any unit."""
    per_sd = row["std_coef"]
    ratio = [number(math.exp(min(per_sd, 700)) if per_sd is not None else None)] if odds else []
    name = row["feature"] if row.get("class") is None else f"{row['feature']} [{row['class']}]"
    return [_clipped(name), number(per_sd), *ratio, number(row["coef"]), number(row.get("unpenalized"))]


def _clipped(name: str, width: int = 28) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _quantity(value: float | None) -> str:
    """Write a metric with three decimals, so that those of a column can be compared at a glance."""
    return f"{value:.3f}" if value is not None and (value == 0 or 5e-4 <= abs(value) < 100) else number(value)


def number(value: float | None) -> str:
    """Write four significant digits, ``-`` for what is not defined."""
    if value is None:
        return "-"
    if 1e-3 <= abs(value) < 1:
        return f"{value:.3f}"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"
