"""What a check is, and how checks read the facts.

A check looks at plain data, the same *facts* that the report is drawn from, and says one of three things: a finding
(a sentence that names the column and tells what to do), passed, or not applicable (the facts it needs are not there).

Keys read, all optional::

    summary      the object of summary.json; besides its documented fields
                   "differences", "gaps", "gains"   lists like "assessment", from `ridgeline.assess.Assessment`
    columns      [{name, role, kind, reason, missing, distinct}], as profiled
    curves       "calibration": {predicted, observed, count, effective}, over bins of predicted probability
    diagnostics  what only the fit knows:
                   "separated": bool                                      no finite optimum without a penalty
                   "partly": bool                                         only some rows are told apart perfectly
                   "separating": [column or level]                        what alone tells them apart
                   "separating_rows": int                                 how many rows that are, where not all
                   "separating_only": bool                                nothing else does, which was proved
                   "paired_se": [float]                                   of each loss of "cv" minus the least, by folds
                   "edge": "low" | "high" | None                          end of the grid where the best λ sits
                   "grid_extended": int                                   how many times the grid was extended
                   "rows_train": int, "rows_per_feature": float
                   "class_counts": {label: training rows}
                   "class_weights": {label: their weight}                 where rows have different weights
                   "condition": float                                     condition number of the standardized columns
                   "collinear": [[column, column, correlation]]
                   "rare_levels": [{column, level, feature, rows}]
                   "shift": {column: (test mean - training mean) / SD}, "rows_test": int
                   "shift_of": {column: {"feature", "share": bool, "chance": float}}    of columns that moved far
                   "fold_kind": as `ridgeline.crossval.folds.Folds.kind`
                   "serial_correlation": float                            of neighbouring rows' out-of-fold residuals
                   "neighbours": int                                      pairs of rows that it is taken from
                   "lambda_draws": [λ without one fold, each in turn; of several repeats, by each]
                   "influential": [{row, distance}]                       rows with a large Cook's distance
                   "suspects": [sentence about a column that alone predicts too well]
                   "copies": {split: {"rows", "of"}}                      rows equal to rows that the model learned from
                   "tolerance": float                                     largest relative gap that counts as solved
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["NOT_APPLICABLE", "PASSED", "Check", "Facts", "Outcome", "diagnostic", "finding", "named", "summary_of"]

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a check says.

    Attributes
    ----------
    status : str
        ``"finding"``, ``"passed"`` or ``"not applicable"``.
    text : str or None
        The finding, in one or two sentences; None otherwise.
    """

    status: str
    text: str | None = None


PASSED = Outcome("passed")
NOT_APPLICABLE = Outcome("not applicable")


def finding(text: str) -> Outcome:
    """Return the outcome of a check that found something."""
    return Outcome("finding", text)


@dataclass(frozen=True)
class Check:
    """One question asked of every fit.

    Attributes
    ----------
    code : str
        Short name, in words joined by hyphens.
    title : str
        What is looked at, for people.
    severity : str
        How much a finding matters: ``"error"`` (do not use the results before it is settled), ``"warning"`` or
        ``"info"``.
    inspect : callable of Facts to Outcome
        The check itself.
    """

    code: str
    title: str
    severity: str
    inspect: Callable[[Facts], Outcome]

    def run(self, facts: Facts) -> dict[str, str | None]:
        """Inspect the facts and return the entry for summary.json.

        Returns
        -------
        dict
            Keys ``code``, ``title``, ``severity``, ``status`` and ``finding`` (None unless the status is "finding").
        """
        outcome = self.inspect(facts)
        return {
            "code": self.code,
            "title": self.title,
            "severity": self.severity,
            "status": outcome.status,
            "finding": outcome.text,
        }


def summary_of(facts: Facts) -> Mapping[str, Any]:
    """Return the summary among the facts, empty when there is none."""
    return facts.get("summary") or {}


def diagnostic(facts: Facts, key: str) -> Any:
    """Return one of the diagnostics, None when it is not known."""
    return (facts.get("diagnostics") or {}).get(key)


def named(names: Iterable[str], limit: int = 3) -> str:
    """Write names for a sentence: ``'a', 'b', 'c' and 4 more``.

    Examples
    --------
    >>> named(["age"]), named(["a", "b"]), named("abcde")
    ("'age'", "'a' and 'b'", "'a', 'b', 'c' and 2 more")
    """
    quoted = [repr(str(name)) for name in dict.fromkeys(names)]
    if len(quoted) > limit:
        quoted = [*quoted[:limit], f"{len(quoted) - limit} more"]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
