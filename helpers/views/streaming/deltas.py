"""Characters per text delta: an event of a stream is as long as the server likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.picture import Chart, chart
from helpers.views.streaming._words import count, illustration

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

RECORDED = {"median": 9, "longest": 197, "empty": 0}
"""Characters of a text delta in 401 Anthropic streams that public projects recorded (read in November 2026)."""
RECORDED_STREAMS = 401
BARS = 60
"""At most so many bars; more sizes than that share them."""


def plot_deltas(ax: Axes, sizes: Sequence[int], constructed: bool = True, tokens: int | None = None) -> None:
    """A histogram: x = characters in a delta, y = deltas, with the median marked.

    sizes: characters of each text delta, in any order. constructed: False for a stream that a server sent.
    tokens: what the answer was billed as, where known.
    """
    wide = -(-max(sizes) // BARS)
    heights = Counter((size - 1) // wide for size in sizes)
    top = max(heights.values())
    ax.bar([bar * wide + (wide + 1) / 2 for bar in heights], list(heights.values()), width=wide * 0.86,
           color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
    middle = median(sizes)
    ax.plot([middle, middle], [0, top * 1.16], color=style.VERMILLION, linestyle="--")
    right_of_it = middle < max(sizes) * 0.7
    ax.annotate(f"median {middle:g}", (middle, top * 1.16), xytext=(5 if right_of_it else -5, 0), color="#A84300",
                textcoords="offset points", va="top", ha="left" if right_of_it else "right")
    ax.set(xlim=(0, max((max(heights) + 1) * wide, 10) + 1), ylim=(0, top * 1.2))
    style.whole_axis(ax.xaxis)
    style.whole_axis(ax.yaxis, 4)
    style.compose(ax, finding=deltas_in_words(sizes, constructed, tokens), x="characters in a delta", y="deltas",
                  left=style.room_for(ax.yaxis),
                  source=recorded_in_words())


def deltas_in_words(sizes: Sequence[int], constructed: bool = True, tokens: int | None = None) -> str:
    """How many deltas, how long they are, and how many tokens came in them."""
    _check(sizes)
    came = f"{count(tokens, 'token')} came in " if tokens is not None else ""
    low, high = min(sizes), max(sizes)
    reach = f"{low} to {high:,}" if low < high else f"{high:,}"
    return (f"{illustration(constructed)}{came}{count(len(sizes), 'text delta')} of {reach} "
            f"character{'s' * (high != 1)}, median {median(sizes):g}")


def deltas_numbers(sizes: Sequence[int]) -> pd.DataFrame:
    """Median, longest and empty ones: this stream beside the recorded ones."""
    import pandas as pd

    here = {"median": median(sizes), "longest": max(sizes), "empty": sum(size == 0 for size in sizes)}
    return pd.DataFrame({"this stream": here, f"{RECORDED_STREAMS} recorded streams": RECORDED}).T


def deltas_chart(sizes: Sequence[int], *, constructed: bool = True, tokens: int | None = None) -> Chart:
    """The histogram, drawn, with the recorded facts as its second line; see `plot_deltas`."""
    sizes = list(sizes)
    return chart(plot_deltas, sizes, constructed, tokens, numbers=deltas_numbers(sizes) if sizes else None,
                 words=f"{deltas_in_words(sizes, constructed, tokens)}\n{recorded_in_words()}, never empty.")


def recorded_in_words() -> str:
    """What recorded traffic says, as a cited fact."""
    return (f"Measured in {RECORDED_STREAMS} recorded streams: median {RECORDED['median']} characters, "
            f"at most {RECORDED['longest']}")


def _check(sizes: Sequence[int]) -> None:
    if not sizes:
        raise ValueError("sizes is empty: give the characters of each text delta, such as [9, 4, 12].")
    wrong = [size for size in sizes if type(size) is not int or size < 1]
    if wrong:
        raise ValueError(f"a delta's size is a whole number of characters, 1 or more; got {wrong[0]!r}. "
                         "Leave out deltas without text.")
