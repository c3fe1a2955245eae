"""What to send next: the history as it is, or trimmed where it and the question no longer fit.

Written once for both kinds of client: a generator that yields each call which may have to wait (a count, a summary, a
request) as a function without arguments, and is sent what it returned. `steps.drive` and `steps.drive_async` do that.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from helpers.history.blocks import Message
from helpers.history.budgets import Budget
from helpers.history.counting import estimate, estimate_text
from helpers.history.states import Kept, State, news, opening_text, with_note
from helpers.history.trimming import TooLongError

Call = Callable[[], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What stays the same in a conversation. Were it changed, the cache would be lost and all thinking be invalid."""

    fields: Mapping[str, Any]
    """Of each request's body, all but messages: model, max_tokens, system, tools and the SDK's other options."""
    budget: Budget
    down_to: float
    summarise: Callable[[list[Message], str], Any] | None
    count: Callable[..., Any] | None

    @property
    def model(self) -> str:
        return self.fields["model"]

    def body(self, messages: list[Message]) -> dict[str, Any]:
        """A request's body. A copy: what is done to it can't reach the history."""
        return copy.deepcopy({**self.fields, "messages": messages})

    def estimated(self, messages: list[Message] | tuple[Message, ...]) -> int:
        """Tokens of *messages*, without asking anybody."""
        return sum(estimate(message, self.model) for message in messages)

    def size(self, state: State) -> int:
        """Tokens of all that the next request repeats: by the last usage, else by what is known of each turn."""
        if state.tokens is not None:
            return state.tokens
        fixed = self.budget.system + self.budget.tools + estimate_text(state.opening, self.model)
        return fixed + sum(turn.tokens for turn in state.turns)


@dataclass(frozen=True, slots=True)
class Plan:
    """The state to go on from, the question as it will be sent, and how many turns had to go for it."""

    state: State
    asked: Message
    dropped: int
    noted: bool = False
    """Whether news of facts stands in front of the question."""


def plan(settings: Settings, state: State, facts: Mapping[str, str], content: Any) -> Generator[Call, Any, Plan]:
    """How to ask *content* next. TooLongError where it doesn't fit, whatever goes."""
    note = news(state.told, facts) if state.turns else ""
    if state.turns:
        asked = _message(with_note(note, content) if note else content)
        ready = replace(state, told=facts)
    else:   # nothing was sent yet that had to stay as it is
        asked = _message(content)
        ready = replace(state, opening=opening_text(state.summary, facts), told=facts)
    size = yield from measured(settings, ready, asked)
    if size <= settings.budget.first:
        return Plan(ready, asked, 0, noted=bool(note))
    return (yield from _trimmed(settings, state, facts, _message(content), size))


def measured(settings: Settings, state: State, asked: Message) -> Generator[Call, Any, int]:
    """The tokens of the request that asks *asked*: counted where there is a counter, else known and estimated."""
    if settings.count is not None:
        return (yield partial(settings.count, **settings.body([*state.messages, asked])))
    return settings.size(state) + settings.estimated([asked])


def _trimmed(settings: Settings, state: State, facts: Mapping[str, str], asked: Message,
             size: int) -> Generator[Call, Any, Plan]:
    """The newest turns that fit below the low-water mark, with a summary of the others where one is wanted; where that
    turns out to be too long, one turn less at a time."""
    budget, turns, summary = settings.budget, state.turns, state.summary
    kept = _newest(settings, turns, facts, summary, asked)
    while turns:
        gone = turns[:len(turns) - len(kept)]
        if gone and settings.summarise is not None:
            messages = copy.deepcopy([message for turn in gone for message in turn.lean().messages])
            summary = _text((yield partial(settings.summarise, messages, summary)))
        ready = State(turns=kept, opening=opening_text(summary, facts), summary=summary, told=facts)
        size = yield from measured(settings, ready, asked)
        if size <= budget.first:
            return Plan(ready, asked, len(state.turns) - len(kept))
        turns, kept = kept, kept[1:]
    raise TooLongError("the question with the system prompt, tools, facts and summary", size, budget.first)


def _newest(settings: Settings, turns: tuple[Kept, ...], facts: Mapping[str, str], summary: str,
            asked: Message) -> tuple[Kept, ...]:
    room = settings.budget.history * settings.down_to - settings.estimated([asked]) \
        - estimate_text(opening_text(summary, facts), settings.model)
    kept: list[Kept] = []
    for turn in reversed(turns):
        room -= turn.lean().tokens
        if room < 0:
            break
        kept.append(turn.lean())
    return tuple(reversed(kept))


def _message(content: Any) -> Message:
    return {"role": "user", "content": content}


def _text(summary: Any) -> str:
    if not isinstance(summary, str):
        raise TypeError(f"summarise must return a text; got {type(summary).__name__}.")
    return summary
