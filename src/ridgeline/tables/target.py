"""The column to predict: which task it poses, and its values as numbers.

Rules, in this order (`family` overrides them where it can):

- two different values → binary;
- dates, and text with more than 50 different values or more than one value per three rows → refused, with advice;
- text with three values or more → multiclass;
- whole numbers that are exactly 0 … K-1 or 1 … K with 3 ≤ K ≤ 10, at least 10 rows each and no label three times as
  frequent as another → multiclass (numbered classes come about equally often; ratings and measurements do not);
- whole numbers, none negative, in 30 rows or more, under a name that speaks of counting (count, claims, visits …, or
  number when values come twice on average), or with at most 50 values of which 0, 1, 2 come in falling order and zeros
  make up a third or more → count;
- other numbers → regression.
"""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.errors import TargetError
from ridgeline.tables.arrays import floats, places, to_numpy
from ridgeline.tables.distinct import dictionary
from ridgeline.tables.extremes import refuse_extreme
from ridgeline.tables.labels import choose_positive, label_text, match_labels, sort_key
from ridgeline.tables.names import words
from ridgeline.tables.table import Table

__all__ = ["TASK_OF", "Target", "read_target", "read_target_like"]

TASK_OF = {
    "gaussian": "regression",
    "gamma": "regression",
    "binomial": "binary",
    "multinomial": "multiclass",
    "poisson": "count",
}
"""Family → the task it is for."""

_COUNT = re.compile(r"counts?|cnt|claims|visits|events|freq(uency)?|trips")
_NUMBER = re.compile(r"num(ber)?|nb")  # of something, when values recur; else it names something
_MOST_CLASSES, _COUNT_ROWS = 50, 30


@dataclass(frozen=True, eq=False)
class Target:
    """The values to predict.

    Attributes
    ----------
    name : str
        The column.
    task : {"regression", "binary", "multiclass", "count"}
        What is asked of a model.
    values : ndarray of shape (n,), float64
        The numbers; for binary 1.0 is the positive class, for multiclass the index into `labels`. NaN where missing.
    labels : tuple of str
        For binary (negative, positive); for multiclass all classes, sorted; empty otherwise.
    positive : str or None
        The positive class of a binary target.
    missing : ndarray of shape (n,), bool
        Rows without a value; nothing can be learned from them.
    notes : tuple of str
        What was decided, and why.
    """

    name: str
    task: str
    values: np.ndarray
    labels: tuple[str, ...]
    positive: str | None
    missing: np.ndarray
    notes: tuple[str, ...] = ()


def read_target(table: Table, name: str, *, positive: str | None = None, family: str | None = None) -> Target:
    """Read the target column and decide the task by the rules above.

    Parameters
    ----------
    table : Table
        The rows.
    name : str
        The target column.
    positive : str, optional
        The label to count as positive (binary targets).
    family : {"gaussian", "binomial", "multinomial", "poisson", "gamma"}, optional
        Overrides the task.

    Raises
    ------
    ColumnError
        When there is no such column.
    TargetError
        When the column is constant, all missing, infinite somewhere, or does not fit the task.
    OptionError
        When `positive` is not one of its labels.

    Examples
    --------
    >>> import pyarrow as pa
    >>> target = read_target(Table("t", pa.table({"churn": ["no", "yes", "no", None]})), "churn")
    >>> target.task, target.labels, target.values.tolist()[:3]
    ('binary', ('no', 'yes'), [0.0, 1.0, 0.0])
    """
    column = table.column(name, use="--target")
    where = f"{table.name}: the target {name!r}"
    if name in table.infinite:
        raise TargetError(f"{where} is infinite in row {table.infinite[name]}: mend or remove that row.")
    if pa.types.is_nested(column.type):
        raise TargetError(f"{where} holds nested values: choose a column of numbers or labels.")
    distinct, codes = _factorise(column)
    _check_varies(distinct, codes, where)
    task, why = _task(name, distinct, codes, family, where)
    if positive is not None and task != "binary":
        raise TargetError(f"{where} does not have two values, so --positive does not apply to it ({task}).")
    if task in ("regression", "count"):
        return _numeric(name, task, why, column, where)
    return _classes(name, task, why, (distinct, codes), positive, where)


def _factorise(column: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray]:
    """Return the distinct values and, per row, their index (-1: missing)."""
    encoded = dictionary(column)
    return encoded.dictionary, places(encoded)


def _check_varies(distinct: pa.Array, codes: np.ndarray, where: str) -> None:
    if not (codes >= 0).any():
        raise TargetError(f"{where} is missing in every row: choose another column.")
    if len(distinct) == 1:
        only = label_text(distinct)[0]
        raise TargetError(f"{where} is {only!r} in every row that has a value, so there is nothing to predict.")


def _is_number(distinct: pa.Array) -> bool:
    return pa.types.is_integer(distinct.type) or pa.types.is_floating(distinct.type)


