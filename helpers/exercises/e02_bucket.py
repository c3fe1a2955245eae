"""02-4: `class TokenBucket`; how a story is told, and what is said where it goes another way, is in `e02_story`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.driving import drive
from helpers.exercises.e02_story import START, Held, Reason, Settle, Story, Take


class TokenBucket:
    """One good solution: what has flowed in is added up when somebody asks."""

    def __init__(self, rate_per_s, capacity, now):
        self.rate_per_s, self.capacity, self.now = rate_per_s, capacity, now
        self.level, self.seen = capacity, now()

    def _refill(self):
        moment = self.now()
        self.level = min(self.capacity, self.level + (moment - self.seen) * self.rate_per_s)
        self.seen = moment

    def try_take(self, tokens):
        self._refill()
        if tokens > self.level:
            return False
        self.level -= tokens
        return True

    def settle(self, reserved, used):
        self._refill()
        self.level = min(self.capacity, self.level + reserved - used)


def two_buckets(attempt: Attempt) -> Problem | None:
    """Each bucket has a level of its own."""
    sent = "`one = TokenBucket(1, 10, now)` and `two = TokenBucket(1, 10, now)`; `one.try_take(10)`, `two.try_take(10)`"
    got: list[Any] = []

    def both(answer: Callable[..., Any], *given: Any) -> None:
        one, two = answer(*given), answer(*given)
        got.extend([one.try_take(10), two.try_take(10)])

    ran = drive(attempt, both, 1, 10, lambda: START, sent=sent)
    if ran.error is not None:
        raise Spoiled(attempt.raised(ran, sent))
    if not got[0] or got[1]:      # a bucket that begins empty has a message of its own
        return None
    return Problem(code="shared-level", sent=sent, did=f"returned {shown(got[1])} from the second bucket",
                   should="return True from both", because="input and output tokens have limits of their own, and so "
                   "has each model.", look="where the level is kept: in `self`, or in the class.")


FULL = Reason("starts-empty", "nothing was used yet: the first request of the day would wait for no reason.",
              "the level that you begin with.")
LIMIT = Reason("no-limit", "more was taken in one moment than the bucket holds: the server answers it with 429.",
               "what a successful `try_take` does to the level.")
LAST = Reason("last-token", "one was left, and one is asked for: a bucket that always keeps a rest never gives all "
              "that is paid for.", "`>` or `>=`?")
REFUSED = Reason("refusal-takes", "what was refused was not sent, so its tokens are still there; or else one request "
                 "that is too large stops all the small ones.", "where you subtract: before the comparison, or after?")
FLOWS = Reason("no-refill", "two tokens a second flow in: in 3 s that is 6, and they are not there yet.",
               "where time passes in your class. `now` is a function: `now()` tells the seconds, and `rate_per_s` is a "
               "second's.")
TOO_MUCH = Reason("refill-too-much", "what flows in is seconds times rate: the server reckons in the same way.",
                  "how much your bucket adds, and since when.")
FRACTION = Reason("fraction-lost", "half a token a second is one in 2 s. Whoever rounds what flowed in loses the half "
                  "each time somebody asks.", "`int(...)` and `//`; and what is remembered when nothing was taken.")
HALF = Reason("whole-seconds", "at four a second, half a second brings two. Whoever counts whole seconds alone makes "
              "each request wait for the next one.", "what you round: `now()` tells fractions of a second, too.")
EARLY = Reason("fraction-rounded-up", "half a token is no token: on the average it would be twice the rate.",
               "what you round.")
TWICE = Reason("refill-twice", "one token a second has flowed in since t=0. Each question adds the same seconds again.",
               "what you remember of the clock each time you add something: also where you refuse.")
LOST = Reason("refill-lost", "five have flowed in since t=0. Somebody asked in between and was refused, and the "
              "seconds until then were gone.", "what you remember of the clock, and whether the level grew with it.")
BRIM = Reason("over-capacity", "an idle night would be saved up, and sent as one burst in the morning. The capacity is "
              "the largest burst.", "`min(...)`, wherever the level grows.")
BACK = Reason("settle-nothing", "8 were reserved and 3 used: 5 are free again. Whoever reserves the worst case and "
              "gives nothing back uses a part of the limit only.", "what `settle` does to the level.")
SIGN = Reason("settle-sign", "what was reserved and not used comes back; here it was taken a second time.",
              "`reserved - used`, or the other way round?")
ALL_BACK = Reason("settle-all", "3 of the 8 were used: those are gone, and only the rest comes back.",
                  "which of its two numbers `settle` uses.")
WRONG_BACK = Reason("settle-amount", "8 were reserved, 3 used: to the 2 that were left come 5.")
CHARGE = Reason("settle-no-charge", "2 were reserved and 6 used: the estimate was too low, and the server has counted "
                "all 6.", "a condition, or a `max(...)`, that lets `settle` go only in one direction.")
DEBT = Reason("debt-forgotten", "12 were used where 5 had been reserved: the bucket is 2 below zero, and those have to "
              "flow in first. The server counts them, too.", "`max(0, ...)`.")
DEEP = Reason("debt-floored", "40 were used where 5 had been reserved: the bucket is 30 below zero, and one a "
              "second flows in. The server counts all of them.",
              "a `max(...)` that bounds how far below zero the level may go.")
PAID = Reason("debt-for-ever", "a debt is paid by what flows in: 2 below zero and one a second, so after 3 s there "
              "is one.", "what flows into a bucket whose level is below zero.")
DEEP_PAID = Reason("debt-for-ever", "30 below zero, one a second: after 35 s there are five.", "what flows into a "
                   "bucket whose level is below zero.")
SETTLE_BRIM = Reason("settle-over-capacity", "the bucket was full again before `settle` came; what comes back runs "
                     "over.", "`min(...)`, in `settle`, too.")
ORDER = Reason("settle-before-refill", "at t=20 s the bucket was full, 10; 3 more than reserved were used, so 7 are "
               "left. What flowed in has to be added before, or the charge is forgotten at the brim.",
               "what `settle` knows of the time.")

POLLED = tuple(Take(step / 4, 1, step == 8, FRACTION if step == 8 else EARLY) for step in range(1, 9))
STORIES = (
    Story(1, 5, (Take(0, 4, True, FULL), Take(0, 1, True, LAST), Take(0, 1, False, LIMIT))),
    Story(1, 10, (Take(0, 8, True, FULL), Take(0, 5, False, LIMIT), Take(0, 2, True, REFUSED))),
    Story(2, 10, (Take(0, 10, True, FULL), Take(3, 6, True, FLOWS), Take(3, 1, False, TOO_MUCH))),
    Story(1, 10, (Take(0, 10, True, FULL), Take(1, 5, False, TOO_MUCH), Take(2, 5, False, TWICE),
                  Take(3, 5, False, TWICE), Take(5, 5, True, LOST))),
    Story(0.5, 1, (Take(0, 1, True, FULL), *POLLED), "`try_take(1)` at t=0 s, and again each 0.25 s until t=2 s"),
    Story(4, 10, (Take(0, 10, True, FULL), Take(0.5, 2, True, HALF), Take(0.5, 1, False, TOO_MUCH))),
    Story(1, 5, (Take(2, 7, False, BRIM), Held(2, 5, BRIM), Held(100, 5, BRIM))),
    Story(1, 10, (Take(0, 8, True, FULL), Settle(0, 8, 3),
                  Held(0, 7, WRONG_BACK, {2: BACK, 0: SIGN, 10: ALL_BACK}))),
    Story(1, 10, (Take(0, 2, True, FULL), Settle(0, 2, 6), Held(0, 4, CHARGE))),
    Story(1, 10, (Take(0, 5, True, FULL), Settle(0, 5, 12), Take(2, 1, False, DEBT), Take(3, 1, True, PAID))),
    Story(1, 10, (Take(0, 5, True, FULL), Settle(0, 5, 40), Take(25, 1, False, DEEP), Take(35, 5, True, DEEP_PAID))),
    Story(1, 10, (Take(0, 5, True, FULL), Settle(100, 5, 0), Held(100, 10, SETTLE_BRIM))),
    Story(1, 10, (Take(0, 8, True, FULL), Settle(20, 8, 11), Held(20, 7, ORDER))),
)

BUCKET = Exercise(
    id="02-4", name="TokenBucket", call="TokenBucket(rate_per_s, capacity, now)", solution=TokenBucket,
    checks=(*STORIES, two_buckets),
    praise="It stays below the limit by itself: what was reserved is settled, fractions and debts included, and no "
           "thread runs in the background.",
    hints=("Nothing runs while nobody asks. What do you have to remember in order to know, at the next question, how "
           "much has flowed in?",
           "Keep the level and the moment when it was true. Both methods begin with the same step: add seconds times "
           "rate, no higher than the capacity, and remember the new moment. `settle` may leave the level below zero.",
           "`moment = self.now()`, then `self.level = min(self.capacity, self.level + (moment - self.seen) * "
           "self.rate_per_s)` and `self.seen = moment`. `settle`: the same, then `self.level = min(self.capacity, "
           "self.level + reserved - used)`."),
)
