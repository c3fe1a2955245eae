"""How long to wait: what a server's headers ask for, and the policy's own jitter above it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retries_kit import ServerError

from helpers.clock import WALL_START
from helpers.retries import Policy, asked_wait_s, retry_after_s

POLICIES = st.builds(lambda base, times, **more: Policy(base_s=base, cap_s=base * times, **more),
                     st.floats(0.001, 100), st.floats(1, 1000), max_attempts=st.integers(1, 12),
                     budget_s=st.floats(0.01, 5000))
DRAWS = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(("headers", "seconds"), [
    ({"retry-after": "7"}, 7.0), ({"retry-after": " 1.5 "}, 1.5), ({"retry-after": "0"}, 0.0),
    ({"retry-after-ms": "250"}, 0.25), ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
    ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0), ({"retry-after-ms": "-1", "retry-after": "7"}, 7.0),
    ({"retry-after": "Mon, 23 Nov 2026 09:00:30 GMT"}, 30.0), ({"retry-after": "Mon, 23 Nov 2026 08:59:00 GMT"}, 0.0),
    ({"retry-after": "Monday, 23-Nov-26 09:00:30 GMT"}, 30.0), ({"retry-after": "Mon Nov 23 09:00:30 2026"}, 30.0),
    ({"retry-after": "Mon, 23 Nov 2026 10:00:30 +0100"}, 30.0), ({"retry-after": "Mon, 23 Nov 2026 09:00:30"}, 30.0),
    ({"retry-after": "3600"}, 3600.0), ({"retry-after": "1e300"}, 1e300), ({"retry-after": 7}, 7.0),
    ({"retry-after": "3, 60"}, 60.0), ({"retry-after": "60,3"}, 60.0), ({"retry-after": "60, soon"}, 60.0),
    ({"retry-after": "-1, 7"}, 7.0), ({"retry-after-ms": "250, 900"}, 0.9), ({"retry-after": "nan, 7, 7"}, 7.0),
    ({"retry-after": "3, Mon, 23 Nov 2026 09:00:30 GMT"}, 30.0),
    ({"retry-after": "Mon, 23 Nov 2026 09:00:30 GMT, Monday, 23-Nov-26 09:01:30 GMT, 3"}, 90.0),
    (httpx2.Headers([("retry-after", "3"), ("Retry-After", "60")]), 60.0),
    ([("Retry-After", "3"), ("retry-after", "60"), ("x", "y")], 60.0), ({"Retry-After": "3", "retry-after": "2"}, 3.0),
    ({"Retry-After": "7"}, 7.0), ({"RETRY-AFTER-MS": "250"}, 0.25), (httpx2.Headers({"Retry-After": "7"}), 7.0)])
def test_what_the_headers_ask_for(headers, seconds):
    """Milliseconds first, then seconds, then one of HTTP's three forms of a date, in httpx2's headers or in a dict."""
    assert seconds == retry_after_s(headers, WALL_START)


@pytest.mark.parametrize("text", ["", " ", "soon", "-3", "nan", "inf", "-inf", "7 seconds", "soon, later", ",", "1:30",
                                  "\x00", "Mon, 99 Nov 2026 09:00:30 GMT", "Mon, 23 Nov 99999 09:00:30 GMT",
                                  "Mon, 23 Nov 2026 09:00:30 +999999999999999", "9" * 5000 + "-", None, ["7"], True])
def test_what_cannot_be_read_asks_for_nothing(text):
    """Never an exception: it would take the place of the error that is being handled (api-facts J 15)."""
    assert retry_after_s({"retry-after": text}, WALL_START) is None


class Mute:
    """A value that can't be shown."""

    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize("headers", [{"retry-after": Mute()}, {Mute(): "7"}, 7, ["retry-after"], [7], Mute(),
                                     [("retry-after", "7", "x")]])
def test_what_are_no_headers_ask_for_nothing(headers):
    """From a double or another library: no exception either, and what is readable beside it is read."""
    assert retry_after_s(headers, WALL_START) is None


def test_one_unreadable_header_hides_no_other():
    """Each is read for itself."""
    assert 7.0 == retry_after_s({"x": Mute(), "retry-after": "7", Mute(): "z"}, WALL_START)


def test_no_headers_ask_for_nothing():
    """A connection that failed has none."""
    assert retry_after_s({}, WALL_START) is None
    assert retry_after_s(None, WALL_START) is None


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "x"]), st.text() | st.floats().map(str)))
def test_nothing_that_a_server_writes_raises(headers):
    """And what comes out is a wait: finite, 0 or more."""
    seconds = retry_after_s(headers, WALL_START)
    assert seconds is None or 0 <= seconds < math.inf


@given(st.text(alphabet="MonTueWd, 0123456789:GT+-NvJan"))
def test_nothing_that_looks_like_a_date_raises(text):
    """Python's own parser has raised more than ValueError over the years."""
    retry_after_s({"retry-after": text}, WALL_START)


