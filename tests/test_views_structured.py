"""Lesson 04's views: the table says what its cases say, striped is what was cited, and nothing is cut off."""

from __future__ import annotations

import re
import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from html_kit import shown_text
from structured_kit import Order
from test_simulate_layers import Basket, Flat, Stock
from test_views_economics import drawn, faults

from helpers.economics import Usage
from helpers.simulate.layers import LAYERS, Case, Verdict, gallery
from helpers.simulate.slips import SLIPS
from helpers.structured import Attempt, NeedsHuman, Repaired, Valid
from helpers.views import structured as views
from helpers.views._explore import WIDGET
from helpers.views.structured import gallery as gallery_view
from helpers.views.structured import repair


def result(*attempts):
    """An extraction of (input, output) tokens an attempt."""
    return SimpleNamespace(attempts=[SimpleNamespace(usage=Usage(input=into, output=out)) for into, out in attempts])


RESULTS = {"an order": result((860, 93)), "two sizes": result((872, 94), (1_120, 94)),
           "a present": result((892, 100), (892, 126))}
PLOTS = {
    "as in the lesson": RESULTS,
    "one text": {"an order": result((860, 93))},
    "all twice": {"one": result((10, 5), (20, 5)), "two": result((10_000, 900), (30_000, 900))},
}


@pytest.fixture(scope="module")
def cases():
    """The gallery."""
    return gallery(Order)


def moved(view, **values):
    """(HTML, words) after the controls took *values*."""
    view._repr_mimebundle_()
    for name, value in values.items():
        view.controls[name].value = value
    return view._shown[0].value, view.words


# ---- the gallery

def test_the_gallery_has_three_faces_and_leaves_the_question_open(cases):
    """
    Widget, HTML and text. No title, key or count tells which failure passes every layer.
    """
    view = views.failure_gallery(cases, start="wrong type")
    bundle = view._repr_mimebundle_()
    assert {WIDGET, "text/html", "text/plain"} == set(bundle)
    assert bundle["text/plain"].startswith("8 failures, 6 layers: which sees what?\nwrong type. ✓ catches it: ")
    assert "wrong fact" not in bundle["text/plain"]
    assert "Caught of" not in shown_text(bundle["text/html"])
    view.close()


def test_the_title_follows_its_cases(cases):
    """
    One case less, one failure less.
    """
    assert "7 failures, 6 layers: which sees what?" == views.failure_gallery(cases[:-1]).title


def test_what_the_layers_say_stands_above_the_table(cases):
    """
    Below the list, so that choosing and reading fit on a low screen.
    """
    html = views.failure_gallery(cases)._repr_mimebundle_()["text/html"]
    assert html.index("What each layer says") < html.index("<table")


def test_caught_and_passed_differ_in_grey(cases):
    """
    By the fill's lightness, too; and the marks are large.
    """
    def lightness(colour):
        return sum(weight * int(colour[place:place + 2], 16) for weight, place in ((.299, 1), (.587, 3), (.114, 5)))

    assert lightness(gallery_view.COLOURS["caught"]) - lightness(gallery_view.COLOURS["passes"]) > 50
    html = views.failure_gallery(cases)._repr_mimebundle_()["text/html"]
    assert len(cases) * len(LAYERS) == html.count("font-weight:bold;font-size:18px")


@pytest.mark.parametrize("name", [slip.name for slip in SLIPS])
def test_each_failure_shows_its_reply_and_every_layers_words(cases, name):
    """
    Well-formed, with the customer's message, the blocks, and six verdicts.
    """
    (case,) = [case for case in cases if case.name == name]
    view = views.failure_gallery(cases)
    html, words = moved(view, failure=name)
    text = shown_text(html)
    for part in (case.slip.text, case.slip.what, *case.blocks, *(v.words for v in case.verdicts.values())):
        assert " ".join(part.split()) in text
    assert words.startswith(f"{name}. ")
    assert "strict tool (documented)" in words
    view.close()


