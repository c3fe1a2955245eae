"""Ask an ASGI app without a port: for a lesson that looks at a service, and for the exercises' checks.

    status, headers, body = await post(app, {"prompt": "Hello"})
    departure = await leave_after(app, "Hello", deltas=3)
    departure.after_leaving      # events that were still sent to nobody

Works on any event loop, a virtual one included (`run_virtual(leave_after(...))`): nothing here waits by itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from helpers.chat_app.leaving import GONE, Message
from helpers.sse import Event, SSEParser

STREAM = {"accept": "text/event-stream"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What an app did for a client that left in the middle."""

    status: int
    events: tuple[Event, ...]
    """All that it sent, in order."""
    seen: int
    """How many of them had come when the client left; all, where the answer was shorter."""
    seconds: float
    """From leaving to the end of the app's work, on the event loop's clock."""
    ended: bool
    """Whether the app ended by itself: False when it was still at work after the time limit."""

    @property
    def after_leaving(self) -> int:
        """Events that were sent to nobody."""
        return len(self.events) - self.seen


async def post(app: Any, json_body: Any, *, path: str = "/chat",
               headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """Post *json_body* and read the answer to its end: (status, headers by lower-case name, body)."""
    client = _Client(json.dumps(json_body).encode())
    await app(_scope(path, headers), client.receive, client.send)
    return client.status, client.headers, bytes(client.body)


async def leave_after(app: Any, prompt: str, deltas: int = 3, *, path: str = "/chat",
                      limit_s: float = 120.0) -> Departure:
    """Post {"prompt": ...}, read *deltas* events, leave, and see what the app still does, for at most *limit_s*."""
    if deltas < 1:
        raise ValueError(f"deltas must be 1 or more, so that there is an answer to leave; got {deltas}.")
    loop, client = asyncio.get_running_loop(), _Client(json.dumps({"prompt": prompt}).encode(), leave_at=deltas)
    work = asyncio.ensure_future(app(_scope(path, STREAM), client.receive, client.send))
    leaving = asyncio.ensure_future(client.left.wait())
    await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
    leaving.cancel()
    left_at = loop.time()
    ended, _ = await asyncio.wait({work}, timeout=limit_s)
    seconds = loop.time() - left_at
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    return Departure(status=client.status, events=tuple(client.events), seen=min(deltas, len(client.events)),
                     seconds=round(seconds, 3), ended=bool(ended))


@dataclass(slots=True)
class _Client:
    """One request, and what comes back. Like uvicorn its `send` does not yield, and drops what comes after it left."""

    request: bytes
    leave_at: int | None = None
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    events: list[Event] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    parser: SSEParser = field(default_factory=SSEParser)
    asked: bool = False

    async def receive(self) -> Message:
        """The request, and then, once it happens, the news that the client is gone."""
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": self.request, "more_body": False}
        await self.left.wait()
        return GONE

    async def send(self, message: Message) -> None:
        """Take a part of the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        if message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.events += self.parser.feed(bytes(message.get("body", b"")))
            if not message.get("more_body") or (self.leave_at and len(self.events) >= self.leave_at):
                self.left.set()


def _scope(path: str, headers: Mapping[str, str] | None) -> Message:
    """A POST over HTTP/1.1, as uvicorn describes it."""
    named = {"host": "127.0.0.1", "content-type": "application/json", **(headers or {})}
    return {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": "POST", "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "state": {}}
