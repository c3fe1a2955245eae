"""A JSON Schema made plain: every reference written out, every keyword known, and what can't be strict refused.

References are written out where they stand, because a check needs a place, and a place its own description. So a plain
node has no $ref, no $defs, no allOf and no oneOf: type, enum, const, properties, items, anyOf, format and bounds.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from helpers.structured import keywords
from helpers.structured.bounds import shown
from helpers.structured.keywords import ANNOTATIONS, Node, Path, SchemaError, an_object, schema_error

SYNONYMS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum",
            "multiple_of": "multipleOf"}
"""pydantic leaves its own names in the schema where a bound stands beside a union, such as `int | float`."""
MAX_NODES, MAX_DEPTH = 5_000, 60


def plain_schema(schema: Any) -> Node:
    """*schema* as a plain object; SchemaError with the place and what to do about it."""
    node = _Reader(schema).node(schema)
    if node.get("type") != "object":
        raise SchemaError("The root must be an object, and not a list, a choice or a text: put it into a property.")
    return node


def types_of(node: Node) -> tuple[str, ...]:
    """The types that a plain node names; () where it names none."""
    kind = node.get("type", ())
    return (kind,) if isinstance(kind, str) else tuple(kind)


class _Reader:
    """Reads one schema; counts, so that a few lines of references can't unfold into millions."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._nodes = 0

    def node(self, given: Any, path: Path = (), refs: Path = (), depth: int = 0) -> Node:
        """One node made plain. *refs*: the references that it stands inside of."""
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            raise schema_error(path, f"the schema is too large: at most {MAX_NODES:,} nodes and {MAX_DEPTH} levels, "
                                     "counted with its references written out")
        raw, refs = self._whole(given, path, refs)
        keywords.refuse_unknown(raw, path)
        node = keywords.words(raw) | keywords.choices(raw, path) | keywords.bounds(raw, path)
        if "anyOf" in raw:
            return node | {"anyOf": [self.node(branch, path, refs, depth + 1)
                                     for branch in keywords.branches(raw, path)]}
        node |= keywords.typed(raw, path)
        if "object" in types_of(node):
            node |= {"properties": {name: self.node(child, (*path, name), refs, depth + 1)
                                    for name, child in keywords.properties(raw, path).items()},
                     "required": keywords.required(raw, path)}
        if "array" in types_of(node):
            if "items" not in raw:
                raise schema_error(path, "a list must say what its items are: `items`, or list[str] in pydantic")
            node["items"] = self.node(raw["items"], (*path, "[]"), refs, depth + 1)
        return node

    def _whole(self, given: Any, path: Path, refs: Path) -> tuple[Node, Path]:
        """The node with its $ref, its single allOf or oneOf, and pydantic's own names resolved."""
        node = an_object(given, path)
        while True:
            if "$ref" in node:
                ref = node["$ref"]
                if ref in refs:
                    raise schema_error(path, f"{ref!r} contains itself, and strict decoding takes no recursive schema. "
                                             "Flatten it, for instance into rows that name their parent")
                node, refs = _joined(self._target(ref, path), node, "$ref", path), (*refs, ref)
            elif key := next((key for key in ("allOf", "oneOf") if _is_single(node.get(key))), None):
                node = _joined(an_object(node[key][0], path), node, key, path)
            else:
                break
        if "oneOf" in node and "discriminator" in node and "anyOf" not in node:   # at most one can fit: same as anyOf
            node = {"anyOf" if key == "oneOf" else key: value for key, value in node.items()}
        return {SYNONYMS.get(key, key): value for key, value in node.items()}, refs

    def _target(self, ref: Any, path: Path) -> Node:
        if not (isinstance(ref, str) and ref.startswith("#")):
            raise schema_error(path, f"$ref {shown(ref)} points outside of the schema, where the API can't follow. "
                                     "Copy the definition into $defs")
        found: Any = self._root
        for step in ref[1:].split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if not (isinstance(found, dict) and key in found):
                raise schema_error(path, f"$ref {shown(ref)} points to nothing in the schema")
            found = found[key]
        return an_object(found, path)


def _is_single(parts: Any) -> bool:
    return isinstance(parts, list) and len(parts) == 1


def _joined(inner: Node, outer: Node, key: str, path: Path) -> Node:
    """*inner* with what stands beside it in *outer*, whose description is the more exact one."""
    beside = {name: value for name, value in outer.items() if name != key}
    twice = [name for name in beside if name in inner and name not in (*ANNOTATIONS, "description")
             and beside[name] != inner[name]]
    if twice:
        raise schema_error(path, f"{', '.join(twice)} stands both beside {key} and in what it points to: say it once")
    return {**inner, **beside}
