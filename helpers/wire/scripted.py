"""Answer whatever a learner asks from a script: a function from request to reply.

    def script(ask):
        return builder.message([builder.text(f"You said: {ask.last_user_text}")], model=ask.model)

    client = lesson.anthropic(script=script)

Before the script is asked, the documented 400 rules are enforced (`rules.violation`), so a request that the real
API refuses is refused here, too. What comes back is constructed and says so in its id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from helpers.clock import Clock
from helpers.economics import find_model, usage_from
from helpers.wire import builder, rules
from helpers.wire.matching import RecordedRequest, recorded_request
from helpers.wire.reply import Reply
from helpers.wire.transport import Source


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as a script sees it."""

    request: RecordedRequest
    now: float
    """Seconds on the course's clock when it arrived."""

    @property
    def path(self) -> str:
        return self.request.path

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body; {} where there is none."""
        return self.request.body if isinstance(self.request.body, dict) else {}

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Messages of either vendor; a Responses input that is a plain string counts as one user message."""
        given = self.body.get("messages", self.body.get("input", []))
        return [{"role": "user", "content": given}] if isinstance(given, str) else list(given)

    @property
    def last_user_text(self) -> str:
        """The text of the last user message, its blocks joined; "" where there is none."""
        for message in reversed(self.messages):
            if message.get("role") == "user":
                return text_in(message.get("content", ""))
        return ""


Script = Callable[[Ask], Reply]


def text_in(content: Any) -> str:
    """All the text in a message's content: a string, or the text blocks of a list, joined."""
    if isinstance(content, str):
        return content
    return "".join(block.get("text", "") for block in content if isinstance(block, dict))


class Scripted(Source):
    """Serves what *script* returns, streamed where the request asks for a stream."""

    def __init__(self, script: Script, clock: Clock) -> None:
        super().__init__(clock)
        self._script = script

    def answer(self, request: httpx2.Request) -> Reply:
        asked = recorded_request(request.method, str(request.url), request.headers, request.content)
        refusal = rules.violation(asked.path, asked.headers, asked.body, find_model)
        if refusal is not None:
            return refusal
        ask = Ask(asked, self.clock.now())
        reply = self._script(ask)
        if not isinstance(reply, Reply):
            raise TypeError(f"it returned {type(reply).__name__}, not a Reply")
        if ask.path.endswith("/count_tokens"):
            return _as_count(reply)
        return streamed(ask, reply) if ask.body.get("stream") else reply


def _as_count(reply: Reply) -> Reply:
    """A script need not know of counting: what its answer would bill as prompt is the count."""
    if isinstance(reply.body, dict) and "usage" in reply.body:
        return builder.count_tokens(usage_from(reply.body).prompt)
    return reply


def streamed(ask: Ask, reply: Reply) -> Reply:
    """A plain reply as the stream that the request asked for."""
    if reply.is_stream or reply.status != 200:
        return reply
    if ask.path.startswith("/v1/messages"):
        return builder.stream(reply)
    if ask.path.startswith("/v1/responses"):
        return builder.response_stream(reply)
    wants_usage = (ask.body.get("stream_options") or {}).get("include_usage", False)
    return builder.chat_stream(reply, include_usage=wants_usage)
