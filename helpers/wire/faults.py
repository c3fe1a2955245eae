"""Failures on demand, placed in front of any source of replies, the live one included.

    lesson.anthropic(faults=["529", "429 retry-after 2", "ok", "dropped connection", "cut after 3 deltas"])

Each attempt uses up one fault; when the script is over, requests pass. It starts over with each notebook cell.

    429, 529, 408, 500 ...        that status is answered, in the vendor's own shape where that is documented
    429 retry-after 2             with that header; an HTTP date works, too
    spend limit                   the 429 that no retry heals: error_code enforced_spend_limit_reached, no retry-after,
                                  and no x-should-retry (its headers were never seen)
    dropped connection            the connection fails before any answer
    timeout                       nothing comes until the request's read timeout fires
    error after 3 deltas          200, three pieces of text, then an error event (overloaded_error)
    cut after 3 deltas            200, three pieces of text, then the stream ends without its last events
    dropped after 3 deltas        200, three pieces of text, then the connection dies
    ok                            this attempt passes

None of these was ever recorded (wire-facts: no 429, 529 or mid-stream error in 5,819 interactions); the bodies
follow the documentation.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from helpers.clock import Clock
from helpers.wire import builder
from helpers.wire.cells import CellCounter
from helpers.wire.reply import Reply
from helpers.wire.transport import FOREVER, Source, Transport, Wrapper, is_anthropic

ERROR_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 409: "conflict_error", 413: "request_too_large", 429: "rate_limit_error",
    500: "api_error", 504: "timeout_error", 529: "overloaded_error",
}
BARE = {408: "Request Timeout", 422: "Unprocessable Content"}
"""Statuses whose error type no vendor documents: answered in plain text, as something between us and the API would."""
MESSAGES = {429: "This request would exceed your account's rate limit. Please try again later.", 529: "Overloaded"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one attempt."""

    kind: str
    """status, spend_limit, drop, timeout, error, cut, dropped, ok."""
    status: int = 0
    retry_after: str = ""
    after_deltas: int = 0


_PLAIN = {"ok": Fault("ok"), "dropped connection": Fault("drop"), "timeout": Fault("timeout"),
          "spend limit": Fault("spend_limit", status=429)}


def fault(spec: str | int | Fault) -> Fault:
    """Read one entry of a fault script; the module's docstring lists the forms."""
    if isinstance(spec, Fault):
        return spec
    text = " ".join(str(spec).lower().split())
    if text in _PLAIN:
        return _PLAIN[text]
    if match := re.fullmatch(r"([45]\d\d)(?: retry-after (.+))?", text):
        # An HTTP date is case-sensitive on the wire, so it is taken from the text as written.
        after = str(spec).split(None, 2)[2] if match[2] else ""
        return Fault("status", status=int(match[1]), retry_after=after)
    if match := re.fullmatch(r"(error|cut|dropped) after (\d+) deltas?", text):
        return Fault(match[1], after_deltas=int(match[2]))
    raise ValueError(
        f"{spec!r} is no fault. Write a status such as '529' or '429 retry-after 2', or one of: "
        "'dropped connection', 'timeout', 'spend limit', 'error after 3 deltas', 'cut after 3 deltas', "
        "'dropped after 3 deltas', 'ok'.")


class Faults(Wrapper):
    """Plays a fault script in front of *inner*."""

    def __init__(self, inner: Transport, script: Sequence[str | int | Fault], clock: Clock) -> None:
        super().__init__(inner)
        self._clock = clock
        self._script = [fault(spec) for spec in script]
        self._attempts = CellCounter()

    def _next(self) -> Fault:
        attempt = self._attempts.next()
        return self._script[attempt] if attempt < len(self._script) else _PLAIN["ok"]

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        due = self._next()
        if due.kind in _REFUSALS:
            return _Refusal(due, self._clock).handle_request(request)
        return _maimed(self._inner.handle_request(request), due)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        due = self._next()
        if due.kind in _REFUSALS:
            return await _Refusal(due, self._clock).handle_async_request(request)
        return _maimed(await self._inner.handle_async_request(request), due)


