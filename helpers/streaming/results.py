"""What is left when a stream is over: the text that came, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Literal

from helpers.economics import Usage
from helpers.streaming.timings import Timing
from helpers.streaming.tools import ToolCall

Ending = Literal["complete", "truncated", "failed", "cut"]
FINISHED = ("end_turn", "stop_sequence", "tool_use", "stop", "tool_calls", "completed")
"""Stop reasons with which the model came to its own end, be it to have a tool called (three of Anthropic, two of
OpenAI's chat completions, one of its Responses). Each other one, known or new, means that something is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a stream brought. `text` holds whatever came, also where the rest is missing."""

    text: str
    ending: Ending
    """complete: the final event came, and the model had finished.
    truncated: the final event came, but the answer is not the whole one; `stop_reason` says why: max_tokens, length,
    refusal, content_filter, pause_turn ...
    failed: an error came in the middle; it is in `error`.
    cut: the stream ended without its final event, and no error said so."""
    stop_reason: str | None
    """In the vendor's own word, but "refusal" also where OpenAI reports it in a field; None where none came."""
    usage: Usage | None
    """None where the stream ended before it came: what was generated is billed all the same."""
    error: Exception | None
    """What ended a failed stream."""
    tool_calls: tuple[ToolCall, ...]
    """Of a stream that is not complete, too: look at each one's `arguments`."""
    timing: Timing = field(compare=False)
    id: str | None = None
    """The reply's id (msg_..., chatcmpl-..., resp_...)."""

    @property
    def complete(self) -> bool:
        """Whether this is all that the model wanted to say."""
        return self.ending == "complete"

    def __str__(self) -> str:
        return f"{self._said()}\n[{self._how()} · {self._facts()}]"

    def _repr_html_(self) -> str:
        # As text, never as markdown: an answer is not our code, and an image in it would send data to its address.
        # Each dollar sign in an element of its own: two in one run of text are a formula to MathJax.
        shown = escape(self._said()).replace("$", "<span>$</span>")
        how = escape(self._how()).replace("NOT COMPLETE", "<strong>NOT COMPLETE</strong>", 1)
        return (f'<div style="white-space:pre-wrap;max-width:60em">{shown}</div>'
                f"<div>{how} · {escape(self._facts())}</div>")

    def _said(self) -> str:
        return "\n".join([self.text or "(no text)", *(f"-> {call}" for call in self.tool_calls)])

    def _how(self) -> str:
        """The ending in words."""
        match self.ending:
            case "complete":
                return f"complete: {self.stop_reason}"
            case "truncated":
                return f"NOT COMPLETE, truncated: {self.stop_reason}"
            case "failed":   # not the error's message, which may repeat what a user wrote
                kind = getattr(self.error, "type", None) or getattr(self.error, "code", None)
                return f"NOT COMPLETE, failed: {type(self.error).__name__}{f' ({kind})' if kind else ''}"
            case _:
                return "NOT COMPLETE, cut: the stream ended without its final event"

    def _facts(self) -> str:
        return f"{'usage unknown' if self.usage is None else self.usage} · {self.timing}"
