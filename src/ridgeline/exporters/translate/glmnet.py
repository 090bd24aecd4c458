"""R with glmnet."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ridgeline.errors import OptionError
from ridgeline.exporters.translate.layout import Layout
from ridgeline.exporters.translate.prelude import places_of_levels
from ridgeline.exporters.translate.recipe import Recipe
from ridgeline.tables.columns import DateColumn, LevelColumn
from ridgeline.tables.dates import pattern, plain_reading
from ridgeline.tables.missing import ALWAYS, SOMETIMES
from ridgeline.tables.numbers import CURRENCY_AFTER, CURRENCY_BEFORE, PERCENT, STYLES

__all__ = ["render", "text"]

_HEAD = r"""# The same fit by R's glmnet; written by ridgeline.
#
# It reads the table, prepares the training rows as ridgeline does, fits, and leaves coef (feature -> value, per
# original unit) and intercept. glmnet scales a gaussian target to unit variance, so that its L2 part acts as
# lambda / sd(y), and it rescales penalty factors to a mean of 1: both are undone here.
suppressMessages(library(glmnet))

DATA <- if (length(commandArgs(trailingOnly = TRUE))) commandArgs(trailingOnly = TRUE)[1] else {path}
LAMBDA <- {lam}
L1_RATIO <- {l1_ratio}
ROWS <- {rows}
COLUMNS <- {columns}
MISSING <- {missing}
MISSING_AMONG_NUMBERS <- {missing_numbers}

# how numbers and dates are written: the decimal sign and the thousands separator -> a regular expression
STYLES <- {styles}
PERCENT <- {percent}
CURRENCY_BEFORE <- {before}
CURRENCY_AFTER <- {after}
DATE <- {date}

# the rows that the model was fitted to, one bit each
MASK <- paste0(
{mask}
)
BYTES <- strtoi(substring(MASK, seq(1, nchar(MASK), 2), seq(2, nchar(MASK), 2)), 16L)
TRAIN <- as.logical(matrix(as.integer(intToBits(BYTES)), nrow = 32)[1:8, ])[seq_len(ROWS)]

plain <- function(cells, missing) {{
  cells <- trimws(cells, whitespace = "[\\h\\v]")
  cells[cells %in% missing] <- NA
  cells
}}

# percent or currency signs come off when more than half of the different cells carry one
bare <- function(cells) {{
  seen <- unique(cells[!is.na(cells)])
  often <- function(pattern) length(seen) > 0 && mean(grepl(pattern, seen, perl = TRUE)) > 0.5
  if (often(PERCENT)) return(sub(PERCENT, "", cells, perl = TRUE))
  if (!often(paste0(CURRENCY_BEFORE, "|", CURRENCY_AFTER))) return(cells)
  sub(CURRENCY_AFTER, "", sub(CURRENCY_BEFORE, "\\1", cells, perl = TRUE), perl = TRUE)
}}

number <- function(cells, style) {{
  cells <- plain(cells, MISSING_AMONG_NUMBERS)
  if (style == "truth") return(c(1, 0)[match(tolower(cells), c("true", "false"))])
  cells <- gsub("[\u00a0\u2007\u2009\u202f]", " ", cells, perl = TRUE)
  cells <- gsub("\u2019", "'", gsub("\u2212", "-", cells, fixed = TRUE), fixed = TRUE)
  cells <- bare(sub("^\\(([^()-]*[0-9][^()]*)\\)$", "-\\1", cells, perl = TRUE))
  cells[!grepl(STYLES[[style]], cells, perl = TRUE)] <- NA
  if (nchar(style) > 1) cells <- gsub(substring(style, 2), "", cells, fixed = TRUE)
  values <- as.numeric(sub(substring(style, 1, 1), ".", cells, fixed = TRUE))
  values[!is.finite(values)] <- NA
  values
}}

level <- function(cells, style) {{
  cells <- plain(cells, if (style == "text") MISSING else MISSING_AMONG_NUMBERS)
  if (style == "truth") return(sub("^true$", "True", sub("^false$", "False", tolower(cells))))
  if (style == "text") return(cells)
  values <- number(cells, style)
  written <- format(values, digits = 15, trim = TRUE, drop0trailing = TRUE, scientific = FALSE)
  ifelse(is.na(values), cells, written)
}}

moment <- function(cells) {{
  cells <- plain(cells, MISSING_AMONG_NUMBERS)
  found <- regexpr(DATE, cells, perl = TRUE)
  start <- attr(found, "capture.start")
  end <- start + attr(found, "capture.length") - 1
  part <- function(name) substring(cells, start[, name], end[, name])
  count <- function(digits) ifelse(is.na(digits) | digits == "", 0, suppressWarnings(as.numeric(digits)))
  hour <- count(part("H"))
  half <- tolower(part("p"))
  hour <- ifelse(half %in% c("a", "p"), hour %% 12 + 12 * (half %in% "p"), hour)
  zone <- sub(":", "", part("z"))
  zone[!grepl("^[+-]", zone)] <- "+0000"
  ahead <- ifelse(grepl("^-", zone), -60, 60) * (60 * count(substring(zone, 2, 3)) + count(substring(zone, 4, 5)))
  day <- as.POSIXct(paste(part("y"), part("m"), part("d")), format = "%Y %m %d", tz = "UTC")
  day + 3600 * hour + 60 * count(part("M")) + count(part("S")) + count(paste0("0.", part("f"))) - ahead
}}

