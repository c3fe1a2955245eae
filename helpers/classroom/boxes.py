"""When a card comes back: five Leitner boxes, worked out of the events anew each time.

    known = recall(progress.events(), interview_on=date(2026, 12, 4))
    ordered(deck().values(), known, today, allowance={"speak": 8}, random=Random().random)

A passed card moves up one box, a failed one and one with a red flag go back to the first, a shaky one stays. A card of
the first box is due at once (the drill puts three others in between), one of the fifth after sixteen days. With a date
for the interview no card waits longer than a third of the days that are left. A card that is practised before its day
can fall, but does not rise: knowing something for the second time in an hour proves little.

How the intervals grow matters little: in a meta-analysis spacing helps much (g = 0.74), expanding intervals no more
than equal ones (g = 0.03; Latimier, Peyre and Ramus, Educational Psychology Review 33, 2021). So plain numbers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from helpers.classroom.answers import ASKED, Answered, answered, day, steps
from helpers.classroom.cards import Card
from helpers.classroom.event import Event

INTERVALS = (0, 1, 3, 7, 16)
"""Days, box 1 to box 5."""
MEETINGS = 3
"""Before an interview no interval is longer than the days that are left, divided by this."""
NEW_A_DAY = 8
"""New cards of one type on one day."""
APART = 3
"""Other cards between two showings of one card."""


@dataclass(frozen=True, slots=True)
class Known:
    """A card that the learner has met."""

    box: int
    """1 to 5."""
    due: date
    last: Answered | None = None
    """None for a card that was asked and skipped."""

    @property
    def believed(self) -> bool:
        """Last time it went wrong, and the learner was certain. Such errors are the ones that are best corrected once
        they are noticed (Butterfield and Metcalfe, JEP: Learning, Memory, and Cognition 27, 2001), so they come first.
        """
        return self.last is not None and self.last.believed


def recall(events: Iterable[Event], interview_on: date | None = None) -> dict[str, Known]:
    """Every card that was asked, by its id."""
    events = list(events)
    known = {}
    for event in steps(events, ASKED):
        known.setdefault(event.item, Known(1, day(event.at)))
    for one in answered(events):
        before = known.get(one.card, Known(1, one.day))
        box = moved(before.box, one, early=before.due > one.day)
        known[one.card] = Known(box, one.day + timedelta(days=interval(box, one.day, interview_on)), one)
    return known


def moved(box: int, one: Answered, *, early: bool = False) -> int:
    """The box after an answer. *early*: the card was not due yet."""
    if one.failed:
        return 1
    if not one.passed or early:
        return box
    return min(box + 1, len(INTERVALS))


def interval(box: int, answered_on: date, interview_on: date | None = None) -> int:
    """Days until a card of *box* is due. An interview that was over by then doesn't count."""
    days = INTERVALS[box - 1]
    if interview_on is None or interview_on < answered_on:
        return days
    return min(days, (interview_on - answered_on).days // MEETINGS)


def allowance(cards: Mapping[str, Card], events: Iterable[Event], today: date) -> dict[str, int]:
    """How many new cards of each type may still come *today*."""
    first: dict[str, date] = {}
    for event in steps(events, ASKED):
        first.setdefault(event.item, day(event.at))
    met = [cards[id].type for id, on in first.items() if on == today and id in cards]
    return {type: max(NEW_A_DAY - met.count(type), 0) for type in {card.type for card in cards.values()}}


def ordered(cards: Iterable[Card], known: Mapping[str, Known], today: date, *, allowance: Mapping[str, int],
            random: Callable[[], float]) -> list[Card]:
    """*cards* as they should be asked; new ones of which there were enough today are left out.

    First what was wrong although the learner was certain, then what is due, the longest overdue first, then new cards,
    the easiest first, and last, for who wants more than is due, those that are due soonest. Chance decides between
    equals.
    """
    ranked = [(rank, random(), place, card) for place, card in enumerate(cards)
              if (rank := _rank(card, known.get(card.id), today, allowance)) is not None]
    return [card for *_, card in sorted(ranked, key=lambda row: row[:3])]


def _rank(card: Card, known: Known | None, today: date, allowance: Mapping[str, int]) -> tuple[int, int] | None:
    if known is None:
        return (2, card.level) if allowance.get(card.type, 0) > 0 else None
    if known.due > today:
        return 3, known.due.toordinal()
    return (0, 0) if known.believed else (1, known.due.toordinal())


def due_by_day(known: Mapping[str, Known], today: date, days: int = 14) -> list[int]:
    """How many of the met cards fall due today (overdue ones included), tomorrow, and so on."""
    ahead = [max((one.due - today).days, 0) for one in known.values()]
    return [ahead.count(number) for number in range(days)]
