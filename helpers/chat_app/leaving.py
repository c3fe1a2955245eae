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
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ID_HEADER = b"x-chat-id"
GONE = {"type": "http.disconnect"}


class Leaving:
    """ASGI: passes requests on to *app*, and the news that their client has left."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self._open: dict[asyncio.Event, bytes] = {}

    def leave(self, id: str | None = None) -> None:
        """The client with this id has left, or, without one, every client. Call it on the event loop's thread."""
        for left, name in list(self._open.items()):
            if id is None or name == id.encode():
                left.set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        left, sent = asyncio.Event(), _Sent(send)
        self._open[left] = dict(scope["headers"]).get(ID_HEADER, b"")
        try:
            await self._app(scope, lambda: _either(receive, left), sent)
        finally:
            del self._open[left]
        if left.is_set():
            await sent.finish()


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


async def _either(receive: Receive, left: asyncio.Event) -> Message:
    """What *receive* gives, or the news that the client left, whichever comes first."""
    if left.is_set():
        return GONE
    message, gone = asyncio.ensure_future(receive()), asyncio.ensure_future(left.wait())
    try:
        await asyncio.wait({message, gone}, return_when=asyncio.FIRST_COMPLETED)
        return message.result() if message.done() else GONE
    finally:
        message.cancel()
        gone.cancel()
