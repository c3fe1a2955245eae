"""The models of data/models.json: what each costs, how far it reaches, what it refuses, when it ends.

    find_model("claude-haiku-5-5").price
    model_id("default")

Ids and aliases are matched whole. There is no matching by prefix: gpt-4o-2024-05-13 costs twice what gpt-4o does.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.economics.money import to_decimal
from helpers.settings import DATA

MODELS_FILE = DATA / "models.json"
STATUSES = ("active", "legacy", "deprecated", "retired")
RATES = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")


class UnknownModelError(LookupError):
    """A model id that data/models.json doesn't have."""


class NoPriceError(LookupError):
    """A model, or a way of using it, whose price is not known here."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; None where the vendor has no such rate or it is not known.

    Takes Decimal, int, str or float (read as it prints) and holds Decimal.
    """

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal | None = None
    """Short writes: 5 minutes at Anthropic, 30 at OpenAI. Before GPT-5.6 OpenAI's are free, that is: the tokens are
    billed as the plain input that they are, so this equals `input`."""
    cache_write_1h: Decimal | None = None
    """Long writes: 1 hour at Anthropic, 12 hours at OpenAI."""
    cache_read: Decimal | None = None

    def __post_init__(self) -> None:
        for name in RATES:
            rate = getattr(self, name)
            if rate is not None or name in ("input", "output"):
                object.__setattr__(self, name, to_decimal(rate, f"{name} (USD per million tokens)"))


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of requests whose prompt has more tokens than `above_prompt_tokens`."""

    above_prompt_tokens: int
    price: Price


@dataclass(frozen=True, slots=True)
class Quote:
    """What the document that the course grew out of said about a model, and what was right."""

    said: str
    price: Price
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One row of data/models.json; data/README.md says what each field means and where it comes from."""

    id: str
    vendor: str
    status: str
    prices: tuple[Tier, ...]
    """By prompt size, smallest first; empty where no price is known."""
    batch_discount: Decimal | None = None
    """Share taken off in the Batch API (0.5 = half price); None where there is no batch price."""
    batch_cache_discount: Decimal | None = None
    """The same for cache reads, where it differs: OpenAI's older models give none."""
    us_only_multiplier: Decimal | None = None
    """For inference kept in the US; None where the model has no such choice."""
    service_multipliers: Mapping[str, Decimal] = field(default_factory=dict, hash=False)
    """Other service levels that a reply may name ("flex", "fast", "priority"), times the standard price."""
    web_search_usd_per_1000: Decimal | None = None
    context: int | None = None
    max_output: int | None = None
    min_cacheable: int | None = None
    """Shortest prompt prefix, in tokens, that is cached."""
    refuses: frozenset[str] = frozenset()
    thinking: str | None = None
    """When the request doesn't say: "always_on", "on", "off", or "none" where the model can't."""
    default_effort: str | None = None
    retires_on: date | None = None
    retires_not_before: date | None = None
    tokenizer: str = "other"
    family: str = ""
    """Its name in data/measured_tokens.csv."""
    source: str = ""
    as_of: date = date.min
    """When the row was last checked."""
    note: str = ""
    quoted: Quote | None = None
    aliases: tuple[str, ...] = ()

    @property
    def price(self) -> Price:
        """The price of an ordinary request, below every threshold; NoPriceError where none is known."""
        return self.price_for(0)

    def price_for(self, prompt_tokens: int) -> Price:
        """The price of a request with *prompt_tokens*: input, cache reads and writes together."""
        if not self.prices:
            raise NoPriceError(f"{self.id} is listed without a price. {self.note}".strip())
        reached = [tier for tier in self.prices if tier.above_prompt_tokens in range(prompt_tokens)]
        return reached[-1].price if reached else self.prices[0].price


@dataclass(frozen=True, slots=True)
class ModelList:
    """The whole file."""

    as_of: date
    roles: Mapping[str, str]
    models: tuple[Model, ...]
    by_id: Mapping[str, Model]
    """Ids and aliases."""


def find_model(id: str) -> Model:
    """The row of *id* or of the model that it is an alias of; UnknownModelError naming the nearest ids otherwise."""
    known = load_models().by_id
    if id in known:
        return known[id]
    nearest = difflib.get_close_matches(str(id), known, n=3, cutoff=0.5)
    hint = f"Nearest: {', '.join(nearest)}." if nearest else "Nothing there is near it."
    raise UnknownModelError(f"data/models.json has no model {id!r}, so its price is unknown. {hint} "
                            "Use one of its ids, or add a row with the price and its source.")


def model_id(role: str) -> str:
    """The id that plays *role* in the lessons, such as "default", "production" or "openai"."""
    roles = load_models().roles
    if role not in roles:
        raise UnknownModelError(f"No model plays the role {role!r}. data/models.json has: {', '.join(roles)}.")
    return roles[role]


def prices_as_of() -> date:
    """The day on which data/models.json was last gone through."""
    return load_models().as_of


@lru_cache
def load_models(path: Path = MODELS_FILE) -> ModelList:
    """Read *path* (once); ValueError naming the row and the field where it is wrong."""
    content = json.loads(path.read_text(encoding="utf-8"))
    models = tuple(_model(row) for row in content["models"])
    by_id: dict[str, Model] = {}
    for model in models:
        for name in (model.id, *model.aliases):
            if name in by_id:
                raise ValueError(f"{path.name}: {name!r} belongs to both {by_id[name].id} and {model.id}.")
            by_id[name] = model
    for role, name in content["roles"].items():
        if name not in by_id:
            raise ValueError(f"{path.name}: role {role!r} names {name!r}, which no row has.")
    return ModelList(date.fromisoformat(content["as_of"]), content["roles"], models, by_id)


CONVERSIONS = {
    **dict.fromkeys(("batch_discount", "batch_cache_discount", "us_only_multiplier", "web_search_usd_per_1000"),
                    lambda value: to_decimal(value, "it")),
    **dict.fromkeys(("retires_on", "retires_not_before", "as_of"), date.fromisoformat),
    "prices": lambda tiers: tuple(_tier(**tier) for tier in tiers),
    "service_multipliers": lambda rates: {name: to_decimal(rate, name) for name, rate in rates.items()},
    "quoted": lambda quote: Quote(quote["said"], Price(quote["input"], quote["output"]), quote["right"]),
    "refuses": frozenset,
    "aliases": tuple,
}


def _tier(above_prompt_tokens: int, **rates: Any) -> Tier:
    return Tier(above_prompt_tokens, Price(**rates))


def _model(row: Mapping[str, Any]) -> Model:
    fields = {"as_of" if name == "checked" else name: value for name, value in row.items() if value is not None}
    for name, convert in CONVERSIONS.items():
        if name in fields:
            try:
                fields[name] = convert(fields[name])
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(f"models.json, {row.get('id')}, {name}: {error}") from error
    if fields.get("status") not in STATUSES:
        raise ValueError(f"models.json, {row.get('id')}: status must be one of {', '.join(STATUSES)}.")
    return Model(**{"prices": (), "family": fields["id"], **fields})
