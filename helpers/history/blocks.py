"""Messages as plain dicts, whoever made them, and what they hold: text, thinking, tool calls and their results.

The one place that knows both vendors' forms: the Messages API has calls and results as blocks of content, OpenAI's chat
completions have them in `tool_calls` and in messages of the role "tool".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Message = dict[str, Any]
Block = dict[str, Any]

THINKING = ("thinking", "redacted_thinking")
LEADING = ("system", "developer")
"""Roles that open a chat at OpenAI, in front of all turns."""
CHAT_ONLY = ("tool", "function", "developer")
MESSAGES_ONLY = (*THINKING, "tool_use", "tool_result", "image", "document")
"""Blocks that only the Messages API has."""


def plain(messages: Sequence[Any]) -> list[Message]:
    """*messages* as dicts that can be sent back; TypeError naming what is no message.

    Objects of either SDK (a reply, a chat message, blocks of a content) become dicts, with the fields that the SDK
    itself would send. Dicts are shared with the input, not copied; the input is never changed.
    """
    if not isinstance(messages, Sequence) or isinstance(messages, str | bytes):
        raise TypeError(f"messages must be a list of messages; got {type(messages).__name__}.")
    return [_message(message, place) for place, message in enumerate(messages)]


def as_dict(thing: Any) -> Any:
    """A block or message as the SDK would send it; other objects by their attributes; what is neither stays."""
    if isinstance(thing, dict):   # asked first: a history has thousands of them
        return thing
    if isinstance(thing, Mapping):
        return dict(thing)
    if hasattr(thing, "model_dump"):   # as in anthropic/_utils/_json.py
        return thing.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return dict(vars(thing)) if hasattr(thing, "__dict__") else thing


def blocks_of(message: Message) -> list[Block]:
    """The content as blocks: a string counts as one text block, an empty one as none."""
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def text_of(message: Message) -> str:
    """All its text blocks, joined."""
    return "".join(str(block.get("text", "")) for block in blocks_of(message) if block.get("type") == "text")


def calls_in(message: Message) -> list[str]:
    """Ids of the tools that an assistant's message calls. (What runs on the server has its result beside it.)"""
    if message.get("role") != "assistant":
        return []
    found = [block.get("id") for block in blocks_of(message) if block.get("type") == "tool_use"]
    return [*found, *(call.get("id") for call in map(as_dict, message.get("tool_calls") or ()))]


def results_in(message: Message) -> list[str]:
    """Ids of the calls that a message answers."""
    if message.get("role") == "tool":
        return [message.get("tool_call_id")]
    if message.get("role") != "user":
        return []
    return [block.get("tool_use_id") for block in blocks_of(message) if block.get("type") == "tool_result"]


def is_chat(messages: Sequence[Message]) -> bool:
    """Whether they are OpenAI chat messages, as far as one can see: those of plain text look the same."""
    if any(message.get("role") in CHAT_ONLY or message.get("tool_calls") for message in messages):
        return True
    leads = bool(messages) and messages[0].get("role") in LEADING
    return leads and not any(block.get("type") in MESSAGES_ONLY for message in messages for block in blocks_of(message))


def without_thinking(messages: Sequence[Any]) -> list[Message]:
    """*messages* without thinking blocks; an assistant's message that held nothing else goes with them.

    For a history that was changed at the front: on models with preserved thinking a block is bound to all that came
    before it, and is a 400 once that has changed. Stripping them is one of the documented remedies (preserved-thinking,
    "Keep-tail compaction"). Messages without any are the same objects as before.
    """
    return [kept for message in plain(messages) if (kept := lean(message)) is not None]


def lean(message: Message) -> Message | None:
    """*message* without thinking: the same object where it has none, None where it holds nothing else."""
    content = message.get("content")
    if message.get("role") != "assistant" or not isinstance(content, list):
        return message
    kept = [block for block in content if not (isinstance(block, dict) and block.get("type") in THINKING)]
    if len(kept) == len(content):
        return message
    return {**message, "content": kept} if kept else None


def _message(given: Any, place: int) -> Message:
    message = as_dict(given)
    if not isinstance(message, dict) or "role" not in message:
        raise TypeError(f"messages[{place}] must be a message, a dict with role and content; "
                        f"got {type(given).__name__}.")
    if message.get("type") == "message":   # a whole reply: its id, model and usage are not sent back
        message = {"role": message["role"], "content": message.get("content")}
    content = message.get("content")
    if isinstance(content, list | tuple) and not all(type(block) is dict for block in content):
        message = {**message, "content": [as_dict(block) for block in content]}
    elif isinstance(content, tuple):
        message = {**message, "content": list(content)}
    return message
