"""04-3: what was returned beside what was sent, node by node: the first thing that is wrong, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from helpers.classroom.attempt import shown
from helpers.classroom.report import Problem
from helpers.structured.bounds import place

Node = dict[str, Any]
Path = tuple[str, ...]
Bounded = tuple[Path, str, Any]

BOUNDS = ("minimum", "maximum", "multipleOf", "minLength", "maxLength", "maxItems")
BELOW = ("properties", "items", "anyOf")


def children(node: Node, path: Path) -> Iterator[tuple[str, Any, Path, Node]]:
    """(under which keyword, at which key of it, its path, the node) of each node right below."""
    for name, child in node.get("properties", {}).items():
        yield "properties", name, (*path, name), child
    if "items" in node:
        yield "items", None, (*path, "[]"), node["items"]
    for number, child in enumerate(node.get("anyOf", ())):
        yield "anyOf", number, path, child


def bounds_of(node: Node, path: Path = ()) -> list[Bounded]:
    """Every bound in a schema."""
    found = [(path, key, node[key]) for key in BOUNDS if key in node]
    for _, _, below, child in children(node, path):
        found += bounds_of(child, below)
    return found


def words(bounds: Sequence[Bounded]) -> str:
    """Bounds for a message."""
    return ", ".join(f"`({path!r}, {keyword!r}, {limit!r})`" for path, keyword, limit in bounds) or "nothing"


def compare(was: Node, now: Any, sent: str, path: Path = (), under: str = "root") -> Problem | None:
    """What is wrong with *now*, which was made of *was*. *under*: the keyword that it stands below."""
    spot = _spot(path)
    if not isinstance(now, dict):
        return Problem(code="no-node", sent=sent, did=f"put {shown(now)} {spot}", should="put a schema there",
                       because="the API compiles it, and answers 400.", look="what your function returns there.")
    closed = _closed(now, sent, spot, under) if "properties" in was else None
    return (_bounds(now, sent, spot) or closed or _kept(was, now, sent, spot) or _described(was, now, sent, spot)
            or _below(was, now, sent, path))


def _spot(path: Path) -> str:
    return f"at `{place(path)}`" if path else "at the root"


def _bounds(now: Node, sent: str, spot: str) -> Problem | None:
    left = next((key for key in BOUNDS if key in now), None)
    if left is None:
        return None
    return Problem(code="bound-left", sent=sent, did=f"left `{left}` {spot}", should="take it out of the schema",
                   because="strict decoding doesn't know it, and the request is a 400.", look="which levels you take "
                   "bounds out of: below `properties`, `items` and `anyOf`, too.")


_OPEN = {"root": "the whole object", "properties": "an object in another", "items": "the objects of a list",
         "anyOf": "an object among alternatives"}


def _closed(now: Node, sent: str, spot: str, under: str) -> Problem | None:
    if now.get("additionalProperties") is False:
        return None
    said = f"is {shown(now['additionalProperties'])}" if "additionalProperties" in now else "is not there"
    return Problem(code="open" if under == "root" else "open-below", sent=sent, did=f"left "
                   f"{_OPEN[under]} open, {spot}: `additionalProperties` {said}", should="say `additionalProperties: "
                   "False` on each object", because="one open object makes the whole request a 400.",
                   look="the root: it is an object, too." if under == "root" else "which of the three ways down your "
                   "code takes: `properties`, `items`, `anyOf`.")


def _kept(was: Node, now: Node, sent: str, spot: str) -> Problem | None:
    """All that is neither a bound nor a description nor below stays."""
    asked, got = set(was.get("required", ())), set(now.get("required", ()))
    common = {"sent": sent, "should": "leave it as it was"}
    if got - asked:
        return Problem(code="made-required", did=f"made {shown(sorted(got - asked)[0])} required {spot}",
                       because="a model that must fill in a note writes one. OpenAI wants everything required, and "
                       "null for what is optional; Anthropic does not.", look="what you do with `required`.", **common)
    if asked - got:
        return Problem(code="required-lost", did=f"left {shown(sorted(asked - got)[0])} out of `required` {spot}",
                       because="what isn't required may be left out of the answer, and then it is.",
                       look="what you do with `required`.", **common)
    aside = {*BOUNDS, *BELOW, "description", "required", "additionalProperties"}
    before, after = ({key: node[key] for key in node if key not in aside} for node in (was, now))
    if "properties" not in was and "additionalProperties" in now:
        after["additionalProperties"] = now["additionalProperties"]
    if before == after and {*was} & {*BELOW} == {*now} & {*BELOW}:
        return None
    return Problem(code="other-keys", did=f"made `{sorted(now)}` of the keys `{sorted(was)}` {spot}", because="types, "
                   "choices, patterns and `minItems` up to 1 are what strict decoding can hold: without them, or with "
                   "others, it builds something else.", look="which keys you copy, and what you add.", **common)


def _described(was: Node, now: Node, sent: str, spot: str) -> Problem | None:
    said, before = now.get("description", ""), was.get("description", "")
    limits = [was[key] for key in BOUNDS if key in was]
    common = {"sent": sent, "did": f"wrote the description {shown(said)} {spot}"}
    if not isinstance(said, str) or before not in said:
        return Problem(code="description-lost", should=f"keep {shown(before)} in it", because="it is part of the "
                       "prompt: the model knows from it what is meant.", look="what you set `description` to.",
                       **common)
    unsaid = [limit for limit in limits if not re.search(
        rf"(?<!\d)(?<!\d\.){re.escape(str(limit))}(?!\.?\d)", said)]      # "pieces.1" names 1, "2.1" doesn't
    if unsaid:
        return Problem(code="unsaid", should=f"name the limit {unsaid[0]} in it", because="the decoder won't hold it, "
                       "but the model reads it: what it keeps by itself needs no repair.", look="the description of a "
                       "node with bounds, also where it had none.", **common)
    if not limits and said != before:
        return Problem(code="described", should="leave the description as it was", because="it is paid for in each "
                       "request, and says nothing.", look="when you add words.", **common)
    return None


def _below(was: Node, now: Node, sent: str, path: Path) -> Problem | None:
    """The same for each node below; names and places have to be the same."""
    for under, key, below, child in children(was, path):
        part = now.get(under)
        try:
            part = part if key is None else part[key]
        except (KeyError, IndexError, TypeError):
            part = None
        problem = compare(child, part, sent, below, under)
        if problem:
            return problem
    for under in ("properties", "anyOf"):
        if under in was and len(now[under]) != len(was[under]):
            return Problem(code="other-keys", sent=sent, did=f"made {len(now[under])} of {len(was[under])} in "
                           f"`{under}` {_spot(path)}", should="leave it as it was", because="the model would be "
                           "asked for another thing.", look="what you go through, and what you add.")
    return None
