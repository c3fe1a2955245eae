"""helpers.wire.builder: constructed replies arrive in the real SDKs as the API's own would, to the last field."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
from types import SimpleNamespace

import anthropic
import httpx2
import openai
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.economics import Usage, usage_from
from helpers.economics.models import load_models
from helpers.sse import SSEParser
from helpers.wire import builder
from helpers.wire.builder import (
    chat_completion,
    chat_stream,
    count_tokens,
    error,
    error_event,
    function_call,
    message,
    message_item,
    model_info,
    models_page,
    openai_error,
    openai_error_event,
    reasoning,
    refusal,
    response,
    response_stream,
    stream,
    text,
    thinking,
    tool_call,
    tool_use,
)
from helpers.wire.reply import Reply

CLAUDE, GPT = "claude-haiku-5-5", "gpt-6-luna"
ASK = {"model": CLAUDE, "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
CHAT = {"model": GPT, "messages": [{"role": "user", "content": "Hello"}]}
RESPONSES = {"model": GPT, "input": "Hello"}
ROUND_TRIP = settings(max_examples=40, deadline=None)
ANY_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)
PARSED = {"content": {"__all__": {"parsed_output"}}}
"""What the stream helper adds to a message of its own."""
PROSE = "Order 1042 left our warehouse on Wednesday, and the carrier scanned it this morning. " * 60
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


class Bytes(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A reply's pieces as the network would hand them over, without the waits."""

    def __init__(self, reply: Reply) -> None:
        self._pieces = [piece for _, piece in reply.timed_bytes()]

    def __iter__(self):
        yield from self._pieces

    async def __aiter__(self):
        for piece in self._pieces:
            yield piece


def transport(reply: Reply) -> httpx2.MockTransport:
    """Answers every request with *reply*."""
    return httpx2.MockTransport(
        lambda request: httpx2.Response(reply.status, headers=dict(reply.headers), stream=Bytes(reply))
    )


def claude(reply: Reply, *, is_async: bool = False):
    """The real Anthropic client, strict about what it receives."""
    http = httpx2.AsyncClient if is_async else httpx2.Client
    client = anthropic.AsyncAnthropic if is_async else anthropic.Anthropic
    return client(
        api_key="none", http_client=http(transport=transport(reply)), max_retries=0, _strict_response_validation=True
    )


def gpt(reply: Reply, *, is_async: bool = False):
    """The real OpenAI client, strict about what it receives."""
    http = httpx2.AsyncClient if is_async else httpx2.Client
    client = openai.AsyncOpenAI if is_async else openai.OpenAI
    return client(
        api_key="none", http_client=http(transport=transport(reply)), max_retries=0, _strict_response_validation=True
    )


def final(reply: Reply):
    """The message that the SDK's stream helper accumulates from a stream."""
    with claude(reply).messages.stream(**ASK) as events:
        return events.get_final_message()


def sse_events(reply: Reply) -> list[tuple[str, dict]]:
    """(event, data) of a streamed reply, as our own parser reads it; the [DONE] line left out."""
    parser = SSEParser()
    events = [event for _, piece in reply.timed_bytes() for event in parser.feed(piece)]
    return [(event.event, json.loads(event.data)) for event in events if event.data != "[DONE]"]


def deltas(reply: Reply, field: str) -> list[str]:
    """The pieces of one kind in an Anthropic stream."""
    return [data["delta"][field] for _, data in sse_events(reply) if field in data.get("delta", {})]


class Weather(pydantic.BaseModel):
    """What the structured-output tests ask for."""

    city: str
    celsius: int


WEATHER = Weather(city="Zürich", celsius=-3)

MESSAGES = {
    "text": message("Hi there!", model=CLAUDE),
    "thinking shown": message([thinking("Let me see. " * 9), "Hi!"], model=CLAUDE),
    "thinking omitted": message([thinking(), "Hi!"], model=CLAUDE),
    "one tool": message(["I will look.", tool_use("get_weather", {"city": "Zürich", "days": 3})], model=CLAUDE),
    "two tools, one without arguments": message([tool_use("now", {}), tool_use("now", {})], model=CLAUDE),
    "nothing at all": message([], model=CLAUDE, usage={"output_tokens": 9}),
    "refusal": message([], model=CLAUDE, stop_details=refusal("cyber", "No.")),
    "stop sequence": message("The beautiful city of ", model=CLAUDE, stop_sequence="Paris"),
    "cut off": message("The beautiful", model=CLAUDE, stop_reason="max_tokens", max_tokens=100),
    "redacted": message([{"type": "redacted_thinking", "data": "CONSTRUCTED"}, "Hi!"], model=CLAUDE),
    "emoji and line ends": message("👩‍👩‍👧‍👦\r\n\u2028 a\n\nb", model=CLAUDE),
}

