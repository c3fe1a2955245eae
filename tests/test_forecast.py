"""Forecasts: formulas against sums, the lesson's numbers, and the tier that a growing conversation reaches."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.economics import (
    Cost,
    Price,
    conversation,
    conversation_cost,
    conversation_turns,
    conversation_usage,
    cost,
    per_day,
    per_request,
    sensitivity,
)

THREE_FIFTEEN = Price(input=3, output=15)
tokens = st.integers(0, 5_000)


@given(turns=st.integers(0, 60), system=tokens, user=tokens, reply=tokens, resend=st.booleans())
def test_the_formula_equals_the_sum_turn_by_turn(turns, system, user, reply, resend):
    """
    T·S + u·T(T+1)/2 + a·T(T-1)/2 is what you get by adding every turn's prompt, for any conversation.
    """
    shape = {"turns": turns, "system": system, "user": user, "reply": reply, "resend_history": resend}
    added = sum(conversation_turns(**shape), conversation_usage(turns=0, system=0, user=0, reply=0))
    assert conversation_usage(**shape) == added
    assert conversation_cost(THREE_FIFTEEN, **shape) == cost(added, THREE_FIFTEEN)


def test_each_turn_pays_for_all_that_came_before():
    """
    Turn 3 sends the system prompt, three messages and two answers.
    """
    turns = conversation_turns(turns=3, system=500, user=100, reply=300)
    assert [turn.input for turn in turns] == [600, 1_000, 1_400]
    assert {turn.output for turn in turns} == {300}


def test_fifty_turns_cost_more_than_five_times_what_they_seem_to():
    """
    The lesson's first prediction: $0.0063 for turn 1, $0.32 if that went on, $1.79 really.
    """
    shape = {"turns": 50, "system": 500, "user": 100, "reply": 300}
    first = per_request(THREE_FIFTEEN, input=600, output=300)
    assert str(first) == "$0.0063"
    assert (first * 50).usd == conversation_cost(THREE_FIFTEEN, **shape, resend_history=False).usd == Decimal("0.315")
    real = conversation_cost(THREE_FIFTEEN, **shape)
    assert (str(real), real.usd) == ("$1.79", Decimal("1.785"))


def test_the_source_lessons_fifteen_hundred_dollars_a_day():
    """
    10,000 users times 5 turns at 5K in and 1K out is $1,500 flat; with 1,100 new tokens resent a turn, $1,830.
    """
    flat = per_day(per_request(THREE_FIFTEEN, input=5_000, output=1_000) * 5, 10_000)
    grown = per_day(conversation_cost(THREE_FIFTEEN, turns=5, system=4_900, user=100, reply=1_000), 10_000)
    assert (str(flat), str(grown)) == ("$1,500.00", "$1,830.00")
    one_a_user = per_day(per_request(THREE_FIFTEEN, input=5_000, output=1_000), 10_000)
    assert str(one_a_user) == "$300.00", "and if 5K and 1K were a whole conversation, it is this"


def test_input_grows_with_the_square_of_the_turns():
    """
    System 1,000, user 200, reply 400: 12,000 input tokens after 5 turns, 3,090,000 after 100.
    """
    totals = {turns: conversation_usage(turns=turns, system=1_000, user=200, reply=400).input
              for turns in (5, 10, 20, 50, 100)}
    assert totals == {5: 12_000, 10: 39_000, 20: 138_000, 50: 795_000, 100: 3_090_000}


def test_twenty_turns_cost_three_times_ten():
    """
    The quiz's number: $0.354 against $0.117 at $3/$15.
    """
    ten, twenty = (conversation_cost(THREE_FIFTEEN, turns=n, system=500, user=100, reply=300).usd for n in (10, 20))
    assert (ten, twenty) == (Decimal("0.117"), Decimal("0.354"))


def test_the_table_has_a_row_for_each_turn():
    """
    What the chart draws: turn, tokens, the turn's cost, and the cost so far, each from an exact sum.
    """
    frame = conversation("claude-sonnet-4-6", turns=50, system=500, user=100, reply=300)
    assert list(frame.columns) == ["turn", "input_tokens", "output_tokens", "usd", "cumulative_usd"]
    assert list(frame.turn) == list(range(1, 51))
    assert frame.input_tokens.sum() == 520_000
    assert frame.cumulative_usd.iloc[-1] == 1.785
    assert len(conversation("claude-sonnet-4-6", turns=0, system=1, user=1, reply=1)) == 0


def test_a_conversation_falls_off_the_price_cliff_in_the_turn_that_crosses_it():
    """
    On Haiku 5.5 the turn whose prompt first exceeds 100,000 tokens costs five times as much, output included.
    """
    frame = conversation("claude-haiku-5-5", turns=5, system=99_000, user=300, reply=200)
    assert list(frame.input_tokens) == [99_300, 99_800, 100_300, 100_800, 101_300]
    assert frame.usd.round(6).tolist() == [0.01003, 0.01008, 0.05065, 0.0509, 0.05115]


def test_cached_tokens_and_batches_can_be_forecast():
    """
    8,000 in, of which 7,500 are read from the cache, in a batch.
    """
    spent = per_request("claude-sonnet-5-5", input=500, cache_read=7_500, output=100, batch=True)
    assert spent == Cost(input="0.0005", cache_read="0.000375", output="0.0005")


@pytest.mark.parametrize("wrong", [-1, 2.5, True, "5"])
def test_a_shape_must_be_whole_numbers(wrong):
    """
    A slider that hands over 2.5 turns is a mistake to hear of.
    """
    with pytest.raises(ValueError, match="turns must be a whole number of 0 or more"):
        conversation_turns(turns=wrong, system=1, user=1, reply=1)


def test_the_tornado_of_the_source_example():
    """
    Each factor 50 % down and up: users move $1,500 most, input and output a quarter as far each way.
    """
    def forecast(users, input, output):
        return per_day(per_request(THREE_FIFTEEN, input=input, output=output) * 5, users)

    frame = sensitivity(forecast, {"input": 5_000, "output": 1_000, "users": 10_000}).set_index("factor")
    assert list(frame.index) == ["users", "input", "output"]
    assert frame.loc["users"].tolist() == [5_000, 15_000, 750, 2_250, 1_500]
    assert frame.loc["input"].tolist() == [2_500, 7_500, 1_125, 1_875, 750]
    assert frame.loc["output"].tolist() == [500, 1_500, 1_125, 1_875, 750]


def test_a_factor_that_is_halved_stays_whole():
    """
    Half of 5 turns is 3, and one and a half times 5 is 8: halves go up.
    """
    frame = sensitivity(lambda turns: Cost(input=turns), {"turns": 5})
    assert frame.iloc[0].tolist() == ["turns", 3, 8, 3.0, 8.0, 5.0]
