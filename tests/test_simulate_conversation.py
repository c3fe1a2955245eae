"""The race of four strategies: bills by hand, the same bills as the simulated cache, and what holds for any talk."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.economics import Usage, conversation_cost, conversation_turns, cost, find_model, model_id
from helpers.history import problem, trim
from helpers.simulate.cache import Cache
from helpers.simulate.conversation import STRATEGIES, Talk, crossing, race, totals, turns_of
from helpers.simulate.conversation_requests import requests
from helpers.simulate.violations import size
from helpers.wire.rules import violation

DEFAULT, PRODUCTION, QUOTED = model_id("default"), model_id("production"), model_id("lesson_quote")
SMALL = Talk(turns=8, system=600, user=100, reply=300, budget=2_000, summary=200)


def played(talk, strategy, *, cached, model=DEFAULT, **options):
    """(input, written, read) of each turn."""
    usages = [turn.usage for turn in turns_of(talk, strategy, model, cached=cached, **options)]
    return [(used.input, used.cache_write_5m + used.cache_write_1h, used.cache_read) for used in usages]


def dollars(model, *, plain=0, written=0, read=0, output=0):
    """By hand, from the row's five-minute prices below its first tier."""
    price = find_model(model).price
    rates = (price.input, price.cache_write_5m, price.cache_read, price.output)
    counts = (plain, written, read, output)
    return sum(Fraction(rate) * tokens for rate, tokens in zip(rates, counts, strict=True)) / 10**6


def bill(talk, strategy, *, cached, model=DEFAULT):
    """What the whole talk costs, exact."""
    return Fraction(sum(turn.paid.usd for turn in turns_of(talk, strategy, model, cached=cached)))


# ---- by hand: 600 of system, turns of 100 + 300, and 2,000 at most

def test_append_sends_everything_and_with_a_cache_writes_only_what_is_new():
    """700 at first, then 400 more with each turn; 8 turns are 16,800 tokens, of which a cache reads 13,300."""
    assert [(700 + 400 * n, 0, 0) for n in range(8)] == played(SMALL, "append", cached=False)
    assert [(0, 700, 0), *((0, 400, 300 + 400 * n) for n in range(1, 8))] == played(SMALL, "append", cached=True)
    for model in (DEFAULT, PRODUCTION, QUOTED):
        assert dollars(model, plain=16_800, output=2_400) == bill(SMALL, "append", cached=False, model=model)
    assert dollars(DEFAULT, written=3_500, read=13_300, output=2_400) == bill(SMALL, "append", cached=True)


def test_slide_stays_at_the_budget_and_a_cache_only_finds_the_system_prompt():
    """Turn 5 would send 2,300: one turn goes, and one with each turn from then on."""
    assert [700, 1_100, 1_500, *[1_900] * 5] == [plain for plain, _, _ in played(SMALL, "slide", cached=False)]
    assert [(0, 700, 0), (0, 400, 700), (0, 400, 1_100), (0, 400, 1_500), *[(0, 1_300, 600)] * 4] == played(
        SMALL, "slide", cached=True)
    assert dollars(DEFAULT, plain=12_800, output=2_400) == bill(SMALL, "slide", cached=False)
    assert dollars(DEFAULT, written=7_100, read=5_700, output=2_400) == bill(SMALL, "slide", cached=True)


def test_slide_with_a_short_system_prompt_pays_for_writes_that_nobody_reads():
    """Below the minimum even the system prompt is never found: from the first cut on each turn's prompt costs a quarter
    more than without a cache. Sixty turns of it are dearer than no cache at all."""
    short = replace(SMALL, system=500)
    assert [(0, 1_800, 0)] * 4 == played(short, "slide", cached=True)[4:]
    for model in (DEFAULT, PRODUCTION):
        assert bill(Talk(), "slide", cached=True, model=model) > bill(Talk(), "slide", cached=False, model=model)


def test_chunk_drops_many_turns_at_once_and_reads_in_between():
    """1,400 beside the system prompt, half of it is 700: a question and one turn. So the prompt is 1,100 after a cut,
    and three turns later the next one is due."""
    assert [(0, 700, 0), (0, 400, 700), (0, 400, 1_100), (0, 400, 1_500), (0, 500, 600), (0, 400, 1_100),
            (0, 400, 1_500), (0, 500, 600)] == played(SMALL, "chunk", cached=True)
    assert dollars(DEFAULT, written=3_700, read=7_100, output=2_400) == bill(SMALL, "chunk", cached=True)
    assert [700, 1_100, 1_500, 1_900, 1_100, 1_500, 1_900, 1_100] == [
        plain for plain, _, _ in played(SMALL, "chunk", cached=False)]


