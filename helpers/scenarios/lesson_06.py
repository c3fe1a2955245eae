"""Lesson 06's constructed replies: a shop's assistant that knows what stands in the request, and nothing else.

It looks up an order where a question names one and a tool is offered, and it leaves out nuts where the request says
that somebody is allergic to them. Anthropic's replies are billed by the simulated prompt cache (2.5 characters a
token); sizes illustrate and measure nothing. There is no thinking in them: a model that thinks adds blocks, of which
the lesson speaks at its end.
"""

from __future__ import annotations

import json
import re
from typing import Any

from helpers.economics import Usage
from helpers.simulate.cached_shop import CachedShop
from helpers.wire import builder
from helpers.wire.build_common import constructed_id
from helpers.wire.build_usage import OPENAI_CHARACTERS_PER_TOKEN
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask, text_in

ALLERGY = "allergic to nuts"
WITH_NUTS = "Take the hazelnut bar: most energy for its weight, and it does not melt."
WITHOUT_NUTS = "Take the oat bar: it is made without nuts. The hazelnut bar is nothing for you."
ANSWERS = {"still so": "Yes, that is still so, in every point. If one of them matters for an order of yours, give me "
                       "its number, and I tell you what it means for you.",
           "": "Thank you, I have noted that."}
"""By a word of the question."""


def answer(ask: Ask) -> Reply:
    """The reply to any request that the lesson makes."""
    return RESPONSES(ask) if ask.path.startswith("/v1/responses") else ANTHROPIC(ask)


def write(ask: Ask) -> str | dict[str, Any] | list[dict[str, Any]]:
    """What the model says to the last message: a result becomes a sentence, an order a call."""
    last = ask.messages[-1]
    results = [block for block in last["content"] if isinstance(block, dict) and block.get("type") == "tool_result"]
    if results:
        return " ".join(_sentence(json.loads(block["content"])) for block in results)
    orders = re.findall(r"order (\d{4})", ask.last_user_text)
    if orders and ask.body.get("tools"):
        return [builder.tool_use("find_order", {"order": order}, id=_call_id(ask, order)) for order in orders]
    return said(ask.last_user_text, knows=ALLERGY in json.dumps(ask.messages))


def said(question: str, *, knows: bool) -> str:
    """The answer to a question in words."""
    if "bar" in question.split():
        return WITHOUT_NUTS if knows else WITH_NUTS
    return next(text for word, text in ANSWERS.items() if word in question)


def _call_id(ask: Ask, order: str) -> str:
    """The same for the same messages, whatever the cache says: a repeated question must lead to recorded requests."""
    return constructed_id("toolu_01CONSTRUCTED", order, len(ask.messages))


def _sentence(found: dict[str, str]) -> str:
    return f"Order {found['order']} is {found['status']}. It left us on {found['left']}, in one parcel."


class Chain:
    """OpenAI's Responses API with stored replies: what stood before an id is put in front, and counted again."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}

    def __call__(self, ask: Ask) -> Reply:
        """A response; its input counts the whole chain (conversation-state guide, "billed as input tokens")."""
        asked = text_in(ask.messages[-1]["content"])
        whole = self._before.get(ask.body.get("previous_response_id") or "", "") + asked
        text = said(asked, knows=ALLERGY in whole)
        usage = Usage(input=_tokens(whole), output=_tokens(text))
        reply = builder.response([text], model=ask.model, usage=usage, request=ask.body)
        self._before[reply.body["id"]] = whole + text
        return reply


def _tokens(text: str) -> int:
    return round(len(text) / OPENAI_CHARACTERS_PER_TOKEN)


ANTHROPIC, RESPONSES = CachedShop(write), Chain()
