"""What an exporter may be told."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """Options of `ridgeline.export`.

    Attributes
    ----------
    dialect : str
        SQL: the database it is for.
    table : str
        SQL: the table to predict, perhaps ``schema.table``.
    ids : tuple of str
        SQL: columns to show beside the predictions.
    """

    dialect: str = "duckdb"
    table: str = "data"
    ids: tuple[str, ...] = ()
