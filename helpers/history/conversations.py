"""A conversation that stays valid, fits its budget, and keeps only what was answered."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from helpers.history.blocks import Block, Message, as_dict, results_in
from helpers.history.budgets import Budget, budget_for
from helpers.history.counting import estimate_text, estimate_tools
from helpers.history.exchanging import Answer, exchange
from helpers.history.locks import TurnLock
from helpers.history.planning import Settings, plan
from helpers.history.states import Kept, State
from helpers.history.steps import drive, drive_async

LOG = logging.getLogger("llm.history")
LOG.addHandler(logging.NullHandler())   # a library stays silent until the application says where its records go

MAX_TOKENS = 2_000
"""A ceiling, not a length: thinking counts against it, and nothing is paid for what isn't used."""
OWNED = ("messages", "stream")


class Conversation:
    """One user's conversation with a model of Anthropic's: turns in order, failures without a trace.

        conversation = Conversation(model=MODEL, system=PROMPT, tools=TOOLS, cache_control={"type": "ephemeral"})
        conversation.pin("allergy", "nuts")
        answer = conversation.ask(client, "What can I bake?", run=run_tool)

    Model, system prompt, tools and options are fixed: to change them would be a cache miss for the whole history, and
    a 400 where it holds thinking. Facts that change are pinned instead.
    """

    def __init__(self, *, model: str, system: Any = None, tools: Sequence[Mapping[str, Any]] = (),
                 max_tokens: int = MAX_TOKENS, share: float = 0.1, results: int | None = None, down_to: float = 0.5,
                 summarise: Callable[[list[Message], str], Any] | None = None,
                 count: Callable[..., Any] | None = None, facts: Mapping[str, str] | None = None,
                 **options: Any) -> None:
        """*share*: of the model's window, for prompt and answer together; 0.1 of a million tokens stays below the
        prompt from which on Haiku 5.5 costs five times as much. *results*: tokens kept free for a turn's tool results;
        None, a quarter where there are tools. *down_to*: what a trim leaves of the history's part, 0.5: half. 0 keeps
        no turn: with *summarise*, the docs' "simple compaction", which they recommend.

        *summarise*: gets the messages that go, without thinking (so that they can be sent to a model), and the summary
        so far, and returns the new one; with `ask_async` it may be awaited. *count*: gets a body's fields and returns
        its tokens, see `count_with`; without it, the last reply's usage counts, plus an estimate of what is new.
        *options*: the SDK's own, in each request.
        """
        _check(max_tokens, down_to, options)
        told = _listed_texts(system)
        known = {"model": model, "max_tokens": max_tokens, "system": told, "tools": [as_dict(tool) for tool in tools]}
        fields = copy.deepcopy({**{name: value for name, value in known.items() if value}, **options})
        budget = budget_for(model, share=share, output=max_tokens, tools=estimate_tools(known["tools"], model),
                            results=results, system=estimate_text(_text_in(told), model))
        self._settings = Settings(fields=fields, budget=budget, down_to=down_to, summarise=summarise, count=count)
        self._state = State()
        self._facts: dict[str, str] = {}
        self._guard, self._lock = threading.Lock(), TurnLock()
        for name, fact in (facts or {}).items():
            self.pin(name, fact)

    def ask(self, send: Any, question: Any, *, run: Callable[[Block], Any] | None = None,
            max_rounds: int = 10) -> Answer:
        """Ask, and keep question and answer, tools and thinking included, if all of it went well.

        *send*: an `anthropic.Anthropic`, or a function that takes a body's fields and returns the final Message (for
        streams, or with retries around it). *question*: a text, or a list of blocks. *run*: gets a tool_use block and
        returns its result, a text, blocks, or a dict with content and is_error; without it a reply that calls a tool is
        not kept. *max_rounds*: requests in one turn, at most.

        Not kept, and told in `Answer.why`: what the model declined, paused, left empty or cut before it began. Kept: an
        answer that was cut, without its unfinished call. Errors pass through and leave all as it was, pinned facts
        aside; so does TooLongError. Threads and tasks that ask at the same time are served one by one, in order.
        """
        sender, content = _sender(send), _content(question)
        _check_rounds(max_rounds)
        with self._lock.held():
            return self._done(drive(exchange(self._settings, sender, self._state, self.facts, content, run,
                                             max_rounds)))

    async def ask_async(self, send: Any, question: Any, *, run: Callable[[Block], Any] | None = None,
                        max_rounds: int = 10) -> Answer:
        """As `ask`, with an `anthropic.AsyncAnthropic` or a function to await; *run*, summarise and count may be
        awaited, too. Who is cancelled, waiting or answering, leaves no trace."""
        sender, content = _sender(send), _content(question)
        _check_rounds(max_rounds)
        async with self._lock.held_async():
            return self._done(await drive_async(exchange(self._settings, sender, self._state, self.facts, content, run,
                                                         max_rounds)))

    def request(self, question: Any) -> dict[str, Any]:
        """The body that `ask` would send first. Changes nothing, but asks *count* and *summarise* where `ask` would."""
        planned = drive(plan(self._settings, self._state, self.facts, _content(question)))
        return self._settings.body([*planned.state.messages, planned.asked])

    def pin(self, name: str, fact: str) -> None:
        """Keep *fact* for good, however much is trimmed: the model is told with the next question, and again after each
        trim. A fact of the same name is replaced. May be called while a question is answered, by a tool, say."""
        for value in (name, fact):
            if not isinstance(value, str) or not value.strip():
                raise ValueError(f"a fact needs a name and a text, neither empty; got {name!r} and {fact!r}.")
        with self._guard:
            self._facts[_one_line(name)] = _one_line(fact)

    def unpin(self, name: str) -> None:
        """Say with the next question that it no longer holds; KeyError where there is no such fact."""
        with self._guard:
            del self._facts[_one_line(name)]

    @property
    def facts(self) -> dict[str, str]:
        """What is pinned, by name; a copy."""
        with self._guard:
            return dict(self._facts)

    @property
    def messages(self) -> list[Message]:
        """What the next request begins with; a copy."""
        return copy.deepcopy(self._state.messages)

    @property
    def turns(self) -> tuple[Kept, ...]:
        """The turns that are still there, oldest first; copies."""
        return copy.deepcopy(self._state.turns)

    @property
    def summary(self) -> str:
        """Of the turns that are gone; "" where none is, or nobody summarises."""
        return self._state.summary

    @property
    def budget(self) -> Budget:
        return self._settings.budget

    @property
    def tokens(self) -> int:
        """What the next request has before its question: by the last reply's usage, else estimated."""
        return self._settings.size(self._state)

    def save(self) -> dict[str, Any]:
        """All that it remembers, ready for JSON: between two requests of a web application, say."""
        return {**asdict(self._state), "told": dict(self._state.told), "facts": self.facts}

    @classmethod
    def load(cls, saved: Mapping[str, Any], **settings: Any) -> Conversation:
        """A saved conversation, to go on with the same settings: its requests begin with the same bytes."""
        conversation = cls(**settings)
        turns = tuple(Kept(**{**turn, "messages": tuple(turn["messages"])}) for turn in saved["turns"])
        rest = {name: copy.deepcopy(saved[name]) for name in ("opening", "summary", "told", "tokens")}
        conversation._state = State(turns=copy.deepcopy(turns), **rest)
        conversation._facts = {**saved["facts"], **conversation._facts}
        return conversation

    def __repr__(self) -> str:
        turns = len(self._state.turns)
        return (f"Conversation({turns} turn{'s' * (turns != 1)}, {self.tokens:,} of {self.budget.prompt:,} tokens, "
                f"{self._settings.model})")

    def _done(self, ended: tuple[Answer, State]) -> Answer:
        answer, self._state = ended
        LOG.info("turn %s: %d turns, %d dropped, %d tokens", "kept" if answer.kept else f"not kept ({answer.why})",
                 len(self._state.turns), answer.dropped, self.tokens)
        return answer


