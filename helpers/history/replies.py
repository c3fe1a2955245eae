"""What of a reply is kept, and why: the stop reason is looked at first."""

from __future__ import annotations

from typing import Any, NamedTuple

from helpers.economics import Usage, usage_from
from helpers.history.blocks import THINKING, Block, as_dict

FINISHED = ("end_turn", "stop_sequence")
CUT = ("max_tokens", "model_context_window_exceeded")
NOT_KEPT = {"refusal": "the model declined", "tool_use": "the model waits for a tool's result: give ask a run=",
            "pause_turn": "the model still paused when all rounds were used", None: "the reply has no end"}


class Read(NamedTuple):
    """A reply, read."""

    content: list[Block]
    """As it came, but for text blocks of white space alone, which can't be sent back (`rules.some_text`)."""
    calls: list[Block]
    stop_reason: str | None
    usage: Usage | None

    @property
    def answer(self) -> list[Block]:
        """What may be kept as the end of a turn: without calls, which nobody will answer now (the last one may be half
        a call: a reply that was cut looks complete)."""
        return [block for block in self.content if block.get("type") != "tool_use"]

    @property
    def objection(self) -> str:
        """Why this reply can't end a turn that is kept; "" where it can."""
        if self.stop_reason == "tool_use" and not self.calls:
            return "the model stopped for a tool and called none"
        if self.stop_reason not in (*FINISHED, *CUT):
            return NOT_KEPT.get(self.stop_reason, f"the model stopped for another reason, {self.stop_reason}")
        if all(block.get("type") in THINKING for block in self.answer):
            return "the answer was cut off before it began" if self.stop_reason in CUT else "the answer is empty"
        return ""


def read(reply: Any) -> Read:
    """What a Message (an object, or a dict) says. TypeError for what is none."""
    message = as_dict(reply)
    if not isinstance(message, dict) or not isinstance(message.get("content"), list | tuple):
        raise TypeError(f"a reply must be a Message; got {type(reply).__name__}. Of a stream, return "
                        "stream.get_final_message().")
    content = [block for block in map(as_dict, message["content"]) if not _is_blank(block)]
    calls = [block for block in content if block.get("type") == "tool_use"]
    return Read(content, calls, message.get("stop_reason"), _usage(reply))


def _usage(reply: Any) -> Usage | None:
    try:
        return usage_from(reply)
    except (ValueError, AttributeError):   # an answer that is paid for is not thrown away with its bill
        return None


def _is_blank(block: Block) -> bool:
    return block.get("type") == "text" and not str(block.get("text") or "").strip()
