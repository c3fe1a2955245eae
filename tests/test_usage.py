"""Usage: a value that refuses nonsense and adds up, and the one way to read it from any reply."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.economics import Usage, usage_from
from helpers.economics.usage import COUNTS

counts = st.integers(min_value=0, max_value=10**7)
usages = st.builds(
    lambda thinking, answer, **rest: Usage(thinking=thinking, output=thinking + answer, **rest),
    thinking=counts, answer=counts, input=counts, cache_write_5m=counts, cache_write_1h=counts, cache_read=counts,
    web_searches=st.integers(0, 5),
    other_models=st.lists(st.tuples(st.sampled_from(["a", "b"]), st.builds(Usage, input=counts, output=counts)),
                          max_size=3).map(tuple),
)


def anthropic_block(**counts):
    return {"input_tokens": 0, "output_tokens": 0, **counts}


# The value


@given(usages, usages)
def test_usages_add_in_any_order_and_nothing_is_lost(one, two):
    """
    a + b is b + a, and every count of the sum is the sum of the counts.
    """
    assert one + two == two + one
    assert one + two == sum([one, two])
    assert all(getattr(one + two, name) == getattr(one, name) + getattr(two, name) for name in COUNTS)
    assert (one + two).prompt == one.prompt + two.prompt


@given(usages, st.integers(0, 6))
def test_a_usage_times_n_is_the_usage_added_n_times(usage, n):
    """
    3 * u is u + u + u, and 0 * u is nothing.
    """
    assert n * usage == usage * n == sum([usage] * n, Usage())


def test_a_sum_remembers_its_smallest_and_largest_prompt():
    """
    Tiers are a matter of one request's prompt, so a sum must not pass for one large request.
    """
    added = sum([Usage(input=10), Usage(input=70, cache_read=20), Usage()], Usage())
    assert added.prompt_range == (10, 90)
    assert (added * 5).prompt_range == (10, 90)
    assert added == Usage(input=80, cache_read=20), "and the memory is no part of its value"


@pytest.mark.parametrize("wrong", [-1, 1.0, 2.5, True, "12", None, float("nan")])
@pytest.mark.parametrize("name", COUNTS)
def test_a_count_must_be_a_whole_number(name, wrong):
    """
    Booleans, negatives, floats, NaN and strings are refused, and the message has the field and the value.
    """
    with pytest.raises(ValueError) as refused:
        Usage(**{name: wrong})
    assert f"{name} must be a whole number of 0 or more; got {wrong!r}" in str(refused.value)


def test_thinking_is_a_part_of_output():
    """
    More thinking than output means that somebody added the two up.
    """
    with pytest.raises(ValueError, match=r"thinking \(1,200\) is a part of output \(400\)"):
        Usage(output=400, thinking=1_200)


def test_a_usage_says_what_it_holds():
    """
    It reads as a sum, names only what is there, and keeps other models apart.
    """
    usage = Usage(input=1_200, cache_read=9_000, output=340, thinking=100, web_searches=2,
                  other_models=(("claude-opus-4-8", Usage(input=5)),))
    text = ("1,200 input + 9,000 cache read + 340 output (100 of it thinking) tokens, 2 web searches; "
            "claude-opus-4-8: 5 input tokens")
    assert text == str(usage) == usage._repr_markdown_()
    assert str(Usage()) == "no tokens"


# Anthropic


def test_anthropic_counts_cached_tokens_outside_input_tokens():
    """
    A recorded cache hit (10/0/7351/4): the prompt is 7,361 tokens, of which 10 are fresh.
    """
    block = anthropic_block(input_tokens=10, cache_creation_input_tokens=0, cache_read_input_tokens=7351,
                            output_tokens=4)
    usage = usage_from({"type": "message", "usage": block})
    assert usage == Usage(input=10, cache_read=7351, output=4)
    assert usage.prompt == 7361


def test_anthropic_writes_are_split_by_their_time_to_live():
    """
    A recorded reply mixes both: 2,070 written, 14 for five minutes and 2,056 for an hour, at different prices.
    """
    split = {"ephemeral_5m_input_tokens": 14, "ephemeral_1h_input_tokens": 2056}
    usage = usage_from(anthropic_block(cache_creation_input_tokens=2070, cache_creation=split))
    assert usage == Usage(cache_write_5m=14, cache_write_1h=2056)


@pytest.mark.parametrize(("total", "five", "hour", "expected"), [
    (10345, 0, 0, (10345, 0)), (24164, 2474, 0, (24164, 0)), (900, 100, 500, (400, 500)), (None, 7, 9, (7, 9)),
])
def test_writes_that_the_split_does_not_explain_are_five_minute_writes(total, five, hour, expected):
    """
    Web-search replies really have a total above the parts (10,345 against 0; 24,164 against 2,474).
    """
    split = {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour}
    usage = usage_from(anthropic_block(cache_creation_input_tokens=total, cache_creation=split))
    assert (usage.cache_write_5m, usage.cache_write_1h) == expected


def test_fields_that_are_none_or_missing_count_nothing():
    """
    Older and newer replies carry different fields; absent and null are the same.
    """
    block = anthropic_block(input_tokens=8, output_tokens=2, cache_creation=None, cache_read_input_tokens=None,
                            cache_creation_input_tokens=None, server_tool_use=None, output_tokens_details=None)
    assert usage_from(block) == usage_from(anthropic_block(input_tokens=8, output_tokens=2)) == Usage(input=8, output=2)


def test_thinking_and_searches_are_read():
    """
    Recorded: 93 output tokens of which 53 thinking; and searches, which have a fee of their own.
    """
    block = anthropic_block(output_tokens=93, output_tokens_details={"thinking_tokens": 53},
                            server_tool_use={"web_search_requests": 3, "web_fetch_requests": 1})
    assert usage_from(block) == Usage(output=93, thinking=53, web_searches=3)


def test_a_compaction_is_billed_beside_the_counts_at_the_top():
    """
    Recorded (sonnet-4-6): top level 162/11, and a summarising pass of 99,195/81 that only `iterations` shows.
    """
    iterations = [{"type": "compaction", **anthropic_block(input_tokens=99195, output_tokens=81)},
                  {"type": "message", **anthropic_block(input_tokens=162, output_tokens=11)}]
    usage = usage_from(anthropic_block(input_tokens=162, output_tokens=11, iterations=iterations))
    assert usage == Usage(input=99357, output=92)
    assert usage.prompt_range == (99357, 99357), "one request, so one prompt to choose a tier by"


def test_an_advisor_is_billed_at_its_own_model():
    """
    Recorded (sonnet-5): 2390/121 at the top is 1128/110 + 1262/11; the advisor's 2518/22 are opus-4-8's.
    """
    iterations = [
        {"type": "message", **anthropic_block(input_tokens=1128, output_tokens=110)},
        {"type": "advisor_message", "model": "claude-opus-4-8",
         **anthropic_block(input_tokens=2518, output_tokens=22)},
        {"type": "message", **anthropic_block(input_tokens=1262, output_tokens=11)},
    ]
    usage = usage_from(anthropic_block(input_tokens=2390, output_tokens=121, iterations=iterations))
    advisor = ("claude-opus-4-8", Usage(input=2518, output=22))
    assert usage == Usage(input=2390, output=121, other_models=(advisor,))


@pytest.mark.parametrize(("declined_output", "others"), [(0, ()), (40, (("m-1", Usage(input=535, output=40)),))])
def test_a_model_that_declined_is_billed_only_for_what_it_wrote(declined_output, others):
    """
    After a fallback the top level is the answering model's attempt; a hop that wrote something is billed as well.
    """
    declined = anthropic_block(input_tokens=535, output_tokens=declined_output)
    iterations = [{"type": "message", "model": "m-1", **declined},
                  {"type": "message", "model": "m-2", **anthropic_block(input_tokens=300, output_tokens=200)},
                  {"type": "fallback_message", "model": "m-2", **anthropic_block(input_tokens=112, output_tokens=64)}]
    usage = usage_from(anthropic_block(input_tokens=412, output_tokens=264, iterations=iterations))
    assert usage == Usage(input=412, output=264, other_models=others)


def test_an_unknown_kind_of_iteration_is_an_error():
    """
    Not knowing whether it is billed, the honest answer is none.
    """
    block = anthropic_block(iterations=[{"type": "daydream", **anthropic_block()}])
    with pytest.raises(ValueError, match="an entry of type 'daydream'"):
        usage_from(block)


# OpenAI


def test_openai_chat_counts_cached_tokens_inside_prompt_tokens():
    """
    The documented example: 2,006 prompt tokens, 1,920 of them cached, leave 86 at the full rate.
    """
    block = {"prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
             "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0, "cache_write_tokens": None},
             "completion_tokens_details": {"reasoning_tokens": 128}}
    assert usage_from({"object": "chat.completion", "usage": block}) == Usage(
        input=86, cache_read=1920, output=300, thinking=128)


def test_openai_responses_tells_long_writes_from_short_ones():
    """
    Of 1,000 tokens written, 400 are kept for 12 hours: the rest is for 30 minutes.
    """
    details = {"cached_tokens": 2000, "cache_write_tokens": 1000,
               "cache_write_tokens_details": {"ttl_12h_tokens": 400, "ttl_30m_tokens": 600}}
    block = {"input_tokens": 3100, "input_tokens_details": details, "output_tokens": 50,
             "output_tokens_details": {"reasoning_tokens": 20}, "total_tokens": 3150}
    expected = Usage(input=100, cache_read=2000, cache_write_5m=600, cache_write_1h=400, output=50, thinking=20)
    assert usage_from({"object": "response", "usage": block}) == expected
    assert usage_from({"type": "response.completed", "response": {"object": "response", "usage": block}}) == expected


def test_the_vendor_is_told_by_the_fields_not_by_the_models_name():
    """
    The same numbers mean different things; a model called gpt in an Anthropic-shaped reply changes nothing.
    """
    anthropic = {"model": "gpt-6-luna", "usage": anthropic_block(input_tokens=50, cache_read_input_tokens=1000)}
    openai = {"model": "claude-haiku-5-5", "usage": {"input_tokens": 1050, "output_tokens": 0, "total_tokens": 1050,
                                                     "input_tokens_details": {"cached_tokens": 1000}}}
    assert usage_from(anthropic) == usage_from(openai) == Usage(input=50, cache_read=1000)


# Both


@pytest.mark.parametrize("block", [
    {"prompt_tokens": 50, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 51}},
    {"input_tokens": 50, "output_tokens": 1, "total_tokens": 51, "input_tokens_details": {"cached_tokens": 51}},
    anthropic_block(cache_creation_input_tokens=50, cache_creation={"ephemeral_5m_input_tokens": 51}),
])
def test_a_part_larger_than_the_whole_is_an_error(block):
    """
    Such numbers come from adding up replies or editing them; a negative rest must not be priced.
    """
    with pytest.raises(ValueError, match=r"\(51 of 50\) can't be more than the whole"):
        usage_from(block)


@pytest.mark.parametrize("wrong", [-3, "12", True, 1.5])
def test_a_count_that_is_no_count_is_an_error(wrong):
    """
    The message has the field as it stands in the reply.
    """
    with pytest.raises(ValueError, match="usage: input_tokens must be a whole number of tokens"):
        usage_from(anthropic_block(input_tokens=wrong))
    with pytest.raises(ValueError, match="usage: prompt_tokens_details.cached_tokens must be a whole number"):
        usage_from({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": wrong}})


@pytest.mark.parametrize("reply", [
    {"object": "chat.completion.chunk", "usage": None}, {"object": "chat.completion.chunk"}, {}, None, "text",
    {"type": "message_delta", "usage": {"input_tokens": None, "output_tokens": 5}}, SimpleNamespace(usage=None),
])
def test_a_reply_without_usage_says_what_to_set(reply):
    """
    OpenAI's streams are the usual case: one option is missing.
    """
    with pytest.raises(ValueError) as refused:
        usage_from(reply)
    assert 'stream_options={"include_usage": True}' in str(refused.value)
    assert "stream.get_final_message()" in str(refused.value)


def test_the_first_event_of_a_stream_is_refused():
    """
    message_start has a usage, but its output count is only what was written so far.
    """
    with pytest.raises(ValueError, match="a stream that has only begun"):
        usage_from({"type": "message_start", "message": {"usage": anthropic_block()}})


def test_sdk_objects_and_dicts_read_the_same():
    """
    The SDKs' own types go in as they are, beta message, final chunk and closing event included.
    """
    from anthropic.types import Message
    from anthropic.types.beta import BetaMessage
    from openai.types.chat import ChatCompletionChunk
    from openai.types.responses import Response, ResponseCompletedEvent

    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5", "content": [],
               "stop_reason": "end_turn", "stop_sequence": None,
               "usage": anthropic_block(input_tokens=7, output_tokens=3, cache_creation_input_tokens=5, cache_creation={
                   "ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 4})}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "gpt-6-luna", "choices": []}
    chunk["usage"] = {
        "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 5}}
    response = {"id": "r", "object": "response", "created_at": 0, "model": "gpt-6-luna", "output": [], "tools": [],
                "parallel_tool_calls": True, "tool_choice": "auto", "usage": {
                    "input_tokens": 10, "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 5},
                    "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 1}, "total_tokens": 12}}
    completed = {"type": "response.completed", "sequence_number": 9, "response": response}

    for raw, kind in [(message, Message), (message, BetaMessage), (chunk, ChatCompletionChunk), (response, Response),
                      (completed, ResponseCompletedEvent)]:
        assert usage_from(kind.model_validate(raw)) == usage_from(raw), kind
    assert usage_from(message) == Usage(input=7, cache_write_5m=1, cache_write_1h=4, output=3)
    assert usage_from(chunk) == Usage(input=1, cache_read=4, cache_write_5m=5, output=2)


@given(fresh=counts, read=counts, five=counts, hour=counts, output=counts)
def test_genai_prices_reads_the_same_from_both_vendors(fresh, read, five, hour, output):
    """
    Its extractors and ours agree on prompt, reads, writes and output, vendor by vendor.
    """
    from genai_prices import extract_usage

    claude = {"model": "claude-haiku-5-5", "usage": anthropic_block(
        input_tokens=fresh, cache_read_input_tokens=read, cache_creation_input_tokens=five + hour, output_tokens=output,
        cache_creation={"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour})}
    chat = {"model": "gpt-6-luna", "usage": {
        "prompt_tokens": fresh + read + five, "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": five}}}
    for reply, provider, flavour in [(claude, "anthropic", "default"), (chat, "openai", "chat")]:
        theirs = extract_usage(reply, provider_id=provider, api_flavor=flavour).usage
        ours = usage_from(reply)
        assert ours.prompt == theirs.input_tokens
        assert ours.cache_read == theirs.cache_read_tokens
        assert ours.cache_write_5m + ours.cache_write_1h == theirs.cache_write_tokens
        assert ours.output == theirs.output_tokens


def test_a_message_delta_with_cache_writes_is_refused():
    """
    The event has no split by lifetime, and the two writes cost differently.
    """
    usage = {"input_tokens": 3, "cache_creation_input_tokens": 2070, "output_tokens": 5}

    with pytest.raises(ValueError, match="message_delta does not say for how long"):
        usage_from({"type": "message_delta", "usage": usage})
