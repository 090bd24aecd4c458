"""Whole tuned fits side by side: seconds, memory, and how far each answer is from the optimum at its own lambda."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.judge import EQUAL, Judge
from benchmarks.measure import Measurement, measure, probe
from benchmarks.page import table
from benchmarks.peers import peer
from benchmarks.problems import PROBLEMS, Problem, select

__all__ = ["CONTESTANTS", "Record", "as_json", "main", "ratios", "rows", "settings", "together"]

#: Who takes part unless ``--peers`` says otherwise.
CONTESTANTS = (
    "ridgeline", "xtx", "ridgecv", "ridgecv-loo", "ridge-targets", "lrcv-newton", "lrcv-lbfgs", "lassocv",
    "glmnet", "glmnet-default", "glmnet-parallel", "glum", "skglm", "celer", "adelie",
)  # fmt: skip
#: A contestant runs again, up to this often, while all its runs together take less than `AGAIN` seconds.
RUNS, AGAIN = 3, 10.0


@dataclass(frozen=True)
class Record:
    """One contestant on one problem.

    Attributes
    ----------
    problem, contestant, label, version, status : str
    headline : bool
        Whether it does the same work, so that it counts when the fastest peer is sought.
    seconds : float or None
        Median of its runs; the budget when it was stopped; None when it failed.
    lam : float or None
        The lambda it chose.
    excess : float or None
        (objective - optimum) / optimum at its own lambda.
    loss : float or None
        Its smallest cross-validated loss, where it tells.
    peak : int
        Bytes of the whole process.
    memory : float or None
        The data and what the fit took beside them, as a multiple of the data.
    runs : tuple of float
        Seconds of each run.
    """

    problem: str
    contestant: str
    label: str
    version: str
    status: str
    headline: bool
    seconds: float | None
    lam: float | None = None
    excess: float | None = None
    loss: float | None = None
    peak: int = 0
    memory: float | None = None
    runs: tuple[float, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it did the same work to an equal accuracy, or was stopped trying."""
        accurate = self.status == "over budget" or self.excess is None or self.excess <= EQUAL
        return self.headline and accurate and self.seconds is not None and self.contestant != "ridgeline"


def main(only: list[str] | None, peers: list[str] | None, budget: float, quick: bool) -> list[Record]:
    """Measure; prints every run as it ends and every record when its problem is done."""
    records = []
    absent = {name: probe(peer(name)) for name in peers or CONTESTANTS}
    for problem in select(only or ["tall", "wide"], quick=quick):
        names = [name for name in absent if peer(name).accepts(problem)]
        found = _rounds({name: absent[name] for name in names}, problem, budget, quick)
        judge = Judge(problem, [m.result for ms in found.values() for m in ms[-1:] if m.result])
        here = [_record(problem, name, found[name], budget, judge) for name in names]
        print("\n".join(map(_line, here)), flush=True)
        records.extend(here)
    return records


def _rounds(
    absent: dict[str, str | None], problem: Problem, budget: float, quick: bool
) -> dict[str, list[Measurement]]:
    """Run everyone once, then everyone again: what slows the machine for a while slows nobody alone."""
    done = {name: [Measurement(None, why)] if why else [] for name, why in absent.items()}
    for _ in range(RUNS):
        for name, before in done.items():
            if all(m.result for m in before) and sum(m.result.seconds for m in before if m.result) < AGAIN:
                before.append(measure(peer(name), problem, budget, quick=quick))
    return done


def _record(problem: Problem, name: str, done: list[Measurement], budget: float, judge: Judge) -> Record:
    contestant, last = peer(name), done[-1]
    known = (problem.name, name, contestant.label, last.version, last.status, contestant.headline)
    if last.result is None:
        return Record(*known, seconds=budget if last.status == "over budget" else None)
    runs = tuple(m.result.seconds for m in done if m.result)
    memory = last.memory if np.isfinite(last.memory) else None
    timed = Record(*known, statistics.median(runs), peak=last.peak, memory=memory, runs=runs)
    if not np.isfinite(last.result.lam):
        return timed
    curve = last.result.curve
    judged = {
        "lam": judge.snap(last.result.lam),
        "excess": judge.excess(last.result),
        "loss": float(np.nanmin(curve)) if np.isfinite(curve).any() else None,
    }
    return Record(**{**timed.__dict__, **judged})