# --- Anthropic: plain replies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MESSAGES)
def test_every_field_of_a_message_arrives(name) -> None:
    """What was built is what the SDK's object holds, and strict validation finds nothing to complain about."""
    reply = MESSAGES[name]
    received = claude(reply).messages.create(**ASK)
    assert reply.body == json.loads(received.model_dump_json(exclude_unset=True))
    assert reply.headers["request-id"] == received._request_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [("text", "end_turn"), ("one tool", "tool_use"), ("nothing at all", "end_turn"), ("refusal", "refusal"),
     ("stop sequence", "stop_sequence"), ("cut off", "max_tokens")],
)  # fmt: skip
def test_stop_reason_follows_from_the_content(name, expected) -> None:
    """Nobody has to say why a reply stopped where the content says it."""
    assert expected == MESSAGES[name].body["stop_reason"]


def test_async_clients_receive_the_same() -> None:
    """AsyncAnthropic gets the same message, plain and streamed."""
    reply = MESSAGES["one tool"]

    async def both():
        plain = await claude(reply, is_async=True).messages.create(**ASK)
        async with claude(stream(reply), is_async=True).messages.stream(**ASK) as events:
            return plain, await events.get_final_message()

    plain, streamed = asyncio.run(both())
    assert plain.model_dump() == streamed.model_dump(exclude=PARSED)
    assert reply.body["content"][1]["input"] == plain.content[1].input


def test_ids_say_constructed_and_come_from_the_content() -> None:
    """Two builds of one reply are equal; any difference gives other ids, which have the lengths of real ones."""
    body = MESSAGES["one tool"].body
    again = message(["I will look.", tool_use("get_weather", {"city": "Zürich", "days": 3})], model=CLAUDE)
    assert MESSAGES["one tool"] == again
    assert body["id"] != message("I will look.", model=CLAUDE).body["id"]
    assert re.fullmatch(r"msg_01CONSTRUCTED\w{11}", body["id"])
    assert re.fullmatch(r"toolu_01CONSTRUCTED\w{11}", body["content"][1]["id"])
    assert re.fullmatch(r"req_011CONSTRUCTED\w{10}", again.headers["request-id"])
    assert "CONSTRUCTED" in thinking()["signature"]
    first, second = MESSAGES["two tools, one without arguments"].body["content"]
    assert first["id"] != second["id"]


def test_ids_and_request_ids_can_be_given() -> None:
    """A scenario may name a reply, a call and a request."""
    reply = message([tool_use("now", {}, id="toolu_7")], model=CLAUDE, id="msg_7", request_id="req_7")
    assert (reply.body["id"], reply.headers["request-id"]) == ("msg_7", "req_7")
    assert reply.body["content"][0]["id"] == "toolu_7"


def test_a_block_that_was_built_once_can_be_used_twice() -> None:
    """Giving a call its id leaves the caller's block as it was."""
    call = tool_use("now", {})
    bodies = [message(content, model=CLAUDE).body for content in (call, [call, "x"])]
    assert bodies[0]["content"][0]["id"] != bodies[1]["content"][0]["id"]
    assert call["id"] is None


# --- Anthropic: usage --------------------------------------------------------------------------------------------


def usage_of(**counts) -> SimpleNamespace:
    """Anything with the fields of helpers.economics.Usage."""
    names = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output", "thinking", "web_searches")
    return SimpleNamespace(**{**dict.fromkeys(names, 0), "other_models": (), **counts})


def test_a_usage_stands_in_the_reply_as_the_api_writes_it() -> None:
    """Writes of both lifetimes are summed and told apart; thinking lies inside output."""
    writes = {"cache_write_5m": 14, "cache_write_1h": 2056}
    usage = usage_of(input=3, **writes, cache_read=7, output=90, thinking=53, web_searches=2)
    received = claude(message("Hi", model=CLAUDE, usage=usage)).messages.create(**ASK).usage
    assert (
        received.input_tokens,
        received.cache_creation_input_tokens,
        received.cache_read_input_tokens,
        received.output_tokens,
    ) == (3, 2070, 7, 90)
    assert (
        received.cache_creation.ephemeral_5m_input_tokens,
        received.cache_creation.ephemeral_1h_input_tokens,
    ) == (14, 2056)
    assert received.output_tokens_details.thinking_tokens == 53
    assert received.server_tool_use.web_search_requests == 2


COUNTS = st.integers(0, 10**6)


@st.composite
def usages(draw, **fixed) -> Usage:
    """Any Usage, thinking inside output."""
    names = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "web_searches")
    counts = {name: draw(COUNTS) for name in names} | fixed
    output = draw(COUNTS)
    return Usage(**counts, output=output, thinking=draw(st.integers(0, output)))


@ROUND_TRIP
@given(usages())
def test_usage_from_reads_back_what_was_built_for_anthropic(usage) -> None:
    """A Usage goes onto the wire and comes back, from a plain message and from a streamed one."""
    reply = message("Hi", model=CLAUDE, usage=usage)
    assert usage_from(claude(reply).messages.create(**ASK)) == usage
    assert usage_from(final(stream(reply))) == usage


