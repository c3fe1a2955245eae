"""The herd widget of lesson 02: workers that fail together, six ways to wait, one toy server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

from helpers.simulate.herd import HORIZON_S, STRATEGIES, Herd, Run, run, summary
from helpers.views import style
from helpers.views.controls import Choice, Slider, Toggle, options
from helpers.views.retries.load import load_in_words, plot_load
from helpers.views.retries.strategies import plot_strategies, strategies_in_words
from helpers.views.retries.timeline import counted, seconds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from helpers.views._explore import Explorer

BUDGET = 0.1
"""The share of retries that the switch allows."""
HERD_CONTROLS = (
    Choice("strategy", "strategy", options(*STRATEGIES), "exponential"),
    Slider("workers", "workers", low=1, high=300, value=100),
    Slider("rate", "server takes", low=1, high=50, value=10, unit="per s"),
    Slider("burst", "at once", values=(1, 2, 5, 10, 20, 50, 100), value=10, unit="burst"),
    Slider("base", "first wait", values=(0.5, 1, 2, 4), value=1, unit="seconds"),
    Slider("cap", "longest wait", values=(5, 10, 20, 30, 60), value=30, unit="seconds"),
    Choice("attempts", "attempts", (("no limit", 0), *((str(n), n) for n in range(1, 11))), 0),
    Choice("asked", "retry-after", (("not sent", 0), *((f"{n} s", n) for n in (1, 2, 5, 10))), 0),
    Toggle("budget", f"retry budget: {style.percent(BUDGET)} of first attempts", False),
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


def simulate(*, strategy: str, workers: int, rate: float, burst: int, base: float, cap: float, attempts: int,
             asked: float, budget: bool) -> Shown:
    """Ask `helpers.simulate.herd` for all strategies with these settings of the widget."""
    import pandas as pd

    herd = Herd(workers=workers, rate_per_s=rate, burst=burst, base_s=base, cap_s=cap, max_attempts=attempts or None,
                retry_after_s=asked or None, retry_budget=BUDGET if budget else None)
    runs = [_run(name, herd) for name in STRATEGIES]
    return Shown(runs[STRATEGIES.index(strategy)], pd.DataFrame([summary([one]) for one in runs]))


def herd_widget(strategy: str = "exponential") -> Explorer:
    """A widget: one strategy's requests over time on the left, all strategies side by side on the right.

    strategy: the one to start with.
    """
    from helpers.views._explore import explore

    states = lru_cache(maxsize=64)(simulate)       # picture and words of one state need it once

    def draw(fig: Figure, **values: Any) -> None:
        left, right = style.panels(fig, 2)
        shown = states(**values)
        plot_load(left, shown.run)
        plot_strategies(right, shown.frame, shown.run.strategy)

    first, *others = HERD_CONTROLS
    controls = [Choice(first.name, first.label, first.options, strategy), *others]
    return explore(draw, controls, describe=lambda **values: herd_in_words(states(**values)), panels=2,
                   title="Everyone failed at once: who waits how?")


def herd_in_words(shown: Shown) -> str:
    """Both panels in words, a line for each strategy, and what was assumed."""
    lines = [f"{load_in_words(shown.run)}.", f"{strategies_in_words(shown.frame)}."]
    lines += [_line(row) for row in shown.frame.to_dict("records")]
    if shown.frame["unfinished"].any():
        lines.append(f"Nobody looks any more after {seconds(HORIZON_S)}.")
    return "\n".join(_lines(line) for line in [*lines, _assumed(shown.run.herd)])


def _line(row: dict[str, Any]) -> str:
    lost = "".join(f", {row[what]:,.0f} {name}" for what, name in (("failed", "failed"), ("unfinished", "waiting"))
                   if row[what])
    share = "over 99 %" if row["wasted_share"] > 0.995 else style.percent(row["wasted_share"])
    return (f"{row['strategy']}: last at {seconds(row['last_done_s'])}, {counted(row['sent'], 'request')}, "
            f"{share} rejected, peak {row['peak']:.0f} in 0.1 s{lost}")


def _assumed(herd: Herd) -> str:
    tries = "no limit of attempts" if herd.max_attempts is None else f"at most {counted(herd.max_attempts, 'attempt')}"
    asked = "no retry-after" if herd.retry_after_s is None else f"retry-after {herd.retry_after_s:g} s with each 429"
    budget = "no retry budget" if herd.retry_budget is None else f"a retry budget of {style.percent(herd.retry_budget)}"
    return (f"Assumed: {counted(herd.workers, 'worker')}, all starting at 0 s; a toy server that takes "
            f"{herd.rate_per_s:g} per second and {herd.burst} at once; first wait {herd.base_s:g} s, longest "
            f"{herd.cap_s:g} s; {tries}; {asked}; {budget}; one run (seed {herd.seed}).")


def _lines(text: str) -> str:
    """In lines of at most 95 characters, a number never apart from its % sign."""
    return fill(text.replace(" %", "\xa0%"), 95).replace("\xa0", " ")
