"""Run the tests and the lessons: the command behind `make test`."""

from __future__ import annotations

import os

from helpers.cli import process
from helpers.cli.environment import ready
from helpers.cli.places import ROOT

ALWAYS = ("-n", "2", "--dist", "loadscope", "--nbval", "--nbval-current-env")
"""Each notebook whole on one of two workers, every output compared, in this environment's own kernel."""


def main(argv: list[str]) -> int:
    """Set up what is missing and become pytest; return its exit code.

    argv: goes to pytest. Without a path in it, pytest takes the `testpaths` of pyproject.toml: all tests, all lessons.
    """
    environment = ready("test")
    os.chdir(ROOT)
    # A learner's shell may be set to live: a test run must not spend money.
    return process.replace(
        [environment.python, "-m", "pytest", *ALWAYS, *argv], process.clean_environment(COURSE_MODE="replay"))
