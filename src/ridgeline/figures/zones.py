"""Where a cross-validation curve says that λ is too strong, about right, or too weak."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["GOOD", "OVER", "UNDER", "edges", "zones"]

UNDER, GOOD, OVER = "under", "good", "over"


def zones(mean: Sequence[float], se: Sequence[float]) -> list[str]:
    """Name the zone of each λ, strongest first.

    "good" lies between the first and the last λ whose mean loss is within one standard error of the lowest; a stronger
    penalty is "under" (it underfits), a weaker one "over" (it overfits).

    Examples
    --------
    >>> zones([3.0, 1.1, 1.0, 1.1, 2.0], [0.2, 0.2, 0.2, 0.2, 0.2])
    ['under', 'good', 'good', 'good', 'over']
    """
    if not mean:
        return []
    best = min(range(len(mean)), key=lambda i: mean[i])
    limit = mean[best] + (se[best] if math.isfinite(se[best]) else 0.0)
    within = [i for i, value in enumerate(mean) if value <= limit]
    return [UNDER if i < within[0] else OVER if i > within[-1] else GOOD for i in range(len(mean))]


def edges(lams: Sequence[float], names: Sequence[str]) -> tuple[float | None, float | None]:
    """Return the λ between "under" and "good" and the λ between "good" and "over"; None where there is no such zone."""
    between: dict[str, float] = {}
    for i in range(1, len(lams)):
        if names[i] != names[i - 1]:
            between[UNDER if names[i - 1] == UNDER else OVER] = math.sqrt(lams[i - 1] * lams[i])
    return between.get(UNDER), between.get(OVER)
