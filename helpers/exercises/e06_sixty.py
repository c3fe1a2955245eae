"""06-4 and 06-5: sixty turns, a minute apart, played through the simulated cache.

    played = play("a talk", texts(), 6_000, lambda turn, messages: my_compact(messages, 6_000, size), sound)
    played.usd, played.resets                # dollars, and the turns that could not read what stood in the cache

The history belongs to the answer: what it returns is sent, and is the beginning of what it gets next. Breakpoints stand
behind the system prompt (the shop's handbook) and behind the last answer; sizes are 2.5 characters a token.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from helpers.classroom.attempt import Spoiled, a, shown
from helpers.classroom.report import Problem
from helpers.economics import cost, model_id
from helpers.exercises.e06_messages import Message, answer, ask, blocks_in, result, shape, text, use
from helpers.history import problem
from helpers.settings import DATA
from helpers.simulate.cache import Cache
from helpers.simulate.violations import size

TURNS = 60
GAP_S = 60
RECENT = 3
"""Turns that always stay, the one at hand included."""
MARK = {"cache_control": {"type": "ephemeral"}}

Turns = tuple[tuple[Message, ...], ...]


def _words(name: str, tokens: int) -> str:
    return f"{name} ".ljust(tokens * 5 // 2, ".")


@cache
def texts() -> Turns:
    """Sixty questions and answers, none of one size."""
    return tuple((ask(_words(f"Question {turn}", 60 + 37 * turn % 80)),
                  answer([text(_words(f"Answer {turn}", 200 + 53 * turn % 160))])) for turn in range(1, TURNS + 1))


@cache
def with_tools() -> Turns:
    """The same, where each third turn calls a tool that returns much."""
    found = []
    for turn, (question, said) in enumerate(texts(), start=1):
        id = f"toolu_{turn:02}"
        round_ = (answer([use(id)]), ask([result(id, _words(f"Result {turn}", 500 + 71 * turn % 400))]))
        found.append((question, *(round_ if turn % 3 == 0 else ()), said))
    return tuple(found)


@cache
def system() -> str:
    """The shop's handbook, 2,000 tokens."""
    return (DATA / "acme_policy.md").read_text("utf-8").strip()


@dataclass(slots=True)
class Played:
    """A talk that was played to its end."""

    usd: Decimal = Decimal(0)
    """Prompts and answers of all turns."""
    resets: list[int] = field(default_factory=list)
    """Turns whose request read less than stood in the cache after the one before."""
    cached: int = 0
    """After the last request, the tokens that stand in the cache for the next one."""


class Till:
    """Bills one request a minute."""

    def __init__(self) -> None:
        self.played, self._cache = Played(), Cache()

    def take(self, turn: int, messages: Sequence[Message], said: Message) -> None:
        """The request of a turn, and its answer."""
        body = {"model": model_id("default"), "max_tokens": 1_000, "messages": _marked(messages),
                "system": [{**text(system()), **MARK}]}
        usage = self._cache.bill(body, turn * GAP_S, output=size(said))
        if usage.cache_read < self.played.cached:
            self.played.resets.append(turn)
        self.played.cached = usage.cache_read + usage.cache_write_5m
        self.played.usd += cost(usage, model_id("default")).usd


def _marked(messages: Sequence[Message]) -> list[Message]:
    """*messages* with a breakpoint behind the last answer, and no other one."""
    plain = [{**message, "content": [{key: value for key, value in block.items() if key != "cache_control"}
                                     for block in blocks_in(message)]} for message in messages]
    last = next((one for one in reversed(plain) if one["role"] == "assistant"), None)
    if last is not None and last["content"]:
        last["content"][-1].update(MARK)
    return plain


@dataclass(frozen=True, slots=True)
class Moment:
    """One turn: what the answer was given, and what it returned."""

    words: str
    turn: int
    given: list[Message]
    got: Any
    budget: int
    recent: list[Message]
    """The last three turns, or as many as there are, as they were said; this one's question is the last."""
    should: str = "return a list of messages that the API takes"

    @property
    def sent(self) -> str:
        last = self.given[-1]
        return (f"{self.words}; turn {self.turn} of {TURNS}: {len(self.given)} message{'s' * (len(self.given) > 1)}, "
                f"{sum(map(size, self.given)):,} tokens, the last one {shown(_start(last))}; `budget={self.budget:,}`")

    def problem(self, code: str, did: str, because: str, look: str = "", should: str = "") -> Problem:
        return Problem(code=code, sent=self.sent, did=did, should=should or self.should, because=because, look=look)


def _start(message: Message) -> str:
    return "".join(block.get("text", "") for block in blocks_in(message)).rstrip(".").strip()


def sound(moment: Moment) -> None:
    """Spoiled where what came back could not be sent, or is over the budget."""
    got = moment.got
    try:
        said = problem(got) or _another_apis(got)
        json.dumps(got)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise Spoiled(moment.problem("no-messages", f"returned {a(type(got).__name__)}: {shown(got)}", "it is sent as "
                                     f"`messages`, as JSON: `{error}`.", "your `return`.")) from None
    if said:
        raise Spoiled(moment.problem("invalid", f"returned a list that the API refuses: {shape(got)}; {said}", "a 400 "
                                     "is no answer, and trying again does not mend it.", "the message that it names: "
                                     "did a cut leave it there, or did you put it in?"))
    over = sum(map(size, got)) - moment.budget
    if over > 0:
        raise Spoiled(moment.problem("over-budget", f"returned {over + moment.budget:,} tokens, {over:,} over the "
                                     "budget", "the budget is what a request may cost, and what leaves room for the "
                                     "answer.", "what you count, and when: all that you return.",
                                     f"return at most {moment.budget:,} tokens"))


def _another_apis(messages: Sequence[Message]) -> str:
    """What OpenAI's chat takes and the Messages API doesn't; `problem` judges a list by the API that it looks like."""
    for place, message in enumerate(messages):
        if message["role"] not in ("user", "assistant", "system") or (message["role"] == "system" and not place):
            return f"messages[{place}] has the role {message['role']!r}: the first message must be the user's"
    return ""


def play(words: str, turns: Turns, budget: int, each: Callable[[int, list[Message]], Any],
         check: Callable[[Moment], None]) -> Played:
    """A whole talk: *each* gets a turn's number and its messages, and returns those that are sent."""
    till, history = Till(), []
    for number, (question, *rest) in enumerate(turns, start=1):
        given = [*history, copy.deepcopy(question)]
        got = each(number, copy.deepcopy(given))
        recent = [message for turn in turns[max(0, number - RECENT):number - 1] for message in turn]
        check(Moment(words, number, given, got, budget, [*recent, question]))
        got = list(got)
        till.take(number, got, rest[-1])
        history = [*copy.deepcopy(got), *copy.deepcopy(rest)]
    return till.played
