"""One short chat with tools, and what is left in order when its oldest messages are dropped.

    look(5).said                                     # the first rule that the rest breaks, in words; "" where none
    [look(count).said == "" for count in range(len(CHAT))]

Only the front is dropped, as trimming does. Whether the rest would be taken, `helpers.history.problem` says.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from helpers.history import problem, turns

Message = dict[str, Any]


def _asks(text: str) -> Message:
    return {"role": "user", "content": text}


def _says(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _calls(*orders: int) -> Message:
    return {"role": "assistant", "content": [
        {"type": "tool_use", "id": f"toolu_{order}", "name": "find_order", "input": {"order": order}}
        for order in orders]}


def _results(**said: str) -> Message:
    return {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": f"toolu_{name.removeprefix('o')}", "content": text}
        for name, text in said.items()]}


ALLERGY = "allergic to nuts"
CHAT: tuple[Message, ...] = (
    _asks(f"I'm {ALLERGY}. Where is order 1042?"),
    _calls(1042), _results(o1042="in Leeds since Monday"), _says("In Leeds. You have it on Thursday."),
    _asks("And 1043 and 1044?"),
    _calls(1043, 1044), _results(o1043="packed", o1044="delivered"), _says("One is packed, one was delivered."),
    _asks("Which bar can I take on the trail?"), _says("The oat bar. It has no nuts."),
    _asks("And a cake for the hut?"),
)
"""The last message is the question that is asked now."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message, as the lens shows it."""

    place: int
    turn: int
    """From 1."""
    kind: str
    """"question", "call", "result" or "answer"."""
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """The chat without its oldest messages."""

    dropped: int
    said: str
    """What is wrong with the rest, by `problem`; "" where nothing is. Places count within the rest."""
    at: int | None
    """The message that breaks the rule, by its place in the whole chat."""
    whole_turns: bool
    """Whether what was dropped is whole turns."""
    knows: bool
    """Whether the allergy is in what is left."""


def rows() -> list[Row]:
    """The chat, message by message."""
    return [Row(turn.start + number, count, _kind(message), _text(message))
            for count, turn in enumerate(turns(CHAT), 1) for number, message in enumerate(turn.messages)]


def look(dropped: int) -> Look:
    """The chat without its *dropped* oldest messages: 0 to all but the last. ValueError for others."""
    if type(dropped) is not int or not 0 <= dropped < len(CHAT):
        raise ValueError(f"dropped must be a whole number from 0 to {len(CHAT) - 1}; got {dropped!r}.")
    rest = CHAT[dropped:]
    said = problem(rest) or ""
    found = re.search(r"messages\[(\d+)\]", said)
    starts = {turn.start for turn in turns(CHAT)}
    return Look(dropped, said, dropped + int(found[1]) if found else None, dropped in starts,
                ALLERGY in json.dumps(rest))


def _kind(message: Message) -> str:
    blocks = message["content"]
    if isinstance(blocks, str):
        return "question" if message["role"] == "user" else "answer"
    return "call" if blocks[0]["type"] == "tool_use" else "result"


def _text(message: Message) -> str:
    blocks = message["content"]
    if isinstance(blocks, str):
        return blocks
    if _kind(message) == "call":
        return "; ".join(f"find_order({block['input']['order']}), id {block['id']}" for block in blocks)
    return "; ".join(f"{block['content']}, for {block['tool_use_id']}" for block in blocks)
