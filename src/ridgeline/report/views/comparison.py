"""A comparison as text and numbers: its table, and what the table cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ridgeline.assess import HEADLINE, Record, format_record
from ridgeline.checks.words import mean_count, metric_word
from ridgeline.figures.numbers import number

__all__ = ["CHOSEN", "chosen_text", "remarks", "selection_rows", "table_rows"]

CHOSEN = {"lambda": "λ", "l1_ratio": "ρ", "gamma": "γ", "ridge_lambda": "λ of the second fit"}

Facts = Mapping[str, Any]


def table_rows(facts: Facts) -> list[list[str]]:
    """Return the cells of the table: a header, then a line for each contestant that took part."""
    deciding, other = facts["metric"], HEADLINE[facts["task"]]
    reference = next(c["title"] for c in facts["contestants"] if c["name"] == facts["reference"])
    header = [
        "contestant", metric_word(deciding), f"difference to {reference}", metric_word(other), "features",
        "exact zeros", "stability", "seconds",
    ]  # fmt: skip
    return [header, *(_line(facts, c, (deciding, other)) for c in facts["contestants"] if c["status"] == "measured")]


def _line(facts: Facts, contestant: Mapping[str, Any], metrics: tuple[str, str]) -> list[str]:
    name = contestant["name"]
    first, second = (_record(facts, name, metric) for metric in metrics)
    used = contestant["features_used"]
    stable = (contestant["stability"] or {}).get("index")
    return [
        contestant["title"], format_record(first), _difference(facts, name, first), format_record(second),
        f"{mean_count(used['mean'])} of {facts['features']:,}", _zeros(facts, contestant),
        "-" if stable is None else f"{stable:.2f}", f"{contestant['seconds']:.2f}",
    ]  # fmt: skip


def _zeros(facts: Facts, contestant: Mapping[str, Any]) -> str:
    """Write how many coefficients are zero; of several classes there are more than features, so say of how many."""
    every = facts.get("coefficients", facts["features"])
    return f"{contestant['exact_zeros']:,}" + (f" of {every:,}" if every != facts["features"] else "")


def _record(facts: Facts, name: str, metric: str) -> Record:
    found = next(r for r in facts["assessment"] if (r["model"], r["metric"]) == (name, metric))
    return Record(**found)


def _difference(facts: Facts, name: str, like: Record) -> str:
    for r in facts["differences"]:
        if (r["model"], r["reference"], r["metric"]) == (name, facts["reference"], facts["metric"]):
            return format_record(Record(name, "validation", r["metric"], r["value"], r["low"], r["high"]), like)
    return ""


def remarks(facts: Facts) -> list[str]:
    """Say what the table cannot: who was left out, what was measured on what, which clusters L1 cannot tell apart."""
    out = [f"{c['title']}: left out, {c['reason']}" for c in facts["contestants"] if c["status"] != "measured"]
    out.append(
        f"measured on rows that trained none of the models: {facts['folds']['scheme']}, λ and other choices by inner "
        "folds; 95% intervals. Features: mean over the outer folds; exact zeros: in the fit on all rows"
    )
    told = [c["sentence"] for c in facts["selection"]["clusters"] if max(c["each"]) < c["any"] - 0.05]
    return out + told[:3]


def chosen_text(contestant: Mapping[str, Any]) -> str:
    """Write what a contestant chose on all rows: ``λ 0.0123, ρ 0.5``."""
    return ", ".join(f"{CHOSEN[key]} {number(value)}" for key, value in contestant["chosen"].items())


def selection_rows(facts: Facts, most: int = 30) -> tuple[list[str], list[list[str]]]:
    """Return names of the contestants that select, and a line for each feature: its name, then percentages."""
    listed = facts["selection"]["features"]
    names = list(listed[0]["frequency"]) if listed else []
    titles = {c["name"]: c["title"] for c in facts["contestants"]}
    lines = [[f["feature"], *(f"{100 * f['frequency'][n]:.0f}%" for n in names)] for f in listed[:most]]
    return [titles[n] for n in names], lines