def test_the_chosen_column_alone_is_framed(cases):
    """
    Its head and its six cells.
    """
    view = views.failure_gallery(cases, start="two calls")
    html = view._repr_mimebundle_()["text/html"]
    assert 1 + len(LAYERS) == html.count("border-left:3px solid currentColor")
    view.close()


def test_cited_cells_are_striped_and_no_other(cases):
    """
    Hatched, so that it is seen without colour; the note and the key say what it means.
    """
    view = views.failure_gallery(cases)
    html = view._repr_mimebundle_()["text/html"]
    cells = re.findall(r"<td title=.*?</td>", html)
    assert len(cases) * len(LAYERS) == len(cells)
    assert len(cases) == sum("repeating-linear-gradient" in cell for cell in cells)
    assert "striped: documented" in shown_text(html)
    assert "only a server can show it" in view.words
    view.close()


def test_marks_say_it_without_colour(cases):
    """
    A sign in each cell, and the same as a table.
    """
    frame = views.layers_frame(cases)
    assert (6, 8) == frame.shape
    assert {"✓", "✗", "·"} == set(frame.to_numpy().ravel())
    assert ["prompt only", "tool", "strict tool (documented)"] == list(frame.index[:3])


def test_what_a_model_wrote_is_shown_as_text(cases):
    """
    No markup of a reply gets into the page, nor out of a title.
    """
    evil = '<b onmouseover="x">'
    case = Case(cases[0].slip, evil, (evil,), {layer: Verdict("passes", evil) for layer in LAYERS})
    html = views.failure_gallery([case])._repr_mimebundle_()["text/html"]
    assert "<b onmouseover" not in html
    assert 'title="&lt;b onmouseover=' in html


# ---- the playground

def test_the_playground_follows_its_controls():
    """
    Another class, vendor and input, other words; the badge is in both faces.
    """
    view = views.schema_playground([Order, Basket, Stock, Flat])
    bundle = view._repr_mimebundle_()
    assert {WIDGET, "text/html", "text/plain"} == set(bundle)
    assert "Order for Anthropic: ✗ Not as it is; ✓ after to_strict (3 bounds moved)." in bundle["text/plain"]
    assert "Sent as it is, with strict: 400" in shown_text(bundle["text/html"])
    html, words = moved(view, model="Order", vendor="openai", given="quantity 0")
    assert ("Order for OpenAI: ✗ Not as it is; ✓ after to_strict (1 bound moved). Input “quantity 0”: ✗ 1 problem: "
            "quantity: Input should be greater than or equal to 1; got 0") == words
    assert "gift_note: required now, and may be null" in shown_text(html)
    assert "Kept, because this vendor takes it:quantity: at least 1" in shown_text(html)
    assert "What the validator says" in shown_text(html)
    view.close()


def test_the_playground_says_what_can_not_be_strict():
    """
    And why; no input is judged under no schema.
    """
    view = views.schema_playground([Order, Stock])
    html, words = moved(view, model="Stock")
    assert "✗ Can't be strict" in shown_text(html)
    assert "an object must name all its properties" in words
    assert "Input" not in words
    assert '"product"' not in shown_text(html)
    view.close()


def test_the_playground_knows_a_strict_schema():
    """
    Nothing changed, nothing moved.
    """
    view = views.schema_playground([Flat], {"right": {"product": "shirt", "size": "M"}})
    assert "Flat for Anthropic: ✓ Strict-compatible as it is. Input “right”: ✓ Accepted" == view.words


def test_what_was_put_right_is_shown():
    """
    "Navy" is taken as "navy", and the reader sees it.
    """
    view = views.schema_playground([Order])
    html, _ = moved(view, given='colour "Navy"')
    assert 'taken as {"product": "shirt", "colour": "navy"' in shown_text(html)
    html, _ = moved(view, given="right")
    assert "taken as" not in shown_text(html)
    view.close()


# ---- the outcomes

