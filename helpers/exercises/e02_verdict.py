"""02-1: `is_retryable(error)`.

Each case is a real error of an SDK. Where a verdict is wrong, those on all cases together tell by which rule it came
about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.driving import drive
from helpers.exercises.failures import ANTHROPIC, OPENAI, failure

WORDS = ("retry", "never", "human")


def is_retryable(error):
    """One good solution."""
    status, code = getattr(error, "status_code", None), getattr(error, "error_code", getattr(error, "code", None))
    if status == 402 or code in ("enforced_spend_limit_reached", "insufficient_quota"):
        return "human"
    if status is None or status in (408, 409, 429) or status >= 500:
        return "retry"
    in_a_stream = status == 200 and error.type in ("overloaded_error", "api_error", "rate_limit_error", "timeout_error")
    return "retry" if in_a_stream else "never"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the errors of one kind get their verdict: the problem of an answer that gives another."""

    code: str
    because: str
    look: str = ""


SAME_BYTES = Reason("same-bytes", "the same bytes get the same answer: each further request is time lost, and load on "
                    "somebody's server.")
TRANSIENT = Reason("transient-4xx", "408 (the request took too long to arrive) and 409 (it met another one) begin with "
                   "a 4 and pass all the same.", "what you take \"4xx\" to mean.")
RATE = Reason("rate-limit", "a rate limit counts by the minute: the same request passes a little later.")
SPENT = Reason("spend-limit", "this 429 lasts until the limit is raised or the month is over. The status is that of a "
               "rate limit; `error_code` tells them apart.",
               "what else the error carries beside its status.")
QUOTA = Reason("quota", "the credit is used up: until somebody pays, each request ends like this. OpenAI says so in "
               "`code` and `type`; its errors have no `error_code`.", "`vars(error)`: which field differs between the "
               "two 429?")
BILLING = Reason("billing", "402 is *payment required*: the request is right, and waiting pays no bill.")
SERVER = Reason("server-errors", "the fault is the server's, and mostly over within seconds.")
OVERLOADED = Reason("by-name", "529 is Anthropic's *overloaded*, beyond the usual list. Classes moved between versions "
                    "of the SDK, and each vendor has its own; the number stays.", "what your rule says of a status "
                    "that is not in your list.")
CONNECTION = Reason("connection", "no reply came, so nothing says that the request was wrong: most likely a cable, a "
                    "proxy or a server that restarts.")
STREAM = Reason("mid-stream", "`status_code` is 200 because the headers were sent before the failure; look at `.type`.")


@dataclass(frozen=True, slots=True)
class Case:
    """A check: one error, and the verdict that is right for it."""

    spec: str
    want: str
    reason: Reason
    vendor: str = ANTHROPIC

    @property
    def error(self) -> Exception:
        return failure(self.spec, self.vendor)

    @property
    def sent(self) -> str:
        return described(self.error)

    def __call__(self, attempt: Attempt) -> Problem | None:
        got = self.verdict(attempt)
        return None if got == self.want else _wrong(attempt, self, got)

    def verdict(self, attempt: Attempt) -> str:
        """What the answer says; Spoiled where that is none of the three words."""
        ran = attempt.run(self.error, sent=self.sent)
        if ran.error is not None:
            raise Spoiled(_raised(attempt, ran, self))
        if isinstance(ran.value, str) and ran.value in WORDS:
            return ran.value
        raise Spoiled(_no_word(ran.value, self))


CASES = (
    Case("529", "retry", OVERLOADED), Case("400", "never", SAME_BYTES), Case("500", "retry", SERVER),
    Case("dropped connection", "retry", CONNECTION), Case("429 retry-after 2", "retry", RATE),
    Case("404", "never", SAME_BYTES), Case("408", "retry", TRANSIENT), Case("409", "retry", TRANSIENT),
    Case("spend limit", "human", SPENT), Case("spend limit", "human", QUOTA, OPENAI), Case("402", "human", BILLING),
    Case("error after 3 deltas", "retry", STREAM), Case("dropped after 3 deltas", "retry", CONNECTION),
    Case("timeout", "retry", CONNECTION), Case("503", "retry", SERVER), Case("401", "never", SAME_BYTES),
    Case("403", "never", SAME_BYTES), Case("413", "never", SAME_BYTES), Case("422", "never", SAME_BYTES),
    Case("400", "never", SAME_BYTES, OPENAI), Case("429", "retry", RATE, OPENAI),
    Case("503", "retry", SERVER, OPENAI), Case("timeout", "retry", CONNECTION, OPENAI),
)


def described(error: Exception) -> str:
    """An error in words: its class, and the fields that it has."""
    name = f"`{type(error).__module__.partition('.')[0]}.{type(error).__name__}`"
    fields = {"status_code": "status {}", "type": "type `{}`", "error_code": "error_code `{}`", "code": "code `{}`"}
    said = [form.format(value) for name, form in fields.items() if (value := getattr(error, name, None)) is not None]
    headers = getattr(getattr(error, "response", None), "headers", {})
    said += [f"`retry-after: {headers['retry-after']}`"] if "retry-after" in headers else []
    return f"{name}: {', '.join(said) if hasattr(error, 'status_code') else 'the connection failed, no status'}"


