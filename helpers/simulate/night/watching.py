"""A bot that doesn't come back: too many requests, too many waits, or a loop that does neither.

Requests and waits are counted, so a loop that makes any is stopped at the same place in each run. A loop that makes
none is stopped by a watch on real time.
"""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from helpers.clock import Clock

MOST_REQUESTS, MOST_WAITS, LONGEST_S = 40, 60, 1800.0
"""For one message of a customer; seconds are virtual."""
REAL_S = 5.0
"""Real seconds for one message: hundreds of times what the slowest answer takes."""


class RunAway(BaseException):
    """Thrown into a bot that goes on and on; no `except Exception` holds it."""


class Leash:
    """Counts what a bot does for one message."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.start()

    def start(self) -> None:
        """The next message."""
        self._requests = self._waits = 0
        self._began = self._clock.now()

    def request(self) -> None:
        """Before a request."""
        self._requests += 1
        if self._requests > MOST_REQUESTS:
            raise RunAway(f"more than {MOST_REQUESTS} requests for one message")

    def sleep(self, seconds: float) -> None:
        """What a retry part gets for its waits. ValueError or TypeError as from `time.sleep`."""
        if not math.isfinite(seconds) or seconds < 0:
            raise ValueError(f"sleep length must be a number of seconds, 0 or more; got {seconds!r}")
        self._waits += 1
        if self._waits > MOST_WAITS:
            raise RunAway(f"more than {MOST_WAITS} waits for one message")
        if self._clock.now() + seconds - self._began > LONGEST_S:
            raise RunAway(f"the customer would wait for more than {LONGEST_S / 60:.0f} minutes")
        self._clock.sleep(seconds)


@contextmanager
def watched(real_s: float = REAL_S) -> Iterator[Callable[[], Any]]:
    """A watch over this thread; what it gives is to be called for each message. RunAway where one takes too long."""
    thread, over, beat = threading.get_ident(), threading.Event(), threading.Event()

    def watch() -> None:
        while not over.is_set():
            beat.clear()
            if not beat.wait(real_s):
                with suppress(Exception):
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(RunAway))

    watcher = threading.Thread(target=watch, name="night watch", daemon=True)
    watcher.start()
    try:
        yield beat.set
    finally:
        over.set()
        beat.set()
        watcher.join()
