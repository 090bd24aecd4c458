"""Class labels as text: how numbers are written, which label is the positive one, and labels of another file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from ridgeline.errors import OptionError, TargetError

__all__ = ["choose_positive", "label_text", "match_labels", "number_text", "sort_key"]

_YES_NO: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"1", "+1"}), frozenset({"0", "-1"})),
    (frozenset({"+"}), frozenset({"-"})),
    (frozenset({"y", "t"}), frozenset({"n", "f"})),
)
_POSITIVE_WORDS = frozenset(
    ["yes", "true", "positive", "pos", "present", "success", "event", "ja", "oui", "si", "sí", "sim", "tak", "да"]
)


def number_text(value: float) -> str:
    """Write a number as a label: whole numbers without a point.

    Examples
    --------
    >>> number_text(1.0), number_text(2.5)
    ('1', '2.5')
    """
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)


def label_text(values: pa.Array) -> list[str]:
    """Write distinct values as labels: text as it is, numbers by `number_text`, booleans as False and True.

    Whole numbers keep all their digits: two long ones must not become one label.
    """
    kind = values.type
    if pa.types.is_floating(kind):
        return [number_text(value) for value in values.to_pylist()]
    return [str(value) for value in values.to_pylist()]


def choose_positive(counts: Mapping[str, int], asked: str | None, *, where: str) -> tuple[str, str]:
    """Choose the positive one of two labels.

    The rule: a label that says yes (yes, true, positive, present, success …; 1 against 0 or -1, + against -, y
    against n, t against f) is positive when the other does not; otherwise the rarer label; of two equally frequent
    labels the last in sort order.

    Parameters
    ----------
    counts : mapping of str to int
        Rows per label; two labels.
    asked : str or None
        The label the user named, which settles it.
    where : str
        The column, for messages.

    Returns
    -------
    label : str
    reason : str
        Why, in words.
    """
    if asked is not None:
        return _asked(list(counts), asked, where), "as asked"
    yes = [label for label in counts if _says_yes(label, next(k for k in counts if k != label))]
    if len(yes) == 1:
        return yes[0], "because it says yes"
    first, second = sorted(counts, key=sort_key)
    if counts[first] == counts[second]:
        return second, "as the last in sort order of two equally frequent labels"
    rarer = first if counts[first] < counts[second] else second
    return rarer, "because it is the rarer label"


def _says_yes(label: str, other: str) -> bool:
    label, other = label.strip().casefold(), other.strip().casefold()
    if label in _POSITIVE_WORDS:
        return True
    return any(label in yes and other in no for yes, no in _YES_NO)


def _asked(labels: Sequence[str], asked: str, where: str) -> str:
    found, _ = match_labels([asked], labels)
    if asked in found:
        return found[asked]
    near = difflib.get_close_matches(asked, labels, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"its values are {' and '.join(map(repr, labels))}."
    raise OptionError(f"{where} has no label {asked!r} (asked for by --positive): {hint}")


def sort_key(label: str) -> tuple[int, float, str]:
    """Sort labels that are numbers by value, before the others by name."""
    try:
        value = float(label)
    except ValueError:
        return (1, 0.0, label)
    return (0, value, label) if np.isfinite(value) else (1, 0.0, label)


def match_labels(labels: Sequence[str], known: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Match the labels of another file to the known ones, forgiving blanks, case, a final dot and ``1.0`` for ``1``.

    Parameters
    ----------
    labels : sequence of str
        Labels as found.
    known : sequence of str
        Labels of the training rows.

    Returns
    -------
    matched : dict of str to str
        Found label → known label; labels without a counterpart are left out.
    notes : tuple of str
        One sentence when labels had to be bent to match.

    Raises
    ------
    TargetError
        When a label fits two known ones.

    Examples
    --------
    >>> match_labels(["<=50K.", ">50K."], ["<=50K", ">50K"])[0]
    {'<=50K.': '<=50K', '>50K.': '>50K'}
    """
    plain: dict[str, list[str]] = {}
    for label in known:
        plain.setdefault(_bare(label), []).append(label)
    matched: dict[str, str] = {}
    for label in labels:
        candidates = [label] if label in known else plain.get(_bare(label), [])
        if len(candidates) > 1:
            raise TargetError(f"The label {label!r} could be {' or '.join(map(repr, candidates))}: write it exactly.")
        if candidates:
            matched[label] = candidates[0]
    bent = [f"{found!r} as {label!r}" for found, label in matched.items() if found != label]
    notes = (f"Labels read as those of the training rows: {', '.join(bent[:5])}.",) if bent else ()
    return matched, notes


def _bare(label: str) -> str:
    text = " ".join(label.split()).rstrip(".").strip().casefold()
    try:
        return number_text(float(text))
    except (ValueError, OverflowError):
        return text
