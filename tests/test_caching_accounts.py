"""Hit rate, savings and alarms: against bills worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from caching_kit import HAIKU
from hypothesis import given
from hypothesis import strategies as st

from helpers.caching import alarm, hit_rate, needed_hit_rate, rates, savings, uncached
from helpers.economics import NoPriceError, Usage, cost, load_models, model_id

QUOTED = model_id("lesson_quote")               # $3 and $15: read 0.30, write 3.75, long write 6
WRITE = Usage(input=20, cache_write_5m=50_000, output=100)
READ = Usage(input=20, cache_read=50_000, output=100)
SILENT = Usage(input=400, output=100)
USAGES = st.builds(Usage, **{name: st.integers(0, 60_000) for name in
                             ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")})


def codes(usages, **more):
    """The alarms' codes."""
    return [one.code for one in alarm(usages, **more)]


# ---- hit rate and savings

def test_the_hit_rate_is_of_the_whole_prompt():
    """Not of what could have been cached: what came behind the breakpoint counts, too."""
    assert Fraction(50_000, 50_020) == Fraction(hit_rate(READ)).limit_denominator(10**6)
    assert 0 == hit_rate(WRITE)
    assert 0.25 == hit_rate(Usage(input=100, cache_write_5m=100, cache_write_1h=100, cache_read=100))
    assert hit_rate(Usage(output=5)) is None


def test_the_lesson_s_fifty_thousand_tokens_by_hand():
    """50,000 cached and 50 new tokens on the quoted model: $0.15015 without a cache, $0.18765 first, then $0.01515."""
    first, later = Usage(input=50, cache_write_5m=50_000), Usage(input=50, cache_read=50_000)
    assert [Decimal("0.18765"), Decimal("0.01515")] == [cost(one, QUOTED).usd for one in (first, later)]
    assert Decimal("0.15015") == cost(uncached(first), QUOTED).usd == cost(uncached(later), QUOTED).usd
    both = savings([first, later], QUOTED)
    assert Decimal("0.3003") - Decimal("0.2028") == both.usd
    assert "$0.203 instead of $0.30: 32.5 % saved" == str(both)


def test_ninety_per_cent_is_of_cached_input_and_not_of_the_bill():
    """50,000 cached, 200 asked, 500 answered: a hit saves 85 % of the whole call."""
    hit = savings(Usage(input=200, cache_read=50_000, output=500), QUOTED)
    assert (Decimal("0.0231"), Decimal("0.1581")) == (hit.paid.usd, hit.uncached.usd)
    assert 0.854 == round(hit.share, 3)


def test_a_first_call_loses():
    """25 % of its prefix: never "full price first"."""
    first = savings(Usage(cache_write_5m=50_000), HAIKU)
    assert (-0.25, True) == (first.share, first.usd < 0)
    assert str(first).endswith(": 25.0 % lost")


@given(st.lists(USAGES, max_size=6))
def test_savings_are_the_sum_over_the_calls(usages):
    """Whatever the tiers that single prompts reach."""
    both = savings(usages, HAIKU)
    assert both.usd == sum((savings(usage, HAIKU).usd for usage in usages), Decimal(0))
    assert both.uncached.usd == sum((cost(uncached(usage), HAIKU).usd for usage in usages), Decimal(0))


@given(USAGES)
def test_the_baseline_has_the_same_tokens(usage):
    """All of the prompt as plain input, and the same output."""
    plain = uncached(usage)
    assert (usage.prompt, usage.output) == (plain.input, plain.output) == (plain.prompt, plain.output)


def test_a_sum_keeps_its_requests_tiers():
    """Ten prompts of 50,000 tokens are no prompt of 500,000, which would cost five times as much."""
    total = sum([READ] * 10, Usage())
    assert savings([READ] * 10, HAIKU).uncached.usd == savings(total, HAIKU).uncached.usd


# ---- rates

@pytest.mark.parametrize(("model", "write_5m", "write_1h", "read"), [
    ("claude-haiku-5-5", "1.25", "2", "0.1"), ("claude-sonnet-5-5", "1.25", "2", "0.05"),
    ("claude-fable-5-1", "1.25", "2", "0.025"), ("claude-sonnet-4-6", "1.25", "2", "0.1"),
    ("gpt-6-luna", "1.25", "2.5", "0.1"), ("gpt-6.1-sol", "1.25", None, "0.05"), ("gpt-5.5", "1", None, "0.1"),
    ("gpt-4o", "1", None, "0.5"), ("gpt-4-turbo", "1", None, "1")])
def test_rates_are_multiples_of_input(model, write_5m, write_1h, read):
    """A read is not always a tenth, and OpenAI's writes cost extra since GPT-5.6."""
    found = rates(model)
    assert (Decimal(write_5m), write_1h and Decimal(write_1h), Decimal(read)) == (found.write_5m, found.write_1h,
                                                                                found.read)


