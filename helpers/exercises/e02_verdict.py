"""02-1: `is_retryable(error)`.

Each case is a real error of an SDK, or one of the learner's own code. Where a verdict is wrong, those on all cases
together tell by which rule it came about.
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
from helpers.exercises import e02_reasons as why
from helpers.exercises.driving import drive
from helpers.exercises.e02_errors import OWN, TALKATIVE, made
from helpers.exercises.e02_reasons import Reason
from helpers.exercises.failures import ANTHROPIC, OPENAI
from helpers.retries import classify

WORDS = ("retry", "never", "human")


def is_retryable(error):
    """One good solution."""
    import anthropic
    import httpx2
    import openai

    status = getattr(error, "status_code", None)
    words = {getattr(error, name, None) for name in ("type", "error_code", "code")}
    if status == 402 or words & {"enforced_spend_limit_reached", "contract_spend_limit_reached", "insufficient_quota"}:
        return "human"
    if status in (408, 409, 429) or (status or 0) >= 500:
        return "retry"
    no_reply = isinstance(error, (anthropic.APIConnectionError, openai.APIConnectionError, httpx2.TransportError))
    in_a_stream = status in (None, 200) and words & {    # Anthropic's error has 200 then, OpenAI's has no status
        "overloaded_error", "api_error", "rate_limit_error", "timeout_error", "server_error"}
    return "retry" if no_reply or in_a_stream else "never"


@dataclass(frozen=True, slots=True)
class Case:
    """A check: one error, and the verdict that is right for it."""

    spec: str
    want: str
    reason: Reason
    vendor: str = ANTHROPIC

    @property
    def error(self) -> Exception:
        return made(self.spec, self.vendor)

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
    Case("529", "retry", why.OVERLOADED), Case("400", "never", why.SAME_BYTES), Case("500", "retry", why.SERVER),
    Case("dropped connection", "retry", why.CONNECTION), Case("429 retry-after 2", "retry", why.RATE),
    Case("404", "never", why.SAME_BYTES), Case("408", "retry", why.TRANSIENT), Case("409", "retry", why.TRANSIENT),
    Case("spend limit", "human", why.SPENT), Case("spend limit", "human", why.QUOTA, OPENAI),
    Case("402", "human", why.BILLING),
    Case("contract limit", "human", why.CONTRACT), Case("quota by type", "human", why.QUOTA_TYPE, OPENAI),
    Case("error after 3 deltas", "retry", why.STREAM), Case("stream api_error", "retry", why.STREAM),
    Case("stream invalid_request_error", "never", why.STREAM_WRONG),
    Case("dropped after 3 deltas", "retry", why.CONNECTION),
    Case("timeout", "retry", why.CONNECTION), Case("503", "retry", why.SERVER), Case("502", "retry", why.SERVER),
    Case("504", "retry", why.SERVER), Case("400 that quotes", "never", why.WORDY), Case("401", "never", why.SAME_BYTES),
    Case("403", "never", why.SAME_BYTES), Case("413", "never", why.SAME_BYTES), Case("422", "never", why.SAME_BYTES),
    Case("418", "never", why.UNKNOWN),
    Case("400", "never", why.SAME_BYTES, OPENAI), Case("429", "retry", why.RATE, OPENAI),
    Case("503", "retry", why.SERVER, OPENAI), Case("timeout", "retry", why.CONNECTION, OPENAI),
    Case("KeyError('prompt')", "never", why.SLIP, OWN), Case("ValueError('no order number')", "never", why.SLIP, OWN),
)


def written_by_yourself(attempt: Attempt) -> Problem | None:
    """The lesson's own function is no answer."""
    if attempt.answer is not classify:
        return None
    return Problem(code="ours", sent="nothing yet: we looked at what you gave us", did="gave us `classify`, which is "
                   "ours", should="be a function of your own", because="ours is right, and from it you will hardly "
                   "learn where the lines between the three run. Write yours, then compare: `course.show(classify)`.")


def described(error: Exception) -> str:
    """An error in words: its class, the fields that it has, and its text where that misleads."""
    library = type(error).__module__.partition(".")[0]
    if library == "builtins":
        return f"`{error!r}`: a slip in your own code, no status"
    name = f"`{library}.{type(error).__name__}`"
    fields = {"status_code": "status {}", "type": "type `{}`", "error_code": "error_code `{}`", "code": "code `{}`"}
    said = [form.format(value) for name, form in fields.items() if (value := getattr(error, name, None)) is not None]
    headers = getattr(getattr(error, "response", None), "headers", {})
    said += [f"`retry-after: {headers['retry-after']}`"] if "retry-after" in headers else []
    said += [f"and a text that quotes a customer ({TALKATIVE!r})"] if TALKATIVE in str(error) else []
    return f"{name}: {', '.join(said) if hasattr(error, 'status_code') else 'the connection failed, no status'}"


def _raised(attempt: Attempt, ran: Ran, case: Case) -> Problem:
    said, did = str(ran.error), attempt.raised(ran, case.sent).did
    missing = getattr(ran.error, "name", None) if isinstance(ran.error, AttributeError) else None
    common = {"sent": case.sent, "did": did, "should": f'return "{case.want}"'}
    if missing in ("status_code", "response") or "'NoneType'" in said:
        return Problem(code="no-status", because="a connection that broke brought no reply, so there is no status to "
                       "read or compare; and such an error ends your classifier before it can say a word.",
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
    if case.reason is why.RATE and got == "human":
        return Problem(code="every-429-human", did=did, because="this is the rate limit: somebody would be woken for "
                       "what passes by itself.", look="what the 429 of a used-up budget has, and this one has not.",
                       **common)
    if case.vendor == OPENAI and case.reason is not why.QUOTA and _right_for_the_other(case, verdicts):
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
    id="02-1", name="is_retryable", call="is_retryable(error)", solution=is_retryable,
    checks=(written_by_yourself, *CASES),
    praise="You decide by what the server said, not by a class: status first, type and code where the status says too "
           "little.",
    hints=("Would the very same bytes get another answer in ten seconds? If not: is the request wrong, or is it right "
           "and the money gone?",
           "Read the status so that its absence is no error, and begin with what is about money: 402, and the 429 that "
           "say so in `error_code` (Anthropic: two of them), `type` or `code` (OpenAI). Then what passes: 408, 409, "
           "429, everything from 500 on, a connection that failed, and a stream that failed after its 200 by no fault "
           "of the request. What is left is \"never\".",
           '`status = getattr(error, "status_code", None)`, the same for `error_code`, `code` and `type`. Then '
           '`if status == 402 or ...: return "human"`, `if status in (408, 409, 429) or (status or 0) >= 500: return '
           '"retry"`, `isinstance(error, (anthropic.APIConnectionError, openai.APIConnectionError, '
           'httpx2.TransportError))` for a lost connection, one line for status 200, and `return "never"` at the end.'),
)
