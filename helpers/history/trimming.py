"""Make a history fit: whole oldest turns go, the last one never does.

    messages = trim(messages, budget=40_000, count=lambda message: estimate(message, MODEL), down_to=20_000)

Removing anything at the front makes the whole list a cache miss, once. So trim rarely and much (`down_to`), and only
append in between: then the next requests read the cache again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

from helpers.history.blocks import Message, is_chat, lean, plain
from helpers.history.splitting import split

Count = Callable[[Message], float]

ADVICE = ("Nothing is left to drop. Shorten it (long tool results and pasted documents first), have it summarised, or "
          "raise the budget.")


class TooLongError(ValueError):
    """What has to be sent doesn't fit, and there is nothing left that could be dropped."""

    def __init__(self, what: str, size: float, budget: float, advice: str = ADVICE) -> None:
        super().__init__(f"{what} is {size:,} tokens, and the budget is {budget:,}. {advice}")
        self.what, self.size, self.budget, self.advice = what, size, budget, advice

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.what, self.size, self.budget, self.advice)


def trim(messages: Sequence[Any], budget: float, count: Count, *, down_to: float | None = None,
         keep_thinking: bool = False) -> list[Message]:
    """*messages*, shortened to *budget* tokens: as they are where they fit; else without thinking and without as many
    of the oldest turns as must go. The last turn always stays; TooLongError where it doesn't fit by itself.

    *count*: tokens of one message. Sums must be what they cost together; each message is counted once, and once more
    where thinking was taken out of it. *down_to*: where turns are to go, so many that the rest is at most this (the
    last turn aside); None means *budget*. *keep_thinking*: for those who send the beta's "drop_block", or a model
    without preserved thinking; otherwise what is kept of an edited history loses its thinking blocks, which would be
    a 400 (`without_thinking`). For that reason don't trim between a tool call and its result.

    Takes Anthropic's and OpenAI's messages; system messages that lead a chat stay, and count. Leftovers without a
    question at the front, which the Messages API refuses, go in any case. What was valid before is valid after, and to
    trim again changes nothing. Never changes its input. Linear in the number of messages. ValueError where there is no
    question at all.
    """
    low = budget if down_to is None else down_to
    _check(budget, low)
    whole = plain(messages)
    lead, found = split(whole)
    if found and found[0].headless and not is_chat(whole):
        lead, found = [], found[1:]
    if whole and not found and not lead:
        raise ValueError("there is no question in these messages, only an answer or a tool's result: nothing of them "
                         "could be sent. Look for what removed the user's message.")
    fixed = sum(_size(count, message) for message in lead)
    counted = [[(message, _size(count, message)) for message in turn.messages] for turn in found]
    if fixed + sum(size for turn in counted for _, size in turn) > budget:
        counted = _kept(counted if keep_thinking else [_lean(turn, count) for turn in counted],
                        budget - fixed, low - fixed, budget)
    return [*lead, *(message for turn in counted for message, _ in turn)]


Counted = list[tuple[Message, float]]


def _kept(counted: list[Counted], room: float, low: float, budget: float) -> list[Counted]:
    """The last turn, and as many of those before it as fit below *low*."""
    if not counted:
        raise TooLongError("the system prompt alone", budget - room, budget)
    sizes = [sum(size for _, size in turn) for turn in counted]
    total = sizes[-1]
    if total > room:
        raise TooLongError("the last turn alone" if room == budget else "the last turn with the system prompt",
                           total + budget - room, budget)
    first = len(sizes) - 1
    while first and total + sizes[first - 1] <= low:
        first -= 1
        total += sizes[first]
    return counted[first:]


def _lean(turn: Counted, count: Count) -> Counted:
    """A turn without thinking; only what has changed is counted again."""
    kept = [(message, lean(message), size) for message, size in turn]
    return [(after, size if after is message else _size(count, after)) for message, after, size in kept
            if after is not None]


def _size(count: Count, message: Message) -> float:
    size = count(message)
    if not _is_size(size):
        raise TypeError(f"count must return the tokens of a message, a number of 0 or more; got {size!r}.")
    return size


def _is_size(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _check(budget: Any, low: Any) -> None:
    for name, value in (("budget", budget), ("down_to", low)):
        if not _is_size(value):
            raise ValueError(f"{name} must be a number of tokens, 0 or more; got {value!r}.")
    if low > budget:
        raise ValueError(f"down_to ({low:,}) must not be above budget ({budget:,}).")
