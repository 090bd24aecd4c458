"""From a figure to SVG text: vl-convert, without a browser and without a network."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

from ridgeline.report.figures import Figure

__all__ = ["svg", "warm"]

_CLIP = re.compile(r'(<clipPath id="|<\w+ clip-path="url\(#)(clip\d+)')
# A tenth of a pixel is enough.
_DIGITS = re.compile(r'(<path [^<>]*?\bd=")([^"]*)')


def svg(figure: Figure, name: str) -> str:
    """Draw a figure as an SVG element.

    Text in it is escaped by Vega; a ``<`` therefore only ever starts an element, which is what the pattern relies on.

    Parameters
    ----------
    figure : Figure
    name : str
        Distinguishes the clip paths of this picture from those of others in the same page.
    """
    import vl_convert

    text = vl_convert.vegalite_to_svg(figure.spec)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"| version="1.1"| class="marks"', "", text, count=4)
    text = _DIGITS.sub(lambda found: found[1] + re.sub(r"(\.\d)\d+", r"\1", found[2]), text)
    return _CLIP.sub(rf"\1{name}-\2", text)


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
