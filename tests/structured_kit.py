"""What the tests of helpers.structured share: an order, five ways to ask for it, and replies in each way's form."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field
from wire_kit import client

from helpers import economics
from helpers.clock import VirtualClock
from helpers.structured import extract, extract_async
from helpers.wire import builder
from helpers.wire.scripted import Scripted

HAIKU, SONNET = economics.model_id("default"), economics.model_id("production")
LUNA = economics.model_id("openai")
TEXT = "Please send me two navy shirts in size M."


class Order(BaseModel):
    """What a customer orders."""

    product: str = Field(min_length=1)
    colour: Literal["navy", "sky blue", "white"]
    size: Literal["S", "M", "L"]
    quantity: int = Field(ge=1, le=99, description="How many pieces.")
    gift_note: str = ""


SHIRTS = {"product": "shirt", "colour": "navy", "size": "M", "quantity": 2}
ORDER = Order(**SHIRTS)


def enveloped(order, none_because=""):
    """What a model that keeps to the schema fills in."""
    return {"none_because": none_because, "order": order}


@dataclass(frozen=True)
class Way:
    """A vendor's model and a recipe for it."""

    vendor: str
    model: str
    recipe: str
    default: bool = False
    """Whether it is the model's own recipe."""

    @property
    def by_tool(self):
        return self.recipe != "format"

    def call(self, data, name="record_order", id=None):
        """One tool call; *data* as JSON value, for OpenAI also as text."""
        make = builder.tool_use if self.vendor == "anthropic" else builder.tool_call
        return make(name, data, id=id)

    def reply(self, *data, said="", **more):
        """A reply that offers *data*: one call for each, or one text."""
        if self.vendor == "anthropic":
            calls = [self.call(one) for one in data] if self.by_tool else [as_text(one) for one in data]
            return builder.message([*([said] if said else []), *calls], model=self.model, **more)
        if self.by_tool:
            return builder.chat_completion(said or None, model=self.model, tool_calls=[self.call(one) for one in data],
                                           **more)
        return builder.chat_completion(said + "".join(as_text(one) for one in data), model=self.model, **more)

    def cut(self, *data, limit=2_000):
        """A reply that ran into its limit."""
        if self.vendor == "anthropic":
            return self.reply(*data, stop_reason="max_tokens", max_tokens=limit)
        return self.reply(*data, finish_reason="length", max_completion_tokens=limit)

    def refusal(self, why="Not this."):
        """A reply without content that declines."""
        if self.vendor == "anthropic":
            return builder.message([], model=self.model, stop_details=builder.refusal("bio", why))
        return builder.chat_completion(None, model=self.model, refusal=why)

    def __str__(self):
        return f"{self.model} {self.recipe}"


def as_text(data):
    return data if isinstance(data, str) else json.dumps(data)


WAYS = [Way("anthropic", HAIKU, "forced", True), Way("anthropic", SONNET, "auto", True),
        Way("anthropic", HAIKU, "format"), Way("openai", LUNA, "format", True), Way("openai", LUNA, "forced"),
        Way("openai", LUNA, "auto")]
TOOLS = [way for way in WAYS if way.by_tool]
FORMATS = [way for way in WAYS if not way.by_tool]
CLAUDE = WAYS[0]


def serving(way, *replies, asked=None, asynchronous=False, **options):
    """A real SDK client that gets *replies*, one a request; the requests' bodies go into *asked*."""
    left = iter(replies)

    def script(request):
        if asked is not None:
            asked.append(request.body)
        return next(left)

    clock = VirtualClock()
    return client(Scripted(script, clock), vendor=way.vendor.upper(), clock=clock, asynchronous=asynchronous, **options)


def run(way, *replies, asked=None, into=Order, text=TEXT, **options):
    """What `extract` makes of *replies*."""
    options.setdefault("recipe", way.recipe)
    return extract(serving(way, *replies, asked=asked), text, into, model=way.model, **options)


def run_async(way, *replies, asked=None, into=Order, text=TEXT, **options):
    """The same with the asynchronous client."""
    async def main():
        made = serving(way, *replies, asked=asked, asynchronous=True)
        return await extract_async(made, text, into, model=way.model, recipe=way.recipe, **options)

    return asyncio.run(main())