def _task(name: str, distinct: pa.Array, codes: np.ndarray, family: str | None, where: str) -> tuple[str, str]:
    numeric = _is_number(distinct)
    if family is not None:
        task = TASK_OF[family]
        _check_family(task, family, distinct, where)
        return task, f"as asked ({family})"
    if len(distinct) == 2:
        return "binary", "it has two values"
    if pa.types.is_temporal(distinct.type):
        raise TargetError(f"{where} is a date: predict a number made from it, such as the days since a fixed day.")
    if numeric:
        return _numeric_task(name, to_numpy(distinct), codes)
    rows = int((codes >= 0).sum())
    if len(distinct) > min(_MOST_CLASSES, rows / 3) and len(distinct) > 3:
        raise TargetError(
            f"{where} is text with {len(distinct)} different values in {rows} rows: that is neither a number nor a"
            " class; choose another column."
        )
    return "multiclass", f"it has {len(distinct)} labels"


def _check_family(task: str, family: str, distinct: pa.Array, where: str) -> None:
    many = len(distinct)
    if task == "binary" and many != 2:
        raise TargetError(f"{where} has {many} different values: the binomial family needs exactly two.")
    if task in ("regression", "count") and not (_is_number(distinct) or pa.types.is_boolean(distinct.type)):
        raise TargetError(f"{where} is not a number, which the {family} family needs.")
    if task == "count" and pc.min(pc.cast(distinct, pa.float64())).as_py() < 0:
        raise TargetError(f"{where} has negative values: the poisson family needs counts.")
    if family == "gamma" and pc.min(pc.cast(distinct, pa.float64())).as_py() <= 0:
        raise TargetError(f"{where} has values that are not above zero, which the gamma family needs.")


def _numeric_task(name: str, distinct: np.ndarray, codes: np.ndarray) -> tuple[str, str]:
    order = np.argsort(distinct)
    values = distinct[order].astype(float)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))[order]
    if not (np.floor(values) == values).all():
        return "regression", "it holds numbers"
    if _numbered_classes(values, counts):
        return "multiclass", f"its whole numbers {int(values[0])} to {int(values[-1])} come about equally often"
    if values[0] >= 0 and _counts(name, values, counts):
        return "count", "its whole numbers look like counts"
    return "regression", "it holds numbers"


def _numbered_classes(values: np.ndarray, counts: np.ndarray) -> bool:
    many = len(values)
    in_a_row = values[0] in (0, 1) and values[-1] - values[0] == many - 1
    return 3 <= many <= 10 and in_a_row and counts.min() >= 10 and counts.max() < 3 * counts.min()


def _counts(name: str, values: np.ndarray, counts: np.ndarray) -> bool:
    if counts.sum() < _COUNT_ROWS:
        return False
    recur = 2 * len(values) <= counts.sum()
    if any(_COUNT.fullmatch(word) or (recur and _NUMBER.fullmatch(word)) for word in words(name)):
        return True
    falling = values[:3].tolist() == [0, 1, 2] and counts[0] >= counts[1] >= counts[2]
    return falling and len(values) <= 50 and values[-1] <= 100 and 3 * counts[0] >= counts.sum()


def _numeric(name: str, task: str, why: str, column: pa.ChunkedArray, where: str) -> Target:
    values = floats(column).copy()
    refuse_extreme(where, values, TargetError)
    note = f"{where} is read as {'a count' if task == 'count' else 'a number (regression)'}: {why}."
    return Target(name, task, values, (), None, np.isnan(values), (note,))


def _classes(
    name: str, task: str, why: str, found: tuple[pa.Array, np.ndarray], positive: str | None, where: str
) -> Target:
    distinct, codes = found
    texts = label_text(distinct)
    notes = [f"{where} is read as {'two classes' if task == 'binary' else f'{len(texts)} classes'}: {why}."]
    labels = sorted(texts, key=sort_key)
    chosen = None
    if task == "binary":
        counts = np.bincount(codes[codes >= 0], minlength=2)
        chosen, reason = choose_positive(dict(zip(texts, counts.tolist(), strict=True)), positive, where=where)
        labels = [next(text for text in texts if text != chosen), chosen]
        notes.append(f"The positive class is {chosen!r}, {reason}.")
    place = np.array([labels.index(text) for text in texts] + [np.nan])
    return Target(name, task, place[codes], tuple(labels), chosen, codes < 0, tuple(notes))


def read_target_like(table: Table, target: Target) -> Target:
    """Read the same target from another table, with the labels and task of the first.

    Parameters
    ----------
    table : Table
        Other rows.
    target : Target
        The target of the training rows.

    Raises
    ------
    TargetError
        When it holds a label that the training rows do not have, or text where numbers are expected.
    """
    column = table.column(target.name, use="--target")
    where = f"{table.name}: the target {target.name!r}"
    if target.name in table.infinite:
        raise TargetError(f"{where} is infinite in row {table.infinite[target.name]}: mend or remove that row.")
    distinct, codes = _factorise(column)
    if not target.labels:
        if len(distinct) and not (_is_number(distinct) or pa.types.is_boolean(distinct.type)):
            raise TargetError(f"{where} is not a number here, but it was in the training rows.")
        values = floats(column).copy()
        refuse_extreme(where, values, TargetError)
        return replace(target, values=values, missing=np.isnan(values), notes=())
    texts = label_text(distinct)
    matched, notes = match_labels(texts, target.labels)
    for text in texts:
        if text not in matched:
            known = ", ".join(map(repr, target.labels[:8]))
            raise TargetError(
                f"{where} has the label {text!r}, which the training rows do not have: they have {known}."
            )
    place = np.array([target.labels.index(matched[text]) for text in texts] + [np.nan])
    return replace(target, values=place[codes], missing=codes < 0, notes=notes)
