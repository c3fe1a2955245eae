"""The interview drill as a state machine: no widget, no waiting, no memory but the events.

    drill = Drill(mode="rapid")
    print(drill.card.q)
    drill.sure(3); drill.speak()             # how certain, then the timer runs
    drill.reveal()                           # the answers; a card that is checked: drill.answer(12)
    drill.score(must=[1, 2, 5])              # what was said, by its number in the card's lists
    drill.next()

question -> confidence -> speaking -> reveal -> scored -> (followup ->) question ... -> finished. `actions` says what is
possible now; anything else raises DrillError and changes nothing. `skip` and `stop` are possible until the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from random import Random
from typing import Any, Protocol

from helpers.classroom import progress
from helpers.classroom.answers import ASKED, END, KIND, SCORED, SKIPPED, START, day
from helpers.classroom.boxes import Known, allowance, recall
from helpers.classroom.cards import Card, FollowUp, deck
from helpers.classroom.choosing import choose
from helpers.classroom.event import Event
from helpers.classroom.modes import MODES
from helpers.classroom.resuming import interrupted
from helpers.classroom.scoring import Score
from helpers.classroom.turns import DrillError, Turn
from helpers.clock import Clock, RealClock

NONE_LEFT = "No card of this kind is left for today. New ones come tomorrow; another mode has others."


class Store(Protocol):
    """Where events are kept: `progress.Log`, say."""

    def record(self, kind: str, item: str = "", **data: Any) -> None: ...

    def events(self) -> list[Event]: ...


class Drill:
    """One session of one mode."""

    def __init__(self, cards: Mapping[str, Card] | None = None, store: Store | None = None, clock: Clock | None = None,
                 rng: Random | None = None, *, mode: str = "rapid", interview_on: date | None = None,
                 topics: Collection[str] = (), resume: bool = False) -> None:
        """*cards*: by id; None for the course's. *store*: None for today's progress folder. *interview_on*: no card
        waits longer than a third of the days until then. *topics*: only cards of these. *resume*: go on with the
        session of this mode that broke off today, if there is one, at the card that was asked last.

        ValueError for a mode or a topic that there isn't.
        """
        every = deck() if cards is None else cards
        _check(mode, topics, every)
        self.mode = MODES[mode]
        self.results: list[tuple[Card, Score]] = []
        """What was answered in this session."""
        self.turn: Turn | None = None
        self.notice = ""
        """Why the drill is over."""
        self._every = every
        self._cards = {id: card for id, card in every.items() if not topics or card.topic in topics}
        self._store = progress.log() if store is None else store
        self._clock = RealClock(wall_start=None) if clock is None else clock
        self._random = (Random() if rng is None else rng).random
        self._interview_on = interview_on
        self._place, self._asked, self._skipped = 0, list[str](), set[str]()
        if not (resume and self._take_up(mode)):
            self._started_s = self._clock.now()
            self._store.record(KIND, step=START, mode=mode)
            self._ask()

    # ---- what there is to see

    @property
    def state(self) -> str:
        """"question", "confidence", "speaking", "reveal", "scored", "followup" or "finished"."""
        return self.turn.state if self.turn else "finished"

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of the methods that may be called now, the likeliest first."""
        return (*self.turn.actions, "skip", "stop") if self.turn else ()

    @property
    def card(self) -> Card | None:
        """The card that is asked; None when the drill is over."""
        return self.turn.card if self.turn else None

    @property
    def followup(self) -> FollowUp | None:
        """The follow-up question that is being asked."""
        return self.turn.followup if self.turn else None

    @property
    def position(self) -> tuple[int, int]:
        """(number of the card, how many there are): (3, 8)."""
        return min(self._place + 1, len(self.mode.seats)), len(self.mode.seats)

    @property
    def elapsed_s(self) -> float:
        """Seconds that the learner has spoken, or took."""
        return self.turn.elapsed_s if self.turn else 0.0

    @property
    def target_s(self) -> int | None:
        """Seconds that it should take."""
        return self.turn.target_s if self.turn else None

    @property
    def left_s(self) -> float | None:
        """Seconds until no further card is asked; None where there is no such limit."""
        if self.mode.limit_s is None:
            return None
        return max(self.mode.limit_s - (self._clock.now() - self._started_s), 0.0)

    @property
    def known(self) -> dict[str, Known]:
        """Every card that was met, with its box and the day it is due, from the events."""
        return recall(self._store.events(), self._interview(self._today()))

    # ---- what can be done

    def sure(self, confidence: int) -> None:
        """Say how certain you are of the answer that you are about to give: 1 (a guess) to 4 (certain)."""
        self._at("sure").sure(confidence)

    def speak(self) -> None:
        """Start the timer."""
        self._at("speak").speak()

    def reveal(self) -> None:
        """Stop the timer, and show the answers of a spoken card."""
        self._at("reveal").reveal()

    def answer(self, given: float | Collection[int]) -> None:
        """Stop the timer, and check *given*: the estimate, or the numbers of the wrong lines (from 1).

        ValueError for what is neither.
        """
        self._at("answer").answer(given)

    def score(self, must: Iterable[int] = (), plus: Iterable[int] = (), red: Iterable[int] = ()) -> Score:
        """Book what was said: the numbers, from 1, of the must-haves, extras and red flags. A bug hunt takes none.

        An estimate that was not accepted gets nothing for its must-haves; in a bug hunt each fine line that was ticked
        is a red flag. ValueError for a number that is not in the list.
        """
        turn = self._at("score")
        found = turn.score(must=must, plus=plus, red=red)
        self._store.record(KIND, turn.card.id, step=SCORED, depth=turn.seat.depth, confidence=turn.confidence,
                           seconds=round(turn.elapsed_s, 1), points=found.points, red=found.red, late=found.late,
                           ticked=turn.ticked)
        self.results.append((turn.card, found))
        return found

    def follow_up(self) -> FollowUp:
        """Ask the next follow-up question; its timer starts at once."""
        return self._at("follow_up").follow_up()

    def next(self) -> None:
        """Go on to the next card, or to the end."""
        self._at("next")
        self._move_on()

    def skip(self) -> None:
        """Leave this card, and what is left of its follow-up questions, for another time."""
        turn = self._at("skip")
        if turn.state not in ("scored", "followup"):
            self._store.record(KIND, turn.card.id, step=SKIPPED)
            self._skipped.add(turn.card.id)
        self._move_on()

    def stop(self) -> None:
        """End the session here."""
        self._at("stop")
        self._finish("Stopped.")

    # ---- how it goes on

    def _move_on(self) -> None:
        self._place += 1
        if self.left_s == 0.0 and self._place < len(self.mode.seats):
            self._finish("The time is up.")
        else:
            self._ask()

    def _ask(self) -> None:
        """Ask a card for this place, or for the next one that has any; finish where none has."""
        events, today = self._store.events(), self._today()
        known, new = recall(events, self._interview(today)), allowance(self._every, events, today)
        for place in range(self._place, len(self.mode.seats)):
            seat = self.mode.seats[place]
            card = choose(seat.type, self._cards, known, events, today, allowance=new, asked=self._asked,
                          skipped=self._skipped, random=self._random)
            if card:
                self._place, self.turn = place, Turn(card, seat, self._clock)
                self._asked.append(card.id)
                self._store.record(KIND, card.id, step=ASKED, place=place)
                return
        self._finish("Done." if self._asked else NONE_LEFT)

    def _take_up(self, mode: str) -> bool:
        """Go on where the last session broke off; False where none did."""
        found = interrupted(self._store.events(), mode, self._today())
        if found is None or found.place >= len(self.mode.seats):
            return False
        self._place, self._asked, self._skipped = found.place, list(found.asked), set(found.skipped)
        self._started_s = self._clock.now() - max((self._clock.wall() - found.started).total_seconds(), 0.0)
        self.results = [(self._cards[one.card], Score(one.points, one.red, one.late)) for one in found.answered
                        if one.card in self._cards]
        card, seat = self._cards.get(found.open), self.mode.seats[found.place]
        if card is not None and card.type == seat.type:
            self.turn = Turn(card, seat, self._clock)
        else:
            self._ask()
        return True

    def _finish(self, notice: str) -> None:
        self.turn, self.notice, self._place = None, notice, len(self.mode.seats)
        self._store.record(KIND, step=END)

    def _today(self) -> date:
        return day(self._clock.wall())

    def _interview(self, today: date) -> date | None:
        """The day of the interview, unless it is over."""
        return self._interview_on if self._interview_on is not None and self._interview_on >= today else None

    def _at(self, action: str) -> Turn:
        if self.turn is None:
            raise DrillError(f"{action}() is not possible: this drill is over. Make a new one: Drill(mode=...).")
        if action not in self.actions:
            raise DrillError(f"{action}() is not possible at {self.state!r}. Possible now: "
                             f"{', '.join(f'{name}()' for name in self.actions)}.")
        return self.turn


def _check(mode: str, topics: Collection[str], cards: Mapping[str, Card]) -> None:
    if mode not in MODES:
        raise ValueError(f"{mode!r} is no mode. Choose one of: {', '.join(MODES)}.")
    there = {card.topic for card in cards.values()}
    if unknown := set(topics) - there:
        raise ValueError(f"No card is about {', '.join(sorted(unknown))}. There are cards about "
                         f"{', '.join(sorted(there))}.")
