"""Send until it works, or until there is no point: one decision, and two loops (sync and async) around it.

    client = anthropic.Anthropic(max_retries=0, timeout=30)      # one layer: this one
    reply = call_with_retries(lambda: client.messages.create(...), Policy(budget_s=30), on_failure=print)
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from helpers.retries.delays import Policy, asked_wait_s
from helpers.retries.refusals import status_of
from helpers.retries.verdicts import Verdict, classify

T = TypeVar("T")

LOG = logging.getLogger("llm.retries")
LOG.addHandler(logging.NullHandler())   # a library stays silent until the application says where its records go

STANDARD = Policy()
GaveUp = Literal["", "never", "human", "attempts", "budget"]
REASONS = {"never": "the same request would fail again", "human": "a person has to act",
           "attempts": "it was the last attempt", "budget": "the wait would outlast the budget"}
PLAIN_HOOK = ("on_failure must be a plain function: an `async def` is awaited by nobody here, so it would never run. "
              "Let a plain one start it, `lambda failure: tasks.add(asyncio.create_task(report(failure)))`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failed attempt, and what was decided: what a hook, a metric or a log gets to see."""

    attempt: int
    """Starts at 1."""
    error: Exception
    verdict: Verdict
    delay_s: float | None
    """Seconds until the next attempt; None where there is none."""
    elapsed_s: float
    """Seconds since the first attempt began."""
    gave_up: GaveUp
    """Why there is no next attempt; "" where there is one."""

    def __str__(self) -> str:
        # Not the error's text: a 400 may repeat what a user wrote.
        name = " ".join(str(part) for part in (type(self.error).__name__, status_of(self.error)) if part is not None)
        then = f"gave up, {REASONS[self.gave_up]}" if self.gave_up else f"next in {self.delay_s:.2f} s"
        return f"attempt {self.attempt} failed at {self.elapsed_s:.2f} s ({name}): {then}"


Hook = Callable[[Failure], Any]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def decide(error: Exception, attempt: int, elapsed_s: float, policy: Policy, random: Callable[[], float],
           wall: datetime) -> Failure:
    """What to do after *attempt* 1, 2, ... failed with *error*. No clock, no wait: both loops ask this one function.

    *elapsed_s*: seconds since the first attempt began. *random*: gives numbers from 0 to 1. *wall*: the date and time,
    from which a `retry-after` date is counted.
    """
    verdict = classify(error)
    delay_s, gave_up = None, ""
    if verdict != "retry":
        gave_up = verdict
    elif attempt >= policy.max_attempts:
        gave_up = "attempts"
    else:
        delay_s = policy.delay_s(attempt, random, asked_wait_s(error, wall))
        if elapsed_s + delay_s > policy.budget_s:
            delay_s, gave_up = None, "budget"
    return Failure(attempt=attempt, error=error, verdict=verdict, delay_s=delay_s, elapsed_s=elapsed_s, gave_up=gave_up)


def call_with_retries(send: Callable[[], T], policy: Policy = STANDARD, *, on_failure: Hook | None = None,
                      now: Callable[[], float] = time.monotonic, sleep: Callable[[float], Any] = time.sleep,
                      random: Callable[[], float] = random.random,
                      wall: Callable[[], datetime] = _utc_now) -> T:
    """What `send()` returns, once it does; else its last error, the same object with its request id.

    *on_failure*, a plain function, gets each Failure, the last one included; what goes wrong in it is logged and
    changes nothing. TypeError, before anything is sent, for an argument that would only fail after the first failure.
    *now* and *sleep* are in seconds; *random* gives numbers from 0 to 1; *wall*, the date, is for `retry-after` dates.

    Gives up before a wait that the budget has no room for. A request under way is never cut: that is the client's
    timeout, and with `max_retries` above 0 the client has a retry loop of its own inside this one.
    """
    _check(send, policy, on_failure)
    started = now()
    for attempt in itertools.count(1):
        try:
            return _plain(send())
        except Exception as error:
            delay_s = _told(decide(error, attempt, now() - started, policy, random, wall()), on_failure)
            if delay_s is None:
                raise
        sleep(delay_s)   # outside of `except`: the error is gone by now, and an interrupt doesn't drag it along


async def call_with_retries_async(send: Callable[[], Awaitable[T]], policy: Policy = STANDARD, *,
                                  on_failure: Hook | None = None, now: Callable[[], float] = time.monotonic,
                                  sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
                                  random: Callable[[], float] = random.random,
                                  wall: Callable[[], datetime] = _utc_now) -> T:
    """As `call_with_retries`; *send* and *sleep* are awaited, *on_failure* isn't. Cancellation passes at once."""
    _check(send, policy, on_failure)
    started = now()
    for attempt in itertools.count(1):
        try:
            return await _awaitable(send())
        except Exception as error:   # asyncio.CancelledError is no Exception
            delay_s = _told(decide(error, attempt, now() - started, policy, random, wall()), on_failure)
            if delay_s is None:
                raise
        await sleep(delay_s)


def _told(failure: Failure, on_failure: Hook | None) -> float | None:
    """Let log and hook know; its delay, or None. (A loop that kept the failure itself would keep the error alive.)"""
    LOG.info("%s", failure)
    try:
        if on_failure is not None and inspect.iscoroutine(returned := on_failure(failure)):   # a task would run
            returned.close()
            raise TypeError(PLAIN_HOOK)
    except Exception as broken:
        broken.__suppress_context__ = True   # or the log would show the API's error, text and all
        LOG.exception("on_failure raised; the call goes on without it")
    return failure.delay_s


def _check(send: Any, policy: Any, on_failure: Any) -> None:
    """TypeError now: found out at the first failure, the mistake would take the place of the API's error."""
    if not callable(send):
        raise TypeError("send must be a function that sends the request anew each time, such as "
                        f"`lambda: client.messages.create(...)`; got a {type(send).__name__}.")
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be a Policy, such as `Policy(max_attempts=3)`; got a {type(policy).__name__}.")
    if on_failure is None:
        return
    if not callable(on_failure):
        raise TypeError(f"on_failure must be a function that takes a Failure; got a {type(on_failure).__name__}.")
    if any(map(inspect.iscoroutinefunction, (on_failure, type(on_failure).__call__))):
        raise TypeError(PLAIN_HOOK)


def _awaitable(value: Any) -> Awaitable[Any]:
    if not inspect.isawaitable(value):
        raise TypeError(f"send() returned a {type(value).__name__}, which can't be awaited: "
                        "use `call_with_retries(...)` with a synchronous client, outside of asynchronous code.")
    return value


def _plain(value: T) -> T:
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()   # never to be awaited, and no second message about that
        raise TypeError("send() returned an awaitable, whose failure could not be seen here: "
                        "use `await call_with_retries_async(...)` with an asynchronous client.")
    return value
