"""A model as an ONNX graph in double precision: one input of shape (rows, 1) for each source column.

Numbers are doubles, NaN where missing; categories are text, empty where missing; points in time are seconds since 1970
as doubles (UTC), NaN where missing. The outputs are `predicted` and, for classes, `probability`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import ridgeline
from ridgeline.errors import OptionError
from ridgeline.exporters.formula import DateTerm, Formula, LevelTerm, NumberTerm, formula, spellings
from ridgeline.exporters.options import Options
from ridgeline.model import Model
from ridgeline.tables.missing import ALWAYS

__all__ = ["render"]

_YEAR, _DAY = 31556952.0, 86400.0


def render(model: Model, options: Options) -> bytes:
    """Return the serialized graph.

    Parameters
    ----------
    model : Model
    options : Options
        None of them matters here.
    """
    try:
        import onnx
    except ImportError:
        raise OptionError(
            "The target onnx needs a package that is not installed: pip install 'ridgeline[onnx]'."
        ) from None
    return _Graph(formula(model), onnx).bytes()


class _Graph:
    """Collects nodes and constants. Values go by names of ours; only inputs are called like columns."""

    def __init__(self, f: Formula, onnx: Any):
        self.f, self.onnx, self.helper = f, onnx, onnx.helper
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.inner: dict[str, str] = {}

    def bytes(self) -> bytes:
        """Build the graph, check it and serialize it."""
        etas = [self._number_terms(), *map(self._level_term, self.f.of(LevelTerm)), *self._offset()]
        etas += [eta for term in self.f.of(DateTerm) for eta in self._date_term(term)]
        eta = self._op("Sum", *(e for e in etas if e), self._constant(np.array([self.f.intercept])))
        outputs = self._outputs(eta)
        graph = self.helper.make_graph(self.nodes, "model", self.inputs, outputs, self.constants)
        sets = [self.helper.make_opsetid("", 17), self.helper.make_opsetid("ai.onnx.ml", 3)]
        model = self.helper.make_model(graph, opset_imports=sets, ir_version=8, producer_name="ridgeline",
                                       producer_version=ridgeline.__version__)  # fmt: skip
        self.onnx.checker.check_model(model, full_check=True)
        return model.SerializeToString()

    def _name(self) -> str:
        """Return a fresh name, which no column has."""
        name = f"v{len(self.inner)}"
        while any(term.column == name for term in self.f.terms) or name in ("predicted", "probability", self.f.offset):
            name += "_"
        self.inner[name + f"#{len(self.inner)}"] = name
        return name

    def _constant(self, values: np.ndarray) -> str:
        name = self._name()
        self.constants.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _op(self, kind: str, *inputs: str, output: str | None = None, domain: str = "", **attributes: Any) -> str:
        output = output or self._name()
        self.nodes.append(self.helper.make_node(kind, list(inputs), [output], domain=domain, **attributes))
        return output

    def _input(self, column: str, text: bool = False) -> str:
        if column in ("predicted", "probability"):
            raise OptionError(f"A column called {column!r} has the name of an output: rename it and fit again.")
        kind = self.onnx.TensorProto.STRING if text else self.onnx.TensorProto.DOUBLE
        self.inputs.append(self.helper.make_tensor_value_info(column, kind, ["rows", 1]))
        return column

    def _number_terms(self) -> str:
        terms = self.f.of(NumberTerm)
        if not terms:
            return ""
        x = self._op("Concat", *(self._input(t.column) for t in terms), axis=1)
        return self._weighed(x, np.array([t.coef for t in terms]), np.array([t.missing for t in terms]))

    def _weighed(self, x: str, coef: np.ndarray, missing: np.ndarray) -> str:
        """Return x @ coef, with the effects of missing cells (NaN, infinite) in place of theirs."""
        gap = self._op("Or", self._op("IsNaN", x), self._op("IsInf", x))
        filled = self._op("Where", gap, self._constant(np.array(0.0)), x)
        gaps = self._op("Cast", gap, to=self.onnx.TensorProto.DOUBLE)
        present = self._op("MatMul", filled, self._constant(coef))
        return self._op("Add", present, self._op("MatMul", gaps, self._constant(missing)))

    def _level_term(self, term: LevelTerm) -> str:
        effects = dict.fromkeys(ALWAYS, term.missing) | spellings(term)
        text = self._input(term.column, text=True)
        place = self._op(
            "LabelEncoder", text, domain="ai.onnx.ml", keys_strings=[key.encode("utf-8", "replace") for key in effects],
            values_int64s=list(range(1, len(effects) + 1)), default_int64=0,
        )  # fmt: skip
        flat = self._op("Reshape", place, self._constant(np.array([-1])))
        return self._op("Gather", self._constant(np.array([term.other, *effects.values()])), flat, axis=0)

    def _offset(self) -> list[str]:
        return [] if self.f.offset is None else [self._input(self.f.offset)]

    def _date_term(self, term: DateTerm) -> list[str]:
        seconds = self._input(term.column)
        gap = self._op("Or", self._op("IsNaN", seconds), self._op("IsInf", seconds))
        known = self._op("Where", gap, self._constant(np.array(0.0)), seconds)
        days = self._op("Floor", self._times(known, 1 / _DAY))
        wanted = {part.split()[0] for part in term.parts}
        places = {cycle: self._place(cycle, known, days) for cycle in wanted - {"year"}}
        parts = self._op("Concat", *(self._part(part, known, places) for part in term.parts), axis=1)
        total = self._op("MatMul", parts, self._constant(np.array(term.coef)))
        return [self._op("Where", gap, self._constant(np.array([term.missing])), total)]

    def _times(self, x: str, factor: float, plus: float = 0.0) -> str:
        product = self._op("Mul", x, self._constant(np.array(factor)))
        return self._op("Add", product, self._constant(np.array(plus))) if plus else product

    def _part(self, part: str, seconds: str, places: dict[str, str]) -> str:
        if part == "year":
            return self._times(seconds, 1 / _YEAR, 1970.0)
        cycle, wave, *harmonic = part.split()
        turn = 2 * math.pi * (int(harmonic[0]) if harmonic else 1)
        # not every runtime has Cos in double precision
        return self._op("Sin", self._times(places[cycle], turn, 0.0 if wave == "sin" else math.pi / 2))

    def _place(self, cycle: str, seconds: str, days: str) -> str:
        if cycle == "hour":
            return self._times(self._op("Sub", seconds, self._times(days, _DAY)), 1 / _DAY)
        if cycle == "weekday":
            return self._times(self._rest(self._times(days, 1.0, 3.0), 7), 1 / 7)
        month, day = self._civil(days)
        return self._times(self._op("Add", self._times(month, 1.0, -1.0), self._times(day, 1 / 31, -1 / 31)), 1 / 12)

    def _floored(self, x: str, divisor: float) -> str:
        """Return ⌊x / divisor⌋ of whole numbers."""
        return self._op("Floor", self._op("Div", x, self._constant(np.array(float(divisor)))))

    def _rest(self, x: str, divisor: float) -> str:
        return self._op("Sub", x, self._times(self._floored(x, divisor), float(divisor)))

    def _civil(self, days: str) -> tuple[str, str]:
        """Return month and day: the Gregorian calendar in years that begin in March (Hinnant 2013)."""
        of_era = self._rest(self._times(days, 1.0, 719468.0), 146097)
        leaps = self._op("Sub", self._op("Add", of_era, self._floored(of_era, 36524)), self._floored(of_era, 146096))
        year = self._floored(self._op("Sub", leaps, self._floored(of_era, 1460)), 365)
        before = self._op("Add", self._times(year, 365.0), self._floored(year, 4))
        of_year = self._op("Sub", of_era, self._op("Sub", before, self._floored(year, 100)))
        march = self._floored(self._times(of_year, 5.0, 2.0), 153)
        start = self._floored(self._times(march, 153.0, 2.0), 5)
        day = self._times(self._op("Sub", of_year, start), 1.0, 1.0)
        return self._times(self._rest(self._times(march, 1.0, 2.0), 12), 1.0, 1.0), day

    def _outputs(self, eta: str) -> list[Any]:
        link, classes = self.f.link, len(self.f.labels)
        if link in ("identity", "exp"):
            if link == "identity":
                self._op("Identity", eta, output="predicted")
            else:
                self._op("Exp", self._op("Min", eta, self._constant(np.array(self.f.largest))), output="predicted")
            return [self.helper.make_tensor_value_info("predicted", self.onnx.TensorProto.DOUBLE, ["rows", 1])]
        width = 1 if link == "logistic" else classes
        probability = self._probability(eta)
        if link == "logistic":
            chosen = self._op("Greater", probability, self._constant(np.array(0.5)))
            place = self._op("Cast", chosen, to=self.onnx.TensorProto.INT64)
        else:
            place = self._op("ArgMax", eta, axis=1, keepdims=1)
        self._op(
            "LabelEncoder", place, output="predicted", domain="ai.onnx.ml", keys_int64s=list(range(classes)),
            values_strings=[label.encode("utf-8", "replace") for label in self.f.labels], default_string="",
        )  # fmt: skip
        return [
            self.helper.make_tensor_value_info("predicted", self.onnx.TensorProto.STRING, ["rows", 1]),
            self.helper.make_tensor_value_info("probability", self.onnx.TensorProto.DOUBLE, ["rows", width]),
        ]

    def _probability(self, eta: str) -> str:
        """Return probabilities without ever overflowing."""
        if self.f.link == "logistic":
            small = self._op("Exp", self._op("Neg", self._op("Abs", eta)))
            above = self._op("GreaterOrEqual", eta, self._constant(np.array(0.0)))
            top = self._op("Where", above, self._constant(np.array(1.0)), small)
            return self._op("Div", top, self._times(small, 1.0, 1.0), output="probability")
        shifted = self._op("Sub", eta, self._op("ReduceMax", eta, axes=[1], keepdims=1))
        sizes = self._op("Exp", shifted)
        total = self._op("ReduceSum", sizes, self._constant(np.array([1])), keepdims=1)
        return self._op("Div", sizes, total, output="probability")