def outcome(kind, *caught, value=None, **fields):
    """An extraction whose attempts were stopped by *caught*."""
    attempts = tuple(Attempt(stop_reason="tool_use", problems=(), caught_by=by, raw=(), usage=None, cost=None,
                             request_id=None) for by in caught)
    return kind(value=value, attempts=attempts, **fields)


def test_the_outcomes_stand_in_lines_that_fit():
    """
    Value, reason for none, or reason for a person, wrapped below itself; layers are called as in the gallery.
    """
    order = Order(product="shirt", colour="navy", size="M", quantity=2)
    text = views.outcomes({
        "an order": outcome(Valid, "", value=order),
        "a question": outcome(Valid, "", none_because="asks how to return shoes"),
        "a present": outcome(Repaired, "stop reason", "", value=order),
        "a club": outcome(NeedsHuman, "shape", "shape", reason="after a second request, quantity: at most 99; got 120"),
    })
    assert """
            outcome     each attempt           value, or why there is none
an order    Valid       ok                     shirt · navy · M · 2
a question  Valid       ok                     none: asks how to return
                                               shoes
a present   Repaired    stop reason → ok       shirt · navy · M · 2
a club      NeedsHuman  validator → validator  after a second request,
                                               quantity: at most 99; got
                                               120"""[1:] == text


# ---- the repair

@pytest.mark.parametrize("name", PLOTS)
def test_nothing_is_cut_piled_up_or_too_small(name):
    """
    Every word lies inside the picture, on no other word, at 11 points or more.
    """
    ax = drawn(lambda ax: views.plot_repair(ax, PLOTS[name]), repair.SIZE)
    assert {"cut": [], "small": [], "piled": []} == faults(ax)
    assert "tokens, request by request" == ax.get_xlabel()


def test_second_requests_are_hatched():
    """
    Told apart in grey, too.
    """
    ax = drawn(lambda ax: views.plot_repair(ax, RESULTS), repair.SIZE)
    assert ["", "", "///", "///"] == [bars.get_hatch() or "" for bars in ax.collections]
    assert list(repair.PARTS) == [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_bars_end_where_the_tokens_do():
    """
    Each text's bar is as long as all its attempts.
    """
    frame = views.repair_numbers(RESULTS)
    assert [953, 2_180, 2_010] == frame.sum(axis=1).tolist()
    ax = drawn(lambda ax: views.plot_repair(ax, RESULTS), repair.SIZE)
    ends = [path.get_extents().x1 for path in ax.collections[-1].get_paths()]
    assert [953, 2_180, 2_010] == ends


def test_the_title_is_computed_and_calls_it_an_illustration():
    """
    From the totals; other numbers, another title.
    """
    chart = views.repair_chart(RESULTS)
    first = chart.words.splitlines()[0]
    assert "Illustration: with a second request a text takes 2.1 to 2.3 times the tokens." == first
    assert "two sizes: 872 in + 94 out, 1,120 in + 94 out" in chart.words
    assert isinstance(chart.numbers, pd.DataFrame)
    assert [860, 93, "–", "–"] == chart.numbers.loc["an order"].tolist()
    assert [872, 94, 1_120, 94] == chart.numbers.loc["two sizes"].tolist()
    one = {"a": result((100, 0)), "b": result((100, 0), (200, 0))}
    assert "with a second request a text takes 3 times the tokens" == views.repair_in_words(one, constructed=False)
    assert "Illustration: no text took a second request" == views.repair_in_words({"a": result((1, 1))})
    assert "Illustration: every text took a second request" == views.repair_in_words({"a": result((1, 1), (2, 1))})


# ---- all of them

def test_the_views_know_no_production_code():
    """
    Shown values come from `simulate`: importing the views loads neither pydantic nor pandas.
    """
    code = ("import sys, helpers.views.structured; print([name for name in "
            "('pydantic', 'pandas', 'matplotlib', 'ipywidgets', 'helpers.structured') if name in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == run.stdout.strip()