def _raised(attempt: Attempt, ran: Ran, case: Case) -> Problem:
    said, did = str(ran.error), attempt.raised(ran, case.sent).did
    missing = getattr(ran.error, "name", None) if isinstance(ran.error, AttributeError) else None
    common = {"sent": case.sent, "did": did, "should": f'return "{case.want}"'}
    if missing in ("status_code", "response") or "'NoneType'" in said:
        return Problem(code="no-status", because="a connection that broke brought no reply, so there is no status to "
                       "read or compare; and this error happens every day.",
                       look="the line above: what does it read before it knows that it is there?", **common)
    if missing in ("type", "code", "error_code"):
        return Problem(code="no-field", because=f"not every error has `{missing}`: the vendors name their fields "
                       "differently, and without a reply there are hardly any.", look="how you read that field.",
                       **common)
    return attempt.raised(ran, case.sent, common["should"])


def _no_word(value: Any, case: Case) -> Problem:
    common = {"sent": case.sent, "should": f'return "{case.want}"'}
    if isinstance(value, bool):
        return Problem(code="bools", did=f"returned `{value}`", because="yes and no are two answers, and there are "
                       "three cases: the third one needs a person.", **common)
    if value is None:
        return Problem(code="no-verdict", did="returned `None`: no `return` was reached", because="the loop that asks "
                       "would have to guess. New statuses come along; the last line decides about all of them.",
                       look="what happens when none of your conditions holds.", **common)
    return Problem(code="unknown-word", did=f"returned {shown(value)}", because="whoever calls it compares with "
                   f"{', '.join(f'`{word!r}`' for word in WORDS)}, and nothing else.", **common)


def _wrong(attempt: Attempt, case: Case, got: str) -> Problem:
    common = {"sent": case.sent, "should": f'return "{case.want}"'}
    verdicts = _verdicts(attempt)
    if all(verdict == got for verdict in verdicts):
        return Problem(code="always-same", did=f'returned "{got}", as for all {len(CASES)} errors that we have',
                       because=case.reason.because, **common)
    did = f'returned "{got}"{_also(case, got, verdicts)}'
    if case.want == "never" and got == "human":
        return Problem(code="not-money", did=did, because='"human" is for a request that is right and lacks money; '
                       "here the request itself is wrong, its key and model included.", **common)
    if case.reason is RATE and got == "human":
        return Problem(code="every-429-human", did=did, because="this is the daily rate limit: somebody would be woken "
                       "for what is over in seconds.", look="what the 429 of a used-up budget has, and this one "
                       "has not.", **common)
    if case.vendor == OPENAI and case.reason is not QUOTA and _right_for_the_other(case, verdicts):
        return Problem(code="one-vendor", did=f"{did}; for Anthropic's own it was right", because="the two SDKs share "
                       "names and no classes: an `isinstance` with one vendor's class is false for the other's.",
                       look="what both have in common: `status_code`, or its absence.", **common)
    return Problem(code=case.reason.code, did=did, because=case.reason.because, look=case.reason.look, **common)


def _verdicts(attempt: Attempt) -> Sequence[str]:
    """The verdict on every case, under one guard; "" where there is none."""
    found = [""] * len(CASES)

    def judge_all(answer: Callable[..., Any], _: Exception) -> None:
        for place, case in enumerate(CASES):
            with suppress(Exception):
                found[place] = answer(case.error)

    drive(attempt, judge_all, CASES[0].error, sent=CASES[0].sent)
    return found


def _also(case: Case, got: str, verdicts: Sequence[str]) -> str:
    """Which other errors of the same kind met the same wrong verdict."""
    others = [_short(other) for other, verdict in zip(CASES, verdicts, strict=True)
              if other is not case and other.reason is case.reason and other.vendor == case.vendor and verdict == got]
    return f", also for {', '.join(others)}" if others else ""


def _short(case: Case) -> str:
    error = case.error
    return str(getattr(error, "status_code", f"`{type(error).__name__}`"))


def _right_for_the_other(case: Case, verdicts: Sequence[str]) -> bool:
    return any(verdict == other.want for other, verdict in zip(CASES, verdicts, strict=True)
               if other.spec[:3] == case.spec[:3] and other.want == case.want and other.vendor == ANTHROPIC)


TELL_THEM_APART = Exercise(
    id="02-1", name="is_retryable", call="is_retryable(error)", solution=is_retryable, checks=CASES,
    praise="You decide by what the server said, not by a class: status first, type and code where the status says too "
           "little.",
    hints=("Would the very same bytes get another answer in ten seconds? If not: is the request wrong, or is it right "
           "and the money gone?",
           "Read the status so that its absence is no error, and begin with the few that are about money: 402, and the "
           "two 429 that say so in `error_code` (Anthropic) or `code` (OpenAI). Then what passes: no status, 408, 409, "
           "429, everything from 500 on, and a stream that failed after its 200.",
           '`status = getattr(error, "status_code", None)`, the same for `error_code`, `code` and `type`. Then '
           '`if status == 402 or ...: return "human"`, `if status is None or status in (408, 409, 429) or status >= '
           '500: return "retry"`, one line for status 200, and `return "never"` at the end.'),
)
