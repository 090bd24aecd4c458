"""What databases write differently: quotes, casts that do not fail, points in time. A dialect is one line here."""

# ruff: noqa: E501 (a template of SQL is one line)
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ridgeline.errors import OptionError

__all__ = ["DIALECTS", "Dialect", "dialect"]

_NUMBER = "^[[:space:]]*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?[[:space:]]*$"


def _doubled(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _backslashed(text: str) -> str:
    for character, escape in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(character, escape)
    return f"'{text}'"


@dataclass(frozen=True)
class Dialect:
    """How one database writes things. `{}` stands for an expression.

    Attributes
    ----------
    quotes : str
        The first and the last character around an identifier; the last is doubled within.
    text : callable
        A Python string as a literal.
    number : str
        A column of numbers or of text as a double, NULL where it is neither.
    label : str
        A column as trimmed text that is compared character by character.
    epoch : str
        A date or timestamp as seconds since 1970, with their fraction.
    month, day : str
        Month 1 to 12, and day of the month.
    escape : str
        What protects the last quote within an identifier, where doubling does not.
    """

    quotes: str
    text: Callable[[str], str]
    number: str
    label: str
    epoch: str
    month: str
    day: str

    escape: str = ""

    def name(self, text: str) -> str:
        """Quote an identifier."""
        first, last = self.quotes
        if self.escape:
            return f"{first}{text.replace(self.escape, 2 * self.escape).replace(last, self.escape + last)}{last}"
        return f"{first}{text.replace(last, 2 * last)}{last}"


_EXTRACTED = {part.lower(): f"EXTRACT({part} FROM CAST({{}} AS TIMESTAMP))" for part in ("MONTH", "DAY")}


DIALECTS: dict[str, Dialect] = {
    "duckdb": Dialect(
        '""', _doubled, "TRY_CAST({} AS DOUBLE)", "TRIM(CAST({} AS VARCHAR), CHR(32) || CHR(9) || CHR(10) || CHR(13))",
        "EPOCH_US(TRY_CAST({} AS TIMESTAMP)) / 1E6", "MONTH(TRY_CAST({} AS TIMESTAMP))", "DAY(TRY_CAST({} AS TIMESTAMP))",
    ),
    "sqlite": Dialect(
        '""', _doubled,
        "CASE WHEN TYPEOF({0}) IN ('integer', 'real') THEN {0} + 0E0"
        " WHEN {0} GLOB '*[0-9]*' AND NOT TRIM({0}) GLOB '*[^0-9.eE+-]*' THEN CAST({0} AS REAL) END",
        "TRIM(CAST({} AS TEXT), CHAR(32, 9, 10, 13))",
        "CAST(STRFTIME('%s', {0}) AS REAL) + CAST(STRFTIME('%f', {0}) AS REAL) - CAST(STRFTIME('%S', {0}) AS REAL)",
        "CAST(STRFTIME('%m', {}) AS REAL)", "CAST(STRFTIME('%d', {}) AS REAL)",
    ),
    "postgres": Dialect(
        '""', _doubled,
        f"CASE WHEN CAST({{0}} AS TEXT) ~ '{_NUMBER}' THEN CAST(CAST({{0}} AS TEXT) AS DOUBLE PRECISION) END",
        "BTRIM(CAST({} AS TEXT), CHR(32) || CHR(9) || CHR(10) || CHR(13))", "CAST(EXTRACT(EPOCH FROM CAST({} AS TIMESTAMP)) AS DOUBLE PRECISION)",
        **_EXTRACTED,
    ),
    "mysql": Dialect(
        "``", _backslashed, f"CASE WHEN CAST({{0}} AS CHAR) REGEXP '{_NUMBER}' THEN {{0}} + 0E0 END",
        "REGEXP_REPLACE(CONVERT({} USING utf8mb4), '^[[:space:]]+|[[:space:]]+$', '') COLLATE utf8mb4_bin",
        "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', CAST({} AS DATETIME(6))) / 1E6", "MONTH({})", "DAY({})",
    ),
    "bigquery": Dialect(
        "``", _backslashed, "SAFE_CAST({} AS FLOAT64)", "TRIM(CAST({} AS STRING), ' \\t\\n\\r')",
        "UNIX_MICROS(CAST({} AS TIMESTAMP)) / 1E6", **_EXTRACTED, escape="\\",
    ),
    "snowflake": Dialect(
        '""', lambda text: _backslashed(text).replace("\\'", "''"),
        "COALESCE(AS_DOUBLE(TO_VARIANT({0})), TRY_TO_DOUBLE(AS_VARCHAR(TO_VARIANT({0}))))", "TRIM(TO_VARCHAR({}), ' \\t\\n\\r')",
        "DATE_PART(EPOCH_MICROSECOND, CAST({} AS TIMESTAMP_NTZ)) / 1E6", "MONTH(CAST({} AS TIMESTAMP_NTZ))",
        "DAY(CAST({} AS TIMESTAMP_NTZ))",
    ),
    "tsql": Dialect(
        "[]", lambda text: "N" + _doubled(text), "TRY_CAST({} AS FLOAT)",
        "TRIM(CHAR(32) + CHAR(9) + CHAR(10) + CHAR(13) FROM CAST({} AS NVARCHAR(MAX))) COLLATE Latin1_General_100_BIN2",
        "DATEDIFF_BIG(MICROSECOND, '1970-01-01', CAST({} AS DATETIME2)) / 1E6", "MONTH({})", "DAY({})",
    ),
    "spark": Dialect(
        "``", _backslashed, "TRY_CAST({} AS DOUBLE)", "TRIM(BOTH ' \\t\\n\\r' FROM CAST({} AS STRING))",
        "UNIX_MICROS(CAST({} AS TIMESTAMP)) / 1E6", **_EXTRACTED,
    ),
}  # fmt: skip


def dialect(name: str) -> Dialect:
    """Look a dialect up by name.

    Raises
    ------
    OptionError
        There is none of that name.
    """
    if not isinstance(name, str) or name not in DIALECTS:
        raise OptionError(f"There is no SQL dialect {name!r}; choose one of {', '.join(DIALECTS)}.")
    return DIALECTS[name]
