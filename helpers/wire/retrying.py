"""The SDKs' own retrying, on the course's clock and with seeded jitter.

Both SDKs wait with the process's `time.sleep` and draw jitter from the global `random`: a notebook that shows
their delays could never show the same twice. These classes override the methods that compute and make the wait,
nothing else; a test holds the computed delays against the SDKs' own, and fails when an SDK renames a method.

Sources: anthropic 2.12.0 and openai 3.54.0, `_base_client.py`, `_calculate_retry_timeout`, `_sleep_for_retry`.
"""

from __future__ import annotations

from email.utils import mktime_tz, parsedate_tz
from typing import Any

from helpers.clock import Clock
from helpers.wire.cells import CellRandom

FIRST_DELAY, LONGEST_DELAY = 0.5, 8.0
"""Seconds: what both SDKs start from and stop doubling at."""


class PacedHttp:
    """Carries clock and jitter with the HTTP client, which an SDK client hands on to its copies (`with_options`)."""

    clock: Clock
    jitter: CellRandom
    offline: bool


class CourseRetries:
    """Mixed into an SDK client; the HTTP client behind it is a PacedHttp."""

    _client: Any
    LONGEST_RETRY_AFTER: float
    """Seconds: a longer retry-after is cut (Anthropic) or not waited for (OpenAI)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if self._client.offline:
            self._forget_environment(options)

    def _forget_environment(self, options: dict[str, Any]) -> None:
        """Drop what the SDK takes from the environment beside the key, in each copy again: offline it has no business
        with any of it, and a header that is added there would make every recording miss."""
        for name in ("organization", "project", "webhook_secret", "admin_api_key", "webhook_key"):
            if hasattr(self, name) and options.get(name) is None:
                setattr(self, name, None)
        self._custom_headers = dict(options.get("default_headers") or {})

    def _parse_retry_after_header(self, response_headers: Any = None) -> float | None:
        """As the SDK does, with an HTTP date counted from the course's date instead of the machine's."""
        seconds = super()._parse_retry_after_header(response_headers)
        date = parsedate_tz((response_headers or {}).get("retry-after", ""))
        if seconds is None or date is None or "retry-after-ms" in response_headers:
            return seconds
        return mktime_tz(date) - self._client.clock.wall().timestamp()

    def _calculate_retry_timeout(self, remaining_retries: int, options: Any, response_headers: Any = None) -> float:
        asked = self._parse_retry_after_header(response_headers)
        if asked is not None and asked > 0 and self._waits_for(asked):
            return min(asked, self.LONGEST_RETRY_AFTER)
        retries = min(options.get_max_retries(self.max_retries) - remaining_retries, 1000)
        return min(FIRST_DELAY * 2.0**retries, LONGEST_DELAY) * (1 - 0.25 * self._client.jitter.random())

    def _waits_for(self, asked: float) -> bool:
        return True

    def _delay(self, retries_taken: int, max_retries: int, options: Any, response: Any) -> float:
        return self._calculate_retry_timeout(max_retries - retries_taken, options, response and response.headers)


class SyncRetries(CourseRetries):
    """For the synchronous clients."""

    def _sleep_for_retry(self, *, retries_taken: int, max_retries: int, options: Any, response: Any) -> None:
        self._client.clock.sleep(self._delay(retries_taken, max_retries, options, response))


class AsyncRetries(CourseRetries):
    """For the asynchronous clients."""

    async def _sleep_for_retry(self, *, retries_taken: int, max_retries: int, options: Any, response: Any) -> None:
        await self._client.clock.asleep(self._delay(retries_taken, max_retries, options, response))
