"""``python -m benchmarks [run | tables | envs]``; without a word: ``run``."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from benchmarks import page


def main() -> int:
    """Run what was asked for; 1 when ridgeline failed or did worse than the tolerance."""
    given = _parser().parse_args()
    if given.verb == "envs":
        from benchmarks import envs

        envs.build(given.names)
        return 0
    return _tables(given) if given.verb == "tables" else _run(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.set_defaults(verb="run", only=None, peers=None, budget=120.0, quick=False, page=False, fresh=False)
    verbs = parser.add_subparsers(dest="verb")
    run = verbs.add_parser("run", help="time whole tuned fits")
    run.add_argument("--only", nargs="+", help="problems (tall, wide-gaussian …)")
    run.add_argument("--peers", nargs="+", help="contestants")
    run.add_argument("--budget", type=float, default=120.0, help="seconds after which a contestant is stopped")
    run.add_argument("--quick", action="store_true", help="small doubles of the problems")
    run.add_argument("--fresh", action="store_true", help="forget what earlier runs found on other problems")
    tables = verbs.add_parser("tables", help="test metrics on real tables")
    tables.add_argument("--only", nargs="+", help="tables (titanic, adult …)")
    for verb in (run, tables):
        verb.add_argument("--page", action="store_true", help="write the result into docs/benchmarks.md")
    verbs.add_parser("envs", help="build the environments of the peers").add_argument("names", nargs="*")
    return parser


def _run(given: argparse.Namespace) -> int:
    from benchmarks import run

    name = "run-quick" if given.quick else "run"
    records = run.main(given.only, given.peers, given.budget, given.quick)
    if not given.fresh:
        records = run.together(page.load(name), records)
    page.save(name, run.as_json(records))
    text = f"{page.machine()}, 2 threads\n\n{run.ratios(records)}\n\n{run.rows(records)}"
    print(text)
    if given.page:
        from benchmarks import chart

        chart.draw(records, page.IMAGES / "benchmarks.svg")
        picture = "![Seconds of every program on every problem](images/benchmarks.svg)"
        page.put("run", f"{text}\n\n{picture}\n\n### Settings\n\n{run.settings(records)}")
    return int(any(r.contestant == "ridgeline" and r.status != "done" for r in records))


def _tables(given: argparse.Namespace) -> int:
    from benchmarks import tables

    found = tables.main(given.only)
    page.save("tables", [asdict(comparison) for comparison in found])
    text = f"{page.machine()}\n\n{tables.rows(found)}"
    print(text)
    if given.page:
        page.put("tables", text)
    return int(not all(comparison.no_worse for comparison in found))


if __name__ == "__main__":
    raise SystemExit(main())
