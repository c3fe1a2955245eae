"""The `send` of lesson 04's exercises: real SDK requests, answered from a list of constructed replies.

    talk = Talk([said(tool_call)], tools=(RECORD_ORDER,))
    talk.send(messages)             # an anthropic Message; a request that breaks the API's rules is a real 400
    talk.asked                      # the messages of each request, as they went out

Building the client loads the SDK, which takes seconds the first time: so before a learner's code is timed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from helpers.classroom.attempt import shown
from helpers.classroom.report import Problem
from helpers.economics import model_id
from helpers.exercises import replies
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask

if TYPE_CHECKING:
    from anthropic.types import Message

MOST_REQUESTS = 9
"""More than any answer needs: below the limit at which the server hangs up."""
LIMIT = 2_000
Said = Callable[[], Reply]
"""Makes one reply, the same one each time, ids included."""


def said(*blocks: Any, **options: Any) -> Said:
    """A reply of these blocks. *options*: of `builder.message`, such as stop_reason."""
    return lambda: replies.reply_to(model_id("default"), LIMIT, blocks, options)


def call(name: str, input: dict[str, Any], id: str | None = None) -> dict[str, Any]:
    """A tool call."""
    return builder.tool_use(name, input, id=id)


class Runaway(BaseException):
    """Raised in place of one more reply; no `except Exception` of the learner's holds it."""


class Talk:
    """Answers request after request from *script*, its last entry again and again; an exception in it is raised."""

    def __init__(self, script: Sequence[Said | BaseException], tools: Sequence[dict[str, Any]]) -> None:
        self._script, self._tools = script, list(tools)
        self._server = replies.Server(self._reply)
        self._client = self._server.client
        self._sent: list[Reply] = []
        self.given: list[Message] = []
        """What came back, as the learner's code got it."""

    @property
    def asked(self) -> list[list[Any]]:
        """The messages of each request, as JSON, also of those that the API's rules refuse."""
        return [body["messages"] if isinstance(body.get("messages"), list) else [] for body in self._server.bodies]

    @property
    def first(self) -> Any:
        """What the first request had for its messages, whatever it is."""
        return self._server.bodies[0].get("messages")

    @property
    def sent(self) -> list[list[dict[str, Any]]]:
        """The blocks of each reply that came, as JSON."""
        return [json.loads(json.dumps(reply.body["content"])) for reply in self._sent]

    def send(self, messages: Any) -> Message:
        """One request; what the learner's code is given."""
        if len(self._server.bodies) >= MOST_REQUESTS:
            raise Runaway
        entry = self._entry()
        if isinstance(entry, BaseException):
            self._server.bodies.append(json.loads(json.dumps({"messages": messages}, default=_as_json)))
            raise entry.with_traceback(None)
        self.given.append(self._client.messages.create(
            model=model_id("default"), max_tokens=LIMIT, tools=self._tools, messages=messages))
        return self.given[-1]

    def _entry(self) -> Said | BaseException:
        return self._script[min(len(self._server.bodies), len(self._script) - 1)]

    def _reply(self, ask: Ask) -> Reply:
        self._sent.append(self._script[min(len(self._server.bodies) - 1, len(self._script) - 1)]())
        return self._sent[-1]


def _as_json(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else str(value)


KEPT = ("type", "text", "thinking", "signature", "id", "name", "input")
"""What makes a block the same one; the SDK adds fields that are None."""


def same_blocks(content: Any, blocks: Sequence[dict[str, Any]]) -> bool:
    """Whether an assistant turn's *content* holds exactly these *blocks*."""
    return isinstance(content, list) and [_kept(one) for one in content] == [_kept(one) for one in blocks]


def _kept(block: Any) -> Any:
    return {key: block[key] for key in KEPT if block.get(key) is not None} if isinstance(block, dict) else block


def as_blocks(content: Any) -> list[dict[str, Any]]:
    """A message's content as blocks; a string is one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def words_in(content: Any) -> str:
    """The text of a tool result's content, whichever way it is written."""
    return "\n".join(block.get("text", "") for block in as_blocks(content))


def other_role(turns: Sequence[dict[str, Any]], sent: str, should: str) -> Problem | None:
    """A turn behind the reply that neither the user nor the assistant can have said, such as one of the role "tool"."""
    odd = next((turn for turn in turns if turn.get("role") not in ("user", "assistant")), None)
    if odd is None:
        return None
    did = f"with the role {shown(odd['role'])}" if "role" in odd else f"of no role: {shown(odd)}"
    return Problem(code="other-role", sent=sent, did=f"sent a turn {did}", should=should, because="the call then "
                   "stays without a result, which is a 400. A role of its own for results is OpenAI's Chat "
                   "Completions; here a result is a block, in a turn of one of the two who speak.",
                   look="the role of your last turn, and the `type` of what stands in it.")
