"""02-2: `my_retry(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng)`.

What is sent again, how often, and how it ends; how long it waits is judged in `e02_waits` and
`e02_limits`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises import e02_limits as limits
from helpers.exercises import e02_waits as waits
from helpers.exercises.e02_server import ANSWER as VALUE
from helpers.exercises.e02_server import ENOUGH, Played, label, play, upper
from helpers.exercises.failures import failure
from helpers.retries import asked_wait_s, classify


def my_retry(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    """One good solution."""
    waited = 0.0
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt == max_attempts:
                raise
            asked = asked_wait_s(error, datetime.now(UTC)) or 0.0
            delay = asked + rng() * min(cap_s, base_s * 2 ** (attempt - 1))
            if waited + delay > budget_s:
                raise
        sleep(delay)
        waited += delay


def passes_the_value_on(attempt: Attempt) -> Problem | None:
    """Nothing fails: one request, no wait, the value."""
    sent = f"a `send` that returns {shown(VALUE)} at once"
    played = play(attempt, [VALUE], sent=sent)
    if played.requests == 1 and played.ran.value == VALUE and not played.server.before and not played.waits[0]:
        return None
    common = {"sent": sent, "should": "return what `send()` returned, without a wait"}
    if played.server.before or any(played.waits):
        return Problem(code="waits-for-nothing", did=f"waited although nothing had failed. {upper(played.trace)}",
                       because="a request that succeeds needs no wait: every user would pay for the few that fail.",
                       look="where `sleep` stands: only a failure leads there.", **common)
    if played.requests != 1:
        return Problem(code="asks-again", did=f"sent {played.requests} requests", because="each request is billed.",
                       look="how the loop ends when `send()` returned.", **common)
    return Problem(code="value-lost", did=f"returned {shown(played.ran.value)}", because="the caller needs the reply: "
                   "it was paid for.", look="what `return` is given.", **common)


def passes_an_empty_value_on(attempt: Attempt) -> Problem | None:
    """Whether it failed is told by an error, not by the value."""
    sent = 'a `send` that returns `""`'
    played = play(attempt, [""], sent=sent)
    if played.requests == 1 and played.ran.value == "":
        return None
    return Problem(code="empty-answer", sent=sent, did=f"sent {played.requests} requests, and returned "
                   f"{shown(played.ran.value)}" if played.ran.error is None else f"sent {played.requests} requests",
                   should='return `""` after one request', because="an empty answer is an answer: sent again it costs "
                   "the same, and comes back as empty.", look="an `if` on the value: an error tells of a failure.")


@dataclass(frozen=True, slots=True)
class SentOnce:
    """A check: an error that no second request heals is passed on at once."""

    spec: str
    code: str
    because: str
    look: str = "what you do with the verdict of `classify(error)`, before any wait."

    def __call__(self, attempt: Attempt) -> Problem | None:
        error = failure(self.spec)
        kind = error.error_code or error.type
        sent = f"a `send` that fails with {label(error)} ({kind}), and would answer afterwards"
        played = play(attempt, [error, VALUE], sent=sent)
        if played.reraised and played.requests == 1 and not played.waits[0]:
            return None
        common = {"sent": sent, "should": "raise the error itself, after one request and without a wait"}
        if played.requests > 1:
            return Problem(code=self.code, did=f"sent it {played.requests} times. {upper(played.trace)}",
                           because=self.because, look=self.look, **common)
        if played.ran.error is None:
            return swallowed(played, common)
        return Problem(code="waits-before-giving-up", did=f"waited before you raised. {upper(played.trace)}",
                       because="the user waits for bad news that was there already.", look="which comes first, `raise` "
                       "or `sleep`.", **common)


def swallowed(played: Played, common: dict[str, str]) -> Problem:
    """The problem of an answer that ends without any error where it should raise one."""
    return Problem(code="swallowed", did=f"returned {shown(played.ran.value)}. {upper(played.trace)}",
                   because="the caller takes it for the reply, and goes on with it as if nothing had happened.",
                   look="the ways out of your loop: what does each of them return or raise?", **common)


NEVER = "same bytes, same answer: it costs time, and keeps the mistake from whoever could mend it."
ONCE = (SentOnce("400", "retries-400", NEVER), SentOnce("404", "retries-400", NEVER),
        SentOnce("422", "retries-400", NEVER),
        SentOnce("spend limit", "retries-spend-limit", "it lasts until somebody raises the limit: each retry keeps a "
                 "user waiting in vain.", "which verdicts let your loop go on: `classify` has three."))


@dataclass(frozen=True, slots=True)
class SentAgain:
    """A check: an error that passes is followed by one wait and one more request."""

    spec: str
    code: str
    because: str

    def __call__(self, attempt: Attempt) -> Problem | None:
        error = failure(self.spec)
        sent = f"a `send` that fails once ({label(error)}), then answers"
        played = play(attempt, [error, VALUE], sent=sent)
        right = played.requests == 2 and played.ran.value == VALUE
        if right and played.waits[0] > 0 and not played.waits[1]:
            return None
        common = {"sent": sent, "should": f"wait, send again, and return {shown(VALUE)}"}
        if right and played.waits[0] == 0:
            return Problem(code="no-wait", did="sent the second request at once", because="what failed a moment ago "
                           "may well be failing still, and you add to its load.", look="`sleep(...)`, which you are "
                           "given.", **common)
        if played.ran.error is None and played.requests == 1:
            return swallowed(played, common)
        return Problem(code=self.code, did=f"{'gave up' if played.ran.error else 'went wrong'}. {upper(played.trace)}",
                       because=self.because, look="what decides whether it is sent again.", **common)


OTHER_4XX = "408 and 409 are the two 4xx beside 429 that pass by themselves; both SDKs retry them, too."
LATER = "the fault is the server's: the same bytes may succeed a moment later."
AGAIN = (SentAgain("529", "gives-up-529", "529 means overloaded, for all users: it passes, and both SDKs retry it."),
         SentAgain("429", "gives-up-429", "a rate limit fills up again all the time: a little later the same request "
                   "passes."),
         SentAgain("500", "gives-up-5xx", LATER), SentAgain("503", "gives-up-5xx", LATER),
         SentAgain("dropped connection", "gives-up-connection", "a connection that breaks says nothing against the "
                   "request, and has no status that one could compare."),
         SentAgain("408", "gives-up-4xx", OTHER_4XX), SentAgain("409", "gives-up-4xx", OTHER_4XX))


def _five() -> Sequence[Exception]:
    return [failure(spec) for spec in ("500", "429", "dropped connection", "503", "529")]


def counts_attempts(attempt: Attempt) -> Problem | None:
    """`max_attempts` requests in all, whatever it is; the last error itself; no wait after it."""
    for most in (5, 3, 1):
        errors = _five()[-most:]
        sent = f"a `send` that always fails, and `max_attempts={most}`"
        played = play(attempt, [*errors, failure("529")], sent=sent, max_attempts=most, **ENOUGH)
        problem = _count(played, most, sent) or _ending(played, errors, sent)
        if problem and most != 5:      # with five it ended as it should: some number of the code's own decides
            return _fixed(played, most, sent)
        if problem:
            return problem
    return None


def _count(played: Played, most: int, sent: str) -> Problem | None:
    if played.requests == most:
        return None
    common = {"sent": sent, "did": f"sent {played.requests} request{'s' * (played.requests != 1)}. "
              f"{upper(played.trace)}", "should": f"send {most}, the first one included"}
    if most != 5:
        return _fixed(played, most, sent)
    return Problem(code="attempts", because="one attempt too many or too few looks harmless; with 1,000 clients in an "
                   "outage it is 1,000 requests.", look="the bounds of your loop: attempts count requests, retries the "
                   "ones after the first.", **common)


def _fixed(played: Played, most: int, sent: str) -> Problem:
    ended = "" if played.ran.error else f", and returned {shown(played.ran.value)}"
    return Problem(code="attempts-fixed", sent=sent, did=f"sent {played.requests} request"
                   f"{'s' * (played.requests != 1)}{ended}. {upper(played.trace)}", should=f"send {most}, and raise "
                   "the last error without a wait after it", because="each caller has its own patience: a batch at "
                   "night another one than a chat.", look="each number in your code that should be `max_attempts`.")


def _ending(played: Played, errors: Sequence[Exception], sent: str) -> Problem | None:
    common = {"sent": sent, "should": "raise the error that the last request met, without a wait after it"}
    if played.ran.error is None:
        return swallowed(played, common)
    if played.waits[-1]:
        return Problem(code="waits-after-last", did=f"waited after the last failure. {upper(played.trace)}",
                       because=f"no request follows: {played.requests} requests have {played.requests - 1} waits "
                       "between them, and the user waits for nothing.", look="the order of `raise` and `sleep` in the "
                       "last round.", **common)
    if played.ran.error is not played.last:
        number = next(place for place, error in enumerate(errors, start=1) if error is played.ran.error)
        return Problem(code="older-error", did=f"raised the error of request {number}: {label(played.ran.error)}. "
                       f"{upper(played.trace)}", because="the last one says how things are now, and its request id is "
                       "the one that support will ask for.", look="which error your name holds when you raise it.",
                       **common)
    return None


def lets_an_interrupt_pass(attempt: Attempt) -> Problem | None:
    """Ctrl-C and cancellation are no failures of a request."""
    sent = "a `send` during which somebody presses Ctrl-C (`KeyboardInterrupt`)"
    played = play(attempt, [KeyboardInterrupt(), VALUE], sent=sent)
    if played.reraised and played.requests == 1:
        return None
    return Problem(code="holds-an-interrupt", sent=sent, did=f"held it, and went on. {upper(played.trace)}",
                   should="let it pass at once", because="nobody could stop your program; and a cancelled request "
                   "of an asynchronous server looks the same.", look="what your `except` names: `except Exception` "
                   "holds errors alone.")


def lets_a_bug_pass(attempt: Attempt) -> Problem | None:
    """An error of one's own code has no status either, and stays."""
    sent = "a `send` that raises `KeyError('prompt')`: a slip in its own code"
    played = play(attempt, [KeyError("prompt"), VALUE], sent=sent)
    if played.reraised and played.requests == 1:
        return None
    return Problem(code="retries-bugs", sent=sent, did=f"sent it {played.requests} times. {upper(played.trace)}",
                   should="raise it at once", because="a bug is there at every attempt; retried, it shows late and "
                   "looks like an outage.", look="`classify(error)`: it tells a broken connection from an error "
                   "that only lacks a status.")


