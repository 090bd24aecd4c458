"""What a model file says about its training: enough to fit the same rows again, here or in another program."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ridgeline.job.data import Data, Options

__all__ = ["training_record"]


def training_record(data: Data, options: Options) -> dict[str, Any]:
    """Record the split, and where the rows came from.

    `mask` marks the training rows among the `table_rows` rows of the table: one bit each, the first row in the lowest
    bit of the first byte, in Base64.
    """
    used = np.zeros(data.table.rows, dtype=bool)
    used[data.train.rows] = True
    return {
        "rows": len(data.train.y),
        "seed": options.seed,
        "folds": data.folds.k,
        "scheme": data.folds.scheme,
        "source": data.source,
        "sql": data.sql,
        "table_rows": data.table.rows,
        "mask": base64.b64encode(np.packbits(used, bitorder="little").tobytes()).decode("ascii"),
        "weight": options.weight,
        "target_reading": data.table.readings.get(data.target.name, "number:."),
    }
