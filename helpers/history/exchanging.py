"""A whole turn: the question, tools as often as the model wants them, and the answer; kept only when all went well."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from helpers.economics import Usage
from helpers.history.blocks import Block, Message, as_dict, text_of, without_thinking
from helpers.history.planning import Call, Plan, Settings, plan
from helpers.history.replies import Read, read
from helpers.history.states import Kept, State
from helpers.history.trimming import TooLongError

ADVICE = ("No turn is trimmed between a call and its result. Shorten the results, or keep more room for them: "
          "results=, or a larger share.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a question."""

    reply: Any
    """The last reply, as the SDK gave it."""
    text: str
    """Its text blocks, joined."""
    kept: bool
    """Whether the turn is now a part of the conversation."""
    why: str = ""
    """Why it is not; "" where it is. An answer that was cut is kept: `reply.stop_reason` says so."""
    dropped: int = 0
    """Oldest turns that went to make room."""
    usage: Usage | None = None
    """Of all requests of this turn; None where one is not known."""


def exchange(settings: Settings, send: Callable[..., Any], state: State, facts: Mapping[str, str], content: Any,
             run: Callable[[Block], Any] | None, max_rounds: int) -> Generator[Call, Any, tuple[Answer, State]]:
    """(the answer, the state after it): the same state where the turn is not kept."""
    planned = yield from plan(settings, state, facts, content)
    turn, reads = [planned.asked], []
    for _ in range(max_rounds):
        reply = yield partial(send, **settings.body([*planned.state.messages, *turn]))
        reads.append(read(reply))
        if reads[-1].stop_reason == "pause_turn":   # a server tool's: sent back as it came (handling-stop-reasons)
            turn.append({"role": "assistant", "content": reads[-1].content})
        elif reads[-1].stop_reason == "tool_use" and reads[-1].calls and run is not None:
            results = yield from _results(reads[-1].calls, run)
            _check_size(settings, reads[-1], results)
            turn += [{"role": "assistant", "content": reads[-1].content}, results]
        else:
            break
    return _ended(settings, state, planned, turn, reads, reply, run)


def _ended(settings: Settings, state: State, planned: Plan, turn: list[Message], reads: list[Read], reply: Any,
           run: Callable[..., Any] | None) -> tuple[Answer, State]:
    last, usages = reads[-1], [one.usage for one in reads]
    usage = None if None in usages else sum(usages, Usage())
    why = last.objection
    if last.stop_reason == "tool_use" and last.calls and run is not None:
        why = f"the model still wants tools after {len(reads)} rounds"
    if not why:
        turn = [*turn, {"role": "assistant", "content": last.answer}]
        state = _grown(settings, planned, turn, last, usage)
    said = text_of({"content": last.content})
    return Answer(reply=reply, text=said, kept=not why, why=why, dropped=0 if why else planned.dropped,
                  usage=usage), state


def _grown(settings: Settings, planned: Plan, turn: list[Message], last: Read, usage: Usage | None) -> State:
    """The planned state with one more turn: as long as the usage has grown by it; where it isn't known what it has
    grown from, that or the estimate, whichever is more."""
    after, thinking = last.usage.total if last.usage else None, usage.thinking if usage else 0
    tokens = max(1 + thinking, (after or 0) - settings.size(planned.state))
    if planned.state.tokens is None or after is None:
        tokens = max(tokens, settings.estimated(without_thinking(turn)) + thinking)
    kept = Kept(messages=tuple(turn), tokens=tokens, thinking=thinking, stop_reason=last.stop_reason,
                noted=planned.noted)
    return replace(planned.state, turns=(*planned.state.turns, kept), tokens=after)


def _results(calls: list[Block], run: Callable[[Block], Any]) -> Generator[Call, Any, Message]:
    """The user message that answers *calls*: one result each, in one message, and nothing else in it."""
    blocks = []
    for call in calls:
        given = yield partial(run, dict(call))
        fields = dict(given) if isinstance(given, Mapping) else {"content": _plain_result(given)}
        blocks.append({"type": "tool_result", "tool_use_id": call["id"], **fields})
    return {"role": "user", "content": blocks}


def _plain_result(given: Any) -> Any:
    if isinstance(given, str):
        return given
    if isinstance(given, list | tuple):
        return [as_dict(block) for block in given]
    raise TypeError("run must return a tool's result: a text, a list of blocks, or a dict with content and is_error; "
                    f"got {type(given).__name__}.")


def _check_size(settings: Settings, last: Read, results: Message) -> None:
    """No turn may be trimmed in the middle, so a tool's result that is too long stops it."""
    if last.usage is None:
        return
    size = last.usage.total + settings.estimated([results])
    if size > settings.budget.prompt:
        raise TooLongError("the request with this turn's tool results", size, settings.budget.prompt, ADVICE)
