"""The message explorer: a reply as a tree, and what several ways of reading it make of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.economics import usage_from
from helpers.views import style
from helpers.views._html import card, code, columns, quoted, safe
from helpers.views.controls import Choice, options

if TYPE_CHECKING:
    from helpers.views._explore import Explorer

FINISHED = ("end_turn", "stop_sequence")
VERDICTS = {
    "fails": ("✗ Fails", style.VERMILLION),
    "part": ("✗ Not the whole text", style.VERMILLION),
    "silent": ("✗ Not finished, and doesn't say so", style.VERMILLION),
    "doubts": ("✗ Finished, and called incomplete", style.VERMILLION),
    "flagged": ("✓ Says that it is not complete", style.GREEN),
    "whole": ("✓ The whole text", style.GREEN),
    "other": ("Something else than text", style.GREY),
}
"""Verdict -> how it is headed, and its colour."""
LIST = "list-style:none;margin:0;padding-left:14px;border-left:2px solid var(--jp-border-color1,#bdbdbd)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a function made of a message."""

    verdict: str
    """One of VERDICTS."""
    shown: str
    """What came back, as Python writes it; "" for an error."""
    note: str
    """The error, or how much came back."""

    def __str__(self) -> str:
        return f"{VERDICTS[self.verdict][0].lstrip('✓✗ ')} ({self.note})"


def outcome(message: Any, extract: Callable[[Any], Any]) -> Outcome:
    """Call *extract* on *message* and judge what comes back: text, or an object with `text` and `complete`."""
    try:
        value = extract(message)
    except Exception as error:           # whatever a learner's function does is what we came to see
        return Outcome("fails", "", f"{type(error).__name__}: {error}")
    text = getattr(value, "text", value)
    if not isinstance(text, str):
        return Outcome("other", repr(value), type(value).__name__)
    complete, whole = getattr(value, "complete", None), whole_text(message)
    of = "" if text == whole else f" of {len(whole):,}"
    note = f"{len(text):,}{of} characters" if text else "an empty string"
    note += "" if complete is None else f", complete is {complete}"
    return Outcome(_verdict(text == whole, message.stop_reason in FINISHED, complete), quoted(text), note)


def _verdict(whole: bool, finished: bool, complete: bool | None) -> str:
    """Which of VERDICTS fits: all the text, from a model that had finished, and what was said about it."""
    if not whole:
        return "part"
    if complete is False:
        return "doubts" if finished else "flagged"
    return "whole" if finished else "silent"


def whole_text(message: Any) -> str:
    """All text blocks of *message*."""
    return "".join(block.text for block in message.content if block.type == "text")


def message_explorer(messages: Mapping[str, Any], extractors: Mapping[str, Callable[[Any], Any]],
                     start: str | None = None) -> Explorer:
    """A widget: choose a reply, see its blocks and what each extractor returns.

    messages: name of a shape -> an `anthropic` Message. extractors: label -> function of a message, which returns
    text or an object with `text` and `complete`. start: the shape that shows first; None for the first of all.
    """
    from helpers.views._explore import explore_html

    def render(shape: str) -> str:
        message = messages[shape]
        cards = "".join(_card(label, outcome(message, extract)) for label, extract in extractors.items())
        return columns([f"<p><b>The reply</b></p>{_tree(message)}", f"<p><b>What your code returns</b></p>{cards}"],
                       "26em")

    def describe(shape: str) -> str:
        message = messages[shape]
        kinds = ", ".join(block.type for block in message.content) or "nothing"
        lines = [f"{label}: {outcome(message, extract)}." for label, extract in extractors.items()]
        return "\n".join([f"{shape}: content holds {kinds}; stop_reason is {message.stop_reason}.", *lines])

    shapes = Choice("shape", "shape of the reply", options(*messages), start or next(iter(messages)))
    return explore_html(render, [shapes], describe=describe, title="One reply, read in several ways")


def _card(label: str, seen: Outcome) -> str:
    heading, colour = VERDICTS[seen.verdict]
    shown = f"<div>{code(seen.shown)}</div>" if seen.shown else ""
    return card(code(label), f"<div><b>{safe(heading)}</b></div>{shown}<div>{safe(seen.note)}</div>", colour)


def _tree(message: Any) -> str:
    """The message as nested lists: content first, then how it ended and what it took."""
    blocks = "".join(f"<li>{code(f'[{place}]')} <b>{safe(block.type)}</b> {_of(block)}</li>"
                     for place, block in enumerate(message.content))
    count = len(message.content)
    fields = {"stop_reason": message.stop_reason, "stop_sequence": message.stop_sequence,
              "stop_details": _details(message.stop_details), "usage": usage_from(message), "id": message.id,
              "request id": getattr(message, "_request_id", None)}
    rest = "".join(f"<li>{code(name)} {safe(value)}</li>" for name, value in fields.items() if value is not None)
    return (f'<ul style="{LIST}"><li>{code("content")} {count} block{"s" * (count != 1)}'
            f'<ul style="{LIST}">{blocks}</ul></li>{rest}</ul>')


def _of(block: Any) -> str:
    """What is in a block, in short."""
    if block.type == "text":
        return f"{code(quoted(block.text))} ({len(block.text):,} characters)"
    if block.type == "thinking":
        return code(quoted(block.thinking)) if block.thinking else "no text shown, a signature only"
    if block.type == "tool_use":
        return code(f"{block.name}({json.dumps(block.input, ensure_ascii=False)})")
    return ""


def _details(details: Any) -> str | None:
    if details is None:
        return None
    return f"{details.type}, category {details.category}" + (f": {details.explanation}" * bool(details.explanation))
