"""What may be spent, and what one request can cost at the worst: known before it is sent."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from typing import Any

from helpers import settings
from helpers.economics import Cost, NoPriceError, Usage, cost, find_model

COUNT_MARGIN = Decimal("1.05")
"""count_tokens is an estimate that "may differ by a small amount" (Anthropic docs, token counting)."""


HIDDEN_TOKENS = 1_000
"""Upper bound of what a vendor adds to a prompt unseen: the system prompt for tools is up to 589 tokens
(Anthropic docs, pricing: 286 to 589 by model and tool choice)."""

UNBOUNDED_FIELDS = ("previous_response_id", "conversation", "prompt", "mcp_servers", "container", "context_management",
                    "inference_geo", "speed", "background")
"""Fields of a request that let it cost what its own text and list prices don't tell: what is remembered elsewhere,
compacted on the way, or billed at another rate."""
LIST_PRICE = (None, "auto", "default", "standard", "standard_only")
"""Values of `service_tier` at list price."""
UNBOUNDED_BLOCKS = ("image", "image_url", "input_image", "document", "file", "input_file", "input_audio",
                    "container_upload")
"""Types of content whose tokens its length says nothing about; only a server can count them."""
OWN_TOOLS = (None, "custom", "function")
"""Types of tools that run on the caller's side; the vendors' own fetch more input, and may have fees."""


class Budget:
    """US dollars that live calls may cost together; held before sending, so that parallel calls can't overspend."""

    def __init__(self, usd: Decimal | str) -> None:
        self.limit = self._left = Decimal(usd)
        self._lock = threading.Lock()

    @property
    def left(self) -> Decimal:
        """What is neither spent nor held."""
        return self._left

    def hold(self, usd: Decimal) -> bool:
        """Set *usd* aside; False, and nothing changed, where that does not fit."""
        with self._lock:
            if usd > self._left:
                return False
            self._left -= usd
            return True

    def settle(self, held: Decimal, spent: Decimal) -> None:
        """Give back what was *held* and take what was *spent*."""
        with self._lock:
            self._left += held - spent


@lru_cache(maxsize=1)
def kernel_budget() -> Budget:
    """The one budget that all live clients of this kernel share."""
    return Budget(settings.budget_usd())


def refuse_unbounded(body: Mapping[str, Any]) -> None:
    """Raise LookupError for a request whose cost has no bound that could be known before it is billed."""
    found = [name for name in UNBOUNDED_FIELDS if body.get(name)]
    if body.get("service_tier") not in LIST_PRICE:
        found.append("service_tier")
    if "'ttl': '12h'" in str(body.get("prompt_cache_options")):
        found.append("prompt_cache_options")
    tools = body.get("tools") if isinstance(body.get("tools"), list) else []
    found += [str(tool.get("type")) for tool in tools if isinstance(tool, dict) and tool.get("type") not in OWN_TOOLS]
    if found:
        raise LookupError(f"It asks for {', '.join(found)}, and what that costs can't be bounded before it is billed.")


def input_bound(body: Mapping[str, Any], n_bytes: int) -> int:
    """The most input tokens that a body of *n_bytes* can be billed where nobody counts them: no token is shorter
    than a byte, and what the vendor adds is bounded. Raises LookupError for content of which that is not true."""
    opaque = sorted(_types(body.get("messages", body.get("input"))) & set(UNBOUNDED_BLOCKS))
    if opaque:
        raise LookupError(f"It holds {', '.join(opaque)}, whose tokens can't be bounded before they are billed.")
    return n_bytes + HIDDEN_TOKENS


def _types(content: Any) -> set[str]:
    """The `type` of every block in messages, however deep."""
    if isinstance(content, list):
        return set().union(*map(_types, content))
    if isinstance(content, dict):
        own = {content["type"]} if isinstance(content.get("type"), str) else set()
        return own.union(*(_types(content[name]) for name in ("content", "output") if name in content))
    return set()


def output_limit(body: Mapping[str, Any]) -> int:
    """The most output tokens that a request can be billed: its own limit, else the model's, else its window.

    Raises LookupError for a model of which neither is known.
    """
    for name in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        if type(body.get(name)) is int and body[name] >= 0:
            return body[name] * _choices(body)
    model = find_model(str(body.get("model")))
    limit = model.max_output or model.context
    if limit is None:
        raise LookupError(f"How much {model.id} can write is not known here: give the request a limit of its own.")
    return limit * _choices(body)


def _choices(body: Mapping[str, Any]) -> int:
    return max(body["n"], 1) if type(body.get("n")) is int else 1


def worst_usages(body: Mapping[str, Any], input_tokens: int) -> list[Usage]:
    """The ways in which a request with *input_tokens* can be billed, each with its output run to the limit.

    Every input token may be fresh, or written to the cache: OpenAI's models write without being asked, and an hour's
    writing costs more than five minutes'.
    """
    output = output_limit(body)
    writes = {"cache_write_5m": input_tokens}
    if "'ttl': '1h'" in str(body):
        writes = {"cache_write_1h": input_tokens}
    return [Usage(input=input_tokens, output=output), Usage(**writes, output=output)]


def worst_case(body: Mapping[str, Any], input_tokens: int) -> tuple[Usage, Cost]:
    """The dearest of those usages, and its cost. Raises LookupError for a model without a price."""
    model = str(body.get("model"))
    fresh, written = worst_usages(body, input_tokens)
    cases = [(fresh, cost(fresh, model))]
    with suppress(NoPriceError):   # a model that has no price for cache writes makes none
        cases.append((written, cost(written, model)))
    return max(cases, key=lambda case: case[1].usd)
