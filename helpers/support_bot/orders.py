"""Orders for printed shirts: what the model is asked to fill in, and what the shop says to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.structured import recipe_for

if TYPE_CHECKING:
    from pydantic import BaseModel

COLOURS = ("navy", "sky blue", "white")
SIZES = ("S", "M", "L")
MOST = 99
FIELDS = ("product", "colour", "size", "quantity")

_TEXT = {"type": "string"}
_ORDER = {
    "type": "object", "additionalProperties": False, "required": list(FIELDS),
    "properties": {"product": _TEXT, "colour": {**_TEXT, "enum": list(COLOURS)}, "size": {**_TEXT, "enum": list(SIZES)},
                   "quantity": {"type": "integer", "description": f"From 1 to {MOST}."}},
}
ORDER_TOOL = {
    "name": "record_order", "strict": True,
    "description": "Record the order in the user's message. Take each value from it and invent none. If it holds no "
                   "order, set order to null and say in none_because, in a few words, what it is instead.",
    "input_schema": {
        "type": "object", "additionalProperties": False, "required": ["none_because", "order"],
        "properties": {"none_because": {**_TEXT, "description": "Empty where order is given."},
                       "order": {"anyOf": [_ORDER, {"type": "null"}]}}},
}

PLEA = f"Answer by calling the tool {ORDER_TOOL['name']}, exactly once, also where there is nothing to record."
"""For models that can't be forced to."""


def order_tool(model: str) -> dict[str, Any]:
    """The fields of a request that has *model* call the order tool once: forced to, where the model takes that."""
    one = {"disable_parallel_tool_use": True}
    if recipe_for("anthropic", model) == "forced":
        return {"tools": [ORDER_TOOL], "tool_choice": {"type": "tool", "name": ORDER_TOOL["name"], **one}}
    return {"tools": [ORDER_TOOL], "tool_choice": {"type": "auto", **one}, "system": PLEA}


@lru_cache(maxsize=1)
def order_class() -> type[BaseModel]:
    """The order as a pydantic model. A function, because pydantic takes a while to import."""
    from typing import Literal

    from pydantic import Field, create_model

    return create_model("Order", product=(str, Field(min_length=1)), colour=(Literal[COLOURS], ...),
                        size=(Literal[SIZES], ...), quantity=(int, Field(ge=1, le=MOST, strict=True)))


def problems(order: Any) -> list[str]:
    """What is wrong with an order, in words; [] where nothing is. Never raises."""
    if not isinstance(order, Mapping):
        return [f"an order is an object with {', '.join(FIELDS)}"]
    found = [f"{name} is missing" for name in FIELDS if name not in order]
    found += [f"{name} is no field of an order" for name in order if name not in FIELDS]
    known = {name: order[name] for name in FIELDS if name in order}
    return found + [f"{name}: {RULES[name]}" for name, value in known.items() if not _fits(name, value)]


RULES = {"product": "a text that says what to print on", "colour": f"one of {', '.join(COLOURS)}",
         "size": f"one of {', '.join(SIZES)}", "quantity": f"a whole number from 1 to {MOST}"}


def _fits(name: str, value: Any) -> bool:
    if name == "quantity":
        return type(value) is int and 1 <= value <= MOST
    if name == "product":
        return isinstance(value, str) and bool(value.strip())
    return isinstance(value, str) and value in (COLOURS if name == "colour" else SIZES)


def in_words(order: Mapping[str, Any]) -> str:
    """An order as the customer reads it back."""
    return f"{order['quantity']} x {order['product']}, {order['colour']}, {order['size']}"
