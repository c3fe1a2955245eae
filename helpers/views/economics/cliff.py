"""Where one more token of prompt makes the whole request dearer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_cliff(ax: Axes, frame: pd.DataFrame, model: str) -> None:
    """Dollars of one request over its prompt's length, broken where the price jumps.

    frame: `prompt_tokens` (ascending), `usd`; the two sides of the cliff are neighbouring rows.
    """
    before, after = _edge(frame)
    for rows, colour, dash in ((frame.loc[:before], style.BLUE, "-"), (frame.loc[after:], style.VERMILLION, "--")):
        ax.plot(rows["prompt_tokens"], rows["usd"], color=colour, linestyle=dash)
    for row, colour, name in ((before, style.BLUE, "last cheap request"), (after, style.VERMILLION, "one token more")):
        tokens, amount = frame.loc[row, ["prompt_tokens", "usd"]]
        ax.plot([tokens], [amount], marker="o", color=colour)
        ax.annotate(f"{name}: {style.usd(amount)}", (tokens, amount), (-9, 9), textcoords="offset points",
                    ha="right", va="center", color=colour)
    ax.set(xlim=(0, frame["prompt_tokens"].max() * 1.02), ylim=(0, frame["usd"].max() * 1.1))
    style.whole_axis(ax.xaxis)
    style.money_axis(ax.yaxis)
    style.compose(ax, finding=cliff_in_words(frame, model), x="prompt tokens of one request", y="USD a request",
                  left=style.room_for(ax.yaxis), right=34, source=style.price_source())


def cliff_in_words(frame: pd.DataFrame, model: str) -> str:
    """Where the price jumps, and by how much."""
    before, after = _edge(frame)
    limit, cheap, dear = int(frame.loc[before, "prompt_tokens"]), frame.loc[before, "usd"], frame.loc[after, "usd"]
    return (f"{model}: one token above {limit:,} makes the whole request {style.times(dear / cheap)} times as dear, "
            f"{style.usd(dear)} instead of {style.usd(cheap)}")


def cliff_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The two requests at the edge, in USD."""
    return style.usd_table(frame.loc[list(_edge(frame))].set_index("prompt_tokens")[["usd"]])


def cliff_chart(frame: pd.DataFrame, model: str) -> Chart:
    """The cliff, drawn; see `plot_cliff`."""
    return chart(plot_cliff, frame, model, words=cliff_in_words(frame, model), numbers=cliff_numbers(frame))


def _edge(frame: pd.DataFrame) -> tuple[int, int]:
    """Index of the last row before the biggest jump between neighbours, and of the first after it."""
    jump = int((frame["usd"].diff() / frame["prompt_tokens"].diff()).idxmax())
    return jump - 1, jump
