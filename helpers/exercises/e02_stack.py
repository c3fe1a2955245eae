"""02-3: `worst_case(app_attempts, sdk_retries)`.

Asked first is for both layers, in numbers at which each usual slip comes to another result; then for each alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.numbers import as_number


def worst_case(app_attempts, sdk_retries):
    """One good solution: (requests, seconds waited at most) of a call that never succeeds."""
    sdk_s = sum(min(0.5 * 2**retry, 8) for retry in range(sdk_retries))      # in each attempt of ours
    own_s = sum(2**wait for wait in range(app_attempts - 1))                 # between our attempts
    return app_attempts * (sdk_retries + 1), app_attempts * sdk_s + own_s


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong way to reckon, and what it says to one case."""

    code: str
    reckon: Callable[[int, int], float]
    did: str
    because: str
    look: str = ""


def _sdk_s(retries: int, *, first: float = 0.5, cap: float = 8.0) -> float:
    return sum(min(first * 2**retry, cap) for retry in range(retries))


RETRIES = "a retry comes after a first request: `max_retries=2` makes three, and `max_retries=0` still one."
REQUESTS = (
    Slip("retries-as-attempts", lambda app, sdk: app * sdk, "taking retries for requests", RETRIES),
    Slip("retries-as-attempts", lambda app, sdk: app * max(sdk, 1), "taking retries for requests", RETRIES),
    Slip("added", lambda app, sdk: app + sdk, "adding the layers up", "the layers are nested: each attempt of yours "
         "starts all the SDK's anew.", "how often the SDK's loop runs from its beginning."),
    Slip("added", lambda app, sdk: app + sdk + 1, "adding the layers up", "the layers are nested: each attempt of "
         "yours starts all the SDK's anew.", "how often the SDK's loop runs from its beginning."),
    Slip("attempts-as-retries", lambda app, sdk: (app + 1) * (sdk + 1), "adding one to your own layer, too",
         "`app_attempts` counts requests already, the first one included; only `sdk_retries` leaves it out."),
    Slip("sdk-forgotten", lambda app, sdk: app, "as if the SDK sent one request a call", "the SDK's own loop is on "
         "unless you switch it off: whoever forgets it sends three times as much as they think."),
)
NONE_AFTER = "no request follows the last failure, so nothing is waited for."
SECONDS = (
    Slip("sdk-after-last", lambda app, sdk: app * _sdk_s(sdk + 1) + _own_s(app), "one wait more than the SDK has "
         "retries", NONE_AFTER, "what comes before each retry, and after the last one."),
    Slip("no-sdk-waits", lambda app, sdk: _own_s(app), "without any wait of the SDK", "the SDK waits inside of your "
         "call, and nobody sees it: the call is slow, that is all."),
    Slip("sdk-starts-at-one", lambda app, sdk: app * _sdk_s(sdk, first=1) + _own_s(app), "the SDK's first wait as 1 s",
         "the SDKs begin at 0.5 s."),
    Slip("sdk-no-cap", lambda app, sdk: app * _sdk_s(sdk, cap=1e9) + _own_s(app), "the SDK's waits doubling beyond 8 s",
         "the SDKs stop doubling at 8 s: for many retries this is minutes of difference."),
    Slip("jitter-taken-off", lambda app, sdk: app * 0.75 * _sdk_s(sdk) + _own_s(app), "with the jitter taken off",
         "jitter makes the SDKs' waits shorter, by a quarter at most; the most that they wait is without it."),
    Slip("sdk-one-short", lambda app, sdk: app * _sdk_s(sdk - 1) + _own_s(app), "one wait less than the SDK has "
         "retries", "each retry has its wait, the first one, too."),
    Slip("own-after-last", lambda app, sdk: app * _sdk_s(sdk) + 2**app - 1, "one wait of your own more than there are "
         "gaps between attempts", NONE_AFTER, "how many gaps there are between so many attempts."),
    Slip("own-starts-later", lambda app, sdk: app * _sdk_s(sdk) + 2**app - 2, "your own waits starting at 2 s", "the "
         "first wait of this loop is 1 s, and `2 ** 0` is 1.", "what your first exponent is."),
    Slip("own-capped", lambda app, sdk: app * _sdk_s(sdk) + sum(min(2**wait, 8) for wait in range(app - 1)), "your own "
         "waits with a cap of 8 s", "the cap is the SDK's; this loop has none, which is the first thing to repair in "
         "it."),
    Slip("own-linear", lambda app, sdk: app * _sdk_s(sdk) + app * (app - 1) / 2, "your own waits growing by a second "
         "at a time", "1, 2, 4: each is twice the one before."),
    Slip("own-one-wait", lambda app, sdk: app * _sdk_s(sdk) + 2 ** (app - 2), "the longest of your own waits alone",
         "all of them pass before the caller hears of it."),
    Slip("no-own-waits", lambda app, sdk: app * _sdk_s(sdk), "without any wait of your own loop", "between two of its "
         "attempts the loop waits, too, and longer than the SDK does in one of them."),
    Slip("sdk-once", lambda app, sdk: _sdk_s(sdk) + _own_s(app), "the SDK's waits once", "the SDK knows nothing of the "
         "attempts before: in each of yours it waits from the beginning.", "how often its loop runs."),
    Slip("last-call-free", lambda app, sdk: (app - 1) * _sdk_s(sdk) + _own_s(app), "no wait of the SDK inside your "
         "last attempt", "the last attempt is a call like the others: you wait no more after it, the SDK does within "
         "it."),
    Slip("waits-per-request", lambda app, sdk: app * (_sdk_s(sdk) + _own_s(app)), "your own waits once for each "
         "attempt", "each of your own waits lies between two attempts: there is one such sequence in all."),
)


