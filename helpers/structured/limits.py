"""How much of a schema is too much: what the vendors compile, and what they answer with a 400."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from helpers.structured.keywords import SchemaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a request's strict schemas hold, or may hold, together."""

    schemas: int = 0
    """Strict tools (and the output format)."""
    optional: int = 0
    """Properties that may be left out."""
    unions: int = 0
    """Properties or items of more than one type: anyOf, or a list of types."""
    properties: int = 0
    levels: int = 0
    """Objects and lists inside each other, the root included; of several schemas the deepest."""
    choices: int = 0
    """Values in all enums."""

    def __add__(self, other: Counts) -> Counts:
        if not isinstance(other, Counts):
            return NotImplemented
        sums = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        return Counts(**{**sums, "levels": max(self.levels, other.levels)})


MOST = {"anthropic": Counts(schemas=20, optional=24, unions=16),
        "openai": Counts(properties=5_000, levels=10, choices=1_000)}
"""0: no limit is documented. Sources: platform.claude.com, structured-outputs, "Schema complexity limits" (October
2026); developers.openai.com, structured-outputs, "Supported schemas"."""
NAMES = {"schemas": "strict tools", "optional": "optional properties", "unions": "properties of more than one type",
         "properties": "properties", "levels": "levels", "choices": "enum values"}
ADVICE = {"optional": "Make some required, with a word for 'not said'.", "unions": "Make fewer nullable, or split it.",
          "schemas": "Make only those strict whose mistakes would hurt."}


def count(schema: dict[str, Any]) -> Counts:
    """What one strict schema holds."""
    total = Counts(schemas=1)
    for node, level in _nodes(schema, 0):
        names = node.get("properties", {})
        total += Counts(optional=len({*names} - {*node.get("required", ())}), properties=len(names), levels=level,
                        unions=int("anyOf" in node or isinstance(node.get("type"), list)),
                        choices=len(node.get("enum", ())))
    return total


def check_limits(*schemas: dict[str, Any], vendor: str = "anthropic") -> Counts:
    """The counts of all strict *schemas* of one request; SchemaError where the *vendor* would answer 400.

    Passing is no promise: the compiled grammar has a limit of its own, which nobody can count from outside ("Schema is
    too complex for compilation").
    """
    total = sum((count(schema) for schema in schemas), Counts())
    for one in fields(total):
        found, most = getattr(total, one.name), getattr(MOST[vendor], one.name)
        if most and found > most:
            raise SchemaError(f"{found:,} {NAMES[one.name]}, where {vendor} takes {most:,} in all strict schemas of a "
                              f"request together. {ADVICE.get(one.name, 'Ask for less at once.')}")
    return total


def _nodes(node: dict[str, Any], level: int) -> Iterator[tuple[dict[str, Any], int]]:
    inside = level + ("properties" in node or "items" in node)
    yield node, inside
    items = [node["items"]] if "items" in node else []
    for child in [*node.get("properties", {}).values(), *items, *node.get("anyOf", ())]:
        yield from _nodes(child, inside)
