"""Look-up and misses on a small tape and on one of 10,000 recordings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import httpx2

from bench.measure import Effort, in_turns, timed
from bench.row import Row
from bench.vendors import ANTHROPIC, VENDORS, Vendor
from helpers.clock import RealClock
from helpers.wire.recording import Tape
from helpers.wire.replay import Replay

FEW, MANY = 10, 10_000
QUESTION = "What does the service agreement say about refunds after the thirtieth day? " * 14
"""About 1 kB, as a lesson's requests are."""
WAYS = ("sync", "sync stream", "async", "async stream")


def lookup(effort: Effort) -> list[Row]:
    """Finding the reply to a request among MANY recordings over finding it among FEW."""
    tapes = [ANTHROPIC.big_tape(size, QUESTION) for size in (MANY, FEW)]
    many, few = (timed(_finds(tape)) for tape in tapes)
    pairs = in_turns(many, few, effort.calls, each=effort.each)
    return [Row(title=f"{MANY:,} recordings against {FEW}", samples=pairs.ratios, goal=1.2,
                beside=pairs.beside("µs", 1e-6 * FEW))]


def _finds(tape: Tape) -> Callable[[], None]:
    """Ten different requests, each looked up."""
    replay = Replay(tape, RealClock())
    requests = [_request(ANTHROPIC, tape, number) for number in range(FEW)]

    def find() -> None:
        for request in requests:
            if replay.answer(request).status != 200:
                raise AssertionError("a recording was not found")
    return find


def _request(vendor: Vendor, tape: Tape, number: int) -> httpx2.Request:
    asked = tape.entries[number].request
    return httpx2.Request("POST", f"https://example.invalid{asked.path}", headers=dict(asked.headers), json=asked.body)


def misses(effort: Effort) -> list[Row]:
    """Milliseconds from a call that no recording answers to its NotFoundError; each row is its slowest way."""
    return [_miss_row(vendor, size, effort) for vendor in VENDORS for size in (FEW, MANY)]


def _miss_row(vendor: Vendor, size: int, effort: Effort) -> Row:
    tape = vendor.big_tape(size, QUESTION)
    clients = {False: vendor.ours(tape), True: vendor.ours(tape, asynchronous=True)}
    times: dict[str, list[float]] = {}
    vendor.create(clients[False])(**vendor.question(f"{QUESTION} 1"))   # the first call pays for imports
    asyncio.run(vendor.create(clients[True])(**vendor.question(f"{QUESTION} 1")))
    for way in WAYS:
        miss = _misses(vendor, clients["async" in way], way)
        times[way] = [miss() * 1000 for _ in range(effort.calls)]
    slowest = max(times, key=lambda way: median(times[way]))
    ways = {way: {"median_ms": median(times[way]), "first_ms": times[way][0]} for way in WAYS}
    return Row(title=f"{vendor.name}, {size:,} recordings", unit="ms", goal=50.0, samples=tuple(times[slowest]),
               beside=slowest, details=ways)


def _misses(vendor: Vendor, client: Any, way: str) -> Callable[[], float]:
    """A measurement of one miss, in seconds. *way*: one of WAYS."""
    question = vendor.question(f"{QUESTION} And on Mondays?")
    if "stream" in way:
        question["stream"] = True

    async def awaited() -> float:
        start = time.perf_counter()
        try:
            await vendor.create(client)(**question)
        except vendor.not_found():
            return time.perf_counter() - start
        raise AssertionError("a miss was answered")

    def called() -> float:
        start = time.perf_counter()
        try:
            vendor.create(client)(**question)
        except vendor.not_found():
            return time.perf_counter() - start
        raise AssertionError("a miss was answered")

    return (lambda: asyncio.run(awaited())) if "async" in way else called
