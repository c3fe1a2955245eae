"""What the chat service says of an answer: three events for the browser, one line for the log.

The browser gets our own words for each kind of failure, never the exception's: that may name keys, hosts or prompts.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anthropic
import httpx2
from fastapi.sse import ServerSentEvent

from helpers.economics import usage_from

LOG = logging.getLogger("llm.chat")
LOG.addHandler(logging.NullHandler())   # a library stays silent until the application says where its records go

FINISHED = ("end_turn", "stop_sequence")
"""Stop reasons with which the model said all that it wanted. Source: the types of anthropic 2.12."""

FAILURES = {   # type: (what the reader is told, whether the same question may work if it is sent again)
    "overloaded": ("The model is overloaded. Try again in a minute.", True),
    "busy": ("Too many requests at the moment. Try again in a minute.", True),
    "timeout": ("The model took too long. Try again.", True),
    "connection": ("The connection to the model was lost. Try again.", True),
    "upstream": ("The model's service failed. Try again.", True),
    "cut": ("The answer broke off before its end. Try again.", True),
    "refused": ("The model's service refuses this request. Change the question: the same one fails again.", False),
    "setup": ("This chat can't reach its model, and trying again won't help: somebody has to mend its set-up.", False),
    "internal": ("Something went wrong in this chat. It has been logged.", False),
}
_BY_TYPE = {"overloaded_error": "overloaded", "rate_limit_error": "busy", "timeout_error": "timeout",
            "api_error": "upstream", "invalid_request_error": "refused", "request_too_large": "refused"}
_BY_STATUS = {400: "refused", 408: "timeout", 409: "upstream", 413: "refused", 422: "refused", 429: "busy",
              504: "timeout", 529: "overloaded"}


class Answer:
    """One answer on its way to a browser: makes its events, counts them, and logs how it ended."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.request_id: str | None = None
        """The vendor's id of the request, once it is known."""
        self._clock, self._started = clock, clock()
        self._pieces = 0
        self._ending = "aborted"    # what it is as long as nobody says otherwise
        self._error: str | None = None

    def delta(self, text: str) -> ServerSentEvent:
        """The next piece."""
        self._pieces += 1
        return ServerSentEvent(event="delta", data={"text": text})

    def done(self, message: Any) -> ServerSentEvent:
        """The end, whole or cut off at a limit: `complete` says which."""
        complete = message.stop_reason in FINISHED
        self._ending = "complete" if complete else "truncated"
        return ServerSentEvent(event="done", data={"stop_reason": message.stop_reason, "complete": complete,
                                                   "usage": _counts(message), "id": message.id})

    def failed(self, what: Exception | str) -> ServerSentEvent:
        """The end that isn't one. *what*: the exception, or "cut"."""
        kind = what if isinstance(what, str) else kind_of(what)
        self._ending = "cut" if kind == "cut" else "failed"
        self._error = what if isinstance(what, str) else type(what).__name__
        self.request_id = getattr(what, "request_id", None) or self.request_id
        message, retryable = FAILURES[kind]
        return ServerSentEvent(event="error", data={"type": kind, "message": message, "retryable": retryable})

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        fields = {"request_id": self.request_id, "ending": self._ending, "pieces": self._pieces,
                  "seconds": round(self._clock() - self._started, 3), "error": self._error}
        level = logging.WARNING if self._error else logging.INFO
        LOG.log(level, "answer %s", json.dumps(fields), extra=fields)   # never a word of question or answer


def kind_of(error: Exception) -> str:
    """Which of FAILURES an exception of the SDK, its HTTP client, or our own code is."""
    if isinstance(error, (anthropic.APITimeoutError, httpx2.TimeoutException)):
        return "timeout"
    if isinstance(error, (anthropic.APIConnectionError, httpx2.HTTPError)):
        return "connection"
    if not isinstance(error, anthropic.APIStatusError):
        return "internal"
    if getattr(error, "error_code", None) == "enforced_spend_limit_reached":   # a 429 that no waiting heals
        return "setup"
    status = error.status_code      # 200 where the error came as an event, in the middle of the stream
    named = _BY_TYPE.get(error.type or "") or _BY_STATUS.get(status)
    return named or ("upstream" if status >= 500 or status == 200 else "setup")


def _counts(message: Any) -> dict[str, int] | None:
    """Tokens; input includes what came from a cache. None where the reply has no usage that can be read."""
    with suppress(LookupError, ValueError):
        usage = usage_from(message)
        return {"input_tokens": usage.prompt, "cached_tokens": usage.cache_read, "output_tokens": usage.output}
    return None
