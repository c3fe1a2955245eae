"""Have one message answered, whatever the bot's parts do, and note what could be seen of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.clock import VirtualClock
from helpers.simulate.night.page import Page
from helpers.simulate.night.serving import Desk, Served
from helpers.simulate.night.traffic import CRLF, Turn
from helpers.simulate.night.watching import Leash, RunAway
from helpers.simulate.night.wire import Provider
from helpers.support_bot import PARTS, Parts, SupportBot

MOST_HANGS = 2
"""Loops without requests and waits; after these the bot is switched off for the rest of the night."""


class Books:
    """The shop's books: what was booked and handed over for the message that is being served."""

    def __init__(self) -> None:
        self.desk = Desk()

    def book(self, customer: str, order: Mapping[str, Any]) -> None:
        """Write it down."""
        self.desk = Desk(booked=(*self.desk.booked, dict(order)), handed_over=self.desk.handed_over)

    def hand_over(self, customer: str, text: str, reason: str) -> None:
        """Write it down."""
        self.desk = Desk(booked=self.desk.booked, handed_over=self.desk.handed_over + 1)


class Inside:
    """*parts* as they are, but each notes when it is at work: so the log can say which one did not come back."""

    def __init__(self, parts: Parts) -> None:
        self.at_work: list[str] = []
        self.stopped = ""
        """The parts that were at work when the bot ran away, the outermost first."""
        self.parts = Parts(**{name: self._noting(name, getattr(parts, name)) for name in PARTS})

    def _noting(self, name: str, part: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any, **named: Any) -> Any:
            self.at_work.append(name)
            try:
                return part(*given, **named)
            except RunAway:
                self.stopped = self.stopped or " > ".join(self.at_work)
                raise
            finally:
                self.at_work.pop()

        return noted


class Serving:
    """Serves one message after the other."""

    def __init__(self, clock: VirtualClock, bot: SupportBot, provider: Provider, books: Books, leash: Leash,
                 inside: Inside, stream: bool) -> None:
        self._clock, self._bot, self._provider, self._books = clock, bot, provider, books
        self._leash, self._inside, self._stream = leash, inside, stream
        self._hangs = 0

    def __call__(self, turn: Turn) -> Served:
        """Wait for *turn*, have it answered, and note what could be seen of that."""
        self._clock.sleep(turn.at_s - self._clock.now())
        self._leash.start()
        self._provider.exchanges, self._books.desk, self._inside.stopped = [], Desk(), ""
        page = Page(self._clock.now, crlf_proxy=turn.at_s in CRLF)
        trouble = self._answer(turn, page)
        return Served(turn=turn, exchanges=tuple(self._provider.exchanges), page=page, desk=self._books.desk,
                      ended_s=self._clock.now(), trouble=trouble)

    def _answer(self, turn: Turn, page: Page) -> str:
        """What went wrong inside of the bot; "" where nothing did."""
        if self._hangs >= MOST_HANGS:
            return f"bot is switched off, after it hung {self._hangs} times"
        try:
            outcome = self._bot.answer(turn.customer, turn.text, page.receive, stream=self._stream, box=turn.box)
        except RunAway as ran:
            self._hangs += not str(ran)
            return f"{self._inside.stopped or 'bot'} was stopped: {str(ran) or 'it hung'}"
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return f"bot ended with {type(error).__name__}"
        if outcome.ending == "broken":
            return f"{outcome.part} failed: {type(outcome.error).__name__}: {outcome.error}"
        return f"{type(outcome.error).__name__}" if outcome.error else ""
