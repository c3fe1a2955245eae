"""How long to wait before the next attempt: full jitter under a growing ceiling, above what the server asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from helpers.retries.arguments import check_amount, check_count
from helpers.retries.refusals import headers_of, lowered

DOUBLINGS = 1_000
"""No ceiling grows beyond these: 2.0**1024 would be an OverflowError."""

NEXT_VALUE = re.compile(r",(?!\s*\d{1,2}[\s-]+[A-Za-z]{3}[\s-])")
"""The comma between two values of one header, and not the one inside a date ("Mon, 23 Nov 2026 ...")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often, how fast and for how long to try.

    Which limit binds? Against refusals that come at once, the attempts: the standard policy's four waits are at most
    0.5 + 1 + 2 + 4 = 7.5 s together (`patience_s`), far below its budget of 60 s. The budget binds where requests are
    slow to fail (timeouts), or where a server asks for a long wait. To outlast a longer outage, raise `max_attempts`:
    with 9 of them the ceilings come to 71.5 s, of which full jitter waits half on average.

    A request under way is never cut, so the longest call takes the budget and one request more. And how long is that?
    An SDK's `timeout=30` bounds each read, which is silence: a reply that trickles may take any time.
    """

    max_attempts: int = 5
    """The first one included: 5 attempts are at most 4 retries."""
    base_s: float = 0.5
    """The ceiling of the first wait; each further one is twice as high."""
    cap_s: float = 20.0
    """No ceiling is higher than this."""
    budget_s: float = 60.0
    """Counts from the first request's start to the end of the last wait, the requests' own time included: no retry
    starts later than this."""

    def __post_init__(self) -> None:
        check_count("max_attempts", self.max_attempts)
        for name in ("base_s", "cap_s", "budget_s"):
            check_amount(name, getattr(self, name), positive=True)
        if self.cap_s < self.base_s:
            raise ValueError(f"cap_s ({self.cap_s}) is below base_s ({self.base_s}), so no wait could ever grow. "
                             "Have you swapped them?")

    def ceiling_s(self, retry: int) -> float:
        """The longest wait before *retry* 1, 2, ..., in seconds, without what a server asks for."""
        check_count("retry", retry)
        return min(self.cap_s, self.base_s * 2.0 ** min(retry - 1, DOUBLINGS))

    @property
    def patience_s(self) -> float:
        """Seconds that one call waits at most, all waits together, where no server asks for more: an outage that lasts
        longer outlasts it. The sum of the ceilings, or the budget where that is less; half of the sum on average."""
        retries = self.max_attempts - 1
        growing = min(retries, DOUBLINGS)
        waits = sum(self.ceiling_s(retry) for retry in range(1, growing + 1))
        return min(self.budget_s, waits + (retries - growing) * self.ceiling_s(DOUBLINGS + 1))

    def delay_s(self, retry: int, random: Callable[[], float], asked_s: float | None = None) -> float:
        """The wait before *retry* 1, 2, ..., in seconds. *random*: gives numbers from 0 to 1.

        *asked_s*: what the server asked for. It is a floor, and the jitter comes on top: many clients were told the
        same number, and would otherwise return together.

        Source: "Full Jitter" in M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
        """
        return (asked_s or 0.0) + random() * self.ceiling_s(retry)


def retry_after_s(headers: Mapping[str, Any] | Iterable[tuple[str, Any]] | None, now: datetime) -> float | None:
    """Seconds that a reply's *headers* ask to wait: `retry-after-ms`, else `retry-after`; None where they don't say.

    `retry-after` is a number of seconds or an HTTP date, which is counted from *now*; a date that has passed gives 0.0.
    A header that came twice, which arrives as "3, 60", asks for the longest. Never raises, whatever the headers are:
    what can't be read, is negative or no number, asks for nothing.
    """
    named = lowered(headers)
    milliseconds = _longest(named.get("retry-after-ms"), _number)
    if milliseconds is not None:
        return milliseconds / 1000
    return _longest(named.get("retry-after"), lambda value: _seconds(value, now))


def asked_wait_s(error: BaseException, now: datetime) -> float | None:
    """What the refusal behind *error* asked to wait, in seconds; None where there was none, or it didn't say."""
    return retry_after_s(headers_of(error), now)


def _longest(text: str | None, read: Callable[[str], float | None]) -> float | None:
    waits = (read(value) for value in NEXT_VALUE.split(text or ""))
    return max((wait_s for wait_s in waits if wait_s is not None), default=None)


def _seconds(text: str, now: datetime) -> float | None:
    number = _number(text)
    return number if number is not None else _seconds_until(text, now)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


def _seconds_until(text: str, now: datetime) -> float | None:
    try:
        when = parsedate_to_datetime(text)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)   # HTTP dates are in GMT, also where they don't say so
        return max((when - now.astimezone(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
