"""The morning of the incident: small ones by hand, and its loops against the simulation and the code they stand for."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retries_kit import ServerError

from helpers.clock import VirtualClock
from helpers.retries import Policy, call_with_retries
from helpers.simulate.attempts import timeline
from helpers.simulate.incident import bounded, morning, mornings, nested

NEVER_WELL = 1e9
"""Seconds of outage that no loop outlasts."""


def once(failure, random):
    """Gives up at once."""


def every_second(failure, random):
    """Waits a second, ten times."""
    return 1.0 if failure <= 10 else None


def alone(loop, **server):
    """One caller's morning, one run."""
    return morning(loop, callers=1, seeds=1, **server)


# ---- by hand

def test_two_callers_and_a_server_that_takes_one_a_second():
    """
    Both refused at 0; at 1.1 one gets the token, the other at 2.2: five requests.
    """
    found = morning(every_second, callers=2, rate_per_s=1.0, outage_s=1.0, request_s=0.1, seeds=1)
    assert (1.0, 0, 5) == (found.answered_share, found.failed, found.requests)
    assert 2.3 == pytest.approx(found.last_answer_s)
    assert found.last_error_s is None


def test_nobody_gets_at_the_tokens_before_the_outage_is_over():
    """
    A full bucket does not help at 0 s; without an outage it answers that many.
    """
    assert (3, 3) == (morning(once, callers=3, burst=5, seeds=1).failed, morning(once, callers=3, seeds=1).requests)
    assert 1 == morning(once, callers=3, burst=2, outage_s=0.0, seeds=1).failed
    assert 0.25 == alone(once, request_s=0.25).last_error_s
    assert alone(once).last_answer_s is None


def test_a_loop_may_wait_once_more_before_its_error_and_have_a_budget():
    """
    nested(2, 0): requests at 0 and 1 s, then 2 s for nothing. A budget of 2.5 s has room for two waits of a second.
    """
    found = alone(nested(2, 0), outage_s=NEVER_WELL, request_s=0.0)
    assert (2, 3.0) == (found.requests, found.last_error_s)

    class Budgeted:
        budget_s = 2.5

        def __call__(self, failure, random):
            return 1.0

    found = alone(Budgeted(), outage_s=NEVER_WELL, request_s=0.0)
    assert (3, 2.0) == (found.requests, found.last_error_s)


# ---- the lesson's numbers

def test_two_layers_and_one():
    """
    A plain event loop's means of 30 seeds, to the digit that is shown.
    """
    table = mornings({"nested": nested(5, 2), "5 attempts from 0.5 s": bounded(Policy()),
                      "5 attempts from 1 s": bounded(Policy(base_s=1.0)),
                      "8 attempts from 1 s": bounded(Policy(max_attempts=8, base_s=1.0))})
    assert ["callers with an error", "requests", "last answer, s", "last error, s"] == list(table)
    assert [36, 1139, 22.5, 38.4] == list(table.loc["nested"])
    assert [59, 482, 6.8, 6.2] == list(table.loc["5 attempts from 0.5 s"])
    assert [34, 454, 13.1, 11.8] == list(table.loc["5 attempts from 1 s"])
    assert [0.2, 504, 37.3, 22.0] == list(table.loc["8 attempts from 1 s"])


def test_where_nobody_fails_there_is_no_last_error():
    """
    The table says so in a word; a server's settings reach every loop.
    """
    table = mornings({"patient": every_second, "once": once}, callers=2, rate_per_s=10.0, seeds=2)
    assert [0, 5, 2.1, "none"] == list(table.loc["patient"])
    assert [2, 2, "none", 0.0] == list(table.loc["once"])


# ---- against what they stand for

@pytest.mark.parametrize(("own", "sdk"), [(5, 2), (1, 4), (3, 0), (8, 1)])
def test_nested_is_the_timeline_of_a_server_that_always_refuses(own, sdk):
    """
    The same requests, and the same moment at which the caller knows, the useless wait included.
    """
    found, expected = alone(nested(own, sdk), outage_s=NEVER_WELL), timeline(
        "429", own_attempts=own, sdk_retries=sdk, seed=0)
    assert expected.requests == found.requests
    assert expected.total_s == pytest.approx(found.last_error_s)


