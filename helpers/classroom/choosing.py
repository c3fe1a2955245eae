"""Which card is asked next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from helpers.classroom.boxes import APART, Known, ordered
from helpers.classroom.cards import Card
from helpers.classroom.event import Event
from helpers.classroom.resuming import asked_on


def choose(type: str, cards: Mapping[str, Card], known: Mapping[str, Known], events: Sequence[Event], today: date, *,
           allowance: Mapping[str, int], asked: Sequence[str], skipped: Collection[str],
           random: Callable[[], float]) -> Card | None:
    """The card of *type* that is most in need of being asked; None where none may be.

    *allowance*: new cards that may still come today, by type. *asked*, *skipped*: ids, of this session. No card comes
    twice within three others. In one session what was skipped does not return, nor what was learnt and is not due.
    """
    # By the day, so that a small deck is not shut for ever; by the session, so that midnight opens no gap.
    shut = {*asked_on(events, today)[-APART:], *asked[-APART:], *skipped}
    shut |= {id for id in asked if id in known and known[id].due > today}
    own = [card for card in cards.values() if card.type == type and card.id not in shut]
    order = ordered(own, known, today, allowance=allowance, random=random)
    return order[0] if order else None
