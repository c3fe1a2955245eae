"""What a learner has done, as events: append-only JSON lines in a folder that git ignores.

    progress.record("check", "01-1", outcome="passed", problems=[])
    progress.of("check", "01-1")[-1].data["outcome"]        # "passed"

Recording never raises and never stops a lesson. Where the folder can't be written, events stay in memory and are
saved with the first write that works. Everything else is derived from the events (`standings.py`), so neither a crash
nor a new version can spoil them. No names, no network.
"""

from __future__ import annotations

import errno
import os
import textwrap
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from io import FileIO
from pathlib import Path
from typing import Any

from helpers import settings
from helpers.classroom.event import Event, as_line, from_line

FILE = "events.jsonl"


def _now() -> datetime:
    return datetime.now(UTC)


class Log:
    """The events of one folder. now: the time on the wall, aware of its zone."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = _now) -> None:
        self.folder, self.file = folder, folder / FILE
        self._now, self._lock = now, threading.Lock()
        self._waiting: list[bytes] = []
        """Lines that no write has taken yet."""

    def record(self, kind: str, item: str = "", **data: Any) -> None:
        """Add an event. *data* may be called anything but `at`; what is no JSON is kept as its repr, cut."""
        with self._lock:
            self._waiting.append(as_line(kind, item, self._now(), data))
            try:
                self._write()
            except (OSError, ValueError) as error:     # ValueError: a path that no file can have
                _tell_once(self.folder.name, error)

    def events(self) -> list[Event]:
        """Every well-formed event, in the order in which they were recorded."""
        try:
            saved = self.file.read_bytes()
        except (OSError, ValueError):
            saved = b""
        lines = [*saved.split(b"\n"), *self._waiting]
        return [event for line in lines if (event := from_line(line)) is not None]

    def of(self, kind: str, item: str | None = None) -> list[Event]:
        """The events of one kind; with *item*, only those about it."""
        return [event for event in self.events() if event.kind == kind and item in (None, event.item)]

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Unbuffered and appending: a line is one write, so the lines of two kernels don't mix.
        with open(self.file, "a+b", buffering=0) as file:
            while self._waiting:
                line = _line_end_missing(file) + self._waiting[0]
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, "only a part of the line was written")
                del self._waiting[0]


def log() -> Log:
    """The log of the folder that COURSE_HOME names today."""
    return _log(folder())


def folder() -> Path:
    """Where progress is kept: COURSE_HOME (from the project's folder, where it is relative), else progress/."""
    with suppress(settings.SettingsError, RuntimeError):    # a broken .env; a "~" on a machine without homes
        return settings.ROOT / Path(settings.setting("COURSE_HOME", "progress")).expanduser()
    return settings.ROOT / "progress"


def record(kind: str, item: str = "", **data: Any) -> None:
    """Add an event to today's log; never raises."""
    log().record(kind, item, **data)


def events() -> list[Event]:
    """Every event of today's log, oldest first."""
    return log().events()


def of(kind: str, item: str | None = None) -> list[Event]:
    """The events of one kind, and about *item* where it is given, oldest first."""
    return log().of(kind, item)


@cache
def _log(place: Path) -> Log:
    return Log(place)


def _line_end_missing(file: FileIO) -> bytes:
    """What ends a torn last line, so that it does not swallow the next event.

    A line that another kernel is writing at this moment can look torn, too: then there is an empty line more.
    """
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


# ---- where it can't be written

FULL = ("the disk of the folder {} is full", "Make room on it")
CLOSED = ("the folder {} can't be written", "Give yourself the right to write there")
TAKEN = ("where the folder {} should be, there is a file", "Move that file away")
CAUSES = {errno.ENOSPC: FULL, getattr(errno, "EDQUOT", errno.ENOSPC): FULL,      # Windows has no quota error
          errno.EACCES: CLOSED, errno.EPERM: CLOSED, errno.EROFS: CLOSED,
          errno.EEXIST: TAKEN, errno.ENOTDIR: TAKEN}
_told = False


def _tell_once(name: str, error: Exception) -> None:
    """Say once in this kernel what is wrong, what it means and what to do."""
    global _told
    if _told:
        return
    _told = True
    other = (f"writing into the folder {{}} failed ({type(error).__name__})", "Look at that folder")
    cause, remedy = CAUSES.get(getattr(error, "errno", None), other)
    said = (f"Your progress can't be saved: {cause.format(name or 'of COURSE_HOME')}. It is kept until this kernel "
            f"ends. {remedy}, and the next step saves all of it; or name another folder in COURSE_HOME and restart "
            "the kernel. Everything else works as before.")
    with suppress(OSError, ValueError):     # not even standard output can be written
        print(textwrap.fill(said, 92))
