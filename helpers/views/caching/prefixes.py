"""Two requests as strips of blocks: what the second one reads from the cache, and where the two part."""

from __future__ import annotations

from functools import lru_cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

from helpers.economics import find_model, usd_text
from helpers.simulate import cache_pairs
from helpers.views import style
from helpers.views.controls import Choice, Toggle, options

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.simulate.cache_pairs import Billed, Compared
    from helpers.views._explore import Explorer

SIZE = (7.6, 3.7)
"""Inches: 730 px wide, so that little shrinks on a 1024 px screen."""
HALF = 0.36
"""Half of a strip's height; the strips' middles are 1 apart."""
WIDTHS = {"tools": 1.3, "handbook": 2.2, "catalogue": 3.6, "retrieved": 1.6, "question": 1.5}
"""How wide a block is drawn. To scale, all but the catalogue would be lines."""
LOOKS = {"read": ("#BFE3D6", "", "✓ read"), "written": ("#F6CFB4", "///", "✗ written anew"),
         "input": ("#E3E3E3", "", "plain input")}
"""What became of a block -> colour, hatch, words."""
NAMES = {"retrieved": "retrieved page"}
"""Where a block has another name in a sentence."""
CUT = "#A84300"
INDENT = 4 * "\N{NO-BREAK SPACE}"
"""Before the two values that prefix_diff quotes: a page drops plain spaces at the start of a line."""
PREFIX_CONTROLS = (
    Toggle("clock", "the time stands in front of the handbook", True),
    Toggle("shuffled", "the second lists its tools in another order", False),
    Toggle("space", "the second has one more space in the catalogue", False),
    Toggle("other", "the second asks another question", True),
    Choice("retrieved", "retrieved page", options(*cache_pairs.RETRIEVED), "none"),
)


def plot_prefixes(ax: Axes, seen: Compared) -> None:
    """Upper strip the first request, lower strip the second, a minute later. Triangles: breakpoints; dashed: where the
    two part. Colour, hatch and words say what became of each block."""
    right = max(_width(seen.first), _width(seen.second))
    ax.set(xlim=(0, right), ylim=(-0.6, 1.75), xticks=[], yticks=[1, 0],
           yticklabels=["first,\n09:00", "second,\n09:01"])
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    for middle, billed in ((1, seen.first), (0, seen.second)):
        _strip(ax, middle, billed)
    _part(ax, seen)
    style.compose(ax, finding=prefixes_in_words(seen), left=style.room_for(ax.yaxis),
                  x="from the front of the prompt to its end; widths not to scale;  ▲ a breakpoint")


def prefixes_in_words(seen: Compared) -> str:
    """How much of the second prompt is read, and what that makes of its price."""
    usage, bill = seen.second.usage, seen.savings
    outcome = "less" if bill.usd >= 0 else "more"
    return (f"The second reads {usage.cache_read:,} of {usage.prompt:,} tokens; input costs "
            f"{style.percent(abs(bill.share))} {outcome} than uncached")


def prefixes_details(seen: Compared) -> str:
    """The usage as the API counts it, the bill, and what prefix_diff says."""
    usage, bill = seen.second.usage, seen.savings
    lines = [f"Usage of the second: input_tokens {usage.input:,}, cache_creation_input_tokens "
             f"{usage.cache_write_5m:,}, cache_read_input_tokens {usage.cache_read:,}.",
             f"Its input costs {usd_text(bill.paid.usd)}, without a cache {usd_text(bill.uncached.usd)}.",
             _too_short(seen)]
    said = str(seen.difference) if seen.difference else "no difference"
    said = said.replace("\n    ", f"\n{INDENT}")
    return "\n".join([*(fill(line, 80) for line in lines if line), "prefix_diff:", *said.splitlines()])


def prefix_diff_widget() -> Explorer:
    """A widget: choose what differs between two requests of the shop, and see what the second one reads."""
    from helpers.views._explore import explore

    pairs = lru_cache(maxsize=64)(cache_pairs.compare)         # picture and words of one state need it once

    def draw(fig: Figure, **values: Any) -> None:
        (ax,) = style.panels(fig, 1)
        plot_prefixes(ax, pairs(**values))

    return explore(draw, PREFIX_CONTROLS, describe=lambda **values: prefixes_details(pairs(**values)), size=SIZE,
                   title="Two requests, a minute apart: what does the second one read?")


def _width(billed: Billed) -> float:
    return sum(WIDTHS[block.name] for block in billed.blocks)


def _strip(ax: Axes, middle: float, billed: Billed) -> None:
    left, low, high = 0.0, middle - HALF, middle + HALF
    for block in billed.blocks:
        right = left + WIDTHS[block.name]
        colour, hatch, words = LOOKS[block.fate]
        ax.fill([left, right, right, left], [low, low, high, high], facecolor=colour, hatch=hatch, edgecolor="white",
                linewidth=2)
        words = words.replace(" anew", "") if middle == 1 or WIDTHS[block.name] < 2 else words
        box = {"facecolor": colour, "edgecolor": "none", "pad": 1.5}
        ax.text((left + right) / 2, middle, f"{block.name}\n{block.tokens:,}\n{_mark(words, middle)}", ha="center",
                va="center", linespacing=1.25, bbox=box if hatch else None)
        if block.breakpoint:
            ax.plot([right - 0.16], [low - 0.09], marker="^", color=style.BLACK, markersize=8, clip_on=False)
        left = right


def _mark(words: str, middle: float) -> str:
    """The first request has nothing to read: that it writes is no mistake."""
    return words.replace("✗ ", "") if middle == 1 else words


def _part(ax: Axes, seen: Compared) -> None:
    """A dashed line through both strips at the front of the block in which they part."""
    if seen.parts_at is None:
        ax.text(0, 1.5, "the two are equal", color=CUT, va="bottom")
        return
    place = sum(WIDTHS[block.name] for block in seen.second.blocks[:seen.parts_at])
    ax.plot([place, place], [-0.52, 1.5], color=CUT, linestyle="--", linewidth=2, clip_on=False)
    last = place > 0.5 * ax.get_xlim()[1]
    block = NAMES.get(seen.second.blocks[seen.parts_at].name, seen.second.blocks[seen.parts_at].name)
    ax.annotate(f"first difference: in the {block}", (place, 1.5),
                xytext=(4 if not last else -4, 0), textcoords="offset points", color=CUT,
                ha="right" if last else "left", va="bottom")


def _too_short(seen: Compared) -> str:
    """Why nothing is read although a breakpoint is left: what it ends is below the model's minimum."""
    difference = seen.difference
    if difference is None or not difference.kept or seen.second.usage.cache_read:
        return ""
    least = find_model(seen.second.body["model"]).min_cacheable
    left = seen.second.blocks[0]
    return (f"The breakpoint that is left, behind the {left.name}, has nothing to read: {left.tokens:,} tokens are "
            f"below the minimum of {least:,}, so no entry was written there.")
