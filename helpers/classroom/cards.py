"""The interview cards, as they lie in data/interview/cards.json.

    deck()["RET-01"].question
    deck()["RET-05"].accepts(12)         # within 15 % of the answer
    deck()["RET-07"].faults              # the numbers of the lines that are wrong

Three types. "speak": answered aloud, the learner ticks what was said. "numbers": an estimate, and the way to it.
"bugs": code in which the wrong lines are to be found, and one line that only looks wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from helpers.settings import DATA

FILE = DATA / "interview" / "cards.json"
TYPES = ("speak", "numbers", "bugs")
TOLERANCE = 0.15
"""How far from the answer an estimate may be, as a share of it."""


@dataclass(frozen=True, slots=True)
class Number:
    """A figure in an answer, which `tests/test_interview_cards.py` computes or finds cited."""

    say: str
    """The words of the answer in which it stands."""
    value: float
    unit: str
    computed_by: str
    """Its key in the test's table."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What an interviewer asks next, and the point of a good reply."""

    q: str
    a: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bug hunt."""

    code: str
    wrong: str = ""
    """Why it is wrong; "" for a line that is not."""
    fine: str = ""
    """Why it is right, of the one line that only looks wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The figure that a numbers card asks for."""

    value: float
    unit: str
    computed_by: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the course shows that the answer is true: the name of a notebook, and one of its headings."""

    lesson: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card."""

    id: str
    topic: str
    level: int
    """1 to 3, as for a junior, an ordinary and a senior position."""
    type: str
    q: str
    targets: Mapping[str, int]
    """Seconds: "short", and for a spoken card "long"."""
    must: tuple[str, ...]
    """What a good answer has; for a numbers card the steps; for a bug hunt the faults, in the order of the lines."""
    plus: tuple[str, ...]
    red: tuple[str, ...]
    """What a good answer never has."""
    short: str
    long: str = ""
    followups: tuple[FollowUp, ...]
    numbers: tuple[Number, ...]
    premises: tuple[str, ...] = ()
    """Words with figures that the question gives, or that the answer says it assumes."""
    proof: Proof
    sources: tuple[str, ...]
    as_of: str = ""
    """The day of the prices in it, where it has any."""
    answer: Answer | None = None
    lines: tuple[Line, ...] = ()

    @property
    def faults(self) -> frozenset[int]:
        """The numbers, from 1, of the wrong lines."""
        return frozenset(number for number, line in enumerate(self.lines, start=1) if line.wrong)

    @property
    def decoy(self) -> int | None:
        """The number of the line that only looks wrong."""
        return next((number for number, line in enumerate(self.lines, start=1) if line.fine), None)

    def accepts(self, value: float) -> bool:
        """Whether an estimate is within TOLERANCE of the answer."""
        if self.answer is None:
            raise ValueError(f"{self.id} asks for no number: it is a card of type {self.type!r}.")
        return abs(value - self.answer.value) <= TOLERANCE * abs(self.answer.value) + 1e-9


@cache
def deck(file: Path = FILE) -> Mapping[str, Card]:
    """Every card by its id, in the order of the file. ValueError names the card that can't be read, and why."""
    cards: dict[str, Card] = {}
    for row in json.loads(file.read_text("utf-8"))["cards"]:
        card = read(row)
        if card.id in cards:
            raise ValueError(f"{file.name}: there are two cards {card.id}.")
        cards[card.id] = card
    return cards


def read(row: Mapping[str, Any]) -> Card:
    """A card from its JSON object; ValueError says what is missing, unknown or against the rules."""
    try:
        card = _card(row)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"card {row.get('id', '?')!r} can't be read: {error}.") from error
    if faults := problems(card):
        raise ValueError(f"card {card.id!r} {'; '.join(faults)}.")
    return card


def _card(row: Mapping[str, Any]) -> Card:
    lines = tuple(Line(**line) for line in row.get("lines", ()))
    made: dict[str, Any] = {
        "lines": lines,
        "must": tuple(row["must"]) if row["type"] != "bugs" else tuple(line.wrong for line in lines if line.wrong),
        "plus": tuple(row.get("plus", ())),
        "red": tuple(row["red"]),
        "followups": tuple(FollowUp(**one) for one in row["followups"]),
        "numbers": tuple(Number(**one) for one in row["numbers"]),
        "premises": tuple(row.get("premises", ())),
        "proof": Proof(**row["proof"]),
        "sources": tuple(row["sources"]),
        "answer": Answer(**row["answer"]) if "answer" in row else None,
    }
    return Card(**{**row, **made})


def problems(card: Card) -> list[str]:
    """What is against the rules in *card*: the empty list where nothing is. Used for a learner's own cards, too."""
    decoys = sum(bool(line.fine) for line in card.lines)
    rules = {
        f"is of type {card.type!r}, which must be one of {', '.join(TYPES)}": card.type in TYPES,
        f"has level {card.level!r}, which must be 1, 2 or 3": card.level in (1, 2, 3),
        f"needs 4 must-haves or more; it has {len(card.must)}": len(card.must) >= 4,
        "needs a red flag: what a good answer never says": len(card.red) >= 1,
        "needs a number in its answer": len(card.numbers) >= 1,
        f"needs 2 follow-up questions or more; it has {len(card.followups)}": len(card.followups) >= 2,
        "needs a source": len(card.sources) >= 1,
        "needs a short answer": bool(card.short.strip()),
        "needs a long answer, as it is spoken": card.type != "speak" or bool(card.long.strip()),
        "needs targets in seconds": all(type(card.targets.get(name)) is int and card.targets[name] > 0
                                        for name in ("short", "long")[:1 + (card.type == "speak")]),
        "needs an answer with a value other than 0, and only a numbers card has one":
            (card.type == "numbers") == (card.answer is not None) and (card.answer is None or bool(card.answer.value)),
        "needs lines with exactly one decoy, and only a bug hunt has any":
            decoys == 1 if card.type == "bugs" else not card.lines,
        "has a line that is called both wrong and fine": not any(line.wrong and line.fine for line in card.lines),
    }
    return [rule for rule, kept in rules.items() if not kept]
