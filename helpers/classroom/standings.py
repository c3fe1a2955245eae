"""What the events add up to, lesson by lesson.

    standing()      # shows itself as a small table
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from helpers.classroom import progress
from helpers.classroom.report import card
from helpers.classroom.schedules import titles

NOTHING = "Nothing yet: your predictions, quiz answers, exercises and hints will be counted here."
COLUMNS = ("lesson", "predictions", "quiz, first try", "exercises", "hints")
NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonStanding:
    """One lesson's counts. Running a cell again adds nothing."""

    lesson: str
    """Its number, "01"."""
    predictions: int = 0
    """Items predicted."""
    right: int = 0
    """Quiz items right at the first try ..."""
    answered: int = 0
    """... of those answered."""
    passed: int = 0
    """Exercises passed ..."""
    exercises: int = 0
    """... of all that the lesson has; 0 where that is not known."""
    hints: int = 0

    def cells(self) -> tuple[str, ...]:
        """What stands under COLUMNS."""
        title = titles().get(self.lesson, self.lesson)
        quiz = f"{self.right} of {self.answered}" if self.answered else "none yet"
        passed = f"{self.passed} of {self.exercises}" if self.exercises else str(self.passed)
        return (title, str(self.predictions), quiz, passed, str(self.hints))


@dataclass(frozen=True, slots=True)
class Standing:
    """Every lesson in which something was done, in order."""

    lessons: tuple[LessonStanding, ...] = ()

    def __str__(self) -> str:
        if not self.lessons:
            return NOTHING
        rows = [COLUMNS, *(lesson.cells() for lesson in self.lessons)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": card(self._table() if self.lessons else escape(NOTHING)), "text/plain": str(self)}

    def _table(self) -> str:
        left, right = "text-align:left;padding:2px 0", "text-align:right;padding:2px 0 2px 20px"
        looks = [left] + [right] * (len(COLUMNS) - 1)
        head = "".join(f'<th scope="col" style="{look}">{name}</th>' for name, look in zip(COLUMNS, looks, strict=True))
        body = "".join("<tr>" + "".join(f'<td style="{look}">{escape(text)}</td>' for text, look in
                                        zip(lesson.cells(), looks, strict=True)) + "</tr>" for lesson in self.lessons)
        return ('<table style="margin:0;table-layout:auto;border-collapse:collapse;font-size:inherit;'
                f'font-variant-numeric:tabular-nums"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def standing() -> Standing:
    """How far this learner is, from the events of today's progress folder."""
    return add_up(progress.events())


def add_up(events: Iterable[progress.Event]) -> Standing:
    """What *events*, oldest first, come to. A lesson in which nothing was tried is left out."""
    by_lesson: dict[str, list[progress.Event]] = {}
    for event in events:
        found = re.match(r"(\d\d[a-z]?)-", event.item)
        if found and event.data.get("outcome") != NOT_ATTEMPTED:
            by_lesson.setdefault(found[1], []).append(event)
    rows = [_one(lesson, by_lesson[lesson]) for lesson in sorted(by_lesson)]
    return Standing(tuple(row for row in rows if row is not None))


def _one(lesson: str, events: list[progress.Event]) -> LessonStanding | None:
    of = {kind: [event for event in events if event.kind == kind] for kind in ("predict", "quiz", "check", "hint")}
    if not any(of.values()):
        return None
    first_tries = {event.item: event for event in reversed(of["quiz"])}      # the earliest one stays
    passed = {event.item for event in of["check"] if event.data.get("outcome") == "passed"}
    known = _known(lesson)
    return LessonStanding(
        lesson=lesson, predictions=len({event.item for event in of["predict"]}), answered=len(first_tries),
        right=sum(event.data.get("right") is True for event in first_tries.values()),
        passed=len(passed & known if known else passed), exercises=len(known),
        hints=len({(event.item, repr(event.data.get("level"))) for event in of["hint"]}))


def _known(lesson: str) -> set[str]:
    try:
        from helpers.classroom.exercise import known

        return set(known(lesson))
    except ImportError:         # a lesson without exercises
        return set()
