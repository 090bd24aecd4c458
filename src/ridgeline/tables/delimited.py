"""CSV and its relatives: every cell as text, read by DuckDB, with errors that name the line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from ridgeline.errors import DataError
from ridgeline.output import temporary_folder
from ridgeline.tables.arrow import table_of
from ridgeline.tables.database import connect
from ridgeline.tables.dialect import Dialect, blanks_to_tabs, sniff
from ridgeline.tables.files import plain_text
from ridgeline.tables.sql import literal
from ridgeline.tables.table import Table

__all__ = ["read_delimited", "sniff_file"]

_SAMPLE = 1 << 18
_LONGEST = 1 << 26
_REWRITTEN = "rewritten.txt"


@dataclass(frozen=True)
class _Text:
    """A text file on its way to a table: what people call it, where it lies, how it is laid out, what was assumed.

    `before` counts the lines that a rewritten file lacks at its start.
    """

    name: str
    path: Path
    dialect: Dialect
    pad: bool = False
    long: bool = False
    before: int = 0
    notes: tuple[str, ...] = ()

    def noting(self, sentence: str, **changes: object) -> _Text:
        return replace(self, notes=(*self.notes, sentence), **changes)


def read_delimited(
    path: Path,
    kind: str,
    *,
    name: str,
    header: bool | None = None,
    like: Mapping[str, str] | None = None,
    known: Sequence[str] = (),
) -> Table:
    """Read a delimited text file.

    Parameters
    ----------
    path : pathlib.Path
        The file, perhaps compressed.
    kind : str
        ``"text"``, ``"gz"``, ``"bz2"`` or ``"xz"``.
    name : str
        What to call it.
    header : bool, optional
        Whether the first row names the columns; guessed when not given.
    like : mapping of str to str, optional
        Readings of an earlier table.
    known : sequence of str
        Names of columns; a first row with one of them is a header.
    """
    with ExitStack() as stack:
        plain, encoding = stack.enter_context(plain_text(path, kind))
        text = _laid_out(_Text(name, plain, sniff_file(plain, header=header, known=tuple(known))), stack)
        if encoding not in ("utf-8", "utf-8-sig"):
            text = text.noting(f"{name} is not UTF-8: read as {encoding.upper()}.")
        text, data = _read(text, stack)
    if not data.num_rows:
        raise DataError(f"{name} has a header but no rows below it.")
    return table_of(name, data, notes=text.notes, like=like, semicolons=text.dialect.delimiter == ";")


def sniff_file(path: Path, *, header: bool | None = None, known: tuple[str, ...] = ()) -> Dialect:
    """Judge the layout of a file of plain UTF-8 text; see `ridgeline.tables.dialect.sniff`."""
    return sniff(_sample(path), header=header, known=known)


def _sample(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE)
        whole = not stream.read(1)
    end = len(head) if whole else max(head.rfind(b"\n"), head.rfind(b"\r")) + 1
    return (head[:end] if end else head).decode("utf-8", errors="ignore")


def _laid_out(text: _Text, stack: ExitStack) -> _Text:
    """Settle what the layout leaves open: runs of blanks, lines before the table, names for all fields."""
    dialect = text.dialect
    if dialect.width == 0:
        raise DataError(f"{text.name} is empty: it needs a header line and rows.")
    if dialect.width == 1 or dialect.delimiter == " ":
        _refuse_sparse(text)
    if dialect.delimiter == " ":
        copy = _rewritten(text, blanks_to_tabs(text.path.read_text("utf-8")).encode(), stack)
        text = text.noting(f"{text.name}: blanks separate the columns.", path=copy)
        text = replace(text, dialect=replace(dialect, delimiter="\t"))
    if dialect.broken:
        # line breaks within the header mislead DuckDB about where it ends, and about the line ends of the file
        copy = _rewritten(text, _after_lines(text.path.read_bytes(), dialect.skip), stack)
        text = replace(text, path=copy, dialect=replace(text.dialect, skip=0), before=dialect.skip)
    if dialect.preamble:
        text = text.noting(
            f"{text.name}: {dialect.preamble} {'line' if dialect.preamble == 1 else 'lines'} before the table skipped."
        )
    return _named(text)


def _after_lines(content: bytes, lines: int) -> bytes:
    """Return what follows the first physical lines, with one kind of line end."""
    ends = (found.end() for found in re.finditer(rb"\r\n|\n|\r", content))
    rest = content[next(itertools.islice(ends, lines - 1, None), len(content)) :]
    return _one_line_end(rest)


def _one_line_end(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _rewritten(text: _Text, content: bytes, stack: ExitStack) -> Path:
    """Write another version of the text to a temporary file that lives as long as `stack`."""
    try:
        copy = stack.enter_context(temporary_folder()) / _REWRITTEN
        copy.write_bytes(content)
    except OSError as error:
        raise DataError(f"{text.name} cannot be unpacked into the temporary folder: {error.strerror}.") from None
    return copy


def _refuse_sparse(text: _Text) -> None:
    with text.path.open("rb") as stream:
        line = stream.readline(10_000)
    if re.match(rb"[-+]?[\d.]+(\s+\d+:[-+\d.eE]+){2,}", line):
        raise DataError(
            f"{text.name} is in the sparse LIBSVM format, not a table: load it with scikit-learn's load_svmlight_file"
            " and pass the matrix in Python."
        )


def _named(text: _Text) -> _Text:
    dialect = text.dialect
    if dialect.names is None:
        names = tuple(f"column_{k}" for k in range(1, dialect.width + 1))
        text = text.noting(
            f"{text.name} has no header: the columns are called column_1 to column_{dialect.width}"
            " (if the first row holds names, name one of them exactly)."
        )
        return replace(text, dialect=replace(dialect, names=names))
    surplus = dialect.width - len(dialect.names)
    if surplus > 0 and dialect.padded:  # every line ends in delimiters that the header lacks
        return replace(text, dialect=replace(dialect, names=(*dialect.names, *[""] * surplus)))
    if surplus == 1:
        text = text.noting(
            f"{text.name}: the rows have one field more than the header; the first is called 'rownames'."
        )
        return replace(text, dialect=replace(dialect, names=("rownames", *dialect.names)))
    if surplus > 1:
        raise DataError(
            f"{text.name}: the header names {len(dialect.names)} columns but the rows below have {dialect.width}"
            " fields; name every column in its first line, or leave that line out."
        )
    return text


def _read(text: _Text, stack: ExitStack) -> tuple[_Text, pa.Table]:
    """Read strictly; on trouble try what a careful person would and say so, or name the line."""
    while True:
        try:
            return text, _query(text)
        except duckdb.Error as error:
            trouble = _Trouble.of(error)
        mended = _mended(text, trouble, stack)
        if mended is None:
            raise trouble.explain(text) from None
        text = mended


def _mended(text: _Text, trouble: _Trouble, stack: ExitStack) -> _Text | None:
    """Return a more lenient way to read the same file, or None when there is none that cannot mislead."""
    if trouble.short and not text.pad:
        return text.noting(
            f"{text.name}: some rows have fewer fields than the header"
            f" (the first is line {trouble.line + text.before}): the cells that lack at their end count as missing.",
            pad=True,
        )
    if trouble.long and not text.long:
        return replace(text, long=True)
    if trouble.quotes and text.dialect.delimiter == "\t" and text.dialect.quote:
        literal_quotes = replace(text.dialect, quote="", escape="")
        return text.noting(
            f"{text.name}: quotes do not enclose cells here and are taken literally.", dialect=literal_quotes
        )
    if not trouble.line and text.path.name != _REWRITTEN:  # both kinds of line ends in one file
        return replace(text, path=_rewritten(text, _one_line_end(text.path.read_bytes()), stack))
    return None


@dataclass(frozen=True)
class _Trouble:
    """What DuckDB says is wrong with a file."""

    line: int
    expected: int
    found: int
    message: str

    @classmethod
    def of(cls, error: duckdb.Error) -> _Trouble:
        text = str(error)
        line = re.search(r"Line: (\d+)", text)
        counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
        expected, found = (int(counts[1]), int(counts[2])) if counts else (0, 0)
        return cls(int(line[1]) if line else 0, expected, found, text)

    @property
    def short(self) -> bool:
        return 0 < self.found < self.expected

    @property
    def long(self) -> bool:
        return "maximum line size" in self.message.lower()

    @property
    def quotes(self) -> bool:
        return "Value with unterminated quote found" in self.message

    def explain(self, text: _Text) -> DataError:
        where = f"{text.name}, line {self.line + text.before}"
        if self.found > self.expected:
            return DataError(
                f"{where}: at least {self.found} fields where {self.expected} are expected; enclose the cell that "
                f"contains {text.dialect.delimiter!r} in double quotes, or remove the surplus."
            )
        if self.long:
            return DataError(f"{where}: the line is too long for a table; is a quote never closed?")
        if self.quotes:
            return DataError(
                f"{where}: a cell that starts with a quote does not end with one;"
                " close it, or double a quote inside a cell."
            )
        first = self.message.splitlines()[0].removeprefix("Invalid Input Error: ")
        return DataError(f"{text.name} cannot be read as a table: {first}.")


def _query(text: _Text) -> pa.Table:
    dialect = text.dialect
    assert dialect.names is not None
    columns = ", ".join(f"'c{k}': 'VARCHAR'" for k in range(len(dialect.names)))
    pad = ", null_padding=true, parallel=false" if text.pad else ""
    long = f", max_line_size={_LONGEST}" if text.long else ""
    sql = (
        f"FROM read_csv({literal(str(text.path))}, auto_detect=false, header=false, skip={dialect.skip},"
        f" delim={literal(dialect.delimiter)}, quote={literal(dialect.quote)}, escape={literal(dialect.escape)},"
        f" columns={{{columns}}}{pad}{long})"
    )
    with connect() as connection:
        return connection.sql(sql).to_arrow_table().rename_columns(list(dialect.names))
