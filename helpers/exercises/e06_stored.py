"""06-3: what is in the caller's list after a scene, and what it says about how it got there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import a, shown
from helpers.classroom.report import Problem
from helpers.exercises.e04_talk import KEPT
from helpers.exercises.e06_messages import Message, blocks_in, shape

SAME = (*KEPT, "tool_use_id", "content")


def as_sent(messages: Sequence[Any]) -> list[Any]:
    """Messages in one form: dicts with role and blocks, as JSON has them; what is no message stays what it is."""
    return [_one_form(message) for message in json.loads(json.dumps(list(messages), default=_as_json))]


def _one_form(message: Any) -> Any:
    if not isinstance(message, dict) or "role" not in message:
        return message
    rest = {key: value for key, value in message.items() if key not in ("role", "content")}
    return {"role": message["role"], "content": [{key: block[key] for key in SAME if block.get(key) is not None}
                                                 for block in blocks_in(message)], **rest}


def _as_json(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else list(value) if isinstance(value, tuple | map) \
        else str(value)


@dataclass(frozen=True, slots=True)
class Stored:
    """The caller's list at the end of a scene."""

    messages: list[Any]
    history: list[Message]
    expected: list[Message]
    question: Any
    """Of the last call."""
    sent: str
    leftover: str
    """The code of a question that should not be there."""

    @property
    def should(self) -> str:
        added = len(self.expected) - len(self.history)
        if not added:
            return f"leave the list as it was: {shape(self.history)}"
        return f"let the list grow by {added} messages: {shape(self.expected[len(self.history):])}"

    def problem(self, code: str, did: str, because: str, look: str = "") -> Problem:
        return Problem(code=code, sent=self.sent, did=did, should=self.should, because=because, look=look)


def stored_wrong(stored: Stored) -> Problem | None:
    """What is wrong with the list; None where it holds what it should."""
    now, before, right = as_sent(stored.messages), as_sent(stored.history), as_sent(stored.expected)
    if now == right:
        return None
    if now[:len(before)] != before:
        return stored.problem("history-changed", f"left a list that no longer begins with the history: "
                              f"{shape(stored.messages)}", "what was said stays said. With another beginning the cache "
                              "is lost, and thinking that is bound to it becomes a 400.",
                              "what you do to the list besides adding at its end.")
    added = now[len(before):]
    if len(right) == len(before):
        return _left(stored, added)
    if not added:
        return stored.problem("not-stored", "left the caller's list as it was", "the next question would be sent "
                              "without this one: the conversation has no memory but that list.", "after which replies "
                              "you store, and where: `messages = messages + [...]` makes a new list with an old name, "
                              "and the caller holds the old one.")
    return _pair(stored, added, right[len(before):])


LEFT = {
    "left-behind": ("the customer asks again, and the model reads two questions, or a question of yesterday together "
                    "with today's.", "whether your list has the question before there is an answer."),
    "interrupted": ("a worker that is stopped, or a page that is closed (`asyncio.CancelledError`), is no `Exception`: "
                    "what your `except` does, it does not do here.", "what runs however `send` ends: `finally`, "
                    "`except BaseException`, or nothing at all, because the list changes later."),
    "refusal-kept": ("a refusal is no answer: what was declined would be sent again with each question that follows.",
                     "`stop_reason`, before you store."),
    "empty-kept": ("an assistant's message without content is a 400 in the next request: \"all messages must have "
                   "non-empty content\"; and a question without an answer merges with the next one.", "what you ask of "
                   "the reply before you store it."),
}


def _left(stored: Stored, added: list[Any]) -> Problem:
    """Something was added, though nothing was answered."""
    because, look = LEFT[stored.leftover]
    return stored.problem(stored.leftover, f"left {len(added)} message{'s' * (len(added) != 1)} more in the list: "
                          f"{shape(added)}", because, look)


def _pair(stored: Stored, added: list[Any], right: list[Any]) -> Problem:
    """The last question and its reply are not both there, or not as they were."""
    asked = as_sent([{"role": "user", "content": stored.question}])[0]
    if added.count(asked) > right.count(asked):
        return stored.problem("question-twice", f"left {shape(added)}: the question is there {added.count(asked)} times"
                              f" after a failed call and a retry", "two questions in a row are one message for the "
                              "API: the model reads it twice, and answers that, too; and nobody can tell which of them "
                              "was answered.", "what is in the list when `send` raises.")
    odd = [one for one in stored.messages[len(stored.history):]
           if not isinstance(one, dict) or set(one) != {"role", "content"}]
    if odd:
        return stored.problem("whole-reply", f"stored {_named(odd[0])}", "a message that is sent has a role and a "
                              "content: the SDK's type has no place for a reply's id, model, usage or `stop_reason`.",
                              "what an assistant's message is made of.")
    roles = [one["role"] for one in added]
    if "user" not in roles:
        return stored.problem("question-missing", f"stored {shape(added)}", "an answer without its question: the list "
                              "begins with an assistant, or has two answers in a row.", "what you add when all went "
                              "well.")
    if "assistant" not in roles:
        return stored.problem("reply-missing", f"stored {shape(added)}", "the model does not know what it said: it is "
                              "sent nothing but questions.", "what you add when all went well.")
    return _blocks(stored, added, right)


def _named(odd: Any) -> str:
    return f"a dict with {', '.join(sorted(odd))}" if isinstance(odd, dict) else f"{a(type(odd).__name__)}, as it is"


def _blocks(stored: Stored, added: list[Any], right: list[Any]) -> Problem:
    if [one["role"] for one in added] != [one["role"] for one in right]:
        return stored.problem("wrong-order", f"stored {shape(added)}", "the model reads the list as it stands.",
                              "the order in which you add, and how often.")
    was, now = next((one, other) for one, other in zip(right, added, strict=True) if one != other)
    if was["role"] == "user":
        return stored.problem("question-changed", f"stored a question that is not the one asked: {shown(now)}",
                              "the next answer builds on what was asked.", "how the question becomes a message.")
    lost = [block["type"] for block in was["content"] if block not in now["content"]]
    if "tool_use" in lost:
        return stored.problem("call-lost", "stored the reply without its tool call", "the result that comes next has "
                              "no call before it: a 400, \"unexpected `tool_use_id`\".", "`content` is a list of "
                              "blocks, and the text is one kind of them.")
    if "thinking" in lost:
        return stored.problem("thinking-lost", "stored the reply without its thinking", "within a turn with tools it "
                              "has to come back unchanged, and across turns the model loses what it had worked out.",
                              "`content` is a list of blocks, and the text is one kind of them.")
    return stored.problem("reply-changed", f"stored {shown(now['content'])}", "what the model said, it must find again "
                          "as it was.", "what you make of `reply.content`.")
