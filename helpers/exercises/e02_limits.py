"""02-2: what bounds the waits of `my_retry`: what a server asks for is a floor, the budget the end."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.report import Problem
from helpers.exercises.e02_server import ANSWER, CLIENTS, ENOUGH, Played, always, clients, play, seconds, upper
from helpers.exercises.e02_waits import waits_of
from helpers.exercises.failures import failure


def heeds_retry_after(attempt: Attempt) -> Problem | None:
    """What the server asks for is a floor, above the cap as well, each time; zero is no reason to hurry."""
    return (_floor(attempt, 7, 0.25) or _floor(attempt, 30, 0.25) or _each_time(attempt)
            or _asked_for_nothing(attempt))


def _floor(attempt: Attempt, asked: int, draw: float) -> Problem | None:
    sent = f"a 429 with `retry-after: {asked}`, then an answer; `rng()` always gives {draw}"
    played = play(attempt, [failure(f"429 retry-after {asked}"), ANSWER], sent=sent, rng=always(draw))
    wait = played.waits[0]
    if wait >= asked and played.requests == 2:
        return None
    common = {"sent": sent, "did": f"waited {seconds(wait)}" if played.requests == 2 else "gave up",
              "should": f"wait {asked} s at least, and send again"}
    if played.requests == 1 and (problem := _gave_up_with_room(attempt, f"429 retry-after {asked}", draw, common)):
        return problem
    if played.requests == 2 and abs(wait - waits_of(attempt, 1, sent, draw)[0]) < 1e-9:
        return Problem(code="retry-after-ignored", because="the server has said from when on it will answer; whatever "
                       "comes earlier is refused.", look="what `asked_wait_s` returned, and where your delay uses it.",
                       **common)
    if asked > 20:
        return Problem(code="retry-after-capped", because="`cap_s` bounds your own guess, and the server's number is "
                       "none: earlier requests are refused. What bounds both is the budget.",
                       look="what `cap_s` is compared with.", **common)
    return Problem(code="retry-after-shortened", because="a request that comes earlier is refused: jitter goes on top "
                   "of what was asked.", look="what `rng()` is multiplied with.", **common)


def _gave_up_with_room(attempt: Attempt, spec: str, draw: float, common: dict[str, str]) -> Problem | None:
    """The problem of an answer that gave up for want of a budget, and does not where it has one without an end."""
    roomy = play(attempt, [failure(spec), ANSWER], sent=common["sent"], rng=always(draw), **ENOUGH)
    if roomy.requests == 1:
        return None
    return Problem(code="budget-room", sent=common["sent"], did="gave up, although `budget_s` is 60; without a limit "
                   f"you would have waited {seconds(roomy.waits[0])}", should=common["should"], because="the budget "
                   "had room for what the server asked and a little jitter: an answer was there to be had.",
                   look="what you compare with `budget_s`, and how much your jitter adds to what was asked.")


def _each_time(attempt: Attempt) -> Problem | None:
    sent = "a 529, then a 429 with `retry-after: 7`, then an answer; `rng()` always gives 0.5"
    played = play(attempt, [failure("529"), failure("429 retry-after 7"), ANSWER], sent=sent)
    if played.requests != 3 or played.waits[1] >= 7:
        return None
    return Problem(code="retry-after-once", sent=sent, did=f"waited {seconds(played.waits[1])} before the third "
                   "request", should="wait 7 s at least before it", because="each refusal has a header of its own, "
                   "and the second one means it as the first does.",
                   look="where `asked` gets its value: anew in each round?")


def _asked_for_nothing(attempt: Attempt) -> Problem | None:
    sent = "a 429 with `retry-after: 0`, then an answer; `rng()` always gives 0.5"
    played = play(attempt, [failure("429 retry-after 0"), ANSWER], sent=sent)
    if played.waits[0] > 0:
        return None
    return Problem(code="zero-wait", sent=sent, did="sent the second request at once", should="wait at least what it "
                   "would wait without the header", because="0 is a floor like any other, and the SDKs take it for "
                   "absent; a loop without waits is a load test.",
                   look="whether the server's number replaces your delay, or is its floor.")


def reads_a_date(attempt: Attempt) -> Problem | None:
    """`retry-after` may be an HTTP date."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    sent = f"a 429 with `retry-after: {date}`, which is 40 s from now, then an answer"
    played = play(attempt, [failure(f"429 retry-after {date}"), ANSWER], sent=sent)
    if played.waits[0] >= 35 and played.requests == 2:
        return None
    common = {"sent": sent, "should": "wait until then, and send again"}
    if played.requests == 1 and (problem := _gave_up_with_room(attempt, f"429 retry-after {date}", 0.5, common)):
        return problem
    return Problem(code="date-ignored", sent=sent, did=f"waited {seconds(played.waits[0])}. {upper(played.trace)}",
                   should="wait until then", because="HTTP allows both forms, and a proxy on the way may choose the "
                   "other one.", look="`asked_wait_s(error, datetime.now(UTC))`, which reads both.")


