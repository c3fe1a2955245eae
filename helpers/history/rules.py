"""Whether the API would take a list of messages: the first rule that it breaks, in words.

    if said := problem(messages): raise ValueError(said)

Each rule names its class. DOCUMENTED: on an official page. VERIFIED: read in the SDK. THIRD-PARTY: reported by several
users with the same text. What no list shows is not asked: whether a thinking block is still bound to what stands before
it (preserved thinking), whether a picture can be read, how long the list may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from helpers.history.blocks import LEADING, Message, as_dict, blocks_of, calls_in, is_chat, plain

ROLES = ("user", "assistant", *LEADING, "tool", "function")


class Part(NamedTuple):
    """A block, or a call or result of a chat message, and where it stands."""

    path: str
    kind: str
    """"call", "result" or "other"."""
    id: Any = None


class Group(NamedTuple):
    """Neighbours that the API reads as one message."""

    side: str
    """"user" (tool results are its, too) or "assistant"."""
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class View:
    """What a rule gets."""

    messages: list[Message]
    chat: bool
    """OpenAI's chat messages; else Anthropic's."""
    to_send: bool
    groups: list[Group]

    @property
    def parts(self) -> Iterator[Part]:
        return (part for group in self.groups for part in group.parts)


def problem(messages: Sequence[Any], *, to_send: bool = True) -> str | None:
    """The first rule that *messages* break, naming place, block and id; None where they are in order.

    *to_send*: they are a request's; False: a history, which may end with an answer or with a call that still waits.
    OpenAI's chat messages are told by their roles and asked about fewer things. TypeError for what is no list of
    messages. Linear.
    """
    whole = plain(messages)
    chat = is_chat(whole)
    view = View(whole, chat, to_send, list(_groups(whole, chat)))
    return next(filter(None, (rule(view) for rule in (CHAT_RULES if chat else RULES))), None)


def is_valid(messages: Sequence[Any], *, to_send: bool = True) -> bool:
    """Whether the API would take *messages*, as far as a list shows it; `problem` says what is wrong."""
    return problem(messages, to_send=to_send) is None


def some_message(view: View) -> str | None:
    """THIRD-PARTY: a request needs one. (A history may be empty.)"""
    return "the list is empty: at least one message is required" if view.to_send and not view.messages else None


def known_roles(view: View) -> str | None:
    """VERIFIED, types of both SDKs: user, assistant and, in the middle, system; OpenAI has some more."""
    for place, message in enumerate(view.messages):
        if message["role"] not in ROLES:
            return f"messages[{place}] has the role {message['role']!r}: use 'user' or 'assistant'"
    return None


def known_content(view: View) -> str | None:
    """VERIFIED, the SDK's types: a text, or a list of blocks that each say their type."""
    for place, message in enumerate(view.messages):
        content = message.get("content")
        blocks = content if isinstance(content, list) else []
        if not isinstance(content, str | list) or not all(isinstance(one, dict) and one.get("type") for one in blocks):
            return f"messages[{place}].content must be a text or a list of blocks, each with a type"
    return None


def user_first(view: View) -> str | None:
    """THIRD-PARTY (reports since 2024, not re-tested under version 2026-10-21): a user opens the conversation."""
    if view.messages and view.messages[0]["role"] != "user":
        return f"messages[0] is of the {view.messages[0]['role']}: the first message must be the user's"
    return None


def some_content(view: View) -> str | None:
    """DOCUMENTED (a recorded reply): content may be empty in a last assistant message only; or in a system message that
    changes the effort (preserved-thinking page)."""
    last = len(view.messages) - 1
    for place, message in enumerate(view.messages):
        exempt = message.get("output_config") or (place == last and message["role"] == "assistant")
        if not message["content"] and not exempt:
            return f"messages[{place}] has no content: leave out what is empty"
    return None


def some_text(view: View) -> str | None:
    """THIRD-PARTY, many reports with two texts: a text block must not be empty, nor white space alone."""
    for place, message in enumerate(view.messages):
        for number, block in enumerate(blocks_of(message)):
            if block.get("type") == "text" and not str(block.get("text") or "").strip():
                return f"messages[{place}].content[{number}] is an empty text: leave the block out"
    return None


