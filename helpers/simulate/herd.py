"""The herd: workers that fail together retry together, unless something spreads them.

    run("full jitter", Herd()).last_done_s           # 100 workers, 10 requests/s: some 40 s
    compare(Herd(), seeds=30)                        # the six strategies, one row each

All workers send at t = 0. The server is a token bucket (`burst` tokens at the start, `rate_per_s` new ones): a
request that finds a token is accepted and its worker is done; any other is rejected with a 429, and its worker
waits as its strategy says and sends again. A toy: left out are the time a request takes, requests of other clients,
a server that slows down under load, and limits in tokens.

The strategies are those of M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, and the one
in both SDKs (`_calculate_retry_timeout`; here with the herd's own base and cap).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING

from helpers.simulate._crowd import attempt_times, serve

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

STRATEGIES = ("fixed", "exponential", "SDK jitter", "equal jitter", "full jitter", "decorrelated")
WITHOUT_CHANCE = ("fixed", "exponential")
"""The strategies that draw no random number: one run of them says all."""
HORIZON_S = 600.0
"""Seconds after which nobody looks any more: a crowd of 300 at one request a second may take for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Herd:
    """Workers, their server, and how they retry. ValueError for what could not be."""

    workers: int = 100
    rate_per_s: float = 10.0
    burst: int = 1
    """How many requests the server takes at once; also the most tokens that it saves up. With as many as the rate makes
    in one wait (10 per second, a first wait of 1 s: 10) the toy flatters "fixed": each wave finds its bucket full."""
    base_s: float = 1.0
    """Seconds: the first wait, or its upper end. The n-th is at most `base_s * 2**(n - 1)`, up to `cap_s`."""
    cap_s: float = 30.0
    max_attempts: int | None = None
    """How often a worker sends before it gives up (failed); None: until it is accepted."""
    retry_after_s: float | None = None
    """Seconds that every 429 asks for, or None. Fixed and exponential wait at least as long, the SDK exactly as long;
    full, equal and decorrelated jitter add their own wait to it."""
    retry_budget: float | None = None
    """Retries that all workers together may send, as a share of first attempts; None: no limit. Each first attempt
    deposits this share of a token, each retry takes a whole one; a rejected worker that finds none gives up at once.
    Deposits as in Finagle's RetryBudget; in M. Brooker, "Fixing retries with token buckets and circuit breakers"
    (brooker.co.za, 2022), successes deposit."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("workers", 1), ("burst", 1), ("max_attempts", 1), ("seed", 0)):
            value = getattr(self, name)
            if not (type(value) is int and value >= least) and not (value is None and name == "max_attempts"):
                raise ValueError(f"{name} must be a whole number, {least} or more; got {value!r}.")
        for name in ("rate_per_s", "base_s", "cap_s"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise ValueError(f"{name} must be a number above 0; got {getattr(self, name)!r}.")
        for name in ("retry_after_s", "retry_budget"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value >= 0):
                raise ValueError(f"{name} must be None or a number, 0 or more; got {value!r}.")
        if self.cap_s < self.base_s:
            raise ValueError(f"cap_s, the longest wait, can't be below base_s: got {self.cap_s} and {self.base_s}.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """What one strategy sent. Arrays have one entry a request, in the order of time."""

    strategy: str
    herd: Herd
    at_s: np.ndarray = field(repr=False)
    worker: np.ndarray = field(repr=False)
    attempt: np.ndarray = field(repr=False)
    """1 for a worker's first request."""
    accepted: np.ndarray = field(repr=False)
    unfinished: int
    """Workers that were still waiting after HORIZON_S."""

    @property
    def requests(self) -> pd.DataFrame:
        """`at_s`, `worker`, `attempt`, `accepted`: one row a request, in the order of time."""
        import pandas as pd

        return pd.DataFrame({"at_s": self.at_s, "worker": self.worker, "attempt": self.attempt,
                             "accepted": self.accepted})

    @property
    def sent(self) -> int:
        return len(self.at_s)

    @property
    def done(self) -> int:
        """Workers that were accepted."""
        return int(self.accepted.sum())

    @property
    def failed(self) -> int:
        """Workers that gave up: no attempt left, or no budget."""
        return self.herd.workers - self.done - self.unfinished

    @property
    def wasted_share(self) -> float:
        """The share of all requests that were rejected."""
        return 1 - self.done / self.sent

    @property
    def last_done_s(self) -> float:
        """When the last accepted request was sent."""
        return float(self.at_s[self.accepted].max())

    @property
    def peak_per_100ms(self) -> int:
        """Requests in the busiest tenth of a second, the first one, where all begin, left out."""
        return int(sum(self.load(0.1))[1:].max(initial=0))

    def load(self, bin_s: float) -> tuple[np.ndarray, np.ndarray]:
        """(accepted, rejected) requests in each *bin_s* seconds: two arrays of the same length."""
        import numpy as np

        bins = (self.at_s / bin_s + 1e-6).astype(int)
        everything = np.bincount(bins)
        accepted = np.bincount(bins[self.accepted], minlength=len(everything))
        return accepted, everything - accepted


def run(strategy: str, herd: Herd) -> Run:
    """Let *herd* retry by *strategy*, one of STRATEGIES. The same seed gives the same run on every machine."""
    if strategy not in STRATEGIES:
        raise ValueError(f"{strategy!r} is no strategy. Choose one of: {', '.join(STRATEGIES)}.")
    until = 1.25 * herd.workers / herd.rate_per_s + herd.base_s     # no crowd is through before workers / rate
    while True:
        until = min(until, HORIZON_S)
        times = attempt_times(strategy, herd, until)
        at_s, worker, attempt, accepted, waiting = serve(times, herd, until)
        if not waiting or until == HORIZON_S:
            return Run(strategy=strategy, herd=herd, at_s=at_s, worker=worker, attempt=attempt, accepted=accepted,
                       unfinished=waiting)
        until *= 2


def compare(herd: Herd, strategies: Sequence[str] = STRATEGIES, seeds: int = 1) -> pd.DataFrame:
    """Means over *seeds* runs (from the herd's seed on), one row a strategy.

    Columns: `strategy`, `sent`, `wasted_share`, `last_done_s`, `peak` (requests in the busiest 100 ms after the
    first), `failed` and `unfinished` (workers; see `Run`). `attrs["seeds"]` remembers how many runs.
    """
    import pandas as pd

    if seeds < 1:
        raise ValueError(f"seeds must be 1 or more runs; got {seeds}.")
    rows = []
    for strategy in strategies:
        tries = 1 if strategy in WITHOUT_CHANCE else seeds
        runs = [run(strategy, replace(herd, seed=herd.seed + k)) for k in range(tries)]
        rows.append(summary(runs))
    frame = pd.DataFrame(rows)
    frame.attrs["seeds"] = seeds       # so that a chart can say so
    return frame


def summary(runs: Sequence[Run]) -> dict[str, str | float]:
    """One row of `compare`: the means over *runs* of one strategy."""
    measured = [(r.sent, r.wasted_share, r.last_done_s, r.peak_per_100ms, r.failed, r.unfinished) for r in runs]
    names = ("sent", "wasted_share", "last_done_s", "peak", "failed", "unfinished")
    means = {name: sum(column) / len(runs) for name, column in zip(names, zip(*measured, strict=True), strict=True)}
    return {"strategy": runs[0].strategy, **means}
