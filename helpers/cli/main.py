"""Choose the command and run it, in the course's environment where it needs packages.

    python -m helpers --help
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.cli import process
from helpers.cli.environment import chosen, ready
from helpers.cli.stop import Stop, as_typed, line_for


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, and where it runs."""

    summary: str
    needs: str = ""
    """The environment that it runs in: a kind of LOCKS (set up first), "any" (used if it is there) or "" (none)."""
    module: str = ""
    """The module of `helpers.cli` with its `main(argv) -> int`, where that is not the command's name."""


COMMANDS = {
    "lab": Command("set up what is missing, copy new lessons into work/, open JupyterLab  [LESSON=01 PORT=8899]"),
    "test": Command("set up what is missing and run every test and every lesson  [ARGS='-k retry']", module="testing"),
    "notebooks": Command("re-run the lessons from a fresh kernel and save them  [LESSON=01]", needs="lab"),
    "fresh": Command("start a lesson over; your copy is moved aside, not deleted  LESSON=01"),
    "construct": Command("build a lesson's constructed recordings  LESSON=01", needs="lab"),
    "record": Command("record a lesson's replies from the real API, with your key  LESSON=01", needs="lab"),
    "lock": Command("renew the locks and environment.yml from pyproject.toml  [ARGS=--upgrade]"),
    "bench": Command("measure what the course costs in time and memory, as ratios", needs="test"),
    "doctor": Command("look for what is wrong with this set-up", needs="any"),
}


def main(argv: Sequence[str]) -> int:
    """Run the command that *argv* begins with and return its exit code; a Stop becomes one line on stderr."""
    name, *rest = [*argv] or ["--help"]
    if name in ("-h", "--help", "help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        return _unknown(name)
    try:
        return run(name, rest)
    except Stop as stop:
        line = str(stop)
    except OSError as error:
        line = line_for(error) or ""
        if not line:
            raise
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    print(line, file=sys.stderr)
    return 1


def run(name: str, argv: Sequence[str]) -> int:
    """Run one of COMMANDS here, or with the environment's Python where it has to be."""
    command = COMMANDS[name]
    if command.needs:
        environment = chosen() if command.needs == "any" else ready(command.needs)
        if not environment.is_running and environment.python.exists():
            return process.replace([environment.python, "-m", "helpers", name, *argv], process.clean_environment())
    try:
        module = importlib.import_module(f"helpers.cli.{command.module or name}")
    except ModuleNotFoundError as error:
        if command.needs != "any":
            raise
        raise Stop(f"{error.name} is missing: the environment is not there yet. Run: {as_typed('lab')}") from error
    return module.main([*argv])


def usage() -> str:
    """Return the help: a line for each command."""
    lines = [f"  {name:<10} {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(["make COMMAND, or without make: python -m helpers COMMAND --lesson 01 ...", "", *lines])


def _unknown(name: str) -> int:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    print(f"There is no command {name!r}.{hint} Commands: {', '.join(COMMANDS)}.", file=sys.stderr)
    return 2
