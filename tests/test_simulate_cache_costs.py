"""Costs over time: break-even by hand for every model, six minutes against four, and the same bills as the cache."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from caching_kit import HAIKU, request, says, text
from hypothesis import given
from hypothesis import strategies as st

from helpers.economics import NoPriceError, find_model, load_models
from helpers.simulate.cache import Cache
from helpers.simulate.cache_costs import best_ttl, break_even, calls_at, every, lifetime, play

PRICED = [row.id for row in load_models().models if row.prices and row.price.cache_write_5m is not None]


def by_hand(model, rate):
    """The first call at which write + reads cost less than so many times the input, counted one by one."""
    price = find_model(model).price
    full, write = Fraction(price.input), Fraction(getattr(price, rate))
    read = full if price.cache_read is None else Fraction(price.cache_read)
    return next((n for n in range(1, 100) if write + (n - 1) * read < n * full), None)


@pytest.mark.parametrize("model", PRICED)
def test_break_even_is_as_counted_by_hand(model):
    """Each row of data/models.json: the second call for five minutes, the third for an hour, never without discount."""
    discounted = find_model(model).price.cache_read is not None
    assert by_hand(model, "cache_write_5m") == break_even(model) == (2 if discounted else None)
    if find_model(model).price.cache_write_1h is not None:
        assert by_hand(model, "cache_write_1h") == break_even(model, "1h") == 3
    else:
        with pytest.raises(NoPriceError, match="No price is known for long cache writes"):
            break_even(model, "1h")


@pytest.mark.parametrize(("ttl", "totals"), [("5m", [1.25, 1.35, 1.45]), ("1h", [2.0, 2.1, 2.2])])
def test_break_even_shows_in_the_calls(ttl, totals):
    """In units of one uncached prefix: dearer at first, cheaper from the call that break_even names on."""
    frame = every(1, 3, model=HAIKU, ttl=ttl)
    unit = frame.usd_uncached[0]
    assert totals == [round(usd / unit, 6) for usd in frame.total_usd]
    cheaper = frame.call[frame.total_usd < frame.total_usd_uncached]
    assert break_even(HAIKU, ttl) == cheaper.min()


def test_every_six_minutes_costs_a_quarter_more_and_every_four_saves():
    """Ten calls, five minutes: 12.5 units instead of 10, and 2.15."""
    six, four = (every(minutes, 10, model=HAIKU) for minutes in (6, 4))
    assert {"write"} == set(six.outcome)
    assert ["write"] + ["read"] * 9 == list(four.outcome)
    assert 1.25 == round(six.total_usd.iloc[-1] / six.total_usd_uncached.iloc[-1], 9)
    assert 0.215 == round(four.total_usd.iloc[-1] / four.total_usd_uncached.iloc[-1], 9)
    assert ["write"] + ["read"] * 9 == list(every(5, 10, model=HAIKU).outcome)
    assert ["write"] + ["read"] * 9 == list(every(6, 10, model=HAIKU, ttl="1h").outcome)


def test_bursts_of_five_every_quarter_of_an_hour():
    """Twenty calls in four bursts: 20 units without a cache, 6.6 for five minutes, 3.9 for an hour."""
    at_s = [burst * 900 + n * 15 for burst in range(4) for n in range(5)]
    units = {ttl: calls_at(at_s, model=HAIKU, ttl=ttl) for ttl in (None, "5m", "1h")}
    assert {None: 20.0, "5m": 6.6, "1h": 3.9} == {
        ttl: round(frame.total_usd.iloc[-1] / frame.usd_uncached[0], 6) for ttl, frame in units.items()}
    assert "1h" == best_ttl(at_s, model=HAIKU)
    assert ["5m", None] == [best_ttl([0, 60, 120], model=HAIKU), best_ttl([0, 7200], model=HAIKU)]


def test_a_question_and_an_answer_are_paid_in_full():
    """85 % of the call is saved by a hit, not 90: 50,000 cached, 200 asked, 500 answered on the quoted model."""
    frame = every(1, 2, model="claude-sonnet-4-6", question=200, output=500)
    assert [0.1956, 0.0231] == [round(usd, 4) for usd in frame.usd]
    assert 0.1581 == round(frame.usd_uncached[0], 4)


def test_a_prefix_below_the_minimum_is_plain_input():
    """Nothing cached, nothing gained, nothing alive."""
    frame = every(1, 3, model=HAIKU, prefix=511)
    assert ({"plain"}, True) == (set(frame.outcome), frame.alive_until_min.isna().all())
    assert list(frame.usd) == list(frame.usd_uncached)


def test_a_table_s_row_says_what_happened_and_until_when():
    """Columns, units, and that an entry lives from the start of the call that used it."""
    frame = every(4, 2, model=HAIKU, question=20, output=100)
    assert ["call", "at_min", "outcome", "alive_until_min", "input", "cache_write", "cache_read", "output", "usd",
            "usd_uncached", "total_usd", "total_usd_uncached"] == list(frame.columns)
    assert [2, 4.0, "read", 9.0, 20, 0, 50_000, 100] == list(frame.iloc[1, :8])


@given(st.lists(st.integers(1, 4000), max_size=10), st.sampled_from(["5m", "1h"]))
def test_it_bills_what_the_cache_bills(gaps, ttl):
    """The arithmetic of one prefix against the whole simulation, for any arrivals."""
    at_s = [0]
    for gap in gaps:
        at_s.append(at_s[-1] + gap)
    cache = Cache(count=says)
    body = request(text("20 question"), system=[text("600 handbook", ttl)])
    assert [cache.bill(body, moment) for moment in at_s] == [
        call.usage for call in play(at_s, model=HAIKU, ttl=ttl, prefix=600, question=20)]


def test_openai_s_lifetimes_and_rates():
    """30 minutes and 12 hours since GPT-5.6, where a write costs a quarter more; before that neither is promised."""
    assert [1800.0, 43_200.0] == [lifetime("gpt-6-luna", ttl) for ttl in ("5m", "1h")]
    assert ["write", "read", "write"] == list(calls_at([0, 1800, 3601], model="gpt-6-luna").outcome)
    with pytest.raises(ValueError, match="gpt-4o writes for nothing extra and promises no lifetime: give lifetime_s"):
        every(6, 3, model="gpt-4o")
    old = every(6, 3, model="gpt-4o", lifetime_s=600)
    assert [1.0, 0.5, 0.5] == [round(usd / old.usd_uncached[0], 6) for usd in old.usd]


@pytest.mark.parametrize(("change", "words"), [
    ({"minutes": 0}, "minutes must be a number above 0; got 0"), ({"calls": 0}, "calls must be a whole number of 1"),
    ({"minutes": math.nan}, "minutes must be a number above 0"), ({"prefix": -1}, "prefix must be a whole number"),
    ({"question": True}, "question must be a whole number of tokens"), ({"ttl": "30m"}, "ttl must be '5m' or '1h'")])
def test_what_could_not_be_is_refused(change, words):
    """By its name and value."""
    with pytest.raises(ValueError, match=words):
        every(**{"minutes": 4, "calls": 2, "model": HAIKU, **change})


def test_times_must_rise():
    """Calls that overlap need the whole cache."""
    with pytest.raises(ValueError, match="at_s must rise from call to call, in seconds; got 10 after 10"):
        play([0, 10, 10], model=HAIKU)
