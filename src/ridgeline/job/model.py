"""The model of a job: what its file holds of the fit, of its training, and of a few rows to check it by."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

import ridgeline
from ridgeline.crossval.curve import CrossValidation
from ridgeline.job.data import Data
from ridgeline.job.facts import plain
from ridgeline.job.options import Options
from ridgeline.model import Model
from ridgeline.model_file import FORMAT, VERSION, digest, json_cell
from ridgeline.rows import SHARE, mask_text

__all__ = ["make_model"]

_EXAMPLES = 5  # rows whose predictions travel with the model


def make_model(data: Data, cv: CrossValidation, chosen: int, options: Options) -> Model:
    """Make the model of one λ, at place `chosen` of the path; docs/model.md says what each key means."""
    path, standard = cv.path, cv.fits[0].standard
    content = {
        "format": FORMAT, "version": VERSION, "ridgeline": ridgeline.__version__, "task": data.target.task,
        "family": data.family, "target": data.target.name, "labels": list(data.target.labels),
        "lambda": float(cv.lams[chosen]), "penalty": options.penalty, "l1_ratio": cv.l1_ratio,
        "intercept": path.intercept[chosen].tolist(), "features": _features(data, cv, chosen),
        "fill": [float(v) for v in standard.fill], "encoder": plain(data.encoder.to_dict()), "offset": options.offset,
        "certificate": plain(asdict(path.certificates[chosen])), "training": _training(data, options),
        "examples": [], "digest": "",
    }  # fmt: skip
    model = Model(content, data.encoder)
    content["examples"] = _examples(model, data)
    content["digest"] = digest(content)
    return model


def _features(data: Data, cv: CrossValidation, chosen: int) -> list[dict[str, Any]]:
    standard, coef = cv.fits[0].standard, cv.path.coef_at(chosen).T
    columns = (data.encoder.features, coef, standard.mean, standard.sd, data.problem.factors)
    return [
        {
            "feature": feature.name,
            "coef": c.tolist(),
            "mean": float(mean),
            "sd": float(sd),
            "std_coef": (c * sd).tolist(),
            "penalty_factor": float(factor),
        }
        for feature, c, mean, sd, factor in zip(*columns, strict=True)
    ]


def _examples(model: Model, data: Data) -> list[dict[str, Any]]:
    """Return the first rows that were held out, or else of the training, with what the model says of them."""
    part = data.test or data.train
    shown = part.table.take(np.arange(min(_EXAMPLES, len(part.y))))
    used = {f.column for f in data.encoder.features} | {model.content["offset"]}
    cells = [{k: json_cell(v) for k, v in row.items() if k in used} for row in shown.data.to_pylist()]
    mean, _ = model.mean(shown)
    return [{"row": row, "expected": m.tolist()} for row, m in zip(cells, mean, strict=True)]


def _training(data: Data, options: Options) -> dict[str, Any]:
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
