"""The main job as the commands `fit` and `demo` run it."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ridgeline.cli.places import refuse_strangers, spare
from ridgeline.cli.progress import stages
from ridgeline.cli.screen import FILES, open_console, show

__all__ = ["Delivery", "command_line", "fit_and_deliver"]


@dataclass(frozen=True)
class Delivery:
    """Where results go and how much is said.

    Attributes
    ----------
    directory : Path
        Directory of the four files.
    json : bool
        Print summary.json on stdout, and nothing else.
    quiet : bool
        Print nothing.
    """

    directory: Path
    json: bool = False
    quiet: bool = False


def command_line() -> str:
    """Return the command that is running, as one would type it."""
    return shlex.join(["ridgeline", *sys.argv[1:]])


def fit_and_deliver(data: str, target: str, options: Mapping[str, Any], delivery: Delivery) -> None:
    """Fit, write the files, and print what was asked for.

    Parameters
    ----------
    data, target : str
        The table and the column to predict.
    options : mapping
        Further arguments of `ridgeline.fit`.
    delivery : Delivery
        Where results go.
    """
    from ridgeline.output import check_writable
    from ridgeline.report import warm

    check_writable(delivery.directory)  # a long computation must not end at a locked door
    spare([data, options.get("test")], [delivery.directory / name for name in FILES])
    refuse_strangers(delivery.directory)
    warm()  # the chart engine starts on another core meanwhile
    with stages(delivery.quiet) as progress:
        from ridgeline.job import fit

        result = fit(data, target, progress=progress, command=command_line(), **options)
        progress("writing the results", None)
        result.save(delivery.directory)
    if delivery.json:
        # escapes beyond ASCII: the same object, whatever the terminal's encoding
        print(json.dumps(result.summary, indent=1, allow_nan=False))
    elif not delivery.quiet:
        show(result.summary, delivery.directory, open_console())
