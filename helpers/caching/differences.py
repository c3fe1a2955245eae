"""Why a request missed: the first place where it differs from the one before, in the order of the prefix.

    print(prefix_diff(yesterday, today))

Everything from that place on is processed anew; what later places differ in doesn't matter until this one is mended.
The API can say so itself, in fewer words: `diagnostics={"previous_message_id": ...}` answers with one of the reasons
of `Difference.miss_reason`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from os.path import commonprefix
from textwrap import fill
from typing import Any

from helpers.caching.prefixes import LEVELS, Part, estimated, parts_of

WINDOW = 32
"""Characters shown on either side of the place where two values part."""
WIDTH = 72
"""Characters a line, so that none breaks in a narrow notebook."""
NOTHING = "(nothing)"
VOLATILE = re.compile(r"\d{1,2}:\d\d(?::\d\d)?|\d{4}-\d\d-\d\d|\b1[6-9]\d{8}(?:\d{3})?\b"
                      r"|\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b"
                      r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b", re.IGNORECASE)
"""A time of day, a date, (milli)seconds since 1970, a UUID with its dashes or without, a day of the week: where two
requests part inside one, that is probably why."""
RESTARTS = ("thinking", "output_config.effort")
"""What changes more than the table of the page on prompt caching says: "tool and system-prompt breakpoints can miss
too", says the page on thinking, so a change of it is to be treated as a cache that starts over."""
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first place where two requests differ, and what it costs."""

    level: str
    """"model", "tools", "system" or "messages"."""
    path: str
    """Down to the value: "system.1.text", "tools.0.input_schema.properties.city.type"."""
    before: str
    """The first request's value, cut to a window around the place; "(nothing)" where it has none."""
    after: str
    character: int
    """Where the two values part, from 0; 0 where they are no texts."""
    equal_characters: int
    """Of the content before it: equal in both requests."""
    equal_tokens: int
    kept: int
    """The first request's breakpoints whose prefix the second one still has."""
    lost: int
    """Those whose prefix it no longer has. 0: the difference stands behind everything that was cached."""
    hint: str = ""
    """What probably happened, where it shows."""

    @property
    def spoils(self) -> bool:
        """Whether anything that the first request marked can no longer be read."""
        return self.lost > 0

    @property
    def invalidates(self) -> tuple[str, ...]:
        """The levels that are processed anew, this one from the difference on."""
        levels = LEVELS[1:]
        return levels[0 if self.level == "model" else levels.index(self.level):]

    @property
    def restarts(self) -> bool:
        """Whether a setting changed after which every breakpoint can miss, whatever `kept` counts."""
        return any(self.path == name or self.path.startswith(f"{name}.") for name in RESTARTS)

    @property
    def miss_reason(self) -> str:
        """What cache diagnostics would call it."""
        return f"{self.level}_changed"

    def __str__(self) -> str:
        lines = [f"{self.path} differs, after {self.equal_characters:,} equal characters "
                 f"(about {self.equal_tokens:,} tokens):",
                 f"    {self.before}", f"    {self.after}", self._consequence(), self.hint]
        return "\n".join(line if line.startswith(" ") else _folded(line) for line in lines if line)

    def _consequence(self) -> str:
        if not self.kept and not self.lost:
            return "Nothing was cached: the first request has no breakpoint."
        if self.restarts:
            return ("After such a change every breakpoint can miss, those of tools and system, too: count on a cache "
                    "that starts over.")
        if not self.lost:
            return "It stands behind the last breakpoint: everything cached before it can be read."
        return (f"Processed anew: {', then '.join(self.invalidates)}. "
                f"{self.lost} of {self.kept + self.lost} breakpoints can no longer be read.")


