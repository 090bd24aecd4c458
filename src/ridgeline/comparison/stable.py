"""Whether sparse contestants would select the same features again: by feature, and by cluster of correlated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ridgeline.comparison.bench import Bench
from ridgeline.comparison.contestants import Entry
from ridgeline.comparison.selection import ALIKE, PAIRS, Cluster, HalfSamples, chains, clusters, halves
from ridgeline.problem import Problem, standard_columns
from ridgeline.solvers import Fitted, Resamples, solve_sets
from ridgeline.solvers.scales import learn_standard
from ridgeline.tables.block import Feature

__all__ = ["Selection", "study"]

_SHOWN = 300  # features listed
_MOST = 600  # features that are correlated with each other
_ROWS = 20_000  # rows that correlations are computed from
_NAMED = 6
METHOD = (
    f"{2 * PAIRS} half-samples: {PAIRS} random halves of the rows and their complements, λ as chosen on all rows; "
    "exact for the gaussian family, for others one Newton step from the fit of all rows"
)


@dataclass(frozen=True, eq=False)
class Selection:
    """What half-samples say of the contestants that select.

    Attributes
    ----------
    features : sequence of Feature
    drawn : dict
        Contestant → half-samples, or the reason why there are none.
    alike : int
        Features whose correlation with another is at least 0.7.
    groups : tuple of Cluster
        Of the lasso's selections.
    """

    features: Sequence[Feature]
    drawn: dict[str, HalfSamples | str]
    alike: int
    groups: tuple[Cluster, ...] = field(default=())

    def summary(self, name: str) -> dict[str, Any] | None:
        """Say how stable a contestant's selection is; None for one that does not select."""
        found = self.drawn.get(name)
        if found is None:
            return None
        if isinstance(found, str):
            return {"index": None, "size": None, "reason": found}
        return {"index": found.stability, "size": found.size, "reason": None}

    def facts(self) -> dict[str, Any]:
        """Return the part ``selection`` of comparison.json."""
        share = {name: d.frequency for name, d in self.drawn.items() if isinstance(d, HalfSamples)}
        if not share:
            return {"method": None, "features": [], "clusters": [], "correlated": self.alike}
        most = np.array(list(share.values())).max(axis=0)
        order = np.lexsort((1.0 - most, 1.0 - np.asarray(share.get("l1", most))))
        listed = [j for j in order.tolist() if most[j] > 0][:_SHOWN]
        return {
            "method": METHOD,
            "correlated": self.alike,
            "features": [
                {"feature": self.features[j].name, "column": self.features[j].column,
                 "frequency": {name: float(f[j]) for name, f in share.items()}}
                for j in listed
            ],
            "clusters": [self._cluster(c) for c in self.groups],
        }  # fmt: skip

    def _cluster(self, cluster: Cluster) -> dict[str, Any]:
        names = [self.features[j].name for j in cluster.members]
        return {
            "features": names, "any": cluster.any, "each": list(cluster.each), "sentence": _sentence(names, cluster)
        }  # fmt: skip


def _sentence(names: list[str], cluster: Cluster) -> str:
    """Say whether the cluster or a member of it is what L1 selects."""
    order = np.argsort(-np.array(cluster.each), kind="stable")
    shown = [names[j] for j in order[:_NAMED]]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    top = max(cluster.each)
    if cluster.any == 0:
        return f"none of {', '.join(shown)}{more} is in any half-sample"
    return f"at least one of {', '.join(shown)}{more} is in {100 * cluster.any:.0f}% of the half-samples, " + (
        f"none alone above {100 * top:.0f}%" if top < cluster.any - 0.05 else f"{shown[0]} alone in {100 * top:.0f}%"
    )


def study(
    bench: Bench, entries: Sequence[Entry], features: Sequence[Feature], units: np.ndarray | None, seed: int
) -> Selection:
    """Draw half-samples for every contestant that selects, and look for clusters of correlated features."""
    drawn: dict[str, HalfSamples | str] = {}
    memo: dict[tuple[float, float], HalfSamples | str] = {}
    for entry in entries:
        if entry.reason or entry.contestant.penalty not in ("l1", "elasticnet"):
            continue
        details = entry.choices[0][0].details
        key = (details.get("l1_ratio", 1.0), details["lambda"])
        if key not in memo:
            memo[key] = _halves(bench.problem, *key, units, seed)
        drawn[entry.contestant.name] = memo[key]
    at, alike = _alike(bench.problem, features, drawn.get("l1"))
    first = drawn.get("l1")
    found = _clusters(at, alike, first.selected) if isinstance(first, HalfSamples) else ()
    return Selection(features, drawn, sum(len(c) for c in chains(alike) if len(c) > 1), found)


def _halves(problem: Problem, ratio: float, lam: float, units: np.ndarray | None, seed: int) -> HalfSamples | str:
    own = replace(problem, l1_ratio=ratio)
    fitted = _on_all_rows(own, lam)
    return halves(own, fitted, 0, lam, units=units, seed=seed)


def _on_all_rows(problem: Problem, lam: float) -> Fitted:
    every = Resamples.whole(problem)
    return solve_sets(problem, every, np.array([lam]))[0]


def _alike(
    problem: Problem, features: Sequence[Feature], first: HalfSamples | str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Features that were compared, and which of them correlate; levels and flags of one column do not count."""
    p = len(features)
    at = np.arange(p)
    if p > _MOST:
        share = first.frequency if isinstance(first, HalfSamples) else np.zeros(p)
        at = np.sort(np.argsort(-share, kind="stable")[:_MOST])
    n = len(problem.y)
    some = problem.take(np.linspace(0, n - 1, min(n, _ROWS)).astype(np.intp))
    x = standard_columns(some, learn_standard(problem), at)
    x = x - x.mean(axis=0)
    size = np.sqrt((x**2).sum(axis=0))
    x = np.divide(x, size, out=np.zeros_like(x), where=size > 1e-9)
    columns = np.unique([features[j].column for j in at.tolist()], return_inverse=True)[1].ravel()
    same = columns[:, None] == columns
    return at, (np.abs(x.T @ x) >= ALIKE) & ~(same & ~np.eye(len(at), dtype=bool))


def _clusters(at: np.ndarray, alike: np.ndarray, selected: np.ndarray) -> tuple[Cluster, ...]:
    found = clusters(alike, selected[:, at])
    return tuple(replace(c, members=tuple(int(at[j]) for j in c.members)) for c in found)
