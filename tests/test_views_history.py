"""Lesson 06's views and what they show: each says what its simulation says, in every state, with nothing cut off."""

from __future__ import annotations

import re
import time
from itertools import product

import pytest
from html_kit import shown_text
from test_views_economics import drawn, faults

from helpers.economics import model_id
from helpers.history import is_valid, turns
from helpers.simulate import lens
from helpers.simulate.contest import contest
from helpers.simulate.conversation import STRATEGIES, Talk, race, totals
from helpers.simulate.recall import recall, whereabouts
from helpers.views import history as views
from helpers.views import style
from helpers.views._explore import WIDGET
from helpers.views.history import race as race_view
from helpers.views.history import stack

HAIKU, SONNET = model_id("default"), model_id("production")
START = {spec.name: spec.value for spec in race_view.race_controls()}
STOPS = {spec.name: spec.stops() for spec in race_view.race_controls() if hasattr(spec, "stops")}
ENDS = {"turns": (10, 120), "budget": (2_000, 32_000), "system": (200, 10_000), "exchange": (100, 1_600),
        "cached": (True, False), "pinned": (True, False)}
EXTREMES = [{**START, **dict(zip(ENDS, values, strict=True))} for values in product(*ENDS.values())]
ONE_MOVED = [{**START, name: stop} for name, stops in STOPS.items() for stop in stops]
STACKS = list(product(STRATEGIES, (0, 25, 50, 75, 100)))


def panel(plot, seen):
    """One half of the race, drawn at its own size."""
    return drawn(lambda ax: plot(ax, seen), (race_view.SIZE[0] / 2, race_view.SIZE[1]))


def title_of(ax):
    return " ".join(ax.get_title(loc="left").split("\n"))


def moved(view, **values):
    """(picture or HTML, words) after the controls took *values*."""
    view._repr_mimebundle_()
    for name, value in values.items():
        view.controls[name].value = value
    return view._shown[0].value, view.words


# ---- the contest is the race, without tables

@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("talk", [Talk(), Talk(turns=90, state=120, gap_s=360.0), Talk(turns=2, budget=600),
                                  Talk(system=9_000, down_to=0.0)])
def test_a_contest_is_the_race_and_the_whereabouts(talk, cached):
    """
    Dollars, cuts and places are those of `conversation.totals`, `recall.whereabouts` and `recall.recall`.
    """
    seen = contest(talk, HAIKU, cached=cached)
    rows = totals(race(talk, HAIKU)).query("cached == @cached").set_index("strategy")
    last = recall(talk).query("turn == @talk.turns").set_index("strategy")
    places = whereabouts(talk)
    assert list(STRATEGIES) == [lane.strategy for lane in seen.lanes]
    for lane in seen.lanes:
        assert pytest.approx(rows.usd[lane.strategy]) == lane.usd
        assert rows.cuts[lane.strategy] == len(lane.cuts)
        assert list(places[lane.strategy]) == list(lane.places)
        assert last.recalled[lane.strategy] == lane.known
    assert any(rows.cuts) == seen.cut


def test_a_lane_ends_with_the_oldest_turn_that_its_request_carries():
    """
    Append has all; slide and chunk what they kept.
    """
    first = {lane.strategy: lane.first for lane in contest(Talk(), HAIKU, cached=True).lanes}
    kept = race(Talk(), HAIKU).query("cached and turn == 60").set_index("strategy")["kept"]
    assert {name: 60 - count for name, count in kept.items()} == first


# ---- the chat under the lens

def test_the_chat_is_in_order_and_has_four_turns():
    """
    It could be sent; its rows are its messages, turn by turn.
    """
    assert is_valid(lens.CHAT)
    rows = lens.rows()
    assert list(range(len(lens.CHAT))) == [row.place for row in rows]
    assert [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4] == [row.turn for row in rows]
    assert ["question", "call", "result", "answer"] == [row.kind for row in rows[:4]]


