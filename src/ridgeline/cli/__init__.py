"""The command line: one file per command.

`main` is the entry point. It answers `--help` and usage errors having imported Typer and nothing heavier; a command
imports the machinery only when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status.

    Parameters
    ----------
    args : sequence of str, optional
        Arguments in place of ``sys.argv[1:]``.

    Raises
    ------
    SystemExit
        Always: 0 done, 1 a defect of ours, 2 wrong input, 130 interrupted.
    """
    try:
        from ridgeline.cli.ending import own_process

        if args is None:
            own_process()
        from ridgeline.cli.app import app
        from ridgeline.cli.guard import run

        status = run(app, args)
    except KeyboardInterrupt:  # while the command line itself was being imported: no guard stands yet
        print("interrupted.", file=sys.stderr)
        status = 130
    raise SystemExit(status)
