"""03a-2: the streams that are sent, real ones of the SDK, and how each of them ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from helpers.economics import model_id
from helpers.exercises import replies
from helpers.exercises.e00_misread import call, thought
from helpers.wire import builder
from helpers.wire.clients import build
from helpers.wire.faults import Faults
from helpers.wire.scripted import Ask

if TYPE_CHECKING:
    from anthropic import Stream

    from helpers.wire.reply import Reply

ANSWER = "Your order left on Monday and should reach you by Thursday."
HALF = "Your order left on Monday and"
SILENT = "silent"
"""A fault of our own: after some pieces nothing more comes, until the read times out."""
STOPLESS, ERROR_BEFORE_STOP = "stopless", "error before message_stop"
"""Two more: the stream ends, or an `error` event comes, between `message_delta` and `message_stop`."""
OWN_FAULTS = (SILENT, STOPLESS, ERROR_BEFORE_STOP)
PIECES = 3
NEXT_BLOCK = "cut after 9 deltas"
"""With thinking before the text: a cut in the text."""
RARE = ("pause_turn", "something_new")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One stream and what is to come of it. The text of one that breaks off is what its pieces held."""

    sent: str
    ending: str
    blocks: tuple[Any, ...] = (ANSWER,)
    options: dict[str, Any] = field(default_factory=dict)
    """stop_reason and its like."""
    fault: str = ""
    """As `helpers.wire.faults` has them, or one of our own."""

    def stream(self) -> Stream[Any]:
        """A fresh stream, as `client.messages.create(..., stream=True)` returns it."""
        server = replies.Server(self._script)
        faults = Faults(server, [self.fault] if self.fault not in ("", *OWN_FAULTS) else [], server.clock)
        client = build("ANTHROPIC", faults, server.clock, asynchronous=False, live=False, max_retries=0)
        return client.messages.create(model=model_id("default"), max_tokens=replies.LIMIT, messages=replies.HELLO,
                                      stream=True)

    @property
    def reason(self) -> str:
        """The stop reason that its last events say; "" for one that breaks off."""
        return "" if self.fault else self._message().body["stop_reason"]

    @property
    def is_rare(self) -> bool:
        """Whether it ends with a stop reason that most code has never seen."""
        return self.reason in RARE

    @property
    def pieces(self) -> list[str]:
        """The texts that arrive."""
        if self.sent not in _pieces:
            _pieces[self.sent] = _read(self.stream())
        return _pieces[self.sent]

    def should(self) -> str:
        return f"return `({''.join(self.pieces)!r}, {self.ending!r})`"

    def _script(self, ask: Ask) -> Reply:
        reply = builder.stream(self._message(ask.model))
        if self.fault in (STOPLESS, ERROR_BEFORE_STOP):
            at, last = reply.chunks[-1]
            error = builder.error_event("overloaded_error", "Overloaded") if self.fault == ERROR_BEFORE_STOP else ""
            return replace(reply, chunks=(*reply.chunks[:-1], (at, last.partition("event: message_stop")[0] + error)))
        if self.fault != SILENT:
            return reply
        upto = [place for place, (_, text) in enumerate(reply.chunks, 1) if "text_delta" in text][PIECES - 1]
        return replace(reply, chunks=reply.chunks[:upto], ending="silent")

    def _message(self, model: str = "") -> Reply:
        return replies.reply_to(model, replies.LIMIT, self.blocks, self.options)


_pieces: dict[str, list[str]] = {}
"""By what is sent: each stream comes in the same pieces every time."""


def _read(stream: Stream[Any]) -> list[str]:
    found: list[str] = []
    try:
        for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                found.append(event.delta.text)
    except Exception:      # the failure that this stream is about
        pass
    return found


class Interrupted:
    """A stream in whose middle somebody interrupts the program."""

    def __init__(self, stream: Stream[Any]) -> None:
        self._stream = stream
        self._events = self._until_stopped()

    def _until_stopped(self) -> Iterator[Any]:
        for event in self._stream:
            if event.type == "content_block_delta":
                raise KeyboardInterrupt
            yield event

    def __iter__(self) -> Iterator[Any]:
        return self._events

    def __next__(self) -> Any:
        return next(self._events)

    def __enter__(self) -> Interrupted:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stream.close()


STREAMS = (
    Sent(sent="the answer in pieces, `end_turn`, `message_stop`", ending="complete"),
    Sent(sent="thinking in pieces, then the answer, `end_turn`", ending="complete", blocks=(thought(), ANSWER)),
    Sent(sent="the text `Let me look.`, then a tool call, `tool_use`", ending="complete",
         blocks=("Let me look.", call())),
    Sent(sent="two text blocks, `'Your order left '` and `'on Monday.'`, `stop_sequence`", ending="complete",
         blocks=("Your order left ", "on Monday."), options={"stop_sequence": "Best regards"}),
    Sent(sent="half an answer, `max_tokens`, `message_stop`", ending="truncated", blocks=(HALF,),
         options={"stop_reason": "max_tokens"}),
    Sent(sent="half an answer, `refusal`, `message_stop`", ending="truncated", blocks=(HALF,),
         options={"stop_details": builder.refusal()}),
    Sent(sent="no text at all, `refusal`, `message_stop`", ending="truncated", blocks=(),
         options={"stop_details": builder.refusal()}),
    Sent(sent="half an answer, `model_context_window_exceeded`, `message_stop`", ending="truncated", blocks=(HALF,),
         options={"stop_reason": "model_context_window_exceeded"}),
    *(Sent(sent=f"half an answer, `{reason}` (a reason {seen}), `message_stop`", ending="truncated", blocks=(HALF,),
           options={"stop_reason": reason})
      for reason, seen in zip(RARE, ("of long tool loops", "that the API does not have yet"), strict=True)),
    Sent(sent="three pieces, then an `error` event (`overloaded_error`)", ending="failed",
         fault=f"error after {PIECES} deltas"),
    Sent(sent="three pieces, then the connection dies", ending="failed", fault=f"dropped after {PIECES} deltas"),
    Sent(sent="three pieces, then nothing, until the read times out", ending="failed", fault=SILENT),
    Sent(sent="three pieces; then the stream ends, without a `message_stop` and without an error", ending="cut",
         fault=f"cut after {PIECES} deltas"),
    Sent(sent="`message_start` and an empty block; then the stream ends, without a `message_stop`", ending="cut",
         fault="cut after 0 deltas"),
    Sent(sent="thinking in pieces and its `content_block_stop`, then half the answer; the stream ends without a "
              "`message_stop`", ending="cut", blocks=(thought(), ANSWER), fault=NEXT_BLOCK),
    Sent(sent="the answer, `message_delta` with `end_turn`; then the stream ends, without a `message_stop`",
         ending="cut", fault=STOPLESS),
    Sent(sent="the answer, `message_delta` with `end_turn`; then an `error` event (`overloaded_error`) instead of "
              "`message_stop`", ending="failed", fault=ERROR_BEFORE_STOP),
)
