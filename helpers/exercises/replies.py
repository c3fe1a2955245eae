"""Real SDK objects for the checks: the SDKs parse them from constructed replies, as they parse the API's.

    message([builder.thinking(), "Hello"])            # an anthropic Message, with its request id
    completion("Hello", finish_reason="length")       # an openai ChatCompletion
    server = Server(script)                           # server.client: an anthropic.Anthropic; .bodies: what it sent
    with no_network() as reached: ...                 # a client of the learner's own finds no network, and we know

Whoever calls these loads an SDK, which takes seconds the first time: so before a learner's code is timed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from helpers.clock import VirtualClock
from helpers.economics import model_id
from helpers.wire import builder
from helpers.wire.clients import build
from helpers.wire.scripted import Script, Scripted
from helpers.wire.transport import failed

if TYPE_CHECKING:
    import anthropic
    import httpx2
    from anthropic.types import Message
    from openai.types.chat import ChatCompletion

    from helpers.wire.reply import Reply

MOST_REQUESTS = 10
"""A loop that asks until it likes the answer is refused after so many."""
HELLO = [{"role": "user", "content": "Where is my order?"}]
LIMIT = 100
"""max_tokens of these requests: what a reply that was cut off has used."""


class Server(Scripted):
    """Answers one client from a script, and keeps what it was sent."""

    def __init__(self, script: Script) -> None:
        super().__init__(script, VirtualClock())
        self.bodies: list[dict[str, Any]] = []
        """The body of each request for a message, also of those that the API's rules refuse."""

    @property
    def client(self) -> anthropic.Anthropic:
        """A client whose every request comes here."""
        return build("ANTHROPIC", self, self.clock, asynchronous=False, live=False, max_retries=0)

    def answer(self, request: httpx2.Request) -> Reply:
        if request.url.path.endswith("/messages"):   # counting tokens is free, and no call to a model
            body = json.loads(request.content)
            self.bodies.append(body if isinstance(body, dict) else {})
        if len(self.bodies) > MOST_REQUESTS:
            return failed(RuntimeError(f"more than {MOST_REQUESTS} requests for one answer"))
        return super().answer(request)


def message(content: Any, *, model: str = "default", **options: Any) -> Message:
    """A Message of these blocks. *model*: a role. *options*: of `builder.message`, such as stop_reason."""
    server = Server(lambda ask: reply_to(ask.model, LIMIT, content, options))
    return server.client.messages.create(model=model_id(model), max_tokens=LIMIT, messages=HELLO)


def reply_to(model: str, limit: int | None, content: Any, options: dict[str, Any]) -> Reply:
    """The reply on the wire; one that was cut off has used all of *limit*. None: who counts tokens has no limit."""
    cut_off = options.get("stop_reason") == "max_tokens"
    return builder.message(content, model=model, **({"max_tokens": limit or LIMIT} if cut_off else {}), **options)


def completion(content: str | None = None, **options: Any) -> ChatCompletion:
    """A ChatCompletion. *options*: of `builder.chat_completion`, such as finish_reason, tool_calls, usage."""
    if options.get("finish_reason") == "length":
        options["max_completion_tokens"] = LIMIT
    server = Scripted(lambda ask: builder.chat_completion(content, model=ask.model, **options), VirtualClock())
    client = build("OPENAI", server, server.clock, asynchronous=False, live=False, max_retries=0)
    return client.chat.completions.create(model=model_id("openai"), max_completion_tokens=LIMIT, messages=HELLO)


class NoNetwork(BaseException):
    """Raised in place of a request to the network; neither SDK retries it."""


_reached: ContextVar[list[str] | None] = ContextVar("reached", default=None)


@contextmanager
def no_network() -> Iterator[list[str]]:
    """Let no request of an SDK client out to the network, and list the hosts that it was for.

    Only for code that runs inside: a client in another thread of the notebook is not disturbed.
    """
    import httpx2

    real, reached = httpx2.HTTPTransport.handle_request, []

    def refuse(self: Any, request: httpx2.Request) -> httpx2.Response:
        hosts = _reached.get()
        if hosts is None:
            return real(self, request)
        hosts.append(request.url.host)
        raise NoNetwork(f"a request to {request.url.host}, which a check does not let out")

    token, httpx2.HTTPTransport.handle_request = _reached.set(reached), refuse
    try:
        yield reached
    finally:
        httpx2.HTTPTransport.handle_request = real
        _reached.reset(token)
