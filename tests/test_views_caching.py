"""Lesson 05's views: each says what its simulation says, in every state, with nothing cut off but a lifetime."""

from __future__ import annotations

import time
from itertools import product

import pytest
from caching_kit import HAIKU
from test_views_economics import drawn, faults

from helpers.caching import prefix_diff
from helpers.simulate import cache_pairs, cache_patterns
from helpers.views import caching as views
from helpers.views._explore import WIDGET
from helpers.views.caching import break_even, lifetimes, prefixes

SONNET = "claude-sonnet-5-5"
STATES = [dict(zip(("clock", "shuffled", "space", "other", "retrieved"), values, strict=True)) for values in product(
    (False, True), (False, True), (False, True), (False, True), cache_pairs.RETRIEVED)]
LIVES = list(product(cache_patterns.PATTERNS, cache_patterns.TTLS))
CURVES = [(1, 50_000), (2, 50_000), (3, 600), (10, 200), (10, 100_000), (49, 512), (50, 50_000)]


def words_of(ax):
    """The title, its lines joined, and all other words of the picture."""
    return " ".join(ax.get_title(loc="left").split("\n")), [text.get_text() for text in ax.texts]


def moved(view, **values):
    """(picture, words) after the controls took *values*."""
    view._repr_mimebundle_()
    for name, value in values.items():
        view.controls[name].value = value
    return view._shown[0].value, view.words


# ---- nothing is cut

@pytest.mark.parametrize("state", STATES, ids=lambda state: " ".join(str(value)[:4] for value in state.values()))
def test_strips_fit_in_every_state(state):
    """All 48 states of the widget: no word outside, on another, or too small; each block has its words."""
    seen = cache_pairs.compare(**state)
    ax = drawn(lambda ax: views.plot_prefixes(ax, seen), prefixes.SIZE)
    assert {"cut": [], "small": [], "piled": []} == faults(ax)
    title, words = words_of(ax)
    assert views.prefixes_in_words(seen) == title
    for billed in (seen.first, seen.second):
        assert all(any(f"{block.name}\n{block.tokens:,}\n" in text for text in words) for block in billed.blocks)


@pytest.mark.parametrize(("pattern", "ttl"), LIVES)
def test_timelines_fit(pattern, ttl):
    """Each pattern with each lifetime."""
    seen = cache_patterns.timeline(pattern, ttl=ttl, model=HAIKU)
    ax = drawn(lambda ax: views.plot_lifetime(ax, seen), lifetimes.SIZE)
    assert {"cut": [], "small": [], "piled": []} == faults(ax)
    assert views.lifetime_in_words(seen) == words_of(ax)[0]
    assert "minutes" in ax.get_xlabel()


@pytest.mark.parametrize("model", [HAIKU, SONNET])
@pytest.mark.parametrize("ttl", ["5m", "1h"])
@pytest.mark.parametrize(("calls", "prefix"), CURVES)
def test_curves_fit(calls, prefix, ttl, model):
    """Few and many calls, short and long prefixes."""
    found = cache_patterns.curves(model, calls=calls, prefix=prefix)
    ax = drawn(lambda ax: views.plot_break_even(ax, found, ttl), break_even.SIZE)
    assert {"cut": [], "small": [], "piled": []} == faults(ax)
    assert views.break_even_in_words(found, ttl) == words_of(ax)[0]
    assert "calls" in ax.get_xlabel()
    assert "prefixes" in ax.get_ylabel()


# ---- colour is never alone

def test_blocks_differ_in_hatch_and_words():
    """Read, written, plain input: told apart in grey, too."""
    ax = drawn(lambda ax: views.plot_prefixes(ax, cache_pairs.compare(space=True)), prefixes.SIZE)
    below = [text for text in words_of(ax)[1] if "\n" in text][4:]
    assert ["tools\n174\n✓ read", "handbook\n1,990\n✓ read", "catalogue\n50,686\n✗ written anew",
            "question\n13\nplain input"] == below
    assert ["", "", "///", ""] == [patch.get_hatch() or "" for patch in ax.patches][4:]


