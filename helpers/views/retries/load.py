"""When a herd's requests reach the server: waves, or a steady trickle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.simulate.herd import HORIZON_S
from helpers.views import style
from helpers.views.picture import Chart, chart
from helpers.views.retries.timeline import counted, seconds

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes

    from helpers.simulate.herd import Run

BINS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10)
MOST_BINS = 160
"""Bars that a panel has room for, two pixels each at least."""
SOURCE = "Simulation: a toy server (token bucket)"


def bin_of(run: Run) -> float:
    """Seconds that one bar of the chart stands for: the finest of BINS_S with which the run fits."""
    last = float(run.at_s.max())
    return next((width for width in BINS_S if last <= width * MOST_BINS), BINS_S[-1])


def plot_load(ax: Axes, run: Run) -> None:
    """Requests over time, accepted ones below, rejected ones hatched on top; dashed: what the server can take.

    run: as `simulate.herd.run` makes it.
    """
    width = bin_of(run)
    accepted, rejected = run.load(width)
    total, last = accepted + rejected, len(accepted) * width
    _steps(ax, accepted * 0, accepted, width, facecolors=style.BLUE, label="accepted")
    _steps(ax, accepted, total, width, facecolors=style.ORANGE, hatch="///", label="rejected")
    rate = run.herd.rate_per_s
    capacity = rate * width
    ax.axhline(capacity, color=style.BLACK, linestyle="--", linewidth=1.6, label=f"capacity, {rate:g} per s")
    end = max(last, 12 * width)
    under_key = max(total[int(len(total) * 0.4):].max(), capacity)       # what must stay below the key's corner
    ax.set(xlim=(-end / 80, end), ylim=(0, max(total.max() * 1.05, under_key / 0.58)))
    style.whole_axis(ax.xaxis)
    style.whole_axis(ax.yaxis)
    ax.legend(loc="upper right", frameon=False, borderaxespad=0, handletextpad=0.5, handlelength=1.6, labelspacing=0.3)
    style.compose(ax, finding=load_in_words(run), x="seconds", y=f"requests per {width:g} s", source=SOURCE,
                  left=style.room_for(ax.yaxis), right=20)


def _steps(ax: Axes, low: np.ndarray, high: np.ndarray, width: float, **looks: Any) -> None:
    """Bars without gaps from *low* to *high*, as one artist (`ax.stairs` looks for its limits for 10 ms)."""
    import numpy as np
    from matplotlib.collections import PolyCollection

    x = np.repeat(np.arange(len(low) + 1) * width, 2)[1:-1]
    there, back = np.column_stack([x, np.repeat(high, 2)]), np.column_stack([x, np.repeat(low, 2)])[::-1]
    ax.add_collection(PolyCollection([np.concatenate([there, back])], edgecolors="white", linewidths=0, **looks),
                      autolim=False)


def load_in_words(run: Run) -> str:
    """What the strategy sent for how many answers until when, and who got none."""
    name, lost = run.strategy[0].upper() + run.strategy[1:], f", {run.failed:,} failed" if run.failed else ""
    if run.unfinished:
        return f"{name}: {run.unfinished:,} still waiting after {seconds(HORIZON_S)}{lost}, {run.sent:,} sent"
    return f"{name}: {counted(run.done, 'answer')} in {seconds(run.last_done_s)}{lost}, {run.sent:,} sent"


def load_numbers(run: Run) -> pd.DataFrame:
    """Requests, accepted and rejected, in the first six seconds that have any."""
    import pandas as pd

    accepted, rejected = run.load(1.0)
    table = pd.DataFrame({"accepted": accepted, "rejected": rejected}).rename_axis("second")
    return table[table.sum(axis="columns") > 0].head(6)


def load_chart(run: Run) -> Chart:
    """One strategy's requests, drawn; see `plot_load`."""
    return chart(plot_load, run, words=load_in_words(run), numbers=load_numbers(run))
