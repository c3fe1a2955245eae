"""What a usage costs, exact to the last digit.

    cost(Usage(input=5_000, output=1_000), "claude-sonnet-4-6")     # $0.03
    cost_of(client.messages.create(...))                            # model and discounts read from the reply

Not in here, because no usage tells it: fees for OpenAI's built-in tools, containers by the hour, cache storage, audio
tokens at their own rate, OpenAI's surcharge for regional processing, taxes, and what a contract gives off the list.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from helpers.economics.models import Model, NoPriceError, Price, Tier, find_model
from helpers.economics.money import to_decimal, usd_markdown, usd_text
from helpers.economics.reading import get, message_of, serving_model, usage_block, usage_from
from helpers.economics.usage import Usage

ZERO = Decimal(0)
LIST_PRICE = {"anthropic": ("standard", "priority"), "openai": ("standard", "default", "auto", "scale")}
"""Service levels that cost what the list says. Anthropic's "priority" and OpenAI's "scale" are capacity that was
bought beforehand; OpenAI's "priority" is something else, and dearer."""


UNBILLED_REFUSALS = ("cyber", "general_harms", None)
"""Categories whose refusals cost nothing when nothing was written (Anthropic docs, refusals-and-fallback,
September 2026: may change)."""


class MixedTiersError(ValueError):
    """A sum of requests of which some pay a higher tier and some don't."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """US dollars, by what they were paid for."""

    input: Decimal = ZERO
    cache_write: Decimal = ZERO
    cache_read: Decimal = ZERO
    output: Decimal = ZERO
    web_search: Decimal = ZERO

    def __post_init__(self) -> None:
        for part in fields(self):
            object.__setattr__(self, part.name, to_decimal(getattr(self, part.name), f"{part.name} (USD)"))

    @property
    def usd(self) -> Decimal:
        """Everything together, unrounded."""
        return sum((getattr(self, part.name) for part in fields(self)), ZERO)

    def __add__(self, other: Cost) -> Cost:
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(**{p.name: getattr(self, p.name) + getattr(other, p.name) for p in fields(self)})

    def __radd__(self, other: object) -> Cost:
        return self if other == 0 else NotImplemented   # sum() starts from 0

    def __mul__(self, times: Decimal | int | float) -> Cost:
        if isinstance(times, bool) or not isinstance(times, Decimal | int | float):
            return NotImplemented
        factor = to_decimal(times, "what a cost is multiplied by")
        return Cost(**{part.name: getattr(self, part.name) * factor for part in fields(self)})

    __rmul__ = __mul__

    def __str__(self) -> str:
        return usd_text(self.usd)

    def _repr_markdown_(self) -> str:
        parts = [(part.name.replace("_", " "), getattr(self, part.name)) for part in fields(self)]
        # Each amount in an element of its own: two dollar signs in one run of text are a formula to MathJax.
        shown = " + ".join(f"*{usd_markdown(usd)}* {name}" for name, usd in parts if usd)
        return f"**{usd_markdown(self.usd)}**" + (f" = {shown}" if shown else "")


def cost(usage: Usage, model: str | Model | Price, *, batch: bool = False, us_only: bool = False,
         service: str = "standard") -> Cost:
    """What *usage* costs on *model*: an id, a Model, or a bare Price.

    The tier is that of the request's whole prompt, cached tokens included, and holds for its output, too.
    *batch*: sent through the Batch API. *us_only*: inference kept in the US. *service*: another level of service,
    such as "flex" or "fast". The three multiply; fees for web searches are never discounted.

    Raises UnknownModelError, NoPriceError (both LookupError), or MixedTiersError for a sum across tiers.
    """
    if isinstance(model, Price):
        model = Model(id="a bare Price", vendor="", status="active", prices=(Tier(0, model),))
    elif isinstance(model, str):
        model = find_model(model)
    factor, read_factor = _factors(model, batch, us_only, service)
    price = _price(model, usage)
    own = Cost(
        input=_usd(usage.input, price.input * factor),
        cache_write=_usd(usage.cache_write_5m, _rate(model, price, "cache_write_5m", usage) * factor)
        + _usd(usage.cache_write_1h, _rate(model, price, "cache_write_1h", usage) * factor),
        cache_read=_usd(usage.cache_read, _read_rate(price) * read_factor),
        output=_usd(usage.output, price.output * factor),
        web_search=_search_fee(model, usage.web_searches),
    )
    return sum((cost(used, other, batch=batch, us_only=us_only) for other, used in usage.other_models), own)


def cost_of(reply: Any, usage: Usage | None = None) -> Cost:
    """What *reply* costs: its model, service level and place of inference are read from it.

    Anthropic says in its usage when a reply was a batch's; OpenAI does not: give `batch=True` to `cost` for those.
    A refusal before any output is not billed in the categories of UNBILLED_REFUSALS, although it reports tokens.
    Raises ValueError when it has no usage or names no model, and what `cost` raises.
    """
    block = usage_block(reply)
    model = serving_model(block) or get(message_of(reply), "model")
    if not model:
        raise ValueError("This usage doesn't say which model it belongs to. Use cost(usage_from(reply), model).")
    if _is_unbilled_refusal(message_of(reply), block):
        return Cost()
    level = get(block, "service_tier") or get(message_of(reply), "service_tier")
    if get(block, "speed") == "fast":
        level = "fast"
    return cost(usage or usage_from(reply), model, batch=level == "batch", us_only=get(block, "inference_geo") == "us",
                service="standard" if level in (None, "batch") else level)


def _is_unbilled_refusal(message: Any, block: Any) -> bool:
    return (get(message, "stop_reason") == "refusal" and not get(block, "output_tokens")
            and get(get(message, "stop_details"), "category") in UNBILLED_REFUSALS)


def _factors(model: Model, batch: bool, us_only: bool, service: str) -> tuple[Decimal, Decimal]:
    """What all rates, and what the rate of cache reads, are multiplied by."""
    factor = read_factor = _service_factor(model, service)
    if us_only:
        factor *= _needed(model, model.us_only_multiplier, "inference kept in the US")
        read_factor = factor
    if batch:
        discount = _needed(model, model.batch_discount, "the Batch API")
        read_discount = discount if model.batch_cache_discount is None else model.batch_cache_discount
        factor, read_factor = factor * (1 - discount), read_factor * (1 - read_discount)
    return factor, read_factor


def _service_factor(model: Model, service: str) -> Decimal:
    if service in model.service_multipliers:
        return model.service_multipliers[service]
    if service in LIST_PRICE.get(model.vendor, ("standard",)):
        return Decimal(1)
    raise NoPriceError(f"No price is known for {model.id} at service level {service!r}.")


def _price(model: Model, usage: Usage) -> Price:
    smallest, largest = usage.prompt_range or (0, 0)
    price = model.price_for(largest)
    if price != model.price_for(smallest):
        thresholds = " and ".join(f"{t.above_prompt_tokens:,}" for t in model.prices if t.above_prompt_tokens)
        raise MixedTiersError(
            f"This usage adds up requests with prompts from {smallest:,} to {largest:,} tokens, and {model.id} has "
            f"another price above {thresholds}. Price each request, then add: sum(cost(u, model) for u in usages).")
    return price


def _read_rate(price: Price) -> Decimal:
    return price.input if price.cache_read is None else price.cache_read   # no rate, no discount: it is input


def _rate(model: Model, price: Price, name: str, usage: Usage) -> Decimal:
    rate = getattr(price, name)
    return _needed(model, rate, f"{name} tokens") if getattr(usage, name) else rate or ZERO


def _search_fee(model: Model, searches: int) -> Decimal:
    if not searches:
        return ZERO
    return searches * _needed(model, model.web_search_usd_per_1000, "web searches").scaleb(-3)


def _needed(model: Model, figure: Decimal | None, what: str) -> Decimal:
    if figure is None:
        raise NoPriceError(f"No price is known for {what} on {model.id}. {model.note}".strip())
    return figure


def _usd(tokens: int, usd_per_million: Decimal) -> Decimal:
    return (tokens * usd_per_million).scaleb(-6)
