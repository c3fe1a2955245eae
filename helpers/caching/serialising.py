"""The same content in the same bytes: JSON whose keys are sorted, and nothing that has no order of its own.

What decides the order in which a model writes keeps its own: the names in a schema's `properties` (structured outputs
follow it, says their page), examples and defaults, and the arguments of a call, which go back as the model wrote them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence, Set
from typing import Any

from helpers.caching.prefixes import as_dict

AS_WRITTEN = ("input_examples", "examples", "example", "default", "const", "enum")
"""Fields of a tool or a schema whose values show the model what to write."""


def canonical_bytes(request: Mapping[str, Any]) -> bytes:
    """*request* as JSON without spaces, in UTF-8: equal for what `build_request` laid out equally."""
    return json.dumps(request, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def plain_blocks(given: Sequence[Any], name: str) -> list[dict[str, Any]]:
    """*given*'s blocks (dicts, or objects of a reply's content) as JSON has them, without breakpoints of their own."""
    blocks = [plain_dict(as_dict(block), f"{name}[{place}]") for place, block in enumerate(ordered(given, name))]
    for place, block in enumerate(blocks):
        if "cache_control" in block:
            raise ValueError(f"{name}[{place}] has a cache_control of its own, perhaps an earlier request's. Take it "
                             "out: build_request places the breakpoints, and the API allows 4.")
    return blocks


def ordered(given: Sequence[Any], name: str) -> Sequence[Any]:
    """*given*; TypeError where it is no list."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        why = ": its order may change from process to process, and the prefix with it" if isinstance(given, Set) else ""
        raise TypeError(f"{name} must be a list; got {type(given).__name__}{why}.")
    return given


def plain_dict(given: Any, path: str) -> dict[str, Any]:
    """*given* with its keys sorted, at every depth where order says nothing; TypeError naming the *path* of what is no
    JSON."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{path} must be a dict; got {type(given).__name__}.")
    return _plain(given, path)


def _plain(value: Any, path: str, order: str = "sorted") -> Any:
    """*value* as JSON has it. *order*: "sorted"; "named" for a schema's `properties`, whose own order counts, while
    each of them is a schema again; "kept" for what keeps its order all the way down."""
    if isinstance(value, Mapping):
        is_call = str(value.get("type", "")).endswith("tool_use")
        names = sorted(value) if order == "sorted" else value
        return {name: _plain(value[name], f"{path}.{name}", _order(name, order, is_call)) for name in names}
    if isinstance(value, list | tuple):
        inside = "kept" if order == "kept" else "sorted"
        return [_plain(item, f"{path}[{place}]", inside) for place, item in enumerate(value)]
    if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, Set):
        raise TypeError(f"{path} is a set, whose order changes from process to process: give sorted(...).")
    raise TypeError(f"{path} is no JSON: {type(value).__name__}. Make it a text, a number, a list or a dict.")


def _order(name: str, around: str, is_call: bool) -> str:
    """How the value of the field *name* is ordered; a property called "properties" or "default" is a schema."""
    if around != "sorted":
        return "kept" if around == "kept" else "sorted"
    if name in AS_WRITTEN or (is_call and name == "input"):
        return "kept"
    return "named" if name == "properties" else "sorted"
