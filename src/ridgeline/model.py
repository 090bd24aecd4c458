"""The model file: a JSON document that predicts anywhere, checks itself, and never executes anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from ridgeline import model_file
from ridgeline.designs import design_of_block
from ridgeline.errors import DataError, OptionError
from ridgeline.explanation import Explanation, columns_of, contributions
from ridgeline.families import get_family
from ridgeline.output import write_file
from ridgeline.recheck import recheck
from ridgeline.tables import Encoder, role_numbers, scan

__all__ = ["Model", "load", "probability_columns"]


@dataclass(frozen=True, eq=False)
class Model:
    """Encoder, family and coefficients.

    Attributes
    ----------
    content : dict
        What model.json holds; see docs/model.md.
    encoder : Encoder
    """

    content: dict[str, Any]
    encoder: Encoder

    @property
    def coef(self) -> np.ndarray:
        """Coefficients per original unit, in the order of the encoder's features: (p,), or (p, K) for K classes."""
        return np.array([f["coef"] for f in self.content["features"]], dtype=np.float64)

    @property
    def lam(self) -> float:
        """The penalty's strength λ."""
        return float(self.content["lambda"])

    @property
    def intact(self) -> bool:
        """Whether the digest agrees with the content: nothing was changed after the model was written."""
        return model_file.digest(self.content) == self.content["digest"]

    @property
    def readings(self) -> dict[str, str]:
        """How the text of the columns that it reads was read in training, the offset with them."""
        known, offset = self.content["training"]["readings"], self.content["offset"]
        return dict(self.encoder.readings) | ({offset: known[offset]} if offset in known else {})

    def stored_coef(self) -> np.ndarray:
        """Coefficients on stored columns: a missing number contributes its training mean."""
        b = self.coef
        for (value, flag), fill in zip(self.encoder.imputed, self.content["fill"], strict=True):
            b[flag] += fill * self.coef[value]
        return b

    def linear_predictor(self, table) -> tuple[np.ndarray, tuple[str, ...]]:
        """η of each row, and notes about unknown levels and missing columns.

        Parameters
        ----------
        table : Table
            Rows as `ridgeline.tables.scan` reads them.

        Returns
        -------
        eta : ndarray of shape (n,), or (n, K) for K classes
        notes : tuple of str
        """
        block, notes = self.encoder.encode_noted(table)
        b = self.stored_coef()
        start = np.asarray(self.content["intercept"], dtype=np.float64)  # JSON may write 1e20 as a whole number
        eta = design_of_block(block).predict(b.reshape(len(b), -1)) + start
        eta = eta if b.ndim == 2 else eta[:, 0]
        if self.content["offset"]:
            eta = eta + role_numbers(table, self.content["offset"], "offset")
        return eta, notes

    def _scan(self, data, sql: str | None = None):
        table = data if hasattr(data, "readings") else scan(data, sql=sql, like=self.readings)
        self._refuse_repeats(table)
        return table

    def _refuse_repeats(self, table) -> None:
        """Refuse another column of a name that the model has one of, unless training had both or they are the same."""
        own = {self.content["offset"], *(column.name for column in self.encoder.columns)}
        for second, name in table.repeats.items():
            known = second in own or second in self.content["training"]["readings"]
            if name in own and not known and not table.column(second).equals(table.column(name)):
                raise DataError(
                    f"{table.name} has several columns {name!r}, of which the model has one: rename or remove the"
                    " others."
                )

    def mean(self, data) -> tuple[np.ndarray, tuple[str, ...]]:
        """Predict the mean of each row, and say what was unexpected.

        Parameters
        ----------
        data : path, frame, Arrow table, mapping or list of records
            Rows with the columns of training; columns that are not there count as missing.

        Returns
        -------
        mean : ndarray of shape (n,), or (n, K) for K classes
            The predicted value, or the probability of the positive class, or of each of several.
        notes : tuple of str
            Unknown levels, missing columns, cells that could not be read.

        Raises
        ------
        InputError
            The table cannot be read, or has none of the columns.
        """
        eta, notes = self.linear_predictor(self._scan(data))
        return get_family(self.content["family"], self.content["labels"]).mean(eta), notes

    def predict(self, data) -> np.ndarray:
        """Values, or labels, in the table's row order.

        Parameters
        ----------
        data : path, frame, Arrow table, mapping or list of records
            As for `mean`.

        Returns
        -------
        ndarray of shape (n,)
        """
        mean, _ = self.mean(data)
        return self._labels(mean) if self.content["labels"] else mean

    def predict_proba(self, data) -> np.ndarray:
        """Probabilities of the classes.

        Parameters
        ----------
        data : path, frame, Arrow table, mapping or list of records
            As for `mean`.

        Returns
        -------
        ndarray of shape (n, K)
            In the order of ``content["labels"]``, of two the negative class first.

        Raises
        ------
        OptionError
            The model predicts values.
        """
        mean, _ = self.mean(data)
        if not self.content["labels"]:
            raise OptionError(
                f"A model of task {self.content['task']!r} predicts values, not probabilities; use predict."
            )
        return mean if mean.ndim == 2 else np.column_stack([1.0 - mean, mean])

    def predict_frame(self, data, *, sql: str | None = None):
        """Return what ``ridgeline predict`` writes: a line for each row, and notes.

        Parameters
        ----------
        data : path, frame, Arrow table, mapping or list of records
            As for `mean`.
        sql : str, optional
            For a database file: a table of it, or a query.

        Returns
        -------
        table : pyarrow.Table
            ``predicted`` and, for classes, ``probability`` (``probability_<label>`` of several).
        notes : tuple of str
        """
        import pyarrow as pa

        mean, notes = self.mean(self._scan(data, sql))
        if not self.content["labels"]:
            return pa.table({"predicted": mean}), notes
        said = {"predicted": pa.array(self._labels(mean).tolist(), pa.string())}
        return pa.table(said | probability_columns(mean, self.content["labels"])), notes

    def explain(self, data) -> Explanation:
        """Say what each source column adds to η of each row, relative to the training mean.

        Parameters
        ----------
        data : path, frame, Arrow table, mapping or list of records
            The rows.

        Returns
        -------
        Explanation
            ``base`` + the contributions of a row = its linear predictor ``eta``; for classes that is the log odds.

        Examples
        --------
        >>> import ridgeline as rl
        >>> model = rl.fit({"x": [0.0, 1.0, 2.0, 3.0] * 20, "y": [1.0, 3.0, 5.0, 7.0] * 20}, target="y", lam=0).model
        >>> found = model.explain({"x": [2.5]})
        >>> round(found.base, 6), found.values.round(6).tolist()
        (4.0, [[2.0]])
        """
        if self.coef.ndim == 2:
            raise OptionError(
                "A model of more than two classes has no single sum to explain; explain MODEL lists its coefficients."
            )
        table = self._scan(data)
        block, notes = self.encoder.encode_noted(table)
        names, place = columns_of(self.encoder.features)
        mean = np.array([f["mean"] for f in self.content["features"]], dtype=np.float64)
        values = contributions(design_of_block(block), self.stored_coef(), mean * self.coef, place)
        if self.content["offset"]:
            names = (*names, self.content["offset"])
            values = np.column_stack([values, role_numbers(table, self.content["offset"], "offset")])
        base = float(self.content["intercept"] + mean @ self.coef)
        eta = base + values.sum(axis=1)
        cells = tuple(table.data.select([n for n in names if n in table]).to_pylist())
        return Explanation(names, values, base, eta, get_family(self.content["family"]).mean(eta), cells, notes)

    def _labels(self, mean: np.ndarray) -> np.ndarray:
        place = mean.argmax(axis=1) if mean.ndim == 2 else (mean > 0.5).astype(int)
        return np.array(self.content["labels"], dtype=object)[place]

    def save(self, path) -> None:
        """Write model.json, whole or not at all."""
        write_file(path, self.write)

    def write(self, path: FilePath) -> None:
        """Write the JSON text to `path`."""
        path.write_text(json.dumps(self.content, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")

    def verify(self, data=None, *, sql: str | None = None) -> list[str]:
        """Recompute what the file claims; each finding names the number that is wrong.

        Parameters
        ----------
        data : path, frame or query, optional
            The table that the model was fitted to, in any dress: then also the training rows, the scales and the
            certificate are recomputed from it.
        sql : str, optional
            For a database file: a table of it, or a query.

        Returns
        -------
        list of str
            Empty when every number agrees.
        """
        findings = self._own_findings()
        if data is None:
            return findings
        return findings + recheck(self.content, self.encoder, data, sql=sql)

    def _own_findings(self) -> list[str]:
        findings = [
            f"feature {f['feature']!r}: std_coef {f['std_coef']!r} is not coef × sd = {_times(f['coef'], f['sd'])!r}"
            for f in self.content["features"]
            if not _close(f["std_coef"], _times(f["coef"], f["sd"]))
        ]
        rows = [e["row"] for e in self.content["examples"]]
        if rows:
            mean, _ = self.mean(rows)
            findings += [
                f"example row {i}: expected {e['expected']!r}, the model gives {m.tolist()!r}"
                for i, (e, m) in enumerate(zip(self.content["examples"], mean, strict=True))
                if not _close(e["expected"], m.tolist(), 1e-9)
            ]
        gap = self.content["certificate"]["relative_gap"]
        if gap is not None and gap > 1e-6:
            findings.append(f"certificate: relative_gap {gap!r} is larger than 1e-06, the solution is approximate")
        if not findings and not self.intact:
            findings.append("digest: a number or name was changed after the model was written")
        return findings

    def __repr__(self) -> str:
        c = self.content
        what = f"{c['task']}, {c['penalty']}, lambda {c['lambda']:.4g}, {len(c['features'])} features"
        return f"Model of {c['target']!r} ({what})"


Numbers = float | list[float]  # one, or one for each class


def _times(values: Numbers, factor: float) -> Numbers:
    return [v * factor for v in values] if isinstance(values, list) else values * factor


def _close(a: Numbers, b: Numbers, tolerance: float = 1e-12) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_close(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, list) or isinstance(b, list):
        return False
    return abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))


def probability_columns(mean: np.ndarray, labels: Sequence[str]) -> dict[str, np.ndarray]:
    """``probability`` of the positive class, or ``probability_<label>`` of each class."""
    if mean.ndim == 1:
        return {"probability": mean}
    return {f"probability_{label}": np.ascontiguousarray(mean[:, k]) for k, label in enumerate(labels)}


def load(path) -> Model:
    """Read model.json (or the directory that holds it); nothing in it is executed.

    Parameters
    ----------
    path : path

    Returns
    -------
    Model

    Raises
    ------
    ModelFileError
        The file is damaged, of another version, has an unknown key, a wrong type or a number that is not finite.

    Examples
    --------
    >>> import ridgeline as rl
    >>> rl.load("churn-ridgeline").predict("new-customers.csv")  # doctest: +SKIP
    """
    return Model(*model_file.read(path))
