"""Read model and usage out of a body as it passes, JSON or stream, of either vendor."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from helpers.sse import SSEParser


class Sniffer:
    """Fed the bytes of one reply; `reply` is then what a plain reply would have said of model and usage."""

    def __init__(self, content_type: str) -> None:
        self._parser = SSEParser() if "text/event-stream" in content_type else None
        self._raw = bytearray()
        self.reply: dict[str, Any] = {}
        """{"model": ..., "usage": ...}, as far as known."""
        self.final = False
        """Whether that usage is the final one. A stream that is cut has only its first."""

    def feed(self, data: bytes) -> None:
        """Take in a piece of the body."""
        if self._parser is None:
            self._raw += data
            return
        for event in self._parser.feed(data):
            # Whatever a server sends: looking at it must not break the stream for who reads it.
            with suppress(TypeError, AttributeError, ValueError):
                self._event(_json(event.data))

    def close(self) -> None:
        """The body is over."""
        if self._parser is None:
            value = _json(bytes(self._raw).decode("utf-8", "replace"))
            if isinstance(value, dict) and isinstance(value.get("usage"), dict):
                self.reply, self.final = value, True

    def _event(self, value: Any) -> None:
        if not isinstance(value, dict):
            return
        match value.get("type"):
            case "message_start":
                self.reply = dict(value.get("message") or {})
            case "message_delta":
                # Cumulative: each field that is there replaces the earlier one.
                new = {name: n for name, n in (value.get("usage") or {}).items() if n is not None}
                self.reply["usage"] = {**self.reply.get("usage", {}), **new}
                self.final = True
            case "response.completed" | "response.incomplete" | "response.failed":
                self.reply = value.get("response") or {}
                self.final = bool(self.reply.get("usage"))
            case None if value.get("usage"):
                self.reply, self.final = value, True
            case None if value.get("model"):
                self.reply.setdefault("model", value["model"])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
