"""What `my_retry` meets: a server that plays a script, a `sleep` that takes no time, and the trace of both.

    played = play(attempt, [failure("529"), "Monday"], sent="...")
    played.requests, played.waits, played.trace      # 2, [0.5, 0.0], "request 1: 529, you waited 0.5 s; request 2: ..."
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, error_text
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.driving import drive

MOST_REQUESTS = 60
"""More than any answer needs: one that goes on retries without an end."""
CLIENTS = 40
ANSWER = "Your order left on Monday."
ENOUGH = {"budget_s": 1e9}
"""A budget that is never used up: for checks that look at something else."""


class Runaway(BaseException):
    """Raised in place of one more answer; no `except Exception` of the learner's holds it."""


@dataclass(slots=True)
class Server:
    """Plays *script*, its last entry again and again: an error is raised, anything else is the value."""

    script: Sequence[Any]
    met: list[Any] = field(default_factory=list)
    """What each request met ..."""
    waits: list[float] = field(default_factory=list)
    """... and the seconds that were waited after it."""
    before: float = 0.0
    """Seconds waited before the first request."""

    def send(self) -> Any:
        if len(self.met) >= MOST_REQUESTS:
            raise Runaway
        outcome = self.script[min(len(self.met), len(self.script) - 1)]
        self.met.append(outcome)
        self.waits.append(0.0)
        if isinstance(outcome, BaseException):
            raise outcome.with_traceback(None)      # it may have been raised before
        return outcome

    def sleep(self, seconds: float) -> None:
        """As `time.sleep`, which refuses the same things, but no time passes."""
        if isinstance(seconds, str) or not hasattr(seconds, "__float__"):
            raise TypeError(f"sleep() takes a number of seconds, not {type(seconds).__name__}")
        if not (isfinite(seconds) and seconds >= 0):
            raise ValueError(f"sleep() takes a number of seconds from 0 on, not {seconds}")
        if self.waits:
            self.waits[-1] += float(seconds)
        else:
            self.before += float(seconds)


@dataclass(frozen=True, slots=True)
class Played:
    """How one call of the answer went."""

    ran: Ran
    server: Server

    @property
    def requests(self) -> int:
        return len(self.server.met)

    @property
    def waits(self) -> list[float]:
        """Seconds waited after each request."""
        return self.server.waits

    @property
    def last(self) -> Any:
        """What the last request met."""
        return self.server.met[-1] if self.server.met else None

    @property
    def reraised(self) -> bool:
        """Whether it ended with the very error that the last request met."""
        return self.ran.error is not None and self.ran.error is self.last

    @property
    def trace(self) -> str:
        """What happened, request by request; the middle of a long one is left out."""
        steps = [f"request {number}: {label(met)}{f', you waited {seconds(wait)}' if wait else ''}"
                 for number, (met, wait) in enumerate(zip(self.server.met, self.waits, strict=True), start=1)]
        if len(steps) > 7:
            steps = [*steps[:3], "...", *steps[-2:]]
        first = [f"you waited {seconds(self.server.before)}"] if self.server.before else []
        return "; ".join([*first, *steps]) or "no request"


def play(attempt: Attempt, script: Sequence[Any], *, sent: str, rng: Callable[[], float] | None = None,
         **options: Any) -> Played:
    """Call the answer once. An endless loop, and an error that is none of the script's, end the check."""
    server = Server(script)
    ran = attempt.run(server.send, sleep=server.sleep, rng=rng or always(0.5), sent=sent, **options)
    played = Played(ran, server)
    if isinstance(ran.error, Runaway):
        raise Spoiled(_runaway(played, sent), final=True)
    if ran.error is not None and not any(ran.error is met for met in server.met):
        raise Spoiled(_foreign(attempt, played, sent))
    return played


def clients(attempt: Attempt, script: Sequence[Any], *, sent: str, **options: Any) -> list[list[float]]:
    """The waits of 40 clients, each with its own `rng`, that meet the same script; all under one guard."""
    servers = [Server(script) for _ in range(CLIENTS)]

    def each(answer: Callable[..., Any], *_: Any, **__: Any) -> None:
        for number, server in enumerate(servers):
            answer(server.send, sleep=server.sleep, rng=random.Random(number).random, **options)

    ran = drive(attempt, each, servers[0].send, sleep=servers[0].sleep, rng=random.random, sent=sent, **options)
    for server in servers:
        if server.met and ran.error is server.met[-1]:
            raise Spoiled(gave_up(Played(ran, server), sent))
    if ran.error is not None:
        raise Spoiled(attempt.raised(ran, sent))
    return [server.waits for server in servers]


