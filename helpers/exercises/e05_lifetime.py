"""05-3: `my_ttl(gaps)`: no cache, five minutes or an hour, for calls that come as they come.

One pattern can't tell why an answer is wrong: there are three answers. So all patterns are asked, and the whole row of
answers is held beside the rows that the usual shortcuts give.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e05_lifetime_slips import CHOICES, EACH, SLIPS, Gaps, best, units, writes


def my_ttl(gaps):
    """One good solution."""
    def cost(lives_min, write):
        return write + sum(0.1 if gap <= lives_min else write for gap in gaps)

    costs = {None: len(gaps) + 1, "5m": cost(5, 1.25), "1h": cost(60, 2)}
    return min(costs, key=costs.get)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A check: calls with these gaps."""

    sent: str
    gaps: Gaps

    def __call__(self, attempt: Attempt) -> Problem | None:
        right = [ttl for ttl in CHOICES if units(self.gaps, ttl) == best(self.gaps)]
        should = f"return {' or '.join(map(_said, right))}, which costs {_units(best(self.gaps))}"
        sent = f"{self.sent} (in minutes)"
        got = attempt.call(list(self.gaps), sent=sent, should=should)
        if not (got is None or isinstance(got, str)) or got not in CHOICES:
            return Problem(code="no-lifetime", sent=sent, did=f"returned {shown(got)}", should='return `None`, "5m" or '
                           '"1h"', because="the caller puts it into `cache_control` as it is, or leaves it out.")
        if units(self.gaps, got) == best(self.gaps):
            return None
        return self._dearer(attempt, got, sent, should)

    def _dearer(self, attempt: Attempt, got: str | None, sent: str, should: str) -> Problem:
        said = f"returned {_said(got)}, with which {self._counted(got)}: {_units(units(self.gaps, got))}"
        answers = _answers(attempt)
        for slip in SLIPS:
            if all(answer is ... or answer == slip.choose(pattern.gaps)
                   for answer, pattern in zip(answers, PATTERNS, strict=True)):
                return Problem(code=slip.code, sent=sent, did=f"{said}. In all our cases your answers are those of "
                               f"{slip.words}", should=should, because=slip.because, look=slip.look)
        return Problem(code="dearer", sent=sent, did=said, should=should, because="a cache that is not read in time is "
                       "dearer than none, and one that is kept too long is dearer than it need be.", look=EACH)

    def _counted(self, ttl: str | None) -> str:
        calls = len(self.gaps) + 1
        if ttl is None:
            return f"each of {calls} calls sends the prefix as plain input" if calls > 1 else "the call is plain input"
        return f"{writes(self.gaps, ttl)} of {calls} call{'s' * (calls > 1)} write{'s' * (calls == 1)}"


def _units(cost: float) -> str:
    return f"{cost:g} unit{'s' * (cost != 1)}"


def _said(ttl: str | None) -> str:
    return f'"{ttl}"' if ttl else "`None`"


@lru_cache(maxsize=1)
def _answers(attempt: Attempt) -> list[Any]:
    """What the answer says to each pattern; `...` where it raises."""
    runs = [attempt.run(list(pattern.gaps), sent=pattern.sent) for pattern in PATTERNS]
    return [... if ran.error is not None else ran.value for ran in runs]


BURSTS = (1.0, 1.0, 1.0, 1.0)
PATTERNS = (
    Pattern("nine gaps of 6", (6.0,) * 9),
    Pattern("nine gaps of 4", (4.0,) * 9),
    Pattern("nine gaps of 70", (70.0,) * 9),
    Pattern("four bursts of five calls: gaps of 1, and 15 between the bursts", (*BURSTS, 15.0) * 3 + BURSTS),
    Pattern("four bursts of five calls: gaps of 1, and 120 between the bursts", (*BURSTS, 120.0) * 3 + BURSTS),
    Pattern("twenty gaps of 4.5", (4.5,) * 20),
    Pattern("ten gaps of 50", (50.0,) * 10),
    Pattern("five gaps of 4, then four of 6", (4.0,) * 5 + (6.0,) * 4),
    Pattern("gaps of 2, 2, 200, 2, 2", (2.0, 2.0, 200.0, 2.0, 2.0)),
    Pattern("gaps of 90, 3, 90, 3, 90", (90.0, 3.0, 90.0, 3.0, 90.0)),
    Pattern("gaps of 90, 90, 3, 90", (90.0, 90.0, 3.0, 90.0)),
    Pattern("gaps of 90, 90, 3, 90, 90", (90.0, 90.0, 3.0, 90.0, 90.0)),
    Pattern("gaps of 90, 90, 90, 3, all that three times, and 90", (90.0, 90.0, 90.0, 3.0) * 3 + (90.0,)),
    Pattern("gaps of 40, 90, 40", (40.0, 90.0, 40.0)),
    Pattern("gaps of 40, 90, 40, 40", (40.0, 90.0, 40.0, 40.0)),
    Pattern("ten gaps of 1, then one of 300", (1.0,) * 10 + (300.0,)),
    Pattern("gaps of 10, 10, 10, 200", (10.0, 10.0, 10.0, 200.0)),
    Pattern("gaps of 4, 4, 4, 20", (4.0, 4.0, 4.0, 20.0)),
    Pattern("gaps of 4, 90, 20", (4.0, 90.0, 20.0)),
    Pattern("gaps of 4, 20", (4.0, 20.0)),
    Pattern("six gaps of 1, then 30, 300 and 300", (1.0,) * 6 + (30.0, 300.0, 300.0)),
    Pattern("six gaps of 59", (59.0,) * 6),
    Pattern("six gaps of 61", (61.0,) * 6),
    Pattern("one gap of 3", (3.0,)),
    Pattern("one gap of 30", (30.0,)),
    Pattern("two gaps of 30", (30.0, 30.0)),
    Pattern("one gap of 400", (400.0,)),
    Pattern("no gap: a single call", ()),
)

CHOOSE_A_LIFETIME = Exercise(
    id="05-3", name="my_ttl", call="my_ttl(gaps)", solution=my_ttl, checks=PATTERNS,
    praise="Each gap by itself makes a read or a write, and the sum decides; a mean would not. Where nothing is read "
           "in time, no cache is the cheapest one.",
    hints=("With a lifetime of five minutes and these gaps, which calls write, and which read?",
           "Reckon what each of the three choices costs, and take the cheapest. The first call always writes; each "
           "call behind a gap reads if the gap is no longer than the lifetime (each read begins the lifetime anew), "
           "else it writes. Without a cache every call costs 1.",
           "`write + sum(0.1 if gap <= lives else write for gap in gaps)`, for `(5, 1.25)` and for `(60, 2)`, beside "
           "`len(gaps) + 1` for `None`. `min(costs, key=costs.get)` takes the cheapest of a dict."),
)
