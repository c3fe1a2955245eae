"""One answer to one request, as a value: what recordings hold, builders make and sources serve."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

JSON_STYLES: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":"), "ensure_ascii": False},
    "spaced": {"ensure_ascii": False},
    "compact-ascii": {"separators": (",", ":")},
    "spaced-ascii": {},
}
"""The ways in which servers write JSON, so that a recorded body replays byte for byte."""

ENDINGS = ("complete", "dropped", "silent")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Status, headers and body of an answer, with the times at which its parts arrive."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names."""
    body: Any = None
    """JSON value of a plain reply, or a str for a body that is not JSON; None where `chunks` hold a stream."""
    chunks: tuple[tuple[float, str], ...] = ()
    """A stream as it arrived: (milliseconds since the request was sent, text). Bytes that are no UTF-8
    stand as lone surrogates (Python's "surrogateescape")."""
    delay_ms: float = 0.0
    """Milliseconds from the request to the reply's headers."""
    ending: str = "complete"
    """complete; dropped: the connection dies after the last chunk; silent: nothing more ever comes."""
    json_style: str = "compact"
    """Which of JSON_STYLES the body was written in."""

    def __post_init__(self) -> None:
        if self.ending not in ENDINGS:
            raise ValueError(f"ending is {self.ending!r}; it must be one of {', '.join(ENDINGS)}.")
        if self.chunks and self.body is not None:
            raise ValueError("a reply has a body or chunks, not both.")

    @property
    def is_stream(self) -> bool:
        """Whether the body arrives in chunks."""
        return bool(self.chunks)

    def content(self) -> bytes:
        """The whole body as it goes over the wire."""
        return b"".join(data for _, data in self.timed_bytes())

    def timed_bytes(self) -> list[tuple[float, bytes]]:
        """(milliseconds since the request, bytes) for each piece of the body."""
        return self._timed_bytes

    @cached_property   # once, however often the reply is replayed: writing 200 kB of JSON takes 0.4 ms
    def _timed_bytes(self) -> list[tuple[float, bytes]]:
        if self.is_stream:
            return [(at, text.encode("utf-8", "surrogateescape")) for at, text in self.chunks]
        if self.body is None:
            return []
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, **JSON_STYLES[self.json_style])
        return [(self.delay_ms, text.encode("utf-8", "surrogateescape"))]


def body_from_bytes(raw: bytes) -> tuple[Any, str]:
    """A JSON body and its style when that gives *raw* back byte for byte; else the text itself."""
    text = raw.decode("utf-8", "surrogateescape")
    try:
        value = json.loads(text)
    except ValueError:
        return text, "compact"
    if value is not None and not isinstance(value, str):   # a bare string or null is kept as its text
        for style, options in JSON_STYLES.items():
            if _same_bytes(json.dumps(value, **options), raw):
                return value, style
    return text, "compact"


def _same_bytes(text: str, raw: bytes) -> bool:
    try:
        return text.encode("utf-8", "surrogateescape") == raw
    except UnicodeEncodeError:   # a lone surrogate, which only the ASCII styles can write
        return False
