"""Tables: a source of rows, what each column is and why, and rows as the engine's blocks.

Nothing here knows about models.  Names are looked up on first use, so that importing `ridgeline.tables.block` alone
loads neither Arrow nor DuckDB.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ridgeline.tables.block import Block, Feature
    from ridgeline.tables.encode import Encoder
    from ridgeline.tables.labels import match_labels
    from ridgeline.tables.schema import ColumnProfile, Schema, profile
    from ridgeline.tables.sources import scan
    from ridgeline.tables.table import Roles, Table, role_cells, role_numbers
    from ridgeline.tables.target import Target, read_target, read_target_like

__all__ = [
    "Block",
    "ColumnProfile",
    "Encoder",
    "Feature",
    "Roles",
    "Schema",
    "Table",
    "Target",
    "match_labels",
    "profile",
    "read_target",
    "read_target_like",
    "role_cells",
    "role_numbers",
    "scan",
]

_HOME = {
    "Block": "block",
    "ColumnProfile": "schema",
    "Encoder": "encode",
    "Feature": "block",
    "Roles": "table",
    "Schema": "schema",
    "Table": "table",
    "Target": "target",
    "match_labels": "labels",
    "profile": "schema",
    "read_target": "target",
    "read_target_like": "target",
    "role_cells": "table",
    "role_numbers": "table",
    "scan": "sources",
}


def __getattr__(name: str) -> Any:
    """Load the module that holds `name` when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
