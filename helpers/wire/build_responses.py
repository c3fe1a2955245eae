"""Constructed replies of OpenAI's Responses API, plain and streamed, true to the wire. Never a measurement.

    reply = response([reasoning(), "Hello!"], model=course.model("openai"))
    reply.body["id"]                     # 'resp_CONSTRUCTED…'
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from helpers.wire.build_common import (
    Timed,
    constructed_id,
    generator,
    json_reply,
    network_chunks,
    pieces,
    stream_reply,
    wire_body,
)
from helpers.wire.build_openai import CREATED, arguments_text, compact, obfuscation, openai_headers
from helpers.wire.build_usage import openai_usage
from helpers.wire.reply import Reply

if TYPE_CHECKING:
    from helpers.economics import Usage

Item = dict[str, Any]
ITEM_IDS = {"message": "msg_CONSTRUCTED", "function_call": "fc_CONSTRUCTED", "reasoning": "rs_CONSTRUCTED"}
ECHOED = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": "medium", "summary": None},
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
}
"""What a response repeats of its request, with the values that the API fills in."""


def message_item(text: str | None = None, *, refusal: str | None = None) -> Item:
    """An output message that holds *text*, or a *refusal*."""
    shown = {"type": "output_text", "annotations": [], "logprobs": [], "text": text or ""}
    part = shown if refusal is None else {"type": "refusal", "refusal": refusal}
    return {"id": None, "type": "message", "status": "completed", "content": [part], "role": "assistant"}


def function_call(name: str, arguments: Mapping[str, Any] | str, *, call_id: str | None = None) -> Item:
    """A tool call; *arguments* as a dict, or as the JSON text that a model wrote."""
    return {
        "id": None,
        "type": "function_call",
        "status": "completed",
        "arguments": arguments_text(arguments),
        "call_id": call_id,
        "name": name,
    }


def reasoning(*summary: str) -> Item:
    """A reasoning item: usually empty, with *summary* texts where the request asked for them."""
    return {"id": None, "type": "reasoning", "summary": [{"type": "summary_text", "text": text} for text in summary]}


def response(
    output: str | Item | Iterable[str | Item],
    *,
    model: str,
    incomplete: str | None = None,
    error: Mapping[str, str] | None = None,
    max_output_tokens: int | None = None,
    usage: Usage | Mapping[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
    id: str | None = None,
    created: int = CREATED,
    delay_ms: float = 0.0,
) -> Reply:
    """The reply to a POST to /v1/responses.

    *output*: text, an item, or several of either. *incomplete*: why it ends early, such as "max_output_tokens",
    which bills exactly that many. *error*: {"code", "message"} of a failed response. *request*: the body that
    is answered, for the fields that a response repeats. *usage* as for `chat_completion`.
    """
    parts = [output] if isinstance(output, (str, Mapping)) else output
    items = [message_item(part) if isinstance(part, str) else {**part} for part in parts]
    asked = dict(request or {})
    limit = asked["max_output_tokens"] = max_output_tokens or asked.get("max_output_tokens")
    cut_off = incomplete == "max_output_tokens"
    calls = sum(item["type"] == "function_call" for item in items)
    body = {
        "id": id,
        "object": "response",
        "created_at": created,
        "status": "failed" if error else "incomplete" if incomplete else "completed",
        "background": False,
        "error": dict(error) if error else None,
        "incomplete_details": {"reason": incomplete} if incomplete else None,
        "model": model,
        "output": items,
        **{key: asked.get(key, value) for key, value in ECHOED.items()},
        "service_tier": "default",
        "store": asked.get("store", True),
        "usage": openai_usage(usage, _texts(items), request, limit, api="responses", tool_calls=calls, cut_off=cut_off),
    }
    body["id"] = id or constructed_id("resp_CONSTRUCTED", body, length=37)
    _name_items(items, body)
    return json_reply(body, headers=openai_headers(body), delay_ms=delay_ms)


def response_stream(
    reply: Reply, *, first_ms: float = 350.0, per_delta_ms: float = 15.0, seed: int = 0
) -> Reply:
    """*reply*, which `response` built, as the API's events, numbered from 0. There is no [DONE] line here."""
    body = wire_body(reply, "response", "object", "response")
    rng = generator(seed, body["id"])
    running = {**body, "status": "in_progress", "error": None, "incomplete_details": None, "output": [], "usage": None}
    events: list[tuple[str, dict[str, Any]]] = [
        ("response.created", {"response": running}),
        ("response.in_progress", {"response": running}),
    ]
    for index, item in enumerate(body["output"]):
        events += _item_events(index, item, rng)
    events.append((f"response.{body['status']}", {"response": body}))
    timed = [_event(number, name, data, rng, per_delta_ms) for number, (name, data) in enumerate(events)]
    return stream_reply(reply, network_chunks(timed, rng, first_ms=first_ms))


