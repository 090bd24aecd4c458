"""From a figure to SVG text: vl-convert, without a browser and without a network."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

from ridgeline.figures import Figure

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
    import vl_convert

    # Vega numbers clip paths through the life of the process; the same picture must always read the same.
    clips: dict[str, str] = {}

    def lean(found: re.Match[str]) -> str:
        tag = _IDLE.sub("", found[0])
        if "clip" in tag:
            return _CLIP.sub(lambda clip: clips.setdefault(clip[0], f"{name}-clip{len(clips)}"), tag)
        return _SHAPE.sub(lambda shape: _DIGITS.sub(r"\1", shape[0]), tag)

    return _TAG.sub(lean, vl_convert.vegalite_to_svg(figure.spec))


@cache
def warm() -> threading.Thread:
    """Start the chart engine in the background: it takes half a second, once, while other work goes on."""
    thread = threading.Thread(target=_first_chart, name="ridgeline-charts", daemon=True)
    thread.start()
    return thread


def _first_chart() -> None:
    import vl_convert

    nothing: dict[str, Any] = {
        "data": {"values": [{"x": 1}]},
        "mark": "line",
        "encoding": {"x": {"field": "x", "type": "quantitative"}},
    }
    vl_convert.vegalite_to_svg(nothing)
