"""What `make lab` adds before JupyterLab when everything is there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measure import Effort
from bench.row import CannotMeasure, Row
from helpers.cli.environment import chosen
from helpers.settings import ROOT

LAB = """
import functools, os, sys
from pathlib import Path
from helpers.cli import lessons, process
lessons.copy_new = functools.partial(lessons.copy_new, work=Path(sys.argv[1]))   # not the learner's folder
process.replace = lambda command, environment: os._exit(0 if "jupyterlab" in command else 3)
from helpers.cli.main import main
sys.exit(main(["lab"]))
"""
"""The real command, which ends where it would become JupyterLab."""


def before_jupyterlab(effort: Effort) -> list[Row]:
    """From starting `python -m helpers lab` to the moment at which it becomes JupyterLab."""
    environment = chosen()
    if not environment.shared and not environment.is_ready("lab"):
        raise CannotMeasure(f"{environment.folder.name} is not set up. Run: make lab (or set COURSE_VENV=current).")
    with TemporaryDirectory() as work:
        _seconds(Path(work))   # copies the lessons
        samples = tuple(_seconds(Path(work)) * 1000 for _ in range(effort.calls))
    return [Row(title="make lab, before JupyterLab starts", unit="ms", goal=1000.0, samples=samples)]


def _seconds(work: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", LAB, str(work)], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"`lab` did not get as far as JupyterLab: {done.stderr.strip()[-300:]}")
    return seconds
