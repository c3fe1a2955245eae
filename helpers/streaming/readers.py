"""What the events of each API say besides text: how the answer ended, what it used, which tools it calls.

A reader takes in the events of one stream; it believes nothing final until the final event came.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from helpers.economics import Usage, usage_from
from helpers.streaming.pieces import chunk_of, first_choice, get
from helpers.streaming.tools import ToolCalls


class StreamFailure(Exception):
    """The vendor's own word, in an event, that it could not finish; for what the SDK does not raise by itself."""

    def __init__(self, kind: str | None, message: str | None) -> None:
        super().__init__(f"{kind or 'unknown'}: {message or 'no reason given'}")
        self.type = self.code = kind
        self.status_code = 200
        """The answer had begun: the status says nothing of its end."""


class Reader:
    """What one stream has said so far."""

    def __init__(self) -> None:
        self.id: str | None = None
        self.stop_reason: str | None = None
        self.over = False
        """Whether the final event came."""
        self.failure: StreamFailure | None = None
        self.calls = ToolCalls()
        self._billed: Any = None

    def take(self, event: Any) -> None:
        """Take in one event; unknown ones are ignored, as both vendors ask for."""
        raise NotImplementedError

    @property
    def usage(self) -> Usage | None:
        """What the whole answer used; None before the stream said so, and where it can't be read."""
        with suppress(LookupError, TypeError, ValueError):
            return usage_from(self._billed)
        return None

    def _fail(self, error: Any) -> None:
        kind, message = _text(get(error, "type")), _text(get(error, "message"))
        # OpenAI's event has the kind of error in its code; its type says that it is an error
        self.failure = StreamFailure(_text(get(error, "code")) or kind, message)


class MessageReader(Reader):
    """Of Anthropic's Messages API: create(stream=True), and stream(), which adds events of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._usage: dict[str, Any] = {}

    def take(self, event: Any) -> None:
        index = _index(event, "index")
        match get(event, "type"):
            case "message_start":
                self.id = _text(get(event, "message", "id"))
                self._count(get(event, "message", "usage"))
            case "content_block_start" if get(event, "content_block", "type") == "tool_use":
                block = get(event, "content_block")
                self.calls.start(index, _text(get(block, "id")) or "", _text(get(block, "name")) or "")
            case "content_block_delta" if get(event, "delta", "type") == "input_json_delta":
                self.calls.add(index, _text(get(event, "delta", "partial_json")) or "")
            case "content_block_stop":
                self.calls.stop(index)
            case "message_delta":
                self.stop_reason = _text(get(event, "delta", "stop_reason")) or self.stop_reason
                self._count(get(event, "usage"))
                self._billed = {"usage": self._usage}
            case "message_stop":
                self.over = True
            case "error":
                self._fail(get(event, "error"))

    def _count(self, usage: Any) -> None:
        """Lay *usage* over what is known: its counts are totals, so they replace and never add up."""
        known = usage if isinstance(usage, dict) else getattr(usage, "__dict__", {})
        self._usage |= {name: count for name, count in known.items() if count is not None}


class ChunkReader(Reader):
    """Of OpenAI's chat completions. Usage comes last, and only with stream_options={"include_usage": True}."""

    def take(self, event: Any) -> None:
        chunk, choice = chunk_of(event), first_choice(event)
        self.id = self.id or _text(get(chunk, "id"))
        if get(chunk, "usage") is not None:
            self._billed = chunk
        if get(choice, "delta", "refusal"):
            self.stop_reason = "refusal"
        fragments = get(choice, "delta", "tool_calls")
        for fragment in fragments if isinstance(fragments, list) else ():
            self._fragment(fragment)
        if reason := _text(get(choice, "finish_reason")):
            self.stop_reason = self.stop_reason or reason   # a refusal ends with "stop"
            self.over = True
            self.calls.stop_all()

    def _fragment(self, fragment: Any) -> None:
        """The first fragment of a call has its id and name, the others only more of its arguments."""
        index = _index(fragment, "index")
        if index not in self.calls:
            name = _text(get(fragment, "function", "name"))
            self.calls.start(index, _text(get(fragment, "id")) or "", name or "")
        self.calls.add(index, _text(get(fragment, "function", "arguments")) or "")


class ResponseReader(Reader):
    """Of OpenAI's Responses API, whose last event holds the whole response."""

    def take(self, event: Any) -> None:
        index, item = _index(event, "output_index"), get(event, "item")
        match get(event, "type"):
            case "response.created":
                self.id = _text(get(event, "response", "id"))
            case "response.output_item.added" if get(item, "type") == "function_call":
                self.calls.start(index, _text(get(item, "call_id")) or "", _text(get(item, "name")) or "")
            case "response.function_call_arguments.delta":
                self.calls.add(index, _text(get(event, "delta")) or "")
            case "response.output_item.done" if get(item, "status") != "incomplete":
                self.calls.stop(index)
            case "response.refusal.delta":
                self.stop_reason = "refusal"
            case "response.completed" | "response.incomplete":
                reason = get(event, "response", "incomplete_details", "reason") or get(event, "response", "status")
                self.stop_reason = self.stop_reason or _text(reason)
                self._billed, self.over = event, True
            case "response.failed":
                self._billed = event
                self._fail(get(event, "response", "error"))
            case "error":
                self._fail(event)


def reader_for(event: Any) -> Reader | None:
    """The reader for a stream with such an event; None where the event doesn't tell."""
    kind = _text(get(event, "type")) or ""
    if get(event, "object") == "chat.completion.chunk" or kind == "chunk":
        return ChunkReader()
    if kind.startswith("response."):
        return ResponseReader()
    return MessageReader() if kind.startswith(("message_", "content_block_")) or kind == "error" else None


def _text(value: Any) -> str | None:
    """*value* if it is a text that says something; the SDKs pass on what arrives, whatever it is."""
    return value if isinstance(value, str) and value else None


def _index(event: Any, name: str) -> int:
    index = get(event, name)
    return index if isinstance(index, int) else 0
