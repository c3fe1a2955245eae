"""Stay below a rate limit instead of running into it: a token bucket, on the client's side.

    bucket = TokenBucket(rate_per_s=60_000 / 60, capacity=20_000)   # your limit a minute, and the burst you allow
    time.sleep(bucket.reserve(estimate))
    reply = client.messages.create(...)
    used = reply.usage
    bucket.settle(estimate, used.input_tokens + (used.cache_creation_input_tokens or 0))

Anthropic counts what is written to the cache as input, and what is read from it not at all; `input_tokens` alone
leaves the writes out.

Keep one bucket for each limit that you have (requests, input, output tokens; a model each) and process: several
processes that share a limit need a share each, or a bucket outside of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from helpers.retries.arguments import check_amount

ROUNDING = 1e-9
"""A shortage below this share of the capacity is the arithmetic's, not the bucket's: nobody waits for it."""


class TokenBucket:
    """Fills at a steady rate up to its capacity; each request takes out what it needs.

    Starts full. Safe to use from several threads. Nothing runs in the background: what has flowed in is added up when
    somebody asks, fractions included.
    """

    def __init__(self, rate_per_s: float, capacity: float, now: Callable[[], float] = time.monotonic) -> None:
        """*rate_per_s*: tokens a second. *capacity*: the largest burst, in tokens. *now*: a clock, in seconds."""
        check_amount("rate_per_s", rate_per_s, positive=True)
        check_amount("capacity", capacity, positive=True)
        self.rate_per_s, self.capacity = rate_per_s, capacity
        self._now = now
        self._level = float(capacity)
        self._seen = now()
        self._lock = threading.Lock()

    @property
    def level(self) -> float:
        """Tokens in the bucket; below 0 where more is booked than was there."""
        with self._lock:
            return self._filled()

    def wait_s(self, tokens: float) -> float:
        """Seconds until *tokens* are there, 0.0 where they are; books nothing. ValueError above the capacity."""
        self._check_fits(tokens)
        with self._lock:
            return self._wait_for(tokens)

    def reserve(self, tokens: float) -> float:
        """Book *tokens* at once, and say how many seconds to wait before sending; 0.0 means now.

        Whoever reserves first goes first: the level falls below 0, and the next one waits longer. ValueError above
        the capacity, which would never be there.
        """
        self._check_fits(tokens)
        with self._lock:
            wait_s = self._wait_for(tokens)
            self._level -= tokens
            return wait_s

    def settle(self, reserved: float, used: float) -> None:
        """Give back what was *reserved* and not *used*, or charge what was used beyond it.

        Anthropic's own limit on input does the same: estimated as a request starts, adjusted afterwards. A request
        that failed settles with 0.
        """
        check_amount("reserved", reserved, positive=False)
        check_amount("used", used, positive=False)
        with self._lock:
            self._level = self._filled() + reserved - used   # what is too much overflows when it is next looked at

    def _filled(self) -> float:
        moment = self._now()
        self._level = min(self.capacity, self._level + max(moment - self._seen, 0.0) * self.rate_per_s)
        self._seen = max(moment, self._seen)
        return self._level

    def _wait_for(self, tokens: float) -> float:
        shortage = tokens - self._filled()
        return shortage / self.rate_per_s if shortage > ROUNDING * self.capacity else 0.0

    def _check_fits(self, tokens: float) -> None:
        check_amount("tokens", tokens, positive=False)
        if tokens > self.capacity:
            raise ValueError(f"{tokens:,} tokens never fit into a bucket of {self.capacity:,}: "
                             "split the request, or raise the capacity.")
