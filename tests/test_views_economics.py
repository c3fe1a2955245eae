"""Lesson 01's charts: each says what its numbers say, at a size that a back row can read, and nothing is cut."""

from __future__ import annotations

import io
from decimal import Decimal
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text
from PIL import Image

from helpers import economics
from helpers.tokens import Piece, split_o200k
from helpers.views import economics as views
from helpers.views import picture, style

HAIKU = "claude-haiku-5-5"
TALK = {"turns": 50, "system": 500, "user": 100, "reply": 300}
FACTORS = {"users": 10_000, "turns": 5, "system": 1_000, "user": 200, "output": 400, "thinking": 0}
MODELS = pd.DataFrame({"model": ["dear", "cheap", "middle"], "input_usd": [20.0, 0.5, 4.0],
                       "output_usd": [20.0, 0.25, 4.0], "thinking_usd": [10.0, 0.25, 0.0],
                       "tokenizer_factor": [1.3, 1.0, 1.3]})


def talk(**changed):
    """A conversation's frames, billed and flat."""
    values = {**TALK, **changed}
    return (economics.conversation("claude-sonnet-4-6", **values),
            economics.conversation("claude-sonnet-4-6", **values, resend_history=False))


def cliff_frame():
    """Requests around Haiku's threshold, 1,000 tokens of output each."""
    prompts = [*range(0, 100_001, 10_000), 100_001, *range(110_000, 160_001, 10_000)]
    usd = [float(economics.per_request(HAIKU, input=prompt, output=1_000).usd) for prompt in prompts]
    return pd.DataFrame({"prompt_tokens": prompts, "usd": usd})


def day(**changed):
    """A day on Haiku."""
    return views.forecast_day(model=HAIKU, history=True, batch=False, **{**FACTORS, **changed})


PLOTS = {
    "measured": lambda ax: views.plot_measured(ax, economics.measured_frame("output_text")),
    "conversation": lambda ax: views.plot_conversation(ax, *talk()),
    "one turn": lambda ax: views.plot_conversation(ax, *talk(turns=1)),
    "tornado": lambda ax: views.plot_tornado(ax, day().factors, day().usd_per_day),
    "cliff": lambda ax: views.plot_cliff(ax, cliff_frame(), HAIKU),
    "models": lambda ax: views.plot_models(ax, MODELS, "5,000 tokens in, 1,000 out"),
}


def drawn(plot, size=picture.SIZE):
    """The axes after drawing."""
    figure, kept = picture.new_figure(size), []
    picture.draw_on(figure, lambda fig: (kept.extend(style.panels(fig, 1)), plot(kept[0])))
    return kept[0]


def boxes(ax):
    """(text, extent in pixels) of everything written in and around *ax*, tick labels out of sight left out."""
    renderer = ax.figure.canvas.get_renderer()
    ticks = {label for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim()))
             for place, label in zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
             if not min(limits) <= place <= max(limits)}
    texts = [text for text in ax.figure.findobj(Text) if text not in ticks]
    seen = [text for text in texts if text.get_text().strip() and text.get_visible()]
    return [(text, text.get_window_extent(renderer)) for text in seen]


def faults(ax):
    """What a careful eye would object to: words cut off, words on words, words too small."""
    width, height = ax.figure.bbox.width, ax.figure.bbox.height
    found = boxes(ax)
    cut = [text.get_text() for text, box in found
           if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1]
    small = [text.get_text() for text, _ in found if text.get_fontsize() < 11]
    piled = [(a.get_text(), b.get_text()) for (a, one), (b, two) in combinations(found, 2)
             if min(one.x1, two.x1) - max(one.x0, two.x0) > 2 and min(one.y1, two.y1) - max(one.y0, two.y0) > 4]
    return {"cut": cut, "small": small, "piled": piled}


# ---- every chart

@pytest.mark.parametrize("name", PLOTS)
def test_nothing_is_cut_piled_up_or_too_small(name):
    """
    Every word lies inside the picture, on no other word, at 11 points or more.
    """
    assert {"cut": [], "small": [], "piled": []} == faults(drawn(PLOTS[name]))


@pytest.mark.parametrize("name", PLOTS)
def test_axes_have_names_and_amounts_a_source(name):
    """
    A unit on each axis that has numbers, and where they come from.
    """
    ax = drawn(PLOTS[name])
    assert ax.get_xlabel()
    assert any(text.get_text().startswith("Source: ") for text in ax.figure.texts)