def unique_calls(view: View) -> str | None:
    """THIRD-PARTY ("`tool_use` ids must be unique"), over the whole request."""
    seen: dict[Any, str] = {}
    for part in view.parts:
        if part.kind == "call" and part.id in seen:
            return f"{part.path} has the id {part.id}, which {seen[part.id]} has, too: each call needs its own"
        if part.kind == "call":
            seen[part.id] = part.path
    return None


def calls_answered(view: View) -> str | None:
    """DOCUMENTED (troubleshooting-tool-use, handle-tool-calls): the next message begins with a result for each call."""
    for group, following in zip(view.groups, [*view.groups[1:], None], strict=False):
        calls = [part for part in group.parts if part.kind == "call"]
        if not calls or (following is None and not view.to_send):
            continue
        parts = following.parts if following else []
        leading = next((n for n, part in enumerate(parts) if part.kind != "result"), len(parts))
        answered, late = {part.id for part in parts[:leading]}, {part.id for part in parts[leading:]}
        for call in calls:
            if call.id in answered:
                continue
            if call.id in late:
                return (f"the result of {call.id} does not come first in what follows {call.path}: "
                        "results stand before everything else")
            return f"{call.path} calls a tool ({call.id}), and the next message has no result for it"
    return None


def results_asked_for(view: View) -> str | None:
    """THIRD-PARTY (real replies, several repositories): a result needs its call in the message before, and one result
    is all that a call gets."""
    for before, group in zip([None, *view.groups], view.groups, strict=False):
        open_calls = {part.id for part in before.parts if part.kind == "call"} if before else set()
        answered = set()
        for part in group.parts:
            if part.kind != "result":
                continue
            if part.id in answered:
                return f"{part.path} is a second result for {part.id}: each call gets one"
            if part.id not in open_calls:
                return f"{part.path} is a tool's result ({part.id}), and the message before has no such call"
            answered.add(part.id)
    return None


def no_system_between(view: View) -> str | None:
    """DOCUMENTED (mid-conversation system messages, "Limitations"): not between a call and its result."""
    for place, (before, message) in enumerate(zip(view.messages, view.messages[1:], strict=False), 1):
        if message["role"] in LEADING and calls_in(before):
            return f"messages[{place}] is a system message between a tool's call and its result: put it behind"
    return None


def user_last(view: View) -> str | None:
    """DOCUMENTED (api/errors): models from 4.6 on do not continue an assistant's message."""
    if view.to_send and view.messages[-1]["role"] == "assistant":
        return f"messages[{len(view.messages) - 1}] is the assistant's: the last message must be the user's"
    return None


Rule = Callable[[View], str | None]

RULES: tuple[Rule, ...] = (some_message, known_roles, known_content, user_first, some_content, some_text, unique_calls,
                           no_system_between, calls_answered, results_asked_for, user_last)
"""In the order in which they are asked; each may rely on those before it."""
CHAT_RULES: tuple[Rule, ...] = (some_message, known_roles, unique_calls, calls_answered, results_asked_for)
"""Of OpenAI's chat completions: an answer may come first or last. Both pair rules are THIRD-PARTY ("An assistant
message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'")."""


def _groups(messages: Sequence[Message], chat: bool) -> Iterator[Group]:
    """Neighbours of one role are one message (docstring of `messages.create`); at OpenAI, not the assistant's."""
    def side(numbered: tuple[int, Message]) -> tuple[str, int]:
        place, message = numbered
        is_answer = message["role"] == "assistant"
        return ("assistant" if is_answer else "user"), (place if chat and is_answer else -1)

    spoken = ((place, message) for place, message in enumerate(messages) if message["role"] not in LEADING)
    for (name, _), group in groupby(spoken, key=side):
        yield Group(name, [part for place, message in group for part in _parts(place, message)])


def _parts(place: int, message: Message) -> Iterator[Part]:
    calls = calls_in(message)
    if message["role"] == "tool":
        yield Part(f"messages[{place}]", "result", message.get("tool_call_id"))
        return
    for number, block in enumerate(blocks_of(message)):
        path = f"messages[{place}].content[{number}]"
        if block.get("type") == "tool_use" and calls:
            yield Part(path, "call", block.get("id"))
        elif block.get("type") == "tool_result":
            yield Part(path, "result", block.get("tool_use_id"))
        else:
            yield Part(path, "other")
    for number, call in enumerate(message.get("tool_calls") or ()):
        yield Part(f"messages[{place}].tool_calls[{number}]", "call", as_dict(call).get("id"))