_REFUSALS = ("status", "spend_limit", "drop", "timeout")


class _Refusal(Source):
    """A failure that needs no source behind it."""

    FIRST_BYTE_MS = 40.0

    def __init__(self, due: Fault, clock: Clock) -> None:
        super().__init__(clock)
        self._due = due

    def answer(self, request: httpx2.Request) -> Reply:
        if self._due.kind == "drop":
            raise httpx2.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        if self._due.kind == "timeout":
            return Reply(body="", delay_ms=FOREVER * 1000)
        return replace(error_reply(self._due, anthropic=is_anthropic(request)), delay_ms=self.FIRST_BYTE_MS)


def error_reply(due: Fault, *, anthropic: bool) -> Reply:
    """The vendor's answer for a status fault."""
    headers = {"retry-after": due.retry_after} if due.retry_after else {}
    if due.status in BARE:
        return Reply(status=due.status, headers={"content-type": "text/plain", **headers}, body=BARE[due.status])
    kind = ERROR_TYPES.get(due.status, "api_error" if due.status >= 500 else "invalid_request_error")
    message = MESSAGES.get(due.status, kind.replace("_", " ").capitalize())
    if due.kind == "spend_limit":
        return _spend_limit(anthropic)
    if anthropic:
        return builder.error(due.status, kind, message, headers=headers)
    return builder.openai_error(due.status, message, type=kind, code=None, headers=headers)


def _spend_limit(anthropic: bool) -> Reply:
    if not anthropic:
        return builder.openai_error(429, "You exceeded your current quota, please check your plan and billing details.",
                                    type="insufficient_quota", code="insufficient_quota")
    return builder.error(429, "rate_limit_error", "Your organization has reached its enforced spend limit.",
                         error_code="enforced_spend_limit_reached")


def _maimed(response: httpx2.Response, due: Fault) -> httpx2.Response:
    # A plain reply is passed on as it is: there is no delta in it after which something could go wrong.
    if due.kind != "ok" and "text/event-stream" in response.headers.get("content-type", ""):
        response.stream = _Maimed(response.stream, due, response.request)
    return response


class _Maimed(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A stream that goes wrong after some deltas. Events are passed on whole."""

    def __init__(self, body: Any, due: Fault, request: httpx2.Request) -> None:
        self._body, self._due, self._request = body, due, request
        self._tail = b""
        self._deltas = 0

    @property
    def _broken(self) -> bool:
        return self._deltas >= self._due.after_deltas

    def _events(self, data: bytes) -> Iterator[bytes]:
        """The events that *data* completes, up to the last delta that the fault lets through."""
        *events, self._tail = re.split(rb"(?<=\n\n)|(?<=\r\n\r\n)", self._tail + data)
        for event in events:
            if _is_delta(event) and self._broken:
                return
            self._deltas += _is_delta(event)
            yield event
            if self._deltas and self._broken:
                return

    def _last_words(self) -> bytes:
        if not self._broken:   # the stream was too short for the fault: it passes whole
            return self._tail
        if self._due.kind == "dropped":
            raise httpx2.RemoteProtocolError(
                "peer closed connection without sending complete message body (incomplete chunked read)",
                request=self._request)
        if self._due.kind == "cut":
            return b""
        if is_anthropic(self._request):
            return builder.error_event("overloaded_error", "Overloaded").encode()
        return builder.openai_error_event("The server is overloaded.").encode()

    def __iter__(self) -> Iterator[bytes]:
        for data in self._body:
            yield from self._events(data)
            if self._broken:
                break
        yield self._last_words()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._body:
            for event in self._events(data):
                yield event
            if self._broken:
                break
        yield self._last_words()

    def close(self) -> None:
        self._body.close()

    async def aclose(self) -> None:
        await self._body.aclose()


def _is_delta(event: bytes) -> bool:
    """Whether an event of either vendor carries a piece of the answer."""
    return (b'"content_block_delta"' in event or b".delta\"" in event
            or (b"chat.completion.chunk" in event and (b'"tool_calls":[' in event or (
                b'"content":' in event and b'"content":""' not in event and b'"content":null' not in event))))
