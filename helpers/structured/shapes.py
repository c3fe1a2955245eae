"""A value against a plain schema: does it fit, what do the bounds say, and what was meant where only form differs."""

from __future__ import annotations

from typing import Any

from helpers.structured.bounds import BOUNDS, equal, kind_of, place, shown
from helpers.structured.keywords import Node
from helpers.structured.schemas import types_of


def fits(node: Node, value: Any, loosely: bool = False) -> bool:
    """Whether *value* has the shape, bounds aside.

    *loosely*: whether it would have it once `restored` has been at it.
    """
    if "anyOf" in node:
        return any(fits(branch, value, loosely) for branch in node["anyOf"])
    same = alike if loosely else equal
    if any(not any(same(value, choice) for choice in choices) for choices in _choices(node)):
        return False
    if types_of(node) and not any(_has_type(value, name) for name in types_of(node)):
        return False
    if isinstance(value, dict) and "properties" in node:
        there = {name: part for name, part in value.items() if not (loosely and _absent(node, name, part))}
        return {*node["required"]} <= {*there} <= {*node["properties"]} and all(
            fits(node["properties"][name], part, loosely) for name, part in there.items())
    if isinstance(value, list) and "items" in node:
        return all(fits(node["items"], part, loosely) for part in value)
    return True


def broken_bounds(node: Node, value: Any, path: tuple[Any, ...] = ()) -> list[str]:
    """What the bounds in *node* say against a *value* that has its shape, in words; [] where nothing.

    Of the alternatives of an anyOf only those count whose shape fits, and one of them that agrees is enough.
    """
    found = [f"{place(path)}: {shown(value)} is not {BOUNDS[key].words(node[key])}" for key in BOUNDS
             if key in node and kind_of(value) == BOUNDS[key].kind and not BOUNDS[key].holds(value, node[key])]
    if "anyOf" in node:
        verdicts = [broken_bounds(branch, value, path) for branch in node["anyOf"] if fits(branch, value)]
        found += min(verdicts, key=len, default=[])
    elif isinstance(value, dict) and "properties" in node:
        for name, part in value.items():
            if name in node["properties"]:
                found += broken_bounds(node["properties"][name], part, (*path, name))
    elif isinstance(value, list) and "items" in node:
        for number, part in enumerate(value):
            found += broken_bounds(node["items"], part, (*path, number))
    return found


def restored(node: Node, value: Any) -> Any:
    """*value* as the schema's author wrote it, where a model may write it otherwise and mean the same.

    A choice in other capitals becomes the choice; null for an optional property, which is how OpenAI's strict mode
    leaves it out, becomes its absence; 2.0 becomes 2 where a whole number is asked for. All else stays, right or wrong.
    """
    if "anyOf" in node:
        branch = _branch(node["anyOf"], value)
        return value if branch is None else restored(branch, value)
    if isinstance(value, str):
        return next((meant for choices in _choices(node) if (meant := _as_listed(value, choices)) != value), value)
    if isinstance(value, float) and value.is_integer() and "integer" in types_of(node):
        return int(value)
    if isinstance(value, dict) and "properties" in node:
        return {name: restored(node["properties"][name], part) if name in node["properties"] else part
                for name, part in value.items() if not _absent(node, name, part)}
    if isinstance(value, list) and "items" in node:
        return [restored(node["items"], part) for part in value]
    return value


def alike(one: Any, two: Any) -> bool:
    """Equal, capitals aside."""
    if isinstance(one, str) and isinstance(two, str):
        return one.casefold() == two.casefold()
    return equal(one, two)


def _choices(node: Node) -> list[list[Any]]:
    """What enum and const let through, each."""
    return [*([node["enum"]] if "enum" in node else []), *([[node["const"]]] if "const" in node else [])]


def _as_listed(text: str, choices: list[Any]) -> str:
    """The one choice that *text* differs from in capitals only; *text* itself where none does, or more than one."""
    meant = [choice for choice in choices if alike(choice, text)]
    return meant[0] if len(meant) == 1 else text


def _absent(node: Node, name: str, part: Any) -> bool:
    """Whether null stands for "not there": the property may be left out, and may not be null."""
    known = node["properties"].get(name)
    return part is None and known is not None and name not in node["required"] and not fits(known, None)


def _branch(branches: list[Node], value: Any) -> Node | None:
    """The alternative that *value* was written for: the first that fits, else the only one that it may be meant as."""
    for loosely in (False, True):
        for branch in branches:
            if fits(branch, value, loosely):
                return branch
    meant = [branch for branch in branches if _could_be(branch, value)]
    return meant[0] if len(meant) == 1 else None


def _could_be(node: Node, value: Any) -> bool:
    """Whether *value*, wrong as it is, may be meant as this: its type, and whatever it calls itself (`kind`)."""
    if "anyOf" in node:
        return any(_could_be(branch, value) for branch in node["anyOf"])
    if not any(_has_type(value, name) for name in types_of(node)):
        return False
    named = node.get("properties", {}) if isinstance(value, dict) else {}
    return all(alike(value.get(name), child["const"]) for name, child in named.items() if "const" in child)


def _has_type(value: Any, name: str) -> bool:
    kind = kind_of(value)
    if name == "integer":
        return kind == "number" and (isinstance(value, int) or value.is_integer())
    return kind == name
