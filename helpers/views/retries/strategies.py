"""Ways to wait, side by side: when the last worker is done, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.simulate.herd import HORIZON_S
from helpers.views import style
from helpers.views.picture import Chart, chart
from helpers.views.retries.timeline import counted, seconds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

PALE = "#C9C9C9"
"""For bars that stand back."""
PALE_BLUE, PALEST = "#D9E8F3", "#EFEFEF"
"""To fill an open bar, so that the words on it read."""
SOURCE = "Simulation: a toy server"
HALF = 0.35
"""Half a bar's height, where bars are 1 apart."""
EXPLAINED = {"equal jitter": "half fixed, half drawn",
             "decorrelated": "drawn between the first wait and three times the last one"}
"""The ways to wait that a lesson need not explain."""


def plot_strategies(ax: Axes, frame: pd.DataFrame, chosen: str = "") -> None:
    """When the last worker was done, a bar for each strategy, with what it took written behind it.

    frame: as `simulate.herd.compare` makes it. chosen: the strategy that stands out; "" where all are equal. Where
    workers still wait at HORIZON_S the bar is open at that end, and the words are on it.
    """
    places, rows = range(len(frame)), frame.to_dict("records")
    front = [row["strategy"] == chosen or not chosen for row in rows]
    for here in (True, False):
        ends = [row["last_done_s"] if not row["unfinished"] and front[place] == here else 0
                for place, row in zip(places, rows, strict=True)]
        style.bars(ax, [0] * len(rows), ends, colour=style.BLUE if here else PALE, height=2 * HALF)
    ax.set_yticks(places, [f"▸ {row['strategy']}" if row["strategy"] == chosen else row["strategy"] for row in rows])
    for label, row in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if row["strategy"] == chosen else "normal")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.set_xticks([])                    # each bar has its seconds
    ax.spines["bottom"].set_visible(False)
    runs = frame.attrs.get("seeds", 1)
    style.compose(ax, finding=strategies_in_words(frame), x="bar: until the last worker is done",
                  left=style.room_for(ax.yaxis) + (12 if chosen else 0), right=10,
                  source=f"{SOURCE}, mean of {runs} runs" if runs > 1 else SOURCE)
    _write_ends(ax, rows)
    for place, row in zip(places, rows, strict=True):
        if row["unfinished"]:
            _open_bar(ax, place, front=front[place])


def _open_bar(ax: Axes, place: int, *, front: bool) -> None:
    """A bar without an end: out of the picture, which goes up to the horizon at least."""
    low, high, end = place - HALF, place + HALF, ax.get_xlim()[1]
    ax.fill([0, end, end, 0], [low, low, high, high], facecolor=PALE_BLUE if front else PALEST, linewidth=0)
    ax.plot([end, 0, 0, end], [low, low, high, high], color=style.BLUE if front else style.GREY, linewidth=1.4,
            label="open")


def _write_ends(ax: Axes, rows: list[dict[str, Any]]) -> None:
    """Each bar's numbers behind its end, an open one's on it, and limits that leave room for both."""
    width = ax.bbox.width
    names = [_took(row, width) for row in rows]
    behind = [0 if row["unfinished"] else row["last_done_s"] for row in rows]        # what the words stand behind
    scales = [end / max(width - style.width_of(name) - 10, 20) for end, name in zip(behind, names, strict=True)]
    if any(row["unfinished"] for row in rows):
        scales.append(HORIZON_S / (width - 2))
    per_px = max(*scales, 1e-5)
    ax.set_xlim(0, per_px * width)
    for place, (end, name) in enumerate(zip(behind, names, strict=True)):
        ax.text(end + 5 * per_px, place, name, va="center_baseline")


def _took(row: dict[str, Any], width: float) -> str:
    """A strategy's numbers in a few words, on an open bar no more than *width* pixels have room for."""
    if row["unfinished"]:
        whole = f"{_not_finished(row)}, {row['sent']:,.0f} sent"
        return whole if style.width_of(whole) < width - 8 else _not_finished(row)
    lost = f", {row['failed']:,.0f} failed" if round(row["failed"]) else ""
    return f"{seconds(row['last_done_s'])}, {row['sent']:,.0f} sent{lost}"


def _not_finished(row: dict[str, Any]) -> str:
    return f"not finished after {seconds(HORIZON_S)}, {_few(row['unfinished'])} waiting"


def _few(workers: float) -> str:
    """A mean of 0.3 is not nobody."""
    return f"{workers:,.0f}" if workers >= 1 or not workers else f"{max(workers, 0.1):.1f}"


