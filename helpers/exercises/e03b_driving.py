"""03b-3: a model's stream of our own, and what a server does with the learner's generator over it.

All of it runs on virtual time, in the guarded thread. The upstream is used like the SDK's: `async with` opens and
it; `async for` gives texts; also without the former, and then only `close()` or `aclose()` close it. It
raises where its stream failed or was cut: to tell a cut from an end is its own work, as in lesson 03a.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from helpers.classroom.attempt import is_put_off
from helpers.exercises.driving import run_here

PIECE_S = 0.04
"""Virtual seconds that the model takes for a piece."""
SILENT_S = 1.0
"""Virtual seconds until the reader of a model that fell silent leaves: no timeout of a reader's own is as short."""
MOST_EVENTS = 200
Make = Callable[[Any], Any]


class Upstream:
    """A model that writes pieces until it has written them all, fails, or is closed."""

    def __init__(self, pieces: int, *, fails: Exception | None = None, at_once: bool = False, hangs: bool = False
                 ) -> None:
        self._texts = [f"piece {place} " for place in range(1, pieces + 1)]
        self._fails, self._at_once, self._hangs = fails, at_once, hangs
        self.taken = 0
        """How many pieces were taken from it."""
        self.closed_at: float | None = None
        """When it was closed first, on the loop's clock."""

    @property
    def closed(self) -> bool:
        return self.closed_at is not None

    @property
    def texts(self) -> list[str]:
        return list(self._texts)

    async def __aenter__(self) -> Upstream:
        await asyncio.sleep(PIECE_S)
        if self._at_once and self._fails:
            self._close()
            raise self._fails
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Upstream:
        return self

    async def __anext__(self) -> str:
        if self.closed:
            raise StopAsyncIteration
        await asyncio.sleep(PIECE_S)
        if self.taken < len(self._texts) and not self._at_once:
            self.taken += 1
            return self._texts[self.taken - 1]
        if self._hangs:
            await asyncio.Event().wait()
        if self._fails:
            raise self._fails
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Close the connection: the model stops writing."""
        self._close()
        await asyncio.sleep(0)

    close = aclose

    def _close(self) -> None:
        if self.closed_at is None:
            self.closed_at = asyncio.get_running_loop().time()


@dataclass(slots=True)
class Seen:
    """What a server saw of one generator."""

    events: list[Any] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    """How many pieces were taken from the upstream when each event came."""
    error: BaseException | None = None
    """What reached the server, at the end or when it closed the generator."""
    odd: str = ""
    """What came instead of an async generator."""
    later: int = 0
    """How many pieces were taken, or events came, in the minute after the reader had left."""
    left_at: float = 0.0
    """When the reader left, on the loop's clock."""


def to_its_end(make: Make, upstream: Upstream) -> Seen:
    """Steer: read every event."""
    async def main(seen: Seen, events: Any) -> None:
        async for event in events:
            _note(seen, event, upstream)
            if len(seen.events) >= MOST_EVENTS:
                return

    return _over(make, upstream, main)


def leave_after(make: Make, upstream: Upstream, count: int) -> Seen:
    """Steer: read *count* events, then close the generator, as a server does whose reader has left."""
    async def main(seen: Seen, events: Any) -> None:
        async for event in events:
            _note(seen, event, upstream)
            if len(seen.events) == count:
                break
        before, seen.left_at = upstream.taken, asyncio.get_running_loop().time()
        try:
            await events.aclose()
        finally:
            await asyncio.sleep(60)
            seen.later = upstream.taken - before

    return _over(make, upstream, main)


def cancel_after(make: Make, upstream: Upstream, count: int) -> Seen:
    """Steer: cancel the task that waits for the next event, when *count* came and the model is silent."""
    async def main(seen: Seen, events: Any) -> None:
        async def serve() -> None:
            async for event in events:
                _note(seen, event, upstream)

        task = asyncio.ensure_future(serve())
        await asyncio.sleep(SILENT_S)
        seen.left_at = asyncio.get_running_loop().time()
        task.cancel()
        await asyncio.wait([task], timeout=60)
        seen.later = len(seen.events) - count
        await task      # raises CancelledError, where nobody swallowed it

    return _over(make, upstream, main)


def _note(seen: Seen, event: Any, upstream: Upstream) -> None:
    seen.events.append(event)
    seen.taken.append(upstream.taken)


def _over(make: Make, upstream: Upstream, main: Callable[[Seen, Any], Any]) -> Seen:
    """Run *main* over what the answer makes of *upstream*; errors that say "not begun yet" pass."""
    seen = Seen()

    async def whole() -> None:
        events = make(upstream)
        if not (hasattr(events, "__anext__") and hasattr(events, "aclose")):
            seen.odd = await _other(events)
            return
        try:
            await main(seen, events)
        except (Exception, asyncio.CancelledError) as error:
            seen.error = error
        with suppress(Exception, asyncio.CancelledError):
            await events.aclose()

    run_here(whole)
    if is_put_off(seen.error):
        raise seen.error      # type: ignore[misc]
    return seen


async def _other(made: Any) -> str:
    """What was made, in words; what an `async def` without `yield` raises is its own."""
    if inspect.iscoroutine(made):
        await made
        return "a coroutine"
    if inspect.isgenerator(made):
        with suppress(StopIteration, TypeError, AttributeError):
            next(made)      # a starter's NotImplementedError
        made.close()
        return "a generator, not an async one"
    return "`None`" if made is None else f"a {type(made).__name__}"
