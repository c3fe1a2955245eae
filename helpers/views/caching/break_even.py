"""From which call on a cached prefix is cheaper: one write, then reads, against the plain price."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.economics import find_model, model_id
from helpers.simulate import cache_patterns
from helpers.views import style
from helpers.views.controls import Choice, Slider
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.simulate.cache_patterns import Curves
    from helpers.views._explore import Explorer

SIZE = (7.6, 3.9)
NAMES = {"none": "no cache", "5m": "5 minutes", "1h": "1 hour"}
LOOKS = {"none": (style.BLACK, ":", "s"), "5m": (style.BLUE, "-", "o"), "1h": (style.VERMILLION, "--", "^")}
"""Lifetime -> colour, dash, marker."""
PREFIXES = (200, 400, 500, 600, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 90_000)
"""Up to where the default model's price is one: above 100,000 tokens a dearer tier starts."""
TTL_OPTIONS = (("5 minutes", "5m"), ("1 hour", "1h"))


def plot_break_even(ax: Axes, found: Curves, ttl: str) -> None:
    """x = calls within the lifetime, y = what they cost so far, in units of one uncached prefix. A mark where a line
    falls below the dotted one for the first time. *ttl*: the line that the title speaks of."""
    calls = len(found.total["none"])
    places = range(1, calls + 1)
    lines = [name for name in NAMES if found.cached or name == "none"]
    for name in lines:
        colour, dash, _ = LOOKS[name]
        ax.plot(places, found.total[name], color=colour, linestyle=dash, linewidth=3.2 if name == ttl else 2)
    for name in (name for name in lines if name != "none"):
        first = found.pays_from[name]
        if first is not None and first <= calls:
            colour, _, mark = LOOKS[name]
            ax.plot([first], [found.total[name][first - 1]], marker=mark, color=colour, markersize=11, linestyle="",
                    markeredgecolor="white", markeredgewidth=1.2, zorder=5)
    ax.set(xlim=(0.5, calls + 0.5) if calls > 1 else (0.5, 2), ylim=(0, 1.08 * max(found.total["none"][-1], 2.2)))
    style.whole_axis(ax.xaxis, 10)
    style.whole_axis(ax.yaxis)
    style.compose(ax, finding=break_even_in_words(found, ttl), x="calls, each within the lifetime of the one before",
                  y="cost so far, in uncached prefixes", source=style.price_source(), left=60, right=105)
    style.name_lines(ax, [(calls, found.total[name][-1], NAMES[name] if found.cached else "all three", LOOKS[name][0])
                          for name in lines])


def break_even_in_words(found: Curves, ttl: str) -> str:
    """From which call on the lifetime *ttl* pays, and what the calls shown cost with it."""
    calls = len(found.total["none"])
    if not found.cached:
        least = find_model(found.model).min_cacheable
        return (f"{found.prefix:,} tokens are below the minimum of {least:,}: nothing is cached, nothing is saved, and "
                "no error says so")
    first = found.pays_from[ttl]
    when = f"from the {_nth(first)} call on" if first else "never"
    return (f"Kept for {NAMES[ttl]}, the prefix pays {when}: {_counted(calls)} cost "
            f"{found.total[ttl][-1]:.3g} in place of {calls}")


def break_even_numbers(found: Curves) -> pd.DataFrame:
    """The first calls in numbers, one row a lifetime, and what the last one shown has come to."""
    import pandas as pd

    calls = len(found.total["none"])
    shown = sorted({1, 2, 3, calls} & set(range(1, calls + 1)))
    rows = {NAMES[ttl]: [round(found.total[ttl][call - 1], 2) for call in shown] for ttl in NAMES}
    return pd.DataFrame.from_dict(rows, orient="index", columns=[f"after {_counted(call)}" for call in shown])


def break_even_chart(model: str, *, calls: int = 10, prefix: int = cache_patterns.PREFIX, ttl: str = "5m") -> Chart:
    """The lines, drawn; see `plot_break_even`."""
    found = cache_patterns.curves(model, calls=calls, prefix=prefix)
    return chart(plot_break_even, found, ttl, words=break_even_in_words(found, ttl), size=SIZE,
                 numbers=break_even_numbers(found))


def break_even_widget(calls: int = 10) -> Explorer:
    """A widget: move the number of calls and the size of the prefix; choose lifetime and model.

    calls: where the slider starts.
    """
    from helpers.views._explore import explore

    models = tuple(dict.fromkeys(model_id(role) for role in ("default", "production")))
    controls = (Slider("calls", "calls", low=2, high=50, value=calls),
                Slider("prefix", "prefix", values=PREFIXES, value=cache_patterns.PREFIX, unit="tokens"),
                Choice("ttl", "kept for", TTL_OPTIONS, "5m"),
                Choice("model", "model", tuple((name, name) for name in models), models[0]))

    @lru_cache(maxsize=256)              # picture and words of one state need it once
    def of(calls: int, prefix: int, model: str) -> Curves:
        return cache_patterns.curves(model, calls=calls, prefix=prefix)

    def draw(fig: Figure, ttl: str, **values: Any) -> None:
        (ax,) = style.panels(fig, 1)
        plot_break_even(ax, of(**values), ttl)

    return explore(draw, controls, describe=lambda ttl, **values: _details(of(**values)), size=SIZE,
                   title="From which call on is a cached prefix cheaper?")


def _details(found: Curves) -> str:
    """Both lifetimes in words, which the title has only one of."""
    if not found.cached:
        return (f"{found.model}, a prefix of {found.prefix:,} tokens. Both cache counters stay 0, and each call costs "
                "what it did before.")
    lines = [f"{NAMES[ttl]}: after 1 call {found.total[ttl][0]:.3g}, after {_counted(len(found.total[ttl]))} "
             f"{found.total[ttl][-1]:.3g}; at least {found.needed[ttl] * 100:.1f} % of the calls must read."
             for ttl in ("5m", "1h")]
    return "\n".join([*lines, f"{found.model}, a prefix of {found.prefix:,} tokens; question and answer are left out."])


def _nth(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")


def _counted(calls: int) -> str:
    return f"{calls} call{'s' * (calls != 1)}"
