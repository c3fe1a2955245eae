"""The Messages API's rules about the conversation itself: roles, content, tool pairs, breakpoints, schemas.

One small function each, with its class in its docstring, as in `rules_anthropic`.
"""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from helpers.wire.rules_request import Part, Request, Turn, as_dict, as_list, blocks
from helpers.wire.rules_schema import schema_problem

BREAKPOINTS = 4


def some_message(request: Request) -> str | None:
    """THIRD-PARTY: the list of messages must not be empty."""
    return None if request.messages else "messages: at least one message is required"


def first_message(request: Request) -> str | None:
    """THIRD-PARTY (reports since 2024, not re-tested under version 2026-10-21): a user opens the conversation."""
    if request.messages[0].get("role") == "assistant":
        return 'messages: first message must use the "user" role'
    return None


def non_empty_content(request: Request) -> str | None:
    """DOCUMENTED (a recorded reply): content may be empty in a last assistant message only."""
    last = len(request.messages) - 1
    for number, message in enumerate(request.messages):
        exempt = number == last and message.get("role") == "assistant"
        if not (blocks(message.get("content")) or exempt):
            return (
                f"messages.{number}: all messages must have non-empty content except for the optional final "
                "assistant message"
            )
    return None


def non_empty_text(request: Request) -> str | None:
    """THIRD-PARTY, many reports: empty text blocks, in `system` or in a message (a bare `system: ""` is UNCERTAIN)."""
    fields = [("system", as_list(request.body.get("system")))]
    fields += [("messages", as_list(message.get("content"))) for message in request.messages]
    for name, content in fields:
        if any(block.get("type") == "text" and block.get("text") == "" for block in blocks(content)):
            return f"{name}: text content blocks must be non-empty"
    return None


def tool_use_without_result(request: Request) -> str | None:
    """DOCUMENTED (troubleshooting-tool-use): results open the next turn, one for each call."""
    turns = request.turns
    for turn, following in zip(turns, [*turns[1:], Turn("user", [])], strict=False):   # no turn, no pair
        results = takewhile(lambda part: part.content.get("type") == "tool_result", following.parts)
        answered = [part.content.get("tool_use_id") for part in results]
        open_calls = [part for part in _calls(turn) if part.content.get("id") not in answered]
        if open_calls:
            ids = ", ".join(str(part.content.get("id")) for part in open_calls)
            return (
                f"messages.{open_calls[0].message}: `tool_use` ids were found without `tool_result` blocks "
                f"immediately after: {ids}. Each `tool_use` block must have a corresponding `tool_result` block in "
                "the next message."
            )
    return None


def tool_result_without_use(request: Request) -> str | None:
    """THIRD-PARTY (real replies, several repositories; not seen under version 2026-10-21)."""
    turns = request.turns
    for before, turn in zip([Turn("assistant", []), *turns], turns, strict=False):
        known = [part.content.get("id") for part in _calls(before)]
        for part in turn.parts:
            id = part.content.get("tool_use_id")
            if part.content.get("type") == "tool_result" and id not in known:
                return (
                    f"messages.{part.message}.content.{part.block}: unexpected `tool_use_id` found in `tool_result` "
                    f"blocks: {id}. Each `tool_result` block must have a corresponding `tool_use` block in the "
                    "previous message."
                )
    return None


def prefill(request: Request) -> str | None:
    """DOCUMENTED (api/errors): models from 4.6 on do not continue an assistant message."""
    if request.messages[-1].get("role") == "assistant" and request.refuses("prefill"):
        return (
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    return None


def cache_breakpoints(request: Request) -> str | None:
    """DOCUMENTED limit, THIRD-PARTY text: at most 4, automatic caching (top level) included."""
    parts = [request.body, *request.tools, *blocks(request.body.get("system"))]
    for message in request.messages:
        for block in blocks(message.get("content")):
            parts += [block, *blocks(block.get("content"))]
    found = sum(bool(as_dict(part.get("cache_control"))) for part in parts)
    if found > BREAKPOINTS:
        return f"A maximum of {BREAKPOINTS} blocks with cache_control may be provided. Found {found}."
    return None


def strict_schemas(request: Request) -> str | None:
    """DOCUMENTED rule (structured outputs), THIRD-PARTY texts: what a strict schema must and must not say."""
    schemas: list[tuple[str, Any]] = [
        (f"tools.{number}.custom", tool.get("input_schema"))
        for number, tool in enumerate(request.tools)
        if tool.get("strict") is True
    ]
    for place, schema in [*schemas, ("output_config.format.schema", request.output_schema)]:
        if problem := schema_problem(schema):
            return f"{place}: {problem}"
    return None


def _calls(turn: Turn) -> list[Part]:
    return [part for part in turn.parts if turn.role == "assistant" and part.content.get("type") == "tool_use"]


CONVERSATION = (
    some_message,
    first_message,
    non_empty_content,
    non_empty_text,
    tool_use_without_result,
    tool_result_without_use,
    prefill,
    cache_breakpoints,
    strict_schemas,
)
"""In the order in which they are asked; those after `some_message` may rely on it."""
