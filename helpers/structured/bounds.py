"""What a JSON Schema says beyond the shape: each bound in words, and whether a value keeps it.

    BOUNDS["minimum"].words(1)             # 'at least 1'
    BOUNDS["minimum"].holds(0, 1)          # False

Constrained decoding builds the shape (types, names, choices) and can't count, so some bounds can't be sent.
"""

from __future__ import annotations

import json
import math
import re
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Bound:
    """One keyword."""

    kind: str
    """The kind of value that it is about; it says nothing of any other."""
    template: str
    holds: Callable[[Any, Any], bool]
    """(value, limit) -> whether the value keeps it."""
    limit: str
    """What the schema has to give: "number", "count", "pattern" or "flag"."""

    def words(self, limit: Any) -> str:
        """For a description or a complaint: "at least 1 item"."""
        return self.template.format(limit, s="" if limit == 1 else "s")


@dataclass(frozen=True, slots=True)
class Check:
    """One bound that could not be sent, and so has to be checked when the answer is there."""

    path: tuple[str, ...]
    """Names from the root on; "[]" is each item of a list."""
    keyword: str
    """As JSON Schema calls it, such as "minimum"."""
    limit: Any

    @property
    def words(self) -> str:
        """What stands in the description instead."""
        return BOUNDS[self.keyword].words(self.limit)

    def __str__(self) -> str:
        return f"{place(self.path)}: {self.words}"


def place(path: tuple[Any, ...]) -> str:
    """A path as people write it: items[].price, items[2].price; "the whole" where it is empty."""
    text = "".join(step if step == "[]" else f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "the whole"


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def shown(value: Any) -> str:
    """*value* in an error message: short, however long or deep it is."""
    return _SHORT.repr(value)


def kind_of(value: Any) -> str:
    """The JSON type of *value*: null, boolean, number, string, array or object. (True is no number.)"""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    kinds = ((int | float, "number"), (str, "string"), (list | tuple, "array"), (dict, "object"))
    return next((name for types, name in kinds if isinstance(value, types)), type(value).__name__)


def equal(one: Any, two: Any) -> bool:
    """Whether JSON calls them equal: 1 and 1.0 are, 1 and true are not."""
    return kind_of(one) == kind_of(two) and one == two


def _exact(number: float) -> Fraction | None:
    """As it is written, so that 0.3 is a multiple of 0.1; None for what is no number of JSON's."""
    if isinstance(number, int):
        return Fraction(number)
    return Fraction(repr(number)) if math.isfinite(number) else None


def _is_multiple(value: float, step: float) -> bool:
    exact = _exact(value)
    return exact is not None and exact % _exact(step) == 0


def _matches(value: str, pattern: str) -> bool:
    return re.search(python_pattern(pattern), value) is not None


def python_pattern(pattern: str) -> str:
    """*pattern* for Python, whose `$` would let a line end pass behind the text; in JSON Schema it doesn't."""
    return re.sub(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\$", lambda found: found[1] or r"\Z", pattern, flags=re.DOTALL)


def _no_item_twice(value: list, _flag: bool) -> bool:
    return len({_canonical(item) for item in value}) == len(value)


def _canonical(value: Any) -> str:
    """The same text for what JSON calls equal."""
    def plain(part: Any) -> Any:
        if isinstance(part, float) and part.is_integer():
            return int(part)
        if isinstance(part, list | tuple):
            return [plain(item) for item in part]
        return {key: plain(item) for key, item in part.items()} if isinstance(part, dict) else part

    return json.dumps(plain(value), sort_keys=True)


BOUNDS: dict[str, Bound] = {
    "minimum": Bound("number", "at least {}", lambda value, limit: value >= limit, "number"),
    "exclusiveMinimum": Bound("number", "more than {}", lambda value, limit: value > limit, "number"),
    "maximum": Bound("number", "at most {}", lambda value, limit: value <= limit, "number"),
    "exclusiveMaximum": Bound("number", "less than {}", lambda value, limit: value < limit, "number"),
    "multipleOf": Bound("number", "a multiple of {}", _is_multiple, "number"),
    "minLength": Bound("string", "at least {} character{s}", lambda value, limit: len(value) >= limit, "count"),
    "maxLength": Bound("string", "at most {} character{s}", lambda value, limit: len(value) <= limit, "count"),
    "pattern": Bound("string", "matching the regular expression {}", _matches, "pattern"),
    "minItems": Bound("array", "at least {} item{s}", lambda value, limit: len(value) >= limit, "count"),
    "maxItems": Bound("array", "at most {} item{s}", lambda value, limit: len(value) <= limit, "count"),
    "uniqueItems": Bound("array", "no item twice", _no_item_twice, "flag"),
    "minProperties": Bound("object", "at least {} of its keys", lambda value, limit: len(value) >= limit, "count"),
    "maxProperties": Bound("object", "at most {} of its keys", lambda value, limit: len(value) <= limit, "count"),
}
