"""Lesson 07's charts, table and widget: they say what the night says, and nothing is cut whoever plays it."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from night_kit import night, with_part
from PIL import Image
from test_views_economics import drawn, faults

from helpers.simulate.night import INCIDENTS, TARGETS
from helpers.simulate.night.tables import dollars_over_time, incident_table, requests_over_time, target_table
from helpers.support_bot import NAIVE, PARTS, Parts, reference
from helpers.views import night as views
from helpers.views.controls import Choice
from helpers.views.night import room

FINE = {"cut": [], "small": [], "piled": []}
PANEL = (room.SIZE[0] / 3, room.SIZE[1])
NIGHTS = {"naive": lambda: night("naive"), "reference": night,
          "nothing arrives": lambda: with_part(relay=lambda event, data: b""),
          "nothing is sent": lambda: with_part(layout=lambda *_: None)}
PLOTS = {"requests": views.plot_requests, "dollars": views.plot_dollars, "targets": views.plot_targets}


# ---- the charts

@pytest.mark.parametrize("who", NIGHTS)
@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("size", [PANEL, (6.6, 4.0)])
def test_nothing_is_cut_piled_up_or_too_small(who, name, size):
    """
    Every word inside the picture, on no other word, at 11 points or more; and it is called an illustration.
    """
    ax = drawn(lambda ax: PLOTS[name](ax, NIGHTS[who]()), size)
    assert FINE == faults(ax)
    assert ax.get_xlabel()
    assert any("illustration" in text.get_text() for text in ax.figure.texts)


@pytest.mark.parametrize(("make", "rows"), [(views.requests_chart, 6), (views.dollars_chart, 6),
                                            (views.targets_chart, 4)])
def test_a_chart_carries_picture_words_and_numbers(make, rows):
    """
    The picture decodes and is not blank; the words are its title; the table is small.
    """
    made = make(night("naive"))
    assert np.asarray(Image.open(io.BytesIO(made.picture)).convert("L")).std() > 5
    assert str(made) == made._repr_mimebundle_()["text/plain"]
    assert rows == len(made.numbers)


def test_the_requests_add_up():
    """
    All requests of the night, each once, whatever the width of a bar.
    """
    for found in (night(), night("naive")):
        all_of_them = sum(len(one.exchanges) for one in found.served)
        assert [all_of_them] * 2 == [requests_over_time(found, width).to_numpy().sum() for width in (5, 30)]
        assert f"{all_of_them} requests for 200 messages" in views.requests_in_words(found)
    assert 3 == requests_over_time(night())["failed"].sum()        # the spend limit's


def test_the_dollars_end_at_the_bill():
    """
    They only grow, and the last one is the night's.
    """
    spent = dollars_over_time(night())
    assert spent.is_monotonic_increasing
    assert float(night().usd) == pytest.approx(spent.iloc[-1])
    assert "within the budget" in views.dollars_in_words(night())
    assert "times the budget" in views.dollars_in_words(night("naive"))


def test_a_bar_is_a_share_of_what_is_allowed():
    """
    Below 1 where the target is met; where none is allowed, one is as long as a bar gets.
    """
    assert all(views.share_of(target, night()) <= 1 for target in TARGETS)
    assert all(views.share_of(target, night("naive")) > 1 for target in TARGETS)
    assert "4 of 4 targets met" == views.targets_in_words(night())
    assert "3 of 4 targets met; missed: 400s" == views.targets_in_words(night("reference", "memory"))


# ---- the table

def test_the_table_has_a_row_for_each_incident():
    """
    With mark, word, part, lesson and proof; no colour is needed.
    """
    table = incident_table(night("naive"))
    assert [one.number for one in INCIDENTS] == list(table.index)
    assert {"✗ no"} == set(table["handled"])
    assert {"✓ yes"} == set(incident_table(night())["handled"])
    assert [one.proof for one in night("naive").verdicts] == list(table["proof"])
    assert {"✓ yes"} == set(target_table(night())["met"])


@pytest.mark.parametrize("who", ["naive", "reference"])
def test_the_report_reads_as_text_and_as_html(who):
    """
    The same proofs in both, lines of at most 95 characters, and nothing of what was said as markup.
    """
    found = night(who)
    report = views.incident_report(found)
    assert max(map(len, str(report).splitlines())) <= 95
    joined = " ".join(str(report).split())
    for verdict in found.verdicts:
        assert " ".join(verdict.proof.split()) in joined
    assert 10 == report.html.count("<code")
    assert f"{found.handled} of 10 incidents handled" in report.html


def test_words_of_a_part_are_no_markup():
    """
    An exception's text is shown as text.
    """
    def angry(*_):
        raise ValueError("<img src=x> costs $5 and $6")

    html = views.incident_report(with_part(memory=angry)).html
    assert "<img" not in html
    assert "&lt;img" in html


# ---- the control room

def test_the_room_begins_with_the_naive_bot():
    """
    Picture and words of one night are there at once, and the parts can be chosen.
    """
    shown = views.control_room()
    assert "0 of 10 incidents handled" in str(shown)
    assert "illustration" in str(shown)
    assert shown._saved["image/png"]


def test_a_move_plays_the_night_again():
    """
    In about a second; a state that was there before is at hand.
    """
    shown = views.control_room()
    shown._repr_mimebundle_()
    shown.controls["layout"].value = "reference"
    assert "1 of 10 incidents handled" in shown.words
    started = time.process_time()
    shown.controls["layout"].value = "naive"
    assert time.process_time() - started < 0.5
    assert "0 of 10 incidents handled" in shown.words
    shown.close()


def test_your_own_parts_are_a_third_choice():
    """
    Where they are given, and only there.
    """
    mine = Parts(memory=lambda messages, budget, count: messages[-1:])
    sides = {control.name: [value for _, value in control.options] for control in views.controls("reference", mine)
             if isinstance(control, Choice) and control.name in PARTS}
    assert {part: ["naive", "reference", "mine"] for part in PARTS} == sides
    assert ["naive", "reference"] == [value for _, value in views.controls("naive", None)[0].options]
    chosen = views.parts_of(mine, "5m", {part: "mine" if part == "memory" else "naive" for part in PARTS})
    assert (mine.memory, NAIVE.retry) == (chosen.memory, chosen.retry)


def test_the_lifetime_goes_to_the_references_layout():
    """
    An hour on its breakpoints; other layouts decide for themselves.
    """
    given = ([], "system", "catalogue", [], "question", "now")
    sides = dict.fromkeys(PARTS, "reference")
    body = views.parts_of(None, "1h", sides).layout(*given)
    assert {"1h"} == {block["cache_control"]["ttl"] for block in body["system"]}
    assert reference.layout is views.parts_of(None, "5m", sides).layout
    assert NAIVE.layout is views.parts_of(None, "1h", {**sides, "layout": "naive"}).layout
