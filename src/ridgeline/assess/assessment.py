"""The before and after table: three models on three sets of rows, in numbers with intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from ridgeline.assess import metrics
from ridgeline.errors import OptionError

__all__ = ["DIFFERENCE", "GAP", "JUDGED", "Assessment", "Record"]

DIFFERENCE = "chosen - unpenalized"
GAP = "train - validation"
JUDGED = "train, judged rows"


@dataclass(frozen=True)
class Record:
    """One number with its 95% interval; None where not defined.

    Attributes
    ----------
    model, split, metric : str
        What was measured on what.
    value, low, high : float or None
        The metric and its interval.
    """

    model: str
    split: str
    metric: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Assessment:
    """The quality of every model on every split.

    Attributes
    ----------
    records : tuple of Record
        Splits in the order train, validation, test; models baseline, unpenalized, chosen; metrics as in
        `ridgeline.assess.metrics.METRICS`.
    differences : tuple of Record
        Model ``"chosen - unpenalized"``, from the same resamples.
    gaps : tuple of Record
        Split ``"train - validation"`` of the models with features, from the same resamples and the same rows. Where
        folds do not judge all rows, as those forward in time, ``"train, judged rows"`` holds the training figures of
        those that they do, of every model.
    gains : tuple of Record
        Models ``"unpenalized - baseline"`` and ``"chosen - baseline"``, from the same resamples.
    task : str
        As in `ridgeline.assess.metrics.METRICS`.
    method : str
        How the intervals were made, in words.
    """

    records: tuple[Record, ...]
    differences: tuple[Record, ...]
    gaps: tuple[Record, ...]
    gains: tuple[Record, ...]
    task: str
    method: str
    _index: dict = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        everything = (*self.records, *self.differences, *self.gaps, *self.gains)
        object.__setattr__(self, "_index", {(r.model, r.split, r.metric): r for r in everything})

    def get(self, model: str, split: str, metric: str) -> Record:
        """Return one record.

        Parameters
        ----------
        model : str
            ``"baseline"``, ``"unpenalized"``, ``"chosen"``, or a difference such as ``"chosen - unpenalized"``.
        split : str
            ``"train"``, ``"validation"``, ``"test"`` or ``"train - validation"``.
        metric : str
            Named as in scikit-learn.

        Raises
        ------
        OptionError
            When there is no such record.
        """
        try:
            return self._index[model, split, metric]
        except KeyError:
            known = [", ".join(dict.fromkeys(key[i] for key in self._index)) for i in range(3)]
            raise OptionError(
                f"There is no {metric!r} of {model!r} on {split!r}: models are {known[0]}; splits {known[1]}; "
                f"metrics {known[2]}."
            ) from None

    def to_list(self) -> list[dict]:
        """Return the records as plain dictionaries, as in summary.json."""
        return [asdict(record) for record in self.records]

    def plot(self, metric: str | None = None):
        """Draw one metric of every model on every set of rows, with 95% intervals.

        Parameters
        ----------
        metric : str, optional
            Named as in scikit-learn; by default what the fit itself makes small.

        Returns
        -------
        altair.LayerChart
            A notebook shows it; ``save("quality.png")`` (or ``.svg``, ``.html``) needs no browser.

        Raises
        ------
        OptionError
            When there is no such metric.
        """
        from ridgeline.figures import charts

        known = list(dict.fromkeys(record.metric for record in self.records))
        name = metric or metrics.DECIDING[self.task]
        if name not in known:
            raise OptionError(f"There is no metric {name!r}; choose one of {', '.join(known)}.")
        return charts.assessment(self.to_list(), name)

    def for_summary(self) -> dict[str, list[dict]]:
        """Return ``assessment``, ``differences``, ``gaps`` and ``gains`` as lists of plain dictionaries."""
        parts = {
            "assessment": self.records,
            "differences": self.differences,
            "gaps": self.gaps,
            "gains": self.gains,
        }
        return {name: [asdict(record) for record in records] for name, records in parts.items()}

    def __rich__(self) -> object:
        from ridgeline.assess.show import rich_tables

        return rich_tables(self)

    def __repr__(self) -> str:
        from ridgeline.assess.show import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from ridgeline.assess.show import as_html

        return as_html(self)
