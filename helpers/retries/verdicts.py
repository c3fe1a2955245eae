"""What a failure means for the next attempt: send it again, never, or call a person.

By status and by the server's own words, never by the name of an exception class: those differ between vendors, and
have moved between versions of one SDK (529).
"""

from __future__ import annotations

from typing import Literal

from helpers.retries.refusals import connection_lost, headers_of, never_sent, status_of, words_of

Verdict = Literal["retry", "never", "human"]

TRANSIENT_STATUSES = frozenset({408, 409, 429})
"""With everything from 500 on: what both SDKs retry. 529 means overloaded, for all users."""

TRANSIENT_WORDS = frozenset({"overloaded_error", "api_error", "rate_limit_error", "timeout_error",   # Anthropic
                             "server_error", "rate_limit_exceeded",                                  # OpenAI
                             "service_unavailable_error", "server_is_overloaded", "slow_down"})      # OpenAI, [3P]
"""What an error is called that arrives inside a stream, where the status has long been 200.

[3P], third party: users saw them in streams (anomalyco/opencode#25884; `slow_down` is in Codex's own list). As replies,
OpenAI documents `slow_down` with a 429 and `server_is_overloaded` with a 503 (openai-python#3803)."""

HUMAN_WORDS = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached", "billing_error",
                         "insufficient_quota"})
"""No wait heals these; both SDKs retry the ones that come as a 429.

Documented as a 429: `enforced_spend_limit_reached` (Anthropic's page on rate limits) and `insufficient_quota` (OpenAI's
guide to error codes). UNCERTAIN: that a real server sends `contract_spend_limit_reached` with a 429. Only the class
table of anthropic 2.12 says so; the verdict doesn't depend on it, the word is enough."""


def classify(error: BaseException) -> Verdict:
    """Whether the same request may succeed a little later ("retry"), can't ("never"), or needs a person ("human").

    Takes the errors of anthropic, openai and httpx2, and any other that has `status_code`, `type`, `error_code` or
    `code`. Any other error of your own code is "never", but for Python's own TimeoutError and ConnectionError
    (BrokenPipeError is one): nobody can see whose connection it was, so yours to a database is "retry", too. Keep what
    is no request to the API outside of `send`.

    "never" is also a request that can't be sent at all (a key with a newline in it), and Anthropic's 400 for a spend
    limit that you have set yourself: only its text tells it from other 400s, and texts change.
    """
    status, words = status_of(error), words_of(error)
    if status == 402 or words & HUMAN_WORDS:
        return "human"
    if connection_lost(error):
        return "never" if never_sent(error) else "retry"
    if status is None or status < 400:   # inside a stream: OpenAI's error has no status then, Anthropic's has 200
        return "retry" if words & TRANSIENT_WORDS else "never"
    told = headers_of(error).get("x-should-retry")   # the server knows best, as in the SDKs
    if told in ("true", "false"):
        return "retry" if told == "true" else "never"
    return "retry" if status in TRANSIENT_STATUSES or status >= 500 else "never"
