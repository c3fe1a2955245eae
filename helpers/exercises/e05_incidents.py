"""05-4: the incidents: calls of one kind, played through the simulated cache."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from helpers.caching import parts_of
from helpers.economics import Usage, load_models, model_id
from helpers.exercises.e05_body import TOOLS, Given, talk
from helpers.simulate.cache import Cache

MARK = {"cache_control": {"type": "ephemeral"}}
HOUR = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
QUESTIONS = ("Where is order 1042?", "Can I send a gift back?", "Which jacket for rain?", "Do you repair zips?",
             "How do I wash down?")
TALK = talk("Where is order 1042?", "On its way since Monday.", "And when will it come?", "By Thursday at the latest.",
            "I am away on Thursday.", "I have asked for Saturday instead.", "Thank you. Is there a fee?", "No.")


@dataclass(frozen=True)
class Incident:
    """Calls in their order. Their usages are what the simulated cache bills."""

    cause: str
    sent: str
    requests: tuple[Mapping[str, Any], ...]
    starts: tuple[float, ...]
    reply_s: float = 1.0
    """From a call's start until its response begins."""
    misread: Mapping[str, str] = field(default_factory=dict)
    """By wrong answer: the slip of `e05_diagnosis` that explains it here; without one, the cause's own."""

    @cached_property
    def usages(self) -> tuple[Usage, ...]:
        cache = Cache()
        return tuple(cache.bill(request, start, begins_s=start + self.reply_s, output=80)
                     for request, start in zip(self.requests, self.starts, strict=True))

    @property
    def arguments(self) -> tuple[list[Usage], list[Any], list[float]]:
        """Fresh ones for each call of an answer."""
        return list(self.usages), copy.deepcopy(list(self.requests)), list(self.starts)

    @property
    def lives_s(self) -> float:
        return 3600.0 if any(part.ttl == "1h" for part in parts_of(self.requests[0])) else 300.0

    @property
    def gaps(self) -> list[float]:
        return [after - before for before, after in zip(self.starts, self.starts[1:], strict=False)]

    @property
    def billed(self) -> str:
        """(input, written, read) of each call, in words."""
        return ", ".join(f"({one.input:,}, {one.cache_write_5m + one.cache_write_1h:,}, {one.cache_read:,})"
                         for one in self.usages)


def _body(question: str, *, system: str = "", tools: Sequence[Mapping[str, Any]] = TOOLS, mark: Any = MARK,
          history: Sequence[Mapping[str, Any]] = (), keep: bool = False, model: str = "") -> dict[str, Any]:
    """One request. *keep*: a breakpoint at the history's end."""
    messages = [{"role": one["role"], "content": [{"type": "text", "text": one["content"]}]} for one in history]
    if keep and messages:
        messages[-1]["content"][-1] |= MARK
    block = {"type": "text", "text": system or Given().system, **(mark or {})}
    return {"model": model or model_id("default"), "max_tokens": 300, "tools": list(tools), "system": [block],
            "messages": [*messages, {"role": "user", "content": question}]}


def _asked(count: int = 4, **options: Any) -> tuple[dict[str, Any], ...]:
    return tuple(_body(question, **options) for question in QUESTIONS[:count])


def _every(gap_s: float, calls: int = 4) -> tuple[float, ...]:
    return tuple(place * gap_s for place in range(calls))


def _late_to_cache() -> str:
    """A model that caches nothing as short as the handbook; the default one does."""
    rows = load_models().models
    return next(row.id for row in rows if row.vendor == "anthropic" and (row.min_cacheable or 0) > 4_000)


def _each(name: str, values: Sequence[Any], **options: Any) -> tuple[dict[str, Any], ...]:
    """Requests with another value of one option each."""
    return tuple(_body(question, **{name: value}, **options)
                 for question, value in zip(QUESTIONS, values, strict=False))


def _slid(count: int) -> list[list[Any]]:
    """A window of four messages over a talk, moved by two each time."""
    return [TALK[place * 2:place * 2 + 4] for place in range(count)]


def incidents() -> tuple[Incident, ...]:
    """All of them, one of each cause first; the usages of each are reckoned when they are first asked for."""
    firsts, more = zip(*((group[0], group[1:]) for group in (
        _clocks(), _orders(), _too_short(), _too_late(), _rewritten(), _together(), _healthy())), strict=True)
    return (*firsts, *(incident for group in more for incident in group))


