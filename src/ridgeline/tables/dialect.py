"""How a text file is laid out: delimiter, quotes, lines before the table, and whether the first row names the columns.

Everything is judged on the first rows.  Rules:

- The delimiter is the one of tab ``;`` ``|`` ``,`` that gives the same number of fields (at least two) in the largest
  share of lines; on a tie the one that comes first in this list, because decimal commas hide among semicolons and not
  the other way round.  Otherwise runs of blanks, when they give every line the same number of fields.
- Leading lines that hold one field, or start with ``#``, before lines with many are skipped and noted.
- The first row is a header unless it looks like the rows below: see `has_header`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ridgeline.tables.missing import ALWAYS, SOMETIMES

__all__ = ["Dialect", "blanks_to_tabs", "has_header", "preamble", "sniff"]

_DELIMITERS = ("\t", ";", "|", ",")
_ROWS, _CELLS, _PREAMBLE = 200, 20_000, 50
_NUMBER = re.compile(
    r"^[-+\u2212]?[$€£¥]?\s?(\d[\d.,' \u00a0_]*|[.,]\d+)([eE][-+]?\d+)?\s?[%€$£]?$|^[-+]?inf(inity)?$", re.IGNORECASE
)
_DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?$|^\d{1,2}:\d{2}(:\d{2})?$")
_MISSING = frozenset((*ALWAYS, *SOMETIMES))


@dataclass(frozen=True)
class Dialect:
    """The layout of a text file.

    Attributes
    ----------
    delimiter : str
        What separates the fields; a blank stands for runs of blanks and tabs.
    quote, escape : str
        What encloses a field, and what protects a quote within.
    skip : int
        Physical lines before the first data row, header included.
    names : tuple of str or None
        The header's cells, or None without a header.
    width : int
        Fields per row.
    preamble : int
        Lines skipped before the header.
    padded : bool
        Whether the fields beyond the header's are empty in every row.
    broken : bool
        Whether a name in the header has a line break.
    """

    delimiter: str
    quote: str
    escape: str
    skip: int
    names: tuple[str, ...] | None
    width: int
    preamble: int = 0
    padded: bool = False
    broken: bool = False


def sniff(sample: str, *, header: bool | None = None, known: Sequence[str] = ()) -> Dialect:
    """Judge the layout from the first lines of a file.

    Parameters
    ----------
    sample : str
        Whole lines from the start of the file.
    header : bool, optional
        Overrides the guess whether the first row names the columns.
    known : sequence of str
        Column names expected in the header (from an earlier table); one of them in the first row settles the question.
    """
    quote, escape = _quoting(sample)
    delimiter = _delimiter(sample, quote, escape)
    rows, ends = _rows(sample, delimiter, quote, escape)
    if not rows:
        return Dialect(delimiter, quote, escape, 0, None, 0)
    start = preamble(rows)
    first = [cell.strip() for cell in rows[start]]
    body = rows[start + 1 :]
    named = header if header is not None else bool(set(first) & set(known)) or has_header(first, body)
    if named and first and first[0].startswith("#") and len(first) > 1:
        first[0] = first[0].lstrip("# ")
    width = max(len(first), _usual(body, len(first)))
    padded = not any(cell.strip() for row in body for cell in row[len(first) :])
    skip = ends[start] if named else (ends[start - 1] if start else 0)
    broken = named and any(sign in cell for cell in rows[start] for sign in "\r\n")
    return Dialect(delimiter, quote, escape, skip, tuple(first) if named else None, width, start, padded, broken)


def _quoting(sample: str) -> tuple[str, str]:
    if '"' not in sample and re.search(r"(?:^|[,;\t|])'[^'\n]*'(?:[,;\t|]|$)", sample, re.MULTILINE):
        return "'", "'"
    escape = "\\" if '\\"' in sample and '""' not in sample else '"'
    return '"', escape


def _delimiter(sample: str, quote: str, escape: str) -> str:
    best, score = "", (0.0, 0)
    for rank, delimiter in enumerate(_DELIMITERS):
        rows, _ = _rows(sample, delimiter, quote, escape)
        share = _agreement(rows)
        if share >= 0.6 and (round(share, 2), -rank) > score:
            best, score = delimiter, (round(share, 2), -rank)
    if best:
        return best
    lines = [re.findall(r'"[^"]*"|\S+', line) for line in sample.splitlines()[:_ROWS] if line.strip()]
    blanks = len(lines) > 1 and len(lines[0]) > 1 and len({len(line) for line in lines}) == 1
    return " " if blanks and _typed(lines[-1]) else ","


def _typed(row: Sequence[str]) -> bool:
    return any(cell_kind(cell) in ("number", "date") for cell in row)


def _agreement(rows: Sequence[Sequence[str]]) -> float:
    counts = Counter(len(row) for row in rows)
    usual, many = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return many / len(rows) if usual >= 2 else 0.0


def _rows(sample: str, delimiter: str, quote: str, escape: str) -> tuple[list[list[str]], list[int]]:
    """Return the first non-blank rows and the physical line on which each ends."""
    if delimiter == " ":
        sample, delimiter = blanks_to_tabs(sample), "\t"
    reader = csv.reader(
        io.StringIO(sample, newline=""),
        delimiter=delimiter,
        quotechar=quote,
        doublequote=escape == quote,
        escapechar=escape if escape != quote else None,
        skipinitialspace=True,
    )
    rows: list[list[str]] = []
    ends: list[int] = []
    cells = 0
    try:
        for row in reader:
            if row and any(row):
                rows.append(row)
                ends.append(reader.line_num)
                cells += len(row)
            if len(rows) >= _ROWS or (cells > _CELLS and len(rows) > 5):
                break
    except csv.Error:
        pass  # an endless field: the reader that follows names the line
    return rows, ends


def blanks_to_tabs(text: str) -> str:
    """Replace runs of blanks outside quotes by one tab."""
    return "\n".join("\t".join(re.findall(r'"[^"]*"|\S+', line)) for line in text.splitlines()) + "\n"


def _usual(rows: Sequence[Sequence[str]], favoured: int = 0) -> int:
    """Return the most frequent number of fields; on a tie the favoured one, then the largest."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width == favoured, width), default=0)


