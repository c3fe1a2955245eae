"""What a trimmed conversation still knows: facts told at some turns, and whether a request carries them.

    recall(Talk())                                   # each turn: how many of the facts told so far are in the request
    whereabouts(Talk())                              # the last turn, fact by fact: in a turn, the summary, or gone
    recall(Talk(state=120))                          # with a state block nothing is ever gone

A fact is recalled if its text is in the request: in a turn that is still carried, in the summary, or in the state
block. Whether a model then uses it is another question. Two assumptions: a summary keeps the `summary_facts` that were
told last (how many a real one keeps only your own evaluation tells), and somebody pins each fact in the turn that tells
it, so that a state block has them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from helpers.simulate._plans import STRATEGIES, Sent, plan
from helpers.simulate.conversation import Talk

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a customer says once."""

    turn: int
    """The turn whose question tells it, from 1."""
    text: str

    def __post_init__(self) -> None:
        if type(self.turn) is not int or self.turn < 1:
            raise ValueError(f"turn must be a whole number, 1 or more; got {self.turn!r}.")
        if not self.text.strip():
            raise ValueError("a fact needs a text: what is to be found again.")


FACTS = (
    Fact(3, "allergic to nuts"),
    Fact(7, "wears shoe size 43"),
    Fact(12, "order 48-213 came damaged"),
    Fact(18, "wants nothing made of down"),
    Fact(25, "leaves for Norway on 2 March"),
    Fact(33, "spends 400 dollars at most"),
    Fact(42, "is reached by mail, never by phone"),
    Fact(56, "sends the parcel to a neighbour"),
)
"""Eight things that a customer of Acme's says in the course of sixty turns."""


def recall(talk: Talk, facts: Sequence[Fact] = FACTS, *, strategies: Sequence[str] = STRATEGIES) -> pd.DataFrame:
    """How much is recalled over time: one row a strategy and turn.

    Columns: `strategy`, `turn`, `told` (facts up to this turn), `recalled` (those of them that its request carries),
    `share` (NaN before the first fact).
    """
    import pandas as pd

    rows = []
    for strategy in strategies:
        for sent in plan(talk, strategy):
            told = [fact for fact in facts if fact.turn <= sent.turn]
            recalled = sum(bool(where(talk, sent, fact, facts)) for fact in told)
            rows.append((strategy, sent.turn, len(told), recalled, recalled / len(told) if told else nan))
    return pd.DataFrame(rows, columns=["strategy", "turn", "told", "recalled", "share"])


def whereabouts(talk: Talk, facts: Sequence[Fact] = FACTS, *, turn: int | None = None,
                strategies: Sequence[str] = STRATEGIES) -> pd.DataFrame:
    """Where each fact is in the request of *turn* (None: the last): one row a fact told by then.

    Columns: `told_at` (turn), `fact`, then one a strategy: "turn", "summary", "state" or "gone".
    """
    import pandas as pd

    turn = talk.turns if turn is None else turn
    if not (type(turn) is int and 1 <= turn <= talk.turns):
        raise ValueError(f"turn must be a whole number from 1 to {talk.turns}; got {turn!r}.")
    told = [fact for fact in facts if fact.turn <= turn]
    columns = {strategy: [where(talk, sent, fact, facts) or "gone" for fact in told]
               for strategy, sent in _at(talk, strategies, turn)}
    return pd.DataFrame({"told_at": [fact.turn for fact in told], "fact": [fact.text for fact in told], **columns})


def where(talk: Talk, sent: Sent, fact: Fact, facts: Sequence[Fact]) -> str:
    """The place of *fact*, one of *facts*, in the request: "turn", "summary" or "state", the first that has it; ""."""
    if sent.first <= fact.turn <= sent.turn:
        return "turn"
    if sent.summary and fact in in_summary(talk, sent, facts):
        return "summary"
    return "state" if fact in in_state(sent, facts) else ""


def in_summary(talk: Talk, sent: Sent, facts: Sequence[Fact]) -> list[Fact]:
    """What the summary in *sent* holds. Writing one anew from the old one and more turns keeps the latest, too."""
    dropped = sorted((fact for fact in facts if fact.turn < sent.first), key=lambda fact: fact.turn)
    return dropped[max(0, len(dropped) - talk.summary_facts):] if sent.summary else []


def in_state(sent: Sent, facts: Sequence[Fact]) -> list[Fact]:
    """What the state block in *sent* holds: all facts of the turns that went. Later ones are still in theirs."""
    return [fact for fact in facts if sent.state and fact.turn < sent.first]


def _at(talk: Talk, strategies: Sequence[str], turn: int) -> Iterator[tuple[str, Sent]]:
    for strategy in strategies:
        yield strategy, next(sent for sent in plan(talk, strategy) if sent.turn == turn)
