"""Calls on a line of time: which one writes, which one reads, and while the entry lives."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from textwrap import fill
from typing import TYPE_CHECKING, Any

from helpers.economics import model_id
from helpers.simulate import cache_patterns
from helpers.views import style
from helpers.views.controls import Choice, options

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.simulate.cache_patterns import Timeline
    from helpers.views._explore import Explorer

SIZE = (7.6, 3.7)
CALLS, COSTS = 1.0, 0.0
"""Where the lane of the calls lies, and the foot of the lane of their costs."""
HEIGHT = 0.3
"""Of a cost bar, for each uncached prefix."""
LOOKS = {"write": (style.VERMILLION, "^", "///"), "read": (style.GREEN, "o", ""), "plain": (style.BLACK, "s", "...")}
"""Outcome -> colour, marker, hatch of its cost."""
ON_TOP = {"write": 4, "plain": 3, "read": 2.5}
"""Outcome -> its place above the others, where calls come close together: what was dear stays in sight."""
NARROWEST = 0.005
"""Half of a bar's width, of the picture's."""
ALIVE = "#CFE7F5"
TTL_NAMES = {"none": "no cache", "5m": "5 minutes", "1h": "1 hour"}
LIFETIME_CONTROLS = (
    Choice("pattern", "calls come", options(*cache_patterns.PATTERNS), "every 6 min"),
    Choice("ttl", "kept for", tuple((words, ttl) for ttl, words in TTL_NAMES.items()), "5m"),
)


def plot_lifetime(ax: Axes, seen: Timeline) -> None:
    """x = minutes. Above: one mark a call, over light bars while the entry lives. Below: what each call cost."""
    minutes = [call.at_s / 60 for call in seen.calls]
    end = max(minutes[-1] * 1.04, 1.0)
    ax.set(xlim=(-0.03 * end, end), ylim=(COSTS - 0.02, CALLS + 0.5), yticks=[COSTS + HEIGHT / 2, CALLS],
           yticklabels=["cost of\neach", "calls"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    _lives(ax, seen, end)
    _marks(ax, seen, minutes)
    gaps = [two - one for one, two in pairwise(minutes)]
    _costs(ax, seen, minutes, max(NARROWEST * end, min(0.012 * end, 0.42 * min(gaps))))
    ax.legend(ncols=4, frameon=False, borderpad=0, borderaxespad=0, columnspacing=1.5, handletextpad=0.5,
              handlelength=1.4)
    style.compose(ax, finding=lifetime_in_words(seen), x="minutes since the first call", source=style.price_source(),
                  left=style.room_for(ax.yaxis), right=24)


def lifetime_in_words(seen: Timeline) -> str:
    """What was written and read, and what that cost in uncached prefixes."""
    calls, writes, reads = len(seen.calls), seen.count("write"), seen.count("read")
    done = f"{writes} of {calls} calls write, {reads} read" if writes else f"{calls} calls, nothing cached"
    return f"{done}: they cost {seen.paid:.3g} uncached prefixes, without a cache {seen.uncached:.3g}"


def lifetime_details(seen: Timeline) -> str:
    """What each kind of call costs, and which lifetime would be cheapest."""
    kinds = {call.outcome: cost for call, cost in zip(seen.calls, seen.units, strict=True)}
    each = ", ".join(f"a {kind} call {cost:.3g}" if kind == "plain" else f"a {kind} {cost:.3g}"
                     for kind, cost in kinds.items())
    share = seen.paid / seen.uncached
    lines = [f"{seen.pattern}; {_kept(seen.ttl)}: {style.percent(share)} of the price without a cache ({each}).",
             f"Cheapest for these calls: {TTL_NAMES[seen.cheapest]}.",
             "Computed: the prefix alone, at the rates of data/models.json.",
             "A lifetime counts from the start of the last call that wrote or read."]
    return "\n".join(fill(line, 80) for line in lines)


def _kept(ttl: str) -> str:
    return TTL_NAMES[ttl] if ttl == "none" else f"kept for {TTL_NAMES[ttl]}"


def lifetime_widget(pattern: str = "every 6 min") -> Explorer:
    """A widget: choose when calls come and for how long their prefix is kept.

    pattern: the one to start with, of `helpers.simulate.cache_patterns.PATTERNS`.
    """
    from helpers.views._explore import explore

    @lru_cache(maxsize=64)               # picture and words of one state need it once
    def of(pattern: str, ttl: str) -> Timeline:
        return cache_patterns.timeline(pattern, ttl=ttl, model=model_id("default"))

    def draw(fig: Figure, **values: Any) -> None:
        (ax,) = style.panels(fig, 1)
        plot_lifetime(ax, of(**values))

    first, second = LIFETIME_CONTROLS
    return explore(draw, [Choice(first.name, first.label, first.options, pattern), second],
                   describe=lambda **values: lifetime_details(of(**values)), size=SIZE,
                   title="Does the next call come in time?")


def _lives(ax: Axes, seen: Timeline, end: float) -> None:
    """Light bars from a write to the end of its entry's life; what lies beyond the picture is cut."""
    for number, alive in enumerate(seen.alive):
        ax.fill([alive.start_min, min(alive.end_min, end), min(alive.end_min, end), alive.start_min],
                [CALLS - 0.22, CALLS - 0.22, CALLS + 0.22, CALLS + 0.22], facecolor=ALIVE, edgecolor=style.SKY,
                linewidth=1, label="" if number else "entry lives")


def _marks(ax: Axes, seen: Timeline, minutes: list[float]) -> None:
    """One mark a call; the key says how many there are of each kind, and what one costs."""
    for outcome in dict.fromkeys(call.outcome for call in seen.calls):
        colour, mark, _ = LOOKS[outcome]
        at, units = _of(seen, minutes, outcome)
        ax.plot(at, [CALLS] * len(at), linestyle="", marker=mark, markersize=11, color=colour, markeredgecolor="white",
                markeredgewidth=0.8, clip_on=False, zorder=ON_TOP[outcome],
                label=f"{len(at)} × {outcome}, at {units[0]:.3g} each")


def _costs(ax: Axes, seen: Timeline, minutes: list[float], half: float) -> None:
    """One bar a call, as high as it cost."""
    from matplotlib.collections import PolyCollection

    for outcome in dict.fromkeys(call.outcome for call in seen.calls):
        colour, _, hatch = LOOKS[outcome]
        bars = [(at, COSTS + HEIGHT * units) for at, units in zip(*_of(seen, minutes, outcome), strict=True)]
        corners = [[(at - half, COSTS), (at + half, COSTS), (at + half, top), (at - half, top)] for at, top in bars]
        ax.add_collection(PolyCollection(corners, facecolors=colour, hatch=hatch, edgecolors="white", linewidths=0.5,
                                         zorder=ON_TOP[outcome]), autolim=False)


def _of(seen: Timeline, minutes: list[float], outcome: str) -> tuple[list[float], list[float]]:
    """(minutes, costs) of the calls with this outcome."""
    rows = [(at, units) for at, call, units in zip(minutes, seen.calls, seen.units, strict=True)
            if call.outcome == outcome]
    return [at for at, _ in rows], [units for _, units in rows]
