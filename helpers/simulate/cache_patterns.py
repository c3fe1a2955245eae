"""When calls come and what that costs, in units of one uncached prefix: for the timeline and the break-even chart.

    timeline("every 6 min", model=MODEL).paid        # 12.5 units, for calls that cost 10 without a cache
    curves(MODEL, calls=10, prefix=50_000).pays_from # {"5m": 2, "1h": 3}

One kind of call, its prefix alone: no question, no answer. Rates are those of data/models.json, lifetimes the vendor's
(`simulate.cache_costs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from helpers.caching import needed_hit_rate
from helpers.economics import Usage, cost, find_model
from helpers.simulate.cache_costs import Call, best_ttl, break_even, play

PREFIX = 50_000
TTLS = ("none", "5m", "1h")
"""No cache, and the two lifetimes that a breakpoint can ask for."""


def _evenly(minutes: float, calls: int = 10) -> tuple[float, ...]:
    return tuple(minutes * number for number in range(calls))


PATTERNS: dict[str, tuple[float, ...]] = {
    "every 4 min": _evenly(4),
    "every 6 min": _evenly(6),
    "every 20 min": _evenly(20),
    "every 70 min": _evenly(70),
    "5 calls, 15 min of silence, 4 times": tuple(19 * burst + call for burst in range(4) for call in range(5)),
    "2 calls, 3 hours of silence, 3 times": tuple(182 * pair + 2 * call for pair in range(3) for call in range(2)),
}
"""Name -> when the calls start, in minutes."""


@dataclass(frozen=True, slots=True)
class Alive:
    """One stretch of time in which the prefix can be read."""

    start_min: float
    end_min: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Calls of one pattern, and their bill."""

    pattern: str
    ttl: str
    """One of TTLS."""
    calls: tuple[Call, ...]
    units: tuple[float, ...]
    """What each call cost."""
    alive: tuple[Alive, ...]
    paid: float
    uncached: float
    cheapest: str
    """The cheapest of TTLS for this pattern; of equal ones the first."""

    def count(self, outcome: str) -> int:
        """How many calls were a "write", a "read" or "plain"."""
        return sum(call.outcome == outcome for call in self.calls)


def timeline(pattern: str, *, ttl: str = "5m", model: str, prefix: int = PREFIX) -> Timeline:
    """The calls of *pattern*, one of PATTERNS, with a prefix kept for *ttl*, one of TTLS. LookupError for another
    pattern, ValueError for another lifetime."""
    if pattern not in PATTERNS:
        raise LookupError(f"There is no pattern {pattern!r}. There are: {'; '.join(PATTERNS)}.")
    at_s = [60 * minute for minute in PATTERNS[pattern]]
    calls = play(at_s, model=model, ttl=_ttl(ttl), prefix=prefix)
    units = _units(calls, model, prefix)
    return Timeline(pattern, ttl, tuple(calls), tuple(map(float, units)), tuple(_alive(calls)), float(sum(units)),
                    float(len(calls)), best_ttl(at_s, model=model, prefix=prefix) or "none")


@dataclass(frozen=True, slots=True)
class Curves:
    """What 1, 2, ... calls have cost, with each of TTLS, while the first one's entry lives."""

    model: str
    prefix: int
    cached: bool
    """False where the prefix is below the model's minimum: then every line is the uncached one."""
    total: dict[str, tuple[float, ...]]
    """By lifetime: the sum up to each call."""
    pays_from: dict[str, int | None]
    """By lifetime: the first call after which the sum is below the uncached one; None where it never is."""
    needed: dict[str, float]
    """By lifetime: the share of calls that must read, each other one writing, for the cache to pay."""


def curves(model: str, *, calls: int, prefix: int = PREFIX) -> Curves:
    """The lines of the break-even chart: one write, then a read for each further call."""
    least = find_model(model).min_cacheable
    cached = least is not None and prefix >= least
    at_s = [float(second) for second in range(calls)]
    total = {}
    for ttl in TTLS:
        total[ttl] = tuple(_sums(_units(play(at_s, model=model, ttl=_ttl(ttl), prefix=prefix), model, prefix)))
    long = [ttl for ttl in TTLS if ttl != "none"]
    return Curves(model, prefix, cached, total, {ttl: break_even(model, ttl) if cached else None for ttl in long},
                  {ttl: needed_hit_rate(model, ttl) for ttl in long})


def _ttl(name: str) -> str | None:
    if name not in TTLS:
        raise ValueError(f"ttl must be one of {', '.join(map(repr, TTLS))}; got {name!r}.")
    return None if name == "none" else name


def _units(calls: Sequence[Call], model: str, prefix: int) -> list[Decimal]:
    """What each call cost, as a multiple of the prefix at the plain price."""
    plain = cost(Usage(input=prefix), model).usd
    return [cost(call.usage, model).usd / plain for call in calls]


def _sums(units: Sequence[Decimal]) -> list[float]:
    """Running sums, each converted from an exact one."""
    found, total = [], Decimal(0)
    for one in units:
        total += one
        found.append(float(total))
    return found


def _alive(calls: Sequence[Call]) -> list[Alive]:
    """Each stretch begins with a write, and is extended by each read."""
    found: list[Alive] = []
    for call in calls:
        if call.alive_until_s is None:
            continue
        start, end = call.at_s / 60, call.alive_until_s / 60
        found.append(Alive(found.pop().start_min, end) if call.outcome == "read" else Alive(start, end))
    return found
