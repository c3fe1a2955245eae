"""The course's own environment: a virtual environment that holds exactly what the locks name.

    python = ready("lab").python      # built, repaired or brought up to date where needed

A stamp inside the environment remembers which locks it was made from. While the stamp holds, `ready` runs no other
program, so it costs a few milliseconds. Nothing that somebody else made is ever deleted.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from helpers.cli.places import ROOT
from helpers.cli.stop import Stop

SETUP, LESSONS, TESTS = "requirements-setup.txt", "requirements.txt", "requirements-dev.txt"
LOCKS = {"uv": (SETUP,), "lab": (SETUP, LESSONS), "test": (SETUP, LESSONS, TESTS)}
"""The locks behind each kind of environment; a later kind holds all of an earlier one."""
TELLTALES = {"uv": "uv", "lab": "jupyterlab", "test": "xdist"}
"""A module that only an environment of that kind has: enough to judge one that somebody else made."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder with a Python of its own; `shared` where somebody else made it and keeps it (COURSE_VENV=current)."""

    folder: Path
    shared: bool = False

    @property
    def python(self) -> Path:
        """The environment's own interpreter."""
        if self.shared:
            return Path(sys.executable)
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def is_running(self) -> bool:
        """Whether this very process runs on the environment's Python."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def is_ready(self, kind: str) -> bool:
        """Whether the environment was completed from today's locks, for this place and its Python."""
        return self.stamp(kind) == self.expected_stamp(kind) and self.python.exists()

    def stamp(self, kind: str) -> str:
        """What the last completed set-up of *kind* wrote, or nothing."""
        try:
            return self.stamp_file(kind).read_text(encoding="utf-8")
        except OSError:
            return ""

    def stamp_file(self, kind: str) -> Path:
        """The file that remembers a completed set-up of *kind*."""
        return self.folder / f"course-{kind}.stamp"

    def expected_stamp(self, kind: str) -> str:
        """Two lines: a hash of the locks and of the interpreter behind the environment, and the project's folder.

        The interpreter counts because a system's upgrade can put another Python under a finished environment.
        """
        digest = hashlib.sha256(os.path.realpath(self.python).encode())
        for name in LOCKS[kind]:
            digest.update((ROOT / name).read_bytes())
        return f"{digest.hexdigest()}\n{ROOT}\n"

    def was_moved(self) -> bool:
        """Whether it was completed for a project in another folder, which its scripts still point to."""
        lines = self.stamp("lab").splitlines()
        return len(lines) == 2 and lines[1] != str(ROOT)


def chosen() -> Environment:
    """Return the environment that COURSE_VENV names (default `.venv`; `current` is the one that runs this)."""
    name = os.environ.get("COURSE_VENV") or ".venv"
    if name == "current":
        return Environment(Path(sys.prefix), shared=True)
    return Environment(ROOT / Path(name).expanduser())


def ready(kind: str) -> Environment:
    """Return the environment, set up for *kind*, one of LOCKS; raise Stop with one line where that fails."""
    environment = chosen()
    if environment.shared:
        if not importlib.util.find_spec(TELLTALES[kind]):
            raise Stop(
                f"COURSE_VENV=current asks for this Python ({sys.executable}), and {TELLTALES[kind]} is not in it. "
                f"Run: pip install --no-deps -r {LOCKS[kind][-1]}. Or unset COURSE_VENV: the course makes its own.")
    elif not environment.is_ready(kind):
        from helpers.cli import building  # only a first run pays for importing it

        building.build(environment, kind)
    return environment
