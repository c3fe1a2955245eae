"""How every chart of the course looks: colours, sizes, and where its words stand.

Inches are CSS inches (96 px), so a font size in points is what the screen shows when a picture has its
natural size. Nothing is smaller than 11 pt.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

DPI = 96
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
"""Okabe and Ito (2008): told apart under the common colour-vision deficiencies."""
GREY = "#595959"
"""For words that stand back; 7:1 on white."""

RC = {
    "font.family": "DejaVu Sans",      # travels with matplotlib: the same picture on every machine
    "font.size": 11,
    "axes.titlesize": 12,
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

_TITLE_PX = 19.5
_CHAR_PX = 9.0
"""Height and mean width of a title's character at 12 pt."""


def panels(fig: Figure, count: int) -> list[Axes]:
    """The figure's *count* panels side by side, emptied: made at the first call, used again after it.

    Emptying axes is 20 ms cheaper than new ones, and a slider has 100 ms in all.
    """
    if not fig.axes:
        homes = [fig] if count == 1 else list(fig.subfigures(1, count))
        return [home.subplots() for home in homes]
    for ax in fig.axes:
        for artists in (ax.lines, ax.patches, ax.texts, ax.collections, ax.figure.texts):
            for artist in list(artists):
                artist.remove()
    return list(fig.axes)


def compose(ax: Axes, *, finding: str, x: str, y: str = "", source: str = "", left: int = 60, right: int = 20) -> None:
    """Place *ax* in its panel and write the words around it: the finding on top, then *y*, *x* and the source.

    left, right: pixels kept free beside the axes, for tick labels and for names at line ends.
    """
    home = ax.figure
    width, height = home.bbox.width, home.bbox.height
    title = textwrap.wrap(finding, int((width - 16) / _CHAR_PX))
    top = 12 + _TITLE_PX * len(title) + (24 if y else 4)
    bottom = 54 + (24 if source else 0)
    across, up = width - left - right, height - top - bottom
    ax.set_position((left / width, bottom / height, across / width, up / height))
    ax.set_title("\n".join(title), loc="left", x=(8 - left) / across, y=1 + (28 if y else 8) / up)
    ax.set_xlabel(x)
    ax.xaxis.set_label_coords(0.5, -30 / up)
    ax.set_ylabel(y, rotation=0, ha="left", va="bottom", color=GREY)
    ax.yaxis.set_label_coords((8 - left) / across, 1 + 6 / up)
    if source:
        home.text(8 / width, 8 / height, source, color=GREY, va="bottom")


def name_lines(ax: Axes, names: list[tuple[float, float, str, str]]) -> None:
    """Write each line's name at its end, in its colour; names that would touch move apart.

    names: (x, y, name, colour) of each line's last point. Call it last, when the axes have their limits.
    """
    placed = -1e9
    for x, y, name, colour in sorted(names, key=lambda item: item[1]):
        pixel = ax.transData.transform((x, y))[1]
        lift = max(placed + 17 - pixel, 0)
        placed = pixel + lift
        ax.annotate(name, (x, y), xytext=(6, lift * 72 / DPI), textcoords="offset points", va="center", color=colour)


def money_axis(axis: Axis, ticks: int = 4) -> None:
    """Dollars at about *ticks* round places."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:,.10g}"))


def whole_axis(axis: Axis, ticks: int = 5) -> None:
    """Whole numbers with thousands separators, at about *ticks* places."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis.set_major_locator(MaxNLocator(ticks, integer=True))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def log_axes(ax: Axes) -> None:
    """Both axes logarithmic, with a label at each power of ten, written out: 10,000."""
    from matplotlib.ticker import NullLocator, StrMethodFormatter

    ax.set(xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.set_minor_locator(NullLocator())


def usd(amount: float) -> str:
    """An amount as a reader says it: $1,830, $1.79, $0.0063."""
    if amount == 0:
        return "$0"
    digits = 0 if abs(amount) >= 100 else 2 if abs(amount) >= 0.1 else 4 if abs(amount) >= 0.001 else 6
    return f"${amount:,.{digits}f}"
