"""A program of its own: Vega-Lite specifications come in, SVG goes out, one JSON text per line.

It runs beside the process that wants pictures: the chart engine holds the interpreter's lock while it starts and while
it draws. It imports nothing of ridgeline and ends when its input does.
"""

import json
import sys


def main(folder: str) -> None:
    """Draw until the input ends; `folder` is where vl_convert is installed."""
    sys.path.insert(0, folder)
    import vl_convert  # pyright: ignore[reportMissingImports]

    nothing = {
        "data": {"values": [{"x": 1}]},
        "mark": "line",
        "encoding": {"x": {"field": "x", "type": "quantitative"}},
    }
    vl_convert.vegalite_to_svg(nothing)  # the engine starts with its first chart
    for line in sys.stdin:
        try:
            answer = {"svg": vl_convert.vegalite_to_svg(json.loads(line))}
        except ValueError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
