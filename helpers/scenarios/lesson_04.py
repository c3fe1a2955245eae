"""Lesson 04's constructed replies: customers' messages, and what a model makes of them by every recipe.

Each answer was written to show one case. How often a model does such a thing nobody has measured here; the token counts
are the builder's illustration, with the documented size of the system prompt that tools bring along. A cut is where the
same illustration says that the limit is reached.

Of a call that `max_tokens` cut a stream with `eager_input_streaming` has all that was written; else the API holds each
top-level parameter back until it is complete, so only finished ones come (a maintainer in anthropic-sdk-python#794,
August 2026, who says so of streams). None is among the recorded replies that we know.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from helpers.wire import builder
from helpers.wire.build_usage import (
    CLAUDE_CHARACTERS_PER_TOKEN,
    OPENAI_CHARACTERS_PER_TOKEN,
    TOKENS_PER_REPLY,
    TOKENS_PER_TOOL_CALL,
    estimate_tokens,
    prompt_estimate,
)
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask, text_in

TOOL_PROMPT = {"auto": 286, "tool": 406}
"""Tokens of the system prompt that comes with tools, by `tool_choice`: 286 on every 5.5 model, 406 where a tool can be
forced. Anthropic docs, about-claude/pricing (October 2026)."""
FORMAT_PROMPT = 120
"""A format brings a prompt along, too (documented); its size isn't, so this one is invented."""
REASONING = 64
"""Tokens of OpenAI's reasoning where the request doesn't turn it off: invented."""
Data = dict[str, Any]

ORDER: Data = {"product": "shirt", "colour": "navy", "size": "M", "quantity": 2}
WHITE: Data = {"product": "shirt", "colour": "white", "size": "S", "quantity": 3}
GIFT: Data = {**ORDER, "gift_note": "Happy birthday, dear Ada, and many more years of walks by the sea."}
CLUB: Data = {**ORDER, "quantity": 120}
LOOSE: Data = {**ORDER, "quantity": "two"}
NO_ORDER = "asks how to return shoes"
DECLINED = "I can't help with that."


def answer(ask: Ask) -> Reply:
    """The reply to any request that the lesson makes."""
    text = text_in(ask.messages[_first_user(ask)]["content"])
    if ask.path.startswith("/v1/chat/completions"):
        return _completion(ask, text)
    return _message(ask, text)


def _first_user(ask: Ask) -> int:
    return next(place for place, message in enumerate(ask.messages) if message.get("role") == "user")


def _offers(ask: Ask, text: str, strict: bool) -> list[Data]:
    """The JSON values that the model offers."""
    again = any(message.get("role") == "assistant" for message in ask.messages)
    if "On the card" in text:
        return [GIFT]
    if "white one" in text:
        return [ORDER, {**WHITE, "size": "L", "quantity": 1}]
    if "None in M" in text:
        return [WHITE if again else {**WHITE, "size": "M", "quantity": 0}]
    if text.startswith("120"):
        return [CLUB]
    if "return" in text:
        return [{} if strict else ORDER]
    return [ORDER if strict else LOOSE]


def _message(ask: Ask, text: str) -> Reply:
    tools, choice = ask.body.get("tools") or [], ask.body.get("tool_choice", {}).get("type")
    strict, usage = not tools or tools[0].get("strict") is True, _claude_usage(ask, choice)
    if "poison" in text:
        details = builder.refusal("general_harms", DECLINED)
        return builder.message([], model=ask.model, stop_details=details, usage=usage)
    offers = _offers(ask, text, strict)
    offers = _in_schema(ask, offers) if strict and tools else offers
    written = json.dumps(offers[-1])
    room = _room(ask, CLAUDE_CHARACTERS_PER_TOKEN, calls=bool(tools))
    cut = len(written) > room
    ending = {"stop_reason": "max_tokens", "max_tokens": _limit(ask)} if cut else {}
    if not tools:
        return builder.message([written[:room]], model=ask.model, usage=usage, **ending)
    if ask.body.get("stream"):
        whole = builder.message([builder.tool_use(tools[0]["name"], offers[0])], model=ask.model, usage=usage, **ending)
        return _torn(builder.stream(whole), room if cut else len(written))
    content = [builder.tool_use(tools[0]["name"], _finished(offer, room) if cut else offer) for offer in offers]
    first = [builder.thinking()] if choice == "auto" else []
    return builder.message([*first, *content], model=ask.model, usage=usage, **ending)


