"""The token bucket: never fuller than full, nothing lost, first come first served, and the rate holds."""

from __future__ import annotations

import math
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retries_kit import Time

from helpers.retries import TokenBucket

AMOUNTS = st.floats(0.01, 1e6)


def bucket(rate_per_s=1.0, capacity=5.0, at=0.0):
    """A bucket and the time that fills it."""
    time = Time()
    time.at = at
    return TokenBucket(rate_per_s, capacity, time.now), time


def test_a_full_bucket_serves_a_burst_and_then_the_rate():
    """Five at once, then one a second, in the order in which they asked."""
    b, _ = bucket()
    assert [0, 0, 0, 0, 0, 1, 2, 3] == [b.reserve(1) for _ in range(8)]


def test_asking_books_nothing():
    """`wait_s` looks, `reserve` takes."""
    b, _ = bucket()
    b.reserve(5)
    assert [2.0, 2.0, 2.0] == [b.wait_s(2), b.wait_s(2), b.reserve(2)]
    assert -2.0 == b.level


def test_fractions_flow_in_too():
    """0.5 tokens a second, for one second twice, are a token."""
    b, time = bucket(rate_per_s=0.5, capacity=1)
    b.reserve(1)
    time.at = 1.0
    assert (0.5, 1.0) == (b.level, b.wait_s(1))
    time.at = 2.0
    assert (1.0, 0.0) == (b.level, b.reserve(1))


def test_it_holds_no_more_than_its_capacity():
    """A night without a request saves up one burst, not a night's worth."""
    b, time = bucket()
    time.at = 36_000.0
    assert 5.0 == b.level
    b.settle(reserved=3, used=0)
    assert 5.0 == b.level
    time.at = 72_000.0
    b.settle(reserved=0, used=2)   # charged to what is in it now, not to what would have flowed over
    assert 3.0 == b.level


def test_settling_gives_back_or_charges_the_difference():
    """Estimates err in both directions."""
    b, _ = bucket(capacity=100.0)
    b.reserve(80)
    b.settle(reserved=80, used=30)
    assert 70.0 == b.level
    b.reserve(60)
    b.settle(reserved=60, used=90)
    assert (-20.0, 20.0) == (b.level, b.wait_s(0))


def test_more_than_the_capacity_would_never_be_there():
    """Said at once, instead of a wait without end."""
    b, _ = bucket(capacity=10_000)
    for ask in (b.wait_s, b.reserve):
        with pytest.raises(ValueError) as caught:
            ask(12_000)
        assert ("12,000 tokens never fit into a bucket of 10,000: split the request, or raise the capacity."
                == str(caught.value))
    assert 10_000 == b.level


@pytest.mark.parametrize("wrong", [-1, True, "5", None, math.nan, math.inf])
def test_amounts_that_make_no_sense_are_refused(wrong):
    """At each door."""
    b, _ = bucket()
    doors = {"tokens": b.reserve, "reserved": lambda n: b.settle(n, 0), "used": lambda n: b.settle(0, n)}
    for name, ask in doors.items():
        with pytest.raises(ValueError) as caught:
            ask(wrong)
        assert f"{name} must be a number of 0 or more, not infinite; got {wrong!r}." == str(caught.value)
    with pytest.raises(ValueError, match="rate_per_s must be a number above 0, not infinite"):
        TokenBucket(wrong, 5)
    with pytest.raises(ValueError, match="capacity must be a number above 0, not infinite; got 0"):
        TokenBucket(1, 0)


def test_a_clock_that_steps_back_neither_fills_nor_drains():
    """And the time that it then makes up for isn't counted twice."""
    b, time = bucket()
    time.at = 10.0
    b.reserve(5)
    time.at = 8.0
    assert 0.0 == b.level
    time.at = 11.0
    assert 1.0 == b.level


STEPS = st.lists(st.tuples(st.sampled_from(["reserve", "settle", "pass"]), st.floats(0, 1), st.floats(0, 1)),
                 max_size=40)


@given(rate=AMOUNTS, capacity=AMOUNTS, steps=STEPS)
def test_it_is_never_above_its_capacity(rate, capacity, steps):
    """Whatever is reserved, settled and waited for."""
    b, time = bucket(rate, capacity)
    for step, one, two in steps:
        if step == "reserve":
            assert b.reserve(one * capacity) >= 0
        elif step == "settle":
            b.settle(one * capacity, two * capacity)
        else:
            time.at += one * 100
        assert b.level <= capacity


@given(rate=AMOUNTS, capacity=AMOUNTS, requests=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 3)), max_size=40))
def test_no_window_of_time_gets_more_than_a_burst_and_the_rate(rate, capacity, requests):
    """Requests sent when `reserve` says: between any two of them, at most capacity + rate x time, theirs included."""
    b, time = bucket(rate, capacity)
    sent = []
    for share, pause in requests:
        time.at += pause
        tokens = share * capacity
        sent.append((time.at + b.reserve(tokens), tokens))

    assert sorted(at for at, _ in sent) == pytest.approx([at for at, _ in sent])   # first come, first served
    for first, (start, _) in enumerate(sent):
        total = 0.0
        for end, tokens in sent[first:]:
            total += tokens
            assert total <= (capacity + rate * (end - start)) * (1 + 1e-6) + 1e-6


def test_the_long_run_rate_is_used_in_full():
    """A queue that never ends gets exactly the rate: 1,000 requests of 7 tokens at 3 a second, after a burst."""
    b, _ = bucket(rate_per_s=3.0, capacity=70.0)
    waits = [b.reserve(7) for _ in range(1000)]
    assert pytest.approx((7 * 1000 - 70) / 3.0) == waits[-1]


@given(capacity=AMOUNTS, fill_s=st.floats(1, 600), share=st.floats(0.001, 1), at=st.floats(0, 1e6))
def test_waiting_once_as_long_as_it_says_is_enough(capacity, fill_s, share, at):
    """Also late on a clock, where a second's last digits get lost: nobody waits in circles."""
    b, time = bucket(capacity / fill_s, capacity, at)
    b.reserve(capacity)
    time.at += b.wait_s(share * capacity)
    assert 0.0 == b.wait_s(share * capacity)


def test_threads_do_not_lose_a_booking():
    """Four threads that start together, 2,000 bookings each: all of them are in the level."""
    b, _ = bucket(capacity=1.0)
    start = threading.Barrier(4)

    def book():
        start.wait()
        for _ in range(2_000):
            b.reserve(1)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=book) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert 1 - 8_000 == b.level
