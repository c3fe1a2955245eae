"""What makes two requests the same, and where two differ.

Equal are requests with the same method, path, JSON body, `anthropic-version` and `anthropic-beta`. Within the
body `stream: false` counts as absent, a list of one bare text block as its text, and 1.0 as 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

COMPARED_HEADERS = ("anthropic-version", "anthropic-beta")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """The parts of a request that a recording is found by."""

    method: str
    path: str
    """From /v1/ on, with the query if there is one."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Only COMPARED_HEADERS."""
    body: Any = None

    @property
    def key(self) -> str:
        """A hash that is equal for requests that mean the same."""
        return hash_of(self.canonical_text())

    def canonical_text(self) -> str:
        """One text for all requests that mean the same: what is hashed, and whose length is the request's size."""
        return json.dumps([self.method, self.path, sorted(self.headers.items()), canonical_body(self.body)],
                          sort_keys=True, separators=(",", ":"))

    def comparable(self) -> dict[str, Any]:
        """Everything that is compared, in one mapping, for saying where two requests differ."""
        body = canonical_body(self.body)
        return {**self.headers, **(body if isinstance(body, dict) else {"body": body})}


def canonical_path(url: str) -> str:
    """The path from /v1/ on, with its query: the same behind every base URL."""
    parts = urlsplit(url)
    at = parts.path.rfind("/v1/")
    path = parts.path[at:] if at >= 0 else parts.path
    return f"{path}?{parts.query}" if parts.query else path


def canonical_body(body: Any) -> Any:
    """*body* without `stream: false`, with text blocks that stand alone as plain strings, and 1.0 as 1."""
    if isinstance(body, dict) and body.get("stream") is False:
        body = {k: v for k, v in body.items() if k != "stream"}
    return _canonical(body)


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(v) if key in ("content", "system") else _canonical(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _as_text(value: Any) -> Any:
    """A list that holds one bare text block means the same as its text."""
    match value:
        case [{"type": "text" | "input_text", "text": str(text), **rest}] if not rest:
            return text
    return _canonical(value)


def hash_of(canonical_text: str) -> str:
    """The key of a request from its canonical text."""
    return sha256(canonical_text.encode("utf-8", "surrogatepass")).hexdigest()


def recorded_request(method: str, url: str, headers: Mapping[str, str], raw: bytes) -> RecordedRequest:
    """The comparable part of a request as it goes out. *headers*: any case-insensitive mapping."""
    kept = {name: headers[name] for name in COMPARED_HEADERS if headers.get(name)}
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = raw.decode("utf-8", "surrogateescape")
    return RecordedRequest(method=method, path=canonical_path(url), headers=kept, body=body)


@lru_cache(maxsize=64)
def key_of(method: str, url: str, headers: tuple[tuple[str, str], ...], raw: bytes) -> str:
    """The key of a request; cached, because a lesson asks the same prompt again and again."""
    return recorded_request(method, url, dict(headers), raw).key


def differences(here: Any, there: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(path, value here, value there) of each place where two JSON values differ, in document order."""
    if isinstance(here, dict) and isinstance(there, dict):
        for key in [*here, *(k for k in there if k not in here)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from differences(here.get(key, ABSENT), there.get(key, ABSENT), inner)
    elif isinstance(here, list) and isinstance(there, list):
        for i in range(max(len(here), len(there))):
            yield from differences(here[i] if i < len(here) else ABSENT, there[i] if i < len(there) else ABSENT,
                                   f"{path}[{i}]")
    elif here != there:
        yield path or "body", here, there


class _Absent:
    def __repr__(self) -> str:
        return "(absent)"


ABSENT = _Absent()
