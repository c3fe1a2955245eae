"""Many items, a few at a time, and one that fails takes no other with it.

    outcomes = await run_batch(tickets, answer, limit=8)
    failed = [outcome for outcome in outcomes if outcome.error]
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from helpers.retries.arguments import check_count


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: a value, or an error."""

    item: Any
    value: Any = None
    error: BaseException | None = None
    """None where it worked."""


async def run_batch(items: Iterable[Any], work: Callable[[Any], Awaitable[Any]], *, limit: int = 8) -> list[Outcome]:
    """`await work(item)` for each of *items*, at most *limit* at a time; the outcomes are in the items' order.

    *items* may be lazy: the next one is taken when a worker is free for it, so 50,000 items are 8 tasks. An Exception
    of `work` is that item's outcome. An error of the iterable itself, and cancellation, end the batch.
    """
    check_count("limit", limit)
    outcomes: dict[int, Outcome] = {}
    queue = enumerate(items)   # shared: a worker takes the next item without awaiting, so no two take the same

    async def worker() -> None:
        for place, item in queue:
            outcomes[place] = await _outcome(item, work)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(limit):
                group.create_task(worker())
    except ExceptionGroup as broken:   # of the iterable, or of a `work` that isn't asynchronous: one, not a group
        raise broken.exceptions[0] from None
    return [outcomes[place] for place in sorted(outcomes)]


async def _outcome(item: Any, work: Callable[[Any], Awaitable[Any]]) -> Outcome:
    try:
        pending = work(item)
        if inspect.isawaitable(pending):
            return Outcome(item, value=await pending)
    except asyncio.CancelledError as error:
        if asyncio.current_task().cancelling():
            raise   # the batch is cancelled, and not only something that this item waited for
        return Outcome(item, error=error)
    except Exception as error:
        return Outcome(item, error=error)
    raise TypeError(f"work must be asynchronous (an `async def`, with an asynchronous client); it returned "
                    f"{type(pending).__name__}, so one item at a time would hold up all the others.")
