"""The certificate: whether the optimum was really reached."""

from __future__ import annotations

from ridgeline.checks.base import NOT_APPLICABLE, PASSED, Check, Facts, Outcome, diagnostic, finding, summary_of

__all__ = ["CHECK"]

_TOLERANCE = 1e-8  # of the relative gap


def _inspect(facts: Facts) -> Outcome:
    certificate = summary_of(facts).get("certificate")
    if not certificate:
        return NOT_APPLICABLE
    gap = certificate.get("relative_gap")
    allowed = diagnostic(facts, "tolerance") or _TOLERANCE
    if gap is not None and gap <= allowed:
        return PASSED
    size = "an unknown amount" if gap is None else f"up to {gap:.1e} (relative)"
    return finding(
        f"The solution may be away from the optimum by {size}, more than the {allowed:.0e} promised: the columns are "
        "probably nearly dependent or of very different sizes; rescale or drop such columns, or take a larger λ."
    )


CHECK = Check("certificate-missed", "Was the optimum reached?", "error", _inspect)
