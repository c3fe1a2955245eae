"""Server-sent events, both ways: what a server writes, and what any cut of it parses back to.

    encode({"text": "Hi"}, event="delta")        # b'event: delta\\ndata: {"text":"Hi"}\\n\\n'

    parser = SSEParser()
    parser.feed(b"data: Hel")                    # []
    parser.feed(b"lo\\n\\n")                       # [Event(event='message', data='Hello', id=None)]

The rules are the standard's (WHATWG HTML 9.2.5 and 9.2.6), which every browser follows. The network
may cut a stream anywhere, inside a character or between CR and LF; the events stay the same.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

LINE_END = re.compile(r"\r\n|\r|\n")
LINE_END_BYTES = re.compile(rb"\r\n|\r|\n")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event that a stream dispatched."""

    event: str = "message"
    """Its type; "message" where the stream named none."""
    data: str = ""
    """Its data lines, joined by a line feed."""
    id: str | None = None
    """The last id that the stream named, in this event or before; None if it named none yet."""


def encode(
    data: str | dict[str, Any] | list[Any] | None,
    *,
    event: str | None = None,
    id: str | None = None,
    comment: str | None = None,
) -> bytes:
    """One event as bytes, the blank line that sends it included.

    A str travels as it is, one data line per line of text; a dict or list travels as compact JSON.
    CR and CRLF end a line in this format, so they arrive as LF: where that matters, send JSON.
    `encode(None, comment="keep-alive")` keeps a connection open and dispatches nothing.

    Raises ValueError or TypeError when *event*, *id* or *data* cannot travel.
    """
    if data is None and (event is not None or (comment is None and id is None)):
        raise ValueError(
            "an event without data is never dispatched: give data (an empty string counts), or only a comment or an id."
        )
    lines = [f": {line}" for line in _text_lines(comment)]
    fields = {"id": id, "event": event}
    lines += [f"{name}: {_one_line(name, value)}" for name, value in fields.items() if value is not None]
    lines += [f"data: {line}" for line in _text_lines(_as_text(data))]
    # A lone surrogate is no character and has no UTF-8; a browser's encoder writes U+FFFD for it, too.
    return LONE_SURROGATE.sub("\ufffd", "\n".join(lines) + "\n\n").encode()


class SSEParser:
    """Turns bytes into events, in linear time, however the bytes are cut.

    `retry` lines are skipped: how long to wait before reconnecting is the caller's business.
    """

    def __init__(self) -> None:
        self._partial = bytearray()  # a bytearray grows in place: a line in a million pieces costs no re-joining
        self._after_cr = False
        self._at_start = True
        self._closed = False
        self._type = ""
        self._data: list[str] = []
        self._last_id: str | None = None

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that *chunk* completes, each as soon as its blank line is there."""
        if self._closed:
            raise ValueError("this parser is closed; make a new SSEParser for a new connection.")
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise TypeError(f"feed() takes bytes as they come off the network; got {type(chunk).__name__}.")
        *ends, rest = self._split(bytes(chunk))
        events = []
        for end in ends:
            self._partial += end
            event = self._line(bytes(self._partial))
            self._partial.clear()
            if event:
                events.append(event)
        self._partial += rest
        return events

    def close(self) -> list[Event]:
        """The stream ended. An event without its blank line is discarded, so nothing is left to return."""
        self._closed = True
        self._partial.clear()
        self._data.clear()
        return []

    def _split(self, chunk: bytes) -> list[bytes]:
        """*chunk* cut at its line ends; the LF of a CRLF that was cut in two belongs to the CR before it."""
        if chunk and self._after_cr:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        return LINE_END_BYTES.split(chunk)

    def _line(self, raw: bytes) -> Event | None:
        """Take in one whole line. Decoding line by line is safe: no UTF-8 character contains CR or LF."""
        if self._at_start:
            raw = raw.removeprefix(BOM)
            self._at_start = False
        line = raw.decode("utf-8", "replace")
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")  # a comment has an empty name, and falls through
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._last_id = value

    def _dispatch(self) -> Event | None:
        event = Event(self._type or "message", "\n".join(self._data), self._last_id) if self._data else None
        self._type = ""
        self._data = []
        return event


def _as_text(data: str | dict[str, Any] | list[Any] | None) -> str | None:
    if data is None or isinstance(data, str):
        return data
    if isinstance(data, (dict, list)):
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)  # NaN is not JSON
    raise TypeError(f"data must be a str, or a dict or list to send as JSON; got {type(data).__name__}.")


def _text_lines(text: str | None) -> list[str]:
    # Not str.splitlines(): that also cuts at U+2028 and friends, which are ordinary characters here.
    return [] if text is None else LINE_END.split(text)


def _one_line(name: str, value: str) -> str:
    if LINE_END.search(value):
        raise ValueError(f"{name} must stay on one line; got {value!r}. A line break would start another field.")
    if name == "id" and "\0" in value:
        raise ValueError(f"id must not contain NUL; got {value!r}. Receivers ignore such an id.")
    return value
