"""What nested retry loops did, on a line of time: each wait a bar, each request a mark by its status."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from helpers.simulate.attempts import Step, Timeline

SIZE = (8.9, 3.9)
SOURCE = "Simulation on virtual time; the SDK's delays are those of anthropic 2.12.0 and openai 3.54.0"
YOURS, THEIRS, FIRST_REQUEST = 0, 1, 2
"""The lanes, from the top: waits of your loop, waits of the SDK, then one for each request of an SDK call."""
BAR_PX = 28
LANES_PX = 230
"""The height of a wait's bar, less where the lanes are narrow, and about that of all lanes together."""


def counted(number: float, what: str) -> str:
    """1 request, 2 requests, 1,100 requests."""
    return f"{number:,.0f} {what}{'s' * (round(number) != 1)}"


def seconds(value: float) -> str:
    """37.9, 16 or 450, with its unit."""
    return f"{value:,.0f} s" if value >= 99.95 else f"{value:.1f}".removesuffix(".0") + " s"


def plot_timeline(ax: Axes, timeline: Timeline) -> None:
    """Waits as bars, useless ones hatched; requests as marks, colour and shape by status, useless ones hollow.

    timeline: as `simulate.attempts.timeline` makes it. y: whose wait, and which request of one SDK call.
    """
    lanes, end = FIRST_REQUEST + 1 + timeline.sdk_retries, max(timeline.total_s, 1.0)
    ax.set(xlim=(-0.015 * end, end), ylim=(lanes - 0.45, -0.55))      # room for a mark at 0
    ax.set_yticks(range(lanes), ["your loop waits", "the SDK waits", "your request",
                                 *(f"SDK retry {k}" for k in range(1, lanes - FIRST_REQUEST))])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.axhline(FIRST_REQUEST - 0.5, color=style.GREY, linewidth=0.8)
    _draw_waits(ax, [step for step in timeline.steps if step.kind == "wait"], min(0.3, BAR_PX / 2 * lanes / LANES_PX))
    _draw_requests(ax, [step for step in timeline.steps if step.kind == "request"])
    _key(ax)
    style.compose(ax, finding=timeline_in_words(timeline), x="seconds since the first request", source=SOURCE,
                  left=style.room_for(ax.yaxis), right=24)
    _write_seconds(ax, timeline)


def _draw_waits(ax: Axes, waits: list[Step], half: float) -> None:
    from matplotlib.collections import PolyCollection

    for name, useless, colour, hatch in (("wait", False, style.SKY, ""), ("useless wait", True, style.ORANGE, "///")):
        corners = []
        for step in waits:
            if step.useless == useless and step.seconds > 0:
                lane, end = YOURS if step.layer == "app" else THEIRS, step.at_s + step.seconds
                corners.append([(step.at_s, lane - half), (end, lane - half), (end, lane + half),
                                (step.at_s, lane + half)])
        if corners:
            ax.add_collection(PolyCollection(corners, facecolors=colour, hatch=hatch, edgecolors="white",
                                             linewidths=0.5, label=name), autolim=False)


def _draw_requests(ax: Axes, requests: list[Step]) -> None:
    looks = {(step.status, step.useless): None for step in requests}
    counts = Counter((step.status, step.useless) for step in requests)
    for status, useless in looks:
        colour, mark = look(status)
        found = [step for step in requests if (step.status, step.useless) == (status, useless)]
        ax.plot([step.at_s for step in found], [FIRST_REQUEST + step.sdk_retry for step in found], linestyle="",
                marker=mark, markersize=15 if mark == "*" else 10, markerfacecolor="white" if useless else colour,
                markeredgecolor=colour if useless else "white", markeredgewidth=1.5 if useless else 0.8, clip_on=False,
                label=f"{counts[status, useless]} × {name_of(status)}{', useless retry' if useless else ''}")


def look(status: int) -> tuple[str, str]:
    """Colour and mark of a status: told apart in grey, too."""
    if status == 200:
        return style.GREEN, "*"
    if status in (408, 409, 429):
        return style.VERMILLION, "o"
    return (style.PURPLE, "s") if status >= 500 else (style.BLACK, "X")


def name_of(status: int) -> str:
    """200 is ok, everything else its number."""
    return "ok" if status == 200 else str(status)


def _key(ax: Axes) -> None:
    ax.legend(ncols=6, frameon=False, borderpad=0, borderaxespad=0, columnspacing=1.4, handletextpad=0.5,
              handlelength=1.4)


def _write_seconds(ax: Axes, timeline: Timeline) -> None:
    """The length of each of your loop's waits on its bar, where it fits; on the last one, that nothing follows."""
    per_px = (ax.get_xlim()[1] - ax.get_xlim()[0]) / ax.bbox.width
    for step in timeline.steps:
        said = [seconds(step.seconds)]
        if step is timeline.steps[-1] and step.useless:
            said.insert(0, f"{said[0]}, and nothing follows")
        said = [text for text in said if step.seconds > (style.width_of(text) + (40 if "," in text else 12)) * per_px]
        if step.layer == "app" and said:
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5} if step.useless else None
            ax.text(step.at_s + step.seconds / 2, YOURS, said[0], ha="center", va="center_baseline", bbox=box)


def timeline_in_words(timeline: Timeline) -> str:
    """How many requests, what waiting, and how it ended; first the product that made them, where it did."""
    own, inner = timeline.own_attempts, 1 + timeline.sdk_retries
    product = f"{counted(own, 'attempt')} of yours × {inner} of the SDK: " * (timeline.requests == own * inner)
    waited = f"{seconds(timeline.waited_s)} of waiting" if timeline.waited_s else "no waiting"
    wasted = f", {seconds(timeline.useless_s)} of it for nothing" if timeline.useless_s else ""
    ending = "the answer" if timeline.outcome == "ok" else f"error {timeline.outcome}"
    return f"{product}{counted(timeline.requests, 'request')}, {waited}{wasted}, then {ending}"


def timeline_numbers(timeline: Timeline) -> pd.DataFrame:
    """Requests, waits and seconds by layer: a request counts for the layer whose loop sent it."""
    import pandas as pd

    requests = Counter("sdk" if step.sdk_retry else "app" for step in timeline.steps if step.kind == "request")
    rows = []
    for layer in ("app", "sdk"):
        waits = [step for step in timeline.steps if step.layer == layer]
        rows.append((requests[layer], len(waits), sum(step.seconds for step in waits),
                     sum(step.seconds for step in waits if step.useless)))
    columns = ["requests", "waits", "seconds waited", "of these useless"]
    table = pd.DataFrame(rows, index=["your loop", "the SDK's retries"], columns=columns)
    table.loc["together"] = table.sum()
    return table.astype({"requests": int, "waits": int}).round(1)


def timeline_chart(timeline: Timeline) -> Chart:
    """The loops, drawn; see `plot_timeline`."""
    return chart(plot_timeline, timeline, words=timeline_in_words(timeline), numbers=timeline_numbers(timeline),
                 size=SIZE)
