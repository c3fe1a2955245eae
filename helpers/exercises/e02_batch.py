"""02-5: `async def run_batch(items, work, *, limit=8)`.

Time is virtual, so that work of ten seconds takes none, and how long a batch took is exact.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, error_text, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e02_desk import Desk, Row, answer_to, run_batch_once
from helpers.exercises.e02_stopping import lets_an_interrupt_pass, lets_itself_be_cancelled
from helpers.exercises.failures import failure

FIFTY = range(50)
POISON = 17


async def run_batch(items, work, *, limit=8):
    """One good solution: a semaphore in front of each item, and an `except` around each."""
    free = asyncio.Semaphore(limit)

    async def one(item):
        async with free:
            try:
                return item, await work(item), None
            except Exception as error:
                return item, None, error

    return await asyncio.gather(*[one(item) for item in items])


def in_order(attempt: Attempt) -> Problem | None:
    """Rows in the order of the items, though the last one is done first."""
    items = ["delivery", "refund", "size", "gift", "thanks"]
    sent = "five items, of which the first takes 5 s and the last 1 s; `limit=8`"
    rows = run_batch_once(attempt, items, Desk(lambda item: 5.0 - items.index(item)), limit=8, sent=sent)
    return _values(rows, items, sent)


def _values(rows: Sequence[Row], items: Sequence[Any], sent: str, but: Sequence[Any] = ()) -> Problem | None:
    """Whether each row has its item and value; not for the items in *but*, which failed."""
    wanted = [(item, answer_to(item), None) for item in items]
    for row, want in zip(rows, wanted, strict=True):
        if want[0] in but or (row[0] == want[0] and row[1] == want[1] and row[2] is None):
            continue
        common = {"sent": sent, "did": f"returned the row {shown(row)}", "should": f"return {shown(want)} there"}
        if inspect.iscoroutine(row[1]):
            row[1].close()
            return Problem(code="not-awaited", because="that coroutine has run nothing: no request was sent at all.",
                           look="`await` before `work(item)`.", **common)
        if len(set(items)) < len(items):
            return Problem(code="equal-items", because="two equal items are two items: whoever looks a row's place up "
                           "by its item finds the first one each time.", look="what you find a row by.", **common)
        if list(row) in [list(other) for other in wanted]:
            return Problem(code="order", because="the rows came in the order in which they were done. Whoever puts "
                           "them beside the items books each answer to another customer.", look="where a row is put, "
                           "and when: `append` happens at the end of the work.", **common)
        if row[2] is not None and not but:
            return Problem(code="own-error", because="nothing fails here: `work` takes its time, and how long it may "
                           "take is the client's own timeout.", look="where that error comes from.", **common)
        if row[2] is not None:
            return Problem(code="results-lost", because="this item's work went well; only another one failed.",
                           look="what an error of one item does to the others.", **common)
        return Problem(code="row", because="the caller reads whose it is, the value, and the error if there is one.",
                       look="the three parts of a row, and their order.", **common)
    return None


def eight_at_a_time(attempt: Attempt) -> Problem | None:
    """The limit is kept, and used."""
    return _at_a_time(attempt, 8) or _at_a_time(attempt, 3)


def _at_a_time(attempt: Attempt, limit: int) -> Problem | None:
    sent, desk = f"50 items of 1 s each, and `limit={limit}`", Desk()
    run_batch_once(attempt, FIFTY, desk, limit=limit, sent=sent)
    if desk.peak == limit:
        return None
    common = {"sent": sent, "should": f"have {limit} under way at a time"}
    if desk.peak == 1:
        return Problem(code="sequential", did=f"let nothing overlap: {desk.ended_at:g} s in all", because="that time "
                       "is waiting for a server, which works for many at once.", look="the `await` in "
                       "your loop: the next item begins when it is over.", **common)
    did = f"reached a peak concurrency of {desk.peak}"
    if limit != 8:
        return Problem(code="limit-fixed", did=did, because="the limit belongs to the account, and each account has "
                       "another one.", look="where the number in your code comes from.", **common)
    if desk.peak > limit:
        return Problem(code="over-limit", did=did, because="50 requests at once are a burst that the rate limit "
                       "answers with 429, and then the retries come on top.", look="what has to be held while "
                       "`work(item)` runs, and not only while it is started.", **common)
    return Problem(code="limit-unused", did=did, because="a slot that stays empty is time lost: the batch takes longer "
                   "than it has to.", look="how many may be under way, and who counts them.", **common)


def poison(attempt: Attempt) -> Problem | None:
    """Who fails keeps to his own row, and gives his slot back."""
    return _one_fails(attempt, Desk(poison=(POISON,))) or _fails_otherwise(attempt) or _all_fail(attempt)


def _fails_otherwise(attempt: Attempt) -> Problem | None:
    """The same with an error of another kind: one of the SDK's."""
    try:
        return _one_fails(attempt, Desk(poison=(POISON,), error=failure("529")))
    except Spoiled as spoiled:
        if spoiled.problem.code != "batch-lost":
            raise
        raise Spoiled(replace(
            spoiled.problem, code="one-kind-of-error", because="an item fails in many ways: an SDK's error, an answer "
            "that can't be read, a slip. Each belongs into its row.", look="what your `except` names.")) from None


