"""What an error says about the reply behind it: its status, its headers, the server's own words for what happened.

Read by attribute, so that it works for the errors of anthropic, openai and httpx2 alike, and none of them is imported.
Nothing here raises: an error while an error is being read would take the place of the API's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

LOST = {"httpx2": "TransportError", "httpx": "TransportError",
        "anthropic": "APIConnectionError", "openai": "APIConnectionError"}
"""What each library raises where no whole reply arrived; timeouts are among them. In the middle of a stream the
Anthropic SDK lets httpx2's own error through."""

UNSENDABLE = ("LocalProtocolError", "UnsupportedProtocol", "InvalidURL")
"""What httpx2 raises before a byte has left: a key with a newline at its end, a base_url without `https://`. Both SDKs
make an APIConnectionError of it, "Connection error.", and retry it."""


def status_of(error: BaseException) -> int | None:
    """The HTTP status; None where the error has none. 200 means: the failure came after the headers had been sent."""
    for holder in (error, _read(error, "response")):
        if isinstance(status := _read(holder, "status_code"), int):
            return status
    return None


def words_of(error: BaseException) -> set[str]:
    """What the server called it: `type` and `error_code` (Anthropic), `type` and `code` (OpenAI)."""
    words = (_read(error, name) for name in ("type", "error_code", "code"))
    return {word for word in words if isinstance(word, str)}


def headers_of(error: BaseException) -> dict[str, str]:
    """The headers of a refusal, names in lower case; none where the reply began as a success.

    Those were sent before anything went wrong, so they can't speak of it. Replies with status 200 and a `retry-after`
    do occur: recorded ones have values from 1 to 63 s.
    """
    refused = (status_of(error) or 0) >= 400
    return lowered(_read(_read(error, "response"), "headers")) if refused else {}


def lowered(headers: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> dict[str, str]:
    """*headers* with their names in lower case: a plain dict, or a list of pairs, then reads as httpx2's own do.

    A name that comes twice has its values joined by ", ", in HTTP's way. What can't be read is left out.
    """
    named: dict[str, str] = {}
    with suppress(Exception):
        for pair in headers.items() if hasattr(headers, "items") else headers or ():
            with suppress(Exception):
                name, value = map(str, pair)
                name = name.lower()
                named[name] = f"{named[name]}, {value}" if name in named else value
    return named


def connection_lost(error: BaseException) -> bool:
    """Whether no whole reply arrived: refused, dropped or timed out."""
    kinds = (kind for library, name in LOST.items() for kind in _loaded(library, name))
    return isinstance(error, (ConnectionError, TimeoutError, *kinds))


def never_sent(error: BaseException) -> bool:
    """Whether *error*, or a cause of it, says that the request can't be sent at all: wrong here, at each attempt."""
    kinds = tuple(kind for library in ("httpx2", "httpx") for name in UNSENDABLE for kind in _loaded(library, name))
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()   # causes may go round in a circle
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__


def _loaded(library: str, name: str) -> tuple[type, ...]:
    """That class, if *library* is loaded: the one that an error belongs to always is. A test's stub has no classes."""
    kind = _read(sys.modules.get(library), name)
    return (kind,) if isinstance(kind, type) else ()


def _read(thing: Any, name: str) -> Any:
    """An attribute; None where there is none, or where it is a property that raises."""
    with suppress(Exception):
        return getattr(thing, name, None)
    return None
