"""The herd widget of lesson 02: workers that fail together, six ways to wait, one toy server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

from helpers.simulate.herd import STRATEGIES, Herd, Run, run, summary
from helpers.views import style
from helpers.views.controls import Choice, Slider, Toggle, options
from helpers.views.retries.load import plot_load
from helpers.views.retries.strategies import plot_strategies, strategies_details
from helpers.views.retries.timeline import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from helpers.views._explore import Explorer

BUDGET = 0.1
"""The share of retries that the switch allows."""
SIZE = (8.9, 3.2)
"""Low, so that on a small screen the bars are seen together with the controls."""
HERD_CONTROLS = (
    Choice("strategy", "strategy", options(*STRATEGIES), "full jitter"),
    Slider("workers", "workers", low=1, high=300, value=100),
    Slider("rate", "server takes", low=1, high=50, value=10, unit="per s"),
    Slider("burst", "at once", values=(1, 2, 5, 10, 20, 50, 100), value=1, unit="burst"),
    Choice("attempts", "attempts", (("no limit", 0), *((str(n), n) for n in range(1, 11))), 0),
    Choice("asked", "retry-after", (("not sent", 0), *((f"{n} s", n) for n in (1, 2, 5, 10))), 0),
    Toggle("budget", f"retry budget: at most {style.percent(BUDGET)} of first attempts are retried", False),
)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One state of the widget."""

    run: Run
    """The chosen strategy's."""
    frame: pd.DataFrame
    """All strategies, one row each, as `simulate.herd.compare` makes it."""


@lru_cache(maxsize=64)
def _run(strategy: str, herd: Herd) -> Run:
    return run(strategy, herd)


def simulate(*, strategy: str, workers: int, rate: float, burst: int, attempts: int, asked: float,
             budget: bool) -> Shown:
    """Ask `helpers.simulate.herd` for all strategies with these settings of the widget; waits are the herd's own."""
    import pandas as pd

    herd = Herd(workers=workers, rate_per_s=rate, burst=burst, max_attempts=attempts or None,
                retry_after_s=asked or None, retry_budget=BUDGET if budget else None)
    runs = [_run(name, herd) for name in STRATEGIES]
    return Shown(runs[STRATEGIES.index(strategy)], pd.DataFrame([summary([one]) for one in runs]))


def herd_widget(strategy: str = "full jitter") -> Explorer:
    """A widget: all strategies side by side on the left, one strategy's requests over time on the right.

    strategy: the one to start with.
    """
    from helpers.views._explore import explore

    states = lru_cache(maxsize=64)(simulate)       # picture and words of one state need it once

    def draw(fig: Figure, **values: Any) -> None:
        left, right = style.panels(fig, 2)
        shown = states(**values)
        plot_strategies(left, shown.frame, shown.run.strategy)
        plot_load(right, shown.run)

    first, *others = HERD_CONTROLS
    controls = [Choice(first.name, first.label, first.options, strategy), *others]
    return explore(draw, controls, describe=lambda **values: herd_in_words(states(**values)), panels=2, size=SIZE,
                   title="Everyone failed at once: who waits how?")


def herd_in_words(shown: Shown) -> str:
    """Both panels as text: the numbers of each strategy, and what was assumed. The findings are the panels' titles."""
    lines = [*strategies_details(shown.frame).splitlines(), _assumed(shown.run.herd)]
    return "\n".join(_lines(line) for line in lines)


def _assumed(herd: Herd) -> str:
    tries = "no limit of attempts" if herd.max_attempts is None else f"at most {counted(herd.max_attempts, 'attempt')}"
    asked = "no retry-after" if herd.retry_after_s is None else f"retry-after {herd.retry_after_s:g} s with each 429"
    budget = "no retry budget" if herd.retry_budget is None else f"a retry budget of {style.percent(herd.retry_budget)}"
    return (f"Assumed: {counted(herd.workers, 'worker')}, from 0 s on; a toy server, {herd.rate_per_s:g} per second, "
            f"{herd.burst} at once; first wait {herd.base_s:g} s, longest {herd.cap_s:g} s; {tries}; {asked}; "
            f"{budget}; one run (seed {herd.seed}).")


def _lines(text: str) -> str:
    """In lines of at most 95 characters, a number never apart from its % sign."""
    return fill(text.replace(" %", "\xa0%"), 95).replace("\xa0", " ")
