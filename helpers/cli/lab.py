"""Open the lessons in JupyterLab: the command behind `make lab`.

    python -m helpers lab --lesson 01 --port 8899 --no-browser     # what it does not know goes to JupyterLab
"""

from __future__ import annotations

import argparse
import os
import socket
from collections.abc import Sequence
from pathlib import Path

from helpers.cli import lessons, process
from helpers.cli.environment import ready
from helpers.cli.places import ROOT, WORK
from helpers.cli.stop import Stop

HOST = "127.0.0.1"
FIRST_PORT, MORE_PORTS = 8888, 50


def main(argv: list[str]) -> int:
    """Set up what is missing, copy new lessons into work/ and become JupyterLab; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m helpers lab", description="Open the lessons in JupyterLab.")
    parser.add_argument("--lesson", default="", help="number of the lesson to open, like 01; without it, the first")
    parser.add_argument("--port", default="", help=f"this port only; without it, the first free from {FIRST_PORT} on")
    options, extra = parser.parse_known_args(argv)
    port = asked_port(options.port)
    lesson = lessons.find(options.lesson) if options.lesson else None
    environment = ready("lab")
    for line in lessons.copy_new():
        print(line)
    command = [environment.python, "-m", "jupyterlab", *settings(port), *opening(lesson), *extra]
    print("Starting JupyterLab; Ctrl-C ends it.")
    os.chdir(ROOT)
    return process.replace(command, process.clean_environment(JUPYTER_PREFER_ENV_PATH="1"))


def asked_port(text: str) -> int | None:
    """Return the port that *text* asks for, None for no wish; raise Stop for one that is no port or is taken."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise Stop(f"PORT={text} is no port: expected a whole number from 1 to 65535, like 8899. Or leave PORT out.")
    with socket.socket() as probe:
        if os.name == "posix":   # what JupyterLab does as well: a port that was just closed counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            raise Stop(
                f"Port {text} is taken or not allowed on this machine ({error.strerror}). "
                "End the program that has it, choose another PORT, or leave PORT out for the next free one.") from error
    return int(text)


def settings(port: int | None) -> list[str]:
    """Return JupyterLab's flags: this project only, loopback only, nothing fetched, widgets' leftovers not saved.

    As flags they hold for this start alone and leave the learner's own Jupyter settings as they are.
    """
    flags = {
        "ServerApp.root_dir": ROOT,
        "ServerApp.ip": HOST,
        "ServerApp.port": port or FIRST_PORT,
        "ServerApp.port_retries": 0 if port else MORE_PORTS,
        "ContentsManager.pre_save_hook": "helpers.cli.saving.strip_on_save",
        "Application.log_level": "WARN",   # the address to open is still said
        "LabApp.app_settings_dir": Path(__file__).with_name("jupyterlab"),   # its overrides.json: no news, no updates
        "LabApp.check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",   # the other kind asks a package registry
        "LabApp.workspaces_dir": WORK / ".jupyterlab" / "workspaces",
    }
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []   # as in many containers
    return [*(f"--{name}={value}" for name, value in flags.items()), *as_root]


def opening(lesson: Path | None = None, every: Sequence[Path] | None = None) -> list[str]:
    """Return the flag that opens the copy of *lesson*, or of the first of *every* lesson; none where there is none."""
    first = lesson or next(iter(lessons.all_lessons() if every is None else every), None)
    return [f"--LabApp.default_url=/lab/tree/{WORK.name}/{first.name}"] if first else []
