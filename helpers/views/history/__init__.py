"""Lesson 06 in views: what strategies cost and forget, what a cut breaks, and what a request is made of.

    strategy_race()                               # four strategies: dollars on the left, facts on the right
    validity_lens()                               # drop the oldest messages of a chat: the first rule that is broken
    context_stack()                               # the tokens of each request, and which of them are read

Nothing here bills, trims or judges anything: `helpers.simulate` does (`contest`, `lens`, `conversation`). For each
chart there is a `plot_*(ax, ...)` that draws, and `*_in_words(...)` that says the finding and is the title.
"""

from __future__ import annotations

from helpers.views.history.lens import lens_in_words, lens_title, validity_lens
from helpers.views.history.race import (
    cost_in_words,
    plot_cost,
    plot_recall,
    race_details,
    recall_in_words,
    strategy_race,
)
from helpers.views.history.stack import context_stack, plot_stack, stack_details, stack_in_words

__all__ = [
    "context_stack", "cost_in_words", "lens_in_words", "lens_title", "plot_cost", "plot_recall", "plot_stack",
    "race_details", "recall_in_words", "stack_details", "stack_in_words", "strategy_race", "validity_lens",
]
