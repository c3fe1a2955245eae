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

HALF, WHOLE = (views.herd.SIZE[0] / 2, views.herd.SIZE[1]), (8.9, 3.9)
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
    Both panels, no title with a number apart from its unit; and in words one line for each strategy.
    """
    shown = views.simulate(**values)
    for plot in (lambda ax: views.plot_load(ax, shown.run),
                 lambda ax: views.plot_strategies(ax, shown.frame, shown.run.strategy)):
        ax = drawn(plot, HALF)
        assert faults(ax) == FINE
        assert not [line for line in ax.get_title(loc="left").splitlines() if line.split()[0].strip("();,:") == "s"]
    lines = views.herd_in_words(shown).splitlines()
    assert max(map(len, lines)) <= 95
    assert list(STRATEGIES) == [line.split(":")[0] for line in lines if " rejected; peak " in line]


# ---- the timeline

def test_the_timeline_says_what_fifteen_requests_cost():
    """
    The lesson's default: five of yours, three of the SDK.
    """
    assert ("5 attempts of yours × 3 of the SDK: 15 requests, 37.9 s of waiting, 16 s of it for nothing, then error 429"
            ) == views.timeline_in_words(timeline("429"))
    assert ("5 attempts of yours × 3 of the SDK: 15 requests, 21.9 s of waiting, then error 529"
            ) == views.timeline_in_words(timeline("529"))


def test_a_product_that_did_not_happen_is_not_in_the_title():
    """
    Attempts that nobody needed multiply nothing; nor do those of a 400, which the SDK does not retry.
    """
    assert "3 requests, 1.4 s of waiting, then the answer" == views.timeline_in_words(timeline("429 429 ok"))
    assert "1 request, no waiting, then error 400" == views.timeline_in_words(timeline("400"))
    assert ("5 requests, 15 s of waiting, 15 s of it for nothing, then error 400"
            ) == views.timeline_in_words(timeline("400", retries_everything=True))


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
    assert ("Waits: your loop 31 s in 5 waits; the SDK 6.9 s in 10 waits. The server answered 429 (15 times). "
            "Your caller has error 429 after 38.5 s.") in bundle["text/plain"].replace("\n", " ")
    view.controls["script"].value = "400"
    assert "The server answered 400 (once). Your caller has error 400" in view.words
    view.controls["everything"].value = True
    assert "4 requests could not succeed: the same bytes get the same answer." in view.words
    view.close()
    assert "The server answered 529 (40" in views.attempt_timeline("529", own_attempts=8, sdk_retries=4).words


def test_the_timeline_widget_starts_as_the_lessons_function_does():
    """
    It waits after a last 429, not after a last 529: 22.5 s, as the lesson's table has it.
    """
    calm = views.simulate_attempts(**state(views.TIMELINE_CONTROLS, script="529"))
    assert calm == views.simulate_attempts(**state(views.TIMELINE_CONTROLS, script="529", after_last=False))
    assert "Your caller has error 529 after 22.5 s." in views.timeline_details(calm).replace("\n", " ")
    assert 16.0 == views.simulate_attempts(**state(views.TIMELINE_CONTROLS)).useless_s


def test_words_under_a_widget_do_not_say_its_title_again():
    """
    The finding is read once, on the picture.
    """
    nested, shown = timeline("429"), views.simulate(**state(views.HERD_CONTROLS))
    assert views.timeline_in_words(nested) not in views.timeline_details(nested).replace("\n", " ")
    for title in (views.load_in_words(shown.run), views.strategies_in_words(shown.frame)):
        assert title not in views.herd_in_words(shown).replace("\n", " ")


# ---- the herd

def test_the_load_says_what_was_sent_and_when_the_last_was_done():
    """
    Failed and waiting workers are named, where there are any.
    """
    assert "Fixed: 100 answers in 99 s, 5,050 sent" == views.load_in_words(run("fixed", Herd()))
    assert "SDK jitter: 92 answers in 14.6 s, 8 failed, 378 sent" == views.load_in_words(
        run("SDK jitter", Herd(burst=10, max_attempts=5)))
    assert "Fixed: 1 answer in 0 s, 1 sent" == views.load_in_words(run("fixed", Herd(workers=1)))
    assert "Exponential: 76 still waiting after 600 s, 2,124 sent" == views.load_in_words(run("exponential", Herd()))


@pytest.mark.parametrize(("strategy", "crowd", "label"), [
    ("fixed", Herd(burst=10), "requests per 0.1 s"), ("exponential", Herd(burst=10), "requests per 1 s"),
    ("exponential", Herd(workers=300, rate_per_s=1.0), "requests per 5 s")])
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
    First, last, fewest requests; ties share a place; the fewest of a strategy that does not finish is no merit.
    """
    assert ("Not finished after 600 s: exponential (76 waiting); done first: full jitter; fewest requests: decorrelated"
            ) == views.strategies_in_words(compare(Herd(), seeds=30))
    assert ("Done first: fixed; last: exponential; fewest requests: decorrelated"
            ) == views.strategies_in_words(compare(Herd(burst=10), seeds=30))
    asked = compare(Herd(burst=10, retry_after_s=1.0))
    assert views.strategies_in_words(asked).startswith("Done first: fixed and SDK jitter; last: exponential")
    alone = compare(Herd(workers=1))
    assert "All strategies are done after 0 s; each with 1 request" == views.strategies_in_words(alone)


