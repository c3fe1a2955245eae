"""One state of lesson 06's widget: four strategies over one conversation, what each costs and what its end still knows.

    contest(Talk(), MODEL, cached=True)              # four lanes: dollars turn by turn, cuts, and where each fact is

The same numbers as `conversation.race` and `recall.whereabouts`, without their tables, for the sake of sliders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from helpers.simulate._plans import STRATEGIES
from helpers.simulate.conversation import Talk, turns_of
from helpers.simulate.recall import FACTS, Fact, where


@dataclass(frozen=True, slots=True)
class Lane:
    """One strategy."""

    strategy: str
    total_usd: tuple[float, ...]
    """After each turn, each converted from an exact sum."""
    cuts: tuple[int, ...]
    """The turns before which something was dropped."""
    first: int
    """The oldest turn that the last request carries."""
    places: tuple[str, ...]
    """Of each fact that was told: "turn", "summary", "state" or "gone"."""

    @property
    def usd(self) -> float:
        return self.total_usd[-1]

    @property
    def known(self) -> int:
        """Facts that are in the last request."""
        return sum(place != "gone" for place in self.places)


@dataclass(frozen=True, slots=True)
class Contest:
    """What was played, and how it ended."""

    talk: Talk
    model: str
    cached: bool
    told: tuple[Fact, ...]
    """The facts told up to the last turn."""
    lanes: tuple[Lane, ...]

    @property
    def cut(self) -> bool:
        """Whether any strategy dropped anything."""
        return any(lane.cuts for lane in self.lanes)


def contest(talk: Talk, model: str, *, cached: bool, ttl: str = "5m", facts: Sequence[Fact] = FACTS) -> Contest:
    """*talk* by all four strategies, with or without a cache. ValueError as `conversation.race`."""
    told = tuple(fact for fact in facts if fact.turn <= talk.turns)
    lanes = []
    for strategy in STRATEGIES:
        played = list(turns_of(talk, strategy, model, cached=cached, ttl=ttl))
        last = played[-1].sent
        lanes.append(Lane(
            strategy, total_usd=tuple(float(total) for total in accumulate(turn.paid.usd for turn in played)),
            cuts=tuple(turn.sent.turn for turn in played if turn.sent.dropped), first=last.first,
            places=tuple(where(talk, last, fact, facts) or "gone" for fact in told)))
    return Contest(talk, model, cached, told, tuple(lanes))