def test_lines_differ_in_more_than_colour():
    """
    Dash beside colour for lines, marker for dots, hatch for bars: the charts read in grey, too.
    """
    lines = [line for line in drawn(PLOTS["conversation"]).lines if len(line.get_xdata()) > 1]
    assert 2 == len({line.get_linestyle() for line in lines})
    dots = drawn(PLOTS["measured"]).collections
    assert 2 == len({tuple(dot.get_paths()[0].vertices.ravel()[:6]) for dot in dots})
    assert 2 == len({bar.get_hatch() for bar in drawn(PLOTS["tornado"]).collections})


@pytest.mark.parametrize("chart", [
    lambda: views.measured_chart(economics.measured_frame("output_text")), lambda: views.conversation_chart(*talk()),
    lambda: views.tornado_chart(day().factors, day().usd_per_day), lambda: views.cliff_chart(cliff_frame(), HAIKU),
    lambda: views.models_chart(MODELS, "work")])
def test_a_chart_carries_picture_words_and_numbers(chart):
    """
    The picture decodes and is not blank; the words are the finding; the table is small enough to print.
    """
    made = chart()
    bundle = made._repr_mimebundle_()
    assert {"image/png", "text/plain"} == set(bundle)
    assert str(made) == bundle["text/plain"]
    assert np.asarray(Image.open(io.BytesIO(made.picture)).convert("L")).std() > 5
    assert 1 < len(made.numbers) <= 8


# ---- what each says

def test_the_measured_chart_tells_the_generations_apart():
    """
    Medians over texts of 100 characters and more: 4.0 characters a token before Opus 4.7, 2.8 since.
    """
    frame = economics.measured_frame("output_text")
    assert ("Median reply: Claude up to 4.6, 4.0 characters a token: chars/4 is about right; "
            "Claude since Opus 4.7, 2.8 characters a token: chars/4 is 29 % too low") == views.measured_in_words(frame)


def test_fifty_turns_cost_five_point_seven_times_the_flat_forecast():
    """
    The ticket's numbers: $0.32 believed (rounded), $1.79 billed.
    """
    assert "50 turns cost $1.79, 5.7 times the flat forecast of $0.315" == views.conversation_in_words(*talk())


def test_one_turn_is_what_the_flat_forecast_says():
    """
    Nothing is resent in a single turn.
    """
    assert "1 turn cost $0.0063, as the flat forecast says" == views.conversation_in_words(*talk(turns=1))


def test_the_conversation_table_has_the_first_and_the_last_turn():
    """
    A few turns are enough to see the growth.
    """
    table = views.conversation_numbers(*talk())
    assert [1, 12, 25, 50] == list(table.index)
    assert ["0.3150", "1.7850"] == list(table.loc[50])


def test_the_cliff_is_found_where_the_price_jumps():
    """
    The threshold is read from the amounts, not assumed.
    """
    assert ("claude-haiku-5-5: one token above 100,000 makes the whole request 5 times as dear, $0.0525 instead of "
            "$0.0105") == views.cliff_in_words(cliff_frame(), HAIKU)
    assert [100_000, 100_001] == list(views.cliff_numbers(cliff_frame()).index)


def test_models_are_sorted_and_their_shares_named():
    """
    Cheapest on top; the ratio and thinking's largest share are in the title.
    """
    assert "The same work costs 50 times as much on dear as on cheap; thinking is up to 25 % of a bill" == (
        views.models_in_words(MODELS))
    assert ["cheap", "middle", "dear"] == list(views.models_numbers(MODELS).index)
    labels = [text.get_text() for text in drawn(PLOTS["models"]).texts]
    assert ["$1.00\n25 % output, 25 % thinking", "$8.00\n50 % output, 0 % thinking",
            "$50.00\n40 % output, 20 % thinking"] == labels


def test_the_tornado_ranks_what_matters_most_first():
    """
    Turns outrank users, because their cost grows faster than in proportion.
    """
    assert "turns" == day().factors["factor"][0]
    assert "The bill hangs most on turns: $22.00 a day becomes $11.40 or $42.40" == (
        views.tornado_in_words(day().factors, day().usd_per_day))


# ---- the calculator

def test_the_calculator_shows_what_economics_computes():
    """
    Its day is the package's day: same cost, same flat belief, same swings.
    """
    cost = economics.conversation_cost(HAIKU, turns=5, system=1_000, user=200, reply=400)
    assert float(economics.per_day(cost, 10_000).usd) == day().usd_per_day
    flat = economics.conversation_cost(HAIKU, turns=5, system=1_000, user=200, reply=400, resend_history=False)
    assert float(economics.per_day(flat, 10_000).usd) == day().flat_usd_per_day


def test_a_batch_costs_half_and_no_history_costs_the_flat_forecast():
    """
    The two switches do what their labels say.
    """
    half = views.forecast_day(model=HAIKU, history=True, batch=True, **FACTORS)
    assert day().usd_per_day / 2 == half.usd_per_day
    forgetful = views.forecast_day(model=HAIKU, history=False, batch=False, **FACTORS)
    assert forgetful.flat_usd_per_day == forgetful.usd_per_day == day().flat_usd_per_day