@ROUND_TRIP
@given(usages(cache_write_1h=0, web_searches=0), usages(web_searches=0))
def test_usage_from_reads_back_what_was_built_for_openai(usage, with_long_writes) -> None:
    """The same for chat completions, and for responses, which know long writes."""
    assert usage_from(chat_completion("Hi", model=GPT, usage=usage).body) == usage
    assert usage_from(response("Hi", model=GPT, usage=with_long_writes).body) == with_long_writes


def test_other_models_come_back_as_other_models() -> None:
    """What an advisor spent is not added to the reply's own tokens."""
    advice = (("claude-opus-5-5", Usage(input=2518, output=22)),)
    usage = Usage(input=10, output=5, other_models=advice)
    assert usage_from(message("Hi", model=CLAUDE, usage=usage).body) == usage


def test_other_models_stand_in_iterations_outside_the_top_level_numbers() -> None:
    """An advisor is billed at its own model's price, so its tokens are not in the reply's own."""
    usage = usage_of(input=10, output=5, other_models=(("claude-opus-5-5", usage_of(input=2518, output=22)),))
    wire = message("Hi", model=CLAUDE, usage=usage).body["usage"]
    assert wire["input_tokens"] == 10
    own, advice = wire["iterations"]
    assert (own["type"], own["input_tokens"], own["output_tokens"]) == ("message", 10, 5)
    assert (advice["type"], advice["model"], advice["input_tokens"]) == ("advisor_message", "claude-opus-5-5", 2518)


def test_wire_fields_replace_the_estimate_one_by_one() -> None:
    """What a dict leaves out is estimated; cache writes given as a sum count as 5-minute ones."""
    wire = message("Hello", model=CLAUDE, usage={"input_tokens": 25, "cache_creation_input_tokens": 9}).body["usage"]
    assert wire["input_tokens"] == 25
    assert wire["output_tokens"] == 6  # 4 + 5 characters at 2.5 a token: an illustration
    assert wire["cache_creation"] == {"ephemeral_5m_input_tokens": 9, "ephemeral_1h_input_tokens": 0}


def test_the_prompt_is_estimated_from_the_request_where_one_is_given() -> None:
    """A longer request gives a larger illustration; without one it is the smallest prompt ever recorded."""
    long = {**ASK, "system": "Be kind. " * 100}
    sizes = [message("Hi", model=CLAUDE, request=ask).body["usage"]["input_tokens"] for ask in (None, ASK, long)]
    assert 8 == sizes[0] < sizes[1] < sizes[2]


def test_a_cut_off_reply_bills_exactly_its_limit() -> None:
    """So did 166 of 166 recorded ones; and no reply bills more than its limit."""
    assert MESSAGES["cut off"].body["usage"]["output_tokens"] == 100
    assert message("Hello there", model=CLAUDE, max_tokens=3).body["usage"]["output_tokens"] == 3
    assert message([], model=CLAUDE, stop_reason="max_tokens", max_tokens=0).body["usage"]["output_tokens"] == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"stop_reason": "max_tokens"},
         "a reply cut off by its limit bills exactly that limit: say which, with max_tokens=..."),
        ({"stop_reason": "max_tokens", "max_tokens": 9, "usage": {"output_tokens": 5}},
         "a reply cut off at max_tokens=9 bills 9 output tokens; usage says 5."),
        ({"max_tokens": 9, "usage": {"output_tokens": 10}},
         "usage says 10 output tokens, above max_tokens=9; the API never exceeds it."),
    ],
)  # fmt: skip
def test_usage_that_contradicts_the_limit_is_refused(arguments, complaint) -> None:
    """A reply that no server could send is not built, and the message says why."""
    with pytest.raises(ValueError) as caught:
        message("Hi", model=CLAUDE, **arguments)
    assert complaint == str(caught.value)


# --- Anthropic: streams ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_stream_accumulates_to_exactly_the_plain_message(name, seed) -> None:
    """The SDK's stream helper ends with the message that the plain call returns, usage included."""
    reply = MESSAGES[name]
    plain = claude(reply).messages.create(**ASK)
    assert plain.model_dump() == final(stream(reply, seed=seed)).model_dump(exclude=PARSED)


def test_raw_events_come_in_the_documented_order() -> None:
    """message_start, a ping, each block in its turn, message_delta, message_stop; and strict validation passes."""
    reply = stream(message([thinking(), "Hi!", tool_use("now", {})], model=CLAUDE))
    names = [name for name, _ in sse_events(reply)]
    assert names[:2] == ["message_start", "ping"]
    assert names[-2:] == ["message_delta", "message_stop"]
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    assert 3 * block == [name for name, _ in sse_events(reply) if name.startswith("content")]
    raw = [event.type for event in claude(reply).messages.create(**ASK, stream=True)]
    assert raw == [name for name in names if name != "ping"]


