"""Group disparity: whether the groups named by `--by` are selected, or erred upon, very differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ridgeline.checks import evidence
from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, finding, summary_of
from ridgeline.checks.words import percent

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
        part for part in (_selection(found), _odds(found), _calibration(found), *_errors(facts, entry, found)) if part
    ]
    return f"By {entry['column']!r}: {'; '.join(parts)}.{_stand_in(entry)}" if parts else ""


def _certain(d: Mapping[str, Any] | None) -> bool:
    """Whether the interval of a difference excludes 0."""
    return d is not None and d["low"] is not None and d["low"] > 0


def _selection(found: Mapping[str, Any]) -> str:
    ratio, difference = (found.get(f"demographic_parity_{how}") for how in ("ratio", "difference"))
    if ratio is None or ratio["value"] >= _FOUR_FIFTHS or not _certain(difference):
        return ""
    return (
        f"{ratio['lowest']!r} is predicted positive {ratio['value']:.2f} times as often as {ratio['highest']!r}"
        f" [{ratio['low']:.2f}, {ratio['high']:.2f}]"
    )


def _odds(found: Mapping[str, Any]) -> str:
    odds = found.get("equalized_odds_difference")
    if odds is None or odds["value"] <= _ODDS or not _certain(odds):
        return ""
    what = odds["metric"].replace("_", " ")
    return f"the {what} of {odds['highest']!r} is {percent(odds['value'])} higher than that of {odds['lowest']!r}"


def _calibration(found: Mapping[str, Any]) -> str:
    gap = found.get("calibration_gap_difference")
    if gap is None or gap["value"] <= _CALIBRATION or not _certain(gap):
        return ""
    return (
        f"probabilities are {percent(gap['value'])} higher, measured by what happened, for {gap['highest']!r} than for "
        f"{gap['lowest']!r}"
    )


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