def test_only_whole_turns_leave_a_list_in_order():
    """
    Cut after cut; what is wrong is said of a message that is still there, and names its place.
    """
    starts = {turn.start for turn in turns(lens.CHAT)}
    for dropped in range(len(lens.CHAT)):
        seen = lens.look(dropped)
        assert (dropped in starts) == (not seen.said) == seen.whole_turns
        assert is_valid(lens.CHAT[dropped:]) == (not seen.said)
        assert (seen.at is None) == (not seen.said)
        assert seen.at is None or seen.at >= dropped
    assert "no such call" in lens.look(2).said
    assert "first message must be the user's" in lens.look(1).said


@pytest.mark.parametrize("dropped", [-1, len(lens.CHAT), 1.0, True])
def test_a_cut_that_leaves_nothing_is_refused(dropped):
    """
    The message says what there is.
    """
    with pytest.raises(ValueError, match=f"a whole number from 0 to 10; got {dropped!r}"):
        lens.look(dropped)


def test_a_cut_may_be_valid_and_forgetful():
    """
    The allergy stands in the first message.
    """
    assert [True, False] == [lens.look(0).knows, lens.look(4).knows]
    assert lens.look(4).said == ""


# ---- nothing is cut

@pytest.mark.parametrize("state", [*EXTREMES, *ONE_MOVED])
def test_both_panels_fit(state):
    """
    The ends of all sliders together, and each slider's stops alone: no word outside, on another, or too small.
    """
    seen = race_view.play(**state)
    for plot, said in ((views.plot_cost, views.cost_in_words), (views.plot_recall, views.recall_in_words)):
        ax = panel(plot, seen)
        assert {"cut": [], "small": [], "piled": []} == faults(ax)
        assert said(seen) == title_of(ax)
    assert max(map(len, views.race_details(seen).splitlines())) <= 80


@pytest.mark.parametrize(("strategy", "down_to"), STACKS)
def test_stacks_fit(strategy, down_to):
    """
    All states of the widget.
    """
    frame = stack.stack_frame(strategy, down_to)
    ax = drawn(lambda ax: views.plot_stack(ax, frame), stack.SIZE)
    assert {"cut": [], "small": [], "piled": []} == faults(ax)
    assert views.stack_in_words(frame) == title_of(ax)
    assert max(map(len, views.stack_details(frame).splitlines())) <= 80


# ---- colour is never alone

def test_lines_and_facts_differ_in_shape():
    """
    Four dashes with four marks; a mark of its own for each place of a fact.
    """
    ax = panel(views.plot_cost, race_view.play(**START))
    assert 4 == len({line.get_linestyle() for line in ax.lines}) == len({line.get_marker() for line in ax.lines})
    ax = panel(views.plot_recall, race_view.play(**{**START, "pinned": True}))
    assert ["o", "s", "D"] == [line.get_marker() for line in ax.lines]
    ax = panel(views.plot_recall, race_view.play(**START))
    assert ["in a turn", "summary", "gone"] == [text.get_text() for text in ax.get_legend().get_texts()]


def test_what_is_read_is_hatched():
    """
    As high as the race says, over parts that add up to the prompt.
    """
    frame = stack.stack_frame("chunk", 50)
    ax = drawn(lambda ax: views.plot_stack(ax, frame), stack.SIZE)
    *parts, read = ax.collections
    assert ["////"] == [area.get_hatch() for area in ax.collections if area.get_hatch()]
    heights = [area.get_paths()[0].vertices[:, 1] for area in (parts[-1], read)]
    assert frame.prompt.max() == heights[0].max()
    assert sorted({0, *frame.cache_read}) == sorted(set(heights[1]))


# ---- words

def test_the_race_names_the_cheapest_and_what_the_dearest_costs():
    """
    The title follows the settings; where nothing is dropped it says so.
    """
    states = {"start": {}, "no cache": {"cached": False}, "production": {"model": SONNET}, "large": {"budget": 32_000}}
    said = {name: views.cost_in_words(race_view.play(**{**START, **state})) for name, state in states.items()}
    assert said["start"] == "With a cache, chunk is cheapest, $0.0172; slide costs 2.9 times that"
    assert said["no cache"] == "Without a cache, chunk is cheapest, $0.0414; append costs 2 times that"
    assert said["production"].startswith("With a cache, append is cheapest")
    assert said["large"] == "With a cache, all four cost $0.0192: the budget is never reached"


