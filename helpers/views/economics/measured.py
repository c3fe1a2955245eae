""""4 characters = 1 token" against what was billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MIN_CHARS = 100
"""Below this many characters a reply's fixed overhead outweighs its text; medians are taken above it."""
GENERATIONS = {"claude-3": "Claude up to 4.6", "claude-4.7": "Claude since Opus 4.7"}
"""The tokenizers that the chart tells apart, the older first, and what it calls them."""


def plot_measured(ax: Axes, frame: pd.DataFrame) -> None:
    """Billed tokens over characters, both logarithmic, with the line that "4 characters = 1 token" draws.

    frame: as `economics.measured_frame` makes it: `chars`, `tokens`, `generation`; one row a measured text.
    """
    looks = ((style.BLUE, "o", 18, 0.4), (style.VERMILLION, "^", 64, 0.9))
    for (generation, name), (colour, marker, size, alpha) in zip(GENERATIONS.items(), looks, strict=True):
        rows = frame[frame["generation"] == generation]
        ax.scatter(rows["chars"], rows["tokens"], s=size, color=colour, marker=marker, alpha=alpha, edgecolors="white",
                   linewidths=0.5, label=name)
    reach = frame.loc[frame["generation"].isin(GENERATIONS), "chars"]
    ends = [max(reach.min(), 4), reach.max()]
    ax.plot(ends, [end / 4 for end in ends], color=style.BLACK, linestyle="--", linewidth=1.6,
            label="4 characters = 1 token")
    style.log_axes(ax)
    ax.legend(loc="upper left", frameon=False, handletextpad=0.5, borderaxespad=0.2)
    style.compose(ax, finding=measured_in_words(frame), x="characters of text", y="tokens billed",
                  left=style.room_for(ax.yaxis), right=34,
                  source="Source: data/measured_tokens.csv, real replies that public projects recorded")


def measured_in_words(frame: pd.DataFrame) -> str:
    """What chars/4 gets wrong, by generation: medians over the texts of 100 characters and more."""
    rows = measured_numbers(frame).itertuples(name=None)
    return "Median reply: " + "; ".join(f"{name}, {ratio:.1f} characters a token: chars/4 is {_off(error)}"
                                        for name, _, ratio, error in rows)


def measured_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Per generation: texts of 100 characters and more, and medians; -0.29 means that chars/4 is 29 % too low."""
    long = frame[(frame["chars"] >= MIN_CHARS) & frame["generation"].isin(GENERATIONS)]
    ratio = long["chars"] / long["tokens"]
    table = long.assign(ratio=ratio).groupby("generation")["ratio"].agg(["size", "median"]).loc[list(GENERATIONS)]
    table.columns = [f"replies of {MIN_CHARS}+ characters", "characters a token"]
    table = table.rename(index=GENERATIONS)
    return table.assign(**{"chars/4 is off by": 1 / 4 * table["characters a token"] - 1}).round(2)


def measured_chart(frame: pd.DataFrame) -> Chart:
    """The measurements, drawn; see `plot_measured`."""
    return chart(plot_measured, frame, words=measured_in_words(frame), numbers=measured_numbers(frame),
                 size=(6.6, 4.8))


def _off(error: float) -> str:
    if abs(error) < 0.05:
        return "about right"
    return f"{style.percent(abs(error))} too {'low' if error < 0 else 'high'}"