def test_summarise_pays_for_the_summary_too():
    """After a cut: system, 200 of summary, one turn, a question: 1,300. The first summary reads three turns; the
    second, two turns later, reads two and the first summary; each call is plain input, and 200 of output."""
    assert [(0, 700, 0), (0, 400, 700), (0, 400, 1_100), (0, 400, 1_500), (0, 700, 600), (0, 400, 1_300),
            (0, 700, 600), (0, 400, 1_300)] == played(SMALL, "summarise", cached=True)
    calls = [turn.summarising for turn in turns_of(SMALL, "summarise", DEFAULT, cached=True)]
    assert [None] * 4 + [Usage(input=1_200, output=200), None, Usage(input=1_000, output=200), None] == calls
    paid = dollars(DEFAULT, plain=2_200, written=4_100, read=7_100, output=2_800)
    assert paid == bill(SMALL, "summarise", cached=True)


def test_sixty_turns_cost_what_an_earlier_experiment_found():
    """Reference, teaching-design F11: input only, three dollars a million, writes at 1.25 and reads at 0.1 of it, a
    minimum of 1,024: $0.31 append with cache, $1.25 and $1.20 slide with and without. (Its chunks keep half of the
    whole budget; ours half of what the system prompt leaves, as `helpers.history` does: $0.25, not $0.23.)"""
    unit = find_model(QUOTED).price.input / 3
    output = 60 * 300 * find_model(QUOTED).price.output / 10**6
    for strategy, cached, usd in (("append", True, "0.31"), ("slide", True, "1.25"), ("slide", False, "1.20"),
                                  ("chunk", True, "0.25")):
        spent = sum(turn.paid.usd for turn in turns_of(Talk(), strategy, QUOTED, cached=cached))
        assert usd == f"{(spent - output) / unit:.2f}"


def test_a_long_prompt_pays_its_tier():
    """The default model is dearer above 100,000 tokens, for the whole request: turn by turn, not of the sum."""
    long = Talk(turns=4, system=99_000, user=500, reply=500)
    first, second, third = (cost(Usage(input=tokens, output=500), DEFAULT).usd for tokens in (99_500, 100_500, 101_500))
    assert second > 4 * first
    spent = [turn.paid.usd for turn in turns_of(long, "append", DEFAULT, cached=False)]
    assert [first, second, third] == spent[:3]


# ---- against the simulated cache, and against what the API takes

@st.composite
def talks(draw, turns=30):
    """Sizes on both sides of the shortest prefix that is cached, budgets that leave much, little or nothing."""
    return Talk(turns=draw(st.integers(1, turns)), system=draw(st.sampled_from([0, 12, 300, 511, 512, 900])),
                user=draw(st.integers(12, 400)), reply=draw(st.integers(12, 400)),
                state=draw(st.sampled_from([0, 0, 12, 150])), budget=draw(st.integers(1, 6_000)),
                down_to=draw(st.sampled_from([0, 0.25, 0.5, 0.9, 1])), summary=draw(st.integers(12, 300)),
                gap_s=draw(st.sampled_from([1, 60, 300, 300.5, 3_600, 3_601])))


ANY = st.sampled_from(STRATEGIES)


@settings(max_examples=150, deadline=None)
@given(talks(), ANY, st.sampled_from([DEFAULT, QUOTED]), st.sampled_from(["5m", "1h"]))
def test_the_arithmetic_bills_what_the_cache_bills(talk, strategy, model, ttl):
    """Real request bodies, one after the other, through the cache with its rules: exactly the same usages."""
    cache = Cache()
    bodies = requests(talk, strategy, model=model, facts=(), ttl=ttl)
    expected = [cache.bill(body, number * talk.gap_s, output=talk.reply) for number, body in enumerate(bodies)]
    assert expected == [turn.usage for turn in turns_of(talk, strategy, model, cached=True, ttl=ttl)]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_sixty_turns_of_real_bodies_are_billed_alike(strategy):
    """The lesson's own talk, with its facts in it; bodies without breakpoints are plain input."""
    for talk in (Talk(), Talk(state=120), Talk(system=1_500, gap_s=301)):
        for cached in (True, False):
            cache = Cache()
            bodies = requests(talk, strategy, model=PRODUCTION, cached=cached)
            assert [turn.usage for turn in turns_of(talk, strategy, PRODUCTION, cached=cached)] == [
                cache.bill(body, number * talk.gap_s, output=300) for number, body in enumerate(bodies)]


