"""02-5: what `run_batch` meets: work that takes virtual seconds and counts who works at the same time.

    desk = Desk(poison=(17,))
    rows = run_batch_once(attempt, range(50), desk, limit=8, sent="...")
    desk.peak, desk.ended_at      # at most so many at a time; virtual seconds
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.driving import Stuck, Unawaited, awaited, drive, run_here

Row = tuple[Any, Any, Any]


@dataclass(slots=True)
class Desk:
    """Does the work: an answer for each item after a while, and an error for those that are poison."""

    seconds: Callable[[Any], float] = lambda item: 1.0
    poison: Sequence[Any] = ()
    error: BaseException = field(default_factory=lambda: ValueError("the model's answer is no JSON"))
    started: list[Any] = field(default_factory=list)
    ended: int = 0
    """Items whose work came to its end."""
    peak: int = 0
    ended_at: float = 0.0
    """Virtual seconds until the batch was done."""
    _active: int = 0
    _made: list[Coroutine[Any, Any, str]] = field(default_factory=list)

    def work(self, item: Any) -> Coroutine[Any, Any, str]:
        """What a batch awaits for each item."""
        self._made.append(self._work(item))
        return self._made[-1]

    def close(self) -> None:
        """End what nobody awaited, or Python would complain of it at some later moment."""
        for made in self._made:
            made.close()

    async def _work(self, item: Any) -> str:
        self.started.append(item)
        self._active += 1
        self.peak = max(self.peak, self._active)
        try:
            await asyncio.sleep(self.seconds(item))
        finally:
            self._active -= 1
        self.ended += 1
        if item in self.poison:
            raise self.error
        return answer_to(item)


def answer_to(item: Any) -> str:
    """The value of an item's work."""
    return f"answer to {item}"


def run_batch_once(attempt: Attempt, items: Sequence[Any], desk: Desk, *, limit: int, sent: str) -> list[Row]:
    """Await the answer once; its rows, of which there is one for each item. Anything else: Spoiled."""
    async def timed(pending: Any) -> Any:
        got = await awaited(pending)
        desk.ended_at = asyncio.get_running_loop().time()
        return got

    ran = under_guard(attempt, timed, items, desk, limit=limit, sent=sent)
    if ran.error is not None:
        raise Spoiled(_raised(attempt, ran, desk, len(items), sent))
    return _rows(ran.value, items, sent)


def under_guard(attempt: Attempt, await_it: Callable[[Any], Awaitable[Any]], items: Sequence[Any], desk: Desk, *,
                limit: int, sent: str) -> Ran:
    """Call the answer on a virtual-time loop, and `await_it(what it returned)`; all under the guards of one call."""
    def steer(answer: Callable[..., Any], *given: Any, **options: Any) -> Any:
        async def main() -> Any:
            return await await_it(answer(*given, **options))

        return run_here(main)

    try:
        return drive(attempt, steer, list(items), desk.work, limit=limit, sent=sent)
    except Spoiled as spoiled:
        if spoiled.problem.code != "slept":
            raise
        raise Spoiled(replace(
            spoiled.problem, code="blocks-the-loop", should="wait with `await`, or not at all", because="while "
            "`time.sleep` waits, no other task of the loop moves, and all items stand still together.",
            look="`await asyncio.sleep(...)`, or what you wait for."), final=True) from None
    finally:
        desk.close()


def _raised(attempt: Attempt, ran: Ran, desk: Desk, count: int, sent: str) -> Problem:
    did = attempt.raised(ran, sent).did
    if isinstance(ran.error, Stuck):
        return Problem(code="stuck", sent=sent, did=f"had not ended after an hour, with {len(desk.started)} of {count} "
                       "items begun", should="end when the last item has", because="the batch would hang, without a "
                       "word in any log.", look="what you wait for, and who gives a slot back, or says that an item is "
                       "done, when that item fails.")
    if isinstance(ran.error, RuntimeError) and "event loop" in str(ran.error):
        return Problem(code="own-loop", sent=sent, did=did, should="be awaited on the loop that runs already",
                       because="a notebook and every asynchronous server have their loop; a second one can't run "
                       "inside it.", look="`asyncio.run(...)`: `await` in its place.")
    if _holds(ran.error, desk.error):
        lost = count - len(desk.poison)
        return Problem(code="batch-lost", sent=sent, did=f"{did}: item {desk.poison[0]} failed, and {lost} results "
                       "were lost", should=f"return all {count} rows, the error in its own", because="one bad answer "
                       "says nothing of the others, and those are paid for.", look="where an error of `work(item)` is "
                       "caught: it has to be before it reaches the others.")
    return attempt.raised(ran, sent, f"return {count} rows")


def _holds(error: BaseException | None, wanted: BaseException) -> bool:
    """Whether it is that error, or a group (of a TaskGroup) in which it is."""
    if isinstance(error, BaseExceptionGroup):
        return any(_holds(part, wanted) for part in error.exceptions)
    return error is wanted


def _rows(value: Any, items: Sequence[Any], sent: str) -> list[Row]:
    should = f"return a list of {len(items)} rows `(item, value, error)`"
    common = {"sent": sent, "should": should}
    if isinstance(value, Unawaited):
        kind = "an async generator" if inspect.isasyncgen(value.value) else shown(value.value)
        raise Spoiled(Problem(code="not-async", did=f"returned {kind}, which can't be awaited", because="the caller "
                              "writes `rows = await run_batch(...)`.", look="`async def`, and `return`.", **common))
    if not isinstance(value, (list, tuple)):
        raise Spoiled(Problem(code="no-list", did=f"returned {a(type(value).__name__)}: {shown(value)}",
                              because="the caller goes through the rows, in the order of its items.",
                              look="your last `return`.", **common))
    if len(value) != len(items):
        raise Spoiled(Problem(code="rows-missing", did=f"returned {len(value)} rows", because="whoever reads the "
                              "result puts items and rows side by side; a row that is not there can't say what became "
                              "of its item.", look="which items have no row: those that failed, or those that are "
                              "there twice?", **common))
    return [_row(row, common) for row in value]


def _row(row: Any, common: dict[str, str]) -> Row:
    if isinstance(row, (tuple, list)) and len(row) == 3:
        return tuple(row)
    if all(hasattr(row, name) for name in ("item", "value", "error")):
        return row.item, row.value, row.error
    raise Spoiled(Problem(code="no-triple", did=f"returned the row {shown(row)}", because="the caller writes `for "
                          "item, value, error in rows`.", look="what you put into the list.", **common))
