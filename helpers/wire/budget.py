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

UNBOUNDED = ("image", "image_url", "input_image", "document", "file", "input_file", "input_audio", "container_upload",
             "previous_response_id", "conversation", "prompt", "mcp_servers", "container")
"""Parts of a body whose tokens its length says nothing about: they are fetched, decoded or remembered elsewhere."""


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


def input_bound(body: Mapping[str, Any], n_bytes: int) -> int:
    """The most input tokens that a body of *n_bytes* can be billed where nobody counts them: no token is shorter
    than a byte, and what the vendor adds is bounded. Raises LookupError for a body of which that is not true."""
    for name in UNBOUNDED:
        if f"'{name}'" in str(body):
            raise LookupError(f"It holds {name!r}, whose tokens can't be bounded before they are billed.")
    return n_bytes + HIDDEN_TOKENS


def output_limit(body: Mapping[str, Any]) -> int:
    """The most output tokens that a request can be billed: its own limit, else the model's, else its window.

    Raises LookupError for a model of which neither is known.
    """
    for name in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        if isinstance(body.get(name), int):
            return body[name] * _choices(body)
    model = find_model(str(body.get("model")))
    limit = model.max_output or model.context
    if limit is None:
        raise LookupError(f"How much {model.id} can write is not known here: give the request a limit of its own.")
    return limit * _choices(body)


def _choices(body: Mapping[str, Any]) -> int:
    return body["n"] if isinstance(body.get("n"), int) else 1


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
