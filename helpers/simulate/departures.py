"""A reader closes the tab: what a server still takes from the model, and whether it hangs up.

    closed_tab(lesson.async_anthropic, streaming_app(pieces_of), chatty)

Server and SDK are real; the browser is played (`chat_app.leave_after`), and time jumps.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.chat_app import leave_after
from helpers.clock import VirtualClock, run_virtual
from helpers.wire.trace import Trace

if TYPE_CHECKING:
    import pandas as pd
    from fastapi import FastAPI

Pieces = Callable[[Any], Iterator[bytes] | AsyncIterator[bytes]]
"""From an SDK client to the events of one answer."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The connection to the model, after the reader has left."""

    read: int
    """Chunks that the server had taken when the reader left ..."""
    read_after: int
    """... and those that it took in the seconds after."""
    open: bool
    """Whether the connection was still open at the end of them."""

    @property
    def fate(self) -> str:
        """The connection in words."""
        if self.open:
            return "still open"
        return "closed, when all was read" if self.read_after else "closed at once"


def streaming_app(pieces_of: Pieces) -> Callable[[Any], FastAPI]:
    """An app that streams `pieces_of(client)` to whoever posts to /chat: the usual way, without any care."""
    from fastapi import FastAPI
    from fastapi.responses import StreamingResponse

    def build(client: Any) -> FastAPI:
        app = FastAPI()

        @app.post("/chat")
        async def chat() -> StreamingResponse:
            return StreamingResponse(pieces_of(client), media_type="text/event-stream")

        return app

    return build


def closed_tab(make_client: Callable[..., Any], make_app: Callable[[Any], Any], script: Any, *, events: int = 3,
               watch_s: float = 10.0) -> Upstream:
    """Post a question, leave after so many *events*, and watch the model's side for so many seconds.

    *make_client*: a lesson's `anthropic` or `async_anthropic`. *make_app*: client -> ASGI app. *script*: the model.
    Python collects no garbage meanwhile, so what is open until then is seen to be open, in each run.
    """
    trace = Trace()
    app = make_app(make_client(script=script, trace=trace, clock=VirtualClock()))

    async def watch() -> Upstream:
        await leave_after(app, "Where is order 1042?", deltas=events)
        body = trace.sent[0].body
        read = body.pieces
        await asyncio.sleep(watch_s)
        return Upstream(read, body.pieces - read, body.open)

    with _no_collection():
        return run_virtual(watch())


@contextmanager
def _no_collection() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def departures(servers: Mapping[str, Upstream]) -> pd.DataFrame:
    """One row each, to be shown."""
    import pandas as pd

    rows = [(one.read, one.read_after, one.fate) for one in servers.values()]
    columns = ["chunks read till then", "in the 10 s after", "connection to the model"]
    return pd.DataFrame(rows, columns=columns, index=list(servers))