def test_recall_names_the_most_forgetful():
    """
    With pinned facts there is none.
    """
    assert "Request 60 has 1 of 8 facts with chunk, 8 with append" == views.recall_in_words(race_view.play(**START))
    pinned = race_view.play(**{**START, "pinned": True})
    assert "Request 60 has 8 of 8 facts, whoever trims" == views.recall_in_words(pinned)
    assert "forgot" in views.race_details(pinned)
    assert "first of all" not in views.race_details(pinned)


def test_the_stack_says_what_a_cut_costs():
    """
    The turn with the first cut beside the one before it; where nothing goes, why all is read.
    """
    assert ("chunk, 5 cuts: of 324,000 prompt tokens 87 % are read from the cache; 60 turns cost $0.0172"
            == views.stack_in_words(stack.stack_frame("chunk", 50)))
    words = " ".join(views.stack_details(stack.stack_frame("chunk", 50)).split())
    assert "First cut before turn 20: $0.000675 for that turn, 0 tokens of it read" in words
    assert "Nothing was dropped" in views.stack_details(stack.stack_frame("append", 50))


@pytest.mark.parametrize("dropped", range(len(lens.CHAT)))
def test_the_lens_shows_each_message_and_the_broken_rule(dropped):
    """
    Well-formed; dropped ones are struck; one message at most is marked, and the rule stands below in `problem`'s words.
    """
    view = views.validity_lens(start=dropped)
    html = view._repr_mimebundle_()["text/html"]
    text, seen = shown_text(html), lens.look(dropped)
    assert dropped == html.count("<s>")
    assert all(" ".join(row.text.split()) in text for row in lens.rows())
    assert (f"✗ {seen.said}" if seen.said else "✓ in order") in text
    assert (1 if seen.said else 0) == len(re.findall(r"border:3px solid #A84300", html))
    assert 1 + dropped == text.count("✂")
    assert views.lens_in_words(seen) == view.words
    view.close()


def test_the_lens_says_how_many_cuts_leave_a_list_in_order():
    """
    The title is computed, and says where one rule comes from.
    """
    view = views.validity_lens()
    assert "Of 10 ways to cut the front, 3 leave a list in order" == view.title
    assert "reported by users" in view.words
    assert "Of 2 ways to cut the front, none leaves a list in order" == views.lens_title(
        [lens.look(dropped) for dropped in (0, 1, 2)])


# ---- widgets

@pytest.mark.parametrize(("make", "mime"), [(views.strategy_race, "image/png"), (views.context_stack, "image/png"),
                                            (views.validity_lens, "text/html")])
def test_a_widget_has_three_faces(make, mime):
    """
    Live, as a picture or page, and in words.
    """
    view = make()
    bundle = view._repr_mimebundle_()
    assert {WIDGET, mime, "text/plain"} == set(bundle)
    assert bundle["text/plain"] == f"{view.title}\n{view.words}"
    view.close()


def test_the_controls_change_what_is_seen():
    """
    Each control of each widget shows something else.
    """
    for view, states in (
            (views.strategy_race(), [{"turns": 90}, {"budget": 4_000}, {"system": 2_000}, {"exchange": 200},
                                     {"gap": 900}, {"model": SONNET}, {"cached": False}, {"pinned": True}]),
            (views.context_stack(), [{"strategy": "slide"}, {"strategy": "summarise"}, {"down_to": 25}]),
            (views.validity_lens(), [{"dropped": 0}, {"dropped": 4}, {"dropped": 10}])):
        before = moved(view)
        for state in states:
            after = moved(view, **state)
            assert after != before, (view.title, state)
            before = after
        view.close()


def test_a_move_takes_little_time():
    """
    Twenty moves of the race, each of them new: well below what a hand notices, whatever else runs.
    """
    view = views.strategy_race()
    moved(view)
    started = time.process_time()
    for count in range(20):
        moved(view, turns=15 + 5 * count)
    assert time.process_time() - started < 20 * 0.25
    view.close()


def test_the_views_name_no_colour_without_a_shape():
    """
    Each look of the race has a mark of its own.
    """
    assert len({mark for _, _, mark in race_view.LOOKS.values()}) == len(race_view.LOOKS)
    assert len({mark for _, mark, _ in race_view.PLACES.values()}) == len(race_view.PLACES)
    assert style.GREEN == race_view.PLACES["turn"][0]