def test_usage_is_cumulative_and_starts_small() -> None:
    """message_start's output_tokens are a part of the final count, which message_delta gives."""
    reply = message(PROSE, model=CLAUDE, usage={"input_tokens": 25, "output_tokens": 700})
    data = [data for _, data in sse_events(stream(reply))]
    started, ended = data[0]["message"]["usage"], data[-2]["usage"]
    assert 1 <= started["output_tokens"] <= 88
    assert (ended["input_tokens"], ended["output_tokens"]) == (25, 700)
    assert data[0]["message"]["stop_reason"] is None
    assert data[0]["message"]["content"] == []


def test_start_never_counts_more_than_the_end() -> None:
    """Also a reply of one token has a message_start that is a part of it."""
    tiny = [stream(message("", model=CLAUDE, usage={"output_tokens": 1}), seed=seed) for seed in range(20)]
    assert {1} == {sse_events(reply)[0][1]["message"]["usage"]["output_tokens"] for reply in tiny}


def test_text_deltas_have_the_recorded_sizes() -> None:
    """Median 9 characters, none empty, none above 197; thinking likewise."""
    for reply, field in [(message(PROSE, model=CLAUDE), "text"), (message(thinking(PROSE), model=CLAUDE), "thinking")]:
        sizes = [len(piece) for piece in deltas(stream(reply), field)]
        assert 8 <= statistics.median(sizes) <= 10
        assert 1 <= min(sizes) <= max(sizes) <= 197


def test_tool_input_comes_in_the_recorded_pieces() -> None:
    """The first piece is empty, the rest at most 13 characters with a median of 6; no arguments, no second piece."""
    order = {"items": [{"sku": f"T-{n}", "quantity": n, "note": "gift wrap, please"} for n in range(40)]}
    first, *rest = deltas(stream(message(tool_use("order", order), model=CLAUDE)), "partial_json")
    assert first == ""
    assert order == json.loads("".join(rest))
    assert 5 <= statistics.median(map(len, rest)) <= 7
    assert max(map(len, rest)) <= 13
    assert deltas(stream(message(tool_use("now", {}), model=CLAUDE)), "partial_json") == [""]


def test_thinking_ends_with_one_signature() -> None:
    """Shown thinking streams its text, then the signature; omitted thinking only the signature."""
    for block in (thinking("Let me see. " * 5), thinking()):
        kinds = [data["delta"]["type"] for name, data in sse_events(stream(message(block, model=CLAUDE)))
                 if name == "content_block_delta"]  # fmt: skip
        assert kinds[-1] == "signature_delta"
        assert kinds.count("signature_delta") == 1
        assert bool(block["thinking"]) == ("thinking_delta" in kinds)


def test_most_data_lines_are_padded() -> None:
    """84 % have spaces before their last brace, so comparing them as text would fail as it does on the real API."""
    whole = stream(message(PROSE, model=CLAUDE)).content().decode()
    lines = [line for line in whole.split("\n") if line.startswith('data: {"type":')]
    share = statistics.mean(" }" in line[-2:] for line in lines)
    assert len(lines) > 300
    assert 0.78 <= share <= 0.90


def test_network_chunks_are_not_events() -> None:
    """Some chunks hold several events and some events lie in two chunks, as on a real connection."""
    chunks = [piece for _, piece in stream(message(PROSE, model=CLAUDE)).chunks]
    assert any(piece.count("\n\n") > 1 for piece in chunks)
    assert any(not piece.endswith("\n\n") for piece in chunks)
    assert all(chunks)


def test_chunks_arrive_in_order_at_the_asked_pace() -> None:
    """The first at first_ms, then about per_delta_ms a delta; silent thinking takes its own time."""
    reply = message(PROSE, model=CLAUDE)
    timed = stream(reply, first_ms=600, per_delta_ms=30)
    times = [at for at, _ in timed.chunks]
    assert times == sorted(times)
    assert 600 == times[0] == timed.delay_ms
    expected = 600 + 30 * len(deltas(timed, "text"))
    assert 0.9 * expected <= times[-1] <= 1.1 * expected
    silent = stream(message([thinking(), "Hi"], model=CLAUDE), first_ms=0, per_delta_ms=1, thinking_ms=2000)
    assert 1200 <= silent.chunks[-1][0] <= 2900


def test_streams_are_deterministic_and_seeds_differ() -> None:
    """The same reply and seed give the same bytes at the same times; another seed cuts it elsewhere."""
    reply = message(PROSE, model=CLAUDE)
    assert stream(reply) == stream(reply)
    assert stream(reply).chunks != stream(reply, seed=1).chunks
    assert reply.headers["request-id"] == stream(reply).headers["request-id"]
    assert stream(reply).headers["content-type"].startswith("text/event-stream")


def test_only_a_built_message_can_be_streamed() -> None:
    """An error, or a reply of the other vendor, is refused with the name of the function that makes one."""
    for streamer, maker in [(stream, "message"), (chat_stream, "chat_completion"), (response_stream, "response")]:
        with pytest.raises(ValueError, match=rf"^only a reply that {maker}\(\) built can be streamed; this one's body"):
            streamer(error(529, "overloaded_error", "Overloaded"))


