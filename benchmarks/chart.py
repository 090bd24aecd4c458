"""The chart of a run: seconds of every contestant on every problem, on a logarithmic axis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.run import Record

__all__ = ["chart", "draw"]

OURS, PEER, STOPPED = "ridgeline", "other program", "stopped at the budget"


def chart(records: list[Record]) -> Any:
    """Build the chart; a contestant without a time is left out.

    Parameters
    ----------
    records : list of Record

    Returns
    -------
    altair.Chart
    """
    import altair as alt

    bars = alt.Chart(alt.Data(values=[_bar(r) for r in records if r.seconds])).mark_point(filled=True, size=90)
    return (
        bars.encode(
            x=alt.X("seconds:Q", title="seconds, whole tuned fit").scale(type="log"),
            y=alt.Y("program:N", title=None).sort("x").axis(labelLimit=360),
            color=alt.Color("kind:N", title=None).scale(
                domain=[OURS, PEER, STOPPED], range=["#0a6ebd", "#777777", "#c8401a"]
            ),
            shape=alt.Shape("kind:N", title=None).scale(
                domain=[OURS, PEER, STOPPED], range=["diamond", "circle", "triangle-right"]
            ),
        )
        .properties(width=420)
        .facet(row=alt.Row("problem:N", title=None).header(labelAngle=0, labelAlign="left"))
        .resolve_scale(y="independent")
    )


def _bar(record: Record) -> dict[str, object]:
    kind = OURS if record.contestant == "ridgeline" else PEER if record.status == "done" else STOPPED
    return {"problem": record.problem, "program": record.label, "seconds": record.seconds, "kind": kind}


def draw(records: list[Record], path: Path) -> None:
    """Save the chart as SVG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chart(records).save(str(path))
