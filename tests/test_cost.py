"""Cost: exact arithmetic on invented round prices, the rules of tiers and discounts, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.economics import (
    Cost,
    MixedTiersError,
    Model,
    NoPriceError,
    Price,
    Tier,
    UnknownModelError,
    Usage,
    compare_models,
    cost,
    cost_of,
    find_model,
    usd_text,
)

D = Decimal
ROUND = Price(input=1, output=10, cache_write_5m=2, cache_write_1h=4, cache_read="0.5")
DEAR = Price(input=3, output=30, cache_write_5m=6, cache_write_1h=12, cache_read="1.5")
MILLION = 1_000_000


def model(**fields):
    """An invented model at round prices, dearer above 1,000 prompt tokens."""
    return Model(**{"id": "invented", "vendor": "anthropic", "status": "active",
                    "prices": (Tier(0, ROUND), Tier(1_000, DEAR)), **fields})


def test_every_kind_of_token_has_its_own_rate():
    """
    A million of each costs exactly the five rates; thinking lies in output and adds nothing.
    """
    usage = Usage(input=MILLION, cache_write_5m=MILLION, cache_write_1h=MILLION, cache_read=MILLION, output=MILLION,
                  thinking=MILLION)
    spent = cost(usage, ROUND)
    assert spent == Cost(input=1, cache_write=6, cache_read="0.5", output=10)
    assert spent.usd == D("17.5")


def test_the_formula_of_the_lesson():
    """
    5,000 in and 1,000 out at $3 and $15 is 3 cents; a cached token is not charged twice.
    """
    assert cost(Usage(input=5_000, output=1_000), "claude-sonnet-4-6").usd == D("0.03")
    hit = Usage(input=50, cache_read=50_000, output=400)
    assert cost(hit, "claude-sonnet-4-6").usd == D("0.02115")


@given(st.lists(st.integers(0, 10**9), min_size=5, max_size=5))
def test_cost_is_exact_and_additive(tokens):
    """
    No digit is lost: the cost of a sum is the sum of the costs, and each is rate times tokens as an integer.
    """
    fresh, short, long, read, out = tokens
    usage = Usage(input=fresh, cache_write_5m=short, cache_write_1h=long, cache_read=read, output=out)
    spent = cost(usage, ROUND)
    assert spent.usd * 2 * MILLION == 2 * fresh + 4 * short + 8 * long + read + 20 * out
    assert cost(usage, ROUND) * 3 == cost(usage * 3, ROUND) == sum([spent] * 3)


@pytest.mark.parametrize(("usage", "usd"), [
    (Usage(input=1_000, output=1_000), "0.011"),                                     # exactly at the threshold
    (Usage(input=1_001, output=1_000), "0.033003"),                                  # one above: all of it, output too
    (Usage(input=1, cache_read=500, cache_write_5m=500, output=1_000), "0.033753"),  # cached tokens count as well
    (Usage(input=1, output=100_000), "1.000001"),                                    # output doesn't
])
def test_the_tier_is_chosen_by_the_prompt_and_holds_for_everything(usage, usd):
    """
    Above the threshold every token of the request has the higher rate, not only those above it.
    """
    assert cost(usage, model()).usd == D(usd)


def test_haiku_is_five_times_dearer_one_token_above_its_cliff():
    """
    100,000 in and 1,000 out: $0.0105. One token more: $0.0525.
    """
    below, above = (cost(Usage(input=n, output=1_000), "claude-haiku-5-5") for n in (100_000, 100_001))
    assert (below.usd, above.usd) == (D("0.0105"), D("0.0525005"))


def test_openai_doubles_the_input_and_adds_half_to_the_output_of_long_prompts():
    """
    gpt-6-luna above 272,000 prompt tokens: twice 0.10, 0.125 and 0.01, 1.5 times 0.50.
    """
    usage = Usage(input=272_000, cache_write_5m=MILLION, cache_read=MILLION, output=MILLION)
    spent = cost(usage, "gpt-6-luna")
    assert (spent.cache_write, spent.cache_read, spent.output) == (D("0.25"), D("0.02"), D("0.75"))


def test_a_sum_on_one_side_of_the_threshold_is_priced_and_a_mixed_one_refused():
    """
    Ten small requests are not one large one; small and large together can't be told apart, so they raise.
    """
    small, large = Usage(input=900, output=10), Usage(input=2_000, output=10)
    assert cost(small * 10, model()) == cost(small, model()) * 10
    assert cost(large * 10, model()) == cost(large, model()) * 10
    with pytest.raises(MixedTiersError) as refused:
        cost(small + large, model())
    assert str(refused.value) == (
        "This usage adds up requests with prompts from 900 to 2,000 tokens, and invented has another price above "
        "1,000. Price each request, then add: sum(cost(u, model) for u in usages).")


def test_batch_and_us_only_multiply_all_tokens_but_no_search_fee():
    """
    Half price, cache rates included; a tenth more for the US; both together 0.55; $10 per 1,000 searches in any case.
    """
    invented = model(batch_discount=D("0.5"), us_only_multiplier=D("1.1"), web_search_usd_per_1000=D(10))
    usage = Usage(input=100, cache_write_5m=100, cache_write_1h=100, cache_read=100, output=100, web_searches=3)
    list_price = cost(usage, invented)
    tokens = list_price.usd - D("0.03")
    assert list_price.web_search == D("0.03")
    assert cost(usage, invented, batch=True).usd == tokens / 2 + D("0.03")
    assert cost(usage, invented, us_only=True).usd == tokens * D("1.1") + D("0.03")
    assert cost(usage, invented, batch=True, us_only=True).usd == tokens * D("0.55") + D("0.03")


def test_haiku_in_a_batch_costs_what_the_price_page_says():
    """
    Documented: 0.05 and 0.25, and the cache multipliers stack: 0.005 read, 0.0625 and 0.10 written.
    """
    for field, usd in {"input": "0.05", "output": "0.25", "cache_read": "0.005", "cache_write_5m": "0.0625",
                       "cache_write_1h": "0.10"}.items():
        assert cost(Usage(**{field: 100_000}), "claude-haiku-5-5", batch=True).usd * 10 == D(usd), field


def test_old_openai_models_give_no_batch_discount_on_cached_input():
    """
    gpt-4o in a batch: fresh input at half of 2.50, which is what a cached token costs in any case.
    """
    assert cost(Usage(input=MILLION), "gpt-4o", batch=True).usd == D("1.25")
    assert cost(Usage(cache_read=MILLION), "gpt-4o", batch=True).usd == D("1.25")


def test_free_writes_are_billed_as_the_input_that_they_are():
    """
    Before GPT-5.6 writing is free, which is a premium of nothing, not a price of nothing.
    """
    assert cost(Usage(cache_write_5m=1_000), "gpt-4o").usd == cost(Usage(input=1_000), "gpt-4o").usd > 0


def test_a_read_without_a_discount_is_billed_as_input():
    """
    gpt-4o-2024-05-13 has no price for cached input.
    """
    assert cost(Usage(cache_read=MILLION), "gpt-4o-2024-05-13").usd == 5


def test_another_models_work_inside_a_reply_is_priced_at_its_own_rates():
    """
    The recorded advisor reply: sonnet-5 for 2390/121, opus-4-8 for 2518/22.
    """
    advisor = Usage(input=2518, output=22)
    usage = Usage(input=2390, output=121, other_models=(("claude-opus-4-8", advisor),))
    alone = cost(Usage(input=2390, output=121), "claude-sonnet-5")
    assert cost(usage, "claude-sonnet-5") == alone + cost(advisor, "claude-opus-4-8")
    assert cost(usage, "claude-sonnet-5").usd == D("0.01913")


# What is refused


@pytest.mark.parametrize(("wrong", "near"), [("gpt-6-lunar", "gpt-6-luna"), ("claude-haiku-5.5", "claude-haiku-5-5"),
                                             ("claude-sonnet-5-5-20260928", "claude-sonnet-5-5")])
def test_an_unknown_model_is_named_with_its_nearest(wrong, near):
    """
    It never costs 0 and never takes the price of whatever begins alike.
    """
    with pytest.raises(UnknownModelError) as refused:
        cost(Usage(input=1), wrong)
    assert repr(wrong) in str(refused.value)
    assert near in str(refused.value)
    assert isinstance(refused.value, LookupError)


@pytest.mark.parametrize(("usage", "name", "options", "message"), [
    (Usage(input=1), "gpt-audio", {}, "gpt-audio is listed without a price. Audio tokens have rates of their own"),
    (Usage(input=1), "claude-2.1", {"batch": True}, "No price is known for the Batch API on claude-2.1"),
    (Usage(input=1), "gpt-6-luna", {"us_only": True}, "No price is known for inference kept in the US on gpt-6-luna"),
    (Usage(input=1), "gpt-4o-mini", {"service": "priority"}, "gpt-4o-mini at service level 'priority'"),
    (Usage(cache_write_1h=1), "gpt-6.1-sol", {}, "No price is known for cache_write_1h tokens on gpt-6.1-sol"),
    (Usage(web_searches=1), "claude-3-haiku-20240307", {}, "No price is known for web searches"),
])
def test_what_has_no_known_price_is_refused(usage, name, options, message):
    """
    A figure that nobody published is not made up, and not 0.
    """
    with pytest.raises(NoPriceError) as refused:
        cost(usage, name, **options)
    assert message in str(refused.value)


@pytest.mark.parametrize("wrong", [-1, "a lot", None, True, float("nan"), float("inf")])
def test_a_price_or_an_amount_must_be_a_number(wrong):
    """
    NaN above all: it would turn every sum into NaN.
    """
    with pytest.raises(ValueError, match=r"input \(USD per million tokens\) must be a number of 0 or more"):
        Price(input=wrong, output=1)
    with pytest.raises(ValueError, match=r"input \(USD\) must be a number of 0 or more"):
        Cost(input=wrong)


def test_a_float_price_means_the_number_that_it_prints():
    """
    0.1 is a dime, not 0.1000000000000000055511151231257827.
    """
    assert Price(input=0.1, output=0.5) == Price(input="0.1", output="0.5")


# From a whole reply


def test_the_reply_says_model_batch_and_place():
    """
    Nothing has to be repeated by hand; an alias finds its row.
    """
    usage = {"input_tokens": 1_000, "output_tokens": 100, "service_tier": "standard", "inference_geo": "not_available"}
    reply = {"type": "message", "model": "claude-haiku-4-5-20251001", "usage": usage}
    assert cost_of(reply).usd == D("0.0015")
    assert cost_of({**reply, "usage": {**usage, "service_tier": "batch"}}).usd == D("0.00075")
    american = {**reply, "model": "claude-haiku-5-5", "usage": {**usage, "inference_geo": "us"}}
    assert cost_of(american).usd == D("0.000165")


@pytest.mark.parametrize(("model_id", "where", "level", "times"), [
    ("gpt-6-luna", "reply", None, 1), ("gpt-6-luna", "reply", "default", 1), ("gpt-6-luna", "reply", "flex", "0.5"),
    ("gpt-6-luna", "reply", "priority", 2), ("claude-opus-5-5", "usage", "priority", 1),
    ("claude-opus-5-5", "speed", "fast", 2),
])
def test_other_service_levels_have_their_price(model_id, where, level, times):
    """
    OpenAI's priority costs double; Anthropic's is paid beforehand, so its tokens are at list price.
    """
    usage = {"input_tokens": 1_000, "output_tokens": 100}
    if where != "reply":
        usage["service_tier" if where == "usage" else "speed"] = level
    else:
        usage |= {"total_tokens": 1_100}
    reply = {"model": model_id, "usage": usage, "service_tier": level if where == "reply" else None}
    assert cost_of(reply) == cost(Usage(input=1_000, output=100), model_id) * D(times)


def test_after_a_fallback_the_model_that_answered_is_priced():
    """
    In a stream that fell back halfway the message still names the model that was asked.
    """
    counts = {"input_tokens": 412, "output_tokens": 264}
    iterations = [{"type": "message", "model": "claude-fable-5", "input_tokens": 535, "output_tokens": 0},
                  {"type": "fallback_message", "model": "claude-opus-4-8", **counts}]
    reply = {"model": "claude-fable-5", "usage": {**counts, "iterations": iterations}}
    assert cost_of(reply) == cost(Usage(input=412, output=264), "claude-opus-4-8")


def test_a_usage_alone_has_no_model():
    """
    The message names the function that takes one.
    """
    with pytest.raises(ValueError, match=r"Use cost\(usage_from\(reply\), model\)"):
        cost_of({"input_tokens": 1, "output_tokens": 1})


# How it is shown


@pytest.mark.parametrize(("usd", "shown"), [
    ("0", "$0.00"), ("1.785", "$1.79"), ("1830", "$1,830.00"), ("0.0231456", "$0.0231"), ("0.000031", "$0.000031"),
    ("0.315", "$0.315"), ("0.5", "$0.50"), ("0.03", "$0.03"), ("0.0063", "$0.0063"), ("0.9996", "$1.00"),
    ("0.00000012345", "$0.000000123"), ("12345.675", "$12,345.68"), ("0.15015", "$0.15"),
])
def test_money_is_rounded_so_that_it_can_be_read(usd, shown):
    """
    Cents from a dollar on, three digits that count below; halves go up, as on a bill.
    """
    assert usd_text(D(usd)) == shown
    assert str(Cost(output=usd)) == shown


def test_a_cost_shows_its_parts_in_a_notebook():
    r"""
    The dollar signs are escaped: Jupyter would read what stands between two of them as LaTeX.
    """
    spent = Cost(input="0.015", output="0.015")
    assert spent._repr_markdown_() == r"**\$0.03** = *\$0.015* input + *\$0.015* output"


def test_a_model_or_a_bare_price_will_do_in_place_of_an_id():
    """
    So that arithmetic can be taught on round numbers.
    """
    usage = Usage(input=1_000, output=100)
    assert cost(usage, "claude-haiku-5-5") == cost(usage, find_model("claude-haiku-5-5"))
    assert cost(usage, Price(input=3, output=15)).usd == D("0.0045")
    with pytest.raises(NoPriceError, match="the Batch API on a bare Price"):
        cost(usage, Price(input=3, output=15), batch=True)


@pytest.mark.parametrize(("category", "output", "free"), [
    ("cyber", 0, True), ("general_harms", 0, True), (None, 0, True), ("bio", 0, False), ("cyber", 12, False),
])
def test_a_refusal_before_any_output_is_free_in_the_documented_categories(category, output, free):
    """
    It reports its tokens all the same; once something was written, it is billed like any reply.
    """
    reply = {"model": "claude-haiku-5-5", "content": [], "stop_reason": "refusal",
             "stop_details": {"type": "refusal", "category": category},
             "usage": {"input_tokens": 412, "output_tokens": output}}

    assert (cost_of(reply).usd == 0) is free


def test_thinking_is_paid_when_written_and_again_with_each_later_turn():
    """
    Two turns with 100 tokens of thinking each: 200 as output, and the first turn's 100 once more as input.
    """
    (row,) = compare_models(["claude-haiku-5-5"], counted_on="claude-sonnet-4-6", turns=2, system=0, user=0,
                             reply=0, thinking=100).itertuples()

    tokens = round(100 * 1.3)
    assert pytest.approx((2 * tokens * 0.50 + tokens * 0.10) / 1e6) == row.thinking_usd


def test_models_without_a_known_tokenizer_are_not_compared():
    """
    How many tokens GPT-6 makes of a text is not published.
    """
    with pytest.raises(ValueError, match="'unpublished', for which no comparison with Claude's is known"):
        compare_models(["gpt-6-luna"], counted_on="claude-haiku-5-5", turns=2, system=1, user=1, reply=1)
