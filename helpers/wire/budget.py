"""What may be spent, and what one request can cost at the worst: known before it is sent."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from helpers import settings
from helpers.economics import Cost, Usage, cost, find_model

COUNT_MARGIN = Decimal("1.05")
"""count_tokens is an estimate that "may differ by a small amount" (Anthropic docs, token counting)."""


class Budget:
    """US dollars that live calls may cost together. Holds are made before sending, so parallel calls can't overspend."""

    def __init__(self, usd: Decimal) -> None:
        self.limit = usd
        self._left = usd
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


def output_limit(body: Mapping[str, Any]) -> int:
    """The most output tokens that a request can be billed: its own limit, else the model's."""
    for name in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        if isinstance(body.get(name), int):
            return body[name] * _choices(body)
    return find_model(str(body.get("model"))).max_output * _choices(body)


def _choices(body: Mapping[str, Any]) -> int:
    return body["n"] if isinstance(body.get("n"), int) else 1


def worst_usage(body: Mapping[str, Any], input_tokens: int) -> Usage:
    """The dearest usage that a request with *input_tokens* can end in.

    Every input token may be written to the cache (OpenAI's models write without being asked), for an hour where
    the request says so, and the output may run to its limit.
    """
    output = output_limit(body)
    if '"ttl": "1h"' in str(body).replace("'", '"'):
        return Usage(cache_write_1h=input_tokens, output=output)
    return Usage(cache_write_5m=input_tokens, output=output)


def worst_cost(body: Mapping[str, Any], input_tokens: int) -> Cost:
    """What that usage costs, in the dearer of the two ways in which the input can be billed.

    Raises LookupError for a model without a price.
    """
    model = str(body.get("model"))
    as_write = worst_usage(body, input_tokens)
    as_input = replace(as_write, input=input_tokens, cache_write_5m=0, cache_write_1h=0)
    return max((cost(usage, model) for usage in (as_write, as_input)), key=lambda c: c.usd)
