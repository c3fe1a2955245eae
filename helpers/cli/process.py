"""Start other programs: step by step with their noise kept in a log, or in place of this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.cli import diagnosis
from helpers.cli.places import ROOT
from helpers.cli.stop import Stop

SHOWN = ("Downloading ", "Downloaded ")
"""What a learner on a slow line wants to see of an installer's output; the rest goes to the log."""


def clean_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with *changes*, without what would lead another Python astray."""
    misleading = ("PYTHONHOME", "__PYVENV_LAUNCHER__", "PIP_USER", "PIP_TARGET", "UV_SYSTEM_PYTHON", "UV_TARGET")
    return {name: value for name, value in os.environ.items() if name not in misleading} | changes


def run(command: Sequence[object], log: Path, *, inherit: Sequence[int] = ()) -> None:
    """Run *command* in the project's folder and append what it says to *log*; raise Stop with one line if it fails.

    inherit: file descriptors that the program keeps open (POSIX only), so that a lock outlives a killed parent.
    """
    heard: list[str] = []
    with subprocess.Popen(
        [str(part) for part in command], cwd=ROOT, env=clean_environment(), text=True, encoding="utf-8",
        errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        pass_fds=inherit if os.name == "posix" else (),
    ) as program:
        for line in program.stdout or ():
            heard.append(line)
            if line.strip().startswith(SHOWN):
                print("   ", line.strip(), flush=True)
    _append(log, heard)
    if program.returncode:
        raise Stop(diagnosis.of("".join(heard), log=log))


def replace(command: Sequence[object], environment: Mapping[str, str]) -> int:
    """Become *command*; where the system cannot do that (Windows), run it and return its exit code."""
    parts = [str(part) for part in command]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(parts[0], parts, dict(environment))
    with subprocess.Popen(parts, env=dict(environment)) as program:
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:   # Ctrl-C reached the program as well: it decides when to end
                continue


def _append(log: Path, lines: Sequence[str]) -> None:
    try:
        with log.open("a", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError:
        pass   # the disk may be full, which is what the caller is about to say
