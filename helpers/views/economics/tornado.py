"""What moves the bill: each factor lower and higher by half, the strongest on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_tornado(ax: Axes, factors: pd.DataFrame, base_usd: float) -> None:
    """Dollars a day with each factor at half and at one and a half times its value, the strongest on top.

    factors: as `economics.sensitivity` makes it: `factor`, `low_usd` (at -50 %), `high_usd` (at +50 %), the widest
    swing first. base_usd: a day with every factor as it is.
    """
    places = range(len(factors))
    for column, colour, hatch in (("low_usd", style.SKY, ""), ("high_usd", style.VERMILLION, "//")):
        style.bars(ax, [base_usd] * len(factors), factors[column], colour=colour, hatch=hatch)
    ax.axvline(base_usd, color=style.BLACK, linewidth=1)
    ax.set_yticks(places, factors["factor"])
    ax.tick_params(axis="y", length=0)
    reach = max(factors["high_usd"].max() - base_usd, base_usd - factors["low_usd"].min(), base_usd / 100)
    ax.set(xlim=(base_usd - 1.75 * reach, base_usd + 1.75 * reach), ylim=(len(factors) - 0.4, -0.6))
    style.money_axis(ax.xaxis, ticks=3)
    style.compose(ax, finding=tornado_in_words(factors, base_usd), x="USD a day",
                  y="each factor at −50 % (plain) and +50 % (hatched)", left=26 + 8 * max(map(len, factors["factor"])),
                  right=34, source=style.price_source())
    gap = 3.5 * reach * 5 / ax.bbox.width     # 5 px; plain texts, because annotations take three times as long
    for place, low, high in zip(places, factors["low_usd"], factors["high_usd"], strict=True):
        ax.text(low - gap, place, style.usd(low), ha="right", va="center")
        ax.text(high + gap, place, style.usd(high), ha="left", va="center")


def tornado_in_words(factors: pd.DataFrame, base_usd: float) -> str:
    """The strongest factor and how far it moves the bill."""
    first = factors.iloc[0]
    return (f"The bill hangs most on {first['factor']}: {style.usd(base_usd)} a day becomes "
            f"{style.usd(first['low_usd'])} or {style.usd(first['high_usd'])}")


def tornado_numbers(factors: pd.DataFrame, base_usd: float) -> pd.DataFrame:
    """The bars as a table, USD a day, the strongest factor first."""
    rows = factors.assign(base_usd=base_usd).set_index("factor")[["low_usd", "base_usd", "high_usd"]]
    rows.columns = ["at −50 %, USD/day", "as it is, USD/day", "at +50 %, USD/day"]
    return rows.map(lambda amount: style.usd(amount).lstrip("$"))


def tornado_chart(factors: pd.DataFrame, base_usd: float) -> Chart:
    """The factors, drawn; see `plot_tornado`."""
    return chart(plot_tornado, factors, base_usd, words=tornado_in_words(factors, base_usd),
                 numbers=tornado_numbers(factors, base_usd))
