"""03a-1: `measure(pieces, now)`.

The waits are chosen so that each wrong way to take a time gives another number: it then names its mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e03a_times import KEYS, Case, slip
from helpers.exercises.numbers import as_number


def measure(pieces, now):
    """One good solution."""
    start = now()
    first = last = None
    longest = 0
    for piece in pieces:
        if piece == "":
            continue
        at = now()
        if first is None:
            first = at - start
        else:
            longest = max(longest, at - last)
        last = at
    return {"first": first, "longest_gap": longest, "total": now() - start}


class Arrivals:
    """The texts of a case as they come: whoever asks for the next one waits for it, on a clock of its own."""

    def __init__(self, case: Case) -> None:
        self._time, self._due, self._end_wait = case.start, list(case.arrivals), case.end_wait
        self.taken, self.ended = 0, False

    def now(self) -> float:
        """Seconds on the clock."""
        return self._time

    def __iter__(self) -> Arrivals:
        return self

    def __next__(self) -> str:
        if self._due:
            wait, text = self._due.pop(0)
            self._time, self.taken = self._time + wait, self.taken + 1
            return text
        self._time, self._end_wait, self.ended = self._time + self._end_wait, 0.0, True
        raise StopIteration


CASES = (
    Case(sent="five texts after waits of 0.8, 0.2, 0.6, 0.1 and 0.25 s; the stream ends 0.45 s later", end_wait=0.45,
         arrivals=((0.8, "Your "), (0.2, "order "), (0.6, "left "), (0.1, "on "), (0.25, "Monday."))),
    Case(sent="three texts after waits of 0.3, 0.2 and 0.1 s; the stream ends 1.5 s later", end_wait=1.5,
         arrivals=((0.3, "Your "), (0.2, "order "), (0.1, "left."))),
    Case(sent="`''` after 0.2 s, `'Your '` 0.7 s later, `''` after 0.3, `'order'` after 0.5, `''` after 1.2; the end "
              "0.1 s later", end_wait=0.1,
         arrivals=((0.2, ""), (0.7, "Your "), (0.3, ""), (0.5, "order"), (1.2, ""))),
    Case(sent="three texts after waits of 0, 0.5 and 1 s (the clock starts at 0); the stream ends 0.25 s later",
         start=0.0, end_wait=0.25, arrivals=((0.0, "Your "), (0.5, "order "), (1.0, "left."))),
    Case(sent="`'\\n\\n'` after 0.3 s, `'Your '` 1.6 s later, `'order'` after 0.2; the end 0.1 s later", end_wait=0.1,
         arrivals=((0.3, "\n\n"), (1.6, "Your "), (0.2, "order"))),
    Case(sent="`'Two steps:'` after 0.5 s, `'\\n\\n'` 2.4 s later, `'1. Unplug it.'` after 0.3; the end 0.1 s later",
         end_wait=0.1, arrivals=((0.5, "Two steps:"), (2.4, "\n\n"), (0.3, "1. Unplug it."))),
    Case(sent="three texts after waits of 0.062, 0.011 and 0.018 s; the stream ends 0.004 s later", end_wait=0.004,
         arrivals=((0.062, "Your "), (0.011, "order "), (0.018, "left."))),
    Case(sent="one text after 1.1 s; the stream ends 0.2 s later", end_wait=0.2, arrivals=((1.1, "Hello."),)),
    Case(sent="no text at all; the stream ends after 1.5 s", end_wait=1.5, arrivals=()),
    Case(sent="a single piece, `''`, after 0.4 s; the stream ends 0.6 s later", end_wait=0.6, arrivals=((0.4, ""),)),
)


LATER = 50
"""Seconds by which the clock has gone on when a stream is sent again."""


@dataclass(frozen=True, slots=True)
class Measures:
    """A check: the three times of one stream."""

    case: Case

    def __call__(self, attempt: Attempt) -> Problem | None:
        got = _times(attempt, self.case)
        if self.case.is_right(got):
            return None
        return _kept_state(attempt, self.case, got) or slip(got, self.case)


def _kept_state(attempt: Attempt, case: Case, got: dict[str, float | None]) -> Problem | None:
    """What lives outside the function: the same stream, later, gives other times. (Reading the clock gives LATER.)"""
    again = _times(attempt, replace(case, start=case.start + LATER))
    moved = [(again[key] or 0) - (got[key] or 0) for key in KEYS]
    if all(min(abs(one), abs(one - LATER)) < 1e-3 for one in moved):
        return None
    return Problem(code="keeps-state", sent=f"{case.sent}; the same again, {LATER} s later",
                   did=f"returned {_said(got)}, then {_said(again)}", should=case.should + " both times",
                   because="one request's times would reach into the next one's.", look="a time or a list that is not "
                   "made anew in each call: a global name, or a default such as `times=[]`.")


def _said(times: dict[str, float | None]) -> str:
    return shown({key: value if value is None else round(value, 3) for key, value in times.items()})


def _times(attempt: Attempt, case: Case) -> dict[str, float | None]:
    """What the answer measured; anything else than three times: Spoiled."""
    arrivals = Arrivals(case)
    ran = attempt.run(arrivals, arrivals.now, sent=case.sent)
    if ran.error is not None:
        raise Spoiled(_raised(attempt.raised(ran, case.sent, case.should), ran.error, case))
    if ran.value is not None and not arrivals.ended:
        raise Spoiled(Problem(
            code="stops-early", sent=case.sent, did=f"stopped reading after {arrivals.taken} of {len(case.arrivals)} "
            "pieces, before the end", should=case.should, look="`break`, or a `return` inside the loop.",
            because="the total is what a user waits for the whole answer, and the end may be the longest wait."))
    got = _as_dict(ran.value, case)
    return {key: None if got[key] is None else as_number(got[key], case.sent, case.should) for key in KEYS}


def _raised(raised: Problem, error: BaseException, case: Case) -> Problem:
    said = str(error)
    if isinstance(error, TypeError) and ("subscriptable" in said or "has no len" in said or "sequence" in said):
        return replace(raised, code="not-a-list", because="the pieces arrive one after the other: how many there are, "
                       "and what the last one says, is known when they have all come.",
                       look="square brackets and `len`; `for piece in pieces` takes them as they come.")
    if case.texts:
        few = len(case.texts) == 1
        return replace(raised, code="one-text", because="a short answer comes in one piece: there is no gap "
                       "in it, which is 0.", look="what you take the largest of.") if few else raised
    return replace(raised, code="nothing-came", because="a refusal, or a limit that thinking used up, is a stream "
                   "without a text: there is no time to a first one, and that is `None`.",
                   look="what your code relies on after the loop.")


def _as_dict(got: Any, case: Case) -> Mapping[str, Any]:
    if not isinstance(got, Mapping):
        said = "`None`" if got is None else f"{a(type(got).__name__)}: {shown(got)}"
        raise Spoiled(Problem(code="no-dict", sent=case.sent, did=f"returned {said}", should=case.should, because="the "
                              'caller asks for a time by its name: `times["first"]`.', look="your `return`."))
    missing = [key for key in KEYS if key not in got]
    if missing:
        raise Spoiled(Problem(code="keys", sent=case.sent, did=f"returned {shown(got)}: without `{missing[0]}`",
                              should=case.should, because="the caller asks for each time by its name.",
                              look="how the three names are written."))
    return got


MEASURE_A_STREAM = Exercise(
    id="03a-1", name="measure", call="measure(pieces, now)", solution=measure, checks=tuple(map(Measures, CASES)),
    praise="Three times of one stream, each from the right moment. The first decides whether it feels quick, the gap "
           "whether it feels stuck, the total how long it took.",
    hints=("Which moments do you have to remember while the texts go by, and which of them before the first one comes?",
           "Take `now()` once before the loop: all times count from there. In the loop `for piece in pieces`, a piece "
           "that is `\"\"` changes nothing. The total is taken after the loop, when the stream has ended.",
           "`start = now()` before the loop; in it, for a piece that is not empty, `at = now()`: the first time sets "
           "`first = at - start`, each later one `longest = max(longest, at - last)`; then `last = at`. After the loop "
           "`now() - start`."),
)
