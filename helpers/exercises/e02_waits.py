"""02-2: how long `my_retry` waits by itself: a growing ceiling, spread over clients, up to the cap.

Shapes are judged by what 40 clients do together. The bounds let full, equal and decorrelated jitter pass; the SDKs' own
(a quarter at most) and anything narrower do not. What a server asks for, and the budget, are in `e02_limits`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from helpers.classroom.attempt import Attempt, Spoiled
from helpers.classroom.report import Problem
from helpers.exercises.e02_server import ANSWER, CLIENTS, ENOUGH, always, clients, gave_up, play, seconds
from helpers.exercises.failures import failure

WIDE = 0.43
"""(longest - shortest) / longest of 40 waits: full jitter has 0.97, equal 0.48, +-25 % 0.39, the SDKs' own 0.24."""
NEAR_CAP = 0.85
"""Longest of all waits / `cap_s`, after nine failures: who draws below the cap comes near it, full jitter to 0.99."""
HERD = 0.75
"""Share of clients with the same wait at the cap: where the cap cuts the jitter off it is 0.9; decorrelated has 0.5."""
CLOSE_TO_ONE, CLOSE_TO_TWO = (0.7, 3.1), (1.8, 2.2)
"""The first ceiling over `base_s`: 1, or 2, or 3 (decorrelated jitter). Each ceiling over the one before."""


def draws_from_rng(attempt: Attempt) -> Problem | None:
    """The same draws give the same waits, other draws others."""
    sent = "a `send` that fails three times (529), then answers; `rng()` always gives {}"
    same, again, other = (waits_of(attempt, 3, sent.format(draw), draw) for draw in (0.5, 0.5, 0.9))
    if same != again:
        return Problem(code="own-random", sent=f"{sent.format(0.5)}; twice", did=f"waited {_listed(same)}, then "
                       f"{_listed(again)}", should="wait the same both times", because="chance that comes from "
                       "elsewhere can't be tested, nor an incident be played again.",
                       look="where your random numbers come from: you are given `rng`.")
    if same == other:
        return _alike(attempt)
    return _one_draw(attempt, same)


def _one_draw(attempt: Attempt, same: list[float]) -> Problem | None:
    """Each wait needs a draw of its own: here the first draw stays, and the others change."""
    later = iter([0.5])
    sent = "a `send` that fails three times (529), then answers; `rng()` gives 0.5 first, and then {} each time"
    waits = waits_of(attempt, 3, sent.format("0.9"), rng=lambda: next(later, 0.9))
    if waits[1:] != same[1:]:
        return None
    return Problem(code="one-draw", sent=f"{sent.format('0.5')}; the same again with 0.9", did=f"waited "
                   f"{_listed(waits)} both times", should="draw for each wait anew", because="two clients that "
                   "once drew nearly the same number would stay together in every retry.", look="where `rng()` is "
                   "called: before the loop, or for each delay.")


def _alike(attempt: Attempt) -> Problem:
    waits = clients(attempt, [failure("529")] * 3 + [ANSWER], sent=_crowd(3), **ENOUGH)
    return Problem(code="no-jitter", sent=_crowd(3), did=f"made all {CLIENTS} wait {_listed(waits[0][:3])}",
                   should="make each of them wait a time of its own, drawn with `rng()`", because="they failed "
                   f"together and come back together: the server meets {CLIENTS} requests at once, three more times.",
                   look="the line that computes the delay: where is `rng()` in it?")


def grows(attempt: Attempt) -> Problem | None:
    """The ceiling begins at about `base_s`, and doubles."""
    waits = {draw: waits_of(attempt, 5, _growing(draw), draw, cap_s=1_000.0)[:4] for draw in (0.01, 0.5, 0.99)}
    first = max(each[0] for each in waits.values())
    if not CLOSE_TO_ONE[0] <= first <= CLOSE_TO_ONE[1]:
        return _first_ceiling(first)
    if not (any(map(_doubles, waits.values())) or _decorrelated(waits[0.5])):
        return _growth(waits[0.5])
    sent = f"{_growing(0.5)} and `base_s=0.1`"
    smaller = waits_of(attempt, 5, sent, base_s=0.1, cap_s=1_000.0)
    if 0.05 <= smaller[0] / waits[0.5][0] <= 0.5:
        return None
    return Problem(code="base-ignored", sent=sent, did=f"waited {seconds(smaller[0])} first, and with `base_s=1.0` "
                   f"{seconds(waits[0.5][0])}", should="begin with a tenth of it", because="whoever sets `base_s` "
                   "knows how fast this server recovers.", look="what your ceiling is before it doubles.")


