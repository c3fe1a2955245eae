"""05-3: what calls cost with each lifetime, and the shortcuts that choose without reckoning it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LIVES_MIN = {"5m": 5.0, "1h": 60.0}
WRITE, READ = {"5m": 1.25, "1h": 2.0}, 0.1
CHOICES = (None, "5m", "1h")
Gaps = tuple[float, ...]


def units(gaps: Gaps, ttl: str | None) -> float:
    """What the calls cost, in prefixes at plain input."""
    if ttl is None:
        return len(gaps) + 1.0
    return round(WRITE[ttl] * writes(gaps, ttl) + READ * (len(gaps) + 1 - writes(gaps, ttl)), 9)


def writes(gaps: Gaps, ttl: str) -> int:
    """How many of the calls write, the first one included."""
    return 1 + sum(gap > LIVES_MIN[ttl] for gap in gaps)


def best(gaps: Gaps) -> float:
    """What the cheapest of the three costs."""
    return min(units(gaps, ttl) for ttl in CHOICES)


def _cheapest(gaps: Gaps, write: dict[str, float], *, read: float = READ, first: int = 1, plain: int = 1,
              choices: Sequence[str | None] = CHOICES, unit: float = 1.0, miss: float | None = None) -> str | None:
    """The reckoning with one thing in it changed."""
    costs: dict[str | None, float] = {None: float(len(gaps) + plain)}
    for ttl in LIVES_MIN:
        missed = sum(gap / unit > LIVES_MIN[ttl] for gap in gaps)
        costs[ttl] = round(write[ttl] * first + (miss or write[ttl]) * missed + read * (len(gaps) - missed), 9)
    return min(choices, key=lambda ttl: costs[ttl])


def _by_figure(figure: float) -> str | None:
    return "5m" if figure <= 5 else "1h" if figure <= 60 else None


def _from_first_write(gaps: Gaps) -> str | None:
    """An entry that lives so long from when it was written, read or not."""
    costs = {None: len(gaps) + 1.0}
    for ttl, lives in LIVES_MIN.items():
        costs[ttl], age = WRITE[ttl], 0.0
        for gap in gaps:
            age += gap
            costs[ttl] += READ if age <= lives else WRITE[ttl]
            age = age if age <= lives else 0.0
    return min(costs, key=lambda ttl: costs[ttl])


@dataclass(frozen=True, slots=True)
class Slip:
    """A shortcut, and what it chooses."""

    code: str
    choose: Callable[[Gaps], str | None]
    words: str
    because: str
    look: str = ""


ONE_FIGURE = ("one figure hides how the gaps lie: calls that come in bursts have the same mean as calls that come "
              "evenly, and read far more often.")
EACH = "each gap by itself: it makes the call behind it a read or a write."
SLIPS = (
    Slip("mean", lambda gaps: _by_figure(statistics.fmean(gaps)) if gaps else None, "the mean of the gaps", ONE_FIGURE,
         EACH),
    Slip("median", lambda gaps: _by_figure(statistics.median(gaps)) if gaps else None, "the median of the gaps",
         ONE_FIGURE, EACH),
    Slip("longest-gap", lambda gaps: _by_figure(max(gaps)) if gaps else None, "the longest gap alone", "a night "
         "without calls costs one write, and the reads of a day pay for it many times.", EACH),
    Slip("shortest-gap", lambda gaps: _by_figure(min(gaps)) if gaps else None, "the shortest gap alone", "one read "
         "does not pay for many writes.", EACH),
    Slip("whole-time", lambda gaps: _by_figure(sum(gaps)) if gaps else None, "all gaps together", "a lifetime begins "
         "anew with each read: calls every four minutes keep an entry alive all day.", EACH),
    Slip("from-first-write", _from_first_write, "lifetimes that count from the write", "a lifetime counts from the "
         "last use, and a read is a use: calls every four minutes keep an entry alive all day.", "what you compare "
         "with the lifetime: one gap, or how long ago the entry was written."),
    Slip("never-none", lambda gaps: _cheapest(gaps, WRITE, choices=("5m", "1h")), "the cheaper of the two lifetimes",
         "no cache is a choice, too: where a prefix is hardly ever read, each write is a quarter dearer than plain "
         "input, or twice as dear.", "what the calls cost without a cache."),
    Slip("no-first-write", lambda gaps: _cheapest(gaps, WRITE, first=0, plain=0), "the calls behind a gap alone",
         "the first call writes, too, and there is one call more than there are gaps: for a few calls it decides.",
         "with how many calls your sum begins."),
    Slip("one-call-short", lambda gaps: _cheapest(gaps, WRITE, plain=0), "one call fewer without a cache than with one",
         "between three calls there are two gaps: whoever counts gaps leaves a call out of one side.", "how many calls "
         "your sum without a cache has."),
    Slip("hour-at-5m", lambda gaps: _cheapest(gaps, {"5m": 1.25, "1h": 1.25}), "an hour for the price of five minutes",
         "an hour costs 2, not 1.25: where five minutes do, they are cheaper.", "what a write costs in your sum for "
         "the hour."),
    Slip("writes-as-input", lambda gaps: _cheapest(gaps, {"5m": 1.0, "1h": 1.0}), "writes at the price of plain input",
         "a write costs more than plain input: that is why a cache can lose.", "what a write costs in your sum."),
    Slip("misses-as-input", lambda gaps: _cheapest(gaps, WRITE, miss=1.0), "one write, and plain input for each call "
         "that comes too late", "a call that finds nothing writes again, with the breakpoint that it carries: it pays "
         "the write price each time.", "what a call costs behind a gap that is too long."),
    Slip("reads-free", lambda gaps: _cheapest(gaps, WRITE, read=0.0), "reads that cost nothing", "a read is a tenth, "
         "not nothing: where few calls read, it decides.", "what a read costs in your sum."),
    Slip("never-misses", lambda gaps: _cheapest(tuple(0.0 for _ in gaps), WRITE), "one write, and reads from then on",
         "an entry that was not read in time is gone: the call behind a long gap writes again, at the write price. On "
         "a quiet day that is most of them.", "whether your sum looks at how long each gap is."),
    Slip("minutes", lambda gaps: _cheapest(gaps, WRITE, unit=60.0), "gaps taken for seconds", "the gaps are minutes; "
         "five minutes are not 300 of them.", "the unit of your lifetimes."),
    Slip("always-5m", lambda gaps: "5m", 'always "5m"', "five minutes are the default, and for calls that come every "
         "six minutes the dearest choice there is.", EACH),
    Slip("always-1h", lambda gaps: "1h", 'always "1h"', "an hour costs twice the input to write: for calls that come "
         "every minute, five minutes do the same for less.", EACH),
    Slip("always-none", lambda gaps: None, "always `None`", "for calls that come often, a cache takes most of the cost "
         "of a long prefix away.", EACH),
)
