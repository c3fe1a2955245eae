"""Measure two things in turns, so that a busy machine slows both and their ratio stays."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

Measurement = Callable[[], float]
"""Does something once and returns how much it took: seconds, or bytes."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How often things are repeated."""

    kernels: int = 4
    """Rounds of what starts kernels: seconds each."""
    notebooks: int = 2
    """Rounds of what runs a whole lesson."""
    calls: int = 15
    """Rounds of single calls: milliseconds each."""
    each: int = 10
    """Calls of both kinds in such a round."""
    streams: int = 4
    """Streams of about a second."""


QUICK = Effort(kernels=1, notebooks=1, calls=5, each=5, streams=2)


@dataclass(frozen=True, slots=True)
class Pairs:
    """What ours and the other took, round by round."""

    ours: Sequence[float]
    other: Sequence[float]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours over other, each round by itself."""
        return tuple(one / two for one, two in zip(self.ours, self.other, strict=True))

    @property
    def inverse(self) -> tuple[float, ...]:
        """Other over ours: how many times faster ours is."""
        return tuple(1 / ratio for ratio in self.ratios)

    def beside(self, unit: str = "ms", per_unit: float = 1e-3) -> str:
        """Both medians as text; *per_unit*: how much of what was measured makes one *unit*."""
        values = [median(side) / per_unit for side in (self.ours, self.other)]
        decimals = 0 if max(values) >= 100 else 1 if max(values) >= 10 else 2
        return " : ".join(f"{value:.{decimals}f}" for value in values) + f" {unit}"


def in_turns(ours: Measurement, other: Measurement, rounds: int, *, each: int = 1, warm_up: bool = True) -> Pairs:
    """*rounds* of ours, other, ours, other ...: *each* times both, of which the quickest of either make the round.

    Two calls of a millisecond side by side see the same machine, and in the quickest of several it did not turn to
    somebody else's work in the middle.
    """
    if warm_up:
        ours(), other()
    with _settled_memory():
        pairs = [[(ours(), other()) for _ in range(each)] for _ in range(rounds)]
    return Pairs(*([min(pair[side] for pair in one) for one in pairs] for side in (0, 1)))


def timed(call: Callable[[], object]) -> Measurement:
    """A measurement of the seconds that one *call* takes."""
    def measure() -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start
    return measure


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least *share* (0 to 1) of *values* do not exceed."""
    ordered = sorted(values)
    return ordered[max(-int(-share * len(ordered) // 1), 1) - 1]


@contextmanager
def _settled_memory() -> Iterator[None]:
    """What was set up before is not looked through by the garbage collector while a row is timed."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
