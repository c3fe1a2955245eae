"""A request laid out so that a prompt cache can read it again: what never changes first, the question last.

    request = build_request(model=MODEL, tools=TOOLS, system=HANDBOOK, documents=[CATALOGUE], question="Which tent?")
    reply = client.messages.create(**request)
    for doubt in doubts(request): LOG.warning(doubt)

The builder owns the breakpoints: one at the end of each stable part (tools, system, documents, history), four at most.
What is the same has the same bytes, whatever order dicts and tools came in; only a schema's `properties` keep the order
that you gave them, for the model writes in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.caching.prefixes import can_carry, check_breakpoints, estimated, parts_of
from helpers.caching.serialising import ordered, plain_blocks, plain_dict
from helpers.economics import UnknownModelError, find_model

MAX_TOKENS = 1_000
PLACEHOLDER = "warmup"
OWNED = ("messages", "cache_control")
ROLES = ("user", "assistant", "system")
"""Of a message; "system" in the middle of a conversation, where the model takes it."""
VOLATILE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d{1,2}:\d\d:\d\d|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"
                      r"|\b1[6-9]\d{8}\b", re.IGNORECASE)
"""A date with a time, a time with seconds, a UUID, or seconds since 1970: what no handbook says, but a clock."""


def build_request(*, model: str, question: str | Sequence[Any], tools: Sequence[Mapping[str, Any]] = (),
                  system: str | Sequence[Any] | None = (), documents: str | Sequence[Any] | None = (),
                  history: Sequence[Mapping[str, Any]] = (), ttl: str = "5m", history_ttl: str | None = "5m",
                  max_tokens: int = MAX_TOKENS, **options: Any) -> dict[str, Any]:
    """The body of a Messages request, ready for `client.messages.create(**body)`.

    *tools*: sorted by name. *system* and *documents*: texts or text blocks, in the order given; documents come behind
    the instructions, None or "" is none. *history*: the messages so far, sent back as they came (an edited tool call
    may cost more than a miss: thinking is bound to it). *question*: text or blocks; no breakpoint is put on it, for it
    is new each time. *ttl*: "5m" or "1h", of tools, system and documents. *history_ttl*: of the history, whose end
    moves each turn; None: no breakpoint there. *options*: the SDK's own (thinking, tool_choice, output_config ...).

    ValueError or TypeError for what would break the cache in silence, or be a 400: sets, a second tool of a name, a
    breakpoint of your own, "1h" behind "5m". What can be told only by counting is in `doubts`.
    """
    _check(ttl, history_ttl, max_tokens, options)
    body: dict[str, Any] = {"model": model, "max_tokens": max_tokens, **plain_dict(options, "options")}
    if tools:
        body["tools"] = _marked(_tools(tools), ttl)
    stable = [_marked(_texts(texts or (), name), ttl) for name, texts in (("system", system), ("documents", documents))]
    if any(stable):
        body["system"] = [block for blocks in stable for block in blocks]
    asked = [{"type": "text", "text": question}] if isinstance(question, str) else plain_blocks(question, "question")
    if not asked or any(map(_blank, asked)):
        raise ValueError("the question is empty: the API answers that with a 400.")
    body["messages"] = [*_history(history, history_ttl), {"role": "user", "content": asked}]
    check_breakpoints(parts_of(body))
    return body


def warm_up(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request that writes the cache of *request*'s tools, system and documents, and generates nothing.

    Send it before the first customer comes, with at least one breakpoint in tools or system; a placeholder stands for
    the messages, and `stream` is dropped. Everything else stays, for thinking and effort are a part of the prefix.
    ValueError for what can't go with `max_tokens: 0` (Anthropic's page on prompt caching, "Pre-warming the cache"); a
    batch can't either, but the body doesn't show that.
    """
    if not any(part.ttl and part.level in ("tools", "system") for part in parts_of({**request, "cache_control": None})):
        raise ValueError("nothing would be written: put a breakpoint on tools or system. Automatic caching would mark "
                         "the placeholder.")
    kind = (request.get("tool_choice") or {}).get("type")
    refused = {"a forced tool_choice": kind in ("any", "tool"),
               "output_config.format": bool((request.get("output_config") or {}).get("format")),
               "thinking enabled": (request.get("thinking") or {}).get("type") == "enabled"}
    for what, given in refused.items():
        if given:
            raise ValueError(f"max_tokens: 0 can't go with {what}: it is a 400.")
    kept = {name: value for name, value in request.items() if name not in ("stream", "cache_control")}
    return {**kept, "max_tokens": 0, "messages": [{"role": "user", "content": PLACEHOLDER}]}


