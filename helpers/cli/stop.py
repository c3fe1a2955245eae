"""How a command gives up: one line that says what is wrong, what was expected, and what to do."""

from __future__ import annotations

import errno
import os


class Stop(Exception):
    """Carry the one line that the learner reads; `main` prints it, without a traceback, and exits with 1."""


def as_typed(command: str, lesson: str = "") -> str:
    """Return what to type for *command*, about *lesson* (a number) if given: Windows has no make."""
    if os.name == "nt":
        return f"py -m helpers {command}" + (f" --lesson {lesson}" if lesson else "")
    return f"make {command}" + (f" LESSON={lesson}" if lesson else "")


def no_space(where: object) -> str:
    """Return the line for a full disk; *where* names a folder or file on it."""
    return (
        f"No space left on the disk of {where}: the course's environment needs about 1 GB. "
        "Make room, then run the same command again."
    )


def not_writable(where: object) -> str:
    """Return the line for a folder or file that may not be written."""
    return (
        f"{where} cannot be written: the course keeps its environment and your copies of the lessons in its own "
        "folder. Give yourself the right to write there, or move the project to a folder of yours, then run this again."
    )


LINES = {
    errno.ENOSPC: no_space,
    getattr(errno, "EDQUOT", errno.ENOSPC): no_space,   # a quota on the home folder; not every system has the name
    errno.EACCES: not_writable,
    errno.EROFS: not_writable,
    errno.ENOTDIR: not_writable,
}


def line_for(error: OSError) -> str | None:
    """Return the line for an *error* of the file system that a learner can mend, or None for any other."""
    return LINES[error.errno](error.filename or "This folder") if error.errno in LINES else None