def always(number: float) -> Callable[[], float]:
    """An `rng` that draws the same each time."""
    def rng() -> float:
        return number

    rng.__qualname__ = "rng"      # as the learner's error names it
    return rng


def gave_up(played: Played, sent: str) -> Problem:
    """The problem of an answer that stopped although attempts and budget were left."""
    return Problem(code="gives-up-early", sent=sent, did=f"gave up after {played.requests} requests. "
                   f"{upper(played.trace)}", should="go on until `send` answers: attempts and budget are there",
                   because="each caller has its own patience: a batch at night another one than a chat.",
                   look="the numbers in your code: `max_attempts` and `budget_s` say how long to go on.")


def _runaway(played: Played, sent: str) -> Problem:
    return Problem(code="runaway", sent=sent, did=f"sent {MOST_REQUESTS} requests and went on. {upper(played.trace)}",
                   should="give up after `max_attempts` requests", because="a loop without an end holds its user, its "
                   "worker and a place at the server until somebody restarts it.", look="what ends your loop.")


MISTAKES = (AttributeError, TypeError, NameError, LookupError, ValueError, StopIteration, ArithmeticError,
            RecursionError, AssertionError, SyntaxError, ImportError)
"""Kinds of error that nobody raises on purpose to tell of a failed request."""


def _foreign(attempt: Attempt, played: Played, sent: str) -> Problem:
    """The problem of an answer that ended with an error of its own."""
    error, did = played.ran.error, f"{attempt.raised(played.ran, sent).did}. {upper(played.trace)}"
    should = "return the value, or raise the very error that the last request met"
    common = {"sent": sent, "did": did, "should": should}
    if isinstance(error, UnboundLocalError):
        return Problem(code="error-gone", because="the caller would see your slip instead of the failure. Python "
                       "deletes the name in `except ... as name` where that block ends.",
                       look="where you raise: inside the `except` block, the name is still there.", **common)
    if isinstance(error, AttributeError) and error.name in ("response", "headers"):
        return Problem(code="no-response", because="a connection that broke has brought no reply, and so its error has "
                       f"no `{error.name}`.", look="what you read from the error before you know that it is there.",
                       **common)
    if isinstance(error, TypeError) and "NoneType" in str(error) and played.requests:
        return Problem(code="asked-none", because="not every failure says when to come back: then `asked` is None.",
                       look="the arithmetic in that line, for a failure without `retry-after`.", **common)
    misused = isinstance(error, AttributeError) and callable(getattr(error, "obj", None))
    if misused or (isinstance(error, TypeError) and ("'function'" in str(error) or "rng()" in str(error))):
        return Problem(code="rng-is-a-function", because="`rng` and `sleep` are functions: `rng()` gives a number from "
                       "0 up to 1, and `sleep(seconds)` waits.", look="the brackets.", **common)
    if isinstance(error, ValueError) and "convert string to float" in str(error):
        return Problem(code="date-crash", because="`retry-after` may be a date, such as `Wed, 21 Oct 2026 07:28:00 "
                       "GMT`; then this line ends a request that could be saved.", look="`asked_wait_s`, which reads "
                       "both forms.", **common)
    if played.requests and isinstance(played.last, BaseException) and not isinstance(error, MISTAKES):
        return other_error(played, sent)
    return attempt.raised(played.ran, sent, should)


def other_error(played: Played, sent: str) -> Problem:
    """The problem of an answer that ends with an error of its own making."""
    last = played.last
    number = getattr(last, "request_id", None)
    hidden = f"status, type and request id (`{number}`) are" if number else "what failed is"
    return Problem(code="other-error", sent=sent, did=f"raised {error_text(played.ran.error)}; the last request met "
                   f"`{type(last).__name__}`", should="raise that last error itself, the same object",
                   because=f"{hidden} hidden from whoever has to find the cause, and from every `except` above you.",
                   look="a bare `raise` inside `except`: it passes on what was caught.")


def label(met: Any) -> str:
    """What a request met, in a word or two: "529", "429 with retry-after 7", "no connection", "answered"."""
    if not isinstance(met, BaseException):
        return "answered"
    status = getattr(met, "status_code", None)
    if status is None:
        return "no connection" if "Connection" in type(met).__name__ else f"`{type(met).__name__}`"
    asked = met.response.headers.get("retry-after")
    return f"{status} with `retry-after: {asked}`" if asked else str(status)


def seconds(amount: float) -> str:
    """Seconds for a message: "0.5 s", "12 s", "3,600 s"."""
    return f"{amount:,.0f} s" if amount >= 100 else f"{amount:.2f}".rstrip("0").rstrip(".") + " s"


def upper(text: str) -> str:
    """The text with a capital letter in front."""
    return text[:1].upper() + text[1:]
