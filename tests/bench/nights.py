"""Lesson 07's night: 200 messages to a bot on the real SDK, on virtual time."""

from __future__ import annotations

import time

from bench.measure import Effort
from bench.row import Row


def seconds(effort: Effort) -> list[Row]:
    """Seconds for the reference parts and for the naive ones; the first run, which imports the SDK, doesn't count."""
    from helpers.simulate.night import play
    from helpers.support_bot import NAIVE, Parts

    sides = {"reference": Parts(), "naive": NAIVE}
    play(sides["reference"])
    return [Row(title=f"{name} parts", samples=tuple(_timed(play, parts) for _ in range(effort.streams)), unit="s",
                goal=3.0) for name, parts in sides.items()]


def _timed(play, parts) -> float:
    start = time.perf_counter()
    play(parts)
    return time.perf_counter() - start
