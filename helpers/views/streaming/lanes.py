"""Two lanes: the same answer without and with a stream, and what there is to read at each second."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.views import style
from helpers.views.controls import Slider
from helpers.views.picture import Chart, chart
from helpers.views.streaming._words import seconds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.views._explore import Explorer

SIZE = (7.6, 3.7)
"""Inches: 730 x 355 px, so that nothing shrinks on a 1024 px screen."""
HALF = 0.27
"""Half of a lane's height; the lanes' middles are 1 apart."""
NOTHING, GROWING = "#D9D9D9", "#DCEBF5"

LANES_CONTROLS = (
    Slider("first_s", "first token after", values=tuple(k / 10 for k in range(2, 51)), value=0.6, unit="s"),
    Slider("per_token_ms", "a token every", low=5, high=80, value=25, unit="ms"),
    Slider("tokens", "tokens in the answer", low=20, high=1_500, step=20, value=600),
)


def plot_lanes(ax: Axes, lanes: Any) -> None:
    """x = seconds; upper lane without, lower with a stream. Grey and hatched: nothing to read; blue: text, growing.

    lanes: `first_s` and `total_s`, as `helpers.simulate.streaming.lanes` returns them.
    """
    first, total = lanes.first_s, lanes.total_s
    right = total * 1.1
    _lane(ax, 1, total, total, right)
    _lane(ax, 0, first, total, right)
    ax.plot([total, total], [-0.5, 1.8], color=style.BLACK, linestyle="--", linewidth=1.6)
    ax.annotate(f"both end at {seconds(total)} s", (total, 1.5), xytext=(-5, 3), textcoords="offset points", ha="right",
                fontweight="bold")
    for middle, start in ((1, total), (0, first)):
        _name_first(ax, middle, start, total)
    ax.set(xlim=(0, right), ylim=(-0.5, 1.85), yticks=[0, 1], yticklabels=["with\na stream", "without\na stream"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.legend(ncols=2, frameon=False, borderaxespad=0, handlelength=1.6)
    style.compose(ax, finding=lanes_in_words(lanes), x="seconds since the request", left=style.room_for(ax.yaxis))


def lanes_in_words(lanes: Any) -> str:
    """The end that both share, and when each has its first word."""
    end = seconds(lanes.total_s)
    return (f"The same end, {end} s. First word after {seconds(lanes.first_s)} s with a stream, "
            f"after {end} s without.")


def lanes_numbers(lanes: Any) -> pd.DataFrame:
    """Seconds to the first word and to the last, one row a lane."""
    import pandas as pd

    rows = {"without a stream": (lanes.total_s, lanes.total_s), "with a stream": (lanes.first_s, lanes.total_s)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["first word, s", "last word, s"]).round(2)


def lanes_chart(lanes: Any) -> Chart:
    """The two lanes, drawn; see `plot_lanes`."""
    return chart(plot_lanes, lanes, words=lanes_in_words(lanes), numbers=lanes_numbers(lanes), size=SIZE)


def two_lanes(lanes: Callable[[float, float, int], Any] | None = None) -> Explorer:
    """A widget: move the time to the first token, the time per token and the length of the answer.

    lanes: (first_s, per_token_s, tokens) -> a value for `plot_lanes`; None for `helpers.simulate.streaming.lanes`.
    """
    from helpers.views._explore import explore

    if lanes is None:
        from helpers.simulate.streaming import lanes

    @lru_cache(maxsize=256)              # picture and words of one state need it once
    def of(first_s: float, per_token_ms: float, tokens: int) -> Any:
        return lanes(first_s, per_token_ms / 1_000, tokens)

    def draw(fig: Figure, **values: Any) -> None:
        (ax,) = style.panels(fig, 1)
        plot_lanes(ax, of(**values))

    def describe(**values: Any) -> str:
        return f"{lanes_in_words(of(**values))}\n{_assumed(**values)}"

    return explore(draw, LANES_CONTROLS, describe=describe, size=SIZE,
                   title="What a stream changes: when you can read, not when it ends")


def _assumed(first_s: float, per_token_ms: float, tokens: int) -> str:
    return (f"Assumed: {tokens:,} tokens at an even {per_token_ms:g} ms each, the first after {seconds(first_s)} s; "
            "without a stream nothing shows before the last token.")


def _lane(ax: Axes, middle: float, first: float, total: float, right: float) -> None:
    """One lane: nothing until *first*, then text that grows until *total* and stays."""
    low, high = middle - HALF, middle + HALF
    named = middle == 1                  # each look is named once in the key
    ax.fill([0, first, first, 0], [low, low, high, high], facecolor=NOTHING, edgecolor="#8C8C8C", hatch="///",
            linewidth=0, label="nothing to read yet" if named else "")
    ax.fill([first, right, right, first], [low, low, high, high], facecolor=GROWING, linewidth=0)
    ax.fill([first, total, right, right], [low, high, high, low], facecolor=style.BLUE, linewidth=0,
            label="text to read, growing while it streams" if named else "")
    ax.plot([first, first], [low, high], color=style.VERMILLION, linewidth=3, solid_capstyle="butt")


def _name_first(ax: Axes, middle: float, start: float, total: float) -> None:
    """When the first word is there, above the lane, on the side of the mark that has room."""
    side = "right" if start > total / 2 else "left"
    ax.annotate(f"first word: {seconds(start)} s", (start, middle + HALF), xytext=(-5 if side == "right" else 0, 3),
                textcoords="offset points", color="#A84300", va="bottom", ha=side)