@settings(max_examples=40, deadline=None)
@given(talks(turns=12), ANY)
def test_the_api_would_take_every_request(talk, strategy):
    """Whole turns only: no rule is broken, neither of those that `history` knows nor of the scripted server's."""
    for body in requests(talk, strategy, model=DEFAULT, facts=()):
        assert problem(body["messages"]) is None
        assert violation("/v1/messages", {}, body, find_model) is None


@settings(max_examples=60, deadline=None)
@given(talks(turns=20), st.sampled_from(["slide", "chunk"]))
def test_turns_go_as_the_production_code_drops_them(talk, strategy):
    """`helpers.history.trim` over the same messages, turn after turn, keeps exactly the same ones."""
    room = max(talk.budget - talk.system, 0)
    least = {"slide": None, "chunk": int(room * talk.down_to)}[strategy]
    bodies = requests(replace(talk, state=0), strategy, model=DEFAULT, facts=(), cached=False)
    kept = []
    for body in bodies:
        kept.append(body["messages"][-1])
        if talk.user <= room:                              # else trim says that the question alone doesn't fit
            kept = trim(kept, room, size, down_to=least)
            assert body["messages"] == kept
        kept.append({"role": "assistant", "content": [answer(talk, body)]})


def answer(talk, body):
    """The answer that later requests carry: of the turn that *body* asks about."""
    number = body["messages"][-1]["content"][-1]["text"].partition(".")[0].removeprefix("Q")
    return {"type": "text", "text": f"A{number}.".ljust(int(2.5 * talk.reply), ".")}


@pytest.mark.parametrize("model", [DEFAULT, PRODUCTION, QUOTED])
def test_a_prefix_of_exactly_the_minimum_is_cached(model):
    """One token less is not: neither is a system prompt found after a cut, nor a first prompt written."""
    least = find_model(model).min_cacheable
    for system, found in ((least, least), (least - 1, 0)):
        talk = replace(SMALL, system=system, budget=system + 500)
        assert found == played(talk, "slide", cached=True, model=model)[-1][2]
    for system, written in ((least - 100, least), (least - 101, 0)):
        assert written == played(replace(SMALL, system=system), "append", cached=True, model=model)[0][1]


# ---- properties

@settings(deadline=None)
@given(talks(), st.sampled_from([DEFAULT, PRODUCTION]))
def test_append_without_a_cache_is_the_conversation_of_lesson_01(talk, model):
    """Turn by turn, and as a bill to the last digit."""
    talk = replace(talk, state=0)
    sizes = {"turns": talk.turns, "system": talk.system, "user": talk.user, "reply": talk.reply}
    found = list(turns_of(talk, "append", model, cached=False))
    assert conversation_turns(**sizes) == [turn.usage for turn in found]
    assert conversation_cost(model, **sizes).usd == sum(turn.paid.usd for turn in found)


@settings(max_examples=40, deadline=None)
@given(talks(turns=12))
def test_columns_add_up(talk):
    """Parts to the prompt, reads and writes within it, turns to the total; kept and dropped turns to all of them."""
    frame = race(talk, DEFAULT)
    assert talk.turns * 8 == len(frame)
    assert (frame.prompt == frame.system + frame.summary + frame.state + frame.old_turns + frame.last_turn).all()
    assert (frame.cache_read + frame.cache_write <= frame.prompt).all()
    assert (frame.old_turns == frame.kept * talk.exchange).all()
    gone = frame.groupby(["strategy", "cached"]).dropped.cumsum()
    assert (gone + frame.kept + 1 == frame.turn).all()
    groups = frame.groupby(["strategy", "cached"])
    assert (groups.usd.cumsum() - frame.total_usd).abs().max() < 1e-12
    assert (frame.summarising_usd <= frame.usd).all()
    assert not frame[~frame.cached][["cache_read", "cache_write"]].any(axis=None)


@settings(max_examples=40, deadline=None)
@given(talks(turns=15))
def test_nothing_but_append_exceeds_the_budget_unless_the_question_alone_does(talk):
    """And where it does, no earlier turn goes with it."""
    frame = race(talk, DEFAULT)
    over = frame[(frame.strategy != "append") & (frame.prompt > talk.budget)]
    assert (over.kept == 0).all()
    assert not frame[frame.strategy == "append"].dropped.any()


