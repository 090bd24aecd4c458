"""Penalties by name."""

from __future__ import annotations

from ridgeline.errors import unknown_choice

__all__ = ["PENALTIES", "check_penalty"]

PENALTIES: dict[str, float] = {"l2": 0.0, "l1": 1.0, "elasticnet": 0.5}
"""Name → the share ρ of L1 when none is given."""

_ELSEWHERE = {
    "ridge": "l2", "tikhonov": "l2", "lasso": "l1", "enet": "elasticnet", "elastic net": "elasticnet",
    "elastic-net": "elasticnet", "elastic_net": "elasticnet",
}  # fmt: skip


def check_penalty(name: object) -> str:
    """Return the name of a penalty.

    Raises
    ------
    OptionError
        There is none of that name; the message names the nearest, and what other programs call it.

    Examples
    --------
    >>> check_penalty("l1")
    'l1'
    """
    if not isinstance(name, str) or name not in PENALTIES:
        raise unknown_choice("penalty", name, PENALTIES, _ELSEWHERE)
    return name
