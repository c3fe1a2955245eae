"""The widget of the first half of lesson 02: a loop around a loop, against a server that fails by a script."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

from helpers.simulate import attempts
from helpers.views import style
from helpers.views.controls import Choice, Slider, Toggle
from helpers.views.retries.timeline import SIZE, counted, name_of, plot_timeline, seconds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from helpers.simulate.attempts import Timeline
    from helpers.views._explore import Explorer

SCRIPTS = (("always 429", "429"), ("always 529", "529"), ("429, 429, ok", "429 429 ok"), ("529, then ok", "529 ok"),
           ("400", "400"), ("always 429, retry-after 30", "429 retry-after 30"))
"""What the server does, by the name that the widget shows; the last answer repeats."""
TIMELINE_CONTROLS = (
    Choice("script", "the server answers", SCRIPTS, "429"),
    Slider("own", "your attempts", low=1, high=8, value=5),
    Slider("sdk", "SDK's max_retries", low=0, high=4, value=2),
    Toggle("jitter", "your loop draws full jitter", False),
    Toggle("after_last", "it waits after the last 429, too", True),
    Toggle("everything", "it retries every error, a 400 too", False),
)


def simulate_attempts(*, script: str, own: int, sdk: int, jitter: bool, after_last: bool, everything: bool) -> Timeline:
    """Ask `helpers.simulate.attempts` what these settings of the widget lead to."""
    return attempts.timeline(script, own_attempts=own, sdk_retries=sdk, jitter=jitter, waits_after_last=after_last,
                             retries_everything=everything)


def attempt_timeline(script: str = "429", *, own_attempts: int = 5, sdk_retries: int = 2) -> Explorer:
    """A widget: choose what the server answers and how both layers retry; see every request and every wait.

    script: one of SCRIPTS' values to start with; own_attempts, sdk_retries: where the sliders start.
    """
    from helpers.views._explore import explore

    timelines = lru_cache(maxsize=64)(simulate_attempts)      # picture and words of one state need it once

    def draw(fig: Figure, **values: Any) -> None:
        (ax,) = style.panels(fig, 1)
        plot_timeline(ax, timelines(**values))

    choice, own, sdk, *others = TIMELINE_CONTROLS
    controls = [Choice(choice.name, choice.label, choice.options, script),
                Slider(own.name, own.label, own.low, own.high, value=own_attempts),
                Slider(sdk.name, sdk.label, sdk.low, sdk.high, value=sdk_retries), *others]
    return explore(draw, controls, describe=lambda **values: timeline_details(timelines(**values)), size=SIZE,
                   title="One call in your code: what reaches the server?")


def timeline_details(timeline: Timeline) -> str:
    """What the chart's title leaves out: who waited how long, what the server answered, and when the caller knows."""
    statuses = Counter(step.status for step in timeline.steps if step.kind == "request")
    useless = sum(step.useless for step in timeline.steps if step.kind == "request")
    answers = ", ".join(f"{name_of(status)} ({_times(count)})" for status, count in statuses.items())
    ending = "its answer" if timeline.outcome == "ok" else f"error {timeline.outcome}"
    lines = [f"Waits: your loop {_waited(timeline, 'app')}; the SDK {_waited(timeline, 'sdk')}. The server answered "
             f"{answers}. Your caller has {ending} after {seconds(timeline.total_s)}."]
    if useless:
        lines.append(f"{counted(useless, 'request')} could not succeed: the same bytes get the same answer.")
    lines.append("Simulated: the SDK's own delays with seeded jitter, 0.04 s for each request.")
    return "\n".join(fill(line, 95) for line in lines)


def _waited(timeline: Timeline, layer: str) -> str:
    waits = [step.seconds for step in timeline.steps if step.layer == layer]
    return f"{seconds(sum(waits))} in {counted(len(waits), 'wait')}" if waits else "none"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
