"""One stream over time: when its text came, and where it paused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.picture import Chart, chart
from helpers.views.streaming._words import count, illustration, seconds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Arrivals = Sequence[tuple[float, int]]
"""(seconds since the request, characters of the piece that came then), in order."""


def plot_arrivals(ax: Axes, arrivals: Arrivals, constructed: bool = True) -> None:
    """x = seconds, y = characters so far, as steps; the first text and the longest gap marked."""
    times, so_far = [at for at, _ in arrivals], list(accumulate(size for _, size in arrivals))
    end, top = times[-1] * 1.04, max(so_far[-1], 1)
    gap = longest_gap(arrivals)
    if gap:
        ax.axvspan(*gap, ymax=1 / 1.34, facecolor="#FBE3B3", edgecolor=style.ORANGE, hatch="///", linewidth=0,
                   label=f"longest gap: {seconds(gap[1] - gap[0])} s")
    ax.step([0, *times, end], [0, *so_far, so_far[-1]], where="post", color=style.BLUE)
    ax.plot([times[0]], [so_far[0]], color=style.VERMILLION, marker="o", markersize=9, linestyle="none",
            clip_on=False, zorder=5, label=f"first text: {seconds(times[0])} s")
    ax.set(xlim=(0, end), ylim=(0, top * 1.34))     # the key stands in the room above the line
    style.whole_axis(ax.yaxis, 4)
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], labels[::-1], loc="upper left", ncols=2, frameon=False, borderaxespad=0.1,
              handletextpad=0.5)
    style.compose(ax, finding=arrivals_in_words(arrivals, constructed), x="seconds since the request",
                  y="characters so far", left=style.room_for(ax.yaxis))


def arrivals_in_words(arrivals: Arrivals, constructed: bool = True) -> str:
    """When the first text came, when the last, and the longest wait between two."""
    _check(arrivals)
    gap = longest_gap(arrivals)
    pause = f"; longest gap {seconds(gap[1] - gap[0])} s, from {seconds(gap[0])} s on" if gap else ""
    characters = count(sum(size for _, size in arrivals), "character")
    return (f"{illustration(constructed)}first text after {seconds(arrivals[0][0])} s, all {characters} "
            f"after {seconds(arrivals[-1][0])} s{pause}")


def arrivals_numbers(arrivals: Arrivals) -> pd.DataFrame:
    """Pieces and seconds: first text, last text, median and longest gap."""
    import pandas as pd

    gaps = [later - sooner for (sooner, _), (later, _) in pairwise(arrivals)] or [0.0]
    rows = {"pieces of text": f"{len(arrivals):,}", "first text, s": f"{arrivals[0][0]:.2f}",
            "last text, s": f"{arrivals[-1][0]:.2f}", "median gap, s": f"{median(gaps):.3f}",
            "longest gap, s": f"{max(gaps):.3f}"}
    return pd.DataFrame({"this stream": rows})


def arrivals_chart(arrivals: Iterable[tuple[float, int]], *, constructed: bool = True) -> Chart:
    """The timeline, drawn; see `plot_arrivals`. constructed: False for a stream that a server sent."""
    arrivals = list(arrivals)
    words = arrivals_in_words(arrivals, constructed)
    return chart(plot_arrivals, arrivals, constructed, words=words, numbers=arrivals_numbers(arrivals))


def longest_gap(arrivals: Arrivals) -> tuple[float, float] | None:
    """Where the longest wait between two pieces begins and ends; the first one of equals, None where none is."""
    waits = pairwise(at for at, _ in arrivals)
    longest = max(waits, key=lambda wait: wait[1] - wait[0], default=None)
    return longest if longest and longest[1] > longest[0] else None


def _check(arrivals: Arrivals) -> None:
    if not arrivals:
        raise ValueError("arrivals is empty: give (seconds, characters) of each piece of text, such as [(0.6, 9)].")
    if any(later < sooner for (sooner, _), (later, _) in pairwise(arrivals)) or arrivals[0][0] < 0:
        raise ValueError("arrivals go forward in time, from 0 s on: sort them by their seconds, counted from the "
                         "request.")
    if any(size < 0 for _, size in arrivals):
        raise ValueError("a piece has 0 characters or more. Give each piece's own size, not a difference.")
