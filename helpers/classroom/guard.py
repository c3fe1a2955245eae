"""Run a learner's function so that whatever it does, the notebook lives on.

    ran = guarded(my_cost, (usage, price), {})
    ran.value, ran.error, ran.line, ran.printed, ran.broke

It may loop forever (stopped after two seconds, on every platform), leave (`exit()`, `os._exit`), wait for real,
ask for input, print a megabyte, raise anything, or replace what belongs to all (`time.sleep`, `len`): the call
ends, what was replaced is put back, and what happened is told. What no guard in the same process can stop is a
single endless computation inside C code.
"""

from __future__ import annotations

import ctypes
import decimal
import io
import linecache
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from helpers.classroom.tampering import Forbidden, Shared
from helpers.settings import ROOT

LIMIT_S = 2.0
IMPORTS_S = 30.0
PRINTED_CHARACTERS = 1_000


_ONE_AT_A_TIME = threading.RLock()


class TimeOut(BaseException):
    """Thrown into code that runs too long; no `except Exception` of the learner's holds it."""


@dataclass(slots=True)
class Ran:
    """What one guarded call did."""

    value: Any = None
    error: BaseException | None = None
    line: str = ""
    """The learner's own line in which the error arose: "line 3: return usage.inputs"; "" where none is theirs."""
    printed: str = ""
    broke: list[Forbidden] = field(default_factory=list)
    """What it did that no answer may do, the first one first; told even where the learner's code swallowed it."""
    timed_out: bool = False
    still_runs: bool = False
    """It could not be stopped: it waits inside C, or catches everything that it is sent."""


def guarded(function: Callable[..., Any], args: tuple = (), kwargs: dict[str, Any] | None = None, *,
            limit_s: float = LIMIT_S) -> Ran:
    """Call *function* in a thread of its own, under every guard. Never raises, but for an interrupt of the cell."""
    with _ONE_AT_A_TIME:      # what is swapped for one call is swapped for the whole program
        return _guarded(function, args, kwargs or {}, limit_s)


def _guarded(function: Callable[..., Any], args: tuple, kwargs: dict[str, Any], limit_s: float) -> Ran:
    ran, printed = Ran(), Printed()
    context = copy_context()

    def work() -> None:
        shared.thread = threading.get_ident()
        context.run(decimal.setcontext, decimal.getcontext().copy())    # its precision is the learner's own
        try:
            ran.value = context.run(function, *args, **kwargs)
        except BaseException as error:   # SystemExit, KeyboardInterrupt and the learner's own included
            ran.error = error

    thread = threading.Thread(target=work, name="learner's code", daemon=True)
    with _quiet_threads(), Shared(function) as shared, redirect_stdout(printed), redirect_stderr(printed):
        thread.start()
        try:
            _wait(thread, limit_s)
        except BaseException:            # the learner interrupts the cell
            _stop(thread)
            raise
        if thread.is_alive():
            ran.timed_out = True
            _stop(thread)
            ran.still_runs = thread.is_alive()
    ran.printed, ran.broke = printed.text(), shared.broke
    ran.timed_out |= isinstance(ran.error, TimeOut)
    ran.line = learners_line(ran.error) if ran.error else ""   # not in the thread: `len` may not be itself there
    return ran


def _wait(thread: threading.Thread, limit_s: float) -> None:
    """Wait for the thread's end for so long, not counting what it imports: pandas alone may take two seconds.

    And a TimeOut thrown into an import would leave its lock held, for the next import of the same to wait on forever.
    """
    deadline, patience = time.monotonic() + limit_s, time.monotonic() + IMPORTS_S
    while thread.is_alive() and time.monotonic() < deadline:
        thread.join(0.05)
        if _is_importing(thread) and time.monotonic() < patience:
            deadline = max(deadline, time.monotonic() + limit_s)


def _is_importing(thread: threading.Thread) -> bool:
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _stop(thread: threading.Thread) -> None:
    """Throw TimeOut into the thread until it ends. One that waits inside C gets it when it comes back; let it be."""
    usual, patience = sys.getswitchinterval(), time.monotonic() + 1
    sys.setswitchinterval(1e-6)    # one that catches everything in a loop ends when two of them come close together
    try:
        while thread.is_alive() and time.monotonic() < patience:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeOut))
            thread.join(1e-6)
    finally:
        sys.setswitchinterval(usual)


@contextmanager
def _quiet_threads() -> Iterator[None]:
    """A TimeOut that hits a thread in its very last line is nobody's business."""
    before = threading.excepthook
    threading.excepthook = lambda event: None if event.exc_type is TimeOut else before(event)
    try:
        yield
    finally:
        threading.excepthook = before


class Printed(io.TextIOBase):
    """Takes what is printed, keeps the beginning and counts the rest."""

    def __init__(self) -> None:
        self._kept, self._length = "", 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._kept += text[: max(PRINTED_CHARACTERS - len(self._kept), 0)]
        self._length += len(text)
        return len(text)

    def text(self) -> str:
        more = self._length - len(self._kept)
        return self._kept + (f"… and {more:,} more characters" if more else "")


_OTHERS = tuple({str(form) for path in (ROOT / "helpers", *sysconfig.get_paths().values(), sys.prefix, sys.base_prefix)
                 for form in (Path(path), Path(path).resolve())})
"""Where code lies that is not the learner's: the course's, Python's, the packages'."""


def learners_line(error: BaseException) -> str:
    """The last line of the learner's own code on the way to *error*."""
    line, trace = "", error.__traceback__
    while trace is not None:
        if _is_learners(trace):
            number, code = trace.tb_lineno, trace.tb_frame.f_code
            text = linecache.getline(code.co_filename, number, trace.tb_frame.f_globals).strip()
            line = f"line {number}" + (f": {text}" if text else "")
        trace = trace.tb_next
    return line


def _is_learners(trace: TracebackType) -> bool:
    name = trace.tb_frame.f_code.co_filename
    return not name.startswith(("<frozen", *_OTHERS))
