"""Excel workbooks, through openpyxl (the `excel` extra).

Cells are turned into the text a CSV file would hold and then read by the same rules; numbers are written with all
digits, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path

import pyarrow as pa

from ridgeline.errors import DataError
from ridgeline.tables.arrow import table_of
from ridgeline.tables.dialect import has_header, preamble
from ridgeline.tables.table import Table

__all__ = ["read_excel"]


def read_excel(
    path: Path,
    *,
    sheet: str | int | None,
    header: bool | None,
    name: str,
    like: Mapping[str, str] | None = None,
    known: Sequence[str] = (),
) -> Table:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : pathlib.Path
        An .xlsx file.
    sheet : str, int or None
        Name or position (from 1); the first sheet with cells when None.
    header : bool or None
        Whether the first row names the columns; guessed when None.
    name : str
        What to call the file.
    like : mapping of str to str, optional
        Readings of an earlier table.
    known : sequence of str
        Names of columns; a first row with one of them is a header.
    """
    sheets = _sheets(path, name)
    chosen = _choose(sheets, sheet, name)
    rows = sheets[chosen]
    if not rows:
        raise DataError(f"{name}, sheet {chosen!r}: there are no cells.")
    notes = [f"{name}: read sheet {chosen!r} of {len(sheets)}."] if len(sheets) > 1 else []
    if before := preamble(rows):
        notes.append(f"{name}: {before} {'row' if before == 1 else 'rows'} before the table skipped.")
    width = max(map(len, rows[before:]))
    rows = [[*row, *[""] * (width - len(row))] for row in rows[before:]]
    names, body = _split(rows, header, tuple(known), name, notes)
    if not body:
        raise DataError(f"{name}, sheet {chosen!r} has a header but no rows below it.")
    columns = [pa.array(list(cells), pa.string()) for cells in zip(*body, strict=True)]
    return table_of(name, pa.Table.from_arrays(columns, names=names), notes=tuple(notes), like=like)


def _split(
    rows: list[list[str]], header: bool | None, known: tuple[str, ...], name: str, notes: list[str]
) -> tuple[list[str], list[list[str]]]:
    first, body = rows[0], rows[1:]
    named = header if header is not None else bool(set(first) & set(known)) or has_header(first, body[:200])
    if named:
        return first, body
    notes.append(f"{name} has no header: the columns are called column_1 to column_{len(first)}.")
    return [""] * len(first), rows


def _sheets(path: Path, name: str) -> dict[str, list[list[str]]]:
    try:
        import openpyxl
    except ImportError:
        raise DataError(
            f"{name} is an Excel file, and reading it needs openpyxl: pip install 'ridgeline[excel]',"
            " or save it as CSV."
        ) from None
    try:
        with path.open("rb") as stream:  # by its content: openpyxl would refuse another suffix
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            return {sheet.title: _rows(sheet) for sheet in book.worksheets}
    except Exception as error:  # a damaged workbook fails in openpyxl, zipfile or the XML parser, each in its own way
        reason = type(error).__name__
        raise DataError(
            f"{name} is not an Excel workbook we can read ({reason}): unpack it, or save it as .xlsx or CSV."
        ) from None


def _rows(sheet: object) -> list[list[str]]:
    texts = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]  # type: ignore[attr-defined]
    ends = [max((k + 1 for k, cell in enumerate(row) if cell), default=0) for row in texts]
    return [row[:end] for row, end in zip(texts, ends, strict=True) if end]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell).strip()


def _choose(sheets: Mapping[str, list[list[str]]], wanted: str | int | None, name: str) -> str:
    names = list(sheets)
    if wanted is None:
        return next((title for title, rows in sheets.items() if rows), names[0])
    if isinstance(wanted, str) and wanted in sheets:
        return wanted
    position = int(wanted) if str(wanted).isdigit() else 0
    if 1 <= position <= len(names):
        return names[position - 1]
    raise DataError(f"{name} has no sheet {wanted!r}: its sheets are {', '.join(map(repr, names))}.")
