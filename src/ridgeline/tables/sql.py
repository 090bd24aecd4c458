"""Texts that go into SQL, and texts that are SQL."""

from __future__ import annotations

import re

__all__ = ["identifier", "is_query", "literal"]

_QUERY = re.compile(r"^\s*(?:--[^\n]*\n\s*)*(?:select|from|with)\s", re.IGNORECASE)


def literal(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(text: str) -> str:
    """Return `text` as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def is_query(text: str) -> bool:
    """Whether a text is an SQL query rather than a file or table name: it starts with SELECT, FROM or WITH.

    Examples
    --------
    >>> is_query("SELECT * FROM 'a.csv'"), is_query("selection.csv")
    (True, False)
    """
    return bool(_QUERY.match(text))
