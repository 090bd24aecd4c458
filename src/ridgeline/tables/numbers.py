"""Text to numbers: decimal points and commas, thousands separators, currency and percent signs.

A *style* says how the numbers of one column are written: the decimal sign followed by the thousands separator (if
any), so ``"."``, ``","``, ``".,"`` (1,234.5), ``",."`` (1.234,5), ``", "`` (1 234,5), ``".'"`` and ``"._"``.  The
style is decided over the whole column; where a column admits two (``1,234``), the rest of the table decides, then a
stated default.
"""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables.arrays import null_like

__all__ = [
    "ABBREVIATED",
    "CURRENCY_AFTER",
    "CURRENCY_BEFORE",
    "PERCENT",
    "STYLES",
    "WORDS",
    "parse",
    "strip_units",
    "styles_of",
    "without_units",
]

_EXP = r"(?:[eE][+-]?\d+)?"


def _pattern(decimal: str, group: str) -> str:
    d = re.escape(decimal)
    if not group:
        return rf"^[+-]?(?:\d+{d}?\d*|{d}\d+){_EXP}$"
    g = re.escape(group)
    thousands = rf"[1-9]\d{{0,2}}(?:{g}\d{{3}})+"
    lakhs = rf"[1-9]\d?(?:{g}\d{{2}})+{g}\d{{3}}"  # 12,34,567 as written in India
    return rf"^[+-]?(?:{thousands}|{lakhs}|\d+)(?:{d}\d*)?$"


STYLES: dict[str, str] = {
    style: _pattern(style[0], style[1:]) for style in (".", ",", ".,", ",.", ". ", ", ", ".'", ",'", "._")
}

WORDS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
"""Words that are numbers in a column of numbers."""

ABBREVIATED = {"t": 1.0, "y": 1.0, "f": 0.0, "n": 0.0}
"""What true and false may also be called where training had them; PostgreSQL writes t and f."""

_SIGN = r"(?:[$€£¥₹₽₩]|(?:USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|SEK|NOK|DKK|PLN|Kč)\b)"
CURRENCY_BEFORE = rf"^([+-]?)\s*{_SIGN}\s*"
CURRENCY_AFTER = r"\s*(?:[$€£¥₹₽₩]|\b(?:USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|SEK|NOK|DKK|PLN|kr|zł)|Kč)$"
PERCENT = r"\s*%$"


def _all(mask: pa.Array) -> bool:
    return bool(pc.all(mask, skip_nulls=True, min_count=0).as_py())


def _share(mask: pa.Array) -> float:
    return pc.mean(pc.cast(mask, pa.float64())).as_py() or 0.0


def plain(cells: pa.Array) -> pa.Array:
    """Bring every kind of blank, minus sign and apostrophe to one; ``(12)``, as accountants write it, is ``-12``."""
    cells = pc.replace_substring_regex(cells, pattern="[\u00a0\u2007\u2009\u202f]", replacement=" ")
    cells = pc.replace_substring(cells, pattern="\u2212", replacement="-")
    cells = pc.replace_substring(cells, pattern="\u2019", replacement="'")
    return pc.replace_substring_regex(cells, pattern=r"^\(([^()-]*\d[^()]*)\)$", replacement=r"-\1")


def strip_units(cells: pa.Array) -> tuple[pa.Array, str | None]:
    """Take a currency or percent sign off when more than half of the cells carry one.

    Parameters
    ----------
    cells : pyarrow.Array of string
        Distinct, non-null cells.

    Returns
    -------
    bare : pyarrow.Array of string
    unit : {"currency", "percent", None}
    """
    if _share(pc.match_substring_regex(cells, PERCENT)) > 0.5:
        return _without_percent(cells), "percent"
    signed = pc.or_(pc.match_substring_regex(cells, CURRENCY_BEFORE), pc.match_substring_regex(cells, CURRENCY_AFTER))
    if _share(signed) > 0.5:
        return _without_currency(cells), "currency"
    return cells, None


def without_units(cells: pa.Array) -> pa.Array:
    """Take every currency and percent sign off: for columns that are known to be numbers."""
    return _without_currency(_without_percent(cells))


def _without_percent(cells: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(cells, pattern=PERCENT, replacement="")


def _without_currency(cells: pa.Array) -> pa.Array:
    bare = pc.replace_substring_regex(cells, pattern=CURRENCY_BEFORE, replacement=r"\1")
    return pc.replace_substring_regex(bare, pattern=CURRENCY_AFTER, replacement="")


def matches(cells: pa.Array, style: str) -> pa.Array:
    """Which cells are numbers written in `style`."""
    return pc.match_substring_regex(cells, STYLES[style])


def styles_of(cells: pa.Array) -> list[str]:
    """Return the styles in which every cell is a number, the plainest first."""
    return [style for style in STYLES if _all(matches(cells, style))]


def parse(cells: pa.Array, style: str) -> pa.Array:
    """Turn cells written in `style` into doubles; cells that are not become null.

    The decimal value is rounded once, correctly, so ``"1.234,5"`` and ``"1234.5"`` give the same bits.
    """
    good = pc.if_else(matches(cells, style), cells, null_like(cells))
    if style[1:]:
        good = pc.replace_substring(good, pattern=style[1:], replacement="")
    if style[0] != ".":
        good = pc.replace_substring(good, pattern=style[0], replacement=".")
    return pc.cast(good, pa.float64())
