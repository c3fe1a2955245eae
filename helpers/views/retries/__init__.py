"""Lesson 02 in pictures: what nested retries send, and what a herd of clients does to a server.

    attempt_timeline()                       # a widget: your loop around the SDK's, on virtual time
    herd_widget()                            # a widget: six ways to wait, one toy server
    strategies_chart(compare(Herd(), seeds=30))

Nothing here simulates: values and frames come from `helpers.simulate`. For each chart there is a `plot_*(ax, ...)`
that draws, `*_in_words(...)` that says the finding (and is the chart's title), and, where a lesson shows the chart by
itself, `*_numbers(...)` with the table behind it and `*_chart(...)` that joins the three.
"""

from __future__ import annotations

from helpers.views.retries.herd import HERD_CONTROLS, Shown, herd_in_words, herd_widget, simulate
from helpers.views.retries.load import load_chart, load_in_words, load_numbers, plot_load
from helpers.views.retries.nested import (
    SCRIPTS,
    TIMELINE_CONTROLS,
    attempt_timeline,
    simulate_attempts,
    timeline_details,
)
from helpers.views.retries.strategies import (
    plot_strategies,
    strategies_chart,
    strategies_details,
    strategies_in_words,
    strategies_numbers,
)
from helpers.views.retries.timeline import plot_timeline, timeline_chart, timeline_in_words, timeline_numbers

__all__ = ["HERD_CONTROLS", "SCRIPTS", "TIMELINE_CONTROLS", "Shown", "attempt_timeline", "herd_in_words",
           "herd_widget", "load_chart", "load_in_words", "load_numbers", "plot_load", "plot_strategies",
           "plot_timeline", "simulate", "simulate_attempts", "strategies_chart", "strategies_details",
           "strategies_in_words", "strategies_numbers", "timeline_chart", "timeline_details", "timeline_in_words",
           "timeline_numbers"]
