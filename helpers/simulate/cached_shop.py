"""A model behind the real SDK that answers whatever is asked, and is billed as Anthropic's prompt cache would be.

    clock = VirtualClock()
    client = lesson.anthropic(script=CachedShop(), clock=clock)
    client.messages.create(**request)                # its usage: all written
    clock.sleep(240)
    client.messages.create(**request)                # all read

The client's clock is the cache's: an entry lives as long as the time between two calls allows. Usage comes from
`simulate.cache`; sizes are its estimate of 2.5 characters a token, and what is answered is constructed. So it shows
what the documented rules make of a series of requests; it measures nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from helpers.caching import BreakpointError, parts_of, prefix_diff
from helpers.caching.prefixes import BodyError, estimated
from helpers.economics import Usage
from helpers.simulate.cache import Cache
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask

ANSWER = "Yes, we have that. The article's number, its price and its sizes are in our catalogue."
Content = str | Mapping[str, Any] | Iterable[str | Mapping[str, Any]]
"""What a reply says: a text, a block of `wire.builder`, or several of either."""


class CachedShop:
    """A script for a client: one cache, empty at first, and a reply to each request of the Messages API.

    Several clients may share one shop, if they share its clock: they are one workspace then.
    """

    def __init__(self, write: Content | Callable[[Ask], Content] = ANSWER, *, cache: Cache | None = None,
                 thinking: int = 0, first_s: float = 0.0) -> None:
        """*write*: what is answered, or a function that says so. *cache*: another one, such as with its own counter.
        *thinking*: tokens of thinking before each answer; 0: no thinking block. *first_s*: seconds until a response
        begins, when what it wrote can be read by others (a whole reply has then come, too)."""
        self._write, self._thinking, self._first_s = write, thinking, first_s
        self._cache = Cache() if cache is None else cache
        self._known: dict[str, Mapping[str, Any]] = {}

    def __call__(self, ask: Ask) -> Reply:
        """The reply to *ask*: 400 where the API would refuse it, in its own words where they are known. ValueError for
        another API than Anthropic's, and for a clock that went back."""
        if not ask.path.startswith("/v1/messages"):
            raise ValueError(f"this shop answers Anthropic's Messages API; {ask.path} is another one.")
        try:
            if ask.path.endswith("/count_tokens"):          # counting touches no cache
                return builder.count_tokens(_prompt(ask.body))
            _check_limit(ask.body["max_tokens"])
            usage = self._cache.bill(ask.body, ask.now, begins_s=ask.now + self._first_s)
        except (BreakpointError, BodyError) as error:
            return builder.error(400, "invalid_request_error", str(error))
        return self._diagnosed(ask, self._message(ask, usage))

    def _message(self, ask: Ask, usage: Usage) -> Reply:
        """Thinking, then the answer, as far as `max_tokens` goes; at 0 the cache is warmed and nothing is written."""
        written = self._write(ask) if callable(self._write) else self._write
        blocks = [written] if isinstance(written, str | Mapping) else list(written)
        limit = ask.body["max_tokens"]
        whole = self._thinking + sum(map(_tokens, blocks))
        options: dict[str, Any] = {"model": ask.model, "delay_ms": self._first_s * 1_000}
        thought = [builder.thinking()] if self._thinking and limit else []
        if whole <= limit:
            return builder.message([*thought, *blocks], usage=replace(usage, output=whole, thinking=self._thinking),
                                   **options)
        usage = replace(usage, output=limit, thinking=min(self._thinking, limit))
        return builder.message([*thought, *_cut(blocks, limit - usage.thinking)], usage=usage, max_tokens=limit,
                               stop_reason="max_tokens", **options)

    def _diagnosed(self, ask: Ask, reply: Reply) -> Reply:
        """*reply* with `diagnostics`, where the request asks for it (SDK anthropic 2.12.0, types/diagnostics.py)."""
        if ask.body.get("diagnostics") is None:
            return reply
        previous = ask.body["diagnostics"].get("previous_message_id")
        before = self._known.get(previous) if previous else None
        missing = previous and before is None
        reason = {"type": "previous_message_not_found"} if missing else _miss(before, ask.body) if before else None
        reply.body["diagnostics"] = {"cache_miss_reason": reason} if reason else None
        self._known[reply.body["id"]] = ask.body
        return reply


SETTINGS = ("output_config", "tool_choice", "thinking", "images")
"""Where two requests part in one of these, the API names no level."""


def _miss(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first divergence from the request before, as the API calls it; None where messages were only appended.

    It compares how two requests are made, "independent of whether the cache actually hit" (the page on cache
    diagnostics): another question in place of the old one is one, however much was read. Tokens: those of *now* behind
    the place.
    """
    found = prefix_diff(before, now)
    if found is None:
        return None
    if found.path.split(".")[0] in SETTINGS:
        return {"type": "unavailable"}
    kind = "model_changed" if found.path == "speed" else found.miss_reason
    return {"type": kind, "cache_missed_input_tokens": max(0, _prompt(now) - found.equal_tokens)}


def _prompt(body: Mapping[str, Any]) -> int:
    """Tokens of the whole prompt."""
    return sum(estimated(part.text) for part in parts_of(body))


def _check_limit(given: Any) -> None:
    """UNCERTAIN wording."""
    if type(given) is not int or given < 0:
        raise BodyError(f"max_tokens must be a whole number of 0 or more; got {given!r}.")


def _tokens(block: str | Mapping[str, Any]) -> int:
    """Tokens of one block of an answer; of a call, its name and arguments."""
    if isinstance(block, str):
        return estimated(block)
    return estimated(block["text"] if "text" in block else json.dumps([block.get("name"), block.get("input")]))


def _cut(blocks: list[Any], room: int) -> list[Any]:
    """The texts among *blocks* as far as *room* tokens go; a call that does not fit is not begun."""
    kept = []
    for block in blocks:
        tokens = _tokens(block)
        if tokens > room:
            text = block if isinstance(block, str) else block.get("text", "")
            return [*kept, text[:round(len(text) * room / tokens)]] if room > 0 and text else kept
        kept.append(block)
        room -= tokens
    return kept
