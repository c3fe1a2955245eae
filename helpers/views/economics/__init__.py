"""Lesson 01 in pictures: what a token is worth, how a conversation's bill grows, and what moves it.

    conversation_chart(billed, flat)            # a picture that carries its words and its numbers
    cost_per_day(["claude-haiku-5-5"])          # the calculator, with sliders

Nothing here computes a cost: amounts come in as frames that `helpers.economics` made. For each chart there is a
`plot_*(ax, ...)` that draws, `*_in_words(...)` that says the finding (and is the chart's title, so that none
outlives its numbers), `*_numbers(...)` with the table behind it, and `*_chart(...)` that joins the three.
"""

from __future__ import annotations

from helpers.views.economics.calculator import DAY_CONTROLS, Day, cost_per_day, day_in_words, forecast_day
from helpers.views.economics.cliff import cliff_chart, cliff_in_words, cliff_numbers, plot_cliff
from helpers.views.economics.growth import (
    conversation_chart,
    conversation_in_words,
    conversation_numbers,
    plot_conversation,
)
from helpers.views.economics.measured import measured_chart, measured_in_words, measured_numbers, plot_measured
from helpers.views.economics.models import models_chart, models_in_words, models_numbers, plot_models
from helpers.views.economics.tiles import SNIPPETS, snippet_numbers, tiles_html, token_tiles
from helpers.views.economics.tornado import plot_tornado, tornado_chart, tornado_in_words, tornado_numbers

__all__ = [
    "DAY_CONTROLS", "SNIPPETS", "Day", "cliff_chart", "cliff_in_words", "cliff_numbers", "conversation_chart",
    "conversation_in_words", "conversation_numbers", "cost_per_day", "day_in_words", "forecast_day", "measured_chart",
    "measured_in_words", "measured_numbers", "models_chart", "models_in_words", "models_numbers", "plot_cliff",
    "plot_conversation", "plot_measured", "plot_models", "plot_tornado", "snippet_numbers", "tiles_html",
    "token_tiles", "tornado_chart", "tornado_in_words", "tornado_numbers",
]
