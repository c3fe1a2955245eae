"""What an error says about the reply behind it: its status, its headers, the server's own words for what happened.

Read by attribute, so that it works for the errors of anthropic, openai and httpx2 alike, and none of them is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

LOST = {"httpx2": "TransportError", "httpx": "TransportError",
        "anthropic": "APIConnectionError", "openai": "APIConnectionError"}
"""What each library raises where no whole reply arrived; timeouts are among them. In the middle of a stream the
Anthropic SDK lets httpx2's own error through."""


def status_of(error: BaseException) -> int | None:
    """The HTTP status; None where the error has none. 200 means: the failure came after the headers had been sent."""
    for holder in (error, getattr(error, "response", None)):
        if isinstance(status := getattr(holder, "status_code", None), int):
            return status
    return None


def words_of(error: BaseException) -> set[str]:
    """What the server called it: `type` and `error_code` (Anthropic), `type` and `code` (OpenAI)."""
    words = (getattr(error, name, None) for name in ("type", "error_code", "code"))
    return {word for word in words if isinstance(word, str)}


def headers_of(error: BaseException) -> dict[str, str]:
    """The headers of a refusal, names in lower case; none where the reply began as a success.

    Those were sent before anything went wrong, so they can't speak of it. Replies with status 200 and a `retry-after`
    do occur: recorded ones have values from 1 to 63 s.
    """
    refused = (status_of(error) or 0) >= 400
    return lowered(getattr(getattr(error, "response", None), "headers", None)) if refused else {}


def lowered(headers: Mapping[str, Any] | None) -> dict[str, str]:
    """*headers* with their names in lower case: a plain dict then is as easy to read as httpx2's."""
    return {str(name).lower(): str(value) for name, value in (headers or {}).items()}


def connection_lost(error: BaseException) -> bool:
    """Whether no whole reply arrived: refused, dropped or timed out.

    Looks among the libraries that are loaded: the one that an error belongs to always is.
    """
    kinds = [getattr(sys.modules.get(library), name, ()) for library, name in LOST.items()]
    return isinstance(error, (ConnectionError, TimeoutError, *kinds))
