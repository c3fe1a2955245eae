"""A list of messages as turns: a question and all that came of it, tool calls and their results included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.history.blocks import LEADING, Message, calls_in, plain, results_in, text_of


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and all that came of it. What is dropped, is dropped by whole turns: no pair of call and result can
    be torn apart, and the list begins with a user."""

    messages: tuple[Message, ...]
    start: int
    """Where its first message stands in the whole list."""

    @property
    def headless(self) -> bool:
        """Whether it has no question: what an earlier trimming by messages left over. Only a first turn can be."""
        return not _opens(self.messages[0])

    @property
    def question(self) -> str:
        """The text of its first message; "" where it is headless."""
        return "" if self.headless else text_of(self.messages[0])

    @property
    def calls(self) -> int:
        """How many tool calls it holds."""
        return sum(len(calls_in(message)) for message in self.messages)


def turns(messages: Sequence[Any]) -> list[Turn]:
    """The turns of *messages*, in order; together they are the list (but for system messages that lead a chat).

    A turn begins with a user's message that answers no tool call. Neighbouring user messages are one question: the API
    combines them (docstring of `messages.create`, anthropic 2.12). Linear in the number of messages.
    """
    return split(plain(messages))[1]


def split(messages: Sequence[Message]) -> tuple[list[Message], list[Turn]]:
    """(system messages that lead a chat, turns)."""
    first = next((n for n, message in enumerate(messages) if message.get("role") not in LEADING), len(messages))
    starts, before = [], ""
    for place in range(first, len(messages)):
        message = messages[place]
        if not starts or (_opens(message) and before != "user"):
            starts.append(place)
        if message.get("role") not in LEADING:   # a system message in the middle belongs to the turn that it stands in
            before = message.get("role")
    ends = [*starts, len(messages)][1:]
    found = [Turn(tuple(messages[start:end]), start) for start, end in zip(starts, ends, strict=True)]
    return list(messages[:first]), found


def _opens(message: Message) -> bool:
    return message.get("role") == "user" and not results_in(message)
