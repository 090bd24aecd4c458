"""What a file is, judged by its bytes, and text files as plain UTF-8 on disk.

Compressed files and files in another encoding are rewritten to a temporary file, so that one reader serves them all.
"""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from ridgeline.errors import DataError
from ridgeline.output import temporary_folder

__all__ = ["check_readable", "first_bytes", "kind_of", "plain_text"]

_CHUNK = 1 << 22
_SNIFF = 1 << 16

_MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"PAR1", 0, "parquet"),
    (b"ARROW1", 0, "arrow"),
    (b"SQLite format 3\0", 0, "sqlite"),
    (b"DUCK", 8, "duckdb"),
    (b"PK\x03\x04", 0, "zip"),
    (b"\x1f\x8b", 0, "gz"),
    (b"BZh", 0, "bz2"),
    (b"\xfd7zXZ\0", 0, "xz"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "an old Excel or Word file; save it as .xlsx or CSV"),
    (b"\x89PNG", 0, "a PNG picture"),
    (b"\xff\xd8\xff", 0, "a JPEG picture"),
    (b"GIF8", 0, "a GIF picture"),
    (b"%PDF", 0, "a PDF document"),
    (b"\x93NUMPY", 0, "a NumPy array; load it in Python and pass the array"),
    (b"\x89HDF", 0, "an HDF5 file; load it in Python and pass a DataFrame"),
    (b"\x28\xb5\x2f\xfd", 0, "a Zstandard archive; decompress it first"),
    (b"\x7fELF", 0, "a program"),
    (b"\x80\x04\x95", 0, "a pickle, which can run code; save the table as Parquet or CSV"),
    (b"\x80\x05\x95", 0, "a pickle, which can run code; save the table as Parquet or CSV"),
    (b"RDX", 0, "R data; save it as CSV"),
)

_JSON = (".json", ".jsonl", ".ndjson")
_JSON_HEAD = re.compile(rb'\s*(\[\s*)?\{\s*"')

READABLE = frozenset({"parquet", "arrow", "sqlite", "duckdb", "zip", "gz", "bz2", "xz", "json", "text"})


def check_readable(path: Path) -> None:
    """Raise `DataError` when `path` is not a non-empty file we may read; a missing one suggests its neighbours.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    """
    try:
        kind = "folder" if path.is_dir() else "pipe" if path.is_fifo() else "file" if path.exists() else "nothing"
        empty = kind == "file" and not first_bytes(path, 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{_shown(path)} cannot be read: {reason}.") from None
    if kind == "folder":
        raise DataError(f"{_shown(path)} is a folder: give a file in it (CSV, Parquet, JSON lines, Excel, a database).")
    if kind == "pipe":
        raise DataError(f"{_shown(path)} is a pipe, and tables are read more than once: write it to a file first.")
    if kind == "nothing":
        raise DataError(f"There is no file {_shown(path)}{_near(path)}")
    if empty:
        raise DataError(f"{_shown(path)} is empty: it needs a header line and rows.")


def first_bytes(path: Path, many: int) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as stream:
        return stream.read(many)


def _shown(path: Path) -> str:
    text = str(path)
    return text if len(text) < 200 else f"…{text[-100:]}"


def _near(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError:
        names = []
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return f"; did you mean {path.parent / near[0]}?" if near else "."


def kind_of(path: Path) -> str:
    """Return what a file is: one of parquet, arrow, sqlite, duckdb, zip, gz, bz2, xz, json, text.

    Raises
    ------
    DataError
        When it is none of these; the message says what it looks like.
    """
    head = first_bytes(path, _SNIFF)
    for magic, offset, kind in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            if kind in READABLE:
                return kind
            raise DataError(f"{path} is not a table we can read: it looks like {kind}.")
    if encoding_of(head) is None:
        raise DataError(f"{path} is not a table: it holds binary data, not text, and no format we know.")
    return "json" if path.suffix.lower() in _JSON or _JSON_HEAD.match(head) else "text"


def encoding_of(head: bytes) -> str | None:
    """Guess the encoding from the first bytes, or return None for binary data."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return _wide(head)
    control = sum(head.count(byte) for byte in range(32) if byte not in (7, 8, 9, 10, 11, 12, 13, 26, 27))
    return "utf-8" if control <= 0.01 * len(head) else None


def _wide(head: bytes) -> str | None:
    """Recognise UTF-16 without a byte order mark: text has its zeros on one side only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


@contextmanager
def plain_text(path: Path, kind: str) -> Iterator[tuple[Path, str]]:
    """Give a path to the same text as UTF-8 without byte order mark, and the encoding it came in.

    Parameters
    ----------
    path : pathlib.Path
        A text file, perhaps compressed.
    kind : str
        ``"text"``, ``"json"``, ``"gz"``, ``"bz2"`` or ``"xz"``.

    Yields
    ------
    plain : pathlib.Path
        `path` itself, or a temporary copy that is deleted afterwards.
    encoding : str
        ``"utf-8"``, ``"utf-16"``, ``"cp1252"`` ….
    """
    try:
        encoding = _true_encoding(path, kind)
    except (OSError, EOFError) as error:
        raise DataError(f"{path} cannot be read: the archive is damaged ({error}).") from None
    if encoding == "utf-8" and kind in ("text", "json") and path.is_file() and not set(str(path)) & set("*?[]"):
        yield path, encoding
        return
    with temporary_folder() as folder:
        copy = folder / "table.txt"
        try:
            _rewrite(path, kind, encoding, copy)
        except UnicodeError:
            raise DataError(f"{path} is not valid {encoding.upper()} text: save it as UTF-8.") from None
        except (OSError, EOFError) as error:
            raise DataError(f"{path} cannot be unpacked into the temporary folder: {error}.") from None
        yield copy, encoding


def _open(path: Path, kind: str) -> IO[bytes]:
    if kind == "gz":
        import gzip

        return cast("IO[bytes]", gzip.open(path, "rb"))
    if kind == "bz2":
        import bz2

        return bz2.open(path, "rb")
    if kind == "xz":
        import lzma

        return lzma.open(path, "rb")
    return path.open("rb")


def _true_encoding(path: Path, kind: str) -> str:
    """Read the whole file once: what is not valid UTF-8 throughout is Windows-1252."""
    with _open(path, kind) as stream:
        head = stream.read(_SNIFF)
        if not head:
            raise DataError(f"{path} is empty: it needs a header line and rows.")
        guess = encoding_of(head)
        if guess is None:
            raise DataError(f"{path} is not a table: it holds binary data, not text.")
        if guess != "utf-8":
            return guess
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(head)
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _rewrite(path: Path, kind: str, encoding: str, copy: Path) -> None:
    # The five bytes that Windows-1252 leaves undefined become what Latin-1 says, so every byte has a meaning.
    decoder = codecs.getincrementaldecoder(encoding)("strict" if encoding.startswith("utf") else "ridgeline.latin1")
    with _open(path, kind) as stream, copy.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            out.write(decoder.decode(chunk).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))


def _latin1(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return error.object[error.start : error.end].decode("latin-1"), error.end
    raise error


codecs.register_error("ridgeline.latin1", _latin1)
