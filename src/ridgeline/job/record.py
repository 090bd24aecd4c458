"""What a model file says about its training: enough to fit the same rows again, here or in another program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ridgeline.job.data import Data
from ridgeline.job.options import Options
from ridgeline.rows import SHARE, mask_text

__all__ = ["training_record"]


def training_record(data: Data, options: Options) -> dict[str, Any]:
    """Record the split, and where the rows came from; `ridgeline.rows.mask_text` says what the mask is."""
    readings = data.table.readings
    roles = (data.target.name, options.weight, options.offset, options.group, options.time)
    return asdict(options.plan) | {
        "rows": len(data.train.y),
        "folds": data.folds.k,
        "repeats": data.folds.repeats,
        "scheme": data.folds.scheme,
        "source": data.source,
        "sql": data.sql,
        "table_rows": data.table.rows,
        "mask": mask_text(data.train.rows, data.table.rows),
        "test_size": float(_test_size(data, options)),
        "test_rows": 0 if data.test is None else len(data.test.y),
        "test_file": data.test_file,
        "keep": list(options.keep),
        "target_reading": readings.get(data.target.name, "number:."),
        "readings": {name: readings[name] for name in roles if name is not None and name in readings}
        | {name: readings.get(name, "number:.") for name in data.table.repeats},
    }


def _test_size(data: Data, options: Options) -> float:
    """Return what was held out by the rule, so that a reader of the model need not know the rule."""
    if options.test_size is not None:
        return options.test_size
    return 0.0 if data.test is None else SHARE
