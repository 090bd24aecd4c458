"""Text that comes from data, made safe for a terminal."""

from __future__ import annotations

import unicodedata

__all__ = ["plain"]


def plain(text: object) -> str:
    r"""Return text on one line, with everything that a terminal would act upon written as an escape.

    Control characters could move the cursor or change colours, direction marks could reorder what is read.

    Examples
    --------
    >>> plain("a\x1b[31mb\nc")
    'a\\x1b[31mb\\nc'
    """
    return "".join(_escaped(c) if unicodedata.category(c) in _ACTIVE else c for c in str(text))


# Controls, formats (direction marks), surrogates, and the separators of lines and paragraphs.
_ACTIVE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
