"""Text and numbers of any origin as plain, showable values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ridgeline.figures.numbers import is_number

__all__ = ["brief", "clean", "plain"]

# Characters that no page should carry: controls, halves of surrogate pairs, and marks that turn the writing direction.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Replace characters that cannot be shown, or that would garble what stands beside them."""
    return _UNFIT.sub("\ufffd", text)


def brief(text: str, most: int = 100) -> str:
    """Cut a name that would fill the page."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plain(value: Any) -> Any:
    """Turn arrays and numbers of NumPy into plain ones, NaN and infinities into None; clean all text."""
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool):
        return value
    return value if is_number(value) else None
