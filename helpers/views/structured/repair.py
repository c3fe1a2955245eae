"""What a second request costs: the tokens of each attempt, stacked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from helpers.views import picture, style
from helpers.views.picture import Chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SIZE = (8.2, 3.9)
PARTS = {"first input": (style.SKY, ""), "first output": (style.BLUE, ""),
         "second input": (style.YELLOW, "///"), "second output": (style.ORANGE, "///")}
"""Part of a bar -> its colour and hatch; the second request's are hatched."""


def repair_numbers(results: Mapping[str, Any]) -> pd.DataFrame:
    """Tokens in and out of each attempt: one row a text, columns as in PARTS.

    results: name -> an extraction of `helpers.structured`, with `attempts`, each with a `usage`.
    """
    import pandas as pd

    rows = {name: [count for attempt in result.attempts for count in (attempt.usage.prompt, attempt.usage.output)]
            for name, result in results.items()}
    return pd.DataFrame({name: counts + [0] * (len(PARTS) - len(counts)) for name, counts in rows.items()},
                        index=list(PARTS)).T


def repair_in_words(results: Mapping[str, Any], constructed: bool = True) -> str:
    """How the texts with a second request compare with those without."""
    once = [_tokens(result) for result in results.values() if len(result.attempts) == 1]
    twice = [_tokens(result) for result in results.values() if len(result.attempts) > 1]
    start = "Illustration: " if constructed else ""
    if not (once and twice):
        return f"{start}{'no text' if not twice else 'every text'} took a second request"
    ratios = sorted({style.times(total / (sum(once) / len(once))) for total in twice}, key=float)
    said = ratios[0] if len(ratios) == 1 else f"{ratios[0]} to {ratios[-1]}"
    return f"{start}with a second request a text takes {said} times the tokens"


def plot_repair(ax: Axes, results: Mapping[str, Any], constructed: bool = True) -> None:
    """A level bar for each text, its requests one after the other."""
    frame = repair_numbers(results)
    totals, start = frame.sum(axis=1), [0] * len(frame)
    for part, (colour, hatch) in PARTS.items():
        end = [a + b for a, b in zip(start, frame[part], strict=True)]
        style.bars(ax, start, end, colour=colour, hatch=hatch, label=part)
        start = end
    ax.set_xlim(0, 1.12 * totals.max())
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.set_yticks(range(len(frame)), list(frame.index))
    style.whole_axis(ax.xaxis)
    for place, total in enumerate(totals):
        ax.annotate(f"{total:,}", (total, place), xytext=(5, 0), textcoords="offset points", va="center")
    ax.legend(ncols=4, frameon=False, borderaxespad=0, borderpad=0, handlelength=1.4)
    style.compose(ax, finding=repair_in_words(results, constructed), x="tokens, request by request",
                  left=style.room_for(ax.yaxis))


def repair_chart(results: Mapping[str, Any], constructed: bool = True) -> Chart:
    """The bars with their words and numbers. constructed: False where a server sent the replies."""
    frame = repair_numbers(results)
    rows = [f"{name}: {', '.join(_request(counts[k], counts[k + 1]) for k in (0, 2) if counts[k])}"
            for name, counts in zip(frame.index, frame.to_numpy().tolist(), strict=True)]
    words = "\n".join([f"{repair_in_words(results, constructed)}.", *rows])
    return picture.chart(plot_repair, results, constructed, words=words, numbers=_shown(results, frame), size=SIZE)


def _shown(results: Mapping[str, Any], frame: pd.DataFrame) -> pd.DataFrame:
    """*frame* to be read: a request that was never made has a dash, not a zero."""
    shown = frame.astype(object)
    for name, result in results.items():
        shown.loc[name, list(PARTS)[2 * len(result.attempts):]] = "–"
    return shown


def _request(into: int, out: int) -> str:
    return f"{into:,} in + {out:,} out"


def _tokens(result: Any) -> int:
    return sum(attempt.usage.prompt + attempt.usage.output for attempt in result.attempts)