@settings(deadline=None)
@given(talks(), ANY, st.sampled_from([DEFAULT, PRODUCTION]))
def test_a_cached_turn_costs_at_least_its_reads_and_at_most_its_writes(talk, strategy, model):
    """Between everything read and everything written; both with the same answer and summary."""
    for turn in turns_of(talk, strategy, model, cached=True):
        prompt, answer = turn.sent.prompt, turn.usage.output
        paid = turn.paid.usd - turn.paid_summarising.usd
        assert cost(Usage(cache_read=prompt, output=answer), model).usd <= paid
        assert paid <= cost(Usage(cache_write_5m=prompt, output=answer), model).usd


@settings(deadline=None)
@given(talks(), st.sampled_from(["chunk", "summarise"]))
def test_slide_carries_at_least_as_many_turns_as_chunks_do(talk, strategy):
    """It cuts as little as it must; that is what makes it dear."""
    slid = [turn.sent.first for turn in turns_of(talk, "slide", DEFAULT, cached=False)]
    cut = [turn.sent.first for turn in turns_of(talk, strategy, DEFAULT, cached=False)]
    assert all(one <= other for one, other in zip(slid, cut, strict=True))


@settings(deadline=None)
@given(talks())
def test_chunks_down_to_everything_are_a_slide(talk):
    """Where a cut leaves as much as fits, each next turn needs another one."""
    assert played(replace(talk, down_to=1.0), "chunk", cached=True) == played(talk, "slide", cached=True)


@settings(deadline=None)
@given(talks(), ANY)
def test_beyond_the_lifetime_nothing_is_read(talk, strategy):
    """A user who thinks for six minutes finds no cache of five; an hour's is still there."""
    late = replace(talk, gap_s=360)
    assert not any(read for _, _, read in played(late, strategy, cached=True))
    assert played(replace(talk, gap_s=60), strategy, cached=True) == played(late, strategy, cached=True, ttl="1h")


def test_the_same_talk_gives_the_same_race():
    """No chance is in it."""
    pd.testing.assert_frame_equal(race(Talk(), DEFAULT), race(Talk(), DEFAULT))


def test_a_race_is_quick_enough_for_a_slider():
    """Sixty turns, eight bills each: far below the 0.3 s that one move of a slider could take at most."""
    race(Talk(), DEFAULT)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        totals(race(Talk(), DEFAULT))
        times.append(time.perf_counter() - began)
    assert min(times) < 0.3


# ---- frames, totals, crossing

def test_a_row_says_what_was_sent_and_paid():
    """Columns, order and one row by hand: turn 5 of the small talk, summarised and cached."""
    frame = race(SMALL, DEFAULT)
    assert [
        "strategy", "cached", "turn", "system", "summary", "state", "old_turns", "last_turn", "prompt", "cache_read",
        "cache_write", "kept", "dropped", "summarising_usd", "usd", "total_usd"] == list(frame.columns)
    row = frame[(frame.strategy == "summarise") & frame.cached & (frame.turn == 5)].iloc[0]
    assert [600, 200, 0, 400, 100, 1_300, 600, 700, 1, 3] == list(row[3:13])
    summary = dollars(DEFAULT, plain=1_200, output=200)
    assert [float(summary), float(summary + dollars(DEFAULT, written=700, read=600, output=300))] == list(row[13:15])
    assert ["chunk", "slide"] == list(race(SMALL, DEFAULT, strategies=["chunk", "slide"]).strategy.unique())


def test_totals_have_one_row_a_strategy():
    """Of the small talk: by hand."""
    frame = totals(race(SMALL, DEFAULT)).set_index(["strategy", "cached"])
    assert [(strategy, cached) for strategy in STRATEGIES for cached in (False, True)] == list(frame.index)
    assert [16_800, 3_500, 0, 13_300 / 16_800, 0.0] == list(frame.loc["append", True])[:5]
    assert [10_800, 1_900, 2] == list(frame.loc["chunk", True][:3])
    assert [11_200, 1_900, 2] == list(frame.loc["summarise", False][:3])
    calls = float(dollars(DEFAULT, plain=2_200, output=400))
    assert calls == pytest.approx(frame.loc["summarise", False].summarising_usd)
    assert float(bill(SMALL, "chunk", cached=True)) == frame.loc["chunk", True].usd


