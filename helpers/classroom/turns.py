"""One card's turn in a drill: from the question to the score, and to what is asked after it.

question -> confidence -> speaking -> reveal -> scored -> followup ...

A spoken card is revealed and ticked by its learner; an estimate and a bug hunt are answered first, and checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from helpers.classroom.answers import SURE
from helpers.classroom.cards import Card, FollowUp
from helpers.classroom.modes import FOLLOW_UP_S, Seat
from helpers.classroom.scoring import Score, score
from helpers.clock import Clock


class DrillError(RuntimeError):
    """Something that the drill's state doesn't allow."""


class Turn:
    """One card in its seat."""

    def __init__(self, card: Card, seat: Seat, clock: Clock) -> None:
        self.card, self.seat, self._clock = card, seat, clock
        self.state = "question"
        self.confidence = 0
        """1 to 4 once it was said."""
        self.accepted: bool | None = None
        """Whether the estimate was near enough; None where none was given."""
        self.ticked: dict[str, list[int]] = {}
        """What the score was made of: numbers from 1, under "must", "plus" and "red", or under "lines"."""
        self._since_s = self._seconds = 0.0
        self._asked = 0

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of the methods that may be called now, the likeliest first; "next" means that the turn is over."""
        shows = "reveal" if self.card.type == "speak" else "answer"
        asks = ("follow_up",) * (self._asked < len(self.card.followups))
        ends = ("next",) * (self._asked >= self.seat.followups)
        after = asks + ends if self.seat.followups else ends + asks
        return {"question": ("sure",), "confidence": ("speak",), "speaking": (shows,), "reveal": ("score",),
                "scored": after, "followup": after}[self.state]

    @property
    def target_s(self) -> int:
        """Seconds that the answer, or the follow-up's, should take."""
        return FOLLOW_UP_S if self.state == "followup" else self.card.targets[self.seat.depth]

    @property
    def elapsed_s(self) -> float:
        """Seconds since speaking began; before, 0; after, how long it took."""
        running = self.state in ("speaking", "followup")
        return self._clock.now() - self._since_s if running else self._seconds

    @property
    def followup(self) -> FollowUp | None:
        """The follow-up question that is being asked."""
        return self.card.followups[self._asked - 1] if self.state == "followup" else None

    def sure(self, confidence: int) -> None:
        if type(confidence) is not int or confidence not in SURE:
            raise ValueError(f"confidence is 1 to 4 ({', '.join(f'{n}: {word}' for n, word in SURE.items())}); "
                             f"got {confidence!r}.")
        self.confidence, self.state = confidence, "confidence"

    def speak(self) -> None:
        self._since_s, self.state = self._clock.now(), "speaking"

    def reveal(self) -> None:
        self._seconds, self.state = self.elapsed_s, "reveal"

    def answer(self, given: float | Collection[int]) -> None:
        if self.card.type == "bugs":
            self.ticked = {"lines": self._numbers("line", given, len(self.card.lines))}
        elif isinstance(given, bool) or not isinstance(given, int | float):
            raise ValueError(f"{self.card.id} asks for a number, in {self.card.answer.unit}; got {given!r}.")
        else:
            self.accepted = self.card.accepts(given)
        self.reveal()

    def score(self, **ticks: Iterable[int]) -> Score:
        numbers = {name: self._numbers(name, given, len(getattr(self.card, name))) for name, given in ticks.items()}
        if self.card.type == "bugs":
            if any(numbers.values()):
                raise ValueError(f"{self.card.id} is a bug hunt: the lines are its answer, so score() takes no ticks.")
            lines = set(self.ticked["lines"])
            said, plus, red = len(lines & self.card.faults), 0, len(lines - self.card.faults)
        else:
            said, plus, red = (len(numbers[name]) for name in ("must", "plus", "red"))
            self.ticked = numbers
        if self.accepted is False:
            said = 0
        found = score(must=said, of=len(self.card.must), plus=plus, red=red, seconds=self._seconds,
                      target_s=self.target_s)
        self.state = "scored"
        return found

    def follow_up(self) -> FollowUp:
        self._asked += 1
        self._since_s, self.state = self._clock.now(), "followup"
        return self.card.followups[self._asked - 1]

    def _numbers(self, what: str, given: Any, most: int) -> list[int]:
        try:
            numbers = sorted(set(given))
        except TypeError:
            numbers = [given]
        if wrong := [one for one in numbers if type(one) is not int or not 1 <= one <= most]:
            there = f"they are numbered from 1 to {most}" if most else "it has none"
            raise ValueError(f"{self.card.id} has no {what} {wrong[0]!r}: {there}.")
        return numbers
