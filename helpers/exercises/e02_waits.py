"""02-2: how long `my_retry` waits: a growing ceiling, spread over clients, above what the server asks, in a budget.

Shapes are judged by what 40 clients do together. The bounds let full, equal and decorrelated jitter pass; the SDKs' own
(a quarter at most) and anything narrower do not.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from helpers.classroom.attempt import Attempt, Spoiled, shown
from helpers.classroom.report import Problem
from helpers.exercises.e02_server import CLIENTS, ENOUGH, Played, always, clients, gave_up, play, seconds, upper
from helpers.exercises.failures import failure

ANSWER = "Your order left on Monday."
WIDE = 0.43
"""(longest - shortest) / longest of 40 waits: full jitter has 0.97, equal 0.48, +-25 % 0.39, the SDKs' own 0.24."""
GROWN = 6
"""Fifth wait / first wait where `rng()` is always 0.5: doubling has 16, decorrelated jitter 7, a linear one 5."""
HERD = 0.75
"""Share of clients with the same wait at the cap: where the cap cuts the jitter off it is 0.9; decorrelated has 0.5."""
FIVE = "a `send` that fails five times (529), then answers; `rng()` always gives 0.5"


def draws_from_rng(attempt: Attempt) -> Problem | None:
    """The same draws give the same waits, other draws others."""
    sent = "a `send` that fails three times (529), then answers; `rng()` always gives {}"
    same, again, other = (_waits(attempt, 3, sent.format(draw), draw) for draw in (0.5, 0.5, 0.9))
    if same != again:
        return Problem(code="own-random", sent=f"{sent.format(0.5)}; twice", did=f"waited {_listed(same)}, then "
                       f"{_listed(again)}", should="wait the same both times", because="chance that comes from "
                       "elsewhere can't be tested, nor an incident be played again.",
                       look="where your random numbers come from: you are given `rng`.")
    if same == other:
        return _alike(attempt)
    return None


def _alike(attempt: Attempt) -> Problem:
    waits = clients(attempt, [failure("529")] * 3 + [ANSWER], sent=_crowd(3), **ENOUGH)
    return Problem(code="no-jitter", sent=_crowd(3), did=f"made all {CLIENTS} wait {_listed(waits[0][:3])}",
                   should="make each of them wait a time of its own, drawn with `rng()`", because="they failed "
                   f"together and come back together: the server meets {CLIENTS} requests at once, three more times.",
                   look="the line that computes the delay: where is `rng()` in it?")


def grows(attempt: Attempt) -> Problem | None:
    """The ceiling doubles, from `base_s` on."""
    waits = _waits(attempt, 5, FIVE, 0.5)
    if waits[4] < GROWN * waits[0]:
        still = waits[4] < 1.3 * waits[0]
        return Problem(code="not-growing" if still else "grows-slowly", sent=FIVE, did=f"waited {_listed(waits)}",
                       should="double the ceiling of the wait with each failure, until `cap_s`",
                       because="nobody knows how long an outage lasts: doubling soon reaches the right size, and "
                       "leaves a server alone the longer it is down.",
                       look="the power of 2 in your delay, and what its exponent is in each round.")
    sent = f"{FIVE}; `base_s=0.1`"
    smaller = _waits(attempt, 5, sent, 0.5, base_s=0.1)
    if smaller[0] < 0.5 * waits[0]:
        return None
    return Problem(code="base-ignored", sent=sent, did=f"waited {seconds(smaller[0])} first, and with `base_s=1.0` "
                   f"{seconds(waits[0])}", should="begin with a tenth of it", because="whoever sets `base_s` knows how "
                   "fast this server recovers.", look="what your ceiling is before it doubles.")


def spreads(attempt: Attempt) -> Problem | None:
    """40 clients that failed together come back far apart."""
    waits = clients(attempt, [failure("529")] * 4 + [ANSWER], sent=_crowd(4), **ENOUGH)
    fourth = [each[3] for each in waits]
    if max(fourth) - min(fourth) >= WIDE * max(fourth):
        return None
    return Problem(code="narrow-jitter", sent=_crowd(4), did=f"made their 4th wait {seconds(min(fourth))} to "
                   f"{seconds(max(fourth))}", should="spread it over half of its length at least, or better all of it",
                   because=f"with waits this close all {CLIENTS} meet at the server again: the herd has only moved.",
                   look="how much of the delay `rng()` decides.")