def _line(record: Record) -> str:
    seconds = "—" if record.seconds is None else f"{record.seconds:.3f} s"
    excess = "" if record.excess is None else f"excess {record.excess:.1e}"
    return f"{record.problem:24} {record.label:52} {seconds:>12}  {excess:16} {record.status}"


def rows(records: list[Record]) -> str:
    """All records as a Markdown table."""
    head = [
        "problem",
        "program",
        "version",
        "seconds",
        "λ chosen",
        "CV loss",
        "excess objective",
        "peak memory",
        "of data",
    ]
    body = []
    for r in records:
        seconds = f"{r.seconds:.3g}" if r.status == "done" else f"> {r.seconds:.0f}" if r.seconds else r.status
        lam = "" if r.lam is None else f"{r.lam:.4g}"
        excess = "" if r.excess is None else f"{r.excess:.0e}"
        loss = "" if r.loss is None else f"{r.loss:.6g}"
        peak = f"{r.peak / 1e9:.1f} GB" if r.peak else ""
        memory = _times(r.memory) if r.memory else ""
        body.append([r.problem, r.label, r.version, seconds, lam, loss, excess, peak, memory])
    return table(head, body)


def ratios(records: list[Record]) -> str:
    """How many times faster than the fastest peer that does the same work, and the multiple of one bare product."""
    body = []
    for problem in dict.fromkeys(r.problem for r in records):
        here = {r.contestant: r for r in records if r.problem == problem and r.seconds is not None}
        ours = here.get("ridgeline")
        peers = [r for r in here.values() if r.counts]
        if ours is None or ours.status != "done" or not peers:
            body.append([problem, "", "", "", "", ""])
            continue
        fastest = min(peers, key=lambda r: r.seconds or np.inf)
        bound = "" if fastest.status == "done" else "> "
        times = f"{bound}{fastest.seconds / ours.seconds:.1f}×"
        bare = f"{ours.seconds / here['xtx'].seconds:.1f}×" if "xtx" in here else ""
        seconds = f"{ours.seconds:.3g} s", f"{fastest.label}, {bound}{fastest.seconds:.3g} s"
        memory = f"{_times(ours.memory)} / {_times(fastest.memory)}" if ours.memory else ""
        body.append([problem, *seconds, times, bare, memory])
    head = ["problem", "ridgeline", "fastest peer", "ridgeline is faster by", "of one X.T @ X", "memory of data, both"]
    return table(head, body)


def _times(memory: float | None) -> str:
    return f"{memory:.2f}×" if memory else "?"


def settings(records: list[Record]) -> str:
    """Tolerances and options of everyone that took part, as a Markdown list."""
    names = dict.fromkeys(r.contestant for r in records)
    return "\n".join(f"- {peer(name).label}: {peer(name).settings}" for name in names)


def together(last: list[dict[str, Any]], now: list[Record]) -> list[Record]:
    """Records of the problems that ran now, and of the others from the last run, in the order of the registry.

    All contestants of a problem are from one run: ratios never compare two days.
    """
    fresh = {record.problem for record in now}
    records = [Record(**{**old, "runs": tuple(old["runs"])}) for old in last if old["problem"] not in fresh] + now
    order = list(PROBLEMS)
    names = {record.problem: record.problem.removesuffix(" (quick)") for record in records}
    known = [record for record in records if names[record.problem] in order]
    return sorted(known, key=lambda record: order.index(names[record.problem]))


def as_json(records: list[Record]) -> list[dict[str, object]]:
    """Plain data of all records."""
    return [asdict(record) for record in records]