@ROUND_TRIP
@given(content=ANY_TEXT, thought=ANY_TEXT, seed=st.integers(0, 99))
def test_any_text_survives_streaming(content, thought, seed) -> None:
    """Emoji, line ends, U+2028: text and thinking arrive as they were built."""
    received = final(stream(message([thinking(thought), content], model=CLAUDE), seed=seed))
    assert [thought, content] == [received.content[0].thinking, received.content[1].text]


@ROUND_TRIP
@given(st.dictionaries(ANY_TEXT, JSON_VALUES, max_size=4))
def test_any_tool_input_survives_streaming(arguments) -> None:
    """Whatever JSON the arguments are, the pieces join to it."""
    assert arguments == final(stream(message(tool_use("f", arguments), model=CLAUDE))).content[0].input


def test_parse_reads_structured_output_plain_and_streamed() -> None:
    """messages.parse() and the stream helper's output_format validate the text into the model."""
    reply = message([thinking(), WEATHER.model_dump_json()], model=CLAUDE)
    assert claude(reply).messages.parse(**ASK, output_format=Weather).parsed_output == WEATHER
    with claude(stream(reply)).messages.stream(**ASK, output_format=Weather) as events:
        assert events.get_final_message().parsed_output == WEATHER


# --- Anthropic: errors, counts, models ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "expected", "retry"),
    [
        (400, "invalid_request_error", anthropic.BadRequestError, "false"),
        (401, "authentication_error", anthropic.AuthenticationError, "false"),
        (402, "billing_error", anthropic.PaymentRequiredError, None),
        (404, "not_found_error", anthropic.NotFoundError, "false"),
        (413, "request_too_large", anthropic.ContentTooLargeError, None),
        (429, "rate_limit_error", anthropic.RateLimitError, "true"),
        (500, "api_error", anthropic.InternalServerError, None),
        (529, "overloaded_error", anthropic.OverloadedError, "true"),
    ],
)
def test_errors_raise_the_sdks_own_exceptions(status, kind, expected, retry) -> None:
    """Class, type, message and request id arrive; x-should-retry stands where it was seen on real answers."""
    reply = error(status, kind, "No.", headers={"retry-after": "2"})
    with pytest.raises(expected) as caught:
        claude(reply).messages.create(**ASK)
    assert (kind, "No.") == (caught.value.type, caught.value.body["error"]["message"])
    assert caught.value.request_id == caught.value.body["request_id"]
    assert caught.value.request_id.startswith("req_011CONSTRUCTED")
    assert ("2", retry) == (reply.headers["retry-after"], reply.headers.get("x-should-retry"))


def test_an_error_code_reaches_the_coded_exception() -> None:
    """The spend cap's 429 is told apart by error.details.error_code."""
    reply = error(429, "rate_limit_error", "Cap.", error_code="enforced_spend_limit_reached")
    with pytest.raises(anthropic.RateLimitError) as caught:
        claude(reply).messages.create(**ASK)
    assert type(caught.value).__name__ == "EnforcedSpendLimitReachedError"


@pytest.mark.parametrize(("code", "told"), [("enforced_spend_limit_reached", None),
                                            ("contract_spend_limit_reached", None), ("ramp_limit_exceeded", "true")])
def test_a_spend_limit_does_not_claim_that_a_retry_helps(code, told) -> None:
    """x-should-retry was reported for rate limits; nobody has shown the headers of a spend limit."""
    assert told == error(429, "rate_limit_error", "Cap.", error_code=code).headers.get("x-should-retry")


def test_an_error_in_the_middle_of_a_stream_is_an_api_status_error_with_status_200() -> None:
    """The status was sent long ago, so only the type tells what happened."""
    whole = stream(message(PROSE, model=CLAUDE))
    cut = Reply(headers=whole.headers, chunks=(*whole.chunks[:1], (500.0, error_event())))
    with pytest.raises(anthropic.APIStatusError) as caught:
        final(cut)
    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


def test_count_tokens_and_models() -> None:
    """count_tokens, models.retrieve and models.list validate strictly."""
    row = SimpleNamespace(id="claude-haiku-5-5", status="active", context=1_000_000, max_output=128_000)
    old = SimpleNamespace(id="claude-sonnet-4-5", status="deprecated", context=200_000, max_output=64_000,
                          retires_on="2026-11-30")  # fmt: skip
    asked = {"model": CLAUDE, "messages": ASK["messages"]}
    assert claude(count_tokens(14)).messages.count_tokens(**asked).input_tokens == 14
    received = claude(model_info(row)).models.retrieve("claude-haiku-5-5")
    assert (
        received.display_name, received.lifecycle, received.max_tokens, received.line,
    ) == ("Claude Haiku 5.5", "active", 128_000, "haiku")  # fmt: skip
    first, second = claude(models_page([row, old])).models.list()
    assert first.retires_at is None
    assert second.retires_at.date().isoformat() == "2026-11-30"
    assert list(claude(models_page([])).models.list()) == []


