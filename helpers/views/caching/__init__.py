"""Lesson 05 in views: what a second request reads, when writing pays, and how long an entry lives.

    prefix_diff_widget()                          # two requests as strips of blocks
    break_even_widget()                           # calls, size of the prefix: from which call on it pays
    lifetime_widget()                             # calls on a line of time, and while which of them the entry lives

Nothing here bills anything: `helpers.simulate.cache_pairs` and `cache_patterns` do. For each chart there is a
`plot_*(ax, ...)` that draws, and `*_in_words(...)` that says the finding and is the title.
"""

from __future__ import annotations

from helpers.views.caching.break_even import (
    break_even_chart,
    break_even_in_words,
    break_even_numbers,
    break_even_widget,
    plot_break_even,
)
from helpers.views.caching.lifetimes import lifetime_in_words, lifetime_widget, plot_lifetime
from helpers.views.caching.prefixes import plot_prefixes, prefix_diff_widget, prefixes_details, prefixes_in_words

__all__ = [
    "break_even_chart", "break_even_in_words", "break_even_numbers", "break_even_widget", "lifetime_in_words",
    "lifetime_widget", "plot_break_even", "plot_lifetime", "plot_prefixes", "prefix_diff_widget", "prefixes_details",
    "prefixes_in_words",
]
