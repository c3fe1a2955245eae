"""Inside a conversation's race: which turns each request carries, and what its prompt is made of.

All turns are of one size, so a request is told by two numbers: its turn, and the first turn that it still carries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.simulate.conversation import Talk

STRATEGIES = ("append", "slide", "chunk", "summarise")


@dataclass(frozen=True, slots=True)
class Sent:
    """The request of one turn: turns `first` to `turn`, the last one without its answer. All sizes in tokens."""

    turn: int
    first: int
    """The oldest turn that is still carried; 1 until something was dropped."""
    dropped: int
    """Turns that went just before this request."""
    system: int
    summary: int
    """0 where there is none."""
    state: int
    old: int
    """Earlier questions and answers."""
    question: int

    @property
    def prompt(self) -> int:
        return self.system + self.summary + self.state + self.old + self.question


def plan(talk: Talk, strategy: str) -> Iterator[Sent]:
    """The requests of *talk* by one of STRATEGIES, turn by turn; ValueError where it is none."""
    if strategy not in STRATEGIES:
        raise ValueError(f"{strategy!r} is no strategy. Choose one of: {', '.join(STRATEGIES)}.")
    first = 1
    for turn in range(1, talk.turns + 1):
        before, first = first, _first(talk, strategy, first, turn)
        yield _sent(talk, strategy, turn, first, first - before)


def summarised(talk: Talk, sent: Sent) -> int:
    """Tokens that the summarising call before *sent* reads: what was dropped, and the summary so far. 0: no call."""
    if not (sent.summary and sent.dropped):
        return 0
    had_one = sent.first - sent.dropped > 1
    return sent.dropped * talk.exchange + had_one * talk.summary


def _first(talk: Talk, strategy: str, first: int, turn: int) -> int:
    """The oldest turn that *turn*'s request carries, if the one before carried those from *first* on."""
    if strategy == "append" or _sent(talk, strategy, turn, first, 0).prompt <= talk.budget:
        return first
    share = 1 if strategy == "slide" else talk.down_to
    goal = talk.system + int((talk.budget - talk.system) * share)
    alone = _sent(talk, strategy, turn, turn, 0).prompt             # without an old turn, but with a summary
    return max(first, turn - max(0, (goal - alone) // talk.exchange))


def _sent(talk: Talk, strategy: str, turn: int, first: int, dropped: int) -> Sent:
    summary = talk.summary if strategy == "summarise" and first > 1 else 0
    return Sent(turn, first, dropped, talk.system, summary, talk.state, (turn - first) * talk.exchange, talk.user)
