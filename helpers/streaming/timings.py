"""When the pieces of a stream came: the first one, the gaps, the whole.

    print(result.timing)     # first text after 0.62 s, 14 pieces, longest gap 0.21 s, 2.10 s in all
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, repr=False)
class Timing:
    """Seconds, counted from the start that `consume` was given."""

    first_s: float | None
    """To the first text, which is what a waiting user feels; None where no text came."""
    total_s: float
    """To the end of the stream."""
    gaps: tuple[float, ...] = ()
    """Between two pieces of text: one fewer than pieces."""
    pieces: int = 0
    """How many events brought text."""

    @property
    def longest_gap_s(self) -> float | None:
        """None with fewer than two pieces."""
        return max(self.gaps, default=None)

    @property
    def p95_gap_s(self) -> float | None:
        """19 of 20 gaps were no longer (nearest rank); None with fewer than two pieces."""
        if not self.gaps:
            return None
        return sorted(self.gaps)[math.ceil(0.95 * len(self.gaps)) - 1]

    def __repr__(self) -> str:
        return f"<Timing: {self}>"     # rounded: a notebook that shows it shows the same everywhere

    def __str__(self) -> str:
        if self.first_s is None:
            return f"no text, {self.total_s:.2f} s in all"
        pieces = "1 piece" if self.pieces == 1 else f"{self.pieces:,} pieces"
        gap = [] if self.longest_gap_s is None else [f"longest gap {self.longest_gap_s:.2f} s"]
        return ", ".join([f"first text after {self.first_s:.2f} s", pieces, *gap, f"{self.total_s:.2f} s in all"])


class Stopwatch:
    """Notes when pieces come."""

    def __init__(self, now: Callable[[], float], started: float | None = None) -> None:
        """*now*: gives seconds. *started*: what it said when the request was sent; None for this moment."""
        self._now = now
        self._started = now() if started is None else started
        self._pieces: list[float] = []

    def piece(self) -> None:
        """A piece of text came."""
        self._pieces.append(self._now())

    def timing(self) -> Timing:
        """What was measured, up to this moment."""
        gaps = tuple(after - before for before, after in pairwise(self._pieces))
        first_s = self._pieces[0] - self._started if self._pieces else None
        return Timing(first_s, self._now() - self._started, gaps, len(self._pieces))
