"""The rows that the model, not having seen them, is most wrong about: their numbers, never their cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ridgeline.figures.numbers import count, is_number, number, percent, signed
from ridgeline.figures.text import plain

__all__ = ["worst_rows"]


def worst_rows(curves: Mapping[str, Any] | None) -> tuple[str, list[tuple[str, str]]]:
    """Return what is measured, and (row number, how wrong) of each row."""
    table = plain((curves or {}).get("worst")) or {}
    name = next((k for k in ("probability", "residual") if table.get(k)), None)
    if name is None:
        return "", []
    write = percent if name == "probability" else signed
    title = "Probability given to what happened" if name == "probability" else "Observed − predicted"
    pairs = zip(table["row"], table[name], strict=True)
    return title, [(count(row), write(value) if is_number(value) else number(None)) for row, value in pairs]
