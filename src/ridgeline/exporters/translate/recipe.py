"""What has to be fitted elsewhere: the file and its layout, the features, the rows, the penalty."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ridgeline.errors import DataError, ModelFileError, OptionError
from ridgeline.exporters.translate.layout import Layout, layout_of
from ridgeline.model import Model
from ridgeline.output import as_path
from ridgeline.tables import scan

__all__ = ["Recipe", "recipe"]


@dataclass(frozen=True)
class Recipe:
    """A model as a task for another program.

    Attributes
    ----------
    model : Model
    layout : Layout
        Where the table lies and how to read it as text.
    train : ndarray of bool
        The training rows among all rows of the table.
    factors : tuple of float
        Penalty factor of each feature.
    """

    model: Model
    layout: Layout
    train: np.ndarray
    factors: tuple[float, ...]

    @property
    def content(self) -> dict[str, Any]:
        """What model.json holds."""
        return self.model.content

    @property
    def record(self) -> dict[str, Any]:
        """What model.json says of the training."""
        return self.model.content["training"]

    @property
    def plain_factors(self) -> bool:
        """Whether every feature is penalised alike."""
        return all(factor == 1.0 for factor in self.factors)


def _unpacked(mask: str, rows: int) -> np.ndarray:
    try:
        packed = np.frombuffer(base64.b64decode(mask, validate=True), np.uint8)
    except ValueError:
        packed = np.empty(0, np.uint8)
    train = np.unpackbits(packed, bitorder="little")[:rows].astype(bool)
    if len(train) < rows or not train.any():
        raise ModelFileError("The model file is damaged: the mask of the training rows does not fit the table.")
    return train


def recipe(model: Model, data: str | os.PathLike[str] | None = None) -> Recipe:
    """Collect what has to be fitted.

    Parameters
    ----------
    model : Model
    data : path, optional
        The table that the model was fitted to, where it lies now.

    Raises
    ------
    OptionError, DataError
        The table is not known, or is another one.
    """
    record = model.content["training"]
    if data is None and (record["source"] is None or record["sql"] is not None):
        raise OptionError(
            "This model was not fitted to a file: name one that holds the same rows, data=FILE (--data FILE)."
        )
    given = as_path("A table", data if data is not None else record["source"])
    path = Path(os.path.abspath(os.path.expanduser(given)))
    if not os.path.isfile(path):
        raise DataError(
            f"There is no file {path}: name the table that the model was fitted to, data=FILE (--data FILE)."
        )
    table = scan(path, like=model.encoder.readings)
    if table.rows != record["table_rows"]:
        raise DataError(
            f"{path} has {table.rows} rows; the model was fitted to a table of {record['table_rows']} rows."
        )
    train = _unpacked(record["mask"], table.rows)
    factors = tuple(float(f["penalty_factor"]) for f in model.content["features"])
    return Recipe(model, layout_of(path, table.names, model.encoder.readings), train, factors)
