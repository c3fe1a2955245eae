"""Every group of rows by its name, and running some of them."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.measure import Effort
from bench.report import Group
from bench.row import CannotMeasure, Row


@dataclass(frozen=True, slots=True)
class Plan:
    """One group before it is measured."""

    about: str
    module: str
    function: str

    def measure(self, effort: Effort) -> list[Row]:
        """The rows; CannotMeasure where something that they need is not here."""
        return getattr(importlib.import_module(f"bench.{self.module}"), self.function)(effort)


PLANS = {
    "start": Plan("a lesson's kernel from its start, over a bare kernel", "lesson_rows", "first_output"),
    "nbval": Plan("pytest --nbval, over the same kernels with the same imports", "nbval_rows", "wall"),
    "memory": Plan("a kernel after the lesson's cells, over a bare kernel with the same imports",
                   "lesson_rows", "memory"),
    "call": Plan("one replayed call, metered, over the same reply by httpx2.MockTransport", "calls", "against_mock"),
    "vcr": Plan("vcrpy's time over ours: how many times faster", "calls", "against_vcr"),
    "lookup": Plan("finding a recording", "tapes", "lookup"),
    "miss": Plan("a call that no recording answers, after the first call; the slowest of sync, async, streaming",
                 "tapes", "misses"),
    "stream": Plan("lateness of a chunk, 95th percentile; other: a loop with a sleep (where a busy machine makes even "
                   "that half the goal late, nothing is judged)", "streams", "lateness"),
    "history": Plan("10,000 messages once over 1,000 ten times: 1 is linear, 10 quadratic", "histories", "linear"),
    "night": Plan("Black Friday, 200 messages on the real SDK", "nights", "seconds"),
    "lab": Plan("what the command adds when everything is there", "lab_row", "before_jupyterlab"),
}


def run(names: Sequence[str], effort: Effort, *, plans: Mapping[str, Plan],
        say: Callable[[str], object]) -> list[Group]:
    """Measure the groups *names* of *plans*, saying when; what lacks something or fails becomes a row with the reason.
    """
    groups = []
    for name in names:
        start = time.perf_counter()
        groups.append(Group(name, plans[name].about, tuple(_rows(name, plans[name], effort))))
        say(f"measured {name} in {time.perf_counter() - start:.0f} s")
    return groups


def _rows(name: str, plan: Plan, effort: Effort) -> list[Row]:
    try:
        return plan.measure(effort)
    except CannotMeasure as lack:
        return [Row(title=name, reason=str(lack))]
    except Exception as error:   # the other groups are still worth having
        return [Row(title=name, reason=f"{type(error).__name__}: {error}", broken=True)]
