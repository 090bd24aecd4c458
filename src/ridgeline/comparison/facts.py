"""Facts of a comparison: the object of comparison.json, as plain data."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

import numpy as np

import ridgeline
from ridgeline.assess import HEADLINE
from ridgeline.comparison.bench import Bench, Choice
from ridgeline.comparison.contestants import Entry
from ridgeline.comparison.quality import Measured
from ridgeline.comparison.recommend import recommend
from ridgeline.comparison.stable import Selection
from ridgeline.job.data import Data
from ridgeline.job.facts import plain
from ridgeline.job.options import Options

__all__ = ["SCHEMA", "build_facts"]

SCHEMA = "ridgeline-comparison/1"


def build_facts(
    data: Data, options: Options, bench: Bench, entries: Sequence[Entry], measured: Measured, selection: Selection
) -> dict[str, Any]:
    """Put together what was found."""
    best = measured.best()
    reference = "l2" if "l2" in measured.values else best
    against = {name: measured.differences(name) for name in dict.fromkeys((reference, best, "baseline"))}
    facts: dict[str, Any] = {
        "schema": SCHEMA,
        **_about(data, options),
        "folds": {"k": data.folds.k, "repeats": data.folds.repeats, "scheme": data.folds.scheme,
                  "judged": len({(d, t.cell) for d, v in enumerate(bench.divisions) for t in v.outer})},
        "metric": measured.deciding,
        "best": best,
        "reference": reference,
        "contestants": [_contestant(entry, selection) for entry in entries],
        "assessment": measured.records(),
        "differences": [record for records in against.values() for record in records],
        "selection": selection.facts(),
    }  # fmt: skip
    found = recommend(_evidence(facts, measured, against[best], selection, data.target.task))
    facts["recommendation"] = {
        "choice": found.choice, "penalty": found.penalty, "sentences": list(found.sentences),
        "options": list(found.options),
    }  # fmt: skip
    return plain(facts)


def _about(data: Data, options: Options) -> dict[str, Any]:
    notes = [n for n in data.notes if not n.startswith("no rows are held out")]
    return {
        "data": data.table.name,
        "task": data.target.task,
        "family": data.family,
        "target": data.target.name,
        "positive_class": data.target.positive,
        "rows": {"used": len(data.train.y), "dropped": list(data.dropped)},
        "features": len(data.encoder.features),
        "coefficients": len(data.encoder.features)
        * (len(data.target.labels) if data.target.task == "multiclass" else 1),
        "excluded": [{"column": c, "reason": r} for c, r in data.schema.excluded],
        "notes": notes,
        "seed": options.seed,
        "versions": {"ridgeline": ridgeline.__version__, "python": platform.python_version(), "numpy": np.__version__},
    }


def _contestant(entry: Entry, selection: Selection) -> dict[str, Any]:
    who = entry.contestant
    shared: dict[str, Any] = {
        "name": who.name, "title": who.title, "penalty": who.penalty,
        "status": "left out" if entry.reason else "measured", "reason": entry.reason,
        "seconds": round(entry.seconds, 4),
    }  # fmt: skip
    if entry.reason:
        return shared
    every = entry.choices[0][0]
    outer = [choice for row in entry.choices for choice in row[1:]]
    counts = [int(choice.used.sum()) for choice in outer]
    return shared | {
        "chosen": _chosen(every),
        "chosen_in_folds": [_chosen(choice) for choice in outer],
        "features_used": {"all_rows": int(every.used.sum()), "folds": counts, "mean": float(np.mean(counts))},
        "exact_zeros": int((~every.used).sum()) if every.zeros is None else every.zeros,
        "stability": selection.summary(who.name),
    }


def _chosen(choice: Choice) -> dict[str, float]:
    return dict(choice.details)


def _evidence(
    facts: dict[str, Any], measured: Measured, worse: list[dict], selection: Selection, task: str
) -> dict[str, Any]:
    """Gather what the recommendation is drawn from."""
    metric, headline, best = measured.deciding, HEADLINE[task], facts["best"]
    differences = {r["model"]: r for r in worse if r["metric"] == metric}
    used = {c["name"]: c["features_used"]["mean"] for c in facts["contestants"] if c["status"] == "measured"}
    rivals = []
    for name in measured.values:
        d = differences.get(name, {})
        rivals.append({
            "name": name, "loss": measured.value(name), "features": used[name],
            "worse": d.get("value", 0.0), "se": d.get("se"), "low": d.get("low"), "high": d.get("high"),
            "headline": float(measured.values[name][headline][0]),
        })  # fmt: skip
    return {
        "rivals": rivals,
        "gain_interval": _gain(facts["differences"], best, metric),
        "metric": metric,
        "headline": headline,
        "features": facts["features"],
        "alike": selection.alike,
    }


def _gain(differences: list[dict], name: str, metric: str) -> tuple[float | None, float | None]:
    found = next(
        r for r in differences if (r["model"], r["reference"], r["metric"]) == (name, "baseline", metric)
    )  # fmt: skip
    return found["low"], found["high"]
