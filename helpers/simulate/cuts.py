"""A stream of events cut in two at every place, and clients that do or don't survive it.

    cuts = every_cut(sample_stream(), NoBuffer, SAMPLE_TEXT)     # one row a cut: cut, ok, got
    (~cuts.ok).sum(), len(cuts)

The network owes nobody whole lines or whole characters. Three clients make the usual mistakes, one each; `Standard`
is the course's own parser in the same dress. All read events `delta` with {"text": ...}, and a last one, `done`.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from helpers.sse import SSEParser, encode

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = ("Your café order:\n\n", "1 ☕ to go", "\nSay [DONE] when you are.")
"""Pieces of an answer with what breaks clients: a blank line, characters of two and three bytes, an end mark."""
SAMPLE_TEXT = "".join(SAMPLE)


class Client(Protocol):
    """Takes bytes as they come and gives the texts of the events that they complete."""

    def feed(self, chunk: bytes) -> list[str]: ...


class NoBuffer:
    """Takes each chunk for whole lines: the loop that everyone writes first."""

    def feed(self, chunk: bytes) -> list[str]:
        return _texts(chunk.decode("utf-8", "replace").split("\n"))


class BufferOnly:
    """Keeps the tail until its blank line comes, but decodes each chunk by itself.

    As TextDecoder without {stream: true}: half a character becomes U+FFFD, and no error says so.
    """

    def __init__(self) -> None:
        self._tail = ""

    def feed(self, chunk: bytes) -> list[str]:
        *events, self._tail = (self._tail + chunk.decode("utf-8", "replace")).split("\n\n")
        return _texts(line for event in events for line in event.split("\n"))


class DecoderOnly:
    """Keeps half a character until its rest comes, but takes each chunk for whole lines."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, chunk: bytes) -> list[str]:
        return _texts(self._decoder.decode(chunk).split("\n"))


class Standard:
    """`helpers.sse.SSEParser`, which follows the standard."""

    def __init__(self) -> None:
        self._parser = SSEParser()

    def feed(self, chunk: bytes) -> list[str]:
        return [json.loads(event.data)["text"] for event in self._parser.feed(chunk) if event.event == "delta"]


CLIENTS: dict[str, Callable[[], Client]] = {
    "no buffer": NoBuffer,
    "buffer, no decoder": BufferOnly,
    "decoder, no buffer": DecoderOnly,
    "by the standard": Standard,
}


def sample_stream(texts: Iterable[str] = SAMPLE) -> bytes:
    """*texts* as a good server sends them: JSON in named events, and a last one that says that it was the last."""
    return b"".join(encode({"text": text}, event="delta") for text in texts) + encode({}, event="done")


def every_cut(stream: bytes, make_parser: Callable[[], Any], expected: str) -> pd.DataFrame:
    """Feed *stream* in two pieces, cut at every place, to a new parser each time.

    *make_parser*: gives an object with feed(bytes) -> list of str. One row a cut, from 1 to len(stream) - 1: cut (how
    many bytes the first piece has), ok (the texts joined are *expected*), got (what they are). What a parser raises
    counts as not ok; got is then the error's name. A stream of fewer than two bytes has no place to cut.
    """
    import pandas as pd

    seen = [_read(make_parser, stream[:cut], stream[cut:]) for cut in range(1, len(stream))]
    rows = [(cut, not failed and got == expected, got) for cut, (failed, got) in enumerate(seen, start=1)]
    return pd.DataFrame(rows, columns=["cut", "ok", "got"]).astype({"cut": int, "ok": bool, "got": str})


def naive_frames(texts: Iterable[str]) -> bytes:
    """*texts* as a server sends them that puts raw text behind "data: ": a line break in it starts a new line."""
    return b"".join(f"data: {text}\n\n".encode() for text in texts)


def line_frames(texts: Iterable[str]) -> bytes:
    """*texts* as raw text by the standard: a data line for each line of text."""
    return b"".join(encode(text) for text in texts)


def shown(stream: bytes, *, stop_at: str | None = None) -> str:
    """What a user sees of raw-text frames through a parser that follows the standard.

    *stop_at*: a text that the client takes for the end of the stream, as "[DONE]" is at OpenAI.
    """
    seen = []
    for event in SSEParser().feed(stream):
        if stop_at is not None and event.data == stop_at:
            break
        seen.append(event.data)
    return "".join(seen)


def _texts(lines: Iterable[str]) -> list[str]:
    """What a client that looks at data lines alone makes of *lines*; ValueError where one is no whole JSON."""
    payloads = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    return [payload["text"] for payload in payloads if "text" in payload]


def _read(make_parser: Callable[[], Any], *pieces: bytes) -> tuple[bool, str]:
    """(whether the parser raised, what it read or the error's name)."""
    try:
        parser = make_parser()
        return False, "".join(text for piece in pieces for text in parser.feed(piece))
    except Exception as error:
        return True, type(error).__name__
