"""What each request is made of, turn by turn, and how much of it is read from the cache."""

from __future__ import annotations

from functools import lru_cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

from helpers.economics import model_id
from helpers.simulate.conversation import Talk, race, totals
from helpers.views import style
from helpers.views.controls import Choice, Slider, options

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.views._explore import Explorer

SIZE = (8.2, 3.9)
PARTS = {"system": (style.SKY, "system"), "summary": (style.GREEN, "summary"), "old_turns": ("#BFE0F2", "old turns"),
         "last_turn": (style.ORANGE, "question")}
"""Column of `simulate.conversation.race` -> colour and words, from the front of the prompt to its end."""
STACK_CONTROLS = (
    Choice("strategy", "strategy", options("append", "slide", "chunk", "summarise"), "chunk"),
    Slider("down_to", "chunk cuts to", values=(0, 25, 50, 75, 100), value=50, unit="%"),
)


def stack_frame(strategy: str, down_to: float) -> pd.DataFrame:
    """The cached requests of the lesson's talk by one strategy: one row a turn; `attrs["whole"]` is their sum."""
    talk = Talk(down_to=down_to / 100)
    frame = race(talk, model_id("default"), strategies=(strategy,))
    frame = frame[frame.cached].assign(budget=talk.budget)
    frame.attrs["whole"] = totals(frame).iloc[0].to_dict()      # once for picture and words: it takes 7 ms
    return frame


def plot_stack(ax: Axes, frame: pd.DataFrame) -> None:
    """x = turn, y = tokens of its prompt by part; hatched: read from the cache; dashed: the budget."""
    turns, bottom = frame.turn.to_numpy(), 0 * frame.prompt.to_numpy()
    for part, (colour, words) in PARTS.items():
        top = bottom + frame[part].to_numpy()
        if frame[part].any():
            _steps(ax, turns, bottom, top, facecolors=colour, linewidths=0, label=words)
        bottom = top
    if frame.cache_read.any():
        _steps(ax, turns, 0 * bottom, frame.cache_read.to_numpy(), facecolors="none", edgecolors="#00000088",
               linewidths=0, hatch="////", label="read from the cache")
    budget = frame.budget.iloc[0]
    high = 1.06 * max(frame.prompt.max(), budget)
    ax.plot([0.5, len(turns) + 0.5], [budget, budget], color=style.VERMILLION, linestyle="--", linewidth=1.8)
    ax.set(xlim=(0.5, len(turns) + 0.5), ylim=(0, high))
    style.whole_axis(ax.xaxis)
    style.whole_axis(ax.yaxis)
    ax.legend(ncols=6, frameon=False, borderpad=0, borderaxespad=0, columnspacing=1.1, handletextpad=0.4,
              handlelength=1.3)
    style.compose(ax, finding=stack_in_words(frame), x="turn", source=style.price_source(),
                  left=style.room_for(ax.yaxis), right=70)
    ax.annotate("budget", (len(turns) + 0.5, budget), xytext=(6, 0), textcoords="offset points", va="center",
                color="#A84300")


def stack_in_words(frame: pd.DataFrame) -> str:
    """How much of all prompts is read, after how many cuts, and what that costs."""
    whole = frame.attrs["whole"]
    cuts = f"{whole['cuts']} cut{'s' * (whole['cuts'] != 1)}"
    return (f"{whole['strategy']}, {cuts}: of {whole['sent']:,} prompt tokens {style.percent(whole['read_share'])} are "
            f"read from the cache; {len(frame)} turns cost {style.usd(whole['usd'])}")


def stack_details(frame: pd.DataFrame) -> str:
    """The longest prompt, the turns with a cut, and what a turn with one costs beside one without."""
    cut = frame[frame.dropped > 0]
    lines = [f"Longest prompt: {frame.prompt.max():,} tokens; budget {frame.budget.iloc[0]:,}."]
    if len(cut):
        before = frame[frame.turn == cut.turn.iloc[0] - 1].iloc[0]
        lines.append(f"First cut before turn {cut.turn.iloc[0]}: {style.usd(cut.usd.iloc[0])} for that turn, "
                     f"{cut.cache_read.iloc[0]:,} tokens of it read; the turn before: {style.usd(before.usd)}, "
                     f"{before.cache_read:,} read.")
    else:
        lines.append("Nothing was dropped: each request begins with the one before it, and reads it.")
    lines.append("Simulated, 60 s from turn to turn. Tools and thinking are left out.")
    return "\n".join(fill(line, 80) for line in lines)


def context_stack(strategy: str = "chunk") -> Explorer:
    """A widget: choose a strategy, and how deep it cuts.

    strategy: the one to start with.
    """
    from helpers.views._explore import explore

    frames = lru_cache(maxsize=64)(stack_frame)    # picture and words of one state need it once

    def draw(fig: Figure, **values: Any) -> None:
        (ax,) = style.panels(fig, 1)
        plot_stack(ax, frames(**values))

    first, *others = STACK_CONTROLS
    return explore(draw, [Choice(first.name, first.label, first.options, strategy), *others], size=SIZE,
                   describe=lambda **values: stack_details(frames(**values)), title="What each request is made of")


def _steps(ax: Axes, turns: Any, low: Any, high: Any, **looks: Any) -> None:
    """The area between two heights a turn, as one polygon: sixty bars would take five times as long."""
    from matplotlib.collections import PolyCollection

    edges = [edge for turn in turns for edge in (turn - 0.5, turn + 0.5)]
    upper, lower = list(zip(edges, high.repeat(2), strict=True)), list(zip(edges, low.repeat(2), strict=True))
    ax.add_collection(PolyCollection([upper + lower[::-1]], **looks), autolim=False)
