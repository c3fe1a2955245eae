"""Prompt caching that is known to work: lay requests out for it, find out why they miss, and read what it saved.

    request = build_request(model=MODEL, tools=TOOLS, system=HANDBOOK, documents=[CATALOGUE], question=question)
    reply = client.messages.create(**request)
    hit_rate(usage_from(reply))                      # 0.9998
    print(prefix_diff(before, request))              # where the two part, and what that costs

A cache is read only where the prompt is the same from its first character up to a breakpoint, so: what never changes
first, what changes last, equal content in equal bytes. It pays from the second call on (from the third, where it is
kept for an hour), if that comes while the entry lives. None of what goes wrong is an error: the bill tells, or nothing.

What is left to you: the order of your documents, a history that you only append to, and to keep each of your customers
apart (one workspace shares its cache; nobody else can read it).

One module for each idea: `prefixes` reads a request as a cache does, `serialising` fixes its bytes, `layouts` builds
one, `differences` compares two, `accounts` reads the bill.
"""

from __future__ import annotations

from helpers.caching.accounts import Alarm, Rates, Savings, alarm, hit_rate, needed_hit_rate, rates, savings, uncached
from helpers.caching.differences import Difference, prefix_diff
from helpers.caching.layouts import build_request, doubts, fingerprint, warm_up
from helpers.caching.prefixes import BreakpointError, Part, parts_of
from helpers.caching.serialising import canonical_bytes

__all__ = [
    "Alarm",
    "BreakpointError",
    "Difference",
    "Part",
    "Rates",
    "Savings",
    "alarm",
    "build_request",
    "canonical_bytes",
    "doubts",
    "fingerprint",
    "hit_rate",
    "needed_hit_rate",
    "parts_of",
    "prefix_diff",
    "rates",
    "savings",
    "uncached",
    "warm_up",
]
