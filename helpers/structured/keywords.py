"""The keywords of a JSON Schema, read one by one: what each has to look like, and which can't be strict.

Each function takes a raw node and its path, returns what a plain node has of it, and refuses nonsense with the place.
"""

from __future__ import annotations

import re
from typing import Any

from helpers.structured.bounds import BOUNDS, kind_of, place, python_pattern, shown

TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
SHAPE = ("type", "description", "enum", "const", "format", "properties", "required", "additionalProperties", "items",
         "anyOf")
ANNOTATIONS = ("title", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "discriminator",
               "$defs", "definitions", "$comment", "$schema", "$id", "contentEncoding", "contentMediaType")
"""They say nothing of which values are right, so nothing is lost without them; and each costs tokens in every call."""
ADVICE = {
    "oneOf": "Use anyOf, or give the alternatives a discriminator: pydantic's Field(discriminator=...)",
    "allOf": "Write the parts together as one object",
    "prefixItems": "Make the tuple an object with a name for each place",
    "patternProperties": "Make it a list of objects with a name and a value",
}
LIMITS = {"number": "a number (above 0 in multipleOf)", "count": "a whole number of 0 or more",
          "pattern": "a regular expression that Python can read, too", "flag": "true or false"}

Path = tuple[str, ...]
Node = dict[str, Any]


class SchemaError(ValueError):
    """A schema that strict decoding can't take, or that says what can be neither sent nor checked."""


def schema_error(path: Path, what: str) -> SchemaError:
    """An error that begins with the place."""
    return SchemaError(f"{place(path)}: {what}.")


def an_object(given: Any, path: Path) -> Node:
    """*given*, if it is one; `true` and `false` are schemas, too, but say nothing that a decoder could build."""
    if not isinstance(given, dict):
        raise schema_error(path, f"a schema is an object here; got {shown(given)}")
    return given


def refuse_unknown(raw: Node, path: Path) -> None:
    """A misspelt keyword would otherwise be a bound that nobody holds."""
    for key in raw:
        if not (key in SHAPE or key in BOUNDS or key in ANNOTATIONS or str(key).startswith("x-")):
            advice = ADVICE.get(key, "Take it out, and check it in a rule")
            raise schema_error(path, f"{key!r} can be neither sent in a strict schema nor checked here. {advice}")


def words(raw: Node) -> Node:
    """description and format."""
    return {key: raw[key] for key in ("description", "format") if isinstance(raw.get(key), str)}


def choices(raw: Node, path: Path) -> Node:
    """enum and const: plain values alone."""
    found: Node = {}
    if "enum" in raw:
        values = raw["enum"]
        if not (isinstance(values, list) and values and all(map(_is_plain, values))):
            raise schema_error(path, f"enum must list texts, numbers, booleans or null; got {shown(values)}")
        found["enum"] = list(values)
    if "const" in raw:
        if not _is_plain(raw["const"]):
            raise schema_error(path, f"const must be a text, a number, a boolean or null; got {shown(raw['const'])}")
        found["const"] = raw["const"]
    return found


def bounds(raw: Node, path: Path) -> Node:
    """The bounds that bind: `uniqueItems: false` and a least count of 0 don't."""
    found = {}
    for key, bound in BOUNDS.items():
        if key not in raw:
            continue
        limit = raw[key]
        if not _is_limit(limit, bound.limit) or (key == "multipleOf" and limit <= 0):
            raise schema_error(path, f"{key} must be {LIMITS[bound.limit]}; got {shown(limit)}")
        if limit is not False and not (limit == 0 and key in ("minLength", "minItems", "minProperties")):
            found[key] = limit
    return found


def branches(raw: Node, path: Path) -> list[Any]:
    """The alternatives of anyOf."""
    beside = [key for key in ("type", "enum", "const", "properties", "items") if key in raw]
    if beside:
        raise schema_error(path, f"{', '.join(beside)} beside anyOf: say it in each of its alternatives")
    if not (isinstance(raw["anyOf"], list) and raw["anyOf"]):
        raise schema_error(path, "anyOf must list at least one alternative")
    return raw["anyOf"]


def typed(raw: Node, path: Path) -> Node:
    """The type, where enum or const don't say it."""
    given = raw.get("type")
    kinds = [given] if isinstance(given, str) else given
    if kinds is None and ("enum" in raw or "const" in raw):
        return {}
    if kinds is None:
        raise schema_error(path, "it says nothing of its type (is it Any?): strict decoding must know what may stand "
                                 "here")
    if not (isinstance(kinds, list) and kinds and all(kind in TYPES for kind in kinds)):
        raise schema_error(path, f"type must be one of {', '.join(TYPES)}, or a list of them; got {shown(given)}")
    return {"type": kinds[0] if len(kinds) == 1 else list(dict.fromkeys(kinds))}


def properties(raw: Node, path: Path) -> Node:
    """An object's properties, still raw."""
    named = raw.get("properties")
    if not isinstance(named, dict) or isinstance(raw.get("additionalProperties"), dict):
        raise schema_error(path, "an object must name all its properties: strict decoding takes no free keys (dict in "
                                 "pydantic). Make it a list of objects with a name and a value")
    return named


def required(raw: Node, path: Path) -> list[str]:
    """The properties that must be there, in the properties' order."""
    names = raw.get("required", [])
    if not (isinstance(names, list) and all(isinstance(name, str) and name in raw["properties"] for name in names)):
        raise schema_error(path, f"required must list names of properties; got {shown(names)}")
    return [name for name in raw["properties"] if name in names]


def _is_plain(value: Any) -> bool:
    return kind_of(value) in ("null", "boolean", "number", "string") and value == value   # NaN isn't equal to itself


def _is_limit(limit: Any, what: str) -> bool:
    if what == "flag":
        return isinstance(limit, bool)
    if what == "pattern":
        return isinstance(limit, str) and _compiles(limit)
    number = kind_of(limit) == "number" and abs(limit) < float("inf")
    return number and (what == "number" or (isinstance(limit, int) and limit >= 0))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(python_pattern(pattern))
    except (re.error, OverflowError, RecursionError):
        return False
    return True
