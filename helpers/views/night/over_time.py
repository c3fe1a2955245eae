"""The night from six to nine: requests and what became of them, and what they had cost by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.simulate.night import TARGETS, Night
from helpers.simulate.night.tables import BIN_MIN, KINDS, dollars_over_time, requests_over_time
from helpers.views import style
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SOURCE = "Simulation: a scripted night, illustration"
LOOKS = {"answered": (style.BLUE, ""), "sent again": (style.ORANGE, "///"), "failed": (style.VERMILLION, "xxx")}
"""Colour and hatch of each kind of request."""
BUDGET = TARGETS[0]


def plot_requests(ax: Axes, night: Night) -> None:
    """Requests in five minutes each: answered ones below, then those that were sent again, failed ones on top."""
    from matplotlib.collections import PolyCollection

    counts = requests_over_time(night)
    floor = counts[KINDS[0]] * 0
    for kind in KINDS:
        colour, hatch = LOOKS[kind]
        top = floor + counts[kind]
        corners = [[(at, low), (at + BIN_MIN, low), (at + BIN_MIN, high), (at, high)]
                   for at, low, high in zip(counts.index, floor, top, strict=True) if high > low]
        ax.add_collection(PolyCollection(corners, facecolors=colour, hatch=hatch, edgecolors="white", linewidths=0.5,
                                         label=kind), autolim=False)
        floor = top
    _clock_axis(ax, counts.index[-1] + BIN_MIN)
    ax.set_ylim(0, floor.max() * 1.1)
    style.whole_axis(ax.yaxis)
    ax.legend(loc="upper right", ncols=3, frameon=False, borderaxespad=0, handletextpad=0.5, handlelength=1.6,
              columnspacing=1.2)
    style.compose(ax, finding=requests_in_words(night), x=f"time, {BIN_MIN} minutes a bar",
                  source=SOURCE, left=style.room_for(ax.yaxis), right=30)


def requests_in_words(night: Night) -> str:
    """How many requests, and how many of them failed or were sent again."""
    sums = requests_over_time(night).sum()
    return (f"{sums.sum():,} requests for {len(night.served):,} messages: {sums['sent again']:,} sent again, "
            f"{sums['failed']:,} failed")


def requests_chart(night: Night) -> Chart:
    """Requests over time, drawn; see `plot_requests`."""
    return chart(plot_requests, night, words=requests_in_words(night), numbers=_some(requests_over_time(night, 30)))


def plot_dollars(ax: Axes, night: Night) -> None:
    """What had been billed by when; dashed: the budget of the whole night."""
    spent = dollars_over_time(night)
    times = [0, *(minute + BIN_MIN for minute in spent.index)]
    over = float(night.usd) > BUDGET.most
    ax.plot(times, [0.0, *spent], color=style.VERMILLION if over else style.BLUE)
    ax.axhline(BUDGET.most, color=style.BLACK, linestyle="--", linewidth=1.6)
    _clock_axis(ax, times[-1])
    top = max(float(spent.iloc[-1]), BUDGET.most) * 1.2
    ax.set_ylim(0, top)
    style.money_axis(ax.yaxis)
    style.compose(ax, finding=dollars_in_words(night), x="time", y="dollars billed so far", source=SOURCE,
                  left=style.room_for(ax.yaxis), right=30)
    # Where the line is far away: it ends above a budget that was missed, and begins below every one.
    end, beside, how = (times[-1] - 2, -0.02, {"ha": "right", "va": "top"}) if over else (2, 0.015, {"va": "bottom"})
    ax.text(end, BUDGET.most + top * beside, f"budget, {style.usd(BUDGET.most)}", **how)


def dollars_in_words(night: Night) -> str:
    """What the night cost, beside its budget."""
    times = float(night.usd) / BUDGET.most
    beside = f"{style.times(times)} times the budget" if times > 1 else "within the budget"
    return f"The night costs {style.usd(float(night.usd))}, {beside}"


def dollars_chart(night: Night) -> Chart:
    """Dollars over time, drawn; see `plot_dollars`."""
    by_half_hour = style.usd_table(dollars_over_time(night, 30).to_frame("usd so far"))
    return chart(plot_dollars, night, words=dollars_in_words(night), numbers=_some(by_half_hour))


def _some(frame: pd.DataFrame) -> pd.DataFrame:
    """Six rows, with the time of day for their index."""
    return frame.set_axis([_time(minute) for minute in frame.index]).rename_axis("from")


def _time(minute: int) -> str:
    return f"{18 + minute // 60}:{minute % 60:02}"


def _clock_axis(ax: Axes, end: int) -> None:
    places = range(0, end + 1, 60)
    ax.set_xlim(0, end)
    ax.set_xticks(list(places), [_time(minute) for minute in places])
