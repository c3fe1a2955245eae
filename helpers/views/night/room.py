"""The control room: which parts are plugged in, how patient they are, and what the night makes of that.

    control_room()                                    # naive or reference, part by part
    control_room(Parts(retry=my_retry, ...))          # and your own as a third choice

Each move plays the whole night, which takes about a second on the real SDK; a state that was there before is at hand.
The last `KEPT` are: a widget that plays ahead would play thousands that nobody looks at.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.simulate.night import Night, play
from helpers.support_bot import NAIVE, PARTS, Parts, Settings, reference
from helpers.views import style
from helpers.views.controls import Choice, Control, Slider
from helpers.views.night.bars import plot_targets, targets_in_words
from helpers.views.night.over_time import plot_dollars, plot_requests
from helpers.views.night.table import incident_report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from helpers.views._explore import Explorer

KEPT = 64
SIZE = (13.2, 3.6)
SIDES = ("naive", "reference")
SETTINGS: tuple[Control, ...] = (
    Slider("attempts", "attempts", low=1, high=10, value=8),
    Slider("budget", "time budget", values=(5, 15, 30, 60, 120), value=60, unit="s of waiting"),
    Slider("window", "window", values=(500, 1_000, 3_000, 6_000, 12_000), value=6_000, unit="tokens"),
    Choice("ttl", "cache lifetime", (("5 minutes", "5m"), ("1 hour", "1h")), "5m"),
)


def controls(start: str, mine: Parts | None) -> list[Control]:
    """A choice for each part, with "mine" among them where there are such parts, and the settings."""
    sides = (*SIDES, *(["mine"] if mine else []))
    return [*(Choice(part, part, tuple((side, side) for side in sides), start) for part in PARTS), *SETTINGS]


def parts_of(mine: Parts | None, ttl: str, sides: dict[str, str]) -> Parts:
    """The parts that the choices name. *ttl* goes to the reference's layout; other layouts decide for themselves."""
    ours = {"naive": NAIVE, "reference": Parts(), "mine": mine}
    parts = Parts(**{part: getattr(ours[side], part) for part, side in sides.items()})
    if sides["layout"] != "reference" or ttl == "5m":
        return parts

    def layout(*given: Any) -> dict[str, Any]:
        return reference.layout(*given, ttl=ttl)

    return replace(parts, layout=layout)


def control_room(mine: Parts | None = None, *, start: str = "naive") -> Explorer:
    """A widget: requests, dollars and targets of a night, and its incidents in words. *mine*: parts of your own."""
    from helpers.views._explore import explore

    @lru_cache(maxsize=KEPT)
    def played(attempts: int, budget: float, window: int, ttl: str, **sides: str) -> Night:
        settings = Settings(max_attempts=int(attempts), budget_s=float(budget), window=int(window))
        return play(parts_of(mine, ttl, sides), settings=settings)

    def draw(fig: Figure, **values: Any) -> None:
        night = played(**values)
        for ax, plot in zip(style.panels(fig, 3), (plot_requests, plot_dollars, plot_targets), strict=True):
            plot(ax, night)

    return explore(draw, controls(start, mine), describe=lambda **values: night_in_words(played(**values)), panels=3,
                   size=SIZE, title="Control room: Black Friday, six to nine (illustration)")


def night_in_words(night: Night) -> str:
    """Targets, then each incident with its proof."""
    return f"{targets_in_words(night)}.\n{incident_report(night)}"
