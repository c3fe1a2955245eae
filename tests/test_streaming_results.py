"""How a stream's timing is measured, and how a result shows itself."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streaming_kit import TEXT, WAYS, built, opened, opened_async
from wire_kit import stream

from helpers.clock import VirtualClock, run_virtual
from helpers.economics import Usage
from helpers.streaming import Result, StreamFailure, Timing, ToolCall, consume, consume_async


def result(text="Hello", ending="complete", **more):
    """A result with plain values."""
    values = {"stop_reason": "end_turn", "usage": Usage(input=9, output=4), "error": None, "tool_calls": (),
              "timing": Timing(0.62, 2.1, (0.21, 0.1), 3), **more}
    return Result(text=text, ending=ending, **values)


# ---- Timing

@pytest.mark.parametrize("mode", ["sync", "async"])
def test_times_are_exact_on_a_virtual_clock(mode):
    """
    Events every 100 ms from 0.1 s on: the first text is the third event, and the last event the eighth.
    """
    clock = VirtualClock()

    async def work():
        started = clock.now()
        return await consume_async(await opened_async("events", stream("One", " two", " three"), clock=clock),
                                   now=clock.now, started=started)

    timing = run_virtual(work()).timing if mode == "async" else consume(
        opened("events", stream("One", " two", " three"), clock=clock), now=clock.now, started=0.0).timing
    assert (0.3, 0.8, 3) == (pytest.approx(timing.first_s), pytest.approx(timing.total_s), timing.pieces)
    assert (pytest.approx((0.1, 0.1))) == timing.gaps


def test_without_a_start_times_count_from_the_call():
    """
    The stream was opened at 0.1 s: what passed before is missing from the wait.
    """
    clock = VirtualClock()
    timing = consume(opened("events", stream("One"), clock=clock), now=clock.now).timing
    assert (pytest.approx(0.2), pytest.approx(0.5)) == (timing.first_s, timing.total_s)


@pytest.mark.parametrize("way", WAYS)
def test_first_text_is_not_the_first_event(way):
    """
    Headers, ping, role: nothing that a user sees.
    """
    clock = VirtualClock()
    reply = built(way, first_ms=500, per_delta_ms=100)
    timing = consume(opened(way, reply, clock=clock), now=clock.now, started=0.0).timing
    assert 0.5 < timing.first_s < timing.total_s
    assert timing.total_s == pytest.approx(reply.chunks[-1][0] / 1000)
    assert timing.pieces == len(timing.gaps) + 1


def test_a_timing_reads_as_a_sentence():
    """
    With one piece there is no gap, and without text no first one.
    """
    assert "first text after 0.62 s, 14 pieces, longest gap 0.21 s, 2.10 s in all" == str(
        Timing(0.62, 2.1, (0.1, 0.21, 0.1), 14))
    assert "first text after 0.62 s, 1 piece, 2.10 s in all" == str(Timing(0.62, 2.1, (), 1))
    assert "no text, 2.10 s in all" == str(Timing(None, 2.1))


def test_the_95th_percentile_is_one_of_the_gaps():
    """
    Nearest rank: of 20 gaps the 19th.
    """
    assert 19.0 == Timing(0.1, 9, tuple(float(gap) for gap in range(20, 0, -1)), 21).p95_gap_s
    assert 7.0 == Timing(0.1, 9, (7.0,), 2).p95_gap_s
    assert None is Timing(0.1, 9, (), 1).p95_gap_s
    assert None is Timing(None, 9).longest_gap_s


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_at_most_one_gap_in_twenty_is_longer_than_the_percentile(gaps):
    """
    The definition, on any gaps.
    """
    timing = Timing(0.1, 9, tuple(gaps), len(gaps) + 1)
    assert sum(gap > timing.p95_gap_s for gap in gaps) <= 0.05 * len(gaps)
    assert timing.p95_gap_s in gaps


# ---- How it shows itself

@pytest.mark.parametrize(("shown", "more"), [
    ("complete: end_turn", {}),
    ("NOT COMPLETE, truncated: max_tokens", {"ending": "truncated", "stop_reason": "max_tokens"}),
    ("NOT COMPLETE, failed: StreamFailure (server_error)",
     {"ending": "failed", "stop_reason": None, "error": StreamFailure("server_error", "secret words")}),
    ("NOT COMPLETE, cut: the stream ended without its final event", {"ending": "cut", "stop_reason": None})])
def test_each_ending_says_so(shown, more):
    """
    In words, in both forms; never with the error's own message, which may repeat a prompt.
    """
    value = result(**more)
    assert f"Hello\n[{shown} · 9 input + 4 output tokens · {value.timing}]" == str(value)
    html = value._repr_html_()
    assert shown.replace("NOT COMPLETE", "<strong>NOT COMPLETE</strong>") in html
    assert "secret" not in str(value) + html


def test_a_result_without_text_and_usage_says_so():
    """
    Nothing is shown as an empty string.
    """
    assert str(result("", usage=None)).startswith("(no text)\n[complete: end_turn · usage unknown · ")


def test_the_answer_is_text_and_never_markup():
    """
    HTML, formulas and images of a model stay what they are: characters.
    """
    html = result("<img src=x onerror=alert(1)> $1 and $2")._repr_html_()
    assert "<img" not in html
    assert "<span>$</span>1 and <span>$</span>2" in html


def test_tool_calls_are_shown_and_half_ones_marked():
    """
    So that nobody runs half an order by eye.
    """
    calls = (ToolCall("a", "order", {"n": 1}, '{"n": 1}'), ToolCall("b", "order", None, '{"n": <'))
    value = result("", "cut", stop_reason=None, tool_calls=calls)
    assert '-> order({"n": 1})\n-> order({"n": < ... NOT COMPLETE)' in str(value)
    assert "{&quot;n&quot;: &lt; ... " in value._repr_html_()
    assert "<strong>NOT COMPLETE</strong>, cut" in value._repr_html_()


def test_a_result_can_not_be_changed():
    """
    Frozen, as all values here.
    """
    with pytest.raises(dataclasses.FrozenInstanceError):
        result().text = "other"


def test_the_same_answer_in_other_time_is_the_same_result():
    """
    Timing is measured, not said.
    """
    assert result() == result(timing=Timing(9.9, 99))
    assert TEXT == consume(opened("events", built("events"))).text


def test_times_show_themselves_rounded():
    """A saved notebook compares what it shows: no gap of 0.04000000000000001 s in it."""
    assert "<Timing: first text after 0.10 s, 2 pieces, longest gap 0.20 s, 0.33 s in all>" == repr(
        Timing(0.1, 0.1 + 0.2 + 0.0301, (0.1 + 0.1,), 2))
