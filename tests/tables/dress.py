"""One table in many dresses."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Dress:
    """How to write a table as text."""

    delimiter: str = ","
    decimal: str = "."
    group: str = ""
    encoding: str = "utf-8"
    quote_all: bool = False
    line_end: str = "\n"
    missing: str = ""
    packed: str = ""

    def cell(self, value: object) -> str:
        if value is None:
            return self.missing
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, int):
            return f"{value:,}".replace(",", self.group)
        if isinstance(value, float):
            whole, point, rest = repr(value).partition(".")
            if "e" in rest or "e" in whole:
                return repr(value).replace(".", self.decimal)
            sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
            return sign + f"{int(digits):,}".replace(",", self.group) + (self.decimal + rest if point else "")
        return str(value)

    def field(self, value: object) -> str:
        text = self.cell(value)
        special = any(sign in text for sign in (self.delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if special or (self.quote_all and value is not None) else text

    def text(self, columns: dict[str, list[object]]) -> str:
        lines = [list(columns), *zip(*columns.values(), strict=True)]
        return "".join(self.delimiter.join(self.field(cell) for cell in line) + self.line_end for line in lines)

    def write(self, path: Path, columns: dict[str, list[object]]) -> Path:
        data = self.text(columns).encode(self.encoding)
        pack: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
        path.write_bytes(pack[self.packed](data) if self.packed else data)
        return path
