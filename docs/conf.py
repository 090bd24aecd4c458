"""Sphinx: the pages of this folder, and the docstrings."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from ridgeline import __version__

project = "ridgeline"
author = "The ridgeline maintainers"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say what is taken and given
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False  # the page lists them
html_theme = "furo"
myst_heading_anchors = 3
exclude_patterns = ["_build"]
