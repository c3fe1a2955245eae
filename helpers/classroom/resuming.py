"""Where a drill broke off: what its events say, when the kernel that ran it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from helpers.classroom.answers import ASKED, END, SCORED, SKIPPED, START, Answered, answered, day, steps
from helpers.classroom.event import Event


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A session that was not ended."""

    started: datetime
    asked: tuple[str, ...]
    """The cards, in order."""
    skipped: frozenset[str]
    answered: tuple[Answered, ...]
    open: str
    """The card that was asked last and neither answered nor skipped; "" where there is none."""
    place: int
    """How many of the session's places are behind it."""


def interrupted(events: Sequence[Event], mode: str, today: date) -> Interrupted | None:
    """The last session, if it is one of *mode*, began *today* and has no end."""
    own = steps(events, START, ASKED, SCORED, SKIPPED, END)
    begins = max((place for place, event in enumerate(own) if event.data["step"] == START), default=None)
    if begins is None:
        return None
    start, *session = own[begins:]
    if start.data.get("mode") != mode or day(start.at) != today or steps(session, END):
        return None
    asked = steps(session, ASKED)
    waits = bool(session) and session[-1] is asked[-1] if asked else False
    place = asked[-1].data.get("place") if asked else 0
    if type(place) is not int or place < 0:
        return None
    return Interrupted(start.at, tuple(event.item for event in asked),
                       frozenset(event.item for event in steps(session, SKIPPED)), tuple(answered(session)),
                       asked[-1].item if waits else "", place + bool(asked and not waits))


def asked_on(events: Sequence[Event], today: date) -> list[str]:
    """The ids of the cards that were asked on one day, in order."""
    return [event.item for event in steps(events, ASKED) if day(event.at) == today]
