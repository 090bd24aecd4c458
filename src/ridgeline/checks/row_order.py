"""Order in time with shuffled folds: whether the model sees the future of the rows it is judged on."""

from __future__ import annotations

from ridgeline.checks.base import (
    NOT_APPLICABLE,
    PASSED,
    Check,
    Facts,
    Outcome,
    diagnostic,
    finding,
    named,
    summary_of,
)

__all__ = ["CHECK"]

_ALIKE = 0.15  # correlation of neighbouring residuals that matters
_CHANCE = 4.0  # standard errors


def _inspect(facts: Facts) -> Outcome:
    kind = diagnostic(facts, "fold_kind") or _kind_in_words(facts)
    if kind is None:
        return NOT_APPLICABLE
    if kind == "forward":
        return PASSED
    dates = [
        c["name"] for c in facts.get("columns") or () if c.get("kind") == "datetime" and c.get("role") == "feature"
    ]
    if dates:
        say = "says" if len(dates) == 1 else "say"
        return finding(
            f"{named(dates)} {say} when rows happened, but the folds are not in time order, so the model is judged on "
            "rows from between those it learned from: if it will be used on later rows, fit again with --time "
            f"{dates[0]}."
        )
    if _neighbours_alike(facts):
        or_group, or_option = ("", "") if kind == "grouped" else (" or by group", " or --group")
        return finding(
            "Rows that are neighbours in the file have like errors "
            f"(correlation {diagnostic(facts, 'serial_correlation'):.2f}), as in data ordered by time{or_group}, "
            f"while the folds are not in order: validation is then too hopeful; name the column with --time{or_option}."
        )
    return PASSED


def _neighbours_alike(facts: Facts) -> bool:
    correlation = diagnostic(facts, "serial_correlation")
    pairs = diagnostic(facts, "neighbours") or diagnostic(facts, "rows_train")
    if correlation is None or not pairs:
        return False
    return correlation > max(_ALIKE, _CHANCE / pairs**0.5)


def _kind_in_words(facts: Facts) -> str | None:
    scheme = (summary_of(facts).get("cv") or {}).get("scheme")
    if not scheme:
        return None
    return "forward" if "forward" in scheme else "grouped" if "groups" in scheme else "shuffled"


CHECK = Check("time-order", "Are folds in time order where rows are?", "warning", _inspect)