@given(st.integers(0, 10**6), st.integers(-12, 14))
def test_a_date_is_counted_from_now_in_any_time_zone(seconds, hours):
    """Both sides of the subtraction know their zone."""
    header = format_datetime(WALL_START + timedelta(seconds=seconds), usegmt=True)
    now = WALL_START.astimezone(timezone(timedelta(hours=hours)))
    assert seconds == retry_after_s({"retry-after": header}, now)


def test_a_naive_now_is_local_time():
    """As everywhere in Python, so `datetime.now()` gives the right wait."""
    now = datetime(2026, 11, 23, 9, tzinfo=UTC).astimezone().replace(tzinfo=None)
    assert 30.0 == retry_after_s({"retry-after": "Mon, 23 Nov 2026 09:00:30 GMT"}, now)


def test_only_a_refusal_can_ask_to_wait():
    """Successful replies carry a retry-after now and then (wire-facts): status first."""
    asking = {"retry-after": "28"}
    assert 28.0 == asked_wait_s(ServerError(429, asking), WALL_START)
    assert asked_wait_s(ServerError(200, asking, type="overloaded_error"), WALL_START) is None
    assert asked_wait_s(TimeoutError(), WALL_START) is None


@pytest.mark.parametrize(("policy", "seconds"), [
    (Policy(), 7.5), (Policy(max_attempts=1), 0.0), (Policy(max_attempts=7), 31.5), (Policy(max_attempts=8), 51.5),
    (Policy(max_attempts=9), 60.0), (Policy(budget_s=3), 3.0), (Policy(max_attempts=10**9), 60.0)])
def test_patience_is_the_sum_of_the_ceilings_within_the_budget(policy, seconds):
    """0.5 + 1 + 2 + 4 = 7.5: with five attempts, a budget of 60 s binds for slow requests and retry-after alone."""
    assert seconds == policy.patience_s


@given(POLICIES)
def test_nobody_waits_beyond_his_patience(policy):
    """It is the sum of what the retries may wait, or the budget."""
    waits = sum(policy.ceiling_s(retry) for retry in range(1, policy.max_attempts))
    assert min(waits, policy.budget_s) == pytest.approx(policy.patience_s)


def test_ceilings_double_up_to_the_cap():
    """0.5, 1, 2, 4, 8, 16, then 20 for ever."""
    assert [0.5, 1, 2, 4, 8, 16, 20, 20] == [Policy().ceiling_s(retry) for retry in range(1, 9)]
    assert 20 == Policy().ceiling_s(10**9)


@given(POLICIES, st.integers(1, 10**7), DRAWS, st.none() | st.floats(0, 1e9))
def test_a_delay_is_between_what_was_asked_for_and_a_ceiling_above_it(policy, retry, draw, asked):
    """Full jitter, never below the server's number."""
    delay = policy.delay_s(retry, lambda: draw, asked)
    assert (asked or 0.0) <= delay <= (asked or 0.0) + policy.ceiling_s(retry)
    assert policy.base_s <= policy.ceiling_s(retry) <= policy.cap_s


def test_a_herd_that_was_told_the_same_number_spreads():
    """Asked for 7 s, ten clients come back at ten times, none of them early."""
    delays = {Policy().delay_s(3, lambda draw=tenth / 10: draw, 7.0) for tenth in range(10)}
    assert (10, 7.0) == (len(delays), min(delays))
    assert max(delays) < 7.0 + 2.0


NO_NUMBERS = [0, -1, True, "5", None, math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("wrong", NO_NUMBERS)
@pytest.mark.parametrize("name", ["base_s", "cap_s", "budget_s"])
def test_seconds_that_make_no_sense_are_refused(name, wrong):
    """When the policy is made, not in the middle of an outage."""
    with pytest.raises(ValueError) as caught:
        Policy(**{name: wrong})
    assert f"{name} must be a number above 0, not infinite; got {wrong!r}." == str(caught.value)


@pytest.mark.parametrize("wrong", [*NO_NUMBERS, 2.5, 3.0])
def test_a_number_of_attempts_that_makes_no_sense_is_refused(wrong):
    """No attempt at all included."""
    with pytest.raises(ValueError) as caught:
        Policy(max_attempts=wrong)
    assert f"max_attempts must be a whole number of 1 or more; got {wrong!r}." == str(caught.value)


def test_a_cap_below_the_base_is_refused():
    """Probably swapped."""
    with pytest.raises(ValueError, match=r"cap_s \(0.5\) is below base_s \(20\), so no wait could ever grow."):
        Policy(base_s=20, cap_s=0.5)


@pytest.mark.parametrize("wrong", [0, -1, True, 1.0])
def test_retries_are_counted_from_one(wrong):
    """Retry 1 is attempt 2; there is no wait before attempt 1."""
    with pytest.raises(ValueError, match="retry must be a whole number of 1 or more"):
        Policy().ceiling_s(wrong)