def doubts(request: Mapping[str, Any], count: Callable[[str], int] = estimated) -> tuple[str, ...]:
    """Why caching may do nothing here, without an error: sentences, none where all looks well.

    *count*: tokens of a text, by default 2.5 characters each; take what `count_tokens` says where it is close.
    """
    parts = parts_of(request)
    marks = [place for place, part in enumerate(parts) if part.ttl]
    if not marks:
        return ("No breakpoint: nothing is cached. Put cache_control at the end of what stays the same.",)
    found = []
    cached = [part for part in parts[:marks[-1] + 1] if part.block]
    least, size = _least(request.get("model")), sum(count(part.text) for part in cached)
    if least and size < least:
        found.append(f"About {size:,} tokens stand before the last breakpoint, and {request['model']} caches from "
                     f"{least:,} on: nothing is cached, and no error says so.")
    for part in cached:
        seen = VOLATILE.search(part.text) if part.level in ("tools", "system") else None
        if seen:
            found.append(f"{part.path} holds what looks like a time or an id ({seen.group()!r}) before a breakpoint: "
                         "if it changes, nothing behind it is ever read. Put it into the question.")
    return tuple(found)


def fingerprint(request: Mapping[str, Any]) -> str:
    """16 hex digits of model, tools and system, as far as a breakpoint stands behind them; "" where there is none.

    Log it with each call: where it changes from one call to the next, the second can't read all that the first wrote.
    Messages are left out, for those of a chat grow with each turn; whether an old one was edited, `prefix_diff` says.
    """
    parts = parts_of(request)
    last = max((place for place, part in enumerate(parts) if part.ttl), default=None)
    if last is None:
        return ""
    stable = [part.key for place, part in enumerate(parts)
              if part.level == "tools" or (place <= last and part.level != "messages")]
    return hashlib.sha256("\n".join(stable).encode()).hexdigest()[:16]


def _check(ttl: str, history_ttl: str | None, max_tokens: int, options: Mapping[str, Any]) -> None:
    if ttl not in ("5m", "1h") or history_ttl not in ("5m", "1h", None):
        raise ValueError(f"ttl must be '5m' or '1h', history_ttl one of them or None; got {ttl!r} and {history_ttl!r}.")
    if (ttl, history_ttl) == ("5m", "1h"):
        raise ValueError("the history comes last, so it can't be kept longer than what is before it: a breakpoint of "
                         "1h behind one of 5m is a 400. Give ttl='1h', too, or history_ttl='5m'.")
    if isinstance(max_tokens, bool) or not isinstance(max_tokens, int) or max_tokens < 0:
        raise ValueError(f"max_tokens must be a whole number of 0 or more; got {max_tokens!r}.")
    for name in OWNED:
        if name in options:
            raise TypeError(f"build_request makes {name} itself: give history and question, and it places the "
                            "breakpoints.")


def _least(model: Any) -> int | None:
    try:
        return find_model(str(model)).min_cacheable
    except UnknownModelError:
        return None


def _tools(tools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = sorted(plain_blocks(tools, "tools"), key=lambda tool: str(tool.get("name")))
    for one, two in zip(found, found[1:], strict=False):
        if one.get("name") == two.get("name"):
            raise ValueError(f"two tools are called {one.get('name')!r}: the API wants each name once.")
    return found


def _texts(given: str | Sequence[Any], name: str) -> list[dict[str, Any]]:
    listed = [given] if isinstance(given, str) else ordered(given, name)
    blocks = plain_blocks([{"type": "text", "text": item} if isinstance(item, str) else item for item in listed], name)
    for place, block in enumerate(blocks):
        if block.get("type") != "text" or not isinstance(block.get("text"), str) or _blank(block):
            raise ValueError(f"{name}[{place}] must be a text that is not empty: system holds nothing else. A picture "
                             "or a PDF goes into the question, or into the history's first message.")
    return blocks


def _history(history: Sequence[Mapping[str, Any]], ttl: str | None) -> list[dict[str, Any]]:
    """The messages with their content as blocks, and a breakpoint on the last one that can carry it."""
    messages = []
    for place, message in enumerate(ordered(history, "history")):
        name = f"history[{place}]"
        if not isinstance(message, Mapping) or "role" not in message:
            raise TypeError(f"{name} must be a message, a dict with role and content; got {type(message).__name__}.")
        if message["role"] not in ROLES:
            raise ValueError(f"{name} has the role {message['role']!r}; there are {', '.join(map(repr, ROLES))}.")
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else plain_blocks(content, name)
        if any(map(_blank, blocks)):
            raise ValueError(f"{name} has an empty text: the API answers that with a 400.")
        rest = plain_dict({key: value for key, value in message.items() if key not in ("role", "content")}, name)
        messages.append({"role": message.get("role"), "content": blocks, **rest})
    places = [part.path.split(".") for part in parts_of({"messages": messages}) if ttl and can_carry(part)]
    for _, message, _, block in places[-1:]:
        messages[int(message)]["content"][int(block)]["cache_control"] = {"type": "ephemeral", "ttl": ttl}
    return messages


def _blank(block: Mapping[str, Any]) -> bool:
    return block.get("type") == "text" and not str(block.get("text", "")).strip()


def _marked(blocks: list[dict[str, Any]], ttl: str) -> list[dict[str, Any]]:
    """*blocks* with a breakpoint at their end."""
    if blocks:
        blocks[-1]["cache_control"] = {"type": "ephemeral", "ttl": ttl}
    return blocks
