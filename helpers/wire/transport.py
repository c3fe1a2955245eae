"""The parts that every transport here is made of: serving a Reply at its pace, and tapping a stream.

A transport is both `httpx2.BaseTransport` and `httpx2.AsyncBaseTransport`, so one object serves all four clients.
They compose, each with one job:

    Meter(Faults(Replay(tape)))
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import httpx2

from helpers.clock import Clock
from helpers.wire.reply import Reply

FOREVER = 24 * 3600.0
"""Seconds that a silent server stays silent when the request has no read timeout."""


def is_anthropic(request: httpx2.Request) -> bool:
    """Whether a request speaks Anthropic's API: both vendors have a /v1/models."""
    return "anthropic-version" in request.headers


class Transport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Anything that answers requests, from a synchronous and from an asynchronous client."""


class Wrapper(Transport):
    """A transport in front of another one, which it closes with itself."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def close(self) -> None:
        self._inner.close()

    async def aclose(self) -> None:
        await self._inner.aclose()


class Source(Transport):
    """Answers from a function of the request: subclasses say which Reply, this serves it at its pace."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def answer(self, request: httpx2.Request) -> Reply:
        """The reply to *request*, whose body has been read."""
        raise NotImplementedError

    def _answer(self, request: httpx2.Request) -> Reply:
        """The reply, or what went wrong in making it, as an answer: an exception would be retried by the SDK, with
        its waits, and then shown as "Connection error."."""
        try:
            reply = self.answer(request)
            reply.timed_bytes()
            return reply
        except httpx2.HTTPError:   # a failure that is meant to look like the network's
            raise
        except Exception as error:
            return failed(error)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        pace = _Pace(self._answer(request), request, self.clock)
        self.clock.sleep(pace.seconds_to_headers())
        return pace.response()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        pace = _Pace(self._answer(request), request, self.clock)
        await self.clock.asleep(pace.seconds_to_headers())
        return pace.response()


def failed(error: Exception) -> Reply:
    """An error of the course's own, as an answer that neither SDK retries."""
    message = f"The script or recording behind this client failed: {type(error).__name__}: {error}"
    body = {"type": "error", "error": {"type": "api_error", "message": message}}
    return Reply(status=500, headers={"content-type": "application/json", "x-should-retry": "false"}, body=body)


class _Pace(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """One reply on its way: each piece comes at its time, and a read timeout that is too short fires.

    Times count from the moment the request was sent, so waiting late for one piece does not delay the next.
    """

    def __init__(self, reply: Reply, request: httpx2.Request, clock: Clock) -> None:
        self._reply, self._request, self._clock = reply, request, clock
        self._sent = clock.now()
        self._read_timeout = (request.extensions.get("timeout") or {}).get("read")
        self._timed_out = False

    def seconds_to_headers(self) -> float:
        return self._wait_until(self._reply.delay_ms)

    def response(self) -> httpx2.Response:
        self._raise_if_late()
        headers = dict(self._reply.headers)
        return httpx2.Response(self._reply.status, headers=headers, stream=self, request=self._request)

    def _wait_until(self, at_ms: float) -> float:
        """Seconds to wait for what comes at *at_ms*; no longer than the read timeout, which is then remembered."""
        seconds = max(at_ms / 1000 - (self._clock.now() - self._sent), 0.0)
        # A stream that is opened on one clock and read on another (inside `run_virtual`) must not wait for years.
        seconds = min(seconds, at_ms / 1000)
        if self._read_timeout is not None and seconds > self._read_timeout:
            self._timed_out = True
            return self._read_timeout
        return seconds

    def _raise_if_late(self) -> None:
        if self._timed_out:
            raise httpx2.ReadTimeout("The read operation timed out", request=self._request)

    def _pieces(self) -> Iterator[tuple[float, bytes]]:
        """(seconds to wait, bytes), each computed when it is asked for."""
        for at_ms, data in self._reply.timed_bytes():
            yield self._wait_until(at_ms), data
        if self._reply.ending == "silent":
            yield self._wait_until((self._clock.now() - self._sent + FOREVER) * 1000), b""

    def _end(self) -> None:
        if self._reply.ending != "complete":
            raise httpx2.RemoteProtocolError(
                "peer closed connection without sending complete message body (incomplete chunked read)",
                request=self._request,
            )

    def __iter__(self) -> Iterator[bytes]:
        for seconds, data in self._pieces():
            self._clock.sleep(seconds)
            self._raise_if_late()
            yield data
        self._end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for seconds, data in self._pieces():
            await self._clock.asleep(seconds)
            self._raise_if_late()
            yield data
        self._end()


class Tap(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body passed on as it comes, with a look at each piece and one call when it is over.

    *look(data)* is called before a piece is handed on; *over(error)* exactly once: with None when the body
    ended, with ClosedEarly when the reader stopped before that, else with the exception that broke it.
    The SDKs stop reading at a stream's last event, so ClosedEarly is no sign of a fault by itself.
    """

    def __init__(self, body: httpx2.SyncByteStream | httpx2.AsyncByteStream, *,
                 look: Callable[[bytes], None], over: Callable[[BaseException | None], None]) -> None:
        self._body, self._look, self._over = body, look, over
        self._is_over = False

    def _finish(self, error: BaseException | None = None) -> None:
        if not self._is_over:
            self._is_over = True
            self._over(error)

    def __iter__(self) -> Iterator[bytes]:
        try:
            for data in self._body:
                self._look(data)
                yield data
        except Exception as error:
            self._finish(error)
            raise
        self._finish()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._body:
                self._look(data)
                yield data
        except Exception as error:
            self._finish(error)
            raise
        self._finish()

    def close(self) -> None:
        self._finish(ClosedEarly())
        self._body.close()

    async def aclose(self) -> None:
        self._finish(ClosedEarly())
        await self._body.aclose()


class ClosedEarly(Exception):
    """The reader closed a body before its end."""


def tapped(response: httpx2.Response, *, look: Callable[[bytes], None],
           over: Callable[[BaseException | None], None]) -> httpx2.Response:
    """*response* with a tap on its body; a body that has been read already is looked at once."""
    try:
        content = response.content
    except httpx2.ResponseNotRead:
        response.stream = Tap(response.stream, look=look, over=over)
    else:
        look(content)
        over(None)
    return response
