"""Engines by name."""

from ridgeline.engines.base import Engine
from ridgeline.engines.local import Local, default_threads, one_blas_thread

__all__ = ["ENGINES", "Engine", "Local", "default_threads", "one_blas_thread"]

ENGINES: dict[str, type] = {"local": Local}