def _clocks() -> tuple[Incident, ...]:
    handbook = Given().system
    clocks = [f"It is Tuesday 24 November 2026, 14:0{place}:2{place}.\n\n{handbook}" for place in range(4)]
    epochs = [f"{handbook}\n\nRequest of {1_795_000_000 + 40 * place}." for place in range(4)]
    dated = [[*TOOLS[:1], {**TOOLS[1], "description": f"Look up an article's stock, as of 14:0{place}."}, *TOOLS[2:]]
             for place in range(4)]
    return (Incident("timestamp", "four calls, one a minute; the system text begins with the time",
                     _each("system", clocks), _every(60)),
            Incident("timestamp", "four calls, 40 s apart; seconds since 1970 at the end of the system text",
                     _each("system", epochs), _every(40)),
            Incident("timestamp", "four calls, one a minute; a tool's description says as of when",
                     _each("tools", dated), _every(60), misread={"tool order": "change-as-order"}))


def _orders() -> tuple[Incident, ...]:
    lists = [[TOOLS[place] for place in order] for order in ((0, 1, 2, 3), (2, 0, 3, 1), (0, 2, 1, 3), (3, 2, 1, 0))]
    misread = {"timestamp": "order-as-change"}
    return (Incident("tool order", "four calls, one a minute; a registry lists the tools", _each("tools", lists),
                     _every(60), misread=misread),
            Incident("tool order", "two calls, four minutes apart, from two processes", _each("tools", lists[::3]),
                     _every(240, 2), misread=misread))


def _too_short() -> tuple[Incident, ...]:
    late = _late_to_cache()
    return (Incident("below minimum", "four calls, one a minute; a short system text with a breakpoint",
                     _asked(system=Given().system[:900], tools=TOOLS[:1]), _every(60)),
            Incident("below minimum", f"three calls, ten minutes apart, to {late}", _asked(3, model=late),
                     _every(600, 3), misread={"expired": "nothing-to-expire"}))


def _too_late() -> tuple[Incident, ...]:
    return (Incident("expired", "four calls, one every seven minutes, kept for five", _asked(), _every(420)),
            Incident("expired", "four calls, one every 90 minutes, kept for an hour", _asked(mark=HOUR), _every(5400)),
            Incident("expired", "five calls, one a minute, but for 20 minutes before the fourth", _asked(5),
                     (0.0, 60.0, 120.0, 1320.0, 1380.0), misread={"healthy": "one-miss"}))


def _rewritten() -> tuple[Incident, ...]:
    summed = talk("So far: order 1042 comes on Saturday instead of Thursday.", "I see.")
    shortened = [{**TALK[0], "content": "(cut)"}, *TALK[1:6]]
    both, misread = "Breakpoints at the ends of system and history", {"healthy": "read-in-part"}
    return (Incident("history rewritten", "three turns of one conversation, whose oldest messages are dropped each "
                     "time; the only breakpoint is at the history's end",
                     _each("history", _slid(3), keep=True, mark=None), _every(40, 3)),
            Incident("history rewritten", f"two turns of one conversation; before the second, it was summed up. {both}",
                     _each("history", [TALK[:6], summed], keep=True), _every(50, 2), misread=misread),
            Incident("history rewritten", "two turns of one conversation; before the second, an early message was "
                     f"shortened. {both}", _each("history", [TALK[:6], shortened], keep=True), _every(50, 2),
                     misread=misread))


def _together() -> tuple[Incident, ...]:
    return (Incident("cold in parallel", "four calls, 0.1 s apart; the first reply begins after 1 s", _asked(),
                     _every(0.1)),
            Incident("cold in parallel", "three calls at once, and another one a minute later", _asked(),
                     (0.0, 0.0, 0.2, 60.0), misread={"healthy": "one-miss"}))


def _healthy() -> tuple[Incident, ...]:
    timed = tuple(_body(f"It is 14:0{place}. {question}") for place, question in enumerate(QUESTIONS[:4]))
    grown = [TALK[:2 * place] for place in range(1, 5)]
    return (Incident("healthy", "four calls, one a minute; the question holds the time, behind the breakpoint", timed,
                     _every(60)),
            Incident("healthy", "four turns of one conversation, which only grows. Breakpoints at the ends of system "
                     "and history", _each("history", grown, keep=True), _every(70),
                     misread={"history rewritten": "growth-as-rewrite"}),
            Incident("healthy", "four calls, one every 20 minutes, kept for an hour", _asked(mark=HOUR), _every(1200),
                     misread={"expired": "hour-as-five-minutes"}),
            Incident("healthy", "five calls, one every four minutes, kept for five", _asked(5), _every(240, 5),
                     misread={"expired": "counted-from-write"}),
            Incident("healthy", "three calls, two of them 0.5 s apart, a minute after the first", _asked(3),
                     (0.0, 60.0, 60.5), misread={"cold in parallel": "warm-in-parallel"}))
