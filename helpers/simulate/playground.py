"""One schema under strict decoding: what a vendor takes of it, what moves, and what a validator says of an input.

    found = inspect(Order, {"quantity": 0}, "anthropic")
    found.moved          # ("quantity: at least 1", "quantity: at most 99")
    found.problems       # ("product: Field required", ...)

The 400 is the documented one (`helpers.wire.rules_schema`); the rest is computed by `helpers.structured`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.structured import Check, SchemaError, Vendor, judge, to_strict
from helpers.structured.bounds import BOUNDS
from helpers.wire.rules_schema import schema_problem

if TYPE_CHECKING:
    from pydantic import BaseModel

INPUTS: dict[str, Any] = {
    "right": {"product": "shirt", "colour": "navy", "size": "M", "quantity": 2},
    'quantity "two"': {"product": "shirt", "colour": "navy", "size": "M", "quantity": "two"},
    "quantity 0": {"product": "shirt", "colour": "navy", "size": "M", "quantity": 0},
    "quantity 2.0": {"product": "shirt", "colour": "navy", "size": "M", "quantity": 2.0},
    'colour "Navy"': {"product": "shirt", "colour": "Navy", "size": "M", "quantity": 2},
    "no size": {"product": "shirt", "colour": "navy", "quantity": 2},
    'empty product, size "m"': {"product": "", "colour": "navy", "size": "m", "quantity": 2},
}
"""Inputs of a call for an order, by what is special about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A schema for one vendor, and an input."""

    refused: str
    """The API's words, if the schema were sent as it is; "" where none are known to come."""
    changes: tuple[str, ...]
    """What `to_strict` changes, in words."""
    moved: tuple[str, ...]
    """Bounds that stand in a description now, and come back as checks."""
    kept: tuple[str, ...]
    """Bounds that this vendor takes, and so are sent."""
    impossible: str
    """Why it can't be strict at all; "" where it can."""
    data: Any
    """The input, as it came; None where there is no schema to hold it against."""
    problems: tuple[str, ...]
    """What the validator says of it."""
    accepted: Any
    """What the validator makes of it, as JSON; None where it has a problem with it."""

    @property
    def strict_as_it_is(self) -> bool:
        return not (self.refused or self.changes or self.moved or self.impossible)


def inspect(into: type[BaseModel], data: Any, vendor: Vendor) -> Inspection:
    """What becomes of the model *into* and of *data*, an input for it (or for one item, where it is one list)."""
    schema = into.model_json_schema()
    data = _fitted(schema, data)
    refused = (schema_problem(schema) or "") if vendor == "anthropic" else ""
    try:
        strict = to_strict(schema, vendor)
    except SchemaError as error:
        return Inspection(refused=refused, changes=(), moved=(), kept=(), impossible=str(error), data=None, problems=(),
                          accepted=None)
    changes = tuple(dict.fromkeys(_changes(strict.plain, strict.schema, schema)))
    judged = judge(data, into)
    accepted = judged.value and judged.value.model_dump(mode="json", exclude_unset=True)
    return Inspection(refused=refused, changes=changes, moved=tuple(map(str, strict.checks)),
                      kept=tuple(map(str, _bounds(strict.schema))), impossible="", data=data,
                      problems=judged.problems, accepted=accepted)


def _fitted(schema: dict[str, Any], data: Any) -> Any:
    names = list(schema.get("properties", ()))
    is_list = len(names) == 1 and schema["properties"][names[0]].get("type") == "array"
    return {names[0]: [data]} if is_list else data


def _changes(plain: dict[str, Any], strict: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """What is new in *strict*, which was made of *plain*; *schema* is the original, references and all."""
    if _open_object(schema):
        yield "objects closed (additionalProperties: false)"
    if "$ref" in json.dumps(schema):
        yield "references written out"
    yield from _newly_required(plain, strict)


def _newly_required(plain: dict[str, Any], strict: dict[str, Any]) -> Iterator[str]:
    new = [name for name in strict.get("required", ()) if name not in plain.get("required", ())]
    if new:
        yield f"{', '.join(new)}: required now, and may be null"
    for name, child in plain.get("properties", {}).items():
        yield from _newly_required(child, strict["properties"][name])
    if "items" in plain:
        yield from _newly_required(plain["items"], strict["items"])


def _bounds(node: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Check]:
    """The bounds in a strict schema."""
    yield from (Check(path, key, node[key]) for key in BOUNDS if key in node)
    for name, child in node.get("properties", {}).items():
        yield from _bounds(child, (*path, name))
    for branch in node.get("anyOf", ()):
        yield from _bounds(branch, path)
    if "items" in node:
        yield from _bounds(node["items"], (*path, "[]"))


def _open_object(node: Any) -> bool:
    """Whether an object in the schema takes unknown keys."""
    if isinstance(node, list):
        return any(map(_open_object, node))
    if not isinstance(node, dict):
        return False
    is_open = node.get("type") == "object" and node.get("additionalProperties") is not False
    return is_open or any(map(_open_object, node.values()))
