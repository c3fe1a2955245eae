"""06-2: the chats that `my_trim` gets: some made by hand, and those of `simulate.chats`, the smallest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from random import Random
from typing import Any

from helpers.exercises.e06_messages import Message, answer, ask, blocks_in, result, shape, text, use
from helpers.simulate.chats import chats
from helpers.simulate.violations import size


class Counter:
    """The `count` that a learner gets: tokens of a message at 2.5 characters each; keeps how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0
        self.misused = ""
        """What it was given, where that was no message."""

    def __call__(self, message: Any) -> int:
        self.calls += 1
        if not (isinstance(message, dict) and "content" in message):
            self.misused = self.misused or f"a {type(message).__name__}"
            raise TypeError(f"count(message) takes one message, a dict; got a {type(message).__name__}")
        return size(message)


def is_question(message: Message) -> bool:
    """Whether a turn begins here."""
    return message["role"] == "user" and all(block["type"] != "tool_result" for block in blocks_in(message))


@dataclass(frozen=True)
class Case:
    """One list and its budget."""

    words: str
    messages: list[Message]
    budget: int

    @cached_property
    def sizes(self) -> list[int]:
        return [size(message) for message in self.messages]

    @cached_property
    def starts(self) -> list[int]:
        """Where its turns begin."""
        return [place for place, message in enumerate(self.messages) if is_question(message)]

    @cached_property
    def turns(self) -> list[int]:
        """The tokens of each turn."""
        return [sum(self.sizes[start:end]) for start, end in
                zip(self.starts, [*self.starts[1:], len(self.messages)], strict=True)]

    @cached_property
    def expected(self) -> int | None:
        """Where the right answer begins; None where it raises."""
        return next((start for start in self.starts if sum(self.sizes[start:]) <= self.budget), None)

    @property
    def sent(self) -> str:
        count = len(self.turns)
        sizes = [f"{tokens:,}" for tokens in self.turns]
        told = sizes if count <= 8 else [*sizes[:2], "...", *sizes[-5:]]
        turns = f"{count} turns of {' + '.join(told)} tokens" if count > 1 else f"one turn of {sizes[0]} tokens"
        small = f" ({shape(self.messages)})" if len(self.messages) <= 8 else ""
        return f"{self.words}{small}: {turns}; `budget={self.budget}`"

    @property
    def should(self) -> str:
        if self.expected is None:
            return "raise a `ValueError` that says so: the last turn can't go, and alone it doesn't fit"
        kept = len([start for start in self.starts if start >= self.expected])
        every = "all turns" if kept == len(self.turns) else f"the last {kept} turns" if kept > 1 else "the last turn"
        return f"return {every}, {sum(self.sizes[self.expected:]):,} tokens"


def _words(name: str, tokens: int) -> str:
    return name.ljust(tokens * 5 // 2, ".")


def _turn(name: str, *tokens: int, blocks: bool = False, answered: bool = True) -> list[Message]:
    """A turn: question, rounds of call and result, answer; *tokens* of the question, each result and the answer."""
    first, *rounds, last = (*tokens, *([] if answered else [0]))
    content = [text(_words(f"Q{name}", first))] if blocks else _words(f"Q{name}", first)
    messages = [ask(content)]
    for number, tokens_of in enumerate(rounds, start=1):
        id = f"{name}{number}"
        messages += [answer([use(id)]), ask([result(id, _words(f"R{id}", tokens_of))])]
    said = [text(_words(f"A{name}", last))] if blocks else _words(f"A{name}", last)
    return [*messages, *([answer(said)] if answered else [])]


def _last(tokens: int = 20, blocks: bool = False) -> list[Message]:
    return _turn("z", tokens, blocks=blocks, answered=False)


def _over(messages: list[Message], start: int, more: int = 0) -> int:
    """The budget that everything from *start* on fits, and so many tokens more."""
    return sum(map(size, messages[start:])) + more


PIECES = [ask([text("ab")] * 10), answer([text("abcd")]), ask([text("abcdef")]), answer([text("a" * 20)]),
          ask([text("b" * 10)]), answer([text("c" * 10)]), ask([text("abcd")])]
"""Where the number of blocks and the number of tokens cut at different turns."""
TEXTS = [*_turn("a", 20, 60), *_turn("b", 20, 60), *_turn("c", 20, 60), *_last()]
BLOCKS = [*_turn("a", 100, 60, blocks=True), *_turn("b", 80, 60, blocks=True), *_last(blocks=True)]
ONE_CALL = [*_turn("a", 20, 40, 60), *_turn("b", 20, 60), *_last()]
TWO_ROUNDS = [*_turn("a", 20, 40, 40, 60), *_turn("b", 20, 60), *_last()]
BIG = [*_turn("a", 10, 20), *_turn("b", 20, 400), *_turn("c", 10, 20), *_last()]
WAITS = [*_turn("a", 20, 60), *_turn("z", 20, 40, 0)[:-1]]

HAND_MADE = (
    Case("short texts, the first of them in ten blocks", PIECES, 11),
    Case("texts as lists of blocks", BLOCKS, _over(BLOCKS, 2, 10)),
    Case("texts", TEXTS, _over(TEXTS, 2, 10)),
    Case("texts, and all of them fit", TEXTS, _over(TEXTS, 0, 10)),
    Case("texts, and two turns have to go", TEXTS, _over(TEXTS, 4, 30)),
    Case("texts, and one question fits beside a whole turn more", TEXTS, _over(TEXTS, 3, 10)),
    Case("the oldest turn has a call", ONE_CALL, _over(ONE_CALL, 2, 5)),
    Case("the oldest turn has a call", ONE_CALL, _over(ONE_CALL, 1, 5)),
    Case("the oldest turn has two rounds of calls", TWO_ROUNDS, _over(TWO_ROUNDS, 3, 5)),
    Case("a long turn between short ones", BIG, _over(BIG, 4, 50)),
    Case("the last turn waits for an answer to its result", WAITS, _over(WAITS, 2, 5)),
    Case("texts, and what should stay fits exactly", TEXTS, _over(TEXTS, 2)),
    Case("one question alone", _last(), 40),
)

_short, _long = _last(20), [*_turn("a", 10, 20), *_last(200)]
_long_result = [*_turn("a", 10, 20), *_turn("z", 10, 300, 0)[:-1]]
TOO_LONG = (
    Case("one long question", _short, 10),
    Case("a long question behind a short turn", _long, 100),
    Case("a question whose tool returned much", _long_result, 100),
)


@cache
def generated(kind: str) -> Sequence[Case]:
    """Fourteen chats of one kind, each with a budget: by turns two that lie between the last turn and all of it, then
    the last turn alone, then one token too few for all."""
    found = []
    for place, chat in enumerate(chat for chat in chats(56) if chat.kind == kind):
        whole = Case(f"chat {chat.number} of `simulate.chats` ({kind})", chat.messages, 0)
        least, most = whole.turns[-1], sum(whole.sizes)
        between = Random(f"budget-{chat.number}").randint(least, most)
        found.append(Case(whole.words, whole.messages, (between, between, least, most - 1)[place % 4]))
    return sorted(found, key=lambda case: len(case.messages))


LONG = Case("a long conversation", [*(message for number in range(300) for message in _turn(str(number), 20, 60)),
                                    *_last()], 8_000)
