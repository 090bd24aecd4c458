"""From a figure to SVG text: vl-convert, without a browser and without a network."""

from __future__ import annotations

import re

from ridgeline.figures import Figure
from ridgeline.figures.vega import start, to_svg

__all__ = ["svg", "warm"]

# Text is escaped by Vega: a "<" only ever starts an element, so these find elements and nothing else.
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
# Attributes for Vega's own scripts and for screen readers, which are told about the picture as a whole.
_IDLE = re.compile(r' (?:class|role|version|xmlns(?::xlink)?|aria-[a-z]+)="[^"]*"')
# In the shape of a path a tenth of a pixel is enough.
_SHAPE = re.compile(r'\bd="[^"]*"')
_DIGITS = re.compile(r"(\.\d)\d+")
_CLIP = re.compile(r"\bclip\d+\b")


def svg(figure: Figure, name: str) -> str:
    """Draw a figure as an SVG element.

    Parameters
    ----------
    figure : Figure
    name : str
        Distinguishes the clip paths of this picture from those of others in the same page.
    """
    # Vega numbers clip paths through the life of the process; the same picture must always read the same.
    clips: dict[str, str] = {}

    def lean(found: re.Match[str]) -> str:
        tag = _IDLE.sub("", found[0])
        if "clip" in tag:
            return _CLIP.sub(lambda clip: clips.setdefault(clip[0], f"{name}-clip{len(clips)}"), tag)
        return _SHAPE.sub(lambda shape: _DIGITS.sub(r"\1", shape[0]), tag)

    return _TAG.sub(lean, to_svg(figure.spec))


def warm() -> None:
    """Start the chart engine beside this process: it takes half a second, once, while other work goes on."""
    start()