def _growing(draw: float) -> str:
    return f"a `send` that fails five times (529), then answers; `rng()` always gives {draw}, `cap_s=1000`"


def _first_ceiling(first: float) -> Problem:
    early = "a shorter wait asks again before anything can have changed."
    late = "a longer one keeps a user waiting for what may have passed long ago."
    return Problem(code="first-ceiling", sent=_growing(0.99), did=f"waited {seconds(first)} before the first retry",
                   should="draw that wait below a ceiling of about `base_s`, which is 1 s", because="whoever sets "
                   f"`base_s` knows how fast this server recovers; {early if first < 1 else late}",
                   look="what your ceiling is before it doubles.")


def _factors(waits: list[float]) -> list[float]:
    return [after / before if before else 0.0 for before, after in pairwise(waits)]


def _doubles(waits: list[float]) -> bool:
    return all(CLOSE_TO_TWO[0] <= factor <= CLOSE_TO_TWO[1] for factor in _factors(waits))


def _decorrelated(waits: list[float]) -> bool:
    """Whether each wait is drawn between `base_s` and three times the one before; the draw was 0.5."""
    return all(abs(after - (1.5 * before + 0.5)) < 0.05 * after for before, after in pairwise(waits))


def _growth(waits: list[float]) -> Problem:
    """The problem of waits that grow in another way than by doubling."""
    factors = _factors(waits)
    grown = ", ".join(f"{factor:.2f}".rstrip("0").rstrip(".") for factor in factors)
    common = {"sent": _growing(0.5), "should": "double the ceiling of the wait with each failure, until `cap_s`",
              "look": "the power of 2 in your delay, and what its exponent is in each round."}
    soon = "nobody knows how long an outage lasts. With doubling, the next wait is about as long as all before it"
    if waits[3] < 1.3 * waits[0]:
        return Problem(code="not-growing", did=f"waited {_listed(waits)}", because=f"{soon}; yours ask a server that "
                       "is down as often after an hour as at first.", **common)
    did = f"waited {_listed(waits)}: {grown} times the wait before"
    if waits[3] < 8 * waits[0] or factors[-1] < CLOSE_TO_TWO[0]:
        return Problem(code="grows-slowly", did=did, because=f"{soon}; a growth that is slower, or slackens, sends "
                       "many more requests to a server that is down.", **common)
    return Problem(code="grows-fast", did=did, because=f"{soon}; a steeper growth lets users wait long after the "
                   "server is well again.", **common)


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
                           should=f"wait {seconds(cap)} at most", because="it is the caller's word for the "
                           "longest wait: without it, nine doublings make 512 s.", look="the order: cap the "
                           "ceiling first, then draw below it.")
        if longest < NEAR_CAP * cap:
            return Problem(code="under-cap", sent=sent, did=f"never waited longer than {seconds(longest)}",
                           should=f"let the ceiling grow to {seconds(cap)}, and draw below that", because="the caller "
                           "has chosen how gentle to be in a long outage; shorter waits are more requests on a "
                           "server that is down.", look="what stands beside `cap_s` in your `min(...)`.")
        common, many = Counter(round(each[8], 6) for each in waits).most_common(1)[0]
        if many > HERD * CLIENTS:
            return Problem(code="cap-after-jitter", sent=sent, did=f"made {many} of {CLIENTS} wait exactly "
                           f"{seconds(common)} before the last request", should="spread the waits at the cap, too",
                           because="in a long outage every client arrives at the cap, and there they are a herd again.",
                           look="which comes first: the cap, or the draw?")
    return None


def waits_of(attempt: Attempt, failures: int, sent: str, draw: float = 0.5, *,
             rng: Callable[[], float] | None = None, **options: float) -> list[float]:
    """The waits between so many failures and the answer."""
    played = play(attempt, [failure("529")] * failures + [ANSWER], sent=sent, rng=rng or always(draw),
                  max_attempts=failures + 1, **{**ENOUGH, **options})
    if played.requests <= failures:
        raise Spoiled(gave_up(played, sent))
    return played.waits[:failures]


def _crowd(failures: int) -> str:
    return f"{CLIENTS} clients, each with its own `rng`, the same {failures} failures (529)"


def _listed(waits: list[float]) -> str:
    return ", ".join(seconds(wait) for wait in waits)
