"""Keep what a source answers, scrubbed, as the recordings of a lesson.

The old file stays until the new set is complete, then is replaced in one rename. Until then each exchange is
safe in a journal beside it, one JSON line each.
"""

from __future__ import annotations

import codecs
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from helpers.clock import Clock
from helpers.wire.live import is_loopback
from helpers.wire.matching import RecordedRequest, recorded_request
from helpers.wire.recording import Entry, Provenance, Tape, append_journal, read_journal
from helpers.wire.reply import Reply, body_from_bytes
from helpers.wire.transport import ClosedEarly, Transport, Wrapper, tapped

KEPT_HEADERS = ("content-type", "request-id", "x-request-id", "retry-after", "retry-after-ms", "x-should-retry")
SECRETS = re.compile(r"\bsk-[\w-]{8,}|'(?:authorization_token|api_key|client_secret)': '[^']+'")
KEPT_HEADER_PREFIXES = ("anthropic-ratelimit-", "x-ratelimit-")
"""Nothing else is kept: cookies, organisation and account ids and tracing headers never reach a file."""

SCRUBBED = (
    (re.compile(r"\bsk-[\w-]{8,}"), "[key]"),
    (re.compile(r"\b(?:org|proj|user|acct)-[A-Za-z0-9]{10,}"), "[account]"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "[uuid]"),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+\b"), "[address]"),
)
"""What an error text may give away about the account behind the key."""

LAST_EVENTS = re.compile(r'"(?:message_stop|response\.(?:completed|incomplete|failed))"|data: ?\[DONE\]')
TAIL_BYTES = 100_000
"""Where a stream's last event is looked for: response.completed repeats the whole answer."""


@dataclass(slots=True)
class RecordingSession:
    """The exchanges kept so far, and the file that they will replace."""

    path: Path
    date: str
    """ISO date that the recordings will bear."""
    constructed: bool = False
    entries: list[Entry] = field(default_factory=list)
    _kept: dict[str, list[Reply]] = field(default_factory=dict, repr=False)

    def keep(self, request: httpx2.Request, reply: Reply) -> None:
        """Add one exchange; a repetition that got the same answer adds nothing."""
        asked = recorded_request(request.method, str(request.url), request.headers, request.content)
        if SECRETS.search(str(asked.body)):
            warnings.warn("A request that holds a key or an authorization token is not recorded.", stacklevel=2)
            return
        takes = self._kept.setdefault(asked.key, [])
        if reply in takes:
            return
        takes.append(reply)
        name = f"{len(self.entries) + 1:02d}-{_slug(asked)}"
        entry = Entry(name=name, request=asked, reply=reply, provenance=self._provenance(request, asked))
        self.entries.append(entry)
        append_journal(journal_of(self.path), entry)

    def _provenance(self, request: httpx2.Request, asked: RecordedRequest) -> Provenance:
        kind = "constructed" if self.constructed else "local" if is_loopback(request.url) else "live"
        return Provenance(
            kind=kind, date=self.date, sdk=request.headers.get("user-agent", ""),
            host="" if self.constructed else "loopback" if is_loopback(request.url) else request.url.host,
            model=str(asked.body.get("model", "")) if isinstance(asked.body, dict) else "")


def open_session(path: Path, *, date: str, constructed: bool) -> RecordingSession:
    """Start recording anew for *path*: what an earlier, broken run left in the journal is dropped."""
    journal_of(path).unlink(missing_ok=True)
    return RecordingSession(path, date, constructed)


def journal_of(path: Path) -> Path:
    """Where the exchanges for *path* are kept until they replace it."""
    return path.with_suffix(".partial.jsonl")


def finish(path: Path) -> Tape:
    """Replace the recordings at *path* by what its journal holds, in one rename."""
    tape = Tape(path.stem, read_journal(journal_of(path)))
    tape.save(path)
    journal_of(path).unlink()
    return tape