def test_every_claude_of_the_course_can_be_listed() -> None:
    """Each Anthropic row of models.json makes a model that validates; retired ones say so."""
    rows = [row for row in load_models().models if row.vendor == "anthropic"]
    listed = {info.id: info for info in claude(models_page(rows)).models.list()}
    assert [row.id for row in rows] == [*listed]
    assert all((info.lifecycle == "retired") == (row.status == "retired")
               for row, info in zip(rows, listed.values(), strict=True))  # fmt: skip


# --- OpenAI: chat completions ------------------------------------------------------------------------------------

CALLS = [tool_call("get_weather", {"city": "Zürich"}), tool_call("now", {}), tool_call("bad", '{"city": ')]
COMPLETIONS = {
    "text": chat_completion("Hi there!", model=GPT),
    "tools": chat_completion(model=GPT, tool_calls=CALLS[:2]),
    "text and a tool": chat_completion("I will look.", model=GPT, tool_calls=CALLS[:1]),
    "refusal": chat_completion(model=GPT, refusal="I cannot help with that."),
    "cut off": chat_completion("Hi", model=GPT, finish_reason="length", max_completion_tokens=7),
    "empty": chat_completion("", model=GPT),
}


@pytest.mark.parametrize("name", COMPLETIONS)
def test_every_field_of_a_completion_arrives(name) -> None:
    """Strict validation passes and nothing is lost."""
    reply = COMPLETIONS[name]
    received = gpt(reply).chat.completions.create(**CHAT)
    assert reply.body == json.loads(received.model_dump_json(exclude_unset=True))
    assert reply.headers["x-request-id"] == received._request_id
    assert reply.body["usage"]["total_tokens"] == received.usage.prompt_tokens + received.usage.completion_tokens


@pytest.mark.parametrize("name", [name for name in COMPLETIONS if name != "cut off"])
def test_a_chat_stream_accumulates_to_the_plain_completion(name) -> None:
    """The stream helper ends with the plain reply; only `annotations`, which streams lack, is missing."""
    reply = COMPLETIONS[name]
    options = {"stream_options": {"include_usage": True}}
    with gpt(chat_stream(reply, include_usage=True)).chat.completions.stream(**CHAT, **options) as events:
        received = events.get_final_completion()
    [choice] = reply.body["choices"]
    built = choice["message"]
    assert (reply.body["id"], choice["finish_reason"]) == (received.id, received.choices[0].finish_reason)
    assert reply.body["usage"] == received.usage.model_dump(exclude_unset=True)
    arrived = received.choices[0].message
    assert (built["content"], built["refusal"]) == (arrived.content, arrived.refusal)
    calls = [(call["id"], call["function"]) for call in built.get("tool_calls", [])]
    fields = {"name", "arguments"}
    assert calls == [(call.id, call.function.model_dump(include=fields)) for call in arrived.tool_calls or []]


def test_chat_chunks_come_as_openai_sends_them() -> None:
    """Role first, an obfuscation field each, the finish reason on an empty delta, [DONE] last."""
    chunks = list(gpt(chat_stream(COMPLETIONS["text"])).chat.completions.create(**CHAT, stream=True))
    assert (chunks[0].choices[0].delta.role, chunks[0].choices[0].delta.content) == ("assistant", "")
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hi there!"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].choices[0].delta.content is None
    assert all(chunk.obfuscation for chunk in chunks)
    assert not any("usage" in chunk.model_fields_set for chunk in chunks)
    assert chat_stream(COMPLETIONS["text"]).content().endswith(b"data: [DONE]\n\n")


def test_usage_comes_in_a_last_chunk_without_choices() -> None:
    """With include_usage every chunk has usage: null, and one more has it filled in and `choices` empty."""
    reply = chat_stream(COMPLETIONS["text"], include_usage=True)
    *others, last = gpt(reply).chat.completions.create(**CHAT, stream=True)
    assert last.choices == []
    assert COMPLETIONS["text"].body["usage"]["completion_tokens"] == last.usage.completion_tokens
    assert all("usage" in chunk.model_fields_set and chunk.usage is None for chunk in others)


def test_tool_arguments_are_json_text_right_or_wrong() -> None:
    """OpenAI passes on what the model wrote; parsing it is the caller's business."""
    reply = chat_completion(model=GPT, tool_calls=CALLS)
    received = gpt(reply).chat.completions.create(**CHAT).choices[0].message.tool_calls
    assert [call.function.arguments for call in received] == ['{"city": "Zürich"}', "{}", '{"city": ']
    assert reply.body["choices"][0]["finish_reason"] == "tool_calls"
    assert all(re.fullmatch(r"call_CONSTRUCTED\w{13}", call.id) for call in received)
    assert re.fullmatch(r"chatcmpl-CONSTRUCTED\w{18}", reply.body["id"])


@ROUND_TRIP
@given(content=ANY_TEXT, seed=st.integers(0, 99))
def test_any_text_survives_a_chat_stream(content, seed) -> None:
    """Text and arguments join to what was built."""
    reply = chat_stream(chat_completion(content, model=GPT, tool_calls=[tool_call("f", {"a": content})]), seed=seed)
    with gpt(reply).chat.completions.stream(**CHAT) as events:
        received = events.get_final_completion().choices[0].message
    assert content == received.content
    assert {"a": content} == json.loads(received.tool_calls[0].function.arguments)