def _completion(ask: Ask, text: str) -> Reply:
    tools = ask.body.get("tools") or []
    if "poison" in text:
        return builder.chat_completion(None, model=ask.model, refusal=DECLINED, usage=_openai_usage(ask, DECLINED))
    offers = _offers(ask, text, not tools)
    if not tools:
        full = [offer and {"gift_note": None, **offer} for offer in offers]   # strict: every property is required there
        whole = json.dumps(_in_schema(ask, full)[0])
        return builder.chat_completion(whole, model=ask.model, usage=_openai_usage(ask, whole))
    whole = json.dumps(offers[0])
    room = _room(ask, OPENAI_CHARACTERS_PER_TOKEN, calls=True)
    ending = {"finish_reason": "length", "max_completion_tokens": _limit(ask)} if len(whole) > room else {
        "finish_reason": "stop"}   # as a function that is forced by name ends
    call = builder.tool_call(tools[0]["function"]["name"], whole[:room])
    return builder.chat_completion(model=ask.model, tool_calls=[call], request=ask.body, **ending)


def _in_schema(ask: Ask, offers: list[Data]) -> list[Data]:
    """The values in the envelope of `helpers.structured`: an order or a basket of them, or why there is none."""
    if "basket" in json.dumps([ask.body.get("tools"), ask.body.get("response_format")]):
        return [{"none_because": "", "basket": {"orders": offers}}]
    return [{"none_because": "" if offer else NO_ORDER, "order": offer or None} for offer in offers]


def _finished(offer: Data, room: int) -> Data:
    """The top-level parameters of *offer* that *room* characters hold whole: an envelope's order is one of them."""
    kept: Data = {}
    for key, value in offer.items():
        if len(json.dumps({**kept, key: value})) > room:
            break
        kept[key] = value
    return kept


def _torn(stream: Reply, room: int) -> Reply:
    """*stream* without the pieces of a call's input behind its first *room* characters: an event is one chunk here."""
    at, text = stream.chunks[0][0], "".join(text for _, text in stream.chunks)
    chunks, came = [], 0
    for event in text.split("\n\n")[:-1]:
        delta = json.loads(event.partition("data: ")[2]).get("delta", {})
        came += len(delta.get("partial_json", ""))
        if "partial_json" not in delta or came <= room:
            chunks.append((at := round(at + 15.0, 1), f"{event}\n\n"))
    return replace(stream, chunks=tuple(chunks), delay_ms=chunks[0][0])


def _limit(ask: Ask) -> int:
    return ask.body.get("max_tokens") or ask.body.get("max_completion_tokens") or 1_000_000


def _room(ask: Ask, per_token: float, *, calls: bool) -> int:
    """How many characters the request's limit holds, by the illustration's rule."""
    return int((_limit(ask) - TOKENS_PER_REPLY - TOKENS_PER_TOOL_CALL * calls) * per_token)


def _claude_usage(ask: Ask, choice: str | None) -> Data:
    asked = ask.body.get("output_config", {}).get("format")
    brought = FORMAT_PROMPT + round(len(json.dumps(asked)) / CLAUDE_CHARACTERS_PER_TOKEN) if asked else 0
    tokens = prompt_estimate(ask.body, per_token=CLAUDE_CHARACTERS_PER_TOKEN)
    return {"input_tokens": tokens + brought + TOOL_PROMPT.get(choice or "", 0)}


def _openai_usage(ask: Ask, text: str) -> Data:
    """Of a request with a `response_format`, whose schema is part of the prompt, and which reasons first."""
    schema = round(len(json.dumps(ask.body["response_format"])) / OPENAI_CHARACTERS_PER_TOKEN)
    return {"prompt_tokens": prompt_estimate(ask.body, per_token=OPENAI_CHARACTERS_PER_TOKEN) + schema,
            "completion_tokens": REASONING + estimate_tokens([text], per_token=OPENAI_CHARACTERS_PER_TOKEN),
            "completion_tokens_details": {"reasoning_tokens": REASONING}}