class Record(Wrapper):
    """Passes every reply of *inner* on, and keeps it in *session* when it has arrived whole."""

    def __init__(self, inner: Transport, session: RecordingSession, clock: Clock) -> None:
        super().__init__(inner)
        self._session, self._clock = session, clock

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        sent = self._clock.now()
        return self._watched(request, self._inner.handle_request(request), sent)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        sent = self._clock.now()
        return self._watched(request, await self._inner.handle_async_request(request), sent)

    def _watched(self, request: httpx2.Request, response: httpx2.Response, sent: float) -> httpx2.Response:
        pieces: list[tuple[float, bytes]] = []
        headers_ms = self._ms_since(sent)

        def over(error: BaseException | None) -> None:
            whole = error is None or (isinstance(error, ClosedEarly) and ends_properly(pieces))
            if whole and response.headers.get("content-encoding", "identity") == "identity":
                self._session.keep(request, reply_from(response.status_code, response.headers, pieces, headers_ms))

        return tapped(response, look=lambda data: pieces.append((self._ms_since(sent), data)), over=over)

    def _ms_since(self, sent: float) -> float:
        return round((self._clock.now() - sent) * 1000, 1)


def ends_properly(pieces: Sequence[tuple[float, bytes]]) -> bool:
    """Whether a stream's last event is there: the SDKs stop reading at it."""
    tail = b"".join(data for _, data in pieces)[-TAIL_BYTES:].decode("utf-8", "replace")
    return LAST_EVENTS.search(tail) is not None


def reply_from(status: int, headers: Mapping[str, str], pieces: Sequence[tuple[float, bytes]],
               headers_ms: float) -> Reply:
    """What arrived, as a value. Errors are scrubbed of what names an account; an answer stays as it came."""
    kept = {name: value for name, value in headers.items() if _is_kept(name)}
    if "text/event-stream" in headers.get("content-type", ""):
        chunks = tuple((at, scrub(text) if '"error"' in text else text) for at, text in _chunks(pieces))
        return Reply(status=status, headers=kept, chunks=chunks, delay_ms=headers_ms)
    raw = b"".join(data for _, data in pieces).decode("utf-8", "surrogateescape")
    body, style = body_from_bytes((scrub(raw) if status >= 400 else raw).encode("utf-8", "surrogateescape"))
    at = pieces[-1][0] if pieces else headers_ms
    return Reply(status=status, headers=kept, body=body, json_style=style, delay_ms=at)


def scrub(text: str) -> str:
    """An error's *text* without keys, account ids, UUIDs and addresses."""
    for pattern, stand_in in SCRUBBED:
        text = pattern.sub(stand_in, text)
    return text


def _is_kept(name: str) -> bool:
    return name in KEPT_HEADERS or name.startswith(KEPT_HEADER_PREFIXES)


def _chunks(pieces: Sequence[tuple[float, bytes]]) -> tuple[tuple[float, str], ...]:
    """The pieces as text. A character cut in two moves whole into the later piece: the bytes stay the same."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    chunks = [(at, decoder.decode(data)) for at, data in pieces]
    rest = decoder.decode(b"", final=True)
    if rest:
        chunks.append((pieces[-1][0], rest))
    return tuple((at, text) for at, text in chunks if text)


def _slug(request: RecordedRequest) -> str:
    """A short name from what was asked: the end of the path and the first words of the question."""
    question = _last_text(request.body if isinstance(request.body, dict) else {})
    words = re.findall(r"[a-z0-9]+", f"{request.path.rsplit('/', 1)[-1]} {question}".lower())
    return "-".join(words[:6])[:48]


def _last_text(body: Mapping[str, Any]) -> str:
    messages = body.get("messages", body.get("input", ""))
    content = messages if isinstance(messages, str) else (messages[-1].get("content", "") if messages else "")
    if isinstance(content, str):
        return content
    return " ".join(block.get("text", "") for block in content if isinstance(block, dict))
