"""Tell an ASGI app that its client has left, when the network does not say so.

    leaving = Leaving(app)           # serve this one
    leaving.leave("3f2c...")         # whoever sent "x-chat-id: 3f2c..." is gone
    leaving.leave()                  # everybody is: the server wants to stop

A browser that closes its connection is noticed at once, unless a proxy stands between: jupyter-server-proxy 4.6
reads an answer to its end for a browser that left long ago, and the model is paid to write it. So our page says
goodbye in a request of its own. To the app it looks the same: `receive()` gives "http.disconnect".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ID_HEADER = b"x-chat-id"
GONE = {"type": "http.disconnect"}
REMEMBER_S = 10.0
"""How long a goodbye waits for its request: the two travel on connections of their own, and it may come first."""
MOST_REMEMBERED = 1_000


class Leaving:
    """ASGI: passes requests on to *app*, and the news that their client has left."""

    def __init__(self, app: Callable[..., Awaitable[None]], now: Callable[[], float] = time.monotonic) -> None:
        self._app, self._now = app, now
        self._open: dict[asyncio.Event, bytes] = {}
        self._early: dict[bytes, float] = {}    # goodbyes that no open request answers to, and when they came

    def leave(self, id: str | None = None) -> None:
        """The client with this id has left, or, without one, every client. Call it on the event loop's thread."""
        known = [left for left, name in self._open.items() if id is None or name == id.encode()]
        for left in known:
            left.set()
        if id is not None and not known:
            self._remember(id.encode())

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        left, sent = asyncio.Event(), _Sent(send)
        name = dict(scope["headers"]).get(ID_HEADER, b"") if scope["method"] == "POST" else b""   # a DELETE says whose
        if self._now() - self._early.pop(name, float("-inf")) < REMEMBER_S:
            return await sent.finish()          # it left before it came: the model is not asked at all
        self._open[left] = name
        heard = _Heard(receive, left)
        try:
            await self._app(scope, heard, sent)
        except BaseException as error:
            if not (heard.gone and _is_broken_pipe(error)):
                raise
        finally:
            del self._open[left]
        if left.is_set():
            await sent.finish()

    def _remember(self, name: bytes) -> None:
        now = self._now()
        recent = [(old, at) for old, at in self._early.items() if now - at < REMEMBER_S]
        self._early = dict([*recent, (name, now)][-MOST_REMEMBERED:])


class _Sent:
    """`send`, and how far the response has come."""

    def __init__(self, send: Send) -> None:
        self._send, self._started, self._complete = send, False, False

    async def __call__(self, message: Message) -> None:
        await self._send(message)
        self._started = True
        self._complete = message["type"] == "http.response.body" and not message.get("more_body")

    async def finish(self) -> None:
        """End what the app left open: the connection itself is still up."""
        if not self._started:
            await self._send({"type": "http.response.start", "status": 503, "headers": []})
        if not self._complete:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


class _Heard:
    """`receive`, which gives what the server gives or the news that the client left, whichever comes first."""

    def __init__(self, receive: Receive, left: asyncio.Event) -> None:
        self._receive, self._left = receive, left
        self.gone = False
        """Whether the app has been told that its client is gone."""

    async def __call__(self) -> Message:
        message = GONE if self._left.is_set() else await self._either()
        self.gone = self.gone or message["type"] == GONE["type"]
        return message

    async def _either(self) -> Message:
        message, gone = asyncio.ensure_future(self._receive()), asyncio.ensure_future(self._left.wait())
        try:
            await asyncio.wait({message, gone}, return_when=asyncio.FIRST_COMPLETED)
            return message.result() if message.done() else GONE
        finally:
            message.cancel()
            gone.cancel()


def _is_broken_pipe(error: BaseException) -> bool:
    """Whether this is nothing but anyio's BrokenResourceError: FastAPI 0.165 hands events over through a pipe, and a
    client that reads slowly and leaves breaks it under an event that waits. That is no error, yet a long traceback."""
    import anyio

    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_broken_pipe, error.exceptions))
    return isinstance(error, anyio.BrokenResourceError)
