"""The four targets as bars: how much of what was allowed was used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.simulate.night import TARGETS, Night, Target
from helpers.simulate.night.tables import target_table
from helpers.views import style
from helpers.views.night.over_time import SOURCE
from helpers.views.picture import Chart, chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 2.0
"""Times the target: a longer bar is cut there, and its words say how long it is."""
SHORT = {"cost of the night": "cost", "p95 of the time to the first text": "first text, p95",
         "invalid requests": "400s", "requests per good answer": "per answer"}
"""Names that fit beside a bar; `target_table` has the whole ones."""


def share_of(target: Target, night: Night) -> float:
    """What was used of what was allowed, 1.0 being all of it; where nothing is allowed, anything is LONGEST."""
    reached = target.of(night)
    if not target.most:
        return LONGEST if reached else 0.0
    return min(reached / target.most, LONGEST)


def plot_targets(ax: Axes, night: Night) -> None:
    """A bar for each target, as a share of what was allowed; a missed one is hatched. The line is 100 %."""
    met = [target.met(night) for target in TARGETS]
    for here, colour, hatch in ((True, style.BLUE, ""), (False, style.VERMILLION, "///")):
        ends = [share_of(target, night) if good == here else 0.0 for target, good in zip(TARGETS, met, strict=True)]
        style.bars(ax, [0.0] * len(ends), ends, colour=colour, hatch=hatch)
    ax.axvline(1.0, color=style.BLACK, linestyle="--", linewidth=1.6)
    ax.set_yticks(range(len(TARGETS)), [f"{SHORT[target.name]} ≤ {target.text(target.most)}" for target in TARGETS])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(TARGETS) - 0.4, -0.6)
    ax.set_xticks([0, 1], ["0", "100 %"])
    style.compose(ax, finding=targets_in_words(night), x=f"share of the target, to {style.percent(LONGEST)}",
                  source=SOURCE, left=style.room_for(ax.yaxis))
    reached = [target.text(target.of(night)) for target in TARGETS]
    room = max(map(style.width_of, reached)) + 14           # pixels behind the longest bar
    ax.set_xlim(0, LONGEST * ax.bbox.width / (ax.bbox.width - room))
    for place, (target, text) in enumerate(zip(TARGETS, reached, strict=True)):
        ax.text(max(share_of(target, night), 1.0) + 0.05, place, text, va="center_baseline")


def targets_in_words(night: Night) -> str:
    """How many targets were met, and which were not."""
    missed = [SHORT[target.name] for target in TARGETS if not target.met(night)]
    met = f"{len(TARGETS) - len(missed)} of {len(TARGETS)} targets met"
    return f"{met}; missed: {'; '.join(missed)}" if missed else met


def targets_chart(night: Night) -> Chart:
    """The four targets, drawn; see `plot_targets`."""
    return chart(plot_targets, night, words=targets_in_words(night), numbers=target_table(night))
