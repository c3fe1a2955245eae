"""Ways to wait, side by side: when the last worker is done, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.simulate.herd import HORIZON_S
from helpers.views import style
from helpers.views.picture import Chart, chart
from helpers.views.retries.timeline import counted, seconds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

PALE = "#C9C9C9"
"""For bars that stand back."""
SOURCE = "Simulation: a toy server"


def plot_strategies(ax: Axes, frame: pd.DataFrame, chosen: str = "") -> None:
    """When the last worker was done, a bar for each strategy, with what it took written behind it.

    frame: as `simulate.herd.compare` makes it. chosen: the strategy that stands out; "" where all are equal.
    """
    ends = [HORIZON_S if row.unfinished else row.last_done_s for row in frame.itertuples()]
    for here in (True, False):
        widths = [end if (name == chosen or not chosen) == here else 0 for name, end in
                  zip(frame["strategy"], ends, strict=True)]
        style.bars(ax, [0] * len(widths), widths, colour=style.BLUE if here else PALE)
    ax.set_yticks(range(len(frame)), [f"▸ {name}" if name == chosen else name for name in frame["strategy"]])
    for label, name in zip(ax.get_yticklabels(), frame["strategy"], strict=True):
        label.set_fontweight("bold" if name == chosen else "normal")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.set_xticks([])                    # each bar has its seconds
    ax.spines["bottom"].set_visible(False)
    runs = frame.attrs.get("seeds", 1)
    style.compose(ax, finding=strategies_in_words(frame), x="bar: until the last worker is done",
                  left=style.room_for(ax.yaxis) + (12 if chosen else 0), right=10,
                  source=f"{SOURCE}, mean of {runs} runs" if runs > 1 else SOURCE)
    _write_ends(ax, frame, ends, chosen)


def _write_ends(ax: Axes, frame: pd.DataFrame, ends: list[float], chosen: str) -> None:
    """Each bar's numbers at its end, and limits that leave room for them."""
    names = [_took(row) for row in frame.to_dict("records")]
    room = 10 + max(style.width_of(name) for name in names)
    per_px = max(max(ends), 1e-3) / max(ax.bbox.width - room, 20)
    ax.set_xlim(0, per_px * ax.bbox.width)
    for place, (end, name) in enumerate(zip(ends, names, strict=True)):
        ax.text(end + 5 * per_px, place, name, va="center")


def _took(row: dict[str, float]) -> str:
    """A strategy's numbers in a few words."""
    if round(row["unfinished"]):
        return f"> {seconds(HORIZON_S)}, {row['unfinished']:,.0f} waiting"
    lost = f", {row['failed']:,.0f} failed" if round(row["failed"]) else ""
    return f"{seconds(row['last_done_s'])}, {row['sent']:,.0f} sent{lost}"


def strategies_in_words(frame: pd.DataFrame) -> str:
    """Who is done first and last, and who sends least; where workers fail, how many with which strategy."""
    failed, sent = frame["failed"].round(), frame["sent"].round()
    if failed.max():
        if failed.min() == failed.max():
            return f"{counted(failed.max(), 'worker')} of each strategy {'fail' if failed.max() > 1 else 'fails'}"
        return (f"Workers that fail: {failed.max():,.0f} with {_who(frame, failed, failed.max())}, "
                f"{failed.min():,.0f} with {_who(frame, failed, failed.min())}")
    fewest = f"fewest requests: {_who(frame, sent, sent.min())} ({sent.min():,.0f})"
    if sent.min() == sent.max():
        fewest = f"each with {counted(sent.max(), 'request')}"
    ends = frame["last_done_s"].round(1).where(frame["unfinished"] == 0, HORIZON_S)
    first = f"Done first: {_who(frame, ends, ends.min())} ({seconds(ends.min())})"
    if ends.min() == HORIZON_S:
        return f"No strategy is done after {seconds(HORIZON_S)}; {fewest}"
    if ends.min() == ends.max():
        return f"All strategies are done after {seconds(ends.max())}; {fewest}"
    if ends.max() == HORIZON_S:
        return f"{first}; not after {seconds(HORIZON_S)}: {_who(frame, ends, HORIZON_S)}; {fewest}"
    return f"{first}; last: {_who(frame, ends, ends.max())} ({seconds(ends.max())}); {fewest}"


def _who(frame: pd.DataFrame, values: pd.Series, value: float) -> str:
    """The strategies that have *value*, by name while they are few."""
    names = list(frame.loc[values == value, "strategy"])
    return " and ".join(names) if len(names) < 3 else f"{len(names)} strategies"


def strategies_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The comparison as a table: means, rounded to what a reader can use."""
    rows = frame.set_index("strategy")
    table = rows.assign(requests=rows["sent"].round().astype(int), rejected=rows["wasted_share"].map(style.percent),
                        done=rows["last_done_s"].round(1), peak=rows["peak"].round().astype(int),
                        failed=rows["failed"].round().astype(int))[["requests", "rejected", "done", "peak", "failed"]]
    table.columns = ["requests", "rejected", "last done, s", "peak per 100 ms", "failed"]
    return table


def strategies_chart(frame: pd.DataFrame, chosen: str = "") -> Chart:
    """The strategies, drawn; see `plot_strategies`."""
    size = (6.6, 1.7 + 0.38 * len(frame))
    return chart(plot_strategies, frame, chosen, words=strategies_in_words(frame), numbers=strategies_numbers(frame),
                 size=size)