def test_where_workers_fail_the_title_says_how_many_and_with_which():
    """
    Early ends are no success when the crowd gave up; strategies are named, however many.
    """
    assert ("Workers that fail: 95 with fixed and exponential, 9 with decorrelated"
            ) == views.strategies_in_words(compare(Herd(max_attempts=5), seeds=30))
    assert ("Workers that fail: 95 with fixed, exponential and SDK jitter, 4 with decorrelated"
            ) == views.strategies_in_words(compare(Herd(max_attempts=5, retry_after_s=1.0), seeds=30))
    assert ("Workers that fail: 5 with fixed, 0 with all but fixed and exponential"
            ) == views.strategies_in_words(FRAME.assign(unfinished=0, failed=[5, 1, 0, 0, 0, 0]))
    assert "99 workers of each strategy fail" == views.strategies_in_words(compare(Herd(max_attempts=1)))


def test_a_crowd_beyond_the_horizon_is_said_to_wait():
    """
    Nothing is called done that isn't: not in the title, not at its bar, not in the words, not in the table.
    """
    slow = compare(Herd(workers=300, rate_per_s=1.0), ["fixed", "exponential", "full jitter"])
    assert views.strategies_in_words(slow).startswith("Not finished after 600 s: exponential (276 waiting); done first")
    labels = [text.get_text() for text in drawn(lambda ax: views.plot_strategies(ax, slow)).texts]
    assert ["299 s, 45,150 sent", "not finished after 600 s, 276 waiting, 6,924 sent"] == labels[:2]
    assert ("exponential: not finished after 600 s, 276 waiting; 6,924 sent, over 99 % rejected; peak 299"
            ) in views.strategies_details(slow)
    table = views.strategies_numbers(slow)
    assert [299.0, "> 600"] == list(table["last done, s"])[:2]
    assert ["0", "276", "0"] == list(table["waiting after 600 s"])
    few = slow.assign(unfinished=[0, 0.3, 0])            # a mean of several runs
    assert "exponential: not finished after 600 s, 0.3 waiting" in views.strategies_details(few)


@pytest.mark.parametrize(("waiting", "words"), [
    ([1, 1, 1, 1, 1, 1], "No strategy is finished after 600 s"),
    ([1, 1, 1, 1, 0, 1], "Not finished after 600 s: all but full jitter"),
    ([1, 1, 1, 0, 0, 0], "Not finished after 600 s: fixed, exponential and SDK jitter; done first: full jitter; "
     "fewest requests: decorrelated")])
def test_whoever_does_not_finish_is_named(waiting, words):
    """
    All, all but one, or each by name.
    """
    assert words == views.strategies_in_words(FRAME.assign(unfinished=waiting))


def test_an_open_bar_runs_out_of_the_picture_with_its_words_on_it():
    """
    No right edge, up to the horizon and as far as the picture goes, told from the others without colour.
    """
    frame = compare(Herd())
    ax = drawn(lambda ax: views.plot_strategies(ax, frame, "full jitter"), HALF)
    (line,) = [line for line in ax.lines if line.get_label() == "open"]
    end = ax.get_xlim()[1]
    assert end >= 600
    assert [end, 0, 0, end] == list(line.get_xdata())
    assert "not finished after 600 s, 76 waiting" == ax.texts[1].get_text()      # half a panel has no room for more
    assert 0 == len(drawn(lambda ax: views.plot_strategies(ax, compare(Herd(burst=10)))).lines)


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
    frame = compare(Herd(burst=10), seeds=30)
    table = views.strategies_numbers(frame)
    assert [391, "74 %", 29.5, 40, 0] == list(table.loc["SDK jitter"])
    assert ["requests", "rejected", "last done, s", "peak afterwards, per 100 ms", "failed"] == list(table)
    ax = drawn(lambda ax: views.plot_strategies(ax, frame))
    assert "Simulation: a toy server, mean of 30 runs" == ax.figure.texts[0].get_text()


def test_the_charts_words_have_its_numbers_and_what_no_lesson_explains():
    """
    A line a strategy; what equal and decorrelated mean only where they are shown.
    """
    words = str(views.strategies_chart(compare(Herd(), seeds=30)))
    assert words.startswith("Not finished after 600 s: exponential (76 waiting)")
    assert "\nfull jitter: last done at 43.3 s; 470 sent, 79 % rejected; peak 18\n" in words
    assert words.endswith("Peak: requests in the busiest 0.1 s after the first; equal: half fixed, half drawn; "
                          "decorrelated: drawn between the first wait and three times the last one.")
    assert str(views.strategies_chart(compare(Herd(), ["fixed", "full jitter"]))).endswith(" after the first.")


def test_the_herd_widget_moves(monkeypatch):
    """
    Two images and the words follow its controls; both panels show one and the same run.
    """
    monkeypatch.setattr(_explore, "_OPEN", {})
    view = views.herd_widget()
    view._repr_mimebundle_()
    assert 2 == len(view._shown)
    assert ("full jitter", 1) == (view.controls["strategy"].value, view.controls["burst"].value)
    assert "exponential: not finished after 600 s, 76 waiting; 2,124 sent, 99 % rejected; peak 99\n" in view.words
    for control, value in (("attempts", 5), ("asked", 1), ("budget", True), ("strategy", "decorrelated")):
        view.controls[control].value = value
    assert "\ndecorrelated: last done at 3.8 s, 93 failed; 110 sent, " in view.words
    assert ("first wait 1 s, longest 30 s; at most 5 attempts; retry-after 1 s with each 429; a retry budget of 10 %; "
            "one run (seed 0).") in view.words.replace("\n", " ")
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
