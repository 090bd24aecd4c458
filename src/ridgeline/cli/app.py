"""The commands and what they have in common."""

from __future__ import annotations

from typing import Annotated

import typer

from ridgeline import __version__
from ridgeline.cli import compare, demo, explain, export, fit, predict, translate, verify

__all__ = ["app"]

# Plain help and our own error messages: data text must never be taken for Rich markup.
app = typer.Typer(
    name="ridgeline", add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"ridgeline {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Regularized linear models that are tuned, certified and explained."""


for _command in (
    demo.demo,
    fit.fit,
    compare.compare,
    predict.predict,
    verify.verify,
    export.export,
    explain.explain,
    translate.translate,
):
    app.command()(_command)
