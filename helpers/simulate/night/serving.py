"""One message served: what went over the wire, what the page showed, what the shop booked; and that as log lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from helpers.simulate.night.page import Page
from helpers.simulate.night.traffic import Turn
from helpers.simulate.night.wire import Exchange

OPENS = datetime(2026, 11, 27, 18, 0)
"""Six o'clock on Black Friday."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    at_s: float
    customer: str
    words: str

    def __str__(self) -> str:
        return f"{OPENS + timedelta(seconds=self.at_s):%H:%M:%S} {self.customer}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What reached the shop for one message."""

    booked: tuple[Mapping[str, Any], ...] = ()
    handed_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One message and all that can be seen of what was made of it."""

    turn: Turn
    exchanges: tuple[Exchange, ...]
    page: Page
    desk: Desk
    ended_s: float
    trouble: str = ""
    """What a part of the bot did that it should not; "" where none did."""

    @property
    def right(self) -> bool:
        """Whether the customer got what a good answer is: all of the text, shown as whole; or exactly the order."""
        if self.turn.order is not None:
            return self.page.whole and self.desk.booked == (self.turn.order,)
        return self.page.whole and self.page.text == self.turn.answer

    @property
    def first_s(self) -> float | None:
        """Seconds from the customer's message to the first text on the page, a wait in the queue included."""
        return None if self.page.first_at is None else self.page.first_at - self.turn.at_s

    @property
    def half_as_whole(self) -> bool:
        """Whether the page shows as whole what is not all that the model wrote."""
        wrote = self.exchanges[-1].said if self.exchanges else ""
        return self.page.whole and bool(wrote) and self.page.text != wrote

    @property
    def lines(self) -> tuple[Line, ...]:
        """A line for each request, and one for what the customer saw."""
        gaps = [after.at_s - before.at_s for before, after in pairwise(self.exchanges)]
        again = ["", *(f"again after {gap:.1f} s: " for gap in gaps)]
        wire = [Line(one.at_s, self.turn.customer, f"{how}{one}")
                for how, one in zip(again, self.exchanges, strict=False)]
        return (*wire, self.last_line)

    @property
    def last_line(self) -> Line:
        """What the customer saw in the end, and what the shop booked."""
        requests = f"{len(self.exchanges)} request{'s' * (len(self.exchanges) != 1)}"
        first = "" if self.first_s is None else f", first text after {self.first_s:.1f} s"
        words = "; ".join(part for part in (self._shown(), self._at_the_desk(), self.trouble) if part)
        return Line(self.ended_s, self.turn.customer, f"{words} ({requests}{first})")

    def _shown(self) -> str:
        page, wrote = self.page, self.exchanges[-1].said if self.exchanges else ""
        lost = f", {page.unreadable} events unreadable" if page.unreadable else ""
        if page.sorry:
            return f"page says: {page.sorry}{lost}"
        if not page.whole:
            return f"page marks {len(page.text)} characters as not complete ({page.ending or 'no end came'}){lost}"
        if self.half_as_whole:
            return f"page shows as whole {len(page.text)} of {len(wrote)} characters{lost}"
        return f"page shows as whole: {_short(page.text)}{lost}"

    def _at_the_desk(self) -> str:
        booked = [f"shop booked an order{_not_as(order, self.turn.order)}" for order in self.desk.booked]
        return "; ".join([*booked, *["a colleague of the shop got it to read"] * bool(self.desk.handed_over)])


def _not_as(booked: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> str:
    if wanted is None:
        return " that nobody placed"
    wrong = [f"{name} {booked.get(name)!r} instead of {wanted.get(name)!r}" for name in {**wanted, **booked}
             if booked.get(name) != wanted.get(name)]
    return f" with {', '.join(wrong)}" if wrong else ""


def _short(text: str, most: int = 72) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most - 4]} ..."
