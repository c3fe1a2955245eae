"""How every chart of the course looks: colours, sizes, and where its words stand.

Inches are CSS inches (96 px), so a font size in points is what the screen shows when a picture has its
natural size. Nothing is smaller than 11 pt.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from helpers.economics.money import usd_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

DPI = 96
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
"""Okabe and Ito (2008): told apart under the common colour-vision deficiencies."""
GREY = "#595959"
"""For words that stand back; 7:1 on white."""

_TITLE_PT, _TITLE_PX = 12, 19.5
"""A title's size, and the height of one of its lines."""

RC = {
    "font.family": "DejaVu Sans",      # travels with matplotlib: the same picture on every machine
    "font.size": 11,
    "axes.titlesize": _TITLE_PT,
    "axes.titley": 1.0,                # fixed, because looking for a free place costs 7 ms a drawing
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "lines.linewidth": 2.2,
    "hatch.linewidth": 0.8,
    "text.parse_math": False,          # "$3 and $15" is money, not mathematics
    "text.hinting": "no_hinting",      # 12 ms a drawing, and no visible difference
}
"""Settings that hold while a chart is drawn; nothing global is changed."""


def panels(fig: Figure, count: int) -> list[Axes]:
    """The figure's *count* panels side by side, emptied: made at the first call, used again after it.

    Emptying axes is 20 ms cheaper than new ones, and a slider has 100 ms in all. Scales and tick places stay, so
    a view that sets them in one state sets them in every state.
    """
    if not fig.axes:
        homes = [fig] if count == 1 else list(fig.subfigures(1, count))
        return [home.subplots() for home in homes]
    for ax in fig.axes:
        for artists in (ax.lines, ax.patches, ax.texts, ax.collections, ax.figure.texts):
            for artist in list(artists):
                artist.remove()
        if ax.get_legend():
            ax.get_legend().remove()
        ax.relim()
        ax.autoscale(True)
        ax.set_prop_cycle(None)
    return list(fig.axes)


def compose(ax: Axes, *, finding: str, x: str, y: str = "", source: str = "", left: float = 60,
            right: float = 20) -> None:
    """Place *ax* in its panel and write the words around it.

    The finding stands on top, then *y* or, without one, the key that `ax.legend` made; *x* and the source stand
    below. left, right: pixels kept free beside the axes, for tick labels and for names at line ends.
    """
    home = ax.figure
    width, height = home.bbox.width, home.bbox.height
    title = _wrap(finding, width - 16)
    head = 26 if y or ax.get_legend() else 6
    top, bottom = 12 + _TITLE_PX * len(title) + head, 54 + (24 if source else 0)
    across, up = width - left - right, height - top - bottom
    ax.set_position((left / width, bottom / height, across / width, up / height))
    ax.set_title("\n".join(title), loc="left", x=(8 - left) / across, y=1 + (head + 2) / up)
    ax.set_xlabel(x)
    ax.xaxis.set_label_coords(0.5, -30 / up)
    ax.set_ylabel(y, rotation=0, ha="left", va="bottom", color=GREY)
    ax.yaxis.set_label_coords((8 - left) / across, 1 + 6 / up)
    if source:
        home.text(8 / width, 8 / height, source, color=GREY, va="bottom")
    if ax.get_legend() and not y:
        ax.get_legend().set_loc("lower left")
        ax.get_legend().set_bbox_to_anchor(((8 - left) / across, 1 + 4 / up), ax.transAxes)


