"""Tool calls put together from the pieces in which they stream.

    calls = ToolCalls()
    calls.start(0, id="toolu_01", name="find_order")
    calls.add(0, '{"numb')
    calls.add(0, 'er": 1042}')
    calls.stop(0)                        # only now is it read as JSON
    calls.all()[0].arguments             # {'number': 1042}

Calls may run in parallel and their pieces be mixed, so each piece goes to the index that it names. Half of a JSON text
is never parsed: a parser that mends it hands out `{"quantity": 1}` where the model was about to write 12.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants to be called."""

    id: str
    """What its result has to name (tool_use_id; tool_call_id; call_id)."""
    name: str
    arguments: dict[str, Any] | None
    """As the model wrote them, checked against no schema; None where they did not arrive whole: don't run the tool."""
    raw: str
    """The JSON text that came."""

    def __str__(self) -> str:
        return f"{self.name}({self.raw})" if self.arguments is not None else f"{self.name}({self.raw} ... NOT COMPLETE)"


@dataclass(slots=True)
class _Growing:
    """One call while its pieces come in."""

    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    stopped: bool = False

    def call(self, cut_off: bool) -> ToolCall:
        raw = "".join(self.pieces)
        return ToolCall(self.id, self.name, parsed(raw) if self.stopped and (raw or not cut_off) else None, raw)


class ToolCalls:
    """Collects the calls of one answer by their index."""

    def __init__(self) -> None:
        self._growing: dict[int, _Growing] = {}

    def start(self, index: int, id: str, name: str) -> None:
        """A call begins."""
        self._growing[index] = _Growing(id, name)

    def add(self, index: int, piece: str) -> None:
        """A piece of the arguments; of a call that never began it is ignored."""
        if index in self._growing:
            self._growing[index].pieces.append(piece)

    def stop(self, index: int) -> None:
        """The call with this index is over; an index without a call, such as a text block's, is ignored."""
        if index in self._growing:
            self._growing[index].stopped = True

    def stop_all(self) -> None:
        """All calls are over: OpenAI's chat completions say so once, with the finish_reason."""
        for index in self._growing:
            self.stop(index)

    def __contains__(self, index: int) -> bool:
        return index in self._growing

    def all(self, *, cut_off: bool = False) -> tuple[ToolCall, ...]:
        """The calls in the order in which they began.

        *cut_off*: the answer hit its limit. What it cut is no valid JSON, unless it cut before the first character:
        so the last call, if it has none, counts as cut and not as a call without arguments.
        """
        growing = list(self._growing.values())
        return tuple(call.call(cut_off and call is growing[-1]) for call in growing)


def parsed(raw: str) -> dict[str, Any] | None:
    """The arguments in *raw*: {} in an empty text, as a tool without arguments sends it; None where it is no object."""
    try:
        value = json.loads(raw or "{}")
    except (ValueError, RecursionError):   # the second: ten thousand open brackets
        return None
    return value if isinstance(value, dict) else None
