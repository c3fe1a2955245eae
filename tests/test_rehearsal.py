"""A rehearsal plays server and time, and nothing else: the SDK is real, and what it did is told."""

from __future__ import annotations

import anthropic
import pytest
from wire_kit import HELLO, hello, message, plain
from wire_kit import client as client_over

from helpers.simulate.rehearsal import rehearsals, rehearse
from helpers.wire.faults import Faults
from helpers.wire.scripted import Scripted
from helpers.wire.trace import Traced


def make_client(*, faults, clock, trace, **options):
    """What a lesson's `anthropic` does, over a scripted server."""
    source = Faults(Scripted(lambda ask: plain(message()), clock), faults, clock)
    return client_over(Traced(source, trace, clock), clock=clock, **options)


def once(client, clock):
    """One call."""
    return client.messages.create(**hello(messages=HELLO))


def test_an_answer_is_told_with_its_requests_and_seconds():
    """Two failures, the SDK's two retries, an answer: three requests, and nothing waited after the last."""
    run = rehearse(make_client, once, ["529", "429 retry-after 7"])

    assert (3, "an answer") == (run.requests, run.got)
    assert 7.3 < run.seconds < 7.7
    assert 0 == pytest.approx(run.useless_s)


def test_a_wait_after_the_last_answer_is_useless():
    """Whoever sleeps before giving up makes a caller wait for nothing."""
    def sleeps_once_more(client, clock):
        try:
            return once(client, clock)
        except anthropic.RateLimitError:
            clock.sleep(16)
            raise

    run = rehearse(make_client, sleeps_once_more, ["429"] * 9, max_retries=0)

    assert 16 == pytest.approx(run.useless_s)
    assert "RateLimitError: 429" == run.got


def test_an_error_without_a_status_is_told_in_its_own_words_cut_where_they_are_long():
    """The end of the cut is marked."""
    def fails(client, clock):
        raise ValueError("could not convert string to float: 'Mon, 23 Nov 2026 09:00:20 GMT'")

    assert "ValueError: could not convert string to floa ..." == rehearse(make_client, fails, []).got


def test_an_interrupt_is_no_outcome():
    """Stop means stop."""
    def interrupted(client, clock):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearse(make_client, interrupted, [])


def test_incidents_become_rows():
    """One row each, in their order."""
    frame = rehearsals(make_client, once, {"fine": [], "refused": ["400"]}, max_retries=0)

    assert ["fine", "refused"] == list(frame.index)
    assert [1, 1] == list(frame["requests"])
    assert ["an answer", "BadRequestError: 400"] == list(frame["the caller gets"])
