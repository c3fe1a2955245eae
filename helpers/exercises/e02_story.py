"""02-4: a story of one token bucket, told step by step on a clock of ours, and what each step must come to.

What a bucket holds is found out by taking single tokens until it refuses: its inside is the learner's own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.driving import drive

START = 1_000.0
"""What our clock shows at t=0: like a monotonic one, it does not begin at zero."""
MOST = 30
"""More tokens than any bucket here may hold."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a step must come out as it does: the problem of a bucket with which it doesn't."""

    code: str
    because: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Take:
    """`try_take(tokens)`, and what it must return."""

    at: float
    tokens: float
    want: bool
    reason: Reason

    def __str__(self) -> str:
        return f"`try_take({self.tokens:g})`"

    def go(self, bucket: Any, capacity: float) -> Any:
        try:
            return bucket.try_take(self.tokens)
        except ValueError:
            if self.tokens > capacity:      # to refuse by an error what never fits is right, too
                return False
            raise

    def problem(self, got: Any, story: dict[str, str]) -> Problem | None:
        if isinstance(got, (int, float)) and not isinstance(got, bool):
            return Problem(code="no-bool", did=f"{self._returned(got)}", should=f"return {self.want}", because="the "
                           "caller writes `if bucket.try_take(tokens):`, and 0 counts as no.", **story)
        if bool(got) == self.want:
            return None
        if got is None:
            return Problem(code="returns-nothing", did=self._returned(got), should=f"return {self.want}",
                           because="the caller would never send anything.", look="`return True`, and where it stands.",
                           **story)
        return Problem(code=self.reason.code, did=self._returned(got), should=f"return {self.want}",
                       because=self.reason.because, look=self.reason.look, **story)

    def _returned(self, got: Any) -> str:
        return f"returned {shown(got)} from {self} at t={self.at:g} s"


@dataclass(frozen=True, slots=True)
class Settle:
    """`settle(reserved, used)`."""

    at: float
    reserved: float
    used: float

    def __str__(self) -> str:
        return f"`settle({self.reserved:g}, {self.used:g})`"

    def go(self, bucket: Any, capacity: float) -> Any:
        return bucket.settle(self.reserved, self.used)

    def problem(self, got: Any, story: dict[str, str]) -> Problem | None:
        return None


@dataclass(frozen=True, slots=True)
class Held:
    """What the bucket holds: single tokens are taken until it refuses."""

    at: float
    want: int
    reason: Reason
    reasons: Mapping[int, Reason] = field(default_factory=dict)
    """For wrong numbers that name their mistake."""

    def __str__(self) -> str:
        return "`try_take(1)` until it refuses"

    def go(self, bucket: Any, capacity: float) -> Any:
        count = 0
        while count < MOST and bucket.try_take(1):
            count += 1
        return count

    def problem(self, got: Any, story: dict[str, str]) -> Problem | None:
        if got == self.want:
            return None
        reason = self.reasons.get(got, self.reason)
        more = " or more" if got >= MOST else ""
        return Problem(code=reason.code, did=f"gave {got}{more} at t={self.at:g} s, one after the other",
                       should=f"hold {self.want} then", because=reason.because, look=reason.look, **story)


@dataclass(frozen=True, slots=True)
class Story:
    """A check: one bucket and its steps."""

    rate: float
    capacity: float
    steps: tuple[Take | Settle | Held, ...]
    short: str = ""
    """The steps in words, where there are many."""

    @property
    def sent(self) -> str:
        return f"`TokenBucket({self.rate:g}, {self.capacity:g}, now)`; {self.short or self._told()}"

    def _told(self) -> str:
        told, before = [], None
        for step in self.steps:
            told.append(f"at t={step.at:g} s {step}" if step.at != before else str(step))
            before = step.at
        return ", ".join(told)

    def __call__(self, attempt: Attempt) -> Problem | None:
        results, asked = _played(attempt, self)
        story = {"sent": self.sent}
        for step, got in zip(self.steps, results, strict=True):
            problem = step.problem(got, story)
            if problem:
                return problem if asked else _own_clock(problem, attempt, self)
        return None


def _played(attempt: Attempt, story: Story) -> tuple[list[Any], int]:
    """(what each step returned, how often the clock was asked)."""
    results: list[Any] = []
    asked, moment = 0, START

    def now() -> float:
        nonlocal asked
        asked += 1
        return moment

    def tell(answer: Callable[..., Any], rate: float, capacity: float, clock: Callable[[], float]) -> None:
        nonlocal moment
        bucket = answer(rate, capacity, clock)
        for step in story.steps:
            moment = START + step.at
            results.append(step.go(bucket, capacity))

    ran = drive(attempt, tell, story.rate, story.capacity, now, sent=story.sent)
    if ran.error is not None:
        raise Spoiled(_raised(attempt, ran, story))
    return results, asked


def _raised(attempt: Attempt, ran: Ran, story: Story) -> Problem:
    said, did = str(ran.error), attempt.raised(ran, story.sent).did
    missing = getattr(ran.error, "name", None) if isinstance(ran.error, AttributeError) else None
    if missing in ("try_take", "settle"):
        return Problem(code="no-method", sent=story.sent, did=did, should=f"have a method `{missing}`",
                       because="whoever limits requests calls both: `try_take` before, `settle` after.",
                       look="the method's name, and whether it is indented into the class.")
    if isinstance(ran.error, TypeError) and ("'function'" in said or "'method'" in said):
        return Problem(code="now-is-a-function", sent=story.sent, did=did, should="ask the clock anew each time",
                       because="`now` is a function: the time is what it returns, `now()`.", look="the brackets.")
    return attempt.raised(ran, story.sent, "do these steps without an error")


def _own_clock(problem: Problem, attempt: Attempt, story: Story) -> Problem:
    return Problem(code="own-clock", sent=problem.sent, did=f"{problem.did}, and never asked the clock that you were "
                   "given", should=problem.should, because="with a clock of its own no test can let an hour pass, and "
                   "neither could this check.", look="where the time comes from in your class. `now` is a "
                   "function: call it, `now()`, whenever you want to know the time.")
