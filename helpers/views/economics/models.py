"""The same work on several models, split into what is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

PARTS = (("input_usd", "input", style.SKY, ""), ("output_usd", "visible output", style.BLUE, ""),
         ("thinking_usd", "thinking", style.ORANGE, "//"))


def plot_models(ax: Axes, frame: pd.DataFrame, work: str) -> None:
    """Dollars for 1,000 conversations by model, split into input, output that is read, and thinking; cheapest on top.

    frame: as `economics.compare_models` makes it: `model`, `input_usd`, `output_usd`, `thinking_usd`, and
    `tokenizer_factor` (tokens for the same text), which the amounts contain. work: what is done, in a few words.
    """
    rows = _by_price(frame)
    places, left = range(len(rows)), rows["usd"] * 0
    for column, name, colour, hatch in PARTS:
        style.bars(ax, left, left + rows[column], colour=colour, hatch=hatch, label=name)
        left = left + rows[column]
    ax.set_yticks(places, [f"{row.model}\n×{row.tokenizer_factor:.2g} tokens" for row in rows.itertuples()])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.legend(ncols=len(PARTS), frameon=False, borderpad=0, borderaxespad=0, columnspacing=1.2, handletextpad=0.5)
    style.money_axis(ax.xaxis)
    style.compose(ax, finding=models_in_words(frame), x=f"USD for 1,000 conversations ({work})",
                  left=style.room_for(ax.yaxis), right=16,
                  source=f"{style.price_source()}; ×: tokens for the same text")
    _write_shares(ax, rows)


def _write_shares(ax: Axes, rows: pd.DataFrame) -> None:
    """The sum and its shares at each bar's end, and limits that leave room for them."""
    names = [f"{style.usd(row.usd)}\n{style.percent(row.output_usd / row.usd)} output, "
             f"{style.percent(row.thinking_usd / row.usd)} thinking" for row in rows.itertuples()]
    room = 10 + max(style.width_of(line) for name in names for line in name.split("\n"))
    usd_per_px = rows["usd"].max() / (ax.bbox.width - room)
    ax.set_xlim(0, usd_per_px * ax.bbox.width)
    for place, (amount, name) in enumerate(zip(rows["usd"], names, strict=True)):
        ax.text(amount + 5 * usd_per_px, place, name, va="center")


def models_in_words(frame: pd.DataFrame) -> str:
    """Cheapest against dearest, and the largest share that thinking takes."""
    rows = _by_price(frame)
    cheap, dear, most = rows.iloc[0], rows.iloc[-1], rows.loc[(rows["thinking_usd"] / rows["usd"]).idxmax()]
    thinking = most["thinking_usd"] / most["usd"]
    said = f"; thinking is up to {style.percent(thinking)} of a bill" if thinking else ""
    times = style.times(dear["usd"] / cheap["usd"])
    return f"The same work costs {times} times as much on {dear['model']} as on {cheap['model']}{said}"


def models_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The bars as a table, USD for 1,000 conversations."""
    rows = _by_price(frame).set_index("model")
    table = style.usd_table(rows[["input_usd", "output_usd", "thinking_usd", "usd"]])
    table.columns = ["input", "visible output", "thinking", "USD for 1,000"]
    return table.assign(**{"tokens for the same text": rows["tokenizer_factor"].map("×{:.2g}".format)})


def models_chart(frame: pd.DataFrame, work: str) -> Chart:
    """The models, drawn; see `plot_models`."""
    size = (6.6, 2.0 + 0.5 * len(frame))
    return chart(plot_models, frame, work, words=models_in_words(frame), numbers=models_numbers(frame), size=size)


def _by_price(frame: pd.DataFrame) -> pd.DataFrame:
    total = frame["input_usd"] + frame["output_usd"] + frame["thinking_usd"]
    return frame.assign(usd=total).sort_values("usd", kind="stable", ignore_index=True)
