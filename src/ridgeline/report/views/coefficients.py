"""The table of coefficients: rows gathered under their source columns, so that levels stand together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ridgeline.figures.numbers import count, is_number
from ridgeline.figures.text import brief
from ridgeline.report.facts import Along, records, source, sparse

__all__ = ["MOST_ROWS", "OPTIONAL", "Group", "Row", "bar", "extras", "groups", "reach", "shown"]

MOST_ROWS = 200
# So many numbers of the path at most travel with the page.
_MOST_NUMBERS = 40_000
FIRST_ROWS = 15
_MOST_SHRUNK = 10.0


@dataclass(frozen=True)
class Row:
    """One coefficient at the chosen λ; `k` is its place in the slider's data, -1 when it does not follow the slider."""

    k: int
    label: str
    coef: float | None
    std: float | None
    ratio: float | None
    unpenalized: float | None
    unpenalized_std: float | None
    share: float | None
    shrunk: float | None
    low: float | None
    high: float | None
    selected: float | None
    agreement: float | None
    enters: float | None


@dataclass(frozen=True)
class Group:
    """The coefficients of one column of the table; `title` is empty for a column with a single plain number."""

    column: str
    title: str
    note: str
    share: float | None
    rows: list[Row]
    later: bool


# Columns that are only there when a resampling, or a penalty that selects, has something to say.
OPTIONAL = {
    "selected": ("Selected", "Share of the models of resampled rows that this feature was in"),
    "agreement": ("Same sign", "Share of the models of resampled rows with this feature that agree with its sign"),
    "enters": ("Enters at λ", "The largest λ at which the coefficient is not zero"),
}


def extras(table: Sequence[Group]) -> dict[str, tuple[str, str]]:
    """Return the optional columns that some row has a value for: their headings and explanations."""
    rows = [row for group in table for row in group.rows]
    return {key: words for key, words in OPTIONAL.items() if any(getattr(r, key) is not None for r in rows)}


def shown(summary: Mapping[str, Any], lambdas: int) -> list[dict[str, Any]]:
    """Return the coefficients that are shown: the largest ones, as many as the page can carry."""
    most = min(MOST_ROWS, max(20, _MOST_NUMBERS // max(lambdas, 1)))
    return records(summary.get("coefficients"))[:most]


def groups(summary: Mapping[str, Any], path: Along | None) -> list[Group]:
    """Gather the shown coefficients by source column, in the order of their largest one."""
    every = records(summary.get("coefficients"))
    own: dict[str, list[dict[str, Any]]] = {}
    for row in shown(summary, len(path.lams) if path else 1):
        own.setdefault(source(row), []).append(row)
    size: dict[str, int] = {}
    share: dict[str, float] = {}
    for row in every:
        size[source(row)] = size.get(source(row), 0) + 1
        share[source(row)] = share.get(source(row), 0.0) + (row["share"] if is_number(row.get("share")) else 0.0)
    some = sparse(summary)  # else every resample uses every feature
    place = {name: k for k, name in enumerate(path.features)} if path else {}
    enters = _entries(path) if path else {}
    found: list[Group] = []
    before = 0
    for column, rows in own.items():
        together = size[column] > 1
        members = [_row(_resampled(row, some), place, enters, grouped=together) for row in rows]
        title, note = (brief(column), _note(len(rows), size[column])) if together else ("", "")
        found.append(Group(brief(column), title, note, share[column], members, before >= FIRST_ROWS))
        before += len(rows)
    return found


def _resampled(row: dict[str, Any], some: bool) -> dict[str, Any]:
    """Under an L1 penalty compare signs among the resamples that use the feature; else all of them do."""
    used, agree = row.get("selected"), row.get("sign_agreement")
    if not some:
        return {**row, "selected": None}
    return {**row, "sign_agreement": min(agree / used, 1.0)} if is_number(used) and is_number(agree) and used else row


def _note(here: int, of: int) -> str:
    return count(of, "feature") if here == of else f"{here} of {count(of, 'feature')}"


def _entries(path: Along) -> dict[str, float]:
    """Return the λ at which each feature enters the model; nothing of those that are in from the start."""
    live = path.std != 0
    later = live.any(axis=0) & ~live[0]
    return {name: path.lams[int(live[:, j].argmax())] for j, name in enumerate(path.features) if later[j]}


def _row(row: Mapping[str, Any], place: Mapping[str, int], enters: Mapping[str, float], *, grouped: bool) -> Row:
    name, level = str(row.get("feature")), row.get("level")
    label = brief(name if not grouped else str(level) if level is not None else "value")
    values = {
        k: row[k] if is_number(row.get(k)) else None
        for k in ("coef", "std_coef", "odds_ratio", "unpenalized", "share", "low", "high", "selected", "sign_agreement")
    }
    coef, std, unpenalized = values["coef"], values["std_coef"], values["unpenalized"]
    # What one standard deviation is in the feature's own unit carries over to the unpenalized coefficient.
    sd = std / coef if std and coef else None
    return Row(
        place.get(name, -1),
        label,
        coef,
        std,
        values["odds_ratio"],
        unpenalized,
        unpenalized * sd if sd is not None and unpenalized is not None else None,
        values["share"],
        shrinkage(coef, unpenalized),
        values["low"],
        values["high"],
        values["selected"],
        values["sign_agreement"],
        enters.get(name),
    )


def shrinkage(coef: float | None, unpenalized: float | None) -> float | None:
    """Return by what share the penalty shrinks: 1 is to zero, above 1 the sign has turned, below 0 it has grown.

    None where the unpenalized coefficient is next to nothing, so that a comparison with it says nothing.
    """
    found = None if coef is None or not unpenalized else 1 - coef / unpenalized
    return found if found is not None and abs(found) < _MOST_SHRUNK else None


def bar(std: float | None, reach: float) -> tuple[float, float]:
    """Return start and length of a bar on a scale from -100 to 100."""
    size = min(abs(std or 0.0) / reach, 1.0) * 100 if reach and math.isfinite(reach) else 0.0
    return (0.0 if (std or 0.0) >= 0 else -size), size


def tick(unpenalized: float | None, limit: float) -> float | None:
    """Return where the unpenalized coefficient stands on the scale of the bars; None off the scale."""
    return 100 * unpenalized / limit if unpenalized is not None and abs(unpenalized) < limit else None


def reach(rows: Sequence[Row]) -> float:
    """Return the coefficient at which bars end: well above the largest chosen one, so that there is room to grow."""
    return 1.6 * max((abs(r.std) for r in rows if r.std is not None), default=1.0) or 1.0
