"""How the coefficients of the chosen model move with the rows, in the units of the summary."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ridgeline.crossval.bootstrap import bootstrap, spread
from ridgeline.crossval.curve import CrossValidation
from ridgeline.job.data import Data
from ridgeline.job.outcome import Selection
from ridgeline.job.pairs import sparsest_draws

__all__ = ["stability"]

FIELDS = ("low", "high", "std_low", "std_high", "sign_agreement", "selected")


def stability(data: Data, cv: CrossValidation, picked: Selection, seed: int) -> tuple[list[dict[str, Any]], str]:
    """Fields of each coefficient, in the order of the features, and how they were made or why not."""
    i = picked.chosen
    found = bootstrap(data.problem, cv.fits[0], i, float(cv.lams[i]), units=data.train.units, seed=seed)
    names = data.encoder.features
    if isinstance(found, str):
        return [dict.fromkeys(FIELDS) for _ in names], f"not resampled: {found}"
    drawn = replace(found, std_coef=sparsest_draws(found.std_coef, cv, names))
    s = spread(drawn, cv.path.std_coef[i])
    sd = cv.fits[0].standard.sd
    unit = np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 0)
    coef = cv.path.coef[i]  # going over to original units rounds
    columns = (
        np.minimum(s.low * unit, coef),
        np.maximum(s.high * unit, coef),
        s.low,
        s.high,
        s.sign_agreement,
        s.selected,
    )
    rows = np.column_stack(columns)
    return [dict(zip(FIELDS, row, strict=True)) for row in rows.tolist()], found.method