def spreads_above_retry_after(attempt: Attempt) -> Problem | None:
    """All were told the same number; they should not all come back in the same moment."""
    sent = f"{CLIENTS} clients a 429 with `retry-after: 7` in the same moment, then answers"
    waits = clients(attempt, [failure("429 retry-after 7"), ANSWER], sent=sent)
    common, many = Counter(round(each[0], 3) for each in waits).most_common(1)[0]
    if many <= CLIENTS / 2:
        return None
    return Problem(code="retry-after-herd", sent=sent, did=f"made {many} of them wait exactly {seconds(common)}",
                   should="wait 7 s at least, each a time of its own", because="the server told all of them the same "
                   "number: obeyed exactly, the herd comes back whole, 7 s later.",
                   look="what is drawn with `rng()` when the server's number is larger than your own.")


def keeps_the_budget(attempt: Attempt) -> Problem | None:
    """No wait that the budget has no room for, asked for or added up."""
    return (_an_hour(attempt) or _summed(attempt, "529", 60.0) or _summed(attempt, "529", 5.0)
            or _summed(attempt, "429 retry-after 7", 60.0))


def _an_hour(attempt: Attempt) -> Problem | None:
    sent = "a 429 with `retry-after: 3600`, and `budget_s=60`"
    played = play(attempt, [failure("429 retry-after 3600"), ANSWER], sent=sent, budget_s=60.0)
    if played.reraised and played.requests == 1 and not played.waits[0]:
        return None
    common = {"sent": sent, "should": "raise the 429 at once"}
    if played.waits[0] > 60:
        return Problem(code="budget-ignored", did=f"waited {seconds(played.waits[0])}", because="the caller has a "
                       "minute: an error now can still be handled, an answer in an hour reaches nobody.",
                       look="what you compare with `budget_s`, and when: before the wait.", **common)
    return _clipped(played, common)


def _summed(attempt: Attempt, spec: str, budget: float) -> Problem | None:
    sent = f"a `send` that always fails ({spec}), `max_attempts=50` and `budget_s={budget:g}`; `rng()` always gives 0.9"
    played = play(attempt, [failure(spec)], sent=sent, rng=always(0.9), max_attempts=50, budget_s=budget)
    total = sum(played.waits)
    common = {"sent": sent, "should": f"wait {seconds(budget)} at most, all waits together, and then raise the error"}
    if total > budget + 1e-9 and spec != "529":      # without a header it stopped in time
        return Problem(code="budget-miscounted", did=f"waited {seconds(total)} in all, in {played.requests} requests",
                       because="the caller waits for all of it: what was asked, and the jitter above it.",
                       look="what you add to `waited`: is it the number that `sleep` was given?", **common)
    if total > budget + 1e-9:
        return Problem(code="budget-per-wait", did=f"waited {seconds(total)} in all, in {played.requests} requests",
                       because="the caller waits for the sum, not for one of its parts.", look="what you compare with "
                       "`budget_s`: all waits so far and the next one. Our `sleep` takes no real time, so no clock "
                       "will tell you.", **common)
    if played.reraised and all(played.waits[:-1]) and not played.waits[-1]:
        return None
    return _clipped(played, common)


def _clipped(played: Played, common: dict[str, str]) -> Problem:
    """It did not stop in time, nor wait too long: it filled the budget up, or ended without an error."""
    if played.ran.error is None and isinstance(played.last, BaseException):
        return Problem(code="budget-swallowed", did=f"returned {shown(played.ran.value)}. {upper(played.trace)}",
                       because="the caller takes it for the reply.", look="how your loop ends when the budget does.",
                       **common)
    return Problem(code="budget-filled", did=f"sent it again too soon. {upper(played.trace)}", because="a request "
                   "that comes before its time is refused: one more for the server, and time lost for the user.",
                   look="what happens where the budget has no room for the whole wait: `raise`, or a smaller one?",
                   **common)