def _all_fail(attempt: Attempt) -> Problem | None:
    sent, desk = "10 items that all fail; `limit=2`", Desk(poison=range(10))
    rows = run_batch_once(attempt, range(10), desk, limit=2, sent=sent)      # a lost slot shows as "stuck"
    return next((_wrong_error(row, item, desk, sent) for item, row in enumerate(rows)
                 if row[0] != item or row[1] is not None or row[2] is not desk.error), None)


def _one_fails(attempt: Attempt, desk: Desk) -> Problem | None:
    """One item fails: its row holds the error, the others their values, and each was worked on once."""
    sent = f"50 items, of which item {POISON} fails (`{type(desk.error).__name__}`); `limit=8`"
    rows = run_batch_once(attempt, FIFTY, desk, limit=8, sent=sent)
    item, value, error = rows[POISON]
    twice = next((item for item, times in Counter(desk.started).items() if times > 1), None)
    if twice is not None:
        return Problem(code="worked-twice", sent=sent, did=f"worked on item {twice} "
                       f"{Counter(desk.started)[twice]} times", should="work on each item once", because="each of them "
                       "is a request that is billed. To retry is `work`'s own affair.", look="what is started again "
                       "after an error.")
    if item == POISON and value is None and error is desk.error:
        return _values(rows, FIFTY, sent, but=(POISON,))
    return _wrong_error(rows[POISON], POISON, desk, sent)


def _wrong_error(row: Row, item: Any, desk: Desk, sent: str) -> Problem:
    whose, value, error = row
    common = {"sent": sent, "did": f"returned the row {shown(row)}",
              "should": f"return `({item}, None, error)`, with the error that `work` raised"}
    if value is desk.error:
        return Problem(code="error-as-value", because="the caller takes it for an answer: whoever reads `value` gets "
                       "an error object.", look="what `return_exceptions=True` puts among the values.", **common)
    if error is None:
        return Problem(code="error-lost", because="nobody will ever know why this item has no answer, or that it has "
                       "none.", look="your `except`: what becomes of the error?", **common)
    if isinstance(error, str):
        return Problem(code="error-as-text", because="status, type and request id are gone; `classify(error)` can't "
                       "tell any more whether it is worth another try.", look="`str(...)` around the error.", **common)
    if error is not desk.error:
        return Problem(code="another-error", because=f"the cause was {error_text(desk.error)}: whoever decides about "
                       "a second try needs that one.", look="what you put in the place of the error.", **common)
    if value is not None:
        return Problem(code="stale-value", because="an item that failed has no value; this one is another item's.",
                       look="a name that keeps its value from round to round.", **common)
    return Problem(code="wrong-item", because=f"the row has to say which item failed; this one says {shown(whose)}.",
                   look="what you put into the row's first place.", **common)


def no_idle_slots(attempt: Attempt) -> Problem | None:
    """A slow item holds its own slot alone."""
    items = range(28)
    sent, desk = "28 items, of which the first takes 9 s and the others 1 s; `limit=4`", Desk(
        lambda item: 9.0 if item == 0 else 1.0)
    run_batch_once(attempt, items, desk, limit=4, sent=sent)
    if desk.ended_at < 9.5:
        return None
    return Problem(code="idle-slots", sent=sent, did=f"needed {desk.ended_at:g} s", should="need 9 s: the three other "
                   "slots do the other 27 meanwhile", because="answers differ in length, and so in time: whoever "
                   "waits for a whole group waits for the slowest of each.", look="when the next item begins: when a "
                   "slot is free, or when a group is done?")


def takes_its_time(attempt: Attempt) -> Problem | None:
    """Nothing is cut short: a timeout is the client's."""
    items = ["delivery", "report", "size"]
    sent = "three items, of which the second takes 500 s"
    desk = Desk(lambda item: 500.0 if item == "report" else 1.0)
    return _values(run_batch_once(attempt, items, desk, limit=8, sent=sent), items, sent)


def same_item_twice(attempt: Attempt) -> Problem | None:
    """Two equal items are two items, and none is an answer, too."""
    for items in (["refund", "size", "refund"], []):
        sent = f"the items `{items}`"
        rows = run_batch_once(attempt, items, Desk(), limit=8, sent=sent)
        problem = _values(rows, items, sent)
        if problem:
            return problem
    return None


BATCH = Exercise(
    id="02-5", name="run_batch", call="run_batch(items, work, limit=...)", solution=run_batch,
    checks=(in_order, eight_at_a_time, poison, no_idle_slots, takes_its_time, same_item_twice,
            lets_itself_be_cancelled, lets_an_interrupt_pass),
    praise="One bad item costs one row. The limit is kept without idle slots; in production put "
           "`call_with_retries_async` around each `work(item)`.",
    hints=("Where has an error to be caught so that it can't reach the other 49, and what has to be held while one "
           "item is under way?",
           "An inner `async def one(item)` that holds a semaphore, awaits `work(item)` inside `try`, and returns the "
           "row either way. Then all of them at once: `asyncio.gather` keeps the order of what it is given.",
           "`free = asyncio.Semaphore(limit)`. In `one`: `async with free:`, then `try: return item, await work(item), "
           "None` and `except Exception as error: return item, None, error`. At the end `return await "
           "asyncio.gather(*[one(item) for item in items])`."),
)
