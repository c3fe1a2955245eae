"""What a cached prefix costs over time, call by call: it depends on when the calls come, and on nothing else.

    every(6, calls=10, model=MODEL)                  # each call writes: 25 % dearer than without a cache
    every(4, calls=10, model=MODEL)                  # nine of ten read
    break_even(MODEL, "1h")                          # 3: cheaper from the third call on

Calls of one kind: the same prefix, then something new each time. A call finds the prefix if the call before it started
no longer ago than the entry lives, which is counted from its start. Left out: calls at the same time (each writes),
entries that outlive their minimum. Rates come from data/models.json, OpenAI's among them: it caches by itself, for 30
minutes at least since GPT-5.6, at 1.25 times the input for a write.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from helpers.caching.accounts import rates, savings, uncached, write_rate
from helpers.economics import Cost, Usage, cost, find_model

if TYPE_CHECKING:
    import pandas as pd

LIFETIMES_S = {"anthropic": {"5m": 300.0, "1h": 3600.0}, "openai": {"5m": 1800.0, "1h": 43_200.0}}
"""By vendor: how long the short and the long write live. OpenAI's: openai 3.54, types/responses."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: when it started, what the cache did, and for how long its entry lives."""

    at_s: float
    outcome: str
    """"write", "read", or "plain" where nothing is cached."""
    usage: Usage
    alive_until_s: float | None
    """None where nothing is cached."""


def play(at_s: Sequence[float], *, model: str, ttl: str | None = "5m", prefix: int = 50_000, question: int = 0,
         output: int = 0, lifetime_s: float | None = None) -> list[Call]:
    """The calls that start at *at_s*, seconds in rising order.

    *ttl*: "5m" (the vendor's short time), "1h" (its long one), or None for no cache. *prefix*, *question*, *output*:
    tokens. *lifetime_s*: instead of the vendor's own; needed for OpenAI's models before GPT-5.6, which promise none.
    ValueError for times that go back, and for what could not be.
    """
    _check(at_s, prefix=prefix, question=question, output=output)
    least = find_model(model).min_cacheable
    cached = ttl is not None and least is not None and prefix >= least
    lives_s = (lifetime_s if lifetime_s is not None else lifetime(model, ttl)) if cached else 0.0
    name = "cache_write_1h" if ttl == "1h" else "cache_write_5m"
    calls, used_s = [], -math.inf
    for moment in at_s:
        outcome = "plain" if not cached else "read" if moment - used_s <= lives_s else "write"
        counted = {"plain": {"input": prefix + question}, "read": {"input": question, "cache_read": prefix},
                   "write": {"input": question, name: prefix}}[outcome]
        used_s = moment
        until_s = moment + lives_s if cached else None
        calls.append(Call(float(moment), outcome, Usage(**counted, output=output), until_s))
    return calls


def lifetime(model: str, ttl: str) -> float:
    """Seconds that *model*'s vendor promises to keep what was written for *ttl*; ValueError where it promises none."""
    write = write_rate(model, ttl)                      # refuses another ttl, and a write that the model doesn't have
    vendor = find_model(model).vendor
    if vendor == "openai" and write <= 1:
        raise ValueError(f"{model} writes for nothing extra and promises no lifetime: give lifetime_s=...")
    return LIFETIMES_S[vendor][ttl]


def calls_at(at_s: Sequence[float], *, model: str, ttl: str | None = "5m", prefix: int = 50_000, question: int = 0,
             output: int = 0, lifetime_s: float | None = None) -> pd.DataFrame:
    """As `play`, priced: one row a call.

    Columns: `call` (from 1), `at_min`, `outcome`, `alive_until_min` (NaN where nothing is cached), `input`,
    `cache_write`, `cache_read`, `output` (tokens), `usd`, `usd_uncached` (the true baseline: all of the prompt as plain
    input), `total_usd`, `total_usd_uncached`. The usd columns are floats, each converted from an exact sum.
    """
    import pandas as pd

    calls = play(at_s, model=model, ttl=ttl, prefix=prefix, question=question, output=output, lifetime_s=lifetime_s)
    usages = [call.usage for call in calls]
    paid, plain = [cost(u, model) for u in usages], [cost(uncached(u), model) for u in usages]
    return pd.DataFrame({
        "call": range(1, len(calls) + 1),
        "at_min": [call.at_s / 60 for call in calls],
        "outcome": [call.outcome for call in calls],
        "alive_until_min": [math.nan if call.alive_until_s is None else call.alive_until_s / 60 for call in calls],
        "input": [u.input for u in usages],
        "cache_write": [u.cache_write_5m + u.cache_write_1h for u in usages],
        "cache_read": [u.cache_read for u in usages],
        "output": [u.output for u in usages],
        "usd": _floats(paid), "usd_uncached": _floats(plain),
        "total_usd": _floats(accumulate(paid)), "total_usd_uncached": _floats(accumulate(plain)),
    })


def every(minutes: float, calls: int, *, model: str, ttl: str | None = "5m", prefix: int = 50_000, question: int = 0,
          output: int = 0, lifetime_s: float | None = None) -> pd.DataFrame:
    """`calls_at` for one call every *minutes*, the first at 0."""
    if not (isinstance(minutes, int | float) and 0 < minutes < math.inf):
        raise ValueError(f"minutes must be a number above 0; got {minutes!r}.")
    if type(calls) is not int or calls < 1:
        raise ValueError(f"calls must be a whole number of 1 or more; got {calls!r}.")
    return calls_at([number * minutes * 60 for number in range(calls)], model=model, ttl=ttl, prefix=prefix,
                    question=question, output=output, lifetime_s=lifetime_s)


def break_even(model: str, ttl: str = "5m") -> int | None:
    """The call, counted from 1, from which on a prefix that is written once and then read costs less than without a
    cache; None where it never does. From w + r·(n - 1) < n: n > (w - r) / (1 - r), with the rates as multiples of
    input. NoPriceError where *model* has no such write."""
    write, read = write_rate(model, ttl), rates(model).read
    return None if read >= 1 else math.floor((write - read) / (1 - read)) + 1


def best_ttl(at_s: Sequence[float], *, model: str, prefix: int = 50_000) -> str | None:
    """"5m", "1h" or None, whichever makes the calls at *at_s* cheapest; the shorter, or none, where it is the same."""
    choices = (None, "5m", *(("1h",) if rates(model).write_1h is not None else ()))
    bills = {ttl: savings([call.usage for call in play(at_s, model=model, ttl=ttl, prefix=prefix)], model).paid.usd
             for ttl in choices}
    return min(choices, key=lambda ttl: bills[ttl])


def _check(at_s: Sequence[float], **tokens: int) -> None:
    for name, count in tokens.items():
        if type(count) is not int or count < 0:
            raise ValueError(f"{name} must be a whole number of tokens, 0 or more; got {count!r}.")
    for before, moment in zip([-math.inf, *at_s], at_s, strict=False):
        if not (math.isfinite(moment) and moment > before):
            raise ValueError(f"at_s must rise from call to call, in seconds; got {moment} after {before}. Calls that "
                             "overlap can be played with `Cache`.")


def _floats(costs: Sequence[Cost]) -> list[float]:
    return [float(one.usd) for one in costs]
