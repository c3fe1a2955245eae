"""The messages of lesson 06's exercises: how they are made, and how a message of ours tells what a list looks like.

    talk = [ask("Where is it?"), call("a"), results("a"), answer("In Leeds.")]
    shape(talk)                     # "user, assistant (call a), user (result a), assistant"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Message = dict[str, Any]
Block = dict[str, Any]


def text(words: str) -> Block:
    """A text block."""
    return {"type": "text", "text": words}


def use(id: str) -> Block:
    """A block that calls a tool."""
    return {"type": "tool_use", "id": id, "name": "find_order", "input": {"order": "1042"}}


def result(id: str, content: Any = "In Leeds.") -> Block:
    """The block that answers a call."""
    return {"type": "tool_result", "tool_use_id": id, "content": content}


def ask(content: Any) -> Message:
    """A user's message: a text, or blocks."""
    return {"role": "user", "content": content}


def answer(content: Any) -> Message:
    """An assistant's message: a text, or blocks."""
    return {"role": "assistant", "content": content}


def call(*ids: str) -> Message:
    """An assistant's message that calls a tool, once for each id."""
    return answer([use(id) for id in ids])


def results(*ids: str) -> Message:
    """A user's message with a result for each id."""
    return ask([result(id) for id in ids])


def blocks_in(message: Any) -> list[Block]:
    """The blocks of a message whose content may be a text, or anything else that an answer made of it."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return [text(content)]
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list | tuple) else []


def shape(messages: Sequence[Any]) -> str:
    """What a list of messages looks like, in words; a long one is cut in the middle."""
    told = [_shape(message) for message in messages]
    if len(told) > 9:
        told = [*told[:5], f"{len(told) - 8} more", *told[-3:]]
    return ", ".join(told) or "an empty list"


def _shape(message: Any) -> str:
    """One message: its role, and of its blocks all but the texts; texts too, where they stand beside others."""
    found = [_block(block) for block in blocks_in(message)]
    role = message.get("role") if isinstance(message, dict) else type(message).__name__
    return f"{role} ({', '.join(found)})" if any(words != "text" for words in found) else str(role)


def _block(block: Block) -> str:
    kind = block.get("type")
    if kind == "tool_use":
        return f"call {block.get('id')}"
    return f"result {block.get('tool_use_id')}" if kind == "tool_result" else str(kind)
