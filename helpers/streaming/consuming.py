"""Read a stream to its end: every piece handed on as it comes, and a result that says how it ended."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from inspect import isawaitable
from typing import Any

from helpers.streaming.pieces import closed, closed_async, refuse_unless_stream, text_of
from helpers.streaming.readers import Reader, reader_for
from helpers.streaming.results import FINISHED, Ending, Result
from helpers.streaming.timings import Stopwatch


def consume(stream: Any, *, on_text: Callable[[str], Any] | None = None, now: Callable[[], float] = time.perf_counter,
            started: float | None = None) -> Result:
    """Read *stream* to its end, whatever that is, and close it.

    *stream*: Anthropic's create(stream=True) or stream(), OpenAI's chat completions or Responses, or any iterable of
    their events. *on_text*: called with each piece of text. *started*: what *now* said before the request was sent;
    without it, times count from this call, and the wait for the first byte is missing.

    What happens to the stream never raises: an error event, a dead connection and a timeout are in the result. What
    *on_text* raises does, and so does an interrupt. TypeError where *stream* is none.
    """
    refuse_unless_stream(stream, "__iter__")
    account = _Account(Stopwatch(now, started))
    with closed(stream):
        for event in account.events(stream):
            if (piece := account.take(event)) and on_text:
                on_text(piece)
        return account.result()


async def consume_async(stream: Any, *, on_text: Callable[[str], Awaitable[Any] | Any] | None = None,
                        now: Callable[[], float] = time.perf_counter, started: float | None = None) -> Result:
    """As `consume`, of an asynchronous client; *on_text* may be asynchronous, too. Cancellation passes."""
    refuse_unless_stream(stream, "__aiter__")
    account = _Account(Stopwatch(now, started))
    async with closed_async(stream), aclosing(account.events_async(stream)) as events:
        async for event in events:
            if (piece := account.take(event)) and on_text and isawaitable(shown := on_text(piece)):
                await shown
        return account.result()


class _Account:
    """What both loops keep of a stream."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch
        self._reader: Reader | None = None
        self._pieces: list[str] = []
        self._error: Exception | None = None

    def events(self, stream: Any) -> Iterator[Any]:
        """The events of *stream*. What it raises ends them and is kept; what their reader raises doesn't get here.

        So the place decides, not a list of classes: a stream fails as APIStatusError, APIError, httpx2's errors,
        or ValueError where the bytes are no JSON.
        """
        try:
            yield from stream
        except Exception as error:
            self._error = error

    async def events_async(self, stream: Any) -> AsyncIterator[Any]:
        """As `events`."""
        try:
            async for event in stream:
                yield event
        except Exception as error:
            self._error = error

    def take(self, event: Any) -> str:
        """Take in one event and return the text in it."""
        piece = text_of(event)
        if piece:
            self._watch.piece()
            self._pieces.append(piece)
        self._reader = self._reader or reader_for(event)
        if self._reader:
            self._reader.take(event)
        return piece

    def result(self) -> Result:
        """The sum of it, now that the stream is over."""
        reader = self._reader or Reader()
        ending = self._ending(reader)
        return Result(text="".join(self._pieces), ending=ending, stop_reason=reader.stop_reason, usage=reader.usage,
                      error=(reader.failure or self._error) if ending == "failed" else None,
                      tool_calls=reader.calls.all(cut_off=ending == "truncated"), timing=self._watch.timing(),
                      id=reader.id)

    def _ending(self, reader: Reader) -> Ending:
        if reader.over:   # what goes wrong after the final event takes nothing from the answer
            return "complete" if reader.stop_reason in FINISHED else "truncated"
        return "failed" if self._error or reader.failure else "cut"
