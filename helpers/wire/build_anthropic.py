"""Constructed Anthropic replies, true to the wire: messages, errors, counts, models. Never a measurement.

    reply = message([thinking(), "Hello!"], model=course.model("default"))
    reply.body["id"]                     # 'msg_01CONSTRUCTED…'

Streams of these are made in `build_anthropic_stream`. Token counts are taken from *usage*; what it leaves
out is estimated by a plain rule that is an ILLUSTRATION (see `message`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from helpers.wire.build_common import constructed_id, json_reply
from helpers.wire.build_usage import anthropic_usage
from helpers.wire.reply import Reply

if TYPE_CHECKING:
    from helpers.economics import Model, Usage

Block = dict[str, Any]
Content = str | Block | Iterable[str | Block]

SHOULD_RETRY = {400: "false", 401: "false", 404: "false", 429: "true", 529: "true"}
"""`x-should-retry` where it was seen: recorded for 400, 401 and 404, reported by users for 529 and a rate limit's 429.
A spend limit's 429 goes without: nobody has shown its headers."""


def text(text: str) -> Block:
    """A text block."""
    return {"type": "text", "text": text}


def thinking(text: str = "", *, signature: str | None = None) -> Block:
    """A thinking block; without *text* the kind whose display is omitted, which only carries a signature."""
    signature = signature or constructed_id("CONSTRUCTED", text, length=64)
    return {"type": "thinking", "thinking": text, "signature": signature}


def tool_use(name: str, input: Mapping[str, Any], *, id: str | None = None) -> Block:
    """A tool call; `message` gives it an id where *id* is None."""
    return {"type": "tool_use", "id": id, "name": name, "input": dict(input), "caller": {"type": "direct"}}


def refusal(category: str | None = None, explanation: str | None = None) -> dict[str, Any]:
    """`stop_details` of a refusal; *category*: cyber, bio, frontier_llm, reasoning_extraction, general_harms, None."""
    return {"type": "refusal", "category": category, "explanation": explanation}


def message(
    content: Content,
    *,
    model: str,
    stop_reason: str | None = None,
    stop_sequence: str | None = None,
    stop_details: Mapping[str, Any] | None = None,
    max_tokens: int | None = None,
    usage: Usage | Mapping[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
    id: str | None = None,
    request_id: str | None = None,
    headers: Mapping[str, str] | None = None,
    delay_ms: float = 0.0,
) -> Reply:
    """The reply to a POST to /v1/messages.

    *content*: text, a block, or several of either. *stop_reason* None: derived from the rest.
    *usage*: a Usage, or some or all fields as they stand on the wire. What it leaves out is an ILLUSTRATION:
    2.5 characters a token, 4 tokens a reply, 50 more a tool call, 60 for thinking that is not shown; the prompt
    by the same rule from *request*, the body that is answered. With stop_reason "max_tokens" the output
    is exactly *max_tokens*. Raises ValueError where usage contradicts the limit.
    """
    blocks = _blocks(content)
    reason = stop_reason or _stop_reason(blocks, stop_sequence, stop_details)
    body = {
        "id": id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": blocks,
        "stop_reason": reason,
        "stop_sequence": stop_sequence,
        "stop_details": dict(stop_details) if stop_details else None,
        "usage": anthropic_usage(usage, blocks, request, max_tokens, cut_off=reason == "max_tokens"),
    }
    body["id"] = id or constructed_id("msg_01CONSTRUCTED", body)
    for index, block in enumerate(blocks):
        if "id" in block and block["id"] is None:
            block["id"] = constructed_id("toolu_01CONSTRUCTED", body["id"], index)
    return json_reply(body, headers=_headers(request_id, body, headers), delay_ms=delay_ms)


def error(
    status: int,
    type: str,
    message: str,
    *,
    error_code: str | None = None,
    headers: Mapping[str, str] | None = None,
    request_id: str | None = None,
) -> Reply:
    """An error reply, plain JSON also where a stream was asked for. *headers* are added, such as `retry-after`."""
    detail: dict[str, Any] = {"type": type, "message": message}
    if error_code:
        detail["details"] = {"error_code": error_code}
    request_id = request_id or constructed_id("req_011CONSTRUCTED", status, detail, length=10)
    seen = status in SHOULD_RETRY and not (error_code or "").endswith("spend_limit_reached")
    retry = {"x-should-retry": SHOULD_RETRY[status]} if seen else {}
    body = {"type": "error", "error": detail, "request_id": request_id}
    return json_reply(body, status=status, headers={"request-id": request_id, **retry, **(headers or {})})


def count_tokens(input_tokens: int) -> Reply:
    """The reply to a POST to /v1/messages/count_tokens."""
    body = {"input_tokens": input_tokens}
    return json_reply(body, headers=_headers(None, body, None))


def model_info(row: Model) -> Reply:
    """The reply to a GET of /v1/models/ID. *row*: a row of models.json.

    `capabilities` is null: this course knows some of them, and the API gives all or none.
    """
    body = _model(row)
    return json_reply(body, headers=_headers(None, body, None))


def models_page(rows: Iterable[Model]) -> Reply:
    """The reply to a GET of /v1/models: all rows on one page."""
    data = [_model(row) for row in rows]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    body = {"data": data, "has_more": False, **ends}
    return json_reply(body, headers=_headers(None, body, None))


def _headers(request_id: str | None, body: Any, more: Mapping[str, str] | None) -> dict[str, str]:
    return {"request-id": request_id or constructed_id("req_011CONSTRUCTED", body, length=10), **(more or {})}


def _blocks(content: Content) -> list[Block]:
    parts = [content] if isinstance(content, (str, Mapping)) else content
    return [text(part) if isinstance(part, str) else dict(part) for part in parts]


def _stop_reason(blocks: list[Block], stop_sequence: str | None, stop_details: Mapping[str, Any] | None) -> str:
    if stop_details:
        return "refusal"
    if stop_sequence is not None:
        return "stop_sequence"
    return "tool_use" if any(block["type"] == "tool_use" for block in blocks) else "end_turn"


def _model(row: Model) -> dict[str, Any]:
    retires = getattr(row, "retires_on", None)
    retired = row.status == "retired"
    deprecated = retired or row.status == "deprecated"
    return {
        "type": "model",
        "id": row.id,
        "display_name": re.sub(r"(?<=\d) (?=\d)", ".", row.id.replace("-", " ").title()),
        # The SDK's docstring: "May be set to an epoch value if the release date is unknown."
        "created_at": f"{getattr(row, 'released', None) or '1970-01-01'}T00:00:00Z",
        "lifecycle": "retired" if retired else "deprecated" if deprecated else "active",
        "deprecated_at": "1970-01-01T00:00:00Z" if deprecated else None,
        "retires_at": f"{retires}T00:00:00Z" if deprecated and retires else None,
        "max_input_tokens": row.context,
        "max_tokens": row.max_output,
        "line": next((line for line in ("haiku", "sonnet", "opus", "fable", "mythos") if line in row.id), None),
        "capabilities": None,
    }
