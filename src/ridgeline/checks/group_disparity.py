"""Group disparity: whether the groups named by `--by` are selected, or erred upon, very differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding, summary_of
from ridgeline.checks.words import percent, points

__all__ = ["CHECK"]

_FOUR_FIFTHS = 0.8  # of selection rates or mean absolute errors (US Uniform Guidelines, 1978, § 1607.4 D)
_ODDS = 0.10  # difference of error rates that matters
_CALIBRATION = 0.05
_ERROR = 0.25  # difference of mean errors, in units of the model's RMSE


def _inspect(facts: Facts) -> Outcome:
    entries = summary_of(facts).get("groups") or []
    compared = [entry for entry in entries if entry.get("disparities")]
    if not compared:
        return NOT_APPLICABLE
    said = [sentence for entry in compared if (sentence := _sentence(facts, entry))]
    if not said:
        return PASSED
    advice = (
        "Before using the model, decide which of these differences the decision may have, and see the part on groups."
    )
    return finding(" ".join([*said, advice]))


def _sentence(facts: Facts, entry: Mapping[str, Any]) -> str:
    found = {d["disparity"]: d for d in entry["disparities"] if d["model"] == "chosen" and d["value"] is not None}
    parts = [
        part
        for part in (_selection(found), _odds(entry, found), _calibration(entry, found), *_errors(facts, entry, found))
        if part
    ]
    return f"By {entry['column']!r}: {'; '.join(parts)}.{_stand_in(entry)}" if parts else ""


def _certain(d: Mapping[str, Any] | None) -> bool:
    """Whether the interval of a difference excludes 0."""
    return d is not None and d["low"] is not None and d["low"] > 0


def _selection(found: Mapping[str, Any]) -> str:
    ratio, difference = (found.get(f"demographic_parity_{how}") for how in ("ratio", "difference"))
    if ratio is None or ratio["value"] >= _FOUR_FIFTHS or not _certain(difference) or ratio["high"] is None:
        return ""
    return (
        f"{ratio['lowest']!r} is predicted positive {ratio['value']:.2f} times as often as {ratio['highest']!r}"
        f" [{ratio['low']:.2f}, {ratio['high']:.2f}]"
    )


def _shown(entry: Mapping[str, Any], group: str, metric: str) -> str:
    """Write a rate of a group under the chosen model."""
    own = next((g["metrics"] for g in entry.get("groups") or () if g["group"] == group), ())
    value = next((m["value"] for m in own if m["metric"] == metric), None)
    return "unknown" if value is None else percent(value)


def _odds(entry: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    odds = found.get("equalized_odds_difference")
    if odds is None or odds["value"] <= _ODDS or not _certain(odds):
        return ""
    what, high, low = odds["metric"].replace("_", " "), odds["highest"], odds["lowest"]
    rates = " against ".join(_shown(entry, group, odds["metric"]) for group in (high, low))
    return f"the {what} of {high!r} is {points(odds['value'])} higher than that of {low!r} ({rates})"


def _calibration(entry: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    gap = found.get("calibration_gap_difference")
    if gap is None or gap["value"] <= _CALIBRATION or not _certain(gap):
        return ""
    means = [
        f"{group!r} (mean {_shown(entry, group, 'mean_prediction')}, happened {_shown(entry, group, 'base_rate')})"
        for group in (gap["highest"], gap["lowest"])
    ]
    return f"probabilities are {points(gap['value'])} higher, measured by what happened, for {' than for '.join(means)}"


def _errors(facts: Facts, entry: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Judge numbers: errors that lean one way for a group, or are larger."""
    out = []
    lean, ratio = found.get("mean_error_difference"), found.get("mae_ratio")
    rmse = evidence.value(facts, "chosen", entry["split"], "rmse")
    if rmse and lean is not None and _certain(lean) and lean["value"] > _ERROR * rmse:
        out.append(
            f"predictions are {lean['value']:.3g} higher, measured by what happened, for {lean['highest']!r} than for "
            f"{lean['lowest']!r}"
        )
    if ratio is not None and ratio["value"] < _FOUR_FIFTHS and ratio["high"] is not None and ratio["high"] < 1:
        out.append(f"errors of {ratio['highest']!r} are {1 / ratio['value']:.2f} times those of {ratio['lowest']!r}")
    return out


def _stand_in(entry: Mapping[str, Any]) -> str:
    listed = (entry.get("stand_ins") or {}).get("features") or []
    if entry.get("feature") or not listed or listed[0]["association"] < 0.3:
        return ""
    first = listed[0]
    return f" {first['column']!r} stands in for it (association {first['association']:.2f})."


CHECK = Check("group-disparity", "Are groups of people treated alike?", "warning", _inspect)
