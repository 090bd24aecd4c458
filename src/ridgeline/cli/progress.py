"""Progress: the stage that is running, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ridgeline.cli.text import plain

__all__ = ["Report", "stages"]

Report = Callable[[str, float | None], None]


@contextmanager
def stages(quiet: bool = False) -> Iterator[Report]:
    """Show stages while the block runs, and leave no trace of them.

    Parameters
    ----------
    quiet : bool, default False
        Show nothing.

    Yields
    ------
    callable
        ``report(stage, fraction)``; a fraction of None means that nobody knows how far it is. Shows nothing when there
        is nobody to look at it: stderr is not a terminal.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda stage, fraction: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=None)

        def report(stage: str, fraction: float | None) -> None:
            total = None if fraction is None else 1.0
            progress.update(task, description=plain(stage), completed=fraction or 0.0, total=total)

        yield report
