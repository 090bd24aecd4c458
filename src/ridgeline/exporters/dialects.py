"""What databases write differently: quotes, casts that do not fail, points in time. A dialect is one line here."""

# ruff: noqa: E501 (a template of SQL is one line)
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ridgeline.errors import OptionError
from ridgeline.tables.sql import literal

__all__ = ["DIALECTS", "Dialect", "dialect"]

# No braces in these: the templates below are formatted.
_OFFSET = ":[0-9.]+ *(Z|UTC|GMT|[+-][0-9][0-9:]+) *$"
_CLOCK = "^[[:space:]]*([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?[[:space:]]*$"
_NUMBER = "^[[:space:]]*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?[[:space:]]*$"


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
        A date or timestamp as seconds since 1970, with their fraction. None of these three depends on the time zone of
        the session.
    month, day : str
        Month 1 to 12, and day of the month.
    escape : str
        What protects the last quote within an identifier, where doubling does not.
    utc : str
        A timestamp with a time zone as the timestamp in UTC that `epoch`, `month` and `day` take; empty where that
        cannot be said.
    clock : str
        A time of day, or its text, as hours; a number stays one. Empty where that cannot be said.
    span : str
        A duration as days; empty where there is no such type.
    """

    quotes: str
    text: Callable[[str], str]
    number: str
    label: str
    epoch: str
    month: str
    day: str

    escape: str = ""
    utc: str = "{}"
    clock: str = ""
    span: str = ""

    def name(self, text: str) -> str:
        """Quote an identifier."""
        first, last = self.quotes
        if self.escape:
            return f"{first}{text.replace(self.escape, 2 * self.escape).replace(last, self.escape + last)}{last}"
        return f"{first}{text.replace(last, 2 * last)}{last}"


# DuckDB and PostgreSQL drop the offset of a text that becomes a timestamp, and put one with a time zone into that of the session.
_DUCK_TIME = (
    f"CASE WHEN REGEXP_MATCHES(CAST({{0}} AS VARCHAR), '{_OFFSET}')"
    " THEN TRY_CAST(CAST({0} AS VARCHAR) AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    " ELSE TRY_CAST(CAST({0} AS VARCHAR) AS TIMESTAMP) END"
)
_PG_TIME = (
    f"CASE WHEN CAST({{0}} AS TEXT) ~ '{_OFFSET}'"
    " THEN CAST(CAST({0} AS TEXT) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' ELSE CAST(CAST({0} AS TEXT) AS TIMESTAMP) END"
)
# SQLite would read the 2020 of 2020-01-01, and has no regular expressions: what may not stand in a number.
_LITE_PLAIN = " AND ".join(
    f"NOT TRIM({{0}}) GLOB '{shape}'"
    for shape in (
        "*[^0-9.eE+-]*",
        "*[0-9.][+-]*",
        "*[+-][eE+-]*",
        "*.*.*",
        "*[eE]*[eE.]*",
        "[eE]*",
        "*.[eE]*",
        "*[eE+-]",
    )
)
_LITE_NUMBER = (
    "CASE WHEN TYPEOF({0}) IN ('integer', 'real') THEN {0} + 0E0"
    f" WHEN {{0}} GLOB '*[0-9]*' AND {_LITE_PLAIN} THEN CAST({{0}} AS REAL) END"
)
_LITE_UTC = (  # +0100 as +01:00, which is all that SQLite reads
    "CASE WHEN TRIM({0}) GLOB '*:*[+-][0-9][0-9][0-9][0-9]'"
    " THEN SUBSTR(TRIM({0}), 1, LENGTH(TRIM({0})) - 2) || ':' || SUBSTR(TRIM({0}), -2)"
    " WHEN TRIM({0}) GLOB '*:*UTC' OR TRIM({0}) GLOB '*:*GMT' THEN SUBSTR(TRIM({0}), 1, LENGTH(TRIM({0})) - 3)"
    " ELSE {0} END"
)
_LITE_CLOCK = (
    "CASE WHEN (TRIM({0}) GLOB '[0-9]:[0-5][0-9]*' OR TRIM({0}) GLOB '[0-2][0-9]:[0-5][0-9]*')"
    " AND NOT TRIM({0}) GLOB '*[^0-9:.]*' AND CAST(TRIM({0}) AS REAL) < 25E0 THEN CAST(TRIM({0}) AS REAL)"
    " + CAST(SUBSTR(TRIM({0}), INSTR(TRIM({0}), ':') + 1, 2) AS REAL) / 6E1"
    " + CAST(SUBSTR(TRIM({0}), INSTR(TRIM({0}), ':') + 4) AS REAL) / 36E2"
    f" ELSE {_LITE_NUMBER} END"
)
_PG_NUMBER = f"CASE WHEN CAST({{0}} AS TEXT) ~ '{_NUMBER}' THEN CAST(CAST({{0}} AS TEXT) AS DOUBLE PRECISION) END"
_PG_SECONDS = "CAST(EXTRACT(EPOCH FROM CAST({} AS INTERVAL)) AS DOUBLE PRECISION)"
_MY_NUMBER = f"CASE WHEN CAST({{0}} AS CHAR) REGEXP '{_NUMBER}' THEN {{0}} + 0E0 END"
_MY_CLOCK = (
    f"CASE WHEN CAST({{0}} AS CHAR) REGEXP '{_CLOCK}' THEN SUBSTRING_INDEX(CAST({{0}} AS CHAR), ':', 1) + 0E0"
    " + SUBSTRING_INDEX(SUBSTRING_INDEX(CAST({0} AS CHAR), ':', 2), ':', -1) / 6E1"
    " + CASE WHEN CAST({0} AS CHAR) LIKE '%:%:%' THEN SUBSTRING_INDEX(CAST({0} AS CHAR), ':', -1) / 36E2 ELSE 0E0 END"
    f" ELSE {_MY_NUMBER} END"
)
_EXTRACTED = {part.lower(): f"EXTRACT({part} FROM CAST({{}} AS TIMESTAMP))" for part in ("MONTH", "DAY")}


DIALECTS: dict[str, Dialect] = {
    "duckdb": Dialect(
        '""', literal, "TRY_CAST({} AS DOUBLE)", "TRIM(CAST({} AS VARCHAR), CHR(32) || CHR(9) || CHR(10) || CHR(13))",
        f"EPOCH_US({_DUCK_TIME}) / 1E6", f"MONTH({_DUCK_TIME})", f"DAY({_DUCK_TIME})",
        clock=f"CASE WHEN REGEXP_MATCHES(CAST({{0}} AS VARCHAR), '{_CLOCK}')"
        " THEN EPOCH(TRY_CAST(TRIM(CAST({0} AS VARCHAR)) AS INTERVAL)) / 36E2 ELSE TRY_CAST(CAST({0} AS VARCHAR) AS DOUBLE) END",
        span="EPOCH(CAST({} AS INTERVAL)) / 864E2",
    ),
    "sqlite": Dialect(
        '""', literal, _LITE_NUMBER,
        "TRIM(CAST({} AS TEXT), CHAR(32, 9, 10, 13))",
        "CAST(STRFTIME('%s', {0}) AS REAL) + CAST(STRFTIME('%f', {0}) AS REAL) - CAST(STRFTIME('%S', {0}) AS REAL)",
        "CAST(STRFTIME('%m', {}) AS REAL)", "CAST(STRFTIME('%d', {}) AS REAL)", utc=_LITE_UTC, clock=_LITE_CLOCK,
    ),
    "postgres": Dialect(
        '""', literal, _PG_NUMBER,
        "BTRIM(CAST({} AS TEXT), CHR(32) || CHR(9) || CHR(10) || CHR(13))", f"CAST(EXTRACT(EPOCH FROM {_PG_TIME}) AS DOUBLE PRECISION)",
        f"EXTRACT(MONTH FROM {_PG_TIME})", f"EXTRACT(DAY FROM {_PG_TIME})",
        clock=f"CASE WHEN CAST({{0}} AS TEXT) ~ '{_CLOCK}' THEN {_PG_SECONDS.format('CAST({0} AS TEXT)')} / 36E2 ELSE {_PG_NUMBER} END",
        span=f"{_PG_SECONDS} / 864E2",
    ),
    "mysql": Dialect(
        "``", _backslashed, _MY_NUMBER,
        "REGEXP_REPLACE(CONVERT({} USING utf8mb4), '^[[:space:]]+|[[:space:]]+$', '') COLLATE utf8mb4_bin",
        "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', CAST({} AS DATETIME(6))) / 1E6", "MONTH({})", "DAY({})", utc="", clock=_MY_CLOCK,
    ),
    "bigquery": Dialect(
        "``", _backslashed, "SAFE_CAST({} AS FLOAT64)", "TRIM(CAST({} AS STRING), ' \\t\\n\\r')",
        "UNIX_MICROS(CAST({} AS TIMESTAMP)) / 1E6", **_EXTRACTED, escape="\\",
    ),
    "snowflake": Dialect(
        '""', lambda text: _backslashed(text).replace("\\'", "''"),
        "COALESCE(AS_DOUBLE(TO_VARIANT({0})), TRY_TO_DOUBLE(AS_VARCHAR(TO_VARIANT({0}))))", "TRIM(TO_VARCHAR({}), ' \\t\\n\\r')",
        "DATE_PART(EPOCH_MICROSECOND, CAST({} AS TIMESTAMP_NTZ)) / 1E6", "MONTH(CAST({} AS TIMESTAMP_NTZ))",
        "DAY(CAST({} AS TIMESTAMP_NTZ))", utc="CONVERT_TIMEZONE('UTC', CAST({} AS TIMESTAMP_TZ))",
    ),
    "tsql": Dialect(
        "[]", lambda text: "N" + literal(text), "TRY_CAST({} AS FLOAT)",
        "TRIM(CHAR(32) + CHAR(9) + CHAR(10) + CHAR(13) FROM CAST({} AS NVARCHAR(MAX))) COLLATE Latin1_General_100_BIN2",
        "DATEDIFF_BIG(MICROSECOND, '1970-01-01', CAST({} AS DATETIME2)) / 1E6", "MONTH({})", "DAY({})",
        utc="SWITCHOFFSET(CAST({} AS DATETIMEOFFSET), '+00:00')",
    ),
    "spark": Dialect(
        "``", _backslashed, "TRY_CAST({} AS DOUBLE)", "TRIM(BOTH ' \\t\\n\\r' FROM CAST({} AS STRING))",
        "UNIX_MICROS(FROM_UTC_TIMESTAMP(CAST({} AS TIMESTAMP), CURRENT_TIMEZONE())) / 1E6", **_EXTRACTED,
        utc="TO_UTC_TIMESTAMP(CAST({} AS TIMESTAMP), CURRENT_TIMEZONE())",
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
