"""The customer's page: what a browser shows of the events that reach it, and what the customer takes it for.

It follows the standard for event streams (`helpers.sse`) and reads each event's data as the JSON of {"text": ...}, as
the page of lesson 03b does. Between bot and browser there may be a proxy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from helpers.sse import Event, SSEParser

LINE_END = re.compile(rb"\r\n|\r|\n")


class Page:
    """One answer as it appears."""

    def __init__(self, now: Callable[[], float], *, crlf_proxy: bool = False) -> None:
        """*crlf_proxy*: something on the way ends lines with CRLF, and cuts the stream where it likes."""
        self._now, self._crlf = now, crlf_proxy
        self._parser = SSEParser()
        self.text = ""
        self.first_at: float | None = None
        """When the first text appeared."""
        self.ending = ""
        """What the event `done` said; "" before it came."""
        self.sorry = ""
        """The words of the event `error`."""
        self.unreadable = 0
        """Events whose data was no JSON with a text: the page can show nothing of them."""

    @property
    def whole(self) -> bool:
        """Whether the page says that this is the answer: complete, without a warning."""
        return self.ending == "complete" and not self.sorry

    def receive(self, data: bytes) -> None:
        """Bytes from the bot."""
        if self._crlf:
            data = LINE_END.sub(b"\r\n", data)
        middle = len(data) // 2 if self._crlf else 0
        for piece in (data[:middle], data[middle:]):
            for event in self._parser.feed(piece):
                self._show(event)

    def _show(self, event: Event) -> None:
        text = _text(event.data)
        if text is None:
            self.unreadable += 1
        elif event.event == "delta":
            self.text += text
            self.first_at = self._now() if self.first_at is None else self.first_at
        elif event.event == "done":
            self.ending = text
        elif event.event == "error":
            self.sorry = text


def _text(data: str) -> str | None:
    try:
        value: Any = json.loads(data)
    except ValueError:
        return None
    text = value.get("text") if isinstance(value, dict) else None
    return text if isinstance(text, str) else None