def _name_items(items: list[Item], body: dict[str, Any]) -> None:
    for index, item in enumerate(items):
        if item["id"] is None:
            item["id"] = constructed_id(ITEM_IDS[item["type"]], body["id"], index, length=37)
        if item["type"] == "function_call" and item["call_id"] is None:
            item["call_id"] = constructed_id("call_CONSTRUCTED", body["id"], index, length=13)
    if body["status"] == "incomplete" and items and "status" in items[-1]:
        items[-1]["status"] = "incomplete"


def _texts(items: list[Item]) -> list[str]:
    parts = [part for item in items for part in [item, *item.get("content", []), *item.get("summary", [])]]
    return [part.get(key, "") for part in parts for key in ("text", "refusal", "arguments")]


def _event(number: int, name: str, data: dict[str, Any], rng: random.Random, per_delta_ms: float) -> Timed:
    is_delta = "delta" in data
    hidden = {"obfuscation": obfuscation(data["delta"], rng)} if is_delta else {}
    line = compact({"type": name, "sequence_number": number, **data, **hidden})
    return f"event: {name}\ndata: {line}\n\n", per_delta_ms if is_delta else 0.0


def _item_events(index: int, item: Item, rng: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    place = {"item_id": item["id"], "output_index": index}
    opened = {"message": {"content": []}, "function_call": {"arguments": ""}, "reasoning": {"summary": []}}
    started = {**item, **opened[item["type"]], **({"status": "in_progress"} if "status" in item else {})}
    yield "response.output_item.added", {"output_index": index, "item": started}
    for number, part in enumerate(item.get("content", [])):
        yield from _part_events({**place, "content_index": number}, part, rng)
    for number, part in enumerate(item.get("summary", [])):
        yield from _summary_events({**place, "summary_index": number}, part, rng)
    if item["type"] == "function_call":
        name = "response.function_call_arguments"
        yield from _deltas(f"{name}.delta", place, item["arguments"], rng)
        yield f"{name}.done", {**place, "arguments": item["arguments"], "name": item["name"]}
    yield "response.output_item.done", {"output_index": index, "item": item}


def _part_events(place: dict, part: dict[str, Any], rng: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    key = "refusal" if part["type"] == "refusal" else "text"
    name = f"response.{part['type']}"
    logprobs = {"logprobs": []} if key == "text" else {}
    yield "response.content_part.added", {**place, "part": {**part, key: ""}}
    yield from _deltas(f"{name}.delta", {**place, **logprobs}, part[key], rng)
    yield f"{name}.done", {**place, **logprobs, key: part[key]}
    yield "response.content_part.done", {**place, "part": part}


def _summary_events(place: dict, part: dict[str, Any], rng: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    name = "response.reasoning_summary"
    yield f"{name}_part.added", {**place, "part": {**part, "text": ""}}
    yield from _deltas(f"{name}_text.delta", place, part["text"], rng)
    yield f"{name}_text.done", {**place, "text": part["text"]}
    yield f"{name}_part.done", {**place, "part": part}


def _deltas(name: str, place: dict, text: str, rng: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, {**place, "delta": piece}) for piece in pieces(text, rng, median=1, longest=20))
