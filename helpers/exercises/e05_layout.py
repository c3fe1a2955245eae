"""05-2: why a second request can't read what the first one wrote: each cause has its place in the prefix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.caching import Part, parts_of, prefix_diff
from helpers.caching.prefixes import estimated
from helpers.classroom.report import Problem
from helpers.exercises.e05_body import Given, place_of

ENOUGH = 0.98
"""Of tools, system and catalogue: what must be read. Texts that stand in one block are a token or two fewer."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two requests that differ in one argument, as they were laid out, and what the second one read."""

    first: dict[str, Any]
    second: dict[str, Any]
    given: Given
    read: int

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.first)

    @property
    def marks(self) -> list[int]:
        return [place for place, part in enumerate(self.parts) if part.ttl]

    @property
    def enough(self) -> bool:
        return self.read >= ENOUGH * self.given.stable_tokens

    @property
    def parting(self) -> tuple[int, str]:
        """Where the two part: (part, its path); behind all parts where they don't."""
        found, parts = prefix_diff(self.first, self.second), self.parts
        if found is None:
            return len(parts), ""
        here = next((n for n, part in enumerate(parts) if found.path == part.path or found.path.startswith(
            f"{part.path}.")), len(parts))
        return here, found.path

    @property
    def ahead(self) -> str:
        """How much stands before the place where they part, in words."""
        found = prefix_diff(self.first, self.second)
        return f"{found.equal_tokens if found else 0:,} tokens from the beginning"


def spoiled_by(pair: Pair, argument: str, sent: str) -> Problem:
    """Why the second request, with another *argument*, reads too little."""
    common = {"sent": sent, "should": f"let it read tools, system and catalogue, {pair.given.stable_tokens:,} tokens "
              "at 2.5 characters each"}
    read = f"the second request read {pair.read:,} tokens"
    cat, (parted, path) = place_of(pair.given.catalogue, pair.parts), pair.parting
    assert cat is not None   # that everything is there was checked before
    if not pair.marks:
        return Problem(code="no-breakpoint", did=f"set no breakpoint, so {read}, and the first wrote none",
                       because="Anthropic caches nothing that you don't ask for: without `cache_control` each call "
                       "pays for the whole catalogue, and no error says so.", look="the last block that stays the "
                       "same: `\"cache_control\": {\"type\": \"ephemeral\"}`.", **common)
    if (problem := _layout(pair, cat, read, common)) is not None:
        return problem
    end = max(cat[0], (place_of(pair.given.system, pair.parts) or cat)[0])
    if parted <= end:
        return _within(pair, argument, path, read, common)
    kept = [mark for mark in pair.marks if mark < parted]
    return _too_early(pair, kept[-1], read, common) if kept else _behind(argument, read, common)


def _layout(pair: Pair, cat: tuple[int, int], read: str, common: dict[str, str]) -> Problem | None:
    """The catalogue stands behind what is new."""
    asked = place_of(pair.given.question, pair.parts)
    if asked is None or cat < asked:
        return None
    return Problem(code="catalogue-behind-question", did=f"put the catalogue behind the question, so {read}",
                   because="a cache holds beginnings: what stands behind a new text is new, too, however often it was "
                   "sent.",
                   look="the order: what never changes first, what is new last.", **common)


def _too_early(pair: Pair, mark: int, read: str, common: dict[str, str]) -> Problem:
    """The last breakpoint that both requests share stands before the catalogue, or before the system text."""
    stable = (("the system text", pair.given.system), ("the catalogue", pair.given.catalogue))
    outside = " and ".join(name for name, text in stable if (place_of(text, pair.parts) or (0, 0))[0] > mark)
    size = sum(estimated(part.text) for part in pair.parts[:mark + 1])
    return Problem(code="breakpoint-too-early", did=f"left {outside} behind the last breakpoint that both requests "
                   f"share, which has {size:,} tokens before it: {read}", because="a breakpoint caches what stands "
                   "before it, and nothing else. Below the model's minimum not even that, and no "
                   "error says so.", look="which block carries `cache_control`.", **common)


def _behind(argument: str, read: str, common: dict[str, str]) -> Problem:
    """The catalogue is the same up to its end, but each breakpoint stands behind what differs."""
    if argument in ("history", "customer"):
        return Problem(code="breakpoint-behind-history", did=f"put the first breakpoint behind the history, so {read}: "
                       "what was written ends with another customer's words", because="an entry is read as a whole or "
                       "not at all, and entries are written at breakpoints only: customers share the catalogue only if "
                       "a breakpoint stands at its end.", look="the last block before the history.", **common)
    return Problem(code="breakpoint-behind-question", did=f"put each breakpoint behind the question or the time, so "
                   f"{read}: what was written ends with words that nobody sends again", because="an entry is written "
                   "at a breakpoint and nowhere else. This one costs 1.25 times the input, and is never read. "
                   "(Automatic caching marks the last block, too.)", look="the last block that stays the same: that "
                   "one carries `cache_control`.", **common)


def _within(pair: Pair, argument: str, path: str, read: str, common: dict[str, str]) -> Problem:
    """What differs stands before the end of the catalogue."""
    where = f"in `{path}`, {pair.ahead}"
    if argument == "now":
        return Problem(code="now-in-prefix", did=f"put `now` {where}, inside what is to be read: {read}",
                       because="what stands behind it is never read, whatever breakpoint it has: with each minute the "
                       "prefix is another one from there on.", look="what could stand behind the last breakpoint "
                       "instead: the model reads all of it anyhow.", **common)
    if argument == "tools":
        return Problem(code="tool-order", did="sent the tools in an order that depends on how they were listed: the "
                       f"two requests differ {where}, and {read}", because="tools stand before everything else. A "
                       "registry, a set or plug-ins that load by turns list them in another order in each process, and "
                       "each process then writes a cache of its own.", look="something that the tools can be sorted "
                       "by.", **common)
    if argument in ("history", "customer"):
        return Problem(code="catalogue-behind-history", did=f"put the catalogue behind the history, so {read}: the two "
                       f"differ {where}", because="each turn makes the history longer, and everything behind it moves: "
                       "the catalogue would be written anew in each.", look="the order: what never changes first.",
                       **common)
    return Problem(code="question-in-prefix", did=f"put what is new {where}, before the breakpoint: {read}",
                   because="the question is another one in each call, and so is everything behind it.",
                   look="which blocks stand before the last breakpoint.", **common)
