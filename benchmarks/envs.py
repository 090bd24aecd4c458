"""Environments of the peers that are not among ridgeline's own development tools, each apart from the others."""

from __future__ import annotations

import subprocess
import venv

from benchmarks.measure import ENVS

__all__ = ["REQUIREMENTS", "build"]

REQUIREMENTS = {
    "glum": ["glum==3.4.1"],
    "skglm": ["skglm==0.5"],
    "celer": ["celer==0.7.4"],
    "snapml": ["snapml==1.17.2"],
    "adelie": ["adelie==1.1.52", "numpy<2"],
}


def build(names: list[str]) -> None:
    """Make the named environments, or all."""
    for name in names or REQUIREMENTS:
        venv.create(ENVS / name, with_pip=True, clear=True)
        python = str(ENVS / name / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", *REQUIREMENTS[name]], check=True)
