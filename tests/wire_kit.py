"""Small pieces that the wire's tests share: tapes by hand, and both SDKs' clients over any transport."""

from __future__ import annotations

import json

import httpx2

from helpers.clock import VirtualClock
from helpers.wire.clients import build
from helpers.wire.matching import RecordedRequest
from helpers.wire.recording import Entry, Provenance, Tape
from helpers.wire.reply import Reply

VERSION = {"anthropic-version": "2026-10-21"}
BUILT = Provenance(kind="constructed", date="2026-11-23")
HELLO = [{"role": "user", "content": "Hello"}]


def message(text="Hi there", **more):
    """A plain Messages reply's JSON."""
    return {"id": "msg_01CONSTRUCTED", "type": "message", "role": "assistant", "model": "claude-haiku-5-5",
            "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
            "usage": {"input_tokens": 9, "output_tokens": 4}, **more}


def completion(text="Hi there"):
    """A plain chat completion's JSON."""
    return {"id": "chatcmpl-CONSTRUCTED", "object": "chat.completion", "created": 1, "model": "gpt-6-luna",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}}


def sse(*events):
    """Anthropic-style events as text."""
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)


def events(*texts, stop_reason="end_turn"):
    """The events of a streamed text reply, one string each."""
    start = message()
    start.update(content=[], stop_reason=None, usage={"input_tokens": 9, "output_tokens": 1})
    yield sse({"type": "message_start", "message": start})
    yield sse({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    for text in texts:
        yield sse({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
    yield sse({"type": "content_block_stop", "index": 0})
    yield sse({"type": "message_delta", "delta": {"stop_reason": stop_reason, "stop_sequence": None},
               "usage": {"output_tokens": 4}})
    yield sse({"type": "message_stop"})


def stream(*texts, every_ms=100.0, **more):
    """A streamed reply, one event every *every_ms*."""
    chunks = tuple((every_ms * (i + 1), event) for i, event in enumerate(events(*texts)))
    return Reply(headers={"content-type": "text/event-stream", "request-id": "req_011CONSTRUCTED"}, chunks=chunks,
                 delay_ms=every_ms, **more)


def plain(body, **more):
    """A JSON reply."""
    return Reply(headers={"content-type": "application/json", "request-id": "req_011CONSTRUCTED"}, body=body, **more)


def ask(body, path="/v1/messages", method="POST", headers=VERSION):
    """A recorded request."""
    return RecordedRequest(method=method, path=path, headers=headers, body=body)


def entry(request, reply, name="first"):
    """One recording."""
    return Entry(name=name, request=request, reply=reply, provenance=BUILT)


def hello(**more):
    """The body of the request that most tests send."""
    return {"model": "claude-haiku-5-5", "max_tokens": 50, "messages": HELLO, **more}


def tape(*entries):
    """A tape named like a lesson."""
    return Tape("99_test", tuple(entries))


def client(transport, *, vendor="ANTHROPIC", asynchronous=False, clock=None, **options):
    """A real SDK client over *transport*."""
    return build(vendor, transport, clock or VirtualClock(), asynchronous=asynchronous, live=False, **options)


class Pieces(httpx2.SyncByteStream):
    """A body that arrives in given pieces."""

    def __init__(self, pieces):
        self._pieces = pieces

    def __iter__(self):
        yield from self._pieces
