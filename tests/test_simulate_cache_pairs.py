"""Pairs of requests, patterns of calls, and the game: what lesson 05's views draw, against a pencil."""

from __future__ import annotations

from decimal import Decimal

import pytest
from caching_kit import HAIKU, triple

from helpers.caching.prefixes import estimated
from helpers.simulate import cache_game, cache_pairs, cache_patterns

# ---- pairs of requests

@pytest.mark.parametrize(("changes", "fates", "at"), [
    ({}, "tools read handbook read catalogue read question input", 3),
    ({"other": False}, "tools read handbook read catalogue read question input", None),
    ({"clock": True}, "tools written handbook written catalogue written question input", 1),
    ({"shuffled": True}, "tools written handbook written catalogue written question input", 0),
    ({"space": True}, "tools read handbook read catalogue written question input", 2),
    ({"retrieved": "in the question"}, "tools read handbook read catalogue read retrieved input question input", 3),
    ({"retrieved": "before the catalogue"},
     "tools read handbook read retrieved written catalogue written question input", 2)])
def test_each_change_spoils_what_stands_behind_it(changes, fates, at):
    """And nothing before the last breakpoint in front of it; blocks and usage say the same."""
    seen = cache_pairs.compare(**changes)
    assert fates.split() == [word for block in seen.second.blocks for word in (block.name, block.fate)]
    assert at == seen.parts_at
    for fate, tokens in zip(("input", "written", "read"), triple(seen.second.usage), strict=True):
        assert tokens == sum(block.tokens for block in seen.second.blocks if block.fate == fate)
    assert all(block.fate != "read" for block in seen.first.blocks)


def test_a_spoilt_prefix_costs_a_quarter_more_and_a_whole_one_a_tenth():
    """The widget's price, input alone."""
    assert pytest.approx(-0.25, abs=0.001) == cache_pairs.compare(clock=True).savings.share
    assert pytest.approx(0.9, abs=0.001) == cache_pairs.compare().savings.share


def test_a_pair_of_another_kind_is_refused():
    """The choices are named."""
    with pytest.raises(ValueError, match="retrieved must be one of 'none', 'before the catalogue', .*; got 'behind'"):
        cache_pairs.compare(retrieved="behind")


def test_ten_pairs_are_four_hits_and_six_misses():
    """Each rule once; every guess is scored, spaces don't count."""
    table = cache_game.ten_pairs("mhhmm hmmhm")
    assert ["miss", "hit", "hit", "miss", "miss", "hit", "miss", "miss", "hit", "miss"] == list(table["it is"])
    assert (10, 10) == (table.attrs["right"], table["two requests"].nunique())
    assert 4 == cache_game.ten_pairs("h" * 10).attrs["right"]
    assert ["two requests"] == list(cache_game.ten_pairs().columns)
    assert estimated(cache_game.SHORT) == pytest.approx(190, abs=5)


@pytest.mark.parametrize("guesses", ["hm", "h" * 11, "hmhmhmhmhx"])
def test_guesses_are_ten_letters(guesses):
    """What is wrong with them is said."""
    with pytest.raises(ValueError, match="guesses must be 10 letters, h for a hit or m for a miss; got"):
        cache_game.ten_pairs(guesses)


# ---- patterns and curves

@pytest.mark.parametrize(("pattern", "paid"), [
    ("every 4 min", (10, 2.15, 2.9)), ("every 6 min", (10, 12.5, 2.9)), ("every 20 min", (10, 12.5, 2.9)),
    ("every 70 min", (10, 12.5, 20)), ("5 calls, 15 min of silence, 4 times", (20, 6.6, 3.9)),
    ("2 calls, 3 hours of silence, 3 times", (6, 4.05, 6.3))])
def test_patterns_cost_what_a_pencil_says(pattern, paid):
    """By hand: writes at 1.25 or 2, reads at 0.1, in uncached prefixes; and the cheapest is named."""
    seen = {ttl: cache_patterns.timeline(pattern, ttl=ttl, model=HAIKU) for ttl in cache_patterns.TTLS}
    assert paid == tuple(pytest.approx(seen[ttl].paid) for ttl in cache_patterns.TTLS)
    cheapest = min(cache_patterns.TTLS, key=lambda ttl: seen[ttl].paid)
    assert {cheapest} == {one.cheapest for one in seen.values()}
    assert pytest.approx(sum(seen["5m"].units)) == seen["5m"].paid


def test_an_entry_s_life_is_one_bar_as_long_as_it_is_read():
    """Extended by each read, from its start; a write begins another."""
    bars = cache_patterns.timeline("5 calls, 15 min of silence, 4 times", model=HAIKU).alive
    assert [(0, 9), (19, 28), (38, 47), (57, 66)] == [(bar.start_min, bar.end_min) for bar in bars]
    assert [(0, 41)] == [(b.start_min, b.end_min) for b in cache_patterns.timeline("every 4 min", model=HAIKU).alive]
    assert () == cache_patterns.timeline("every 4 min", ttl="none", model=HAIKU).alive


def test_curves_cross_where_break_even_says():
    """The first call at which a line lies below the uncached one, read off the lines themselves."""
    for model in (HAIKU, "claude-sonnet-5-5"):
        found = cache_patterns.curves(model, calls=50)
        for ttl in ("5m", "1h"):
            below = [n for n, (one, plain) in enumerate(zip(found.total[ttl], found.total["none"], strict=True), 1)
                     if one < plain]
            assert below[0] == found.pays_from[ttl]
            assert list(range(below[0], 51)) == below
    assert {"5m": 2, "1h": 3} == cache_patterns.curves(HAIKU, calls=1).pays_from


def test_below_the_minimum_the_curves_are_one():
    """511 tokens are too short for this model, 512 are not."""
    short, long = (cache_patterns.curves(HAIKU, calls=5, prefix=size) for size in (511, 512))
    assert (False, True) == (short.cached, long.cached)
    assert 1 == len(set(short.total.values())) < len(set(long.total.values()))
    assert {"5m": None, "1h": None} == short.pays_from


def test_units_don_t_depend_on_the_size_of_the_prefix():
    """Nor on a price tier: all of a request is in one."""
    sizes = (600, 50_000, 100_000, 100_001)
    totals = {cache_patterns.curves(HAIKU, calls=7, prefix=size).total["5m"] for size in sizes}
    assert 1 == len(totals)
    assert Decimal("1.85") == Decimal(str(totals.pop()[-1]))


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: cache_patterns.timeline("hourly", model=HAIKU), LookupError, "no pattern 'hourly'. There are: every"),
    (lambda: cache_patterns.timeline("every 4 min", ttl="2h", model=HAIKU), ValueError, "one of 'none', '5m', '1h'")])
def test_what_there_is_not_is_said(call, error, words):
    """With what there is."""
    with pytest.raises(error) as refused:
        call()
    assert words in str(refused.value)