def _wrap(text: str, pixels: float) -> list[str]:
    """*text* in lines of a title, none wider than *pixels* unless a single word is."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, _TITLE_PT) > pixels:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def bars(ax: Axes, starts: Sequence[float], ends: Sequence[float], *, colour: str, hatch: str = "",
         label: str = "", height: float = 0.7) -> None:
    """Level bars, the k-th at y = k, from *starts* to *ends*, as one artist (seven patches cost 3 ms more).

    Whoever calls sets the limits of both axes.
    """
    from matplotlib.collections import PolyCollection

    corners = [[(a, k - height / 2), (b, k - height / 2), (b, k + height / 2), (a, k + height / 2)]
               for k, (a, b) in enumerate(zip(starts, ends, strict=True))]
    ax.add_collection(PolyCollection(corners, facecolors=colour, hatch=hatch, edgecolors="white", linewidths=0,
                                     label=label), autolim=False)


def name_lines(ax: Axes, names: list[tuple[float, float, str, str]]) -> None:
    """Write each line's name at its end, in its colour; names that would touch move apart.

    names: (x, y, name, colour) of each line's last point. Call it last, when the axes have their place and limits.
    """
    height = 19 * max(1 + name.count("\n") for _, _, name, _ in names)
    names = sorted(names, key=lambda item: item[1])
    ends = [ax.transData.transform((x, y))[1] for x, y, _, _ in names]
    places = [max(end, ax.bbox.y0 + height * (k + 0.5)) for k, end in enumerate(ends)]
    ceiling = ax.bbox.y1 + height / 2
    for k in reversed(range(len(places))):           # from the top down, each below the one before
        places[k] = ceiling = min(places[k], ceiling - height)
    for (x, y, name, colour), end, place in zip(names, ends, places, strict=True):
        ax.annotate(name, (x, y), xytext=(6, (place - end) * 72 / DPI), textcoords="offset points", va="center",
                    color=colour)


def room_for(axis: Axis) -> float:
    """Pixels that *axis*, an upright one with its limits set, needs on its left for the labels of its ticks."""
    low, high = sorted(axis.get_view_interval())
    places = [place for place in axis.get_majorticklocs() if low <= place <= high]
    labels = axis.get_major_formatter().format_ticks(places)
    return 18 + max(width_of(line) for label in labels for line in label.split("\n"))


def width_of(text: str, points: float = RC["font.size"]) -> float:
    """How many pixels wide a line of text is."""
    from helpers.views import _canvas

    return _canvas.width_of(text, points * DPI / 72)


def money_axis(axis: Axis, ticks: int = 4) -> None:
    """Dollars at about *ticks* round places, none below zero."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))


def whole_axis(axis: Axis, ticks: int = 5) -> None:
    """Whole numbers with thousands separators, at about *ticks* places."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis.set_major_locator(MaxNLocator(ticks, integer=True, min_n_ticks=1))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def log_axes(ax: Axes) -> None:
    """Both axes logarithmic, with a label at each power of ten, written out: 10,000."""
    from matplotlib.ticker import NullLocator, StrMethodFormatter

    ax.set(xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.set_minor_locator(NullLocator())


def usd(amount: float) -> str:
    """An amount as the rest of the course writes it ($1.79, $0.0063), but in whole dollars from $100 on: $1,830."""
    exact = Decimal(str(float(amount)))
    if exact >= 100:
        return f"${exact.quantize(Decimal(1), ROUND_HALF_UP):,}"
    return usd_text(exact)


def price_source() -> str:
    """The line under a chart whose amounts rest on list prices."""
    from helpers.economics import prices_as_of

    return f"Source: list prices in data/models.json, {prices_as_of()}"


def usd_table(amounts: pd.DataFrame) -> pd.DataFrame:
    """Dollars without their sign, all with as many decimals as the largest needs: for a table under a chart."""
    largest = amounts.abs().max(axis=None)
    digits = 4 if largest < 10 else 2 if largest < 1_000 else 0
    return amounts.map(lambda amount: f"{Decimal(str(amount)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}")


def percent(share: float) -> str:
    """0.29 as "29 %"."""
    return f"{share * 100:.0f} %"


def times(ratio: float) -> str:
    """5.7, 5 or 54: how many times as much."""
    return f"{ratio:,.0f}" if ratio >= 9.95 else f"{ratio:.1f}".removesuffix(".0")


def _tick(value: float) -> str:
    if value < 0:
        return ""
    text = f"{value:,.8f}".rstrip("0").rstrip(".")
    return f"${text}0" if text[-2:-1] == "." else f"${text}"   # $1.50, not $1.5