RETRY = Exercise(
    id="02-2", name="my_retry", call="my_retry(send, max_attempts=..., base_s=..., cap_s=..., budget_s=..., "
    "sleep=..., rng=...)", solution=my_retry,
    checks=(passes_the_value_on, passes_an_empty_value_on, *ONCE, *AGAIN, counts_attempts, waits.draws_from_rng,
            waits.grows, waits.spreads, waits.stays_below_the_cap, limits.heeds_retry_after, limits.reads_a_date,
            limits.spreads_above_retry_after, limits.keeps_the_budget, lets_an_interrupt_pass, lets_a_bug_pass),
    praise="It sends again only what may succeed, spreads its clients, and stops in time. That is one layer: give the "
           "client below it `max_retries=0`.",
    hints=("Before each wait there are three reasons to give up instead. Which, and what does the caller get to see?",
           "Re-raise with a bare `raise`: on a verdict other than \"retry\", in the last attempt, and when `waited + "
           "delay` is more than `budget_s`. The delay is drawn between 0 and a ceiling that doubles up to `cap_s`; "
           "what the server asked for comes below it, as a floor.",
           "The last attempt is `attempt == max_attempts`. `delay = (asked or 0.0) + rng() * min(cap_s, base_s * 2 ** "
           "(attempt - 1))`: full jitter, on top of what was asked. Then `if waited + delay > budget_s: raise`."),
)

