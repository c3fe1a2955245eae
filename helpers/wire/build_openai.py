"""Constructed OpenAI chat completions and errors, true to the wire. Never a measurement.

    reply = chat_completion("Hello!", model=course.model("openai"))
    reply.body["id"]                     # 'chatcmpl-CONSTRUCTED…'

The Responses API is in `build_responses`. What *usage* leaves out is an ILLUSTRATION (see `build_usage`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from helpers.wire.build_common import (
    ALPHABET,
    Timed,
    constructed_id,
    generator,
    json_reply,
    network_chunks,
    pieces,
    stream_reply,
    wire_body,
)
from helpers.wire.build_usage import openai_usage
from helpers.wire.reply import Reply

if TYPE_CHECKING:
    from helpers.economics import Usage

CREATED = 1_795_392_000
"""23 November 2026, 00:00 UTC: when constructed replies say that they were made."""


def tool_call(name: str, arguments: Mapping[str, Any] | str, *, id: str | None = None) -> dict[str, Any]:
    """A tool call; *arguments* as a dict, or as the JSON text that a model wrote, right or wrong."""
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments_text(arguments)}}


def chat_completion(
    content: str | None = None,
    *,
    model: str,
    tool_calls: Iterable[dict[str, Any]] = (),
    refusal: str | None = None,
    finish_reason: str | None = None,
    max_completion_tokens: int | None = None,
    usage: Usage | Mapping[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
    id: str | None = None,
    created: int = CREATED,
    delay_ms: float = 0.0,
) -> Reply:
    """The reply to a POST to /v1/chat/completions.

    *usage*: a Usage, or fields as on the wire; the rest is an ILLUSTRATION from the texts and *request*.
    With finish_reason "length" the output is exactly *max_completion_tokens*.
    """
    calls = [{**call} for call in tool_calls]
    reason = finish_reason or ("tool_calls" if calls else "stop")
    texts = [content or "", refusal or "", *(call["function"]["arguments"] for call in calls)]
    cut_off = reason == "length"
    message = {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}
    body = {
        "id": id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": openai_usage(
            usage, texts, request, max_completion_tokens, api="chat", tool_calls=len(calls), cut_off=cut_off
        ),
        "service_tier": "default",
        "system_fingerprint": None,
    }
    body["id"] = id or constructed_id("chatcmpl-CONSTRUCTED", body, calls, length=18)
    if calls:
        message["tool_calls"] = calls
    for index, call in enumerate(calls):
        call["id"] = call["id"] or constructed_id("call_CONSTRUCTED", body["id"], index, length=13)
    return json_reply(body, headers=openai_headers(body), delay_ms=delay_ms)


def chat_stream(
    reply: Reply,
    *,
    include_usage: bool = False,
    first_ms: float = 350.0,
    per_delta_ms: float = 15.0,
    seed: int = 0,
) -> Reply:
    """*reply*, which `chat_completion` built, as a stream; usage comes only when asked for (`stream_options`)."""
    body = wire_body(reply, "chat.completion", "object", "chat_completion")
    rng = generator(seed, body["id"])
    [choice] = body["choices"]
    deltas = [*_deltas(choice["message"], rng)]
    parts = [(delta, None, per_delta_ms if index else 0.0) for index, delta in enumerate(deltas)]
    events = []
    for delta, reason, wait in [*parts, ({}, choice["finish_reason"], per_delta_ms)]:
        said = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        events.append(_chunk(body, [said], include_usage, rng, wait))
    if include_usage:
        events.append(_chunk(body, [], include_usage, rng, 0.0))
    events.append(("data: [DONE]\n\n", 0.0))
    return stream_reply(reply, network_chunks(events, rng, first_ms=first_ms))


def openai_error(
    status: int,
    message: str,
    *,
    type: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An error reply in OpenAI's shape. *type* is the same for 400, 401 and 404; *code* tells them apart."""
    body = {"error": {"message": message, "type": type, "param": param, "code": code}}
    return json_reply(body, status=status, headers={**openai_headers(body), **(headers or {})})


def openai_error_event(message: str, *, type: str = "server_error", code: str | None = None) -> str:
    """The text of an error that arrives in the middle of a chat stream, after the status 200."""
    return f"data: {compact({'error': {'message': message, 'type': type, 'param': None, 'code': code}})}\n\n"


def openai_headers(body: Any) -> dict[str, str]:
    """`x-request-id`, under which the SDK's `_request_id` and OpenAI's support know a reply."""
    return {"x-request-id": constructed_id("req_CONSTRUCTED", body, length=21)}


def compact(data: Any) -> str:
    """JSON as OpenAI streams it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def arguments_text(arguments: Mapping[str, Any] | str) -> str:
    """Tool arguments as the JSON text that they are on OpenAI's wire."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def obfuscation(delta: str, rng: random.Random) -> str:
    """Random letters that hide a delta's length from eavesdroppers."""
    return "".join(rng.choices(ALPHABET, k=16 - len(delta) % 16))


def _deltas(message: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """The role first, then text, refusal and arguments in pieces of about a token."""
    calls = message.get("tool_calls") or []
    yield {"role": "assistant", "content": None if message["content"] is None else "", "refusal": None}
    for key in ("content", "refusal"):
        for piece in pieces(message[key] or "", rng, median=1, longest=20):
            yield {key: piece}
    for index, call in enumerate(calls):
        yield {"tool_calls": [{**call, "index": index, "function": {**call["function"], "arguments": ""}}]}
        for piece in pieces(call["function"]["arguments"], rng, median=1, longest=20):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _chunk(body: dict[str, Any], choices: list, include_usage: bool, rng: random.Random, wait: float) -> Timed:
    """One data line. With *include_usage* every chunk has the field; only the last, without choices, fills it."""
    data = {
        "id": body["id"],
        "object": "chat.completion.chunk",
        **{key: body[key] for key in ("created", "model", "service_tier", "system_fingerprint")},
        "choices": choices,
    }
    if include_usage:
        data["usage"] = None if choices else body["usage"]
    shown = choices[0]["delta"].get("content") or "" if choices else ""
    return f"data: {compact({**data, 'obfuscation': obfuscation(shown, rng)})}\n\n", wait