def test_a_factor_of_zero_has_no_bar():
    """
    Half of no thinking is no thinking.
    """
    assert "thinking" not in set(day().factors["factor"])
    assert "thinking" in set(day(thinking=300).factors["factor"])


def test_the_calculator_names_its_assumptions():
    """
    The numbers, and what they hang on, in words.
    """
    words = views.cost_per_day([HAIKU, "gpt-6-luna"]).words
    assert ("$0.00282 for one conversation of 6 turns on claude-haiku-5-5; $28.20 a day for 10,000 users "
            "(flat forecast: $19.20). The bill hangs most on turns: $28.20 a day becomes $11.40 or $50.40.\n"
            "Assumed: one conversation a user and day; 1,000 tokens of system prompt, 200 a message, 400 an answer, "
            "0 of thinking; list prices; caches and retries left out; ±50 % of the turns in whole turns.") == words


@settings(max_examples=25)
@given(st.fixed_dictionaries({control.name: st.sampled_from(control.stops()) for control in views.DAY_CONTROLS}),
       st.sampled_from([HAIKU, "claude-sonnet-4-6"]), st.booleans(), st.booleans())
def test_the_calculator_reads_in_every_position(factors, model, history, batch):
    """
    Wherever the sliders stand, no label is cut or covers another, in both panels.
    """
    shown = views.forecast_day(model=model, history=history, batch=batch, **factors)
    half = (8.9 / 2, 3.9)
    left = drawn(lambda ax: views.plot_conversation(ax, shown.billed, shown.flat), half)
    right = drawn(lambda ax: views.plot_tornado(ax, shown.factors, shown.usd_per_day), half)
    assert {"cut": [], "small": [], "piled": []} == faults(left)
    assert {"cut": [], "small": [], "piled": []} == faults(right)


# ---- money

@given(st.decimals(min_value="0.000001", max_value="99.99", places=6))
def test_amounts_read_as_in_the_rest_of_the_course(amount):
    """
    A chart and a printed cost never differ in the last digit.
    """
    assert economics.usd_text(amount) == style.usd(float(amount))


def test_large_amounts_drop_their_cents():
    """
    $1,830 in a chart; half a dollar rounds up.
    """
    assert ["$1,830", "$100", "$99.99", "$0.00"] == [style.usd(amount) for amount in (1829.5, 100, 99.99, 0)]
    assert "$1.79" == style.usd(float(Decimal("1.785")))


# ---- tiles

def test_tiles_show_spaces_line_ends_and_cut_characters():
    """
    A space is a dot, a line ends visibly, a part of a character is hexadecimal in a dashed frame.
    """
    html = views.tiles_html([Piece(7, "", b" a<b"), Piece(8, "", b"\n"), Piece(9, "", b"\xe0\xb8")])
    assert ">·a&lt;b</code>" in html
    assert ">⏎</code><br>" in html
    assert "border-style:dashed" in html
    assert ">E0 B8</code>" in html


def test_an_invisible_joiner_shows_its_code_point():
    """
    What holds a family emoji together is a character of its own.
    """
    assert ">U+200D</code>" in views.tiles_html([Piece(1, "", "\u200d".encode())])


def test_tiles_can_show_numbers_instead():
    """
    What the model is given.
    """
    assert ">1234</code>" in views.tiles_html([Piece(1234, "x", b"x")], numbers=True)


@pytest.mark.parametrize("name", views.SNIPPETS)
def test_every_snippet_is_shown_whole(name):
    """
    As many tiles as tokens, and their bytes are the text's.
    """
    pieces = split_o200k(views.SNIPPETS[name])
    assert len(pieces) == views.tiles_html(pieces).count("<code")
    assert views.SNIPPETS[name].encode() == b"".join(piece.bytes for piece in pieces)


def test_the_tile_widget_counts_and_compares():
    """
    Counters, and the sentence that sets them beside characters / 4.
    """
    view = views.token_tiles(split_o200k)
    assert ("English prose: 166 characters, 30 words, 33 o200k tokens, 5.0 characters a token. "
            "Characters / 4 says 42, 27 % too many.") == view.words
    view._repr_mimebundle_()
    view.controls["name"].value = "Thai"
    assert view.words.startswith("Thai: 121 characters")
    view.close()


def test_the_snippet_table_has_every_kind_of_text():
    """
    One row a snippet, for a cell that compares them.
    """
    table = views.snippet_numbers(split_o200k)
    assert list(views.SNIPPETS) == list(table.index)
    assert [166, 30, 33, 42, 5.0] == list(table.loc["English prose"])