@pytest.mark.parametrize("model", [DEFAULT, PRODUCTION, QUOTED])
def test_the_crossing_is_where_the_two_bills_cross(model):
    """By hand, in tokens of input. From turn 19 on the slide sends 7,800 with each turn. Growing turn t sends
    400·t + 200, of which it writes 400 and reads the rest: cheaper as long as 1.25·400 + r·(400·t - 200) < 7,800."""
    price = find_model(model).price
    read, write = Fraction(price.cache_read) / Fraction(price.input), Fraction(5, 4)
    assert write == Fraction(price.cache_write_5m) / Fraction(price.input)
    last = math.ceil(((7_800 - 400 * write) / read + 200) / 400) - 1
    found = crossing(Talk(), model)
    assert (last, 200 + 400 * last, True) == (found.last, found.prompt, found.crossed)
    assert found.first == (2 if find_model(model).min_cacheable < 600 else 4)


def test_a_crossing_agrees_with_the_race():
    """The same turns, read from the frame."""
    frame = race(Talk(turns=200), DEFAULT, strategies=["append", "slide"]).set_index(["strategy", "cached", "turn"]).usd
    cheaper = [turn for turn in range(1, 201) if frame["append", True, turn] < frame["slide", False, turn]]
    found = crossing(Talk(), DEFAULT)
    assert cheaper == list(range(found.first, found.last + 1))


def test_where_nothing_is_read_nothing_crosses():
    """Beyond the lifetime the growing history is never cheaper; with a huge budget it is until the window is full, and
    where not even one turn fits, somebody says so."""
    assert crossing(Talk(gap_s=301), DEFAULT) is None
    found = crossing(Talk(budget=10**6, user=4_000, reply=4_000), PRODUCTION)
    assert not found.crossed
    full = find_model(PRODUCTION).context
    assert found.prompt + 4_000 <= full < found.prompt + 12_000
    with pytest.raises(ValueError, match="turn 1 of 'append' needs 1,000,800 tokens"):
        crossing(Talk(user=full), PRODUCTION)


# ---- refusals

@pytest.mark.parametrize(("change", "words"), [
    ({"turns": 0}, "turns must be a whole number, 1 or more; got 0"), ({"user": 0}, "user must be .* 1 or more"),
    ({"reply": 0}, "reply must be .* 1 or more"), ({"system": -1}, "system must be .* 0 or more; got -1"),
    ({"budget": 8e3}, "budget must be a whole number, 1 or more; got 8000.0"), ({"state": True}, "state must be"),
    ({"down_to": 1.1}, "down_to is a share of the budget, 0 to 1; got 1.1"), ({"down_to": float("nan")}, "down_to is"),
    ({"gap_s": 0}, "gap_s must be a number of seconds above 0; got 0"), ({"gap_s": float("inf")}, "gap_s must be"),
    ({"summary": 0}, "summary must be"), ({"summary_facts": -1}, "summary_facts must be")])
def test_a_talk_that_could_not_be_is_refused(change, words):
    """By its name and value."""
    with pytest.raises(ValueError, match=words):
        Talk(**change)


def test_a_race_that_could_not_be_is_refused():
    """Another vendor's model, a strategy that isn't one, a lifetime that isn't one, a prompt beyond the window."""
    with pytest.raises(ValueError, match=f"the cache here is Anthropic's.*got {model_id('openai')}"):
        race(Talk(), model_id("openai"))
    with pytest.raises(ValueError, match="'pop' is no strategy. Choose one of: append, slide, chunk, summarise"):
        race(Talk(), DEFAULT, strategies=["pop"])
    with pytest.raises(ValueError, match="ttl must be '5m' or '1h'; got '30m'"):
        race(Talk(), DEFAULT, ttl="30m")
    full = find_model(DEFAULT).context
    assert 2 == len(race(Talk(turns=1, user=full - 800), DEFAULT, strategies=["slide"]))
    with pytest.raises(ValueError, match=r"turn 1 of 'slide' needs 1,000,001 tokens with its answer"):
        race(Talk(turns=1, user=full - 799), DEFAULT, strategies=["slide"])
    with pytest.raises(ValueError, match=r"turn 3 of 'append' needs 1,200,500 tokens with its answer.*1,000,000: play"):
        race(Talk(user=300_000, reply=100_000), DEFAULT, strategies=["append"])