def test_calls_and_lines_differ_in_shape():
    """Markers for outcomes, dashes for lifetimes, markers where they cross."""
    ax = drawn(lambda ax: views.plot_lifetime(ax, cache_patterns.timeline("every 4 min", model=HAIKU)), lifetimes.SIZE)
    assert ["^", "o"] == [line.get_marker() for line in ax.lines]
    assert ["entry lives", "1 × write, at 1.25 each", "9 × read, at 0.1 each"] == [
        text.get_text() for text in ax.get_legend().get_texts()]
    ax = drawn(lambda ax: views.plot_break_even(ax, cache_patterns.curves(HAIKU, calls=10), "5m"), break_even.SIZE)
    lines = [line for line in ax.lines if len(line.get_xdata()) > 1]
    assert 3 == len({line.get_linestyle() for line in lines})
    dots = {line.get_marker(): (line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines if line not in lines}
    assert {"o": (2, pytest.approx(1.35)), "^": (3, pytest.approx(2.2))} == dots


def test_a_line_marks_where_the_requests_part():
    """At the front of the block, with its name; none where they are equal."""
    ax = drawn(lambda ax: views.plot_prefixes(ax, cache_pairs.compare(clock=True)), prefixes.SIZE)
    (line,) = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert prefixes.WIDTHS["tools"] == line.get_xdata()[0]
    assert "first difference: in the handbook" in words_of(ax)[1]
    ax = drawn(lambda ax: views.plot_prefixes(ax, cache_pairs.compare(other=False)), prefixes.SIZE)
    assert "the two are equal" in words_of(ax)[1]
    assert [] == [line for line in ax.lines if len(line.get_xdata()) == 2]


def test_no_breakpoint_s_mark_is_crossed_by_the_dashed_line():
    """A difference begins where a block ends, so the mark stands inside its block."""
    for state in STATES:
        ax = drawn(lambda ax, state=state: views.plot_prefixes(ax, cache_pairs.compare(**state)), prefixes.SIZE)
        unit = ax.transData.transform((1, 0))[0] - ax.transData.transform((0, 0))[0]
        cuts = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2]
        marks = [(line.get_xdata()[0], line.get_markersize()) for line in ax.lines if line.get_marker() == "^"]
        for cut in cuts:
            assert all(abs(cut - at) * unit > size / 2 * ax.figure.dpi / 72 for at, size in marks), state


def test_calls_close_together_keep_their_bars_and_writes_stay_on_top():
    """Two calls in two minutes of six hours: bars wide enough to be seen, the dear one in front."""
    seen = cache_patterns.timeline("2 calls, 3 hours of silence, 3 times", model=HAIKU)
    ax = drawn(lambda ax: views.plot_lifetime(ax, seen), lifetimes.SIZE)
    bars = ax.collections
    pixels = [ax.transData.transform(path.vertices) for bar in bars for path in bar.get_paths()]
    assert min(corners[:, 0].max() - corners[:, 0].min() for corners in pixels) >= 5
    write, read = bars
    assert write.get_zorder() > read.get_zorder()
    marks = {line.get_marker(): line.get_zorder() for line in ax.lines}
    assert marks["^"] > marks["o"]


# ---- words

@pytest.mark.parametrize("state", STATES[::5])
def test_the_words_are_the_usage_and_what_prefix_diff_says(state):
    """The three counters by the API's names, in lines that fit; the difference word by word."""
    seen = cache_pairs.compare(**state)
    words, usage = views.prefixes_details(seen), seen.second.usage
    for name, count in (("input_tokens", usage.input), ("cache_creation_input_tokens", usage.cache_write_5m),
                        ("cache_read_input_tokens", usage.cache_read)):
        assert f"{name} {count:,}" in " ".join(words.split())
    said = str(prefix_diff(seen.first.body, seen.second.body) or "no difference")
    assert " ".join(said.split()) in " ".join(words.split())
    assert max(map(len, words.splitlines())) <= 100
    assert not seen.difference or "".join(
        f"\n{prefixes.INDENT}{value}" for value in (seen.difference.before, seen.difference.after)) in words


def test_a_breakpoint_that_is_left_and_reads_nothing_is_explained():
    """The tools alone are too short to be cached; said only where that is so."""
    said = " ".join(views.prefixes_details(cache_pairs.compare(clock=True)).split())
    assert "2 of 3 breakpoints can no longer be read" in said
    assert "behind the tools, has nothing to read: 174 tokens are below the minimum of 512" in said
    for state in ({}, {"space": True}, {"shuffled": True}, {"other": False}):
        assert "has nothing to read" not in views.prefixes_details(cache_pairs.compare(**state))


