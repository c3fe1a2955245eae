"""A trace sees what the SDK keeps to itself: every attempt, with the waits between."""

from __future__ import annotations

import pytest
from wire_kit import client, hello, message, plain, stream

from helpers.clock import VirtualClock, run_virtual
from helpers.wire.faults import Faults
from helpers.wire.scripted import Scripted
from helpers.wire.trace import Trace, Traced


def traced(*faults, vendor="ANTHROPIC", asynchronous=False, **options):
    """(client, trace) over a scripted server that fails as *faults* say, then answers."""
    clock, trace = VirtualClock(), Trace()
    source = Faults(Scripted(lambda ask: plain(message()), clock), faults, clock)
    return client(Traced(source, trace, clock), vendor=vendor, asynchronous=asynchronous, clock=clock, **options), trace


def test_the_sdks_own_retries_are_all_booked():
    """
    Two failures and an answer: three requests, numbered by the SDK, each with the wait before it.
    """
    asked, trace = traced("529", "429 retry-after 7")
    asked.messages.create(**hello())

    assert ["529", "429", "200"] == [one.answer for one in trace.sent]
    assert [0, 1, 2] == [one.sdk_retry for one in trace.sent]
    assert (0.0, 7.0) == (trace.sent[0].waited_s, pytest.approx(trace.sent[2].waited_s))
    assert 0.375 <= trace.sent[1].waited_s <= 0.5
    assert "7" == trace.sent[1].retry_after
    assert 3 == len(trace)


def test_a_connection_that_drops_is_booked_by_its_name():
    """
    No answer came, so there is no status.
    """
    asked, trace = traced("dropped connection")
    asked.messages.create(**hello())

    assert ["RemoteProtocolError", "200"] == [one.answer for one in trace.sent]


def test_the_waits_add_up():
    """
    The sum is what somebody slept between the requests.
    """
    asked, trace = traced("429 retry-after 2", "429 retry-after 3")
    asked.messages.create(**hello())

    assert 5.0 == pytest.approx(trace.waited_s)
    assert 5.08 == pytest.approx(trace.sent[-1].at_s)      # two failures took 40 ms each
    assert 5.08 == pytest.approx(trace.ended_s)            # and the answer nothing


def test_asynchronous_calls_are_booked_as_well():
    """
    The same rows from the same script.
    """
    asked, trace = traced("529", asynchronous=True)

    async def call():
        await asked.messages.create(**hello())

    run_virtual(call())
    assert ["529", "200"] == [one.answer for one in trace.sent]


def test_the_frame_has_a_row_a_request():
    """
    Numbered from 1, times rounded to hundredths, ready to be shown.
    """
    asked, trace = traced("429 retry-after 2", max_retries=1)
    asked.messages.create(**hello())
    frame = trace.frame()

    assert [1, 2] == list(frame.index)
    assert ["at_s", "waited_s", "sdk_retry", "answer", "retry_after"] == list(frame.columns)
    assert [0.0, 2.0] == list(frame["waited_s"])


def test_a_new_trace_is_an_empty_table():
    """
    Nothing sent, nothing booked.
    """
    assert (0, 0.0, 0.0, 0) == (len(Trace()), Trace().waited_s, Trace().ended_s, len(Trace().frame()))


def test_a_stream_that_is_left_is_counted_to_where_it_was_closed():
    """
    Two pieces read and then closed: so many were handed out, and nobody can read on.
    """
    clock, trace = VirtualClock(), Trace()
    source = Scripted(lambda ask: stream("One ", "two ", "three."), clock)
    asked = client(Traced(source, trace, clock), clock=clock)

    with asked.messages.create(**hello(), stream=True) as events:
        next(iter(events))
        body = trace.sent[0].body
        assert (True, 1) == (body.open, body.pieces)
    assert (False, 1) == (body.open, body.pieces)
