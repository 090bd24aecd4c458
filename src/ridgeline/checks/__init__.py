"""Checks: questions asked of every fit, each answered by a finding, "passed", or "not applicable".

A new check is one file with a ``CHECK`` and one line in the table below.
"""

from __future__ import annotations

from ridgeline.checks import (
    calibration,
    certificate,
    collinear,
    copies,
    drift,
    few_rows,
    flat_curve,
    grid_edge,
    group_disparity,
    imbalance,
    influential_rows,
    leak,
    nothing_to_learn,
    overfit,
    rare_levels,
    row_order,
    separation,
    underfit,
    unstable_lambda,
    unstable_selection,
)
from ridgeline.checks.base import Check, Facts
from ridgeline.checks.verdict import verdict

__all__ = ["CHECKS", "Check", "run_checks", "verdict"]

# In the order of the report: what may void the results first.
CHECKS: dict[str, Check] = {
    check.code: check
    for check in (
        nothing_to_learn.CHECK,
        leak.CHECK,
        copies.CHECK,
        certificate.CHECK,
        overfit.CHECK,
        underfit.CHECK,
        grid_edge.CHECK,
        flat_curve.CHECK,
        unstable_lambda.CHECK,
        separation.CHECK,
        few_rows.CHECK,
        collinear.CHECK,
        unstable_selection.CHECK,
        influential_rows.CHECK,
        imbalance.CHECK,
        rare_levels.CHECK,
        calibration.CHECK,
        group_disparity.CHECK,
        drift.CHECK,
        row_order.CHECK,
    )
}


def run_checks(facts: Facts) -> list[dict[str, str | None]]:
    """Run every check on the facts.

    Parameters
    ----------
    facts : mapping
        What the report is drawn from; `ridgeline.checks.base` lists the keys that checks read. Checks whose keys are
        missing are not applicable.

    Returns
    -------
    list of dict
        ``{code, title, severity, status, finding}`` for every check, the ``checks`` of summary.json.

    Examples
    --------
    >>> {entry["status"] for entry in run_checks({})}
    {'not applicable'}
    """
    return [check.run(facts) for check in CHECKS.values()]
