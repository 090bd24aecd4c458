"""How other programs read the same file as columns of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ridgeline.errors import OptionError
from ridgeline.tables import delimited, files

__all__ = ["Layout", "layout_of"]


@dataclass(frozen=True)
class Layout:
    """A file on disk.

    Attributes
    ----------
    path : str
    kind : {"text", "parquet"}
    names : tuple of str
        Column names, as ridgeline calls them.
    delimiter, quote, encoding : str
        For text.
    skip : int
        Lines before the first row, header included; or where `broken`, before the header.
    broken : bool
        Whether a name in the header has a line break, which programs count in their own ways.
    """

    path: str
    kind: str
    names: tuple[str, ...]
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    skip: int = 0
    broken: bool = False


def layout_of(path: Path, names: Sequence[str], known: Mapping[str, str]) -> Layout:
    """Find the layout of a file.

    Parameters
    ----------
    path : Path
    names : sequence of str
        The columns as ridgeline calls them.
    known : mapping
        Readings of the training table, whose keys help to recognise a header.

    Raises
    ------
    OptionError
        The file is neither text nor Parquet.
    """
    kind = files.kind_of(path)
    if kind == "parquet":
        return Layout(str(path), "parquet", tuple(names))
    if kind not in ("text", "gz", "bz2", "xz"):
        raise OptionError(
            f"{path.name} is neither CSV nor Parquet: convert it, for other programs to read it the same way."
        )
    with files.plain_text(path, kind) as (plain, encoding):
        dialect = delimited.sniff_file(plain, known=tuple(known))
    if dialect.width != len(names) or dialect.escape not in ("", dialect.quote):
        raise OptionError(f"{path.name} is laid out in a way that other programs do not read: save it as plain CSV.")
    skip = dialect.preamble if dialect.broken else dialect.skip
    return Layout(str(path), "text", tuple(names), dialect.delimiter, dialect.quote, encoding, skip, dialect.broken)