def strategies_in_words(frame: pd.DataFrame) -> str:
    """Who does not finish, who is done first and last, who sends least; where workers fail, how many with which."""
    failed = frame["failed"].round()
    ended = frame[frame["unfinished"] == 0]
    parts = [] if len(ended) == len(frame) else [_stuck(frame)]
    if failed.max():
        parts.append(_failing(frame, failed))
    elif len(ended):
        parts += _finished(ended, whole=not parts)
    return "; ".join(parts)


def _stuck(frame: pd.DataFrame) -> str:
    rows = frame[frame["unfinished"] > 0].to_dict("records")
    if len(rows) == len(frame):
        return f"No strategy is finished after {seconds(HORIZON_S)}"
    waiting = f" ({_few(rows[0]['unfinished'])} waiting)" if len(rows) == 1 else ""
    return f"Not finished after {seconds(HORIZON_S)}: {_who(frame, frame['unfinished'] > 0)}{waiting}"


def _failing(frame: pd.DataFrame, failed: pd.Series) -> str:
    if failed.min() == failed.max():
        return f"{counted(failed.max(), 'worker')} of each strategy {'fail' if failed.max() > 1 else 'fails'}"
    return (f"Workers that fail: {failed.max():,.0f} with {_who(frame, failed == failed.max())}, "
            f"{failed.min():,.0f} with {_who(frame, failed == failed.min())}")


def _finished(frame: pd.DataFrame, *, whole: bool) -> list[str]:
    """First, last and most frugal of those that finished. Its numbers stand at each bar."""
    ends, sent = frame["last_done_s"].round(1), frame["sent"].round()
    fewest = f"fewest requests: {_who(frame, sent == sent.min())}"
    if sent.min() == sent.max():
        fewest = f"each with {counted(sent.max(), 'request')}"
    if not whole:
        return [f"done first: {_who(frame, ends == ends.min())}", fewest] if len(frame) > 1 else []
    if ends.min() == ends.max():
        return [f"All strategies are done after {seconds(ends.max())}", fewest]
    return [f"Done first: {_who(frame, ends == ends.min())}", f"last: {_who(frame, ends == ends.max())}", fewest]


def _who(frame: pd.DataFrame, these: pd.Series) -> str:
    """The strategies by name; where all but one or two are meant, those two."""
    names, others = list(frame.loc[these, "strategy"]), list(frame.loc[~these, "strategy"])
    if 0 < len(others) < 3 < len(names):
        return f"all but {_listed(others)}"
    return _listed(names)


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def strategies_details(frame: pd.DataFrame) -> str:
    """A line of numbers for each strategy, then what the lines leave unexplained: the chart as text."""
    known = [f"{name.split()[0]}: {what}" for name, what in EXPLAINED.items() if name in set(frame["strategy"])]
    lines = [_line(row) for row in frame.to_dict("records")]
    return "\n".join([*lines, "; ".join(["Peak: requests in the busiest 0.1 s after the first", *known]) + "."])


def _line(row: dict[str, Any]) -> str:
    ended = f"last done at {seconds(row['last_done_s'])}"
    if row["unfinished"]:
        ended = _not_finished(row)
    lost = f", {row['failed']:,.0f} failed" if round(row["failed"]) else ""
    share = "over 99 %" if row["wasted_share"] > 0.995 else style.percent(row["wasted_share"])
    return f"{row['strategy']}: {ended}{lost}; {row['sent']:,.0f} sent, {share} rejected; peak {row['peak']:.0f}"


def strategies_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The comparison as a table: means, rounded to what a reader can use."""
    rows = frame.set_index("strategy")
    done = rows["last_done_s"].round(1).astype(object).where(rows["unfinished"] == 0, f"> {HORIZON_S:.0f}")
    table = rows.assign(requests=rows["sent"].round().astype(int), rejected=rows["wasted_share"].map(style.percent),
                        done=done, peak=rows["peak"].round().astype(int), failed=rows["failed"].round().astype(int),
                        waiting=rows["unfinished"].map(_few))
    names = {"requests": "requests", "rejected": "rejected", "done": "last done, s",
             "peak": "peak afterwards, per 100 ms", "failed": "failed", "waiting": f"waiting after {HORIZON_S:.0f} s"}
    if not rows["unfinished"].any():
        del names["waiting"]
    return table[list(names)].rename(columns=names)


def strategies_chart(frame: pd.DataFrame, chosen: str = "") -> Chart:
    """The strategies, drawn; see `plot_strategies`. In words, the numbers of each follow the finding."""
    size = (6.6, 1.7 + 0.38 * len(frame))
    return chart(plot_strategies, frame, chosen, words=f"{strategies_in_words(frame)}.\n{strategies_details(frame)}",
                 numbers=strategies_numbers(frame), size=size)