def test_chat_parse_reads_structured_output() -> None:
    """chat.completions.parse() validates the text; a refusal and a cut-off reply behave as on the real API."""
    parse = dict(**CHAT, response_format=Weather)
    reply = chat_completion(WEATHER.model_dump_json(), model=GPT)
    assert gpt(reply).chat.completions.parse(**parse).choices[0].message.parsed == WEATHER
    refused = gpt(COMPLETIONS["refusal"]).chat.completions.parse(**parse).choices[0].message
    assert (refused.parsed, refused.refusal) == (None, "I cannot help with that.")
    with pytest.raises(openai.LengthFinishReasonError):
        gpt(COMPLETIONS["cut off"]).chat.completions.parse(**parse)


def test_openai_usage_has_cached_tokens_inside_the_prompt() -> None:
    """The same Usage stands differently at the two vendors: at OpenAI the prompt includes what was cached."""
    usage = usage_of(input=50, cache_write_5m=20, cache_read=1000, output=30, thinking=10)
    chat = gpt(chat_completion("Hi", model=GPT, usage=usage)).chat.completions.create(**CHAT).usage
    assert (
        chat.prompt_tokens,
        chat.prompt_tokens_details.cached_tokens,
        chat.prompt_tokens_details.cache_write_tokens,
        chat.completion_tokens,
        chat.completion_tokens_details.reasoning_tokens,
    ) == (1070, 1000, 20, 30, 10)
    long = usage_of(input=50, cache_write_5m=20, cache_write_1h=5, cache_read=1000, output=30, thinking=10)
    used = gpt(response("Hi", model=GPT, usage=long)).responses.create(**RESPONSES).usage
    assert (
        used.input_tokens,
        used.input_tokens_details.cached_tokens,
        used.input_tokens_details.cache_write_tokens,
        used.output_tokens,
        used.output_tokens_details.reasoning_tokens,
    ) == (1075, 1000, 25, 30, 10)
    assert used.input_tokens_details.cache_write_tokens_details.ttl_12h_tokens == 5


def test_openai_usage_refuses_what_it_has_no_field_for() -> None:
    """A count that would silently vanish is an error."""
    with pytest.raises(ValueError, match=r"^12-hour cache writes exist in the Responses API only; use cache_write_5m"):
        chat_completion("Hi", model=GPT, usage=usage_of(cache_write_1h=1))
    with pytest.raises(ValueError, match=r"^an OpenAI reply's usage has no place for other models or web searches"):
        response("Hi", model=GPT, usage=usage_of(web_searches=1))


def test_openai_errors_raise_the_sdks_own_exceptions() -> None:
    """Message, type, code and param arrive; the code tells apart what the type does not."""
    reply = openai_error(404, "No such model.", code="model_not_found", param="model", headers={"x-extra": "1"})
    with pytest.raises(openai.NotFoundError) as caught:
        gpt(reply).chat.completions.create(**CHAT)
    raised = caught.value
    assert (raised.code, raised.param, raised.type) == ("model_not_found", "model", "invalid_request_error")
    assert caught.value.body["message"] == "No such model."
    assert caught.value.request_id.startswith("req_CONSTRUCTED")
    assert reply.headers["x-extra"] == "1"


def test_an_error_in_the_middle_of_a_chat_stream_is_a_plain_api_error() -> None:
    """It is no APIStatusError, so `except APIStatusError` does not catch it."""
    whole = chat_stream(COMPLETIONS["text"])
    cut = Reply(headers=whole.headers, chunks=(whole.chunks[0], (500.0, openai_error_event("Overloaded"))))
    with pytest.raises(openai.APIError, match="^Overloaded$") as caught:
        list(gpt(cut).chat.completions.create(**CHAT, stream=True))
    assert not isinstance(caught.value, openai.APIStatusError)


# --- OpenAI: Responses -------------------------------------------------------------------------------------------

