"""Measure what the course costs in time and memory: the command behind `make bench`.

    python -m helpers bench                  # everything, about 4 minutes
    python -m helpers bench --quick          # few repetitions
    python -m helpers bench --only miss      # one group

The measurements are in tests/bench/. Nothing else in the project judges speed: the tests never do.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime

from helpers.cli.places import ROOT

RESULTS = ROOT / "tests" / "bench" / "results.json"
NOTE = ("x: ratios of what was measured in turns, in this run; the median counts. A busy machine slows both sides: "
        "do not compare milliseconds between runs.")


def main(argv: list[str]) -> int:
    """Measure, print the table, write it as JSON; return 0 when every measured goal is met, else 1."""
    os.chdir(ROOT)
    if (tests := str(ROOT / "tests")) not in sys.path:
        sys.path.insert(0, tests)   # tests/ is no package: it is not installed with the course
    from bench import report, row, suite
    from bench.measure import QUICK, Effort

    options = _options(argv, list(suite.PLANS))
    names = options.only or list(suite.PLANS)
    groups = suite.run(names, QUICK if options.quick else Effort(), plans=suite.PLANS,
                       say=lambda line: print(line, file=sys.stderr, flush=True))
    print(report.table(groups), "", *report.wrapped(NOTE), sep="\n")
    document = report.document(groups, now=datetime.now(UTC), options={"quick": options.quick, "only": options.only})
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {os.path.relpath(RESULTS, ROOT)}.")
    return row.exit_code([one for group in groups for one in group.rows])


def _options(argv: list[str], names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m helpers bench", description="Measure what the course costs.")
    parser.add_argument("--quick", action="store_true", help="few repetitions: to see that it runs")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME",
                        help=f"only this group, may be given again: {', '.join(names)}")
    return parser.parse_args(argv)
