"""The five kinds of drill: how many cards of which type, how deep, how long."""

from __future__ import annotations

from dataclasses import dataclass

FOLLOW_UP_S = 20
"""Seconds for the answer to a follow-up question."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a drill for one card."""

    type: str
    depth: str = "short"
    """Which of the card's targets counts, "short" or "long"."""
    followups: int = 0
    """Questions that must be answered before the next card."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One kind of drill."""

    label: str
    about: str
    seats: tuple[Seat, ...]
    limit_s: float | None = None
    """After so many seconds no further card is asked."""


DEEP = Seat("speak", "long", followups=2)

MODES = {
    "rapid": Mode("Rapid", "8 cards, 30 seconds each", (Seat("speak"),) * 8),
    "deep": Mode("Deep", "3 cards, 2 minutes each, with 2 follow-up questions", (DEEP,) * 3),
    "numbers": Mode("Numbers", "3 estimates, accepted within 15 %", (Seat("numbers"),) * 3),
    "bugs": Mode("Bug hunt", "2 pieces of code: tick what is wrong, and leave what only looks wrong",
                 (Seat("bugs"),) * 2),
    "mock": Mode("Mock screen", "25 minutes: an estimate, 3 short answers, a bug hunt, a deep answer",
                 (Seat("numbers"), *(Seat("speak"),) * 3, Seat("bugs"), DEEP), limit_s=25 * 60),
}
