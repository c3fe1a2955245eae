"""Tokens as money: what was used, what it costs, who spent it, and what it will be.

    spent = cost_of(client.messages.create(...))
    print(spent)                                    # $0.0231

Prices are data, in data/models.json, each with its source and date. All arithmetic is in Decimal and exact;
rounding happens when a value is shown.
"""

from __future__ import annotations

from helpers.economics.compare import compare_models, price_table, same_text_factor
from helpers.economics.forecast import (
    conversation,
    conversation_cost,
    conversation_turns,
    conversation_usage,
    per_day,
    per_request,
    sensitivity,
)
from helpers.economics.ledger import Entry, Ledger
from helpers.economics.measured import measured_frame
from helpers.economics.models import (
    Model,
    NoPriceError,
    Price,
    Quote,
    Tier,
    UnknownModelError,
    find_model,
    load_models,
    model_id,
    prices_as_of,
)
from helpers.economics.money import usd_markdown, usd_text
from helpers.economics.pricing import Cost, MixedTiersError, cost, cost_of
from helpers.economics.reading import usage_from
from helpers.economics.usage import Usage

__all__ = [
    "Cost",
    "Entry",
    "Ledger",
    "MixedTiersError",
    "Model",
    "NoPriceError",
    "Price",
    "Quote",
    "Tier",
    "UnknownModelError",
    "Usage",
    "compare_models",
    "conversation",
    "conversation_cost",
    "conversation_turns",
    "conversation_usage",
    "cost",
    "cost_of",
    "find_model",
    "load_models",
    "measured_frame",
    "model_id",
    "per_day",
    "per_request",
    "price_table",
    "prices_as_of",
    "same_text_factor",
    "sensitivity",
    "usage_from",
    "usd_markdown",
    "usd_text",
]
