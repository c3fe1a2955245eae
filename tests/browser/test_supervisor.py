"""The server's keeper: whatever happens to the tests, no process stays behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

psutil = pytest.importorskip("psutil")
SUPERVISOR = Path(__file__).with_name("supervisor.py")
CHILD = """
import subprocess, sys, time
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)'])
time.sleep(99)
"""
STARTER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.PIPE)
time.sleep(99)
"""


def wait_for(condition, limit_s: float = 20) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + limit_s
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def alive(process: psutil.Process) -> bool:
    """Whether it still does anything."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_command_ends_with_its_starter_even_when_that_is_killed(tmp_path):
    """
    Starter, supervisor, command, and the command's own child: SIGKILL for the first ends them all.
    """
    supervised = [SUPERVISOR, tmp_path / "log", sys.executable, "-c", CHILD]
    starter = subprocess.Popen([sys.executable, "-c", STARTER, *supervised])
    family = psutil.Process(starter.pid)
    assert wait_for(lambda: len(family.children(recursive=True)) == 3)
    children = family.children(recursive=True)
    starter.kill()
    starter.wait()
    assert wait_for(lambda: not any(map(alive, children)))


def test_the_exit_code_and_the_output_are_the_commands(tmp_path):
    """
    A command that ends by itself is reported as it ended.
    """
    command = [sys.executable, SUPERVISOR, tmp_path / "log", sys.executable, "-c", "print('bye'); raise SystemExit(3)"]
    assert 3 == subprocess.Popen(command, stdin=subprocess.PIPE).wait()
    assert "bye" == (tmp_path / "log").read_text().strip()
