"""What a reply offers, whichever vendor and recipe: how it ended, the calls in it or its text, and what it cost."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from helpers.economics import Cost, Usage, cost_of, usage_from

FINISHED = ("tool_use", "end_turn", "tool_calls", "stop", "function_call")
"""The model came to its own end (two of Anthropic; three of OpenAI's chat completions, where a forced function ends
with "stop"). Every other reason, known or new, means that what came is not to be trusted."""
CUT = ("max_tokens", "length")
REASONS = {
    "refusal": "the model declined",
    "content_filter": "a filter removed the answer",
    "model_context_window_exceeded": "the text and the answer do not fit into the model's context window together",
    None: "the reply does not say how it ended",
}
Ending = Literal["finished", "cut", "stopped"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One call, or the text of a reply that was asked for JSON."""

    data: Any
    """The JSON value; None where it is none."""
    raw: Any
    """As it came."""
    id: str | None = None
    """What its result has to name; None for a text."""
    name: str | None = None
    problem: str = ""
    """Why `data` can't be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A reply, read."""

    ending: Ending
    stop_reason: str | None
    why: str
    """The ending in words, where it is not "finished"."""
    offers: tuple[Offer, ...]
    said: tuple[dict[str, Any], ...]
    """The assistant's message as it has to be sent back, () where it is empty."""
    usage: Usage | None
    cost: Cost | None
    request_id: str | None


def read_message(message: Any, by_tool: bool) -> Read:
    """An Anthropic Message. Thinking blocks go back as they came: changed ones are a 400."""
    details = getattr(message, "stop_details", None)
    why = (details.explanation or details.category or "") if details else ""
    blocks = list(message.content or ())
    if by_tool:
        offers = [Offer(block.input, block.input, block.id, block.name) for block in blocks if block.type == "tool_use"]
    else:
        offers = _text_offer("".join(block.text for block in blocks if block.type == "text"))
    said = ({"role": "assistant", "content": blocks},) if blocks else ()
    return _read(message, message.stop_reason, why, offers, said)


def read_completion(completion: Any, by_tool: bool) -> Read:
    """An OpenAI ChatCompletion: a refusal is a field there, and arguments are JSON text."""
    if not completion.choices:
        return _read(completion, None, "", [], ())
    choice = completion.choices[0]
    message, calls = choice.message, list(choice.message.tool_calls or ())
    reason = "refusal" if message.refusal else choice.finish_reason
    offers = [_call_offer(call) for call in calls] if by_tool else _text_offer(message.content or "")
    said: dict[str, Any] = {"role": "assistant", "content": message.content}
    if calls:
        said["tool_calls"] = [call.model_dump(exclude_none=True) for call in calls]
    return _read(completion, reason, message.refusal or "", offers, (said,) if calls or message.content else ())


def _read(reply: Any, reason: str | None, why: str, offers: list[Offer], said: tuple[dict[str, Any], ...]) -> Read:
    usage = spent = None
    with suppress(LookupError, ValueError):   # an answer that is paid for is not thrown away with its bill
        usage = usage_from(reply)
        spent = cost_of(reply, usage)
    ending: Ending = "finished" if reason in FINISHED else "cut" if reason in CUT else "stopped"
    words = REASONS.get(reason, f"the model stopped for another reason, {reason}")
    return Read(ending=ending, stop_reason=reason, why=f"{words}: {why}" if why else words, offers=tuple(offers),
                said=said, usage=usage, cost=spent, request_id=getattr(reply, "_request_id", None))


def _text_offer(text: str) -> list[Offer]:
    if not text.strip():
        return []
    data, problem = _json(text)
    return [Offer(data, text, problem=problem)]


def _call_offer(call: Any) -> Offer:
    if call.type != "function":
        return Offer(None, call.model_dump(), call.id, call.type, "a call of another kind")
    data, problem = _json(call.function.arguments or "{}")   # "" is how a call without arguments may come
    return Offer(data, call.function.arguments, call.id, call.function.name, problem)


def _json(text: str) -> tuple[Any, str]:
    """(the value, why there is none). Nothing is mended: half of a JSON text is no smaller order."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once_each), ""
    except (ValueError, RecursionError) as error:
        return None, f"this is no JSON: {error}"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that comes twice json.loads would take the last one, without a word."""
    twice = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
    if twice:
        raise ValueError(f"the key {twice[0]!r} comes twice")
    return dict(pairs)