def stays_below_the_cap(attempt: Attempt) -> Problem | None:
    """No wait is longer than `cap_s`, and the cap takes no jitter away."""
    for cap in (20.0, 5.0):
        sent = f"{_crowd(9)}; `cap_s={cap:g}`"
        waits = clients(attempt, [failure("529")] * 9 + [ANSWER], sent=sent, max_attempts=10, cap_s=cap, **ENOUGH)
        longest = max(max(each) for each in waits)
        if longest > cap + 1e-9:
            return Problem(code="over-cap", sent=sent, did=f"waited {seconds(longest)} at one point",
                           should=f"wait {seconds(cap)} at most", because="nine doublings make 512: the user is gone "
                           "by then, and the server may have been well for minutes.", look="what `min(cap_s, ...)` "
                           "holds: the whole delay, whatever jitter adds.")
        common, many = Counter(round(each[8], 6) for each in waits).most_common(1)[0]
        if many > HERD * CLIENTS:
            return Problem(code="cap-after-jitter", sent=sent, did=f"made {many} of {CLIENTS} wait exactly "
                           f"{seconds(common)} before the last request", should="spread the waits at the cap, too",
                           because="in a long outage every client arrives at the cap, and there they are a herd again.",
                           look="which comes first: the cap, or the draw?")
    return None


def heeds_retry_after(attempt: Attempt) -> Problem | None:
    """What the server asks for is a floor, above the cap as well; zero is no reason to hurry."""
    return _floor(attempt, 7, 0.25) or _floor(attempt, 30, 0.25) or _asked_for_nothing(attempt)


def _floor(attempt: Attempt, asked: int, draw: float) -> Problem | None:
    sent = f"a 429 with `retry-after: {asked}`, then an answer; `rng()` always gives {draw}"
    played = play(attempt, [failure(f"429 retry-after {asked}"), ANSWER], sent=sent, rng=always(draw))
    wait = played.waits[0]
    if wait >= asked and played.requests == 2:
        return None
    unasked = _waits(attempt, 1, sent, draw)[0]
    common = {"sent": sent, "did": f"waited {seconds(wait)}" if played.requests == 2 else "gave up",
              "should": f"wait {asked} s at least, and send again"}
    if played.requests == 2 and abs(wait - unasked) < 1e-9:
        return Problem(code="retry-after-ignored", because="the server has said from when on it will answer; whatever "
                       "comes earlier is refused, and counts against you.", look="what `asked_wait_s` returned, and "
                       "where your delay uses it.", **common)
    if asked > 20:
        return Problem(code="retry-after-capped", because="`cap_s` bounds your own guess, and the server's number is "
                       "none: earlier requests are refused. What bounds both is the budget.",
                       look="what your `min(...)` holds.", **common)
    return Problem(code="retry-after-shortened", because="a request that comes earlier is refused, and counts against "
                   "you: jitter goes on top of what was asked.", look="what `rng()` is multiplied with.", **common)


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
    return _an_hour(attempt) or _summed(attempt, 60.0) or _summed(attempt, 5.0)


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


def _summed(attempt: Attempt, budget: float) -> Problem | None:
    sent = f"a `send` that always fails (529), `max_attempts=50` and `budget_s={budget:g}`; `rng()` always gives 0.9"
    played = play(attempt, [failure("529")], sent=sent, rng=always(0.9), max_attempts=50, budget_s=budget)
    total = sum(played.waits)
    common = {"sent": sent, "should": f"wait {seconds(budget)} at most, all waits together, and then raise the error"}
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


def _waits(attempt: Attempt, failures: int, sent: str, draw: float, **options: float) -> list[float]:
    """The waits between so many failures and the answer."""
    played = play(attempt, [failure("529")] * failures + [ANSWER], sent=sent, rng=always(draw),
                  max_attempts=failures + 1, **{**ENOUGH, **options})
    if played.requests <= failures:
        raise Spoiled(gave_up(played, sent))
    return played.waits[:failures]


def _crowd(failures: int) -> str:
    return f"{CLIENTS} clients, each with its own `rng`, the same {failures} failures (529)"


def _listed(waits: list[float]) -> str:
    return ", ".join(seconds(wait) for wait in waits)
