"""Lesson 03a's constructed replies: a returns question, answered in a list, streamed by either vendor; and two orders
looked up by a tool.

Paces and token counts are invented to be plausible; sizes of deltas follow recorded traffic (`helpers.wire.builder`).
They illustrate how a stream arrives, and measure nothing.
"""

from __future__ import annotations

from typing import Any

from helpers.economics import Usage, find_model
from helpers.tokens import estimate_tokens
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask

ANSWER = (
    "Yes, you can send the shoes back.\n\n"
    "- You have 30 days from delivery, so until 12 December.\n"
    "- Put them into their box, unworn, with the slip that came with them.\n"
    "- Print a label on the returns page, or ask for one at any post office.\n\n"
    "We refund you within five working days after they arrive.\n"
    "If they are too small, tell me: we hold your size back while the pair travels."
)
THINKING_TOKENS = 64
THINKING_MS = 900.0
"""For how long a model that thinks first stays silent."""
CALLS = (("get_order", {"order_id": 1042}), ("get_order", {"order_id": 1043, "with_items": True}))


def answer(ask: Ask) -> Reply:
    """The reply to any request that the lesson makes; where it asks for a stream, whoever serves it makes one."""
    if ask.path.startswith("/v1/chat/completions"):
        return builder.chat_completion(ANSWER, model=ask.model, usage=_usage(ask, 0))
    if ask.path.startswith("/v1/responses"):
        return builder.response([ANSWER], model=ask.model, usage=_usage(ask, 0), request=ask.body)
    thinking = 0 if find_model(ask.model).thinking in ("off", "none") else THINKING_TOKENS
    reply = _tool_calls(ask) if ask.body.get("tools") else _message(ask, thinking)
    return builder.stream(reply, thinking_ms=THINKING_MS) if ask.body.get("stream") else reply


def _message(ask: Ask, thinking: int) -> Reply:
    """Thinking, then the answer, as far as `max_tokens` goes."""
    whole, limit = estimate_tokens(ANSWER, ask.model).tokens, ask.body["max_tokens"]
    usage = _usage(ask, thinking)
    first: list[Any] = [builder.thinking()] if thinking else []
    if thinking + whole <= limit:
        return builder.message([*first, ANSWER], model=ask.model, usage=usage)
    text = ANSWER[: round(len(ANSWER) * max(limit - thinking, 0) / whole)]
    usage = Usage(input=usage.input, output=limit, thinking=min(thinking, limit))
    return builder.message([*first, *([text] if text else [])], model=ask.model, usage=usage,
                           stop_reason="max_tokens", max_tokens=limit)


def _tool_calls(ask: Ask) -> Reply:
    calls = [builder.tool_use(name, given) for name, given in CALLS]
    return builder.message(["Let me look both up.", *calls], model=ask.model, stop_reason="tool_use",
                           usage=_usage(ask, 0))


def _usage(ask: Ask, thinking: int) -> Usage:
    return Usage(input=estimate_tokens(ask.last_user_text, ask.model).tokens,
                 output=estimate_tokens(ANSWER, ask.model).tokens + thinking, thinking=thinking)
