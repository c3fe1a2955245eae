"""What nbval takes for the lessons, against bare kernels with their imports."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bench import kernels
from bench.measure import Effort, Pairs
from bench.row import Row
from helpers.settings import ROOT

Spent = tuple[float, float]
"""(seconds on the wall, seconds of CPU in this process and its children)."""
WALL, CPU = 0, 1
EMPTY: Mapping[str, Any] = MappingProxyType({})


def wall(effort: Effort) -> list[Row]:
    """pytest --nbval over all lessons, one after the other, against the same number of kernels and their imports.

    Judged without pytest's own start and collection, which a run pays once, however many lessons it has.
    """
    paths = kernels.lessons()
    imports = [kernels.as_imports(kernels.imports_of(path)) for path in paths]
    arguments = [str(path.relative_to(ROOT)) for path in paths]
    rounds = [(_nbval(arguments), _nbval([*arguments, "--collect-only"]), _kernels_with(imports))
              for _ in range(effort.notebooks)]
    lessons = f"{len(paths)} lesson{'s' * (len(paths) > 1)}"
    return [_nbval_row(f"{lessons}, pytest's start left out", rounds, WALL, goal=1.5, details={"imports": imports}),
            _nbval_row(f"{lessons}, the same in CPU seconds", rounds, CPU),
            _nbval_row(f"{lessons}, pytest's start and all", rounds, WALL, with_start=True)]


def _nbval_row(title: str, rounds: list[tuple[Spent, Spent, Spent]], which: int, *, with_start: bool = False,
               goal: float | None = None, details: Mapping[str, Any] = EMPTY) -> Row:
    """*rounds*: what nbval, pytest's start alone, and the kernels with their imports took."""
    pairs = Pairs([nbval[which] - (0 if with_start else start[which]) for nbval, start, _ in rounds],
                  [floor[which] for _, _, floor in rounds])
    return Row(title=title, samples=pairs.ratios, goal=goal, beside=pairs.beside("s", 1), details=details)


def _nbval(arguments: list[str]) -> Spent:
    """What pytest takes with nbval; RuntimeError with the last lines when it is not green."""
    before = _spent()
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "--color=no",
                           "-p", "no:cacheprovider", *arguments], cwd=ROOT, env=kernels.with_helpers(os.environ),
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError("nbval is not green: " + " / ".join((done.stdout + done.stderr).strip().splitlines()[-3:]))
    return _since(before)


def _kernels_with(imports: list[str]) -> Spent:
    """What kernels take one after the other, each started, given its imports, and ended."""
    before = _spent()
    for code in imports:
        with kernels.kernel() as running:
            running.run(code)
    return _since(before)


def _spent() -> Spent:
    times = os.times()   # children count once they have ended
    return time.perf_counter(), times.user + times.system + times.children_user + times.children_system


def _since(before: Spent) -> Spent:
    wall, cpu = _spent()
    return wall - before[WALL], cpu - before[CPU]
