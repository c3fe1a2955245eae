"""04-4: the tools that `tool_loop` runs: a desk that finds orders and charges cards, and keeps what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from helpers.exercises.e04_talk import call, said

BROKEN, ODD = "9999", "10-42"
"""The order that no tool knows, and what is no order's number."""
ERRORS = {BROKEN: (LookupError, f"order {BROKEN} is unknown"), ODD: (ValueError, f"{ODD} is no order's number")}
"""What the tools raise for these: (kind, words)."""
TEXT = "Please charge me for order 1042."
TOOLS = tuple({"name": name, "description": words, "input_schema": {"type": "object", "properties": {
    "order": {"type": "string"}}, "required": ["order"]}} for name, words in (
        ("find_order", "An order's state."), ("charge_card", "Charge the customer's card for an order.")))
FIND, CHARGE, UNKNOWN, MISREAD = (call(name, {"order": order}) for name, order in (
    ("find_order", "1042"), ("charge_card", "1042"), ("find_order", BROKEN), ("find_order", ODD)))
END = said("Your card is charged.")


@dataclass(slots=True)
class Desk:
    """Runs the tools, and keeps which calls it ran."""

    interrupted: bool = False
    """Whether the next `find_order` is interrupted."""
    silent: bool = False
    """Whether a tool that did its work has nothing to say."""
    ran: list[tuple[str, Any]] = field(default_factory=list)
    misused: str = ""
    """How it was called, where that was not by a tool's name and its input."""

    def run(self, *given: Any, **named: Any) -> str:
        """`run(name, input)`: a tool's result."""
        both = dict(zip(("name", "input"), given, strict=False)) | named
        name, input = both.get("name"), both.get("input")
        if len(given) + len(named) != 2 or not (isinstance(name, str) and isinstance(input, dict)):
            self.misused = ", ".join([*map(repr, given), *(f"{key}={value!r}" for key, value in named.items())])
            raise TypeError(f"run(name, input) takes a tool's name and its input; got run({self.misused})")
        self.ran.append((name, input))
        if self.interrupted and name == "find_order":
            self.interrupted = False
            raise KeyboardInterrupt
        if input.get("order") in ERRORS:
            kind, words = ERRORS[input["order"]]
            raise kind(words)
        return "" if self.silent else f"{name} {input.get('order')}: receipt {len(self.ran)}"
