"""02-5: who stops a batch, gets it stopped: all that it has started, and at once."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, shown
from helpers.classroom.report import Problem
from helpers.exercises.driving import awaited
from helpers.exercises.e02_desk import Desk, under_guard

FIFTY = range(50)


def lets_itself_be_cancelled(attempt: Attempt) -> Problem | None:
    """Who cancels the batch gets it cancelled, with all that it has started."""
    sent, desk = "50 items of 1 s each, and cancelled it after 1.5 s", Desk()
    before: list[tuple[int, int]] = []

    async def cancelled(pending: Any) -> bool:
        if not inspect.isawaitable(pending):
            return True      # other checks tell
        task = asyncio.ensure_future(pending)
        await asyncio.sleep(1.5)
        before.append((len(desk.started), desk.ended))
        if not task.cancel():
            return True      # it had ended already
        await asyncio.wait([task], timeout=60)
        await asyncio.sleep(60)
        return task.cancelled()

    ran = under_guard(attempt, cancelled, FIFTY, desk, limit=8, sent=sent)
    if ran.error is not None:
        raise Spoiled(attempt.raised(ran, sent))
    began, ended = (before or [(len(desk.started), desk.ended)])[0]
    more, should = len(desk.started) - began, "stop, begin no other item, and pass `CancelledError` on"
    look = "`except Exception` does not hold a cancellation; `except BaseException`, and a bare `except`, do."
    if more:
        return Problem(code="goes-on", sent=sent, did=f"began {more} more items afterwards", should=should,
                       because="the user has left, or the server is stopping: nobody will read those answers, and each "
                       "is billed.", look=f"tasks that nobody cancels; and {look}")
    if desk.ended > ended:
        return Problem(code="runs-on", sent=sent, did=f"let {desk.ended - ended} items that were under way go on to "
                       "their end", should=f"cancel them, too: {should}", because="nobody will read those answers, "
                       "and a request that runs on can still be billed.", look="`asyncio.shield`, and tasks that "
                       "nobody cancels.")
    if ran.value:
        return None
    return Problem(code="holds-cancellation", sent=sent, did="ended as if nothing had happened", should=should,
                   because="whoever cancelled it relies on its end: a server could not stop.", look=look)


def lets_an_interrupt_pass(attempt: Attempt) -> Problem | None:
    """Ctrl-C during one item is no failure of that item."""
    sent, desk = "3 items, and during the second somebody presses Ctrl-C (`KeyboardInterrupt`)", Desk(
        poison=(1,), error=KeyboardInterrupt())
    ran = under_guard(attempt, awaited, range(3), desk, limit=8, sent=sent)
    if ran.error is not None:
        return None      # whatever it raises, it has ended
    return Problem(code="interrupt-as-row", sent=sent, did=f"went on, and returned {shown(ran.value)}", should="let it "
                   "pass at once", because="who wants to stop the program can't: it takes the wish for one more bad "
                   "item.", look="what your `except` names: `Exception` holds failures, `BaseException` everything.")