date_part <- function(when, part) {{
  if (part == "year") return(1970 + as.numeric(when) / 31556952)
  words <- strsplit(part, " ")[[1]]
  date <- as.POSIXlt(when, tz = "UTC")
  days <- floor(as.numeric(when) / 86400)
  place <- switch(words[1], month = (date$mon + (date$mday - 1) / 31) / 12, weekday = (days + 3) %% 7 / 7,
                  hour = (as.numeric(when) - 86400 * days) / 86400)
  angle <- 2 * pi * place * (if (length(words) == 3) as.numeric(words[3]) else 1)
  if (words[2] == "sin") sin(angle) else cos(angle)
}}

table <- {read}
names(table) <- COLUMNS
if (nrow(table) != ROWS) stop("DATA has ", nrow(table), " rows; the model was fitted to ", ROWS)
w <- {weights}
found <- list()
"""

_END = """
X <- sapply(found, function(values) {{
  known <- !is.na(values)
  ifelse(known, values, weighted.mean(values[known], w[known]))
}})
colnames(X) <- NULL
X <- X[, match(FEATURES, names(found)), drop = FALSE]
y <- {target}
FACTORS <- {factors}
if (ncol(X) == 1) {{  # glmnet wants two columns: one of zeros, which it leaves out
  X <- cbind(X, 0)
  FACTORS <- c(FACTORS, 1)
}}
{offset}sd_y <- {sd_y}
first <- LAMBDA * L1_RATIO
second <- LAMBDA * (1 - L1_RATIO) * sd_y
lambda <- (first + second) * mean(FACTORS)
alpha <- if (first + second > 0) first / (first + second) else L1_RATIO
fit <- glmnet(X, y, family = {family}, alpha = alpha, lambda = lambda * 10^(4:0), weights = w, penalty.factor = FACTORS,
              standardize = TRUE, thresh = 1e-24, maxit = 1e8{more})
