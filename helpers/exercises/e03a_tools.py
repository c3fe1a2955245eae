"""03a-3: `my_tool_calls(events)`: tool calls out of the pieces of a stream.

The events are the SDK's own, from constructed streams; for two calls at a time they are put into another order. What
a wrong list shows is told apart in `e03a_calls`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from helpers.classroom.attempt import Attempt
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e00_misread import thought
from helpers.exercises.e03a_calls import Call, misread, mistold
from helpers.exercises.e03a_streams import Sent
from helpers.wire import builder


def my_tool_calls(events):
    """One good solution, behind an `import json`."""
    names, parts, calls = {}, {}, {}
    for event in events:
        if event.type == "content_block_start" and event.content_block.type == "tool_use":
            names[event.index], parts[event.index] = event.content_block.name, ""
        elif event.type == "content_block_delta" and event.delta.type == "input_json_delta":
            parts[event.index] += event.delta.partial_json
        elif event.type == "content_block_stop" and event.index in parts:
            text = parts[event.index]
            calls[event.index] = {"name": names[event.index], "input": json.loads(text) if text else {}}
    return [calls[index] for index in sorted(calls)]


FIND, OTHER, HELP = (Call("find_order", {"order": "1042"}), Call("find_order", {"order": "2077"}),
                     Call("list_returns", {}))
RETURN = Call("make_return", {"order": "1042", "items": [{"name": "mug ☕", "count": 2}], "paid": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The blocks of one stream, a Call for each tool call, and how its events come."""

    sent: str
    blocks: tuple[Any, ...]
    braided: bool = False
    """By turns, a piece of each block; the first block stops last."""
    broken: float | None = None
    """The last block breaks off: which part of its events comes, never its stop; None for all."""

    @property
    def calls(self) -> list[Call]:
        """Those that came to their end."""
        came = self.blocks if self.broken is None else self.blocks[:-1]
        return [block for block in came if isinstance(block, Call)]

    @property
    def has_twins(self) -> bool:
        """Whether all of its calls, two or more, are of one tool."""
        return len(self.calls) > 1 == len({call.name for call in self.calls})

    @property
    def whole(self) -> bool:
        return self.broken is None

    def events(self) -> list[Any]:
        """The SDK's events."""
        blocks = tuple(builder.tool_use(one.name, one.input) if isinstance(one, Call) else one for one in self.blocks)
        events = list(Sent(sent=self.sent, ending="", blocks=blocks).stream())
        if self.braided:
            return _braided(events)
        if self.broken is None:
            return events
        last = len(blocks) - 1
        own = [place for place, event in enumerate(events) if getattr(event, "index", None) == last]
        return events[:own[min(max(1, int(len(own) * self.broken)), len(own) - 2)] + 1]


def _braided(events: list[Any]) -> list[Any]:
    """The same events: all starts, then a piece of each block by turns, then the stops, the last block's first."""
    inside = [event for event in events if hasattr(event, "index")]
    pieces: dict[int, list[Any]] = {}
    for event in inside:
        if event.type == "content_block_delta":
            pieces.setdefault(event.index, []).append(event)
    by_turns = [event for turn in zip_longest(*pieces.values()) for event in turn if event is not None]
    starts = [event for event in inside if event.type == "content_block_start"]
    stops = [event for event in inside if event.type == "content_block_stop"]
    first, last = events.index(inside[0]), events.index(inside[-1])
    return [*events[:first], *starts, *by_turns, *reversed(stops), *events[last + 1:]]


class Once:
    """Events as they come: each can be taken once."""

    def __init__(self, events: list[Any]) -> None:
        self._events = iter(events)
        self.over, self.again = False, False

    def __iter__(self) -> Iterator[Any]:
        self.again |= self.over
        return self

    def __next__(self) -> Any:
        try:
            return next(self._events)
        except StopIteration:
            self.over = True
            raise


CASES = (
    Case(sent="one call, `find_order`, whose JSON comes in pieces", blocks=(FIND,)),
    Case(sent="one call, `list_returns`, without arguments: its only piece is `\"\"`", blocks=(HELP,)),
    Case(sent="thinking, the text `Let me look.`, then a call, `find_order`",
         blocks=(thought(), "Let me look.", FIND)),
    Case(sent="a call, the text `And then:`, and another call", blocks=(FIND, "And then:", RETURN)),
    Case(sent="three calls, one after the other", blocks=(RETURN, HELP, FIND)),
    Case(sent="two calls of one tool, `find_order`, one after the other, with different inputs",
         blocks=(FIND, OTHER)),
    Case(sent="two calls that are equal, `find_order` twice with one input", blocks=(FIND, FIND)),
    Case(sent="two calls whose pieces come by turns, and the second one stops first", blocks=(FIND, RETURN),
         braided=True),
    Case(sent="a call, then another one that breaks off in the middle of its JSON, without a `content_block_stop`",
         blocks=(FIND, RETURN), broken=0.5),
    Case(sent="a call, then another one that breaks off behind all of its JSON, without a `content_block_stop`",
         blocks=(FIND, RETURN), broken=1.0),
    Case(sent="a call, then another one that breaks off behind its first piece, `\"\"`, without a "
              "`content_block_stop`", blocks=(FIND, RETURN), broken=0.0),
    Case(sent="an answer without a call, text only", blocks=("Your order left on Monday.",)),
)


@dataclass(frozen=True, slots=True)
class Assembles:
    """A check: the calls of one stream."""

    case: Case

    def __call__(self, attempt: Attempt) -> Problem | None:
        case, events = self.case, Once(self.case.events())
        ran = attempt.run(events, sent=case.sent)
        if ran.error is not None:
            return misread(attempt, ran, case)
        problem = mistold(ran.value, case)
        if problem is not None and events.again:
            return Problem(code="two-passes", sent=case.sent, did="went over the events a second time, when there were "
                           "none left", should=problem.should, because="a stream's events come once, while the model "
                           "writes.", look="a second `for`, or `list(events)`, over the same events.")
        return problem


ASSEMBLE_TOOL_CALLS = Exercise(
    id="03a-3", name="my_tool_calls", call="my_tool_calls(events)", solution=my_tool_calls,
    checks=tuple(map(Assembles, CASES)),
    praise="Each call is put together from its own pieces, and none is handed on before it has stopped: half a tool "
           "call is never run.",
    hints=("Which field of an event says to which call a piece belongs, and which event says that the call is whole?",
           "Keep a text for each `event.index`, from `content_block_start` on (there stands the name, too). Add each "
           "`partial_json` to the text of its index, and read the JSON at that index's `content_block_stop`. No text "
           "at all means no arguments.",
           "`parts[event.index] += event.delta.partial_json` for an `input_json_delta`; at `content_block_stop`, for "
           "an index that is in `parts`: `json.loads(parts[event.index]) if parts[event.index] else {}`. At the end, "
           "the calls by `sorted(...)` index."),
)
