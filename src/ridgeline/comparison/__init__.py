"""The comparison of penalties: the same table and folds for all, nested, and a recommendation."""

from ridgeline.comparison.compare import Comparison, compare

__all__ = ["Comparison", "compare"]
