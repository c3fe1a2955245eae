"""A conversation's bill, turn by turn, against the belief that every turn costs the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_conversation(ax: Axes, billed: pd.DataFrame, flat: pd.DataFrame) -> None:
    """Cumulative dollars over turns: what is billed, and what the first turn's price times the turns would be.

    billed, flat: `turn`, `cumulative_usd`; one row a turn, the same turns in both.
    """
    lines = ((flat, "flat forecast", style.BLUE, "--"), (billed, "billed", style.VERMILLION, "-"))
    for rows, _, colour, dash in lines:
        ax.plot(rows["turn"], rows["cumulative_usd"], color=colour, linestyle=dash)
        ax.plot(rows["turn"].iloc[-1:], rows["cumulative_usd"].iloc[-1:], color=colour, marker="o", clip_on=False)
    turns, top = int(billed["turn"].iloc[-1]), max(_last(billed), _last(flat))
    ax.set(xlim=(0.5, max(turns, 1.5)), ylim=(0, top * 1.05))
    style.whole_axis(ax.xaxis)
    style.money_axis(ax.yaxis)
    style.compose(ax, finding=conversation_in_words(billed, flat), x="turn", y="USD so far, one conversation",
                  left=style.room_for(ax.yaxis), right=112, source=style.price_source())
    style.name_lines(ax, [(turns, _last(rows), f"{name}\n{style.usd(_last(rows))}", colour)
                          for rows, name, colour, _ in lines])


def conversation_in_words(billed: pd.DataFrame, flat: pd.DataFrame) -> str:
    """The last turn's totals, and their ratio."""
    turns, paid, believed = len(billed), _last(billed), _last(flat)
    if abs(paid / believed - 1) < 0.005:
        return f"{turns} turn{'s' * (turns > 1)} cost {style.usd(paid)}, as the flat forecast says"
    times = style.times(paid / believed)
    return f"{turns} turns cost {style.usd(paid)}, {times} times the flat forecast of {style.usd(believed)}"


def conversation_numbers(billed: pd.DataFrame, flat: pd.DataFrame) -> pd.DataFrame:
    """Both sums in dollars after the first, a quarter, half and all of the turns."""
    import pandas as pd

    turns = len(billed)
    at = sorted({1, *(max(1, round(turns * share)) for share in (0.25, 0.5, 1))})
    rows = [(turn, flat["cumulative_usd"].iloc[turn - 1], billed["cumulative_usd"].iloc[turn - 1]) for turn in at]
    table = pd.DataFrame(rows, columns=["turn", "flat forecast, USD", "billed, USD"]).set_index("turn")
    return style.usd_table(table)


def conversation_chart(billed: pd.DataFrame, flat: pd.DataFrame) -> Chart:
    """The two sums, drawn; see `plot_conversation`."""
    return chart(plot_conversation, billed, flat, words=conversation_in_words(billed, flat),
                 numbers=conversation_numbers(billed, flat))


def _last(rows: pd.DataFrame) -> float:
    return float(rows["cumulative_usd"].iloc[-1])
