"""What Anthropic's constrained decoding cannot do with a JSON schema (structured-outputs page, August 2026)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.wire.rules_request import as_count, as_dict, as_list

BOUNDS = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")
UNSUPPORTED = {"integer": BOUNDS, "number": BOUNDS, "string": ("maxLength", "minLength"), "array": ("maxItems",)}


def schema_problem(schema: Any) -> str | None:
    """What is wrong with a strict schema, in the API's words (THIRD-PARTY); None if nothing is.

    Left out: recursive schemas, external references, and the limits on how many tools, optional and
    union-typed parameters a request may have. Their wording is not known.
    """
    waiting = [schema]
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, dict):
            continue
        for kind in _types(node):
            if problem := _problem(kind, node):
                return f"For '{kind}' type, {problem}"
        waiting += _children(node)
    return None


def _types(node: dict[str, Any]) -> list[Any]:
    kind = node.get("type")
    return [name for name in (kind if isinstance(kind, list) else [kind]) if isinstance(name, str)]


def _problem(kind: str, node: dict[str, Any]) -> str | None:
    if kind == "array" and (as_count(node.get("minItems")) or 0) > 1:
        return "'minItems' values other than 0 or 1 are not supported"
    found = [key for key in UNSUPPORTED.get(kind, ()) if key in node]
    if len(found) == 1:
        return f"property '{found[0]}' is not supported"
    if found:
        return f"properties {', '.join(found)} are not supported"
    if kind == "object" and node.get("additionalProperties") is not False:
        return "'additionalProperties' must be explicitly set to false"
    return None


def _children(node: dict[str, Any]) -> Iterator[Any]:
    for key in ("properties", "$defs", "definitions"):
        yield from as_dict(node.get(key)).values()
    for key in ("anyOf", "allOf", "oneOf"):
        yield from as_list(node.get(key))
    yield node.get("items")
