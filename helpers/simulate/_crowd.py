"""Inside the herd: when workers would send, and what a token bucket answers.

A rejection is all that a worker learns, so when it would send next hangs on nothing but its own draws: all times are
drawn and sorted at once, and only the server's answers are found one after the other. Six strategies with 300
workers take some 20 ms, quick enough for a slider.
"""

from __future__ import annotations

from bisect import bisect_left
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from helpers.simulate.herd import Herd

_NEARLY = 1e-9
"""Tokens: ten times a tenth of a token is one token, whatever binary fractions make of it."""


def attempt_times(strategy: str, herd: Herd, until_s: float) -> np.ndarray:
    """When each worker would send each attempt if all were rejected: seconds, shape (attempts, workers).

    As many rows as it takes for every worker to get beyond *until_s*, or as there may be attempts.
    """
    import numpy as np

    limit = herd.max_attempts or inf
    rows = 8
    while True:
        rows = min(2 * rows, limit)
        waits = _waits(strategy, herd, rows - 1)
        times = np.zeros((rows, herd.workers))
        np.cumsum(waits, axis=0, out=times[1:])
        if rows == limit or times[-1].min() > until_s:
            return times


def _waits(strategy: str, herd: Herd, count: int) -> np.ndarray:
    """The first *count* waits of every worker: seconds, shape (count, workers)."""
    import numpy as np

    shape = (count, herd.workers)
    ceilings = np.minimum(herd.cap_s, herd.base_s * 2.0 ** np.minimum(np.arange(count), 60))[:, None]
    asked = herd.retry_after_s or 0.0
    if strategy == "fixed":
        return np.full(shape, max(herd.base_s, asked))
    if strategy == "exponential":
        return np.broadcast_to(np.maximum(ceilings, asked), shape)
    if strategy == "SDK jitter" and asked > 0:        # as the SDKs do: what the server asks for, without jitter
        return np.full(shape, asked)
    # The list of numbers is the seed, spelt so that the draws are those of Python's random.Random(seed).
    draws = np.random.RandomState([herd.seed]).random_sample(shape)
    if strategy == "decorrelated":
        return asked + _decorrelated(draws, herd)
    low, high = {"SDK jitter": (1, 0.75), "equal jitter": (0.5, 1), "full jitter": (0, 1)}[strategy]
    return asked + ceilings * (low + (high - low) * draws)


def _decorrelated(draws: np.ndarray, herd: Herd) -> np.ndarray:
    """Each wait between the base and three times the wait before it, which is the base at first."""
    import numpy as np

    waits, before = np.empty_like(draws), herd.base_s
    for row, drawn in zip(waits, draws, strict=True):
        np.minimum(herd.cap_s, herd.base_s + drawn * (3 * before - herd.base_s), out=row)
        before = row
    return waits


def serve(times: np.ndarray, herd: Herd, until_s: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """Play the server up to *until_s*.

    Returns at_s, worker, attempt and accepted of each request that was sent, in the order of time, and how many
    workers are still to send then. Who asks at the same moment is served in the workers' order.
    """
    import numpy as np

    due = np.argsort(times, axis=None, kind="stable")
    due = due[:np.searchsorted(times.ravel()[due], until_s, side="right")]
    at_s, worker = times.ravel()[due], due % herd.workers
    ends, places = _answers(at_s.tolist(), worker.tolist(), herd)
    last = np.array(ends)
    sent = np.arange(len(due)) <= last[worker]                 # a worker sends nothing after its end
    accepted = np.zeros(len(due), bool)
    accepted[places] = True
    waiting = last == len(due)
    if len(times) == herd.max_attempts:
        waiting &= times[-1] > until_s                         # the others have no attempt left
    return at_s[sent], worker[sent], due[sent] // herd.workers + 1, accepted[sent], int(waiting.sum())


def _answers(at_s: list[float], worker: list[int], herd: Herd) -> tuple[list[int], list[int]]:
    """(each worker's last request, the accepted requests), as places in *at_s*; without an end: the list's length."""
    nobody, left = len(at_s), herd.workers
    ends, accepted = [nobody] * herd.workers, []
    tokens, since, free_at = float(herd.burst), 0.0, 0.0       # there is a token from free_at on
    retries, most = [0] * herd.workers, (herd.max_attempts or inf) - 1
    budget = inf if herd.retry_budget is None else herd.retry_budget * herd.workers + _NEARLY
    place = 0
    while place < nobody and left:
        at, who = at_s[place], worker[place]
        if at < free_at and budget == inf:
            place = bisect_left(at_s, free_at, place)          # all up to there are rejected
            continue
        if ends[who] == nobody and at >= free_at:
            tokens, since = min(herd.burst, tokens + (at - since) * herd.rate_per_s) - 1, at
            free_at = at + max(1 - _NEARLY - tokens, 0) / herd.rate_per_s
            accepted.append(place)
            ends[who], left = place, left - 1
        elif ends[who] == nobody and budget >= 1 and retries[who] < most:
            budget, retries[who] = budget - 1, retries[who] + 1
        elif ends[who] == nobody:
            ends[who], left = place, left - 1                  # it gives up
        place += 1
    return ends, accepted
