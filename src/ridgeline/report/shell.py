"""What every page is made with: templates that escape, our own style, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ridgeline.figures.numbers import interval, percent
from ridgeline.figures.text import brief
from ridgeline.report.views import coefficients

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["environment", "markup", "own_file", "policy"]

_HERE = Path(__file__).parent / "templates"


def environment() -> Environment:
    """Return the templates, with what they may call; all text is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_HERE)
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters |= {"bar": coefficients.bar, "tick": coefficients.tick, "brief": brief, "percent": percent}
    templates.globals |= {"between": interval}
    return templates


def markup(text: str) -> Markup:
    """Mark text as HTML: only our own files, SVG from Vega (which escapes), and JSON from `embed`."""
    from markupsafe import Markup

    return Markup(text)


def own_file(name: str) -> Markup:
    """Read our own style or script."""
    return markup((_HERE / name).read_text(encoding="utf-8"))


def policy(style: str, script: str = "") -> str:
    """Allow our own style and script, by their hashes, and nothing else: no request, no other script, no form."""
    scripts = f"'{_digest(script)}'" if script else "'none'"
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src {scripts}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
