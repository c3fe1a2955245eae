"""Drive a learner's answer: call it often, step by step, or await it, all under the guards of a single call.

    ran = drive(attempt, forty_clients, send, sent="...")    # forty_clients(answer, send) runs in the guarded thread
    ran = drive(attempt, on_virtual_time, items, work, sent="...")

*steer* gets the answer and the arguments, and what it returns is `ran.value`.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt
from helpers.classroom.guard import Ran
from helpers.clock import virtual_runner

PATIENCE_S = 3_600.0
"""Virtual seconds until we stop to await an answer: they pass at once."""


def drive(attempt: Attempt, steer: Callable[..., Any], *args: Any, sent: str, **kwargs: Any) -> Ran:
    """As `attempt.run(*args, **kwargs)`, but what runs is `steer(answer, *args, **kwargs)`."""
    if not callable(attempt.answer):
        return attempt.run(sent=sent)      # which says so
    driven = Attempt(attempt.exercise, _Driver(attempt.answer, steer))
    try:
        return driven.run(*args, sent=sent, **kwargs)
    finally:
        attempt.printed = attempt.printed or driven.printed
        attempt.put_off |= driven.put_off


class _Driver:
    """Stands where the answer stands: with its signature, and with its globals, which the guards look through."""

    def __init__(self, answer: Callable[..., Any], steer: Callable[..., Any]) -> None:
        self.__wrapped__, self._steer = answer, steer      # `inspect.signature` follows __wrapped__
        home = sys.modules.get(getattr(answer, "__module__", None) or "")
        self.__globals__ = getattr(answer, "__globals__", None) or vars(home or object)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._steer(self.__wrapped__, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class Unawaited:
    """What an answer returned that can't be awaited."""

    value: Any


class Stuck(Exception):
    """An answer waits for something that never comes: an hour of virtual time did not bring it."""


def on_virtual_time(answer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Steer an answer written with `async def`: await it on a loop whose time is virtual, and return its value."""
    return run_here(lambda: awaited(answer(*args, **kwargs)))


def run_here(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run `main()` to its end on a virtual-time loop in this very thread; *main* is called with the loop running.

    Raise Stuck where it never ends, and let no callback's complaint out: a check has messages of its own.
    """
    async def whole() -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        try:
            async with asyncio.timeout(PATIENCE_S) as patience:
                return await main()
        except TimeoutError:
            if patience.expired():
                raise Stuck from None
            raise

    with virtual_runner() as runner:
        return runner.run(whole())


async def awaited(got: Any) -> Any:
    """The value of what an answer returned, or Unawaited where there is nothing to await."""
    if not inspect.isawaitable(got):
        return Unawaited(got)
    return await got
