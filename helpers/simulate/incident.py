"""One morning: what a hundred callers of a retry loop meet at a server that was gone for a second.

    morning(nested(own_attempts=5, sdk_retries=2))     # 36 of 100 callers get an error, the last after 38 s
    mornings({"before": nested(), "after": bounded(Policy(max_attempts=8, base_s=1.0))})

All callers send at t = 0. The server answers nobody before `outage_s`; from then on it is a token bucket: `burst`
tokens at first, `rate_per_s` new ones. Every refusal is a 429 without retry-after. A toy, as `herd` is: left out are
requests of other clients and a server that slows down under load. Here, unlike there, a request takes time, and the
loop is yours:

    loop(failure, random) -> seconds to wait before the next request, or None to give up

`failure` counts a caller's failures from 1; `random()` gives numbers from 0 to 1. A loop may have two attributes:
`last_wait_s`, which passes between its last failure and the error that the caller gets, and `budget_s`: it gives up
before a wait that would end later than this after its first request.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from random import Random
from typing import TYPE_CHECKING

from helpers.retries import Policy
from helpers.simulate.attempts import REQUEST_S, sdk_delay_s, worst_case

if TYPE_CHECKING:
    import pandas as pd

Loop = Callable[[int, Callable[[], float]], float | None]

MOST_FAILURES = 1_000
"""Failures of one caller after which a loop is taken for one without an end."""
_NEARLY = 1e-9
"""Tokens: ten times a tenth of a token is one token, whatever binary fractions make of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What the callers met. Means over all runs."""

    callers: int
    answered_share: float
    """0 to 1; the others are `failed`."""
    failed: float
    """Callers that got an error."""
    requests: float
    """What reached the server, all callers together."""
    last_answer_s: float | None
    """When the last answer arrived, counting the runs that had one; None where there was none."""
    last_error_s: float | None
    """When the last error reached its caller; else as `last_answer_s`."""


@dataclass(frozen=True, slots=True)
class _Nested:
    own_attempts: int
    sdk_retries: int

    @property
    def last_wait_s(self) -> float:
        """The useless one: no request follows it."""
        return 2.0 ** (self.own_attempts - 1)

    def __call__(self, failure: int, random: Callable[[], float]) -> float | None:
        turn, retry = divmod(failure - 1, self.sdk_retries + 1)
        if retry < self.sdk_retries:
            return sdk_delay_s(retry + 1, random)
        return 2.0**turn if turn + 1 < self.own_attempts else None


def nested(own_attempts: int = 5, sdk_retries: int = 2) -> Loop:
    """Your own loop of waits 1, 2, 4, ... s around an SDK that retries, too; it even waits after its last failure."""
    worst_case(own_attempts, sdk_retries)          # refuses nonsense
    return _Nested(own_attempts, sdk_retries)


@dataclass(frozen=True, slots=True)
class _Bounded:
    policy: Policy

    @property
    def budget_s(self) -> float:
        return self.policy.budget_s

    def __call__(self, failure: int, random: Callable[[], float]) -> float | None:
        return self.policy.delay_s(failure, random) if failure < self.policy.max_attempts else None


def bounded(policy: Policy) -> Loop:
    """One layer, full jitter, limits: `helpers.retries.call_with_retries` around a client with max_retries=0."""
    if not isinstance(policy, Policy):
        raise TypeError(f"bounded takes a Policy, such as Policy(max_attempts=5); got {policy!r}.")
    return _Bounded(policy)


def morning(loop: Loop, *, callers: int = 100, rate_per_s: float = 10.0, burst: int = 1, outage_s: float = 1.0,
            request_s: float = REQUEST_S, seeds: int = 30) -> Morning:
    """What *callers* meet who all retry by *loop*: means over *seeds* runs, seeded 0, 1, 2, ...

    rate_per_s, burst: the server's bucket of tokens; outage_s: seconds in which it refuses everybody; request_s: how
    long it takes for an answer or a refusal. Raises ValueError for what could not be, a loop without an end included.
    """
    _check(callers=callers, rate_per_s=rate_per_s, burst=burst, outage_s=outage_s, request_s=request_s, seeds=seeds)
    runs = [_run(loop, Random(seed).random, callers, _Server(rate_per_s, burst, outage_s), request_s)
            for seed in range(seeds)]
    failed = _mean([len(errors) for _, errors, _ in runs])
    return Morning(callers=callers, answered_share=1 - failed / callers, failed=failed,
                   requests=_mean([requests for _, _, requests in runs]),
                   last_answer_s=_mean([max(answers) for answers, _, _ in runs if answers]),
                   last_error_s=_mean([max(errors) for _, errors, _ in runs if errors]))


def mornings(loops: Mapping[str, Loop], **server: float) -> pd.DataFrame:
    """Several loops, by their names, each with a morning of its own at the same server: a table for a cell, rounded.

    *server*: what else `morning` takes. The columns' objects are numbers, or "none" where there was no such moment.
    """
    import pandas as pd

    rows = {name: _row(morning(loop, **server)) for name, loop in loops.items()}
    columns = ["callers with an error", "requests", "last answer, s", "last error, s"]
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=columns, dtype=object)   # 36 beside 0.2


def _row(found: Morning) -> tuple[float | int, int, float | str, float | str]:
    failed = round(found.failed) if found.failed >= 1 else round(found.failed, 1)      # a mean of 0.2 is not nobody
    return (failed or 0, round(found.requests),
            *("none" if last is None else round(last, 1) for last in (found.last_answer_s, found.last_error_s)))


class _Server:
    """A bucket of tokens that nobody gets at before the outage is over."""

    def __init__(self, rate_per_s: float, burst: int, outage_s: float) -> None:
        self._rate_per_s, self._burst, self._outage_s = rate_per_s, burst, outage_s
        self._tokens, self._since = float(burst), 0.0

    def accepts(self, at_s: float) -> bool:
        """Whether a request at *at_s* is answered. Times must not go back."""
        self._tokens = min(self._burst, self._tokens + (at_s - self._since) * self._rate_per_s)
        self._since = at_s
        if at_s < self._outage_s or self._tokens < 1 - _NEARLY:
            return False
        self._tokens -= 1
        return True


def _run(loop: Loop, random: Callable[[], float], callers: int, server: _Server,
         request_s: float) -> tuple[list[float], list[float], int]:
    """(when each answer arrived, when each error did, requests). At one moment callers send in their order."""
    last_wait_s, budget_s = getattr(loop, "last_wait_s", 0.0), getattr(loop, "budget_s", inf)
    queue = [(0.0, caller, 1) for caller in range(callers)]    # when, who, which attempt: a heap, as it is sorted
    answers, errors, requests = [], [], 0
    while queue:
        at_s, caller, attempt = heapq.heappop(queue)
        requests += 1
        ended_s = at_s + request_s
        if server.accepts(at_s):
            answers.append(ended_s)
            continue
        wait_s = _wait(loop, attempt, random)
        if wait_s is None:
            errors.append(ended_s + last_wait_s)
        elif ended_s + wait_s > budget_s:
            errors.append(ended_s)
        else:
            heapq.heappush(queue, (ended_s + wait_s, caller, attempt + 1))
    return answers, errors, requests


def _wait(loop: Loop, failure: int, random: Callable[[], float]) -> float | None:
    wait_s = loop(failure, random)
    if wait_s is None:
        return None
    if not (isinstance(wait_s, (int, float)) and 0 <= wait_s < inf):
        raise ValueError(f"loop({failure}, random) must return seconds, 0 or more, or None to give up; got {wait_s!r}.")
    if failure >= MOST_FAILURES:
        raise ValueError(f"The loop would go on after {failure:,} failures of one caller. Let it return None at some "
                         "point, or give the server a higher rate_per_s.")
    return wait_s


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _check(**given: float) -> None:
    for name in ("callers", "burst", "seeds"):
        if not (type(given[name]) is int and given[name] >= 1):
            raise ValueError(f"{name} must be a whole number, 1 or more; got {given[name]!r}.")
    if not (isfinite(given["rate_per_s"]) and given["rate_per_s"] > 0):
        raise ValueError(f"rate_per_s must be a number above 0; got {given['rate_per_s']!r}.")
    for name in ("outage_s", "request_s"):
        if not (isfinite(given[name]) and given[name] >= 0):
            raise ValueError(f"{name} must be a number, 0 or more; got {given[name]!r}.")
