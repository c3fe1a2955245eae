"""How late the pieces of a replayed stream are, on the real clock, as the SDK hands them on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from functools import partial
from statistics import median
from typing import Any

import httpx2
from wire_kit import entry

from bench.measure import Effort, percentile
from bench.row import Row
from bench.vendors import VENDORS, Vendor
from helpers.wire.recording import Tape

CHUNKS, EVERY_MS, PARALLEL = 30, 20.0, 10
P95_MS = 5.0

Late = Callable[[], list[float]]
"""Runs a stream, or several at once, and returns each chunk's lateness in milliseconds."""


def lateness(effort: Effort) -> list[Row]:
    """Milliseconds after its time at which each chunk arrives, counted from the call; the 95th percentile."""
    return [row for vendor in VENDORS for row in _rows(vendor, effort)]


def _rows(vendor: Vendor, effort: Effort) -> list[Row]:
    question = vendor.question() | {"stream": True}
    tape = Tape("99_bench", (entry(vendor.recorded(**question), vendor.stream(CHUNKS, EVERY_MS)),))
    chunks = [text.encode() for _, text in vendor.stream(CHUNKS, EVERY_MS).chunks]
    rows = []
    for asynchronous, run, title in ((False, _one, f"one stream of {CHUNKS} chunks"),
                                     (True, _parallel, f"{PARALLEL} async streams at once")):
        clients = vendor.ours(tape, asynchronous=asynchronous), vendor.stock(
            asynchronous=asynchronous, transport=httpx2.MockTransport(partial(_by_hand, chunks)))
        ours, other = (partial(run, partial(vendor.create(client), **question)) for client in clients)
        rows.append(_row(f"{vendor.name}, {title}", ours, other, effort))
    return rows


def _row(title: str, ours: Late, by_hand: Late, effort: Effort) -> Row:
    """In turns with the least that can be done. Where that alone takes half of the goal, nothing is judged."""
    ours(), by_hand()   # the first call pays for imports
    runs = [(ours(), by_hand()) for _ in range(effort.streams)]
    p95s, least = ([percentile(run[side], 0.95) for run in runs] for side in (0, 1))
    every = [late for run, _ in runs for late in run]
    return Row(title=title, unit="ms", goal=P95_MS if median(least) <= P95_MS / 2 else None, samples=tuple(p95s),
               beside=f"{median(p95s):.1f} : {median(least):.1f} ms",
               details={"p50_ms": percentile(every, 0.5), "max_ms": max(every), "by_hand_p95_ms": least})


def _by_hand(chunks: list[bytes], request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=_ByHand(chunks))


class _ByHand(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """The same chunks at the same times: a loop with a sleep."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks, self._start = chunks, time.perf_counter()

    def __iter__(self) -> Iterator[bytes]:
        for number, chunk in enumerate(self._chunks):
            time.sleep(self._left(number))
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, chunk in enumerate(self._chunks):
            await asyncio.sleep(self._left(number))
            yield chunk

    def _left(self, number: int) -> float:
        return max(self._start + EVERY_MS / 1000 * (number + 1) - time.perf_counter(), 0)


def _one(create: Callable[[], Iterable[object]]) -> list[float]:
    start = time.perf_counter()
    return _late([time.perf_counter() - start for _ in create()])


def _parallel(create: Callable[[], Awaitable[AsyncIterable[object]]]) -> list[float]:
    async def one() -> list[float]:
        start = time.perf_counter()
        return _late([time.perf_counter() - start async for _ in await create()])
    return _at_once(one)


def _at_once(one: Callable[[], Coroutine[Any, Any, list[float]]]) -> list[float]:
    async def gathered() -> list[list[float]]:
        return await asyncio.gather(*(one() for _ in range(PARALLEL)))
    return [late for run in asyncio.run(gathered()) for late in run]


def _late(arrivals: list[float]) -> list[float]:
    """Milliseconds after its recorded time, for each chunk."""
    if len(arrivals) != CHUNKS:
        raise AssertionError(f"{len(arrivals)} chunks arrived; expected {CHUNKS}.")
    return [at * 1000 - EVERY_MS * (number + 1) for number, at in enumerate(arrivals)]