def _own_s(attempts: int) -> float:
    return 2 ** (attempts - 1) - 1


@dataclass(frozen=True, slots=True)
class Case:
    """A check: two layers, and what they come to."""

    app: int
    sdk: int

    @property
    def sent(self) -> str:
        return f"`app_attempts={self.app}, sdk_retries={self.sdk}`"

    @property
    def right(self) -> tuple[int, float]:
        return worst_case(self.app, self.sdk)

    def __call__(self, attempt: Attempt) -> Problem | None:
        should = f"return `({self.right[0]}, {self.right[1]:g})`: requests, then seconds"
        got = _pair(attempt.call(self.app, self.sdk, sent=self.sent, should=should), self, should)
        if _same(got, self.right):
            return None
        if _same(got, self.right[::-1]):
            return Problem(code="swapped", sent=self.sent, did=f"returned `({got[0]:g}, {got[1]:g})`: the other way "
                           "round", should=should, because="the caller writes `requests, seconds = worst_case(...)`.")
        return self._wrong(got, should)

    def _wrong(self, got: tuple[float, float], should: str) -> Problem:
        which = got[0] == self.right[0]
        said = f"returned {got[which]:g} {'s' if which else 'request' + 's' * (got[0] != 1)}"
        common = {"sent": self.sent, "should": should}
        for slip in SECONDS if which else REQUESTS:
            if abs(slip.reckon(self.app, self.sdk) - got[which]) < 1e-9:
                return Problem(code=slip.code, did=f"{said}: {slip.did}", because=slip.because, look=slip.look,
                               **common)
        if which and got[1] in (floor(self.right[1]), ceil(self.right[1])):
            return Problem(code="rounded", did=said, because="these waits come in halves of a second, and a rounded "
                           "sum is another one.", look="`int(...)`, `round(...)` and `//`.", **common)
        return Problem(code="seconds" if which else "requests", did=said, because=self._counted(which), **common)

    def _counted(self, seconds: bool) -> str:
        if not seconds:
            return f"each of your {self.app} calls is one request and {self.sdk} retries at most."
        own = ", ".join(f"{2**wait} s" for wait in range(self.app - 1)) or "nothing"
        sdk = ", ".join(f"{min(0.5 * 2**retry, 8):g} s" for retry in range(self.sdk)) or "nothing"
        if self.app == 1:
            return f"in your only call the SDK waits {sdk}, and after it nobody waits."
        return f"in each of your {self.app} calls the SDK waits {sdk}, and you between them {own}."


def _same(got: tuple[float, float], right: tuple[float, float]) -> bool:
    return got[0] == right[0] and abs(got[1] - right[1]) < 1e-9


def _pair(value: Any, case: Case, should: str) -> tuple[float, float]:
    if isinstance(value, (tuple, list)) and len(value) == 2:
        return as_number(value[0], case.sent, should), as_number(value[1], case.sent, should)
    raise Spoiled(Problem(code="no-pair", sent=case.sent, did=f"returned {shown(value)}", should=should,
                          because="the caller writes `requests, seconds = worst_case(...)`.", look="your `return`."))


CASES = tuple(Case(*numbers) for numbers in ((3, 3), (1, 3), (1, 8), (6, 0), (1, 0), (5, 2), (4, 7)))
"""Both layers in numbers that tell most slips apart, then the SDK alone, its cap, the own loop alone, neither, both."""

WORST_CASE = Exercise(
    id="02-3", name="worst_case", call="worst_case(app_attempts, sdk_retries)", solution=worst_case, checks=CASES,
    praise="Layers multiply: five attempts around an untouched client are fifteen requests and 22.5 s of waiting for "
           "an answer that does not come. Choose one layer.",
    hints=("In a call that never succeeds: how many requests does the SDK send, how often does it wait, and how often "
           "does all of that happen?",
           "Requests: attempts of yours times requests of the SDK, which are one more than its retries. Seconds: the "
           "SDK's waits, once for each attempt of yours, and your own waits, of which there is one less than attempts.",
           "`app_attempts * (sdk_retries + 1)` requests. For one call `sum(min(0.5 * 2**k, 8) for k in "
           "range(sdk_retries))` seconds, times `app_attempts`, and `sum(2**k for k in range(app_attempts - 1))` of "
           "your own."),
)
