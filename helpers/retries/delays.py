"""How long to wait before the next attempt: full jitter under a growing ceiling, above what the server asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from helpers.retries.arguments import check_amount, check_count
from helpers.retries.refusals import headers_of, lowered


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often, how fast and for how long to try."""

    max_attempts: int = 5
    """The first one included: 5 attempts are at most 4 retries."""
    base_s: float = 0.5
    """The ceiling of the first wait; each further one is twice as high."""
    cap_s: float = 20.0
    """No ceiling is higher than this."""
    budget_s: float = 60.0
    """No retry starts later than this after the first attempt did: the requests' own time counts, too."""

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
        return min(self.cap_s, self.base_s * 2.0 ** min(retry - 1, 1000))   # 2.0**1024 would be an OverflowError

    def delay_s(self, retry: int, random: Callable[[], float], asked_s: float | None = None) -> float:
        """The wait before *retry* 1, 2, ..., in seconds. *random*: gives numbers from 0 to 1.

        *asked_s*: what the server asked for. It is a floor, and the jitter comes on top: many clients were told the
        same number, and would otherwise return together.

        Source: "Full Jitter" in M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
        """
        return (asked_s or 0.0) + random() * self.ceiling_s(retry)


def retry_after_s(headers: Mapping[str, Any] | None, now: datetime) -> float | None:
    """Seconds that a reply's *headers* ask to wait: `retry-after-ms`, else `retry-after`; None where they don't say.

    `retry-after` is a number of seconds or an HTTP date, which is counted from *now*; a date that has passed gives 0.0.
    Never raises, whatever a server wrote: what can't be read, is negative or no number, asks for nothing.
    """
    named = lowered(headers)
    milliseconds = _number(named.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = named.get("retry-after")
    seconds = _number(asked)
    return seconds if seconds is not None else _seconds_until(asked, now)


def asked_wait_s(error: BaseException, now: datetime) -> float | None:
    """What the refusal behind *error* asked to wait, in seconds; None where there was none, or it didn't say."""
    return retry_after_s(headers_of(error), now)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


def _seconds_until(text: str | None, now: datetime) -> float | None:
    try:
        when = parsedate_to_datetime(text or "")
        when = when if when.tzinfo else when.replace(tzinfo=UTC)   # HTTP dates are in GMT, also where they don't say so
        return max((when - now.astimezone(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
