"""One turn at a time, first come, first served, for threads and for asynchronous tasks alike.

Neither `threading.Lock` (which lets anybody go first) nor `asyncio.Lock` (which knows one event loop) does this.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import Any


class TurnLock:
    """A queue of those who want to speak. A conversation has its own: others never wait for it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()   # held for a moment only, never while anybody waits
        self._queue: deque[tuple[Future, Any]] = deque()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for one's turn, in a thread."""
        mine = self._enqueue()
        try:
            mine.result()
            yield
        finally:
            self._leave(mine)

    @asynccontextmanager
    async def held_async(self) -> AsyncIterator[None]:
        """Wait for one's turn, in a task. Who is cancelled while waiting leaves the queue."""
        mine = self._enqueue()
        try:
            await asyncio.shield(asyncio.wrap_future(mine))
            yield
        finally:
            self._leave(mine)

    def _enqueue(self) -> Future:
        mine, who = Future(), _caller()
        with self._guard:
            if self._queue and self._queue[0][1] == who:
                raise RuntimeError("this conversation is already answering, and what asks it again is a part of that "
                                   "(its summarise, count or run function): it would wait for itself. Use another "
                                   "Conversation there.")
            self._queue.append((mine, who))
            if len(self._queue) == 1:
                mine.set_result(None)
        return mine

    def _leave(self, mine: Future) -> None:
        with self._guard:
            was_first = self._queue[0][0] is mine
            self._queue = deque(entry for entry in self._queue if entry[0] is not mine)
            if was_first and self._queue:
                self._queue[0][0].set_result(None)


def _caller() -> Any:
    """The running task, or the thread where there is none."""
    try:
        return asyncio.current_task() or threading.get_ident()
    except RuntimeError:
        return threading.get_ident()
