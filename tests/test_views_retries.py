"""Lesson 02's charts and widgets: they say what the simulation says, and nothing is cut wherever a slider stands."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from test_views_economics import drawn, faults

from helpers.simulate.attempts import timeline
from helpers.simulate.herd import STRATEGIES, Herd, compare, run
from helpers.views import _explore, style
from helpers.views import retries as views
from helpers.views.controls import Choice, Slider

HALF, WHOLE = (8.9 / 2, 3.9), (8.9, 3.9)
FINE = {"cut": [], "small": [], "piled": []}
FRAME = compare(Herd(), seeds=2)


def positions(controls):
    """Any state of a widget with *controls*."""
    def values(control):
        if isinstance(control, Slider):
            return st.sampled_from(control.stops())
        if isinstance(control, Choice):
            return st.sampled_from([value for _, value in control.options])
        return st.booleans()

    return st.fixed_dictionaries({control.name: values(control) for control in controls})


def state(controls, **changed):
    """All values at their defaults, but for *changed*."""
    return {**{control.name: control.value for control in controls}, **changed}


PLOTS = {
    "timeline": (lambda ax: views.plot_timeline(ax, timeline("429")), WHOLE),
    "one request": (lambda ax: views.plot_timeline(ax, timeline("ok", own_attempts=1, sdk_retries=0)), WHOLE),
    "load": (lambda ax: views.plot_load(ax, run("exponential", Herd())), (6.6, 4.0)),
    "strategies": (lambda ax: views.plot_strategies(ax, FRAME), (6.6, 4.0)),
    "strategies, one chosen": (lambda ax: views.plot_strategies(ax, FRAME, "SDK jitter"), HALF),
}


# ---- every chart

@pytest.mark.parametrize("name", PLOTS)
def test_nothing_is_cut_piled_up_or_too_small(name):
    """
    Every word lies inside the picture, on no other word, at 11 points or more; axis and source are named.
    """
    ax = drawn(*PLOTS[name])
    assert faults(ax) == FINE
    assert ax.get_xlabel()
    assert any(text.get_text().startswith("Simulation") for text in ax.figure.texts)


@pytest.mark.parametrize(("make", "rows"), [
    (lambda: views.strategies_chart(FRAME), 6), (lambda: views.timeline_chart(timeline("429")), 3),
    (lambda: views.load_chart(run("full jitter", Herd())), 6)])
def test_a_chart_carries_picture_words_and_numbers(make, rows):
    """
    The picture decodes and is not blank; the words are its title; the table is small.
    """
    made = make()
    assert np.asarray(Image.open(io.BytesIO(made.picture)).convert("L")).std() > 5
    assert str(made) == made._repr_mimebundle_()["text/plain"]
    assert rows == len(made.numbers)


@settings(max_examples=25)
@given(positions(views.TIMELINE_CONTROLS))
def test_the_timeline_reads_in_every_position(values):
    """
    Wherever its controls stand, and the words fit a line of 95 characters.
    """
    nested = views.simulate_attempts(**values)
    assert faults(drawn(lambda ax: views.plot_timeline(ax, nested), WHOLE)) == FINE
    assert max(map(len, views.timeline_details(nested).splitlines())) <= 95


@settings(max_examples=25)
@given(positions(views.HERD_CONTROLS))
def test_the_herd_reads_in_every_position(values):
    """
    Both panels; and in words one line for each strategy.
    """
    shown = views.simulate(**values)
    assert faults(drawn(lambda ax: views.plot_load(ax, shown.run), HALF)) == FINE
    assert faults(drawn(lambda ax: views.plot_strategies(ax, shown.frame, shown.run.strategy), HALF)) == FINE
    lines = views.herd_in_words(shown).splitlines()
    assert max(map(len, lines)) <= 95
    assert list(STRATEGIES) == [line.split(":")[0] for line in lines if ": last at " in line]


# ---- the timeline

def test_the_timeline_says_what_fifteen_requests_cost():
    """
    The lesson's default: five of yours, three of the SDK.
    """
    assert ("5 attempts of yours × 3 of the SDK: 15 requests, 37.9 s of waiting, 16 s of it for nothing, then error 429"
            ) == views.timeline_in_words(timeline("429"))
    assert ("1 attempt of yours × 3 of the SDK: 3 requests, 1.4 s of waiting, then the answer"
            ) == views.timeline_in_words(timeline("429 429 ok", own_attempts=1))
    assert "1 request, 0 s of waiting, then error 400" in views.timeline_in_words(timeline("400"))


def test_the_timelines_table_adds_up():
    """
    Who sent and who waited; the sum is the title's.
    """
    table = views.timeline_numbers(timeline("429"))
    assert [5, 5, 31.0, 16.0] == list(table.loc["your loop"])
    assert [10, 10, 6.9, 0.0] == list(table.loc["the SDK's retries"])
    assert [15, 15, 37.9, 16.0] == list(table.loc["together"])


def test_a_status_has_a_shape_of_its_own_and_a_useless_wait_a_hatch():
    """
    Told apart without colour; a useless retry is hollow.
    """
    ax = drawn(lambda ax: views.plot_timeline(ax, timeline("429 529 400", own_attempts=4, retries_everything=True)),
               WHOLE)
    marks = {line.get_label(): (line.get_marker(), line.get_markerfacecolor()) for line in ax.lines
             if "×" in str(line.get_label())}
    assert {"1 × 429": ("o", style.VERMILLION), "1 × 529": ("s", style.PURPLE), "1 × 400": ("X", style.BLACK),
            "3 × 400, useless retry": ("X", "white")} == marks
    assert {"wait": "", "useless wait": "///"} == {bar.get_label(): bar.get_hatch() for bar in ax.collections}
    assert 4 == len({views.timeline.look(status) for status in (200, 429, 529, 400)})


def test_the_wait_after_the_last_failure_is_called_by_its_name():
    """
    On the bar itself, where the lesson's question is answered.
    """
    ax = drawn(PLOTS["timeline"][0], WHOLE)
    assert ["2 s", "4 s", "8 s", "16 s, and nothing follows"] == [text.get_text() for text in ax.texts]


def test_the_timeline_widget_moves(monkeypatch):
    """
    One bundle with picture and words; a moved control changes both.
    """
    monkeypatch.setattr(_explore, "_OPEN", {})
    view = views.attempt_timeline()
    bundle = view._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert ("Waits: your loop 31 s in 5 waits; the SDK 6.9 s in 10 waits. The server answered 429 (15 times)."
            ) in bundle["text/plain"].replace("\n", " ")
    view.controls["script"].value = "400"
    assert "The server answered 400 (once)." in view.words
    view.controls["everything"].value = True
    assert "4 requests could not succeed: the same bytes get the same answer." in view.words
    view.close()
    assert "8 attempts of yours × 5 of the SDK: 40 requests" in views.attempt_timeline(
        "529", own_attempts=8, sdk_retries=4).words


# ---- the herd

def test_the_load_says_what_was_sent_and_when_the_last_was_done():
    """
    Failed and waiting workers are named, where there are any.
    """
    assert "Exponential: 550 requests for 100 answers, the last at 151 s" == views.load_in_words(
        run("exponential", Herd()))
    assert "SDK jitter: 378 requests for 92 answers, the last at 14.6 s, 8 failed" == views.load_in_words(
        run("SDK jitter", Herd(max_attempts=5)))
    assert "Fixed: 1 request for 1 answer, the last at 0 s" == views.load_in_words(run("fixed", Herd(workers=1)))
    assert views.load_in_words(run("exponential", Herd(workers=300, rate_per_s=1.0, burst=1))).endswith(
        ", 276 still waiting")


@pytest.mark.parametrize(("strategy", "crowd", "label"), [
    ("fixed", Herd(), "requests per 0.1 s"), ("exponential", Herd(), "requests per 1 s"),
    ("exponential", Herd(workers=300, rate_per_s=1.0, burst=1), "requests per 5 s")])
def test_the_bars_are_as_fine_as_the_run_allows(strategy, crowd, label):
    """
    A tenth of a second while that fits; all requests are in the bars, and rejected ones hatched.
    """
    found = run(strategy, crowd)
    ax = drawn(lambda ax: views.plot_load(ax, found), HALF)
    assert label == ax.get_ylabel()
    assert [None, "///"] == [bar.get_hatch() for bar in ax.collections]
    tops = ax.collections[1].get_paths()[0].vertices[:, 1]
    assert tops.max() == sum(found.load(float(label.split()[2]))).max()


def test_the_strategies_are_ranked_by_their_numbers():
    """
    First, last, fewest requests; ties share a place.
    """
    assert ("Done first: fixed (9 s); last: exponential (151 s); fewest requests: decorrelated (264)"
            ) == views.strategies_in_words(compare(Herd(), seeds=30))
    asked = compare(Herd(retry_after_s=1.0))
    assert views.strategies_in_words(asked).startswith("Done first: fixed and SDK jitter (9 s); last: exponential")
    alone = compare(Herd(workers=1))
    assert "All strategies are done after 0 s; each with 1 request" == views.strategies_in_words(alone)


def test_where_workers_fail_the_title_says_how_many():
    """
    Early ends are no success when half of the crowd gave up.
    """
    assert ("Workers that fail: 50 with fixed and exponential, 0 with equal jitter and decorrelated"
            ) == views.strategies_in_words(compare(Herd(max_attempts=5), seeds=30))
    assert "90 workers of each strategy fail" == views.strategies_in_words(compare(Herd(max_attempts=1)))


def test_a_crowd_beyond_the_horizon_is_said_to_wait():
    """
    Nothing is called done that isn't.
    """
    slow = compare(Herd(workers=300, rate_per_s=1.0, burst=1), ["fixed", "exponential"])
    assert ("Done first: fixed (299 s); not after 600 s: exponential; fewest requests: exponential (6,924)"
            ) == views.strategies_in_words(slow)
    labels = [text.get_text() for text in drawn(lambda ax: views.plot_strategies(ax, slow), HALF).texts]
    assert ["299 s, 45,150 sent", "> 600 s, 276 waiting"] == labels
    stuck = compare(Herd(workers=300, rate_per_s=0.1, burst=1), ["fixed"])
    assert views.strategies_in_words(stuck).startswith("No strategy is done after 600 s; ")


def test_the_chosen_strategy_stands_out_in_more_than_colour():
    """
    A mark and bold type at its name.
    """
    ax = drawn(*PLOTS["strategies, one chosen"])
    names = {label.get_text(): label.get_fontweight() for label in ax.get_yticklabels()}
    assert "bold" == names["▸ SDK jitter"]
    assert {"normal"} == {weight for name, weight in names.items() if "▸" not in name}


def test_the_strategies_table_has_whole_numbers():
    """
    For a cell under the chart; the chart says of how many runs it is the mean.
    """
    frame = compare(Herd(), seeds=30)
    table = views.strategies_numbers(frame)
    assert [391, "74 %", 29.5, 40, 0] == list(table.loc["SDK jitter"])
    assert ["requests", "rejected", "last done, s", "peak per 100 ms", "failed"] == list(table)
    ax = drawn(lambda ax: views.plot_strategies(ax, frame))
    assert "Simulation: a toy server, mean of 30 runs" == ax.figure.texts[0].get_text()


def test_the_herd_widget_moves(monkeypatch):
    """
    Two images and the words follow its controls; both panels show one and the same run.
    """
    monkeypatch.setattr(_explore, "_OPEN", {})
    view = views.herd_widget()
    view._repr_mimebundle_()
    assert 2 == len(view._shown)
    assert "exponential: last at 151 s, 550 requests, 82 % rejected, peak 90 in 0.1 s\n" in view.words
    for control, value in (("attempts", 5), ("asked", 1), ("budget", True), ("strategy", "decorrelated")):
        view.controls[control].value = value
    assert view.words.startswith("Decorrelated: 110 requests for 20 answers")
    assert ("at most 5 attempts; retry-after 1 s with each 429; a retry budget of 10 %; one run (seed 0)."
            ) in view.words.replace("\n", " ")
    view.close()


@given(positions(views.HERD_CONTROLS))
@settings(max_examples=10)
def test_the_widget_shows_what_compare_computes(values):
    """
    Its frame is the package's, for the herd that its words name.
    """
    shown = views.simulate(**values)
    assert compare(shown.run.herd).equals(shown.frame)
    assert values["strategy"] == shown.run.strategy
