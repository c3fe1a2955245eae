"""Many items, a few at a time, and one that fails takes no other with it.

    outcomes = await run_batch(tickets, answer, limit=8)
    failed = [outcome for outcome in outcomes if outcome.error]
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
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


class BrokenSource(Exception):
    """The items' own iterable raised, which is the cause here; the outcomes so far are not lost with it."""

    def __init__(self, error: Exception, outcomes: Sequence[Outcome]) -> None:
        super().__init__(f"the items ended after {len(outcomes):,}, with {type(error).__name__}: "
                         "what became of these is in `.outcomes`.")
        self.outcomes = list(outcomes)
        """In the items' order, as `run_batch` would have returned them."""


async def run_batch(items: Iterable[Any], work: Callable[[Any], Awaitable[Any]], *, limit: int = 8) -> list[Outcome]:
    """`await work(item)` for each of *items*, at most *limit* at a time; the outcomes are in the items' order.

    *items* may be lazy: the next one is taken when a worker is free for it, so 50,000 items are 8 tasks. An Exception
    of `work` is that item's outcome. Where the iterable itself raises, the items under way are finished, and a
    BrokenSource has the outcomes. Cancellation ends the batch, no further item begins, and the outcomes are gone: what
    must outlive it, `work` puts away itself.
    """
    check_count("limit", limit)
    outcomes: dict[int, Outcome] = {}
    broken: list[Exception] = []
    source = _until_broken(enumerate(items), broken)   # shared: taken from without awaiting, so nobody gets another's
    batch = asyncio.current_task()
    cancelled_before = batch.cancelling()   # a caller that is being cancelled may still run one, to put things away

    async def worker() -> None:
        for place, item in source:
            outcomes[place] = await _outcome(item, work)
            if batch.cancelling() > cancelled_before:   # also where `work` swallowed its own cancellation
                return

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(limit):
                group.create_task(worker())
    except ExceptionGroup as group_error:   # of a `work` that isn't asynchronous: one, not a group
        raise group_error.exceptions[0] from None
    done = [outcomes[place] for place in sorted(outcomes)]
    if broken:
        raise BrokenSource(broken[0], done) from broken[0]
    return done


def _until_broken(items: Iterable[Any], broken: list[Exception]) -> Iterator[Any]:
    """*items*; an error of theirs ends them for all workers, and is kept in *broken*."""
    try:
        yield from items
    except Exception as error:
        broken.append(error)


async def _outcome(item: Any, work: Callable[[Any], Awaitable[Any]]) -> Outcome:
    try:
        pending = work(item)
        if inspect.isawaitable(pending):
            return Outcome(item, value=await pending)
    except (Exception, asyncio.CancelledError) as error:   # cancelled: often what it waited for, and no more
        return Outcome(item, error=error)
    raise TypeError(f"work must be asynchronous (an `async def`, with an asynchronous client); it returned "
                    f"{type(pending).__name__}, so one item at a time would hold up all the others.")
