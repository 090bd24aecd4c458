"""The job: from a table and a target to a tuned, assessed and explained model. One call."""

from ridgeline.job.fit import Fit, fit

__all__ = ["Fit", "fit"]
