"""Lesson 04's constructed replies: customers' messages, and what a model makes of them by every recipe.

Each answer was written to show one case. How often a model does such a thing nobody has measured here; the token counts
are the builder's illustration, with the documented size of the system prompt that tools bring along.

A call that `max_tokens` cut keeps the parameters that were finished. Documented is only that it may be incomplete; none
is among the recorded replies that we know.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.wire import builder
from helpers.wire.build_usage import CLAUDE_CHARACTERS_PER_TOKEN, prompt_estimate
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask, text_in

TOOL_PROMPT = {"auto": 286, "tool": 406}
"""Tokens of the system prompt that comes with tools, by `tool_choice`: 286 on every 5.5 model, 406 where a tool can be
forced. Anthropic docs, about-claude/pricing (October 2026)."""
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


def _offers(ask: Ask, text: str, strict: bool) -> tuple[list[Data], bool]:
    """(the JSON values that the model offers, whether the limit cuts the last of them)."""
    again = any(message.get("role") == "assistant" for message in ask.messages)
    if "On the card" in text:
        return [GIFT], _limit(ask) <= 100
    if "white one" in text:
        return [ORDER, {**WHITE, "size": "L", "quantity": 1}], False
    if "None in M" in text:
        return [WHITE if again else {**WHITE, "size": "M", "quantity": 0}], False
    if text.startswith("120"):
        return [CLUB], False
    if "return" in text:
        return [{} if strict else ORDER], False
    return [ORDER if strict else LOOSE], False


def _message(ask: Ask, text: str) -> Reply:
    tools, choice = ask.body.get("tools") or [], ask.body.get("tool_choice", {}).get("type")
    strict = not tools or tools[0].get("strict") is True
    if "poison" in text:
        return builder.message([], model=ask.model, stop_details=builder.refusal(None, DECLINED), usage=_usage(ask))
    offers, cut = _offers(ask, text, strict)
    offers = _in_schema(ask, offers) if strict and tools else offers
    ending = {"stop_reason": "max_tokens", "max_tokens": _limit(ask)} if cut else {}
    if not tools:
        whole = json.dumps(offers[0])
        content: list[Any] = [whole[:round(len(whole) * 0.6)] if cut else whole]
    else:
        content = [builder.tool_use(tools[0]["name"], _without_note(offer) if cut else offer) for offer in offers]
    first = [builder.thinking()] if choice == "auto" else []
    return builder.message([*first, *content], model=ask.model, usage=_usage(ask, choice), **ending)


def _completion(ask: Ask, text: str) -> Reply:
    tools = ask.body.get("tools") or []
    if "poison" in text:
        return builder.chat_completion(None, model=ask.model, refusal=DECLINED, request=ask.body)
    offers, cut = _offers(ask, text, not tools)
    ending = {"finish_reason": "length", "max_completion_tokens": _limit(ask)} if cut else {}
    full = [offer and {"gift_note": None, **offer} for offer in offers]   # strict: every property is required there
    written = [json.dumps(offer) for offer in (offers if tools else _in_schema(ask, full))]
    written[-1] = written[-1][:round(len(written[-1]) * 0.5)] if cut else written[-1]
    if not tools:
        return builder.chat_completion(written[0], model=ask.model, request=ask.body, **ending)
    calls = [builder.tool_call(tools[0]["function"]["name"], one) for one in written]
    return builder.chat_completion(model=ask.model, tool_calls=calls, request=ask.body,
                                   **({"finish_reason": "stop"} | ending))   # "stop": as a forced function ends


def _in_schema(ask: Ask, offers: list[Data]) -> list[Data]:
    """The values in the envelope of `helpers.structured`: an order or a basket of them, or why there is none."""
    if "basket" in json.dumps([ask.body.get("tools"), ask.body.get("response_format")]):
        return [{"none_because": "", "basket": {"orders": offers}}]
    return [{"none_because": "" if offer else NO_ORDER, "order": offer or None} for offer in offers]


def _without_note(offer: Data) -> Data:
    """*offer* as far as it was finished."""
    inner = offer.get("order", offer)
    kept = {key: value for key, value in inner.items() if key != "gift_note"}
    return {**offer, "order": kept} if "order" in offer else kept


def _limit(ask: Ask) -> int:
    return ask.body.get("max_tokens") or ask.body.get("max_completion_tokens") or 1_000_000


def _usage(ask: Ask, choice: str | None = None) -> Data:
    tokens = prompt_estimate(ask.body, per_token=CLAUDE_CHARACTERS_PER_TOKEN) + TOOL_PROMPT.get(choice or "", 0)
    return {"input_tokens": tokens}
