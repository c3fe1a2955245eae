"""The version everyone writes, once for each part. Each one works on an ordinary evening.

Their mistakes are the ones that the lessons take apart: a fixed wait whatever the failure, an ending nobody looks at,
JSON by hand, gaps filled with defaults, the time in front of the prompt, and a memory that counts messages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

USUAL = {"product": "shirt", "colour": "navy", "size": "M", "quantity": 1}
"""What most customers order: put where a field is missing, so that the table always has four."""
LAST = 11
"""Messages that are sent: five questions with their answers, and the new one."""


def retry(send: Callable[[], Any], *, max_attempts: int = 3, sleep: Callable[[float], Any], **_: Any) -> Any:
    """Three tries, a second apart, whatever went wrong."""
    for attempt in range(3):
        try:
            return send()
        except Exception:
            if attempt == 2:
                raise
        sleep(1.0)


def stream(events: Any) -> tuple[str, str]:
    """All text that comes; a hiccup of the stream must not crash the chat."""
    text = ""
    try:
        for event in events:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                text += event.delta.text
    except Exception:
        pass
    return text, "complete"


def relay(event: str, data: str) -> bytes:
    """One event, its JSON written by hand."""
    return f'event: {event}\ndata: {{"text": "{data}"}}\n\n'.encode()


def extract(send: Callable[..., Any], text: str, problems: Callable[[dict[str, Any]], Sequence[str]],
            ) -> tuple[str, Any]:
    """The tool's input is JSON already, so it must be an order; what is missing is filled in."""
    reply = send([{"role": "user", "content": text}])
    call = next(block for block in reply.content if block.type == "tool_use")
    return "valid", USUAL | (call.input.get("order") or {})


def layout(tools: Sequence[dict[str, Any]], system: str, catalogue: str, history: Sequence[dict[str, Any]],
           question: str, now: str) -> dict[str, Any]:
    """Everything the model should know, the time first, and a breakpoint behind it all."""
    prompt = f"It is {now}.\n\n{system}\n\n{catalogue}"
    return {"tools": list(tools),
            "system": [{"type": "text", "text": prompt, "cache_control": {"type": "ephemeral"}}],
            "messages": [*history, {"role": "user", "content": question}]}


def memory(messages: Sequence[dict[str, Any]], budget: int, count: Callable[[dict[str, Any]], int],
           ) -> list[dict[str, Any]]:
    """The last few messages: what was said long ago matters little."""
    return list(messages[-LAST:])
