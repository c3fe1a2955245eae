"""`usage` as each API writes it: from a Usage, from wire fields, or estimated as an ILLUSTRATION.

The estimate is a plain rule that gives constructed replies a plausible size. It is never a measurement,
and nothing in the course may be concluded from it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.economics import Usage

CLAUDE_CHARACTERS_PER_TOKEN = 2.5
"""For current Claude models, by Anthropic's models page (October 2026)."""
OPENAI_CHARACTERS_PER_TOKEN = 4.5
"""About the median of recorded replies (`wire-facts`: 4.72 above 100 characters, less below)."""
TOKENS_PER_REPLY = 4
TOKENS_PER_TOOL_CALL = 50
TOKENS_OF_HIDDEN_THINKING = 60
SMALLEST_PROMPT = 8
OPENAI_NAMES = {"chat": ("prompt", "completion"), "responses": ("input", "output")}


def estimate_tokens(texts: Iterable[str], *, per_token: float, tool_calls: int = 0) -> int:
    """Tokens of the texts at *per_token* characters each, with fixed costs. An ILLUSTRATION."""
    return TOKENS_PER_REPLY + TOKENS_PER_TOOL_CALL * tool_calls + math.ceil(sum(map(len, texts)) / per_token)


def prompt_estimate(request: Mapping[str, Any] | None, *, per_token: float) -> int:
    """The prompt's tokens by the same ILLUSTRATION; the smallest recorded prompt where there is no *request*."""
    if request is None:
        return SMALLEST_PROMPT
    parts = [request[key] for key in ("system", "instructions", "tools", "messages", "input") if request.get(key)]
    return estimate_tokens((json.dumps(part, ensure_ascii=False) for part in parts), per_token=per_token)


def output_tokens(estimate: int, given: int | None, limit: int | None, *, cut_off: bool) -> int:
    """How many tokens the reply bills: *given*, else *estimate*, and never more than *limit*.

    A reply that its limit *cut_off* bills exactly the limit: so in 166 of 166 recorded ones.
    """
    if cut_off and limit is None and given is None:
        raise ValueError("a reply cut off by its limit bills exactly that limit: say which, with max_tokens=...")
    if cut_off and limit is not None and given not in (None, limit):
        raise ValueError(f"a reply cut off at max_tokens={limit} bills {limit} output tokens; usage says {given}.")
    if limit is not None and given is not None and given > limit:
        raise ValueError(f"usage says {given} output tokens, above max_tokens={limit}; the API never exceeds it.")
    if given is not None:
        return given
    if limit is None:
        return estimate
    return limit if cut_off else min(estimate, limit)


def anthropic_usage(
    usage: Usage | Mapping[str, Any] | None,
    blocks: list[dict[str, Any]],
    request: Mapping[str, Any] | None,
    max_tokens: int | None,
    *,
    cut_off: bool,
) -> dict[str, Any]:
    """`usage` of a message with these content *blocks*; *usage* as in `build_anthropic.message`."""
    given = dict(usage) if isinstance(usage, Mapping) else _anthropic_fields(usage) if usage is not None else {}
    per_token = CLAUDE_CHARACTERS_PER_TOKEN
    calls = sum("input" in block for block in blocks)
    thought = sum(_thinking_estimate(block) for block in blocks)
    estimate = thought + estimate_tokens(map(_visible, blocks), per_token=per_token, tool_calls=calls)
    output = given["output_tokens"] = output_tokens(
        estimate, given.get("output_tokens"), max_tokens, cut_off=cut_off
    )
    written = given.get("cache_creation_input_tokens", 0)
    return {
        "input_tokens": prompt_estimate(request, per_token=per_token),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": min(thought, output)},
        "service_tier": "standard",
        "inference_geo": "not_available",
        **given,
    }


def openai_usage(
    usage: Usage | Mapping[str, Any] | None,
    texts: list[str],
    request: Mapping[str, Any] | None,
    limit: int | None,
    *,
    api: str,
    tool_calls: int = 0,
    cut_off: bool = False,
) -> dict[str, Any]:
    """`usage` of a reply with these *texts*. *api*: "chat" or "responses", which name the same fields differently.

    Cached tokens stand inside the prompt's number here, other than at Anthropic.
    """
    prompt, output = OPENAI_NAMES[api]
    given = dict(usage) if isinstance(usage, Mapping) else _openai_fields(usage, api) if usage is not None else {}
    estimate = estimate_tokens(texts, per_token=OPENAI_CHARACTERS_PER_TOKEN, tool_calls=tool_calls)
    spent = given[f"{output}_tokens"] = output_tokens(
        estimate, given.get(f"{output}_tokens"), limit, cut_off=cut_off
    )
    fields = {
        f"{prompt}_tokens": prompt_estimate(request, per_token=OPENAI_CHARACTERS_PER_TOKEN),
        f"{output}_tokens": spent,
        "total_tokens": 0,
        f"{prompt}_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        f"{output}_tokens_details": {"reasoning_tokens": 0},
        **given,
    }
    return {**fields, "total_tokens": fields[f"{prompt}_tokens"] + spent}


def _thinking_estimate(block: dict[str, Any]) -> int:
    if block["type"] != "thinking":
        return 0
    return math.ceil(len(block["thinking"]) / CLAUDE_CHARACTERS_PER_TOKEN) or TOKENS_OF_HIDDEN_THINKING


def _visible(block: dict[str, Any]) -> str:
    return json.dumps(block["input"]) if "input" in block else block.get("text", "")


def _anthropic_fields(usage: Usage) -> dict[str, Any]:
    fields = {**_anthropic_counts(usage), "output_tokens_details": {"thinking_tokens": usage.thinking}}
    if usage.web_searches:
        fields["server_tool_use"] = {"web_search_requests": usage.web_searches, "web_fetch_requests": 0}
    if usage.other_models:
        own = {"type": "message", **_anthropic_counts(usage)}
        others = [{"type": "advisor_message", "model": id, **_anthropic_counts(u)} for id, u in usage.other_models]
        fields["iterations"] = [own, *others]
    return fields


def _anthropic_counts(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write_5m + usage.cache_write_1h,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_write_5m,
            "ephemeral_1h_input_tokens": usage.cache_write_1h,
        },
        "output_tokens": usage.output,
    }


def _openai_fields(usage: Usage, api: str) -> dict[str, Any]:
    if usage.other_models or usage.web_searches:
        raise ValueError("an OpenAI reply's usage has no place for other models or web searches; leave them out.")
    if usage.cache_write_1h and api == "chat":
        raise ValueError("12-hour cache writes exist in the Responses API only; use cache_write_5m for 30-minute ones.")
    prompt, output = OPENAI_NAMES[api]
    written = usage.cache_write_5m + usage.cache_write_1h
    details: dict[str, Any] = {"cached_tokens": usage.cache_read, "cache_write_tokens": written}
    if api == "responses":
        ttls = {"ttl_30m_tokens": usage.cache_write_5m, "ttl_12h_tokens": usage.cache_write_1h}
        details["cache_write_tokens_details"] = ttls
    return {
        f"{prompt}_tokens": usage.input + written + usage.cache_read,
        f"{prompt}_tokens_details": details,
        f"{output}_tokens": usage.output,
        f"{output}_tokens_details": {"reasoning_tokens": usage.thinking},
    }