def _sender(send: Any) -> Callable[..., Any]:
    if hasattr(send, "messages") and hasattr(send.messages, "create"):
        return send.messages.create
    if callable(send):
        return send
    raise TypeError("send must be an Anthropic client, or a function that takes a body's fields and returns the "
                    f"Message; got {type(send).__name__}.")


def _content(question: Any) -> Any:
    """A text as it is, blocks as dicts; ValueError for what would be a 400."""
    if isinstance(question, str):
        if not question.strip():
            raise ValueError("the question is empty: the API answers that with a 400.")
        return question
    if not isinstance(question, Sequence):
        raise TypeError(f"a question must be a text or a list of blocks; got {type(question).__name__}.")
    blocks = copy.deepcopy([as_dict(block) for block in question])
    if not blocks or not all(isinstance(block, dict) and block.get("type") for block in blocks):
        raise ValueError("a question's blocks must be dicts that say their type, at least one.")
    if any(block["type"] == "text" and not str(block.get("text") or "").strip() for block in blocks):
        raise ValueError("a question's text block is empty: the API answers that with a 400.")
    if results_in({"role": "user", "content": blocks}):
        raise ValueError("a tool's result is no question: its call is not in the conversation. Give ask a run= that "
                         "answers calls.")
    return blocks


def _check(max_tokens: Any, down_to: Any, options: Mapping[str, Any]) -> None:
    if isinstance(max_tokens, bool) or not isinstance(max_tokens, int) or max_tokens < 1:
        raise ValueError(f"max_tokens must be a whole number of 1 or more; got {max_tokens!r}.")
    if isinstance(down_to, bool) or not isinstance(down_to, int | float) or not 0 <= down_to <= 1:
        raise ValueError(f"down_to must be a share from 0 to 1 of the history's part; got {down_to!r}.")
    for name in OWNED:
        if name in options:
            raise TypeError(f"{name} is no option here: the conversation makes its messages itself, and a stream is "
                            "read by the function that you give ask as send.")


def _check_rounds(max_rounds: Any) -> None:
    if isinstance(max_rounds, bool) or not isinstance(max_rounds, int) or max_rounds < 1:
        raise ValueError(f"max_rounds must be a whole number of 1 or more; got {max_rounds!r}.")


def _listed_texts(system: Any) -> Any:
    """The system prompt as it will be sent; None where it is blank: an empty block is a 400."""
    if system is None or isinstance(system, str):
        return system if system and system.strip() else None
    return [as_dict(block) for block in system]


def _text_in(system: Any) -> str:
    return system if isinstance(system, str) else "\n".join(str(block.get("text", "")) for block in system or ())


def _one_line(text: str) -> str:
    return " ".join(text.split())
