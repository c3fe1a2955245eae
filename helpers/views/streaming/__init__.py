"""Lesson 03 in views: when text is there to read, and what a cut does to a stream of events.

    two_lanes()                                   # one answer, with a stream and without
    sse_knife(body, parsers, expected)            # cut a stream anywhere, see what each client makes of it
    deltas_chart(sizes)                           # characters per text delta

Nothing here computes a time or parses a stream: `helpers.simulate` does. For each chart there is a `plot_*(ax, ...)`
that draws, `*_in_words(...)` that says the finding and is the title, `*_numbers(...)`, and `*_chart(...)`.
"""

from __future__ import annotations

from helpers.views.streaming.deltas import deltas_chart, deltas_in_words, deltas_numbers, plot_deltas
from helpers.views.streaming.events import Card, compare, tally
from helpers.views.streaming.knife import Knife, sse_knife
from helpers.views.streaming.lanes import lanes_chart, lanes_in_words, lanes_numbers, plot_lanes, two_lanes
from helpers.views.streaming.stripe import stripe_svg
from helpers.views.streaming.tape import letters, place, tape_html

__all__ = [
    "Card", "Knife", "compare", "deltas_chart", "deltas_in_words", "deltas_numbers", "lanes_chart",
    "lanes_in_words", "lanes_numbers", "letters", "place", "plot_deltas", "plot_lanes", "sse_knife", "stripe_svg",
    "tally", "tape_html", "two_lanes",
]
