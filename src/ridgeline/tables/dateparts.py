"""A point in time as numbers: a trend, and its place in the year, the week and the day."""

from __future__ import annotations

import numpy as np

__all__ = ["PARTS", "date_parts", "varying_parts"]

_YEAR = 365.2425 * 86400e6  # microseconds


def _cycles(when: np.ndarray) -> dict[str, np.ndarray]:
    """Return the place in the year, the week and the day, each as a fraction of its cycle."""
    day = when.astype("datetime64[D]")
    month = when.astype("datetime64[M]")
    return {
        "month": (month.astype(np.int64) % 12 + (day - month.astype("datetime64[D]")).astype(np.int64) / 31) / 12,
        "weekday": (day.astype(np.int64) + 3) % 7 / 7,  # 1 January 1970 was a Thursday
        "hour": (when - day).astype(np.int64) / 86400e6,
    }


def date_parts(when: np.ndarray, parts: tuple[str, ...]) -> np.ndarray:
    """Turn ``datetime64[us]`` into parts.

    ``"year"`` is time in years (1970 = the start of 1970); ``"month sin"`` is sin 2πc with c the place in the cycle,
    and ``"hour sin 2"`` the second harmonic, sin 4πc.

    Parameters
    ----------
    when : ndarray of datetime64[us], shape (n,)
        Without NaT.
    parts : tuple of str
        Which parts.

    Returns
    -------
    ndarray of shape (n, len(parts))
    """
    cycles = _cycles(when)
    out = np.empty((len(when), len(parts)))
    for k, part in enumerate(parts):
        if part == "year":
            out[:, k] = 1970 + when.astype(np.int64) / _YEAR
            continue
        cycle, wave, *harmonic = part.split()
        angle = 2 * np.pi * cycles[cycle] * (int(harmonic[0]) if harmonic else 1)
        out[:, k] = np.sin(angle) if wave == "sin" else np.cos(angle)
    return out


PARTS = (
    "year",
    *(f"{cycle} {wave}" for cycle in ("month", "weekday", "hour") for wave in ("sin", "cos")),
    *("hour sin 2", "hour cos 2"),  # days often have two peaks
)


def varying_parts(when: np.ndarray) -> tuple[str, ...]:
    """Return the parts worth having.

    A cycle needs three different places, and weekdays need dates other than the first of a month.

    Parameters
    ----------
    when : ndarray of datetime64[us]
        Without NaT.
    """
    if not len(when):
        return ("year",)
    days = when.astype("datetime64[D]")
    months = when.astype("datetime64[M]")
    some_day = bool((days != months.astype("datetime64[D]")).any())
    varies = {
        "year": True,
        "month": len(np.unique(months.astype(np.int64) % 12)) >= 3,
        "weekday": some_day and len(np.unique(days.astype(np.int64) % 7)) >= 3,
        "hour": len(np.unique((when - days).astype(np.int64) // 3_600_000_000)) >= 3,
    }
    return tuple(part for part in PARTS if varies[part.split()[0]])
