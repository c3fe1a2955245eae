"""Anthropic's prompt cache as it is documented: what a request would be billed, and why.

    cache = Cache()
    cache.bill(request, at_s=0)                      # Usage(input=20, cache_write_5m=50_000)
    cache.bill(request, at_s=240)                    # Usage(input=20, cache_read=50_000)

Rules (Anthropic's page on prompt caching, October 2026): the prefix is exact, over tools, system and messages; an entry
is written at each breakpoint and nowhere else; a read looks at 20 places from each breakpoint back, itself included,
neighbouring calls of tools, or their results, as one; below the model's minimum nothing happens, and nothing says so;
an entry lives 5 minutes or 1 hour from the *start* of the request that last used it, and can be read once the response
that wrote it has begun; workspaces and models share nothing. Any change to tools spoils everything.

Where the page is silent: a hit renews every entry inside what was read, each for its own lifetime; a breakpoint inside
what was read writes nothing. Left out: the tokens that the server adds (roles, the tools' own prompt), entries that
outlive their minimum, switches for web search and citations, and thinking that older models strip. Left out, too: after
another `thinking` or effort this cache still reads tools and system, as the table of that page has it; the page on
thinking says that they can miss as well, and to count on a cache that starts over. Sizes are as good as the counter
that is passed in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from helpers.caching.prefixes import Part, check_breakpoints, estimated, parts_of
from helpers.economics import Usage, find_model

LOOKBACK = 20
LIFETIMES_S = {"5m": 300.0, "1h": 3600.0}
ONE_PLACE = ("tool_use", "tool_result")
"""A run of neighbours of one of these kinds is one place of the 20."""


@dataclass(frozen=True, slots=True)
class Block:
    """The prefix that ends with one block."""

    key: bytes
    """Of everything up to here; equal for equal prefixes, and for no others."""
    tokens: int
    """Up to here, this block included."""
    place: int
    """For the look-back: counts blocks, but a run of calls or results once."""
    ttl: str | None


@dataclass(frozen=True, slots=True)
class _Entry:
    ttl: str
    used_s: float
    """When the last request that wrote or read it started."""
    begins_s: float
    """When the response that wrote it began."""

    def lives(self, at_s: float) -> bool:
        return at_s - self.used_s <= LIFETIMES_S[self.ttl]

    def readable(self, at_s: float) -> bool:
        return self.begins_s <= at_s and self.lives(at_s)


class Cache:
    """One provider's cache, empty at first: `bill` plays one request after the other."""

    def __init__(self, *, count: Callable[[str], int] = estimated, minimum: int | None = None) -> None:
        """*count*: tokens of a text, by default 2.5 characters each. *minimum*: the shortest prefix that is cached, in
        tokens; None: as data/models.json says of each request's model."""
        self._count, self._minimum = count, minimum
        self._entries: dict[bytes, _Entry] = {}
        self._now = float("-inf")

    def bill(self, request: Mapping[str, Any], at_s: float, *, begins_s: float | None = None, output: int = 0,
             workspace: str = "") -> Usage:
        """What *request*, a Messages body, is billed when it starts at *at_s*, in seconds.

        *begins_s*: when its response begins; from then on others can read what it wrote. None: at once, as far as the
        calls after it can tell. *output*: tokens of the answer. Raises BreakpointError for what would be a 400,
        ValueError for a time before the last one or a model without a known minimum, UnknownModelError.
        """
        begins_s = at_s if begins_s is None else begins_s
        if at_s < self._now or begins_s < at_s:
            raise ValueError(f"time runs forward: this request starts at {at_s} s and its response at {begins_s} s; "
                             f"the request before started at {self._now} s. Begin with a new Cache.")
        least = self._least(request)
        blocks = blocks_of(request, self._count, workspace)
        self._now = at_s
        marks = [place for place, block in enumerate(blocks) if block.ttl and block.tokens >= least]
        hit = self._hit(blocks, marks, at_s)
        for block in blocks[:hit + 1]:
            self._renew(block.key, at_s)
        for place in marks:
            if place > hit:
                self._write(blocks[place], at_s, begins_s)
        return _billed(blocks, marks, hit, output)

    def _least(self, request: Mapping[str, Any]) -> int:
        row = find_model(str(request.get("model")))
        if row.vendor != "anthropic":
            raise ValueError(f"this cache plays Anthropic's; {row.id} is {row.vendor}'s.")
        least = row.min_cacheable if self._minimum is None else self._minimum
        if least is None:
            raise ValueError(f"data/models.json doesn't say what {row.id} caches at least: give minimum=...")
        return least

    def _hit(self, blocks: Sequence[Block], marks: Sequence[int], at_s: float) -> int:
        """The last block of the longest prefix that can be read; -1 where none can."""
        for mark in reversed(marks):
            for place in range(mark, -1, -1):
                if blocks[mark].place - blocks[place].place >= LOOKBACK:
                    break
                entry = self._entries.get(blocks[place].key)
                if entry and entry.readable(at_s):
                    return place
        return -1

    def _renew(self, key: bytes, at_s: float) -> None:
        entry = self._entries.get(key)
        if entry and entry.readable(at_s):
            self._entries[key] = replace(entry, used_s=at_s)

    def _write(self, block: Block, at_s: float, begins_s: float) -> None:
        known = self._entries.get(block.key)
        if known and known.lives(at_s):                    # another request is writing it right now
            begins_s = min(known.begins_s, begins_s)
        self._entries[block.key] = _Entry(block.ttl, at_s, begins_s)


def blocks_of(request: Mapping[str, Any], count: Callable[[str], int], workspace: str = "") -> list[Block]:
    """The prefixes of *request* that a cache could hold, the shortest first. BreakpointError as from the API."""
    parts = parts_of(request)
    check_breakpoints(parts)
    running, tokens, place, before = hashlib.sha256(), 0, 0, ""
    # All tools first, whichever breakpoint is meant: "Modifying tool definitions ... invalidates the entire cache".
    _feed(running, workspace, *(part.key for part in parts if part.level in ("model", "tools")))
    blocks = []
    for part in parts:
        _feed(running, part.key)
        if not part.block:
            continue
        tokens += _size(part, count)
        place += not (part.kind == before and part.kind in ONE_PLACE)
        before = part.kind
        blocks.append(Block(running.digest(), tokens, place, part.ttl))
    return blocks


def _feed(running: Any, *texts: str) -> None:
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        running.update(len(data).to_bytes(8, "big") + data)   # its length first: "ab" + "c" is not "a" + "bc"


def _size(part: Part, count: Callable[[str], int]) -> int:
    tokens = count(part.text)
    if type(tokens) is not int or tokens < 0:
        raise ValueError(f"count must return a whole number of tokens, 0 or more; got {tokens!r}.")
    return tokens


def _billed(blocks: Sequence[Block], marks: Sequence[int], hit: int, output: int) -> Usage:
    """The three places of the page's section on mixed lifetimes: what was read ends at A, the last breakpoint for an
    hour behind it stands at B, the last one of all at C."""
    a = blocks[hit].tokens if hit >= 0 else 0
    written = [blocks[place] for place in marks if place > hit]
    b = max((block.tokens for block in written if block.ttl == "1h"), default=a)
    c = max((block.tokens for block in written), default=a)
    total = blocks[-1].tokens if blocks else 0
    return Usage(input=total - c, cache_write_5m=c - b, cache_write_1h=b - a, cache_read=a, output=output)
