"""Both SDKs for the benchmark: the same question, its reply, and clients over ours and over httpx2's own transport."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from wire_kit import completion, entry, message, plain, stream

from helpers.clock import RealClock
from helpers.course import Lesson
from helpers.wire.clients import HOSTS, OFFLINE_KEY
from helpers.wire.matching import RecordedRequest, recorded_request
from helpers.wire.recording import Entry, Tape
from helpers.wire.reply import Reply

HEADERS = {"content-type": "application/json", "request-id": "req_011CONSTRUCTED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One SDK and one of its calls."""

    name: str
    sdk: str
    """The package; its client is the class `name`, asynchronous with Async before it."""
    reply: Callable[[str], dict[str, Any]]
    """A reply's JSON with the text given."""
    stream: Callable[[int, float], Reply]
    """A streamed reply of so many chunks, so many milliseconds apart."""
    create: Callable[[Any], Callable[..., Any]]
    """The method of a client that is called."""
    fixed: dict[str, Any]
    """The arguments that no row varies."""

    def question(self, text: str = "Hello") -> dict[str, Any]:
        """Arguments of the call."""
        return {**self.fixed, "messages": [{"role": "user", "content": text}]}

    def not_found(self) -> type[Exception]:
        """What a miss is raised as."""
        return importlib.import_module(self.sdk).NotFoundError

    def stock(self, *, asynchronous: bool = False, transport: httpx2.MockTransport | None = None,
              **options: Any) -> Any:
        """The SDK's client as it comes, over *transport* or, without one, over the network."""
        sdk = importlib.import_module(self.sdk)
        prefix = "Async" if asynchronous else ""
        http = getattr(sdk, f"Default{prefix}HttpxClient")(**({"transport": transport} if transport else {}))
        options.setdefault("base_url", HOSTS[self.sdk.upper()])
        return getattr(sdk, f"{prefix}{self.name}")(api_key=OFFLINE_KEY, http_client=http, **options)

    def mocked(self, body: bytes) -> Any:
        """The SDK's client over httpx2.MockTransport, which answers everything with *body*."""
        return self.stock(transport=httpx2.MockTransport(
            lambda request: httpx2.Response(200, headers=HEADERS, content=body)))

    def ours(self, tape: Tape, *, asynchronous: bool = False) -> Any:
        """The course's client over *tape*: meter and replay, on the real clock."""
        lesson = Lesson(tape.name, "replay", tape)
        build = getattr(lesson, f"async_{self.sdk}" if asynchronous else self.sdk)
        return build(clock=RealClock())

    def recorded(self, **arguments: Any) -> RecordedRequest:
        """What the SDK really sends for a call with *arguments*."""
        sent: list[httpx2.Request] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            sent.append(request)
            return httpx2.Response(200, headers=HEADERS, content=json.dumps(self.reply("Hi")).encode())

        self.create(self.stock(transport=httpx2.MockTransport(answer)))(**arguments)
        request = sent[0]
        return recorded_request(request.method, str(request.url), request.headers, request.content)

    def tape(self, question: dict[str, Any], text: str) -> Tape:
        """One recording: *question* answered with *text*."""
        return Tape("99_bench", (entry(self.recorded(**question), plain(self.reply(text))),))

    def big_tape(self, size: int, text: str) -> Tape:
        """*size* recordings, told apart by a number at the end of the question *text*."""
        like = self.recorded(**self.question())
        answer = plain(self.reply("Hi"))
        return Tape("99_bench", tuple(self._numbered(like, text, number, answer) for number in range(size)))

    def _numbered(self, like: RecordedRequest, text: str, number: int, answer: Reply) -> Entry:
        asked = RecordedRequest(method=like.method, path=like.path, headers=like.headers,
                                body={**like.body, "messages": self.question(f"{text} {number}")["messages"]})
        return entry(asked, answer, name=f"question-{number}")


def _chat_stream(count: int, every_ms: float) -> Reply:
    piece = {"id": "chatcmpl-CONSTRUCTED", "object": "chat.completion.chunk", "created": 1, "model": "gpt-6-luna"}
    choice = {"index": 0, "delta": {"content": "word "}, "finish_reason": None}
    text = f"data: {json.dumps({**piece, 'choices': [choice]})}\n\n"
    chunks = tuple((every_ms * (i + 1), text) for i in range(count))
    return Reply(headers={"content-type": "text/event-stream"}, delay_ms=every_ms,
                 chunks=(*chunks[:-1], (chunks[-1][0], chunks[-1][1] + "data: [DONE]\n\n")))


def _messages_stream(count: int, every_ms: float) -> Reply:
    around = 5   # events before and after the deltas
    return stream(*["word "] * (count - around), every_ms=every_ms)


ANTHROPIC = Vendor(name="Anthropic", sdk="anthropic", reply=message, stream=_messages_stream,
                   create=lambda client: client.messages.create,
                   fixed={"model": "claude-haiku-5-5", "max_tokens": 50})
OPENAI = Vendor(name="OpenAI", sdk="openai", reply=completion, stream=_chat_stream,
                create=lambda client: client.chat.completions.create, fixed={"model": "gpt-6-luna"})
VENDORS = (ANTHROPIC, OPENAI)
