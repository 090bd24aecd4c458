"""Real tables: ``ridgeline fit`` beside a careful scikit-learn pipeline, judged on the same test rows.

ridgeline goes first and holds out its test rows; the pipeline gets the rows that are left and is judged on those held
out, by the same metrics computed by scikit-learn for both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.catalogue import TABLES, RealTable
from benchmarks.measure import ROOT
from benchmarks.page import table as markdown
from benchmarks.pipeline import pipeline, scores

__all__ = ["Comparison", "compare", "main", "shared_data"]

#: A metric that is lower by more than this share counts as worse.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Comparison:
    """One table: both programs' metrics and seconds, or why there are none."""

    name: str
    status: str
    rows: int = 0
    test_rows: int = 0
    ridgeline: dict[str, float] = field(default_factory=dict)
    scikit_learn: dict[str, float] = field(default_factory=dict)
    seconds: tuple[float, float] = (np.nan, np.nan)

    @property
    def metric(self) -> str:
        """The metric that decides."""
        return next(iter(self.ridgeline), "")

    @property
    def no_worse(self) -> bool:
        """Whether ridgeline's metric is at least 99% of the pipeline's."""
        if self.status != "done":
            return False
        theirs = self.scikit_learn[self.metric]
        return self.ridgeline[self.metric] >= theirs - TOLERANCE * abs(theirs)


def shared_data() -> Path:
    """Folder of the data sets: $RIDGELINE_SHARED/data, or ../shared/data beside the checkout."""
    return Path(os.environ.get("RIDGELINE_SHARED", ROOT.parent / "shared")) / "data"


def compare(entry: RealTable, data: Path) -> Comparison:
    """Fit a table both ways."""
    frame = entry.read(data / entry.path)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = data / entry.path
        if source.suffix == ".npz":
            source = folder / f"{entry.name}.parquet"
            frame.to_parquet(source)
        start = time.perf_counter()
        done = _ridgeline(entry, source, folder / "out")
        ours = time.perf_counter() - start
        if done.returncode:
            return Comparison(entry.name, (done.stderr.strip().splitlines() or ["failed silently"])[-1])
        predictions = pd.read_parquet(folder / "out" / "predictions.parquet")
        summary = json.loads((folder / "out" / "summary.json").read_text())
    return _judge(entry, frame, predictions[predictions["model"] == "chosen"], summary["positive_class"], ours)


def _ridgeline(entry: RealTable, source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    more = [*entry.options, *(word for column in entry.drop for word in ("--drop", column))]
    command = [sys.executable, "-m", "ridgeline", "fit", str(source), "--target", entry.target, "--out", str(out)]
    paths = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [*command, "--quiet", *more],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


def _judge(entry: RealTable, frame: pd.DataFrame, chosen: pd.DataFrame, positive: Any, ours: float) -> Comparison:
    """Fit the pipeline on ridgeline's training rows and score both on its test rows."""
    train = chosen.loc[chosen["split"] == "train", "row"].to_numpy()
    test = chosen[chosen["split"] == "test"]
    judged = train[:0] if test.empty else test["row"].to_numpy()
    if not len(judged):  # too few rows to hold any out: out-of-fold rows would not be the same for both
        return Comparison(entry.name, "no test rows", len(frame))
    binary = positive is not None
    target = frame[entry.target]
    y = (_text(target) == _text(pd.Series([positive])).iloc[0]).astype(float) if binary else target.astype(float)
    features = frame.drop(columns=[entry.target, *entry.drop])
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pipeline(features.iloc[train], binary).fit(features.iloc[train], y.iloc[train])
    theirs = time.perf_counter() - start
    new = features.iloc[judged]
    mean = model.predict_proba(new)[:, 1] if binary else model.predict(new)
    column = test["probability"] if binary else test["predicted"]
    actual = y.iloc[judged].to_numpy()
    return Comparison(
        entry.name,
        "done",
        len(frame),
        len(judged),
        scores(actual, column.to_numpy(np.float64), binary),
        scores(actual, np.asarray(mean), binary),
        (ours, theirs),
    )


def _text(labels: pd.Series) -> pd.Series:
    """Labels as text; 0.0 and 0 are the same label."""
    numbers = pd.to_numeric(labels, errors="coerce")
    return labels.astype(str).where(numbers.isna(), numbers.map("{:g}".format))


def rows(found: list[Comparison]) -> str:
    """The comparison as a Markdown table."""
    head = ["table", "rows", "test rows", "metric", "ridgeline", "scikit-learn", "s", "s", "no worse than 1%"]
    body = []
    for c in found:
        if c.status != "done":
            body.append([c.name, *[""] * 7, c.status])
            continue
        ours, theirs = c.ridgeline[c.metric], c.scikit_learn[c.metric]
        verdict = "yes" if c.no_worse else f"**no** ({(ours - theirs) / abs(theirs):+.1%})"
        seconds = [f"{s:.1f}" for s in c.seconds]
        body.append(
            [c.name, f"{c.rows:,}", f"{c.test_rows:,}", c.metric, f"{ours:.4f}", f"{theirs:.4f}", *seconds, verdict]
        )
    return markdown(head, body)


def main(only: list[str] | None = None) -> list[Comparison]:
    """Compare all tables, or those named, printing each as it is done."""
    data, found = shared_data(), []
    for entry in TABLES:
        if (only and entry.name not in only) or not (data / entry.path).exists():
            continue
        found.append(compare(entry, data))
        print(json.dumps(asdict(found[-1])), flush=True)
    return found