def preamble(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows come before the table: titles of one cell, remarks, a ``sep=`` line.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first rows, none of them blank.
    """
    usual = _usual(rows)
    for start, row in enumerate(rows[:_PREAMBLE]):
        filled = sum(bool(cell.strip()) for cell in row)
        title = usual >= 2 and filled <= 1 and len(row) != usual
        remark = row[0].startswith("#") and len(row) != usual
        directive = len(row) <= 2 and row[0].startswith("sep=")
        if not (title or remark or directive):
            return start
    return 0


def cell_kind(cell: str) -> str:
    """Return what a cell looks like: missing, number, date, truth or text."""
    cell = cell.strip()
    if cell in _MISSING:
        return "missing"
    if _DATE.match(cell):
        return "date"
    if _NUMBER.match(cell):
        return "number"
    return "truth" if cell.lower() in ("true", "false") else "text"


def has_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns.

    A cell of words above a column of numbers, dates or true/false speaks for a header; a number above numbers, or a
    text that comes again in its own column, speaks against.  Numbers in a row (years, 0 1 2 …) are names too.
    Without evidence there is a header, for that is what people write.

    Parameters
    ----------
    first : sequence of str
        The first row.
    body : sequence of sequence of str
        Rows below it.

    Examples
    --------
    >>> has_header(["name", "age"], [["Ann", "31"], ["Bo", "45"]])
    True
    >>> has_header(["Ann", "31"], [["Bo", "45"], ["Cy", "28"]])
    False
    """
    kinds = [cell_kind(cell) for cell in first]
    if not body:
        return all(kind in ("text", "missing", "truth") for kind in kinds)
    if len(set(first)) < len(first) and "number" in kinds:
        return False
    speaks_for = speaks_against = 0
    for k, kind in enumerate(kinds):
        below = [row[k].strip() for row in body if k < len(row)]
        vote = _vote(first[k], kind, below)
        speaks_for += vote > 0
        speaks_against += vote < 0
    if speaks_for > speaks_against or (speaks_for and _in_a_row(first, kinds)):
        return True
    return speaks_against == 0 or (_in_a_row(first, kinds) and "text" in kinds + ["text"] * (first[0] == ""))


def _vote(cell: str, kind: str, below: Sequence[str]) -> int:
    filled = Counter(found for found in map(cell_kind, below) if found != "missing")
    if kind == "missing" or not filled:
        return 0
    column, many = filled.most_common(1)[0]
    if column == "text" or many < 0.9 * filled.total():
        return -1 if kind == "text" and cell in below else 0
    return 1 if kind == "text" else -1


def _in_a_row(first: Sequence[str], kinds: Sequence[str]) -> bool:
    numbers = [cell for cell, kind in zip(first, kinds, strict=True) if kind == "number"]
    if len(numbers) < 3 or not all(cell.isdigit() for cell in numbers):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(numbers)}
    return steps == {1}
