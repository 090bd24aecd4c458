"""Influential rows: whether the model hangs on a few rows."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding

__all__ = ["CHECK"]

_SHOWN = 5


def _inspect(facts: Facts) -> Outcome:
    found = diagnostic(facts, "influential")
    if found is None:
        return NOT_APPLICABLE
    if not found:
        return PASSED
    rows = ", ".join(str(entry["row"]) for entry in found[:_SHOWN]) + (" and others" if len(found) > _SHOWN else "")
    one = len(found) == 1
    them, right = ("it", "it is") if one else ("them", "they are")
    return finding(
        f"{'Row' if one else 'Rows'} {rows} (counted from 0) {'pulls' if one else 'pull'} the model noticeably (Cook's "
        f"distance up to {found[0]['distance']:.2g}; a row that fits in has far less than 0.5): look for a slip in "
        f"{them}, and if {right} right, fit once without to see what changes."
    )


CHECK = Check("influential-rows", "Does the model hang on a few rows?", "warning", _inspect)