def test_anthropic_s_writes_are_a_quarter_dearer_or_double():
    """In every row that data/models.json has, but for the oldest, whose quarter was rounded."""
    odd = {row.id for row in load_models().models if row.vendor == "anthropic" and row.prices
           and row.price.cache_write_5m and (rates(row.id).write_5m, rates(row.id).write_1h) != (Decimal("1.25"), 2)}
    assert {"claude-3-haiku-20240307"} == odd


def test_the_hit_rate_that_pays():
    """(w - 1) / (w - r): 0.25 / 1.15 for five minutes, 1 / 1.9 for an hour."""
    assert [0.217, 0.526] == [round(needed_hit_rate(HAIKU, ttl), 3) for ttl in ("5m", "1h")]
    assert 0.208 == round(needed_hit_rate("claude-sonnet-5-5"), 3)
    assert 0.0 == needed_hit_rate("gpt-4o")
    with pytest.raises(NoPriceError, match="No price is known for long cache writes on gpt-4o"):
        needed_hit_rate("gpt-4o", "1h")
    with pytest.raises(ValueError, match="ttl must be '5m' or '1h'; got '30m'"):
        needed_hit_rate(HAIKU, "30m")


# ---- alarms

def test_a_healthy_cache_raises_no_alarm():
    """One write, then reads; and a growing conversation, which writes a little with each call."""
    assert [] == codes([WRITE, READ, READ, READ], model=HAIKU)
    growing = [WRITE] + [Usage(input=9, cache_write_5m=300, cache_read=50_000, output=80)] * 5
    assert [] == codes(growing, model=HAIKU)
    assert [] == codes([], model=HAIKU)


def test_a_first_call_alone_is_no_alarm():
    """It always writes; two at once both do."""
    assert [] == codes([WRITE], model=HAIKU) == codes([WRITE, WRITE], model=HAIKU)


def test_two_zeros_are_an_alarm_on_the_first_call():
    """A prefix below the minimum: no error, no header, and both counters at 0."""
    found = alarm([SILENT], model=HAIKU)
    assert ["silent"] == [one.code for one in found]
    assert ("1 of 1 calls neither wrote nor read the cache: claude-haiku-5-5 caches from 512 tokens on, and what is "
            "shorter is left out without an error.") == found[0].words
    assert " ".join(str(found[0]).split()) == found[0].words
    assert max(map(len, str(found[0]).splitlines())) <= 72
    assert [] == codes([SILENT], marked=False)


def test_long_prompts_without_a_counter_have_another_cause():
    """Then the minimum is not what is missing: nothing is marked, or too little of it."""
    (found,) = alarm([Usage(input=52_000, output=9)], model=HAIKU)
    assert "each prompt is longer than the minimum (512 tokens on claude-haiku-5-5): there is no breakp" in found.words
    (mixed,) = alarm([Usage(input=52_000), SILENT], model=HAIKU)
    assert "caches from 512 tokens on" in mixed.words
    (unmarked,) = alarm([Usage(input=5_000)] * 3, model="gpt-4o")
    assert "breakpoint" not in unmarked.words
    assert "no two of them begin alike" in unmarked.words


def test_models_that_report_no_writes_are_silent_at_first():
    """OpenAI's before GPT-5.6: the first call shows two zeros, and only reads that never come are an alarm."""
    first, read = Usage(input=5_000, output=9), Usage(input=904, cache_read=4_096, output=9)
    assert [] == codes([first], model="gpt-4o") == codes([first, read, first, read], model="gpt-4o")
    assert ["silent"] == codes([first] * 3, model="gpt-4o")
    assert ["silent"] == codes([first], model="gpt-6-luna")


def test_writes_on_every_call_are_an_alarm():
    """It names the three causes, and the bill that shows it."""
    found = alarm([WRITE] * 3, model=HAIKU)
    assert ["never read", "dearer"] == [one.code for one in found]
    assert "All 3 calls wrote the cache and none read it: something before the breakpoint changes" in found[0].words
    assert ["never read"] == codes([WRITE] * 3)


def test_reads_that_stop_are_an_alarm_that_names_the_call():
    """After a release, say: the number is where to look."""
    found = alarm([WRITE, READ, READ, WRITE, WRITE, WRITE])
    assert ["reads stopped"] == [one.code for one in found]
    assert "Call 3 was the last that read the cache, and the 3 after it did not." in str(found[0])
    assert [] == codes([WRITE, READ, WRITE, WRITE, READ])


def test_reading_too_seldom_to_pay_is_an_alarm():
    """One hit in six is below the 21.7 % that five minutes need."""
    assert ["dearer"] == codes([WRITE, WRITE, READ, WRITE, WRITE, WRITE][::-1], model=HAIKU)[-1:]


@given(st.lists(USAGES, max_size=8))
def test_alarms_never_raise(usages):
    """They run on logs, whatever stands there."""
    assert all(str(one) for one in alarm(usages, model=HAIKU))
