"""The contestants, one file each. A new one is a new file and a line here."""

from __future__ import annotations

import importlib

from benchmarks.peers.base import Peer, Result

__all__ = ["PEERS", "Peer", "Result", "peer"]

#: Name of each contestant: the module that defines it (a list ``PEERS`` there).
PEERS: dict[str, str] = {
    "ridgeline": "ridgeline",
    "xtx": "bare",
    "ridgecv": "scikit_learn",
    "ridgecv-loo": "scikit_learn",
    "ridge-targets": "scikit_learn",
    "lrcv-newton": "scikit_learn",
    "lrcv-lbfgs": "scikit_learn",
    "lassocv": "scikit_learn",
    "glmnet": "glmnet",
    "glmnet-parallel": "glmnet",
    "glmnet-default": "glmnet",
    "glum": "glum",
    "skglm": "skglm",
    "celer": "celer",
    "snapml": "snapml",
    "adelie": "adelie",
}


def peer(name: str) -> Peer:
    """Load one contestant by name; only its own file is imported."""
    module = importlib.import_module(f"benchmarks.peers.{PEERS[name]}")
    return next(p for p in module.PEERS if p.name == name)
