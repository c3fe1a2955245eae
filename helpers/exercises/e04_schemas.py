"""04-3: the schemas that are sent, one difficulty in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.exercises.e04_nodes import Node

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


def _object(required: tuple[str, ...] | None = None, **properties: Node) -> Node:
    """An object; all is required that isn't left out."""
    return {"type": "object", "properties": properties, "required": [*(properties if required is None else required)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One schema; whatever goes wrong in it alone may have one cause."""

    schema: Node
    own: tuple[str, str, str] | None = None
    """(code, because, look) for whatever is wrong here; None: what it is tells."""

    @property
    def sent(self) -> str:
        return f"`{self.schema}`"


def _own(*, code: str, because: str, look: str) -> tuple[str, str, str]:
    return code, because, look


NAMES = _own(code="names-as-keywords", because="below `properties` stand names, and users choose them: a price range "
             "has a `minimum`, and that is no bound.", look="what you go through: every dict that there is, or the "
             "places where a schema can stand?")
ZERO = _own(code="zero", because="0 is a limit like any other: left in the schema it is a 400, left out of the checks "
            "it lets -3 pieces through.", look="`if limit` or `if node.get(...)`, which takes 0 for nothing.")
EMPTY = _own(code="empty-object", because="an object of no fields is an object, too: left open it may hold anything, "
             "and the request is a 400.", look="`if node.get(\"properties\")`, which takes `{}` for nothing there.")
DEEP = _own(code="too-shallow", because="schemas are as deep as the classes they were made from: a level that you "
            "counted holds today, and is a 400 one list further down.", look="what goes down in your code: does it "
            "call itself on every level, or is it written out for some?")


def _case(schema: Node, own: Any = None) -> Case:
    return Case(schema=schema, own=own)


CASES = (
    _case(_object(product=TEXT)),
    _case(_object(("product",), product=TEXT, note=TEXT)),
    _case(_object(quantity=WHOLE | {"description": "How many pieces.", "minimum": 1, "maximum": 99})),
    _case(_object(quantity=WHOLE | {"minimum": 1})),
    _case(_object(stock=WHOLE | {"minimum": 0}), ZERO),
    _case(_object(size={"type": "string", "enum": ["S", "M"]}, tags={"type": "array", "items": TEXT, "minItems": 1},
                  code={"type": "string", "pattern": "^[A-Z]+$"})),
    _case(_object(buyer=_object(name=TEXT | {"maxLength": 40}))),
    _case(_object(lines={"type": "array", "maxItems": 20, "items": _object(price={"type": "number",
                                                                                  "multipleOf": 0.5})})),
    _case(_object(order={"anyOf": [_object(quantity=WHOLE | {"maximum": 99}), {"type": "null"}]})),
    _case({"type": "object", "additionalProperties": True, "required": [], "properties": {
        "grid": {"type": "array", "items": {"type": "array", "items": {"type": "number", "maximum": 9}}}}}),
    _case(_object(minimum=WHOLE, maximum=WHOLE | {"maximum": 500}, description=TEXT | {"minLength": 3}, items=TEXT,
                  properties=_object(anyOf=TEXT)), NAMES),
    _case(_object(product=TEXT, extras=_object()), EMPTY),
    _case(_object(orders={"type": "array", "items": _object(parcel={"anyOf": [{"type": "null"}, _object(lines={
        "type": "array", "items": _object(cloth=_object(weight=_object(grams=WHOLE | {"minimum": 5})))})]})}), DEEP),
)
