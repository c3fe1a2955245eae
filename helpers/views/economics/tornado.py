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
    ax.set_ylim(len(factors) - 0.4, -0.6)
    ax.set_xticks([])                    # each bar has its amounts
    ax.spines["bottom"].set_visible(False)
    style.compose(ax, finding=tornado_in_words(factors, base_usd), x=f"USD a day (line: {style.usd(base_usd)})",
                  y="each factor at −50 % (plain) and +50 % (hatched)", left=style.room_for(ax.yaxis), right=14,
                  source=style.price_source())
    _write_amounts(ax, factors["low_usd"], factors["high_usd"], base_usd)


def _write_amounts(ax: Axes, lows: pd.Series, highs: pd.Series, base_usd: float) -> None:
    """Each bar's amounts at its ends, and limits that leave room for them. Texts: annotations take thrice as long."""
    names = [(style.usd(low), style.usd(high)) for low, high in zip(lows, highs, strict=True)]
    widest = max(style.width_of(name) for pair in names for name in pair)
    reach = max(highs.max() - base_usd, base_usd - lows.min(), base_usd / 100)
    usd_per_px = reach / max(ax.bbox.width / 2 - widest - 12, 10)
    ax.set_xlim(base_usd - usd_per_px * ax.bbox.width / 2, base_usd + usd_per_px * ax.bbox.width / 2)
    for place, (low, high, (left, right)) in enumerate(zip(lows, highs, names, strict=True)):
        ax.text(low - 5 * usd_per_px, place, left, ha="right", va="center")
        ax.text(high + 5 * usd_per_px, place, right, ha="left", va="center")


def tornado_in_words(factors: pd.DataFrame, base_usd: float) -> str:
    """The strongest factor and how far it moves the bill."""
    first = factors.iloc[0]
    return (f"The bill hangs most on {first['factor']}: {style.usd(base_usd)} a day becomes "
            f"{style.usd(first['low_usd'])} or {style.usd(first['high_usd'])}")


def tornado_numbers(factors: pd.DataFrame, base_usd: float) -> pd.DataFrame:
    """The bars as a table, USD a day, the strongest factor first."""
    rows = factors.assign(base_usd=base_usd).set_index("factor")[["low_usd", "base_usd", "high_usd"]]
    rows.columns = ["at −50 %, USD/day", "as it is, USD/day", "at +50 %, USD/day"]
    return style.usd_table(rows)


def tornado_chart(factors: pd.DataFrame, base_usd: float) -> Chart:
    """The factors, drawn; see `plot_tornado`."""
    return chart(plot_tornado, factors, base_usd, words=tornado_in_words(factors, base_usd),
                 numbers=tornado_numbers(factors, base_usd))
