"""What the drill's events say: which cards were asked, how each answer went, how sure the learner was.

    answered(progress.events())[-1].points
    calibration(answered(progress.events()))        # after ten cards: when you said 4 of 4 you scored 61 on average

Nothing is kept but the events, so what a crash cut off or a hand spoiled is one answer less, never a wrong state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from helpers.classroom.event import Event
from helpers.classroom.scoring import band, passed

KIND = "drill"
START, ASKED, SCORED, SKIPPED, END = "start", "asked", "scored", "skipped", "end"
"""What an event's `step` may be. START and END belong to a whole drill, the others to a card."""
SURE = {1: "a guess", 2: "not sure", 3: "fairly sure", 4: "certain"}
CERTAIN = 3
"""From this level on a wrong answer is one that its owner believed."""
ENOUGH = 10
"""Answers from which a calibration means something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One scored answer."""

    card: str
    at: datetime
    points: int
    red: int
    confidence: int
    """1 to 4, given before the answer."""
    seconds: float
    late: bool = False

    @property
    def day(self) -> date:
        return day(self.at)

    @property
    def passed(self) -> bool:
        return passed(self.points, self.red)

    @property
    def failed(self) -> bool:
        """Back to the first box; an answer may be neither passed nor failed: shaky."""
        return band(self.points) == "again" or self.red > 0

    @property
    def believed(self) -> bool:
        """Wrong, and the learner was certain."""
        return self.failed and self.confidence >= CERTAIN


def day(at: datetime) -> date:
    """The date of *at* where the learner is: what was learnt in the evening is due in the morning, one day later."""
    return at.astimezone().date()


def steps(events: Iterable[Event], *kinds: str) -> list[Event]:
    """The drill's events whose step is one of *kinds*, oldest first."""
    return [event for event in events if event.kind == KIND and event.data.get("step") in kinds]


def answered(events: Iterable[Event]) -> list[Answered]:
    """Every scored answer that can be read, oldest first."""
    return [found for event in steps(events, SCORED) if (found := read(event)) is not None]


def read(event: Event) -> Answered | None:
    """The answer in an event, or None where a hand or another version wrote something else."""
    data, confidence, seconds = event.data, event.data.get("confidence"), event.data.get("seconds")
    whole = [data.get("points"), data.get("red"), confidence]
    if not (event.item and all(type(value) is int for value in whole) and _is_time(seconds)):
        return None
    points, red, _ = whole
    if not (0 <= points <= 100 and red >= 0 and confidence in SURE):
        return None
    return Answered(card=event.item, at=event.at, points=points, red=red, confidence=confidence,
                    seconds=float(seconds), late=data.get("late") is True)


def _is_time(value: Any) -> bool:
    return type(value) in (int, float) and value >= 0


@dataclass(frozen=True, slots=True)
class Level:
    """The answers that were given at one level of confidence."""

    confidence: int
    answers: int
    mean: float
    """Of their points."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far what a learner said of an answer beforehand was from what it was."""

    levels: tuple[Level, ...]
    """Those that were used, the lowest first."""

    @property
    def answers(self) -> int:
        return sum(level.answers for level in self.levels)

    @property
    def gap(self) -> float:
        """Points: 4 of 4 promises 100, 1 of 4 promises 25; the mean distance of promise and mean, by answers."""
        return sum(level.answers * abs(25 * level.confidence - level.mean) for level in self.levels) / self.answers

    def __str__(self) -> str:
        said = [f"when you said {level.confidence} of 4 you scored {level.mean:.0f} on average ({level.answers} "
                f"{'answer' if level.answers == 1 else 'answers'})" for level in reversed(self.levels)]
        return f"{'; '.join(said)}.".capitalize() + f" The gap is {self.gap:.0f} points; 15 or less is a good one."


def calibration(found: Sequence[Answered]) -> Calibration | None:
    """Confidence against points, over every answer; None before there are ENOUGH of them."""
    if len(found) < ENOUGH:
        return None
    by_level = {level: [one.points for one in found if one.confidence == level] for level in SURE}
    return Calibration(tuple(Level(level, len(points), sum(points) / len(points))
                             for level, points in by_level.items() if points))
