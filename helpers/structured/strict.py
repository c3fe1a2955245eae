"""Any schema in the subset that constrained decoding takes, and what had to be left out of it as checks.

    strict = to_strict(Order.model_json_schema())
    strict.schema                        # for `input_schema` with strict, or output_config.format
    strict.checks                        # (Check(('quantity',), 'minimum', 1),)
    strict.problems({"quantity": 0})     # ['quantity: 0 is not at least 1']

Nothing is lost: what the API can't enforce goes into the description as words, which a model reads, and comes back as
a check, which holds. (`format` alone is words only: in JSON Schema, too, it asserts nothing.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from helpers.structured.bounds import BOUNDS, Check
from helpers.structured.keywords import Node, Path
from helpers.structured.limits import Counts, check_limits
from helpers.structured.schemas import plain_schema, types_of
from helpers.structured.shapes import broken_bounds, fits, restored

Vendor = Literal["anthropic", "openai"]
VENDORS = get_args(Vendor)
SENT = {"anthropic": ("minItems", "pattern"),
        "openai": ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
                   "pattern")}
"""Bounds that may stay: Anthropic's minItems only up to 1, patterns only simple ones. OpenAI's guide lists these and
is silent on the lengths of texts, so those are moved. Sources as in `limits`."""
FORMATS = {"openai": ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")}
FORMATS["anthropic"] = (*FORMATS["openai"], "uri")
SIMPLE_PATTERN = re.compile(r"(?:[^\\()]|\((?!\?)|\)|\\[dws]|\\[^\w\s])*", re.ASCII)
"""No lookaround, no references back, no word boundaries: those are a 400 at Anthropic."""
MOST_REPEATS = 100
"""Our reading of the "large ranges" in {n,m} that Anthropic's page warns of, without a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strict:
    """A strict schema and what it can't say."""

    schema: Node
    """Ready to be sent. Treat it as read-only."""
    checks: tuple[Check, ...]
    """The bounds that are not in it."""
    vendor: Vendor
    counts: Counts
    """What counts against the vendor's limits."""
    plain: Node = field(repr=False, compare=False)
    """The original, with its references written out and its bounds."""

    def problems(self, value: Any) -> list[str]:
        """What the original's bounds say against a *value* that has the shape, in words; [] where nothing."""
        return broken_bounds(self.plain, self.restore(value))

    def restore(self, value: Any) -> Any:
        """*value* as the original wants it: capitals of choices, null for "left out", 2.0 for 2. Wrong stays wrong."""
        return restored(self.plain, value)


def to_strict(schema: Node, vendor: Vendor = "anthropic") -> Strict:
    """*schema* (an object's JSON Schema, such as pydantic's) in the strict subset of *vendor*. *schema* stays as it is.

    Every object is closed. Optional properties stay optional for Anthropic, and become required and nullable for
    OpenAI, which knows no others. Done twice, it changes nothing more.

    SchemaError where it can't be done: recursion, references outside, free keys, tuples, Any, too many of something.
    """
    if vendor not in VENDORS:
        raise ValueError(f"vendor must be one of {', '.join(VENDORS)}; got {vendor!r}.")
    plain = plain_schema(schema)
    checks: list[Check] = []
    built = _strict(plain, (), vendor, checks)
    return Strict(schema=built, checks=tuple(dict.fromkeys(checks)), vendor=vendor, plain=plain,
                  counts=check_limits(built, vendor=vendor))


def _strict(node: Node, path: Path, vendor: Vendor, checks: list[Check]) -> Node:
    """One plain node as it is sent; what it can't keep is added to *checks*."""
    built = {key: node[key] for key in ("type", "enum", "const") if key in node}
    words = []
    if node.get("format") in FORMATS[vendor] and types_of(node):
        built["format"] = node["format"]
    elif "format" in node:
        words.append(f"in the format {node['format']}")
    for key in BOUNDS:
        if key not in node or not _concerns(node, key):
            continue
        if _may_stay(node, key, vendor):
            built[key] = node[key]
        else:
            words.append(BOUNDS[key].words(node[key]))
            checks.append(Check(path, key, node[key]))
    if description := _described(node.get("description", ""), words):
        built["description"] = description
    if "properties" in node:
        built |= _properties(node, path, vendor, checks)
    if "items" in node:
        built["items"] = _strict(node["items"], (*path, "[]"), vendor, checks)
    if "anyOf" in node:
        built["anyOf"] = [_strict(branch, path, vendor, checks) for branch in node["anyOf"]]
    return built


def _properties(node: Node, path: Path, vendor: Vendor, checks: list[Check]) -> Node:
    built = {}
    for name, child in node["properties"].items():
        part = _strict(child, (*path, name), vendor, checks)
        optional = vendor == "openai" and name not in node["required"] and not fits(child, None)
        built[name] = _nullable(part) if optional else part
    required = list(built) if vendor == "openai" else node["required"]
    return {"properties": built, "required": required, "additionalProperties": False}


def _nullable(part: Node) -> Node:
    """*part*, or null; its description stays outside."""
    inner = {key: value for key, value in part.items() if key != "description"}
    outer = {key: part[key] for key in ("description",) if key in part}
    # A union with bounds of its own stays whole, inside: beside null they would look as if they were about it.
    branches = inner["anyOf"] if [*inner] == ["anyOf"] else [inner]
    return {**outer, "anyOf": [*branches, {"type": "null"}]}


def _concerns(node: Node, key: str) -> bool:
    """Whether a bound can ever speak here: `minimum` on a text doesn't."""
    kinds = {"number" if name == "integer" else name for name in types_of(node)}
    return not kinds or BOUNDS[key].kind in kinds


def _may_stay(node: Node, key: str, vendor: Vendor) -> bool:
    if key not in SENT[vendor] or not types_of(node):   # without a type it stands beside anyOf, enum or const
        return False
    if key == "pattern":
        return _is_simple(node[key])
    return vendor != "anthropic" or node[key] <= 1


def _is_simple(pattern: str) -> bool:
    repeats = [int(number) for pair in re.findall(r"\{(\d*),?(\d*)\}", pattern) for number in pair if number]
    return SIMPLE_PATTERN.fullmatch(pattern) is not None and max(repeats, default=0) <= MOST_REPEATS


def _described(description: str, words: list[str]) -> str:
    """The description, and behind it what the schema no longer says."""
    said = "; ".join(words)
    added = said[:1].upper() + said[1:] + "." if said else ""
    return " ".join(part for part in (description.strip(), added) if part)
