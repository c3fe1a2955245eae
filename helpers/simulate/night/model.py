"""The model of this night: what it answers to a request, at what pace, and what the request is billed.

It reads the request and nothing else: it knows a fact (the time, an article, an allergy) only where the prompt holds
it. The bill is `simulate.cached_shop`'s. The pace is an assumption, not a measurement: `FIRST_MS`, and `PREFILL_MS` for
each token that came from no cache; then a piece every `DELTA_MS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from helpers.caching import parts_of
from helpers.caching.prefixes import estimated
from helpers.clock import Clock
from helpers.economics import Usage, usage_from
from helpers.simulate.cached_shop import CachedShop
from helpers.simulate.night.questions import NO_ORDER, ORDERS, TOPICS, Topic
from helpers.support_bot.orders import ORDER_TOOL
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask, text_in

FIRST_MS, PREFILL_MS, DELTA_MS = 350.0, 0.08, 25.0
FRESH = timedelta(minutes=2)
DATE = "%A %d %B %Y, %H:%M"
"""How the bot writes the time, and how the model finds it."""
WRITTEN_DATE = re.compile(r"[A-Z][a-z]+day \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d")
LOST = "I don't understand the question."


class Model:
    """A script for `wire.scripted.Scripted`, with a prompt cache of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._shop = clock, CachedShop(self._content)
        self._cut_off = False
        self.forget()

    def forget(self) -> None:
        """Before each request."""
        self.usage: Usage | None = None
        """What the request was billed, what was written in all, and where it was cut off: for the night's log."""
        self.said = ""
        self.limit: int | None = None

    def __call__(self, ask: Ask) -> Reply:
        """The reply to a Messages request that broke no rule."""
        self._cut_off = False
        reply = self._shop(ask)
        if reply.status != 200 or not ask.path.endswith("/messages"):
            return reply
        self.usage = usage_from(reply.body)
        limit = ask.body["max_tokens"]
        if self._cut_off:
            self.usage = replace(self.usage, output=limit)
            reply = builder.message(reply.body["content"], model=ask.model, stop_reason="max_tokens", max_tokens=limit,
                                    usage=self.usage)
        self.limit = limit if reply.body["stop_reason"] == "max_tokens" else None
        first_ms = FIRST_MS + PREFILL_MS * (self.usage.prompt - self.usage.cache_read)
        if ask.body.get("stream"):
            return builder.stream(reply, first_ms=first_ms, per_delta_ms=DELTA_MS)
        return replace(reply, delay_ms=first_ms + DELTA_MS * self.usage.output)

    def _content(self, ask: Ask) -> Any:
        if any(tool.get("name") == ORDER_TOOL["name"] for tool in ask.body.get("tools") or ()):
            return self._order(ask)
        self.said = _said(topic_of(ask.last_user_text), ask.body, self._clock.wall())
        return self.said

    def _order(self, ask: Ask) -> Any:
        """The call of the order tool. At the limit its last fields are missing, and what is left is an object still, as
        the API's partial parser gives it (api-facts G, "max_tokens inside tool JSON")."""
        order = ORDERS.get(text_in(ask.messages[0].get("content", "")).strip())
        given = {"none_because": "" if order else NO_ORDER, "order": order}
        limit = ask.body["max_tokens"]
        self._cut_off = _tokens(given) > limit
        return builder.tool_use(ORDER_TOOL["name"], _cut(given, limit) if self._cut_off else given)


def topic_of(text: str) -> Topic | None:
    """What is asked in *text*, which may hold more than the question."""
    return max((topic for topic in TOPICS if topic.question in text), key=lambda topic: len(topic.question),
               default=None)


def _said(topic: Topic | None, body: Mapping[str, Any], now: datetime) -> str:
    if topic is None:
        return LOST
    return topic.answer if not topic.needs or _is_told(topic.needs, body, now) else topic.otherwise


def _is_told(needs: str, body: Mapping[str, Any], now: datetime) -> bool:
    prompt = "\n".join(part.text for part in parts_of(body))
    if needs != "time":
        return re.search(needs, prompt) is not None
    times = [datetime.strptime(text, DATE) for text in WRITTEN_DATE.findall(prompt)]
    return any(timedelta() <= now.replace(tzinfo=None) - time < FRESH for time in times)


def _tokens(given: dict[str, Any]) -> int:
    return estimated(json.dumps([ORDER_TOOL["name"], given]))


def _cut(given: dict[str, Any], limit: int) -> dict[str, Any]:
    """*given* with as many whole fields of its order as fit into *limit*."""
    order: dict[str, Any] = {}
    for name, value in (given["order"] or {}).items():
        if _tokens({**given, "order": {**order, name: value}}) > limit:
            break
        order[name] = value
    return {**given, "order": order}