def prefix_diff(a: Mapping[str, Any], b: Mapping[str, Any],
                count: Callable[[str], int] = estimated) -> Difference | None:
    """The first difference between the prefixes of *a* and, later, *b*; None where *b* begins with all of *a*.

    Both are Messages bodies. Where breakpoints stand is no difference. *count*: tokens of a text. Takes time linear in
    the size of the two.
    """
    left, right = parts_of(a), parts_of(b)
    level, place = _first(left, right)
    if level is None:
        return None
    mine, theirs = ([part for part in parts if part.level == level] for parts in (left, right))
    one, two = (parts[place] if place < len(parts) else None for parts in (mine, theirs))
    path, before, after = _leaf(one.value if one else _ABSENT, two.value if two else _ABSENT, (one or two).path)
    if one and two and one.role != two.role:
        path, before, after = f"{one.path.split('.content')[0]}.role", one.role, two.role
    shown = _shown(before, after)
    ahead = sum(LEVELS.index(part.level) < LEVELS.index(level) for part in left) + place
    equal = [part.text for part in left[:ahead] if part.block] + ([shown.common] if (one or two).block else [])
    kept = 0 if level in ("model", "tools") else sum(part.ttl is not None for part in left[:ahead])
    lost = sum(part.ttl is not None for part in left) - kept
    return Difference(level=level, path=path, before=shown.before, after=shown.after, character=shown.character,
                      equal_characters=sum(map(len, equal)), equal_tokens=sum(map(count, equal)), kept=kept,
                      lost=lost, hint=_hint(level, mine, theirs, before, after, shown) if lost or not kept else "")


def _folded(line: str) -> str:
    return fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)


def _first(left: Sequence[Part], right: Sequence[Part]) -> tuple[str | None, int]:
    """(level, place in it) of the first difference; what the second request only appends to messages is none."""
    for level in LEVELS:
        mine, theirs = ([part.key for part in parts if part.level == level] for parts in (left, right))
        for place, (one, two) in enumerate(zip_longest(mine, theirs)):
            if one != two and not (one is None and level == "messages"):
                return level, place
    return None, 0


def _leaf(one: Any, two: Any, path: str) -> tuple[str, Any, Any]:
    """The first value inside that differs, and its path."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for name in [*one, *(name for name in two if name not in one)]:
            if not _same(one.get(name, _ABSENT), two.get(name, _ABSENT)):
                return _leaf(one.get(name, _ABSENT), two.get(name, _ABSENT), f"{path}.{name}")
        return path, list(one), list(two)          # equal but for the order of their keys
    if isinstance(one, list) and isinstance(two, list):
        for place, (here, there) in enumerate(zip_longest(one, two, fillvalue=_ABSENT)):
            if not _same(here, there):
                return _leaf(here, there, f"{path}.{place}")
    return path, one, two


def _same(one: Any, two: Any) -> bool:
    return _json(one) == _json(two)


def _json(value: Any) -> str:
    return NOTHING if value is _ABSENT else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Shown:
    before: str
    after: str
    character: int = 0
    common: str = ""


def _shown(before: Any, after: Any) -> _Shown:
    """Two texts cut to a window around the place where they part; other values as JSON, cut at their end."""
    if isinstance(before, str) and isinstance(after, str):
        common = commonprefix([before, after])
        return _Shown(_window(before, len(common)), _window(after, len(common)), len(common), common)
    return _Shown(*(_window(value if isinstance(value, str) else _json(value), 0) for value in (before, after)))


def _window(text: str, place: int) -> str:
    start, end = max(place - WINDOW, 0), place + WINDOW
    cut = text[start:end].replace("\n", "⏎")
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"


def _hint(level: str, mine: Sequence[Part], theirs: Sequence[Part], before: Any, after: Any, shown: _Shown) -> str:
    if level == "tools" and sorted(part.key for part in mine) == sorted(part.key for part in theirs):
        return "The same tools in another order: sort them by name."
    if isinstance(before, list) and isinstance(after, list) and sorted(map(_json, before)) == sorted(map(_json, after)):
        return "The same content in another order: serialise it the same way each time."
    if isinstance(before, str) and isinstance(after, str) and before.split() == after.split():
        return "Only white space differs."
    if _volatile(*(value if isinstance(value, str) else _json(value) for value in (before, after)), shown.character):
        return "That looks like a time or an id: it belongs behind the last breakpoint."
    return ""


def _volatile(before: str, after: str, place: int) -> bool:
    """Whether both texts have a time or an id where they part; behind the end of both ("09:00, ", "09:00; ") is not
    there."""
    spans = [[found.span() for found in VOLATILE.finditer(text, max(place - WIDTH, 0), place + WIDTH)
              if found.start() <= place <= found.end()] for text in (before, after)]
    return all(spans) and any(place < end for found in spans for _, end in found)
