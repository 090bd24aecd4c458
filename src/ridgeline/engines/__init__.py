"""Engines: where blocks live and who merges them."""

from ridgeline.engines.base import Engine
from ridgeline.engines.local import Local, default_threads, one_blas_thread
from ridgeline.engines.memory import give_back

__all__ = ["Engine", "Local", "default_threads", "give_back", "one_blas_thread"]
