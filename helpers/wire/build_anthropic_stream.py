"""A constructed message as the events in which the Messages API would stream it.

Order, sizes and quirks as in recorded traffic (`wire-facts`): a ping second, text in deltas of about 9
characters, tool input in pieces of at most 13 after an empty first one, cumulative usage, and lines padded
with spaces. So nobody should compare such lines as text: parse them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from helpers.wire.build_common import Timed, generator, network_chunks, pieces, stream_reply, wire_body
from helpers.wire.reply import Reply

PADDED_LINES = 0.84
"""Share of recorded data lines that have spaces before their last brace."""
CUMULATIVE = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "output_tokens_details",
    "server_tool_use",
    "iterations",
)
"""The usage fields that `message_delta` repeats with their final values."""
LATE = ("output_tokens_details", "server_tool_use", "iterations")
"""Those that `message_start` cannot know yet."""


def stream(
    reply: Reply, *, first_ms: float = 450.0, per_delta_ms: float = 40.0, thinking_ms: float = 0.0, seed: int = 0
) -> Reply:
    """*reply*, which `message` built, as a stream.

    *first_ms*: from the request to headers and `message_start`. *per_delta_ms*: between two deltas, give or take
    40 %. *thinking_ms*: how long a thinking block with omitted display stays silent. *seed*: other cuts and times.
    """
    body = wire_body(reply, "message", "type", "message")
    rng = generator(seed, body["id"])
    events = [
        _event("message_start", {"message": _started(body, rng)}, rng),
        ('event: ping\ndata: {"type": "ping"}\n\n', 0.0),
    ]
    for index, block in enumerate(body["content"]):
        events += _block_events(index, block, rng, per_delta_ms, thinking_ms)
    events += [
        _event("message_delta", {"delta": _ending(body), "usage": _cumulative(body)}, rng, wait=per_delta_ms),
        _event("message_stop", {}, rng),
    ]
    return stream_reply(reply, network_chunks(events, rng, first_ms=first_ms))


def error_event(type: str = "overloaded_error", message: str = "Overloaded") -> str:
    """The text of an error that arrives in the middle of a stream, after the status 200."""
    data = {"type": "error", "error": {"details": None, "type": type, "message": message}}
    return f"event: error\ndata: {_json(data)}\n\n"


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _event(name: str, data: dict[str, Any], rng: random.Random, *, wait: float = 0.0) -> Timed:
    line = _json({"type": name, **data})
    padding = " " * rng.randint(1, 15) if rng.random() < PADDED_LINES else ""
    return f"event: {name}\ndata: {line[:-1]}{padding}}}\n\n", wait


def _started(body: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The message as `message_start` has it: no content, and the first few output tokens, part of the final count."""
    usage = {key: value for key, value in body["usage"].items() if key not in LATE}
    first = 1 if rng.random() < 0.6 else rng.randint(2, 8)
    usage["output_tokens"] = min(first, usage["output_tokens"])
    return {**body, "content": [], "stop_reason": None, "stop_sequence": None, "stop_details": None, "usage": usage}


def _ending(body: dict[str, Any]) -> dict[str, Any]:
    return {key: body[key] for key in ("stop_reason", "stop_sequence", "stop_details")}


def _cumulative(body: dict[str, Any]) -> dict[str, Any]:
    return {key: body["usage"][key] for key in CUMULATIVE if key in body["usage"]}


def _block_events(
    index: int, block: dict[str, Any], rng: random.Random, per_delta_ms: float, thinking_ms: float
) -> Iterator[Timed]:
    yield _event("content_block_start", {"index": index, "content_block": _opened(block)}, rng)
    for delta in _deltas(block, rng):
        silent = delta["type"] == "signature_delta" and not block["thinking"]
        wait = thinking_ms if silent else per_delta_ms
        yield _event("content_block_delta", {"index": index, "delta": delta}, rng, wait=wait)
    yield _event("content_block_stop", {"index": index}, rng)


def _opened(block: dict[str, Any]) -> dict[str, Any]:
    """The block before its first delta; kinds that do not stream start out whole."""
    empty = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}}
    return {**block, **({"input": {}} if "input" in block else empty.get(block["type"], {}))}


def _deltas(block: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    if block["type"] == "text":
        for piece in pieces(block["text"], rng, median=9, longest=197):
            yield {"type": "text_delta", "text": piece}
    elif block["type"] == "thinking":
        for piece in pieces(block["thinking"], rng, median=9, longest=197):
            yield {"type": "thinking_delta", "thinking": piece}
        yield {"type": "signature_delta", "signature": block["signature"]}
    elif "input" in block:
        yield {"type": "input_json_delta", "partial_json": ""}
        written = json.dumps(block["input"], ensure_ascii=False) if block["input"] else ""
        for piece in pieces(written, rng, median=5, longest=13):
            yield {"type": "input_json_delta", "partial_json": piece}
