"""How good the models are: metrics, intervals, and the before/after table."""

from ridgeline.assess.assessment import DIFFERENCE, GAP, JUDGED, Assessment, Record
from ridgeline.assess.curves import curves
from ridgeline.assess.diagnostics import neighbours, serial_correlation
from ridgeline.assess.measuring import assess
from ridgeline.assess.metrics import DECIDING, HEADLINE, HIGHER_IS_BETTER, METRICS, THRESHOLD, measured_as, score
from ridgeline.assess.predictions import MODELS, SPLITS, Predictions
from ridgeline.assess.show import format_number, format_record

__all__ = [
    "DECIDING",
    "DIFFERENCE",
    "GAP",
    "HEADLINE",
    "HIGHER_IS_BETTER",
    "JUDGED",
    "METRICS",
    "MODELS",
    "SPLITS",
    "THRESHOLD",
    "Assessment",
    "Predictions",
    "Record",
    "assess",
    "curves",
    "format_number",
    "format_record",
    "measured_as",
    "neighbours",
    "score",
    "serial_correlation",
]
