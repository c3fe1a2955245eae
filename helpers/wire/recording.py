"""Recorded exchanges as values, and the file that holds a lesson's.

    tape = Tape.load(RECORDINGS / "01_token_economics.json")
    tape.takes(request.key)          # the replies to one request, in order

A recording is found by content, never by position: method, path, JSON body, `anthropic-version` and
`anthropic-beta`. No other header is compared or stored, so no key can get into a file.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path
from typing import Any

from helpers.wire.matching import RecordedRequest, hash_of
from helpers.wire.reply import JSON_STYLES, Reply

FORMAT = 1
PROVENANCES = ("live", "local", "constructed")


class RecordingError(ValueError):
    """A recording file can't be read; the message names the file, the entry and the fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a reply comes from."""

    kind: str
    """live: the provider answered. local: a model on this machine did. constructed: built to the wire
    format, never seen from a server."""
    date: str
    """ISO date on which it was recorded or built."""
    host: str = ""
    sdk: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        if self.kind not in PROVENANCES:
            raise ValueError(f"provenance kind is {self.kind!r}; it must be one of {', '.join(PROVENANCES)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request and the reply it got."""

    name: str
    request: RecordedRequest
    reply: Reply
    provenance: Provenance


@dataclass(slots=True)
class Tape:
    """The recordings of one lesson, indexed by request."""

    name: str
    entries: tuple[Entry, ...] = ()
    _index: dict[str, list[Entry]] = field(init=False, repr=False)
    _by_path: dict[tuple[str, str], list[tuple[int, Entry]]] = field(init=False, repr=False)
    """With the length of each request's canonical text."""

    def __post_init__(self) -> None:
        self._index, self._by_path = {}, {}
        for entry in self.entries:
            text = entry.request.canonical_text()
            self._index.setdefault(hash_of(text), []).append(entry)
            self._by_path.setdefault((entry.request.method, entry.request.path), []).append((len(text), entry))

    def takes(self, key: str) -> list[Entry]:
        """The entries recorded for one request, in the order in which they were recorded."""
        return self._index.get(key, [])

    def nearest_in_size(self, asked: RecordedRequest, count: int) -> list[Entry]:
        """The *count* entries of the same method and path whose size is nearest, nearest first."""
        size = len(asked.canonical_text())
        same_path = self._by_path.get((asked.method, asked.path), [])
        return [entry for _, entry in nsmallest(count, same_path, key=lambda sized: abs(sized[0] - size))]

    def provenance(self) -> Counter[str]:
        """How many replies there are of each provenance."""
        return Counter(entry.provenance.kind for entry in self.entries)

    @classmethod
    def load(cls, path: Path) -> Tape:
        """Read a recording file; a fault in it raises RecordingError naming file, entry and fault."""
        try:
            document = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise RecordingError(f"{path.name}: not readable as JSON ({error}). {_REPAIR}") from None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise RecordingError(f'{path.name}: expected an object with "format": {FORMAT}. {_REPAIR}')
        entries = document.get("entries")
        if not isinstance(entries, list):
            raise RecordingError(f'{path.name}: expected a list under "entries". {_REPAIR}')
        return cls(path.stem, tuple(_read_entry(path, i, raw) for i, raw in enumerate(entries)))

    def save(self, path: Path) -> None:
        """Write the file in one rename: a reader sees the old file or the new one, never half of one."""
        document = {"format": FORMAT, "lesson": self.name, "entries": [_entry_json(e) for e in self.entries]}
        draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.new")
        draft.write_bytes(_dump(document))
        os.replace(draft, path)


def append_journal(path: Path, entry: Entry) -> None:
    """Write one entry down at once, as a JSON line, so that a run that dies loses nothing."""
    with path.open("a", encoding="utf-8") as journal:
        journal.write(json.dumps(_entry_json(entry)) + "\n")


def read_journal(path: Path) -> tuple[Entry, ...]:
    """The entries of a journal; a last line that was torn by a kill is left out."""
    lines = path.read_text("utf-8").split("\n")[:-1]
    try:
        return tuple(_read_entry(path, i, json.loads(line)) for i, line in enumerate(lines))
    except json.JSONDecodeError as error:
        raise RecordingError(f"{path.name}: a line is no JSON ({error}). Record the lesson again.") from None


_REPAIR = "Restore the file with `git checkout data/recordings`, or record the lesson again."


def _dump(document: Any) -> bytes:
    try:
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    except UnicodeEncodeError:   # bytes that were no UTF-8 are kept as escapes
        return (json.dumps(document, indent=1) + "\n").encode("ascii")


def _entry_json(entry: Entry) -> dict[str, Any]:
    reply = entry.reply
    stored: dict[str, Any] = {"status": reply.status, "delay_ms": reply.delay_ms, "headers": dict(reply.headers)}
    if reply.is_stream:
        stored["chunks"] = [[at, text] for at, text in reply.chunks]
    else:
        stored["body"] = reply.body
    if reply.json_style != "compact":
        stored["json_style"] = reply.json_style
    if reply.ending != "complete":
        stored["ending"] = reply.ending
    request = entry.request
    return {
        "name": entry.name,
        "provenance": {k: v for k, v in _fields(entry.provenance).items() if v},
        "request": {"method": request.method, "path": request.path, "headers": dict(request.headers),
                    "body": request.body},
        "reply": stored,
    }


def _fields(value: Provenance) -> dict[str, str]:
    return {name: getattr(value, name) for name in ("kind", "date", "host", "sdk", "model")}


def _read_entry(path: Path, index: int, raw: Any) -> Entry:
    name = raw.get("name") if isinstance(raw, dict) else None
    where = f"{path.name}: entry {index}" + (f" ({name})" if isinstance(name, str) else "")
    try:
        request, reply = raw["request"], raw["reply"]
        entry = Entry(
            name=_typed(raw, "name", str),
            provenance=Provenance(**raw["provenance"]),
            request=RecordedRequest(method=_typed(request, "method", str), path=_typed(request, "path", str),
                                    headers=_typed(request, "headers", dict), body=request["body"]),
            reply=_read_reply(reply),
        )
        _use(entry)
        return entry
    except KeyError as error:
        raise RecordingError(f"{where}: {error.args[0]!r} is missing. {_REPAIR}") from None
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise RecordingError(f"{where}: {str(error).rstrip('.')}. {_REPAIR}") from None


def _use(entry: Entry) -> None:
    """Do once, while the file's name is at hand, what a replay will do: what is wrong shows itself here."""
    entry.request.canonical_text().encode("utf-8", "surrogatepass")
    entry.reply.timed_bytes()
    for name, value in (*entry.request.headers.items(), *entry.reply.headers.items()):
        f"{name}{_checked(value, str, name)}".encode("ascii")


def _read_reply(raw: Mapping[str, Any]) -> Reply:
    _checked(raw, dict, "reply")
    chunks = _checked(raw.get("chunks", []), list, "chunks")
    for number, chunk in enumerate(chunks):
        if not (isinstance(chunk, list) and len(chunk) == 2 and isinstance(chunk[0], int | float)
                and isinstance(chunk[1], str)):
            raise ValueError(f"chunk {number} is not [milliseconds, text].")
    times = [at for at, _ in chunks]
    if times != sorted(times):
        raise ValueError("the chunks' times go backwards.")
    style = raw.get("json_style", "compact")
    if style not in JSON_STYLES:
        raise ValueError(f"json_style {style!r} is unknown.")
    if not chunks and "body" not in raw:
        raise KeyError("body")
    delay_ms = _checked(raw.get("delay_ms", 0), int | float, "delay_ms")
    return Reply(status=_typed(raw, "status", int), headers=_typed(raw, "headers", dict), body=raw.get("body"),
                 chunks=tuple((at, text) for at, text in chunks), delay_ms=delay_ms,
                 ending=raw.get("ending", "complete"), json_style=style)


def _typed(raw: Mapping[str, Any], name: str, kind: type) -> Any:
    return _checked(raw[name], kind, name)


def _checked(value: Any, kind: Any, name: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{name!r} must be {getattr(kind, '__name__', kind)}, not {type(value).__name__}.")
    return value