OUTPUTS = {
    "text": response("Hi there!", model=GPT),
    "reasoning": response([reasoning(), "Hi!"], model=GPT),
    "reasoning with summaries": response([reasoning("First this. " * 3, "Then that."), "Hi!"], model=GPT),
    "tools": response([function_call("get_weather", {"city": "Zürich"}), function_call("now", {})], model=GPT),
    "refusal": response(message_item(refusal="I cannot help with that."), model=GPT),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_field_of_a_response_arrives(name) -> None:
    """Strict validation passes and nothing is lost."""
    reply = OUTPUTS[name]
    received = gpt(reply).responses.create(**RESPONSES)
    assert reply.body == json.loads(received.model_dump_json(exclude_unset=True, by_alias=True))
    assert re.fullmatch(r"resp_CONSTRUCTED\w{37}", received.id)


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_response_stream_accumulates_to_the_plain_response(name) -> None:
    """The helper's final response is the plain one, and the last raw event carries it, too."""
    reply = OUTPUTS[name]
    with gpt(response_stream(reply)).responses.stream(**RESPONSES) as events:
        received = events.get_final_response()
    unparsed = json.loads(received.model_dump_json(exclude_unset=True))
    for item in unparsed["output"]:
        item.pop("parsed_arguments", None)
        for part in item.get("content", []):
            part.pop("parsed", None)
    assert reply.body == unparsed
    assert reply.body == sse_events(response_stream(reply))[-1][1]["response"]


def test_response_events_come_in_their_real_order_and_are_numbered() -> None:
    """created, in_progress, each item between added and done, completed; sequence numbers count from 0."""
    reply = response_stream(response([reasoning("Hm."), "Hi!", function_call("now", {"a": 1})], model=GPT))
    raw = list(gpt(reply).responses.create(**RESPONSES, stream=True))
    assert list(range(len(raw))) == [event.sequence_number for event in raw]
    names = [event.type for event in raw]
    assert names == [name for name, _ in sse_events(reply)]
    once = [name for index, name in enumerate(names) if name != names[index - 1]]
    assert once == [
        "response.created", "response.in_progress",
        "response.output_item.added", "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done", "response.reasoning_summary_part.done", "response.output_item.done",
        "response.output_item.added", "response.content_part.added", "response.output_text.delta",
        "response.output_text.done", "response.content_part.done", "response.output_item.done",
        "response.output_item.added", "response.function_call_arguments.delta",
        "response.function_call_arguments.done", "response.output_item.done",
        "response.completed",
    ]  # fmt: skip
    assert b"[DONE]" not in reply.content()


def test_a_response_that_ends_early_says_why() -> None:
    """Cut off: status incomplete, and exactly the limit is billed. Failed: the error stands in the response."""
    cut = response("Hi th", model=GPT, incomplete="max_output_tokens", max_output_tokens=16)
    received = gpt(cut).responses.create(**RESPONSES)
    assert (
        received.status, received.incomplete_details.reason, received.usage.output_tokens, received.max_output_tokens,
    ) == ("incomplete", "max_output_tokens", 16, 16)  # fmt: skip
    assert received.output[0].status == "incomplete"
    assert sse_events(response_stream(cut))[-1][0] == "response.incomplete"
    failed = response([], model=GPT, error={"code": "server_error", "message": "Overloaded"})
    assert gpt(failed).responses.create(**RESPONSES).error.message == "Overloaded"
    assert list(gpt(response_stream(failed)).responses.create(**RESPONSES, stream=True))[-1].type == "response.failed"


def test_a_response_repeats_what_was_asked() -> None:
    """Instructions, limits and tools of the request stand in the response."""
    asked = {"instructions": "Be brief.", "max_output_tokens": 50, "tool_choice": "required"}
    received = gpt(response("Hi", model=GPT, request={**RESPONSES, **asked})).responses.create(**RESPONSES)
    assert tuple(asked.values()) == (received.instructions, received.max_output_tokens, received.tool_choice)


@ROUND_TRIP
@given(content=ANY_TEXT, seed=st.integers(0, 99))
def test_any_text_survives_a_response_stream(content, seed) -> None:
    """Text and arguments join to what was built."""
    reply = response_stream(response([content, function_call("f", {"a": content})], model=GPT), seed=seed)
    with gpt(reply).responses.stream(**RESPONSES) as events:
        said, call = events.get_final_response().output
    assert content == said.content[0].text
    assert {"a": content} == json.loads(call.arguments)


def test_responses_parse_reads_structured_output() -> None:
    """responses.parse() validates the text into the model."""
    reply = response([reasoning(), WEATHER.model_dump_json()], model=GPT)
    assert gpt(reply).responses.parse(**RESPONSES, text_format=Weather).output_parsed == WEATHER


def test_async_openai_clients_receive_the_same() -> None:
    """AsyncOpenAI gets the same text from both APIs, plain and streamed."""

    async def all_four() -> list[str]:
        chat = await gpt(COMPLETIONS["text"], is_async=True).chat.completions.create(**CHAT)
        async with gpt(chat_stream(COMPLETIONS["text"]), is_async=True).chat.completions.stream(**CHAT) as events:
            streamed_chat = await events.get_final_completion()
        plain = await gpt(OUTPUTS["text"], is_async=True).responses.create(**RESPONSES)
        async with gpt(response_stream(OUTPUTS["text"]), is_async=True).responses.stream(**RESPONSES) as events:
            streamed = await events.get_final_response()
        said = [chat.choices[0].message.content, streamed_chat.choices[0].message.content]
        return [*said, plain.output_text, streamed.output_text]

    assert asyncio.run(all_four()) == ["Hi there!"] * 4


def test_the_builder_offers_what_it_lists() -> None:
    """Every name in `__all__` is there and has a docstring."""
    assert all(getattr(builder, name).__doc__ for name in builder.__all__)
    assert text("Hi") == {"type": "text", "text": "Hi"}