coef <- setNames(as.numeric(fit$beta[seq_along(FEATURES), 5]), FEATURES)
intercept <- as.numeric(fit$a0[5])
if (!interactive()) {{
  cat("intercept", sprintf("%.17g", intercept), "\\n")
  cat(paste(encodeString(FEATURES, quote = '"'), sprintf("%.17g", coef)), sep = "\\n")
}}
"""
_FAMILIES = {"gaussian": '"gaussian"', "binomial": '"binomial"', "poisson": '"poisson"', "gamma": 'Gamma(link = "log")'}


def render(recipe: Recipe) -> str:
    """Return the script.

    Parameters
    ----------
    recipe : Recipe
    """
    content, record = recipe.content, recipe.record
    if content["family"] not in _FAMILIES:
        raise OptionError(f"glmnet code is not written for the family {content['family']!r}.")
    mask = np.packbits(recipe.train, bitorder="little").tobytes().hex()
    weight = record["weight"]
    head = _HEAD.format(
        path=text(recipe.layout.path), lam=repr(float(content["lambda"])), l1_ratio=repr(float(content["l1_ratio"])),
        rows=len(recipe.train), columns=_vector(recipe.layout.names), missing=_vector(ALWAYS),
        missing_numbers=_vector((*ALWAYS, *SOMETIMES)),
        mask=",\n".join(f"  {text(mask[k : k + 100])}" for k in range(0, len(mask), 100)), read=_read(recipe.layout),
        weights=_role(recipe, weight) if weight else "rep(1, sum(TRAIN))",
        styles=f"c({', '.join(f'{text(style)} = {text(form)}' for style, form in STYLES.items())})",
        percent=text(PERCENT), before=text(CURRENCY_BEFORE), after=text(CURRENCY_AFTER), date=text(pattern("ymd")),
    )  # fmt: skip
    return head + "".join(_column(recipe, column) for column in recipe.model.encoder.columns) + _end(recipe)


def _end(recipe: Recipe) -> str:
    content = recipe.content
    gaussian, offset = content["family"] == "gaussian", content["offset"]
    shift = f"offset <- {_role(recipe, offset)}\n" if offset else ""
    if offset and gaussian:
        shift += "y <- y - offset\n"
    return f"FEATURES <- {_vector(f['feature'] for f in content['features'])}\n" + _END.format(
        target=_target(recipe), factors=f"c({', '.join(map(repr, recipe.factors))})", offset=shift,
        sd_y="sqrt(weighted.mean((y - weighted.mean(y, w))^2, w))" if gaussian else "1",
        family=_FAMILIES[content["family"]], more=", offset = offset" if offset and not gaussian else "",
    )  # fmt: skip


def _target(recipe: Recipe) -> str:
    labels, reading = recipe.content["labels"], recipe.record["target_reading"]
    cells = f"table[[{text(recipe.content['target'])}]]"
    if labels:
        return (
            f"as.numeric(level({cells}, {text(_style(reading, recipe.content['target']))})[TRAIN] == {text(labels[1])})"
        )
    return f"number({cells}, {text(_style(reading, recipe.content['target']))})[TRAIN]"


def _role(recipe: Recipe, column: str) -> str:
    """Return a weight or offset of the training rows, in the words of the script."""
    reading = recipe.record["readings"].get(column, "number:.")
    return f"number(table[[{text(column)}]], {text(_style(reading, column))})[TRAIN]"


def _style(reading: str, column: str) -> str:
    """Return how a column is written, in the words of the script."""
    if reading in ("text", "truth"):
        return reading
    if reading.startswith("number:"):
        return reading.removeprefix("number:")
    if reading == "duration":
        raise OptionError(f"Column {column!r} holds durations, which the R code does not read: write days.")
    raise OptionError(f"Column {column!r} holds times of day, which the R code does not read: write hours.")


def _column(recipe: Recipe, column) -> str:
    name, features = text(column.name), recipe.model.encoder.features
    own = [f.name for f in features if f.column == column.name and f.kind != "missing"]
    flag = next((f.name for f in features if f.column == column.name and f.kind == "missing"), None)
    reading = plain_reading(recipe.model.encoder.readings.get(column.name, "text"))
    if isinstance(column, LevelColumn):
        return _levels(column, own, _style(reading, column.name))
    marked = f"found[[{text(flag)}]] <- as.numeric(is.na(cells))\n" if flag is not None else ""
    if not isinstance(column, DateColumn):
        style = _style(reading, column.name)
        return f"cells <- number(table[[{name}]], {text(style)})[TRAIN]\nfound[[{text(own[0])}]] <- cells\n{marked}"
    if reading != "date:ymd":
        raise OptionError(f"The R code reads dates as YYYY-MM-DD only: rewrite column {column.name!r}.")
    lines = [f"found[[{text(f)}]] <- date_part(cells, {text(p)})\n" for p, f in zip(column.parts, own, strict=True)]
    return f"cells <- moment(table[[{name}]])[TRAIN]\n{''.join(lines)}{marked}"


def _levels(column: LevelColumn, own: list[str], style: str) -> str:
    levels, numbers, other, missing = places_of_levels(column, own)
    known = levels if style == "text" else numbers | levels
    chosen = f"c({', '.join(_feature(f) for f in known.values())})[match(cells, {_vector(known)})]"
    lines = [
        f"cells <- level(table[[{text(column.name)}]], {text(style)})[TRAIN]\n",
        f"chosen <- ifelse(is.na(cells), {_feature(missing)}, ifelse(cells %in% {_vector(known)}, {chosen},"
        f" {_feature(other)}))\n",
    ]
    lines += [f"found[[{text(f)}]] <- as.numeric(!is.na(chosen) & chosen == {text(f)})\n" for f in own]
    return "".join(lines)


def _feature(name: str | None) -> str:
    return "NA_character_" if name is None else text(name)


def _read(layout: Layout) -> str:
    if layout.kind == "parquet":
        return "as.data.frame(lapply(arrow::read_parquet(DATA), as.character), stringsAsFactors = FALSE)"
    separator = "" if layout.delimiter == " " else layout.delimiter
    encoding = "UTF-8" if layout.encoding.startswith("utf-8") else "latin1"
    if layout.encoding not in ("utf-8", "utf-8-sig", "ascii", "cp1252", "latin-1", "iso-8859-1"):
        raise OptionError(f"The table is in {layout.encoding}, which the R code does not read: save it as UTF-8.")
    return (
        f"read.table(DATA, header = {str(layout.broken).upper()}, skip = {layout.skip}, sep = {text(separator)},\n"
        f"                    quote = {text(layout.quote)},\n"
        '                    colClasses = "character", na.strings = character(0), comment.char = "", fill = TRUE,\n'
        f'                    encoding = {text(encoding)}, col.names = paste0("V", seq_along(COLUMNS)))'
    )


def _vector(items: Iterable[str]) -> str:
    return f"c({', '.join(map(text, items))})"


def text(value: str) -> str:
    r"""Return a text as an R literal in ASCII.

    Examples
    --------
    >>> print(text('é "x"\n'))
    "\u00e9 \"x\"\u000a"
    """
    if "\0" in value:
        raise OptionError("R text cannot hold the character NUL, which stands in a name or level of this model.")
    return '"' + "".join(map(_character, value)) + '"'


def _character(c: str) -> str:
    if c in '"\\':
        return f"\\{c}"
    if " " <= c <= "~":
        return c
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
