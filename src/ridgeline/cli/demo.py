"""``ridgeline demo``: the main job on a real table that is already on this machine."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

from ridgeline.cli.options import Json, Out, Quiet, Seed
from ridgeline.output import temporary_folder

__all__ = ["demo", "write_table"]

PLACE = Path("demo-output")
TARGET = "diagnosis"
_MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
    "fractal dimension",
)  # fmt: skip
# Ten measures of each cell nucleus: their mean over the picture, its standard error, and the mean of the worst three.
COLUMNS = (
    *(f"mean {measure}" for measure in _MEASURES),
    *(f"{measure} error" for measure in _MEASURES),
    *(f"worst {measure}" for measure in _MEASURES),
)


def demo(
    out: Out = PLACE,
    seed: Seed = 0,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run the main job on a bundled real table.

    The table has 569 breast tumours with 30 measurements of their cells each; the model tells the malignant ones.
    """
    from ridgeline.cli.run import Delivery, fit_and_deliver

    with temporary_folder() as folder:
        table = folder / "breast_cancer.csv"
        write_table(table)
        fit_and_deliver(
            str(table), TARGET, {"seed": seed, "positive": "malignant"}, Delivery(out or PLACE, json, quiet)
        )


def write_table(path: Path) -> None:
    """Write the Wisconsin breast cancer table, which scikit-learn carries, as a CSV file that explains itself.

    Its own file has no column names; the first line gives the number of rows and columns and the two labels.
    """
    with _source().open(encoding="utf-8", newline="") as stream:
        first, *rows = csv.reader(stream)
    labels = first[2:]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*COLUMNS, TARGET])
        writer.writerows([*row[:-1], labels[int(row[-1])]] for row in rows)


def _source() -> Path:
    # Finding the package does not import it: that would take longer than the whole demonstration.
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "datasets" / "data" / "breast_cancer.csv"
        if path.is_file():
            return path
    from ridgeline.errors import DataError

    raise DataError("the demonstration's table comes with scikit-learn, which is not installed: install scikit-learn.")