@settings(max_examples=60)
@given(st.builds(Policy, max_attempts=st.integers(1, 9), base_s=st.sampled_from([0.1, 1.0, 4.0]),
                 cap_s=st.sampled_from([4.0, 20.0]), budget_s=st.sampled_from([0.5, 3.0, 60.0])),
       st.sampled_from([0.0, 1.0, 7.0, NEVER_WELL]))
def test_bounded_is_call_with_retries(policy, outage_s):
    """
    One caller on a virtual clock, through our production code: requests, and when it ended in what.
    """
    clock, sent = VirtualClock(), []

    def send():
        sent.append(clock.now())
        clock.sleep(0.04)
        if sent[-1] < outage_s:
            raise ServerError(429)

    found = alone(bounded(policy), outage_s=outage_s)
    try:
        call_with_retries(send, policy, now=clock.now, sleep=clock.sleep, random=Random(0).random, wall=clock.wall)
        ended = (found.last_answer_s, None)
    except ServerError:
        ended = (None, found.last_error_s)
    assert len(sent) == found.requests
    assert (found.last_answer_s, found.last_error_s) == ended
    assert clock.now() == pytest.approx(found.last_answer_s or found.last_error_s)


# ---- what always holds

LOOPS = st.one_of(st.builds(nested, st.integers(1, 6), st.integers(0, 3)),
                  st.builds(lambda attempts: bounded(Policy(max_attempts=attempts)), st.integers(1, 6)),
                  st.sampled_from([once, every_second]))


@settings(max_examples=40)
@given(LOOPS, st.integers(1, 30), st.sampled_from([0.5, 3.0, 20.0]), st.integers(1, 5), st.sampled_from([0.0, 2.0]))
def test_every_caller_is_answered_or_fails_and_no_more_than_the_server_can(loop, callers, rate, burst, outage_s):
    """
    Nobody is lost; each sends once at least; answers stay within burst and rate; the same call says the same.
    """
    given_ = {"callers": callers, "rate_per_s": rate, "burst": burst, "outage_s": outage_s, "seeds": 2}
    found = morning(loop, **given_)
    assert callers == pytest.approx(found.answered_share * callers + found.failed)
    assert found.requests >= callers
    if found.last_answer_s is not None:
        assert callers - found.failed <= burst + rate * found.last_answer_s + 1e-6
    assert found == morning(loop, **given_)


def test_bounded_takes_a_policy():
    """
    A number of attempts alone is refused with what to write.
    """
    with pytest.raises(TypeError, match=r"a Policy, such as Policy\(max_attempts=5\); got 5\."):
        bounded(5)


def test_seeds_are_the_runs_of_a_mean():
    """
    One run is that of seed 0; more change what is drawn.
    """
    assert morning(bounded(Policy()), seeds=1) != morning(bounded(Policy()), seeds=2)


# ---- errors

@pytest.mark.parametrize(("make", "words"), [
    (lambda: morning(once, callers=0), "callers must be a whole number, 1 or more; got 0."),
    (lambda: morning(once, burst=1.5), "burst must be a whole number, 1 or more; got 1.5."),
    (lambda: morning(once, seeds=True), "seeds must be a whole number, 1 or more; got True."),
    (lambda: morning(once, rate_per_s=0), "rate_per_s must be a number above 0; got 0."),
    (lambda: morning(once, outage_s=-1), "outage_s must be a number, 0 or more; got -1."),
    (lambda: morning(once, request_s=float("nan")), "request_s must be a number, 0 or more; got nan."),
    (lambda: nested(0, 2), "own_attempts must be 1 or more and sdk_retries 0 or more; got 0 and 2."),
    (lambda: morning(lambda failure, random: -1), "loop(1, random) must return seconds, 0 or more, or None to give "
     "up; got -1."),
    (lambda: morning(lambda failure, random: "2"), "or None to give up; got '2'."),
    (lambda: alone(lambda failure, random: 1.0, outage_s=NEVER_WELL), "The loop would go on after 1,000 failures of "
     "one caller. Let it return None at some point"),
])
def test_what_could_not_be_is_refused(make, words):
    """
    A ValueError with what was given and what to do, a loop without an end included.
    """
    with pytest.raises(ValueError) as caught:
        make()
    assert words in str(caught.value)
