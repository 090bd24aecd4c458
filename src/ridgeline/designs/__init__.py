"""Designs: rows as an operator on batches of columns."""

from ridgeline.designs.base import Design, Layout, Sweep
from ridgeline.designs.dense import DenseDesign
from ridgeline.designs.mixed import MixedDesign, design_of_block
from ridgeline.designs.sparse import SparseDesign
from ridgeline.designs.standard import Standardization

__all__ = [
    "DenseDesign",
    "Design",
    "Layout",
    "MixedDesign",
    "SparseDesign",
    "Standardization",
    "Sweep",
    "design_of_block",
]