def test_the_finding_says_which_way_the_price_went():
    """Less where it is read, more where it is written anew."""
    assert ("The second reads 52,850 of 52,863 tokens; input costs 90 % less than uncached"
            == views.prefixes_in_words(cache_pairs.compare()))
    assert ("The second reads 0 of 52,872 tokens; input costs 25 % more than uncached"
            == views.prefixes_in_words(cache_pairs.compare(clock=True)))


def test_a_timeline_names_the_cheapest_lifetime():
    """And what this one costs."""
    seen = cache_patterns.timeline("every 6 min", model=HAIKU)
    assert "10 of 10 calls write, 0 read: they cost 12.5 uncached prefixes, without a cache 10" == \
        views.lifetime_in_words(seen)
    assert lifetimes.lifetime_details(seen).startswith(
        "every 6 min; kept for 5 minutes: 125 % of the price without a cache (a write\n1.25).\n"
        "Cheapest for these calls: 1 hour.")
    none = cache_patterns.timeline("every 70 min", ttl="none", model=HAIKU)
    assert "10 calls, nothing cached: they cost 10 uncached prefixes, without a cache 10" == \
        views.lifetime_in_words(none)
    assert "every 70 min; no cache: 100 % of the price without a cache (a plain call 1)." in \
        lifetimes.lifetime_details(none)


def test_break_even_speaks_of_the_lifetime_that_was_chosen():
    """Its first cheaper call, and its sum."""
    found = cache_patterns.curves(HAIKU, calls=10)
    assert ("Kept for 1 hour, the prefix pays from the 3rd call on: 10 calls cost 2.9 in place of 10"
            == views.break_even_in_words(found, "1h"))
    short = cache_patterns.curves(HAIKU, calls=10, prefix=500)
    assert views.break_even_in_words(short, "5m").startswith("500 tokens are below the minimum of 512: nothing is")
    chart = views.break_even_chart(HAIKU, ttl="5m")
    assert str(chart) == views.break_even_in_words(found, "5m")
    assert [[1, 2, 3, 10], [1.25, 1.35, 1.45, 2.15], [2, 2.1, 2.2, 2.9]] == chart.numbers.to_numpy().tolist()


# ---- widgets

@pytest.mark.parametrize(("make", "start"), [
    (views.prefix_diff_widget, "Usage of the second: input_tokens 13, cache_creation_input_tokens 52,859,"),
    (views.break_even_widget, "5 minutes: after 1 call 1.25, after 10 calls 2.15; at least 21.7 % of the calls"),
    (views.lifetime_widget, "every 6 min; kept for 5 minutes: 125 % of the price")])
def test_a_widget_carries_picture_and_words(make, start):
    """Three faces in one output; the saved words are those of the first state."""
    view = make()
    bundle = view._repr_mimebundle_()
    assert {WIDGET, "image/png", "text/plain"} == set(bundle)
    assert bundle["text/plain"].startswith(f"{view.title}\n{start}")
    view.close()


def test_the_controls_change_what_is_seen():
    """Each control of each widget draws another picture."""
    for view, states in (
            (views.prefix_diff_widget(), [{"clock": False}, {"space": True}, {"retrieved": "in the question"},
                                          {"shuffled": True}, {"other": False}, {"shuffled": False}]),
            (views.break_even_widget(), [{"calls": 20}, {"ttl": "1h"}, {"prefix": 400}, {"prefix": 600},
                                         {"model": SONNET}]),
            (views.lifetime_widget(), [{"pattern": "every 4 min"}, {"ttl": "1h"}, {"ttl": "none"}])):
        before = moved(view)
        for state in states:
            after = moved(view, **state)
            assert after != before, (view.title, state)
            before = after
        view.close()


def test_no_move_tokenises_or_asks_for_long():
    """
    Twelve moves of each widget, the catalogue hashed anew in each: well below what a hand notices, whatever else runs.
    """
    view = views.prefix_diff_widget()
    moved(view)
    started = time.process_time()
    for name in ("clock", "shuffled", "space", "other") * 3:
        moved(view, **{name: not view.controls[name].value})
    assert time.process_time() - started < 12 * 0.25
    view.close()
