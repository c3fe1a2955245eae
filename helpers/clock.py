"""Time that a test can move: everything in the course that waits, waits on one of these.

    clock = VirtualClock()
    clock.sleep(3600)        # returns at once
    clock.now()              # 3600.0

`run_virtual(coroutine)` runs concurrent work on an event loop whose time is virtual:
three parallel waits of 2 s end at 2 s, not at 6, and take no real time.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from collections.abc import Coroutine
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

WALL_START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""The date on the wall when a replayed lesson starts: the day its recordings were made."""


class Clock(Protocol):
    """Seconds that pass, and a date on the wall."""

    def now(self) -> float:
        """Seconds since some fixed moment; only differences mean something."""

    def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""

    async def asleep(self, seconds: float) -> None:
        """Let *seconds* pass without holding up other tasks."""

    def wall(self) -> datetime:
        """The date and time (UTC) that the course pretends it is."""

    def rewind(self) -> None:
        """Called when a notebook cell starts, so that a cell sees the same times whenever it runs."""


class _VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that jumps to the next timer instead of waiting for it."""

    def __init__(self, start: float) -> None:
        self._virtual_now = start
        self.real_work = 0
        """Jobs in threads that the loop waits for: time must not jump past them."""
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self._virtual_now

    def advance(self, seconds: float) -> None:
        self._virtual_now += seconds

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:
        self.real_work += 1   # from Python 3.12 on this waits with a time limit, which must not be jumped to
        try:
            await super().shutdown_default_executor(*args, **options)
        finally:
            self.real_work -= 1

    def run_in_executor(self, executor: Any, function: Any, *args: Any) -> Any:
        future = super().run_in_executor(executor, function, *args)
        self.real_work += 1
        future.add_done_callback(lambda _: setattr(self, "real_work", self.real_work - 1))
        return future


class _JumpingSelector(selectors.SelectSelector):
    """Jumps over waits, unless real work is under way: a thread, or a socket beside the loop's own."""

    def __init__(self, loop: _VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list:
        if timeout is None:
            return super().select(None)
        # Real work takes no virtual time, unless it outlasts the next timer: so times stay the same in each run.
        real = self._loop.real_work or len(self.get_map()) > 1
        ready = super().select(timeout if real else 0)
        if not ready:
            self._loop.advance(timeout)
        return ready


def _virtual_loop() -> _VirtualLoop | None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop if isinstance(loop, _VirtualLoop) else None


class RealClock:
    """The machine's clock. Inside `run_virtual` it is the virtual loop's."""

    def __init__(self, wall_start: datetime | None = WALL_START) -> None:
        """*wall_start*: the date that `wall()` starts from; None for today's real one."""
        self.wall_start = wall_start
        self._cell_started = time.monotonic()

    def now(self) -> float:
        loop = _virtual_loop()
        return loop.time() if loop else time.monotonic()

    def sleep(self, seconds: float) -> None:
        if loop := _virtual_loop():
            loop.advance(max(seconds, 0))
        elif seconds > 0:
            time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0))

    def wall(self) -> datetime:
        if self.wall_start is None:
            return datetime.now(UTC)
        return self.wall_start + timedelta(seconds=time.monotonic() - self._cell_started)

    def rewind(self) -> None:
        self._cell_started = time.monotonic()


class VirtualClock:
    """A clock that jumps instead of waiting. Safe to use from several threads."""

    def __init__(self, wall_start: datetime = WALL_START) -> None:
        self.wall_start = wall_start
        self._now = self._cell_started = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        loop = _virtual_loop()
        return loop.time() if loop else self._now

    def sleep(self, seconds: float) -> None:
        if loop := _virtual_loop():
            loop.advance(max(seconds, 0))
            return
        with self._lock:
            self._now += max(seconds, 0)

    async def asleep(self, seconds: float) -> None:
        """On a loop of its own (`run_virtual`) waits overlap; on any other loop they add up."""
        if _virtual_loop():
            await asyncio.sleep(max(seconds, 0))
        else:
            self.sleep(seconds)
            await asyncio.sleep(0)

    def wall(self) -> datetime:
        return self.wall_start + timedelta(seconds=self._now - self._cell_started)

    def rewind(self) -> None:
        # Only the date goes back: a stream that is held open across cells counts on `now`.
        self._cell_started = self._now


def run_virtual(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end on a virtual-time event loop and return its result.

    The loop has a thread of its own, so this also works in a notebook, where a loop runs already.
    """
    outcome: dict[str, Any] = {}
    context = copy_context()

    def run() -> None:
        try:
            with virtual_runner() as runner:
                outcome["loop"] = runner.get_loop()
                outcome["task"] = runner.get_loop().create_task(work, context=context)
                outcome["result"] = runner.run(_ended(outcome["task"]))
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=run, name="virtual-time", daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:   # the cell was interrupted: the work must not go on, and spend, behind its back
        outcome["loop"].call_soon_threadsafe(outcome["task"].cancel)
        raise
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]


def virtual_runner() -> asyncio.Runner:
    """A runner whose loop's time is virtual, for a thread that has no loop of its own yet."""
    return asyncio.Runner(loop_factory=lambda: _VirtualLoop(0.0))


async def _ended(task: asyncio.Task[T]) -> T:
    return await task
