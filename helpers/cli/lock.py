"""Renew the locks and environment.yml from pyproject.toml: the command behind `make lock`.

    python -m helpers lock              # what pyproject.toml changed; other versions stay
    python -m helpers lock --upgrade    # every package to its newest

One set of locks serves every supported Python and system. They hold versions and hashes, and name no host.
"""

from __future__ import annotations

import re
from pathlib import Path

from helpers.cli import process
from helpers.cli.environment import LESSONS, SETUP, TESTS, ready
from helpers.cli.places import ROOT
from helpers.cli.stop import Stop, as_typed
from helpers.cli.versions import OLDEST

SOURCES = {
    SETUP: ("--group", "setup"),
    LESSONS: ("pyproject.toml",),
    TESTS: ("--group", "dev", "--constraints", LESSONS),   # the lessons' versions are the same in the tests
}
"""Lock -> what uv compiles it from."""

CONDA_FILE = "environment.yml"
CONDA_HEAD = """\
# For conda, mamba and Binder: the versions of requirements.txt, without the hashes. Written by `make lock`.
# One Python, the oldest supported: the whole suite, the browser's part included, runs on it in CI.
name: llm-api-course
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python={python}
  - pip
  - pip:
"""
CONDA_TAIL = """\
      - -e .
variables:
  COURSE_VENV: current   # `python -m helpers ...` then uses this environment and builds no other
"""


def main(argv: list[str]) -> int:
    """Compile every lock and write environment.yml; *argv* goes to uv. Return 0."""
    environment = ready("uv")
    log = environment.folder / "course-setup.log"
    uv = [environment.python, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--fork-strategy", "fewest",
          "--python-version", "{}.{}".format(*OLDEST), "--generate-hashes", "--no-emit-index-url", "--no-header"]
    for lock, source in SOURCES.items():
        process.run([*uv, *argv, *source, "--output-file", lock], log)
        text = (ROOT / lock).read_text(encoding="utf-8")
        refuse_hosts(lock, text)
        print(f"{lock}: {len(pins(text))} packages")
    write_conda(ROOT)
    return 0


def pins(lock: str) -> list[str]:
    """Return a lock's pins, `name==version` with the condition it may have, without hashes, in the lock's order."""
    return [line.removesuffix("\\").strip() for line in lock.splitlines() if re.match(r"[A-Za-z0-9]", line)]


def refuse_hosts(name: str, lock: str) -> None:
    """Raise Stop where a lock names a host or a place: it has to install from whatever mirror a learner has."""
    found = re.search(r"^.*(\w+://|^-|@ ).*$", lock, re.MULTILINE)
    if found:
        raise Stop(f"{name} names a place to install from: {found[0].strip()!r}. Expected names, versions and hashes "
                   f"only. Take the direct reference out of pyproject.toml, then: {as_typed('lock')}")


def conda_file(lock: str) -> str:
    """Return environment.yml for the pins of *lock*. Double quotes keep a condition's single ones apart from YAML's."""
    lines = [f'      - "{pin}"\n' for pin in pins(lock)]
    return CONDA_HEAD.format(python="{}.{}".format(*OLDEST)) + "".join(lines) + CONDA_TAIL


def write_conda(root: Path) -> None:
    """Write environment.yml beside the locks in *root*."""
    (root / CONDA_FILE).write_text(conda_file((root / LESSONS).read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{CONDA_FILE}: the pins of {LESSONS}")
