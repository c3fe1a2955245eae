"""What a conversation holds: whole turns, and in front of them what outlives its turns: a summary and pinned facts.

Facts and summary stand in the first user message (the opening), not in the system prompt: a change of `system` is a
cache miss from there on and makes every thinking block in the history a 400 (preserved-thinking page, "What counts as
an edit"), and a user's words have no business with a system prompt's authority. The opening is written anew only when
the history is trimmed, that is, when the cache is lost anyway. A fact that was pinned since then goes with the next
question, where it only appends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.history.blocks import Message, without_thinking

SUMMARY = "Summary of this conversation so far:"
FACTS = "Facts to keep in mind:"
NEWS = "Facts that are new or have changed:"
NO_LONGER = "(no longer holds)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A turn that was answered."""

    messages: tuple[Message, ...]
    """As they were sent and as the reply came: question, calls, results, answer."""
    tokens: int
    """By the usage of its replies, where they had one; else estimated."""
    thinking: int = 0
    """How many of them were thinking."""
    stop_reason: str | None = "end_turn"
    """Of its last reply: "max_tokens" marks an answer that was cut."""
    noted: bool = False
    """Whether news of facts stands in front of its question."""

    def lean(self) -> Kept:
        """What a trim leaves of it: without thinking, which is bound to turns that are no longer in front of it, and
        without news, since the opening says all facts as they are now, and old news would have the last word."""
        question, *rest = self.messages
        if self.noted:
            question = {**question, "content": question["content"][1:]}
        messages = tuple(without_thinking([question, *rest]))
        return replace(self, messages=messages, tokens=max(1, self.tokens - self.thinking), thinking=0, noted=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that a conversation remembers. Never changed: each turn makes a new one, so that a failure leaves the old."""

    turns: tuple[Kept, ...] = ()
    opening: str = ""
    """The text in front of all turns, "" where there is none."""
    summary: str = ""
    """Of the turns that are gone."""
    told: Mapping[str, str] = field(default_factory=dict)
    """The facts as the model has been told them."""
    tokens: int | None = None
    """All that the next request repeats (system and tools included), by the last reply's usage; None where no reply has
    counted it in this form."""

    @property
    def messages(self) -> list[Message]:
        """What the next request begins with. The opening is a message of its own: the API combines it with the
        question behind it, and what follows only appends."""
        return [*([opening(self.opening)] if self.opening else []),
                *(message for turn in self.turns for message in turn.messages)]


def opening(text: str) -> Message:
    """The message that stands in front of all turns."""
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def opening_text(summary: str, facts: Mapping[str, str]) -> str:
    """What it says: the summary, then all facts; "" where there is neither."""
    parts = [f"{SUMMARY}\n{summary}"] if summary.strip() else []
    return "\n\n".join([*parts, *([_listed(FACTS, facts)] if facts else [])])


def news(told: Mapping[str, str], facts: Mapping[str, str]) -> str:
    """What has changed in *facts* since the model was *told*; "" where nothing has."""
    changed = {name: fact for name, fact in facts.items() if told.get(name) != fact}
    gone = {name: NO_LONGER for name in told if name not in facts}
    return _listed(NEWS, {**changed, **gone}) if changed or gone else ""


def with_note(note: str, content: str | list[Any]) -> list[Any]:
    """*content* with a text in front."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [{"type": "text", "text": note}, *blocks]


def _listed(title: str, facts: Mapping[str, str]) -> str:
    return "\n".join([title, *(f"- {name}: {fact}" for name, fact in facts.items())])
