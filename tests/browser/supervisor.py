"""Run a command and end it, with all its children, when the one who started this ends: even by SIGKILL.

    python supervisor.py LOGFILE COMMAND ...

Standard input is a pipe that the starter holds open. It closes with the starter, however that one dies,
and a `finally` can't promise that.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

GRACE_S = 10


def main(log_path: str, *command: str) -> int:
    """Returns the command's exit code."""
    with open(log_path, "wb") as log:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    threading.Thread(target=_end_with_starter, args=(child,), daemon=True).start()
    return child.wait()


def _end_with_starter(child: subprocess.Popen) -> None:
    while os.read(0, 4096):              # nothing more to read: the pipe is closed
        pass
    _signal(child, "SIGTERM")            # Jupyter ends its kernels
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_S)
    _signal(child, "SIGKILL")


def _signal(child: subprocess.Popen, name: str) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(child.pid, getattr(signal, name))
        else:
            child.terminate()
    except (ProcessLookupError, PermissionError):
        pass                             # already gone


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
