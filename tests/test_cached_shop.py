"""The shop behind lesson 05's clients: billed as the cache says, refused as the API refuses, and what it is made of."""

from __future__ import annotations

import asyncio
import copy
import re

import anthropic
import pytest
from caching_kit import HAIKU, request, text, tool, triple

from helpers.caching import BreakpointError, parts_of, prefix_diff, warm_up
from helpers.caching.prefixes import estimated
from helpers.clock import VirtualClock, run_virtual
from helpers.economics import find_model, usage_from
from helpers.scenarios import lesson_05
from helpers.settings import RECORDINGS
from helpers.simulate import cache_pairs
from helpers.simulate.cache import Cache
from helpers.simulate.cached_shop import CachedShop
from helpers.wire import builder
from helpers.wire.clients import build
from helpers.wire.matching import RecordedRequest
from helpers.wire.recording import Tape
from helpers.wire.scripted import Ask, Scripted

LONG = "All our handbook. " * 300
ASKED = [{"role": "user", "content": "Which tent?"}]
MARKED = {"model": HAIKU, "max_tokens": 500, "messages": ASKED, "system": [text(LONG, "5m")]}


@pytest.fixture
def clock():
    """The client's clock, and so the cache's."""
    return VirtualClock()


@pytest.fixture
def make(clock):
    """A client of a shop with these options."""
    def made(*given, asynchronous=False, **options):
        source = Scripted(CachedShop(*given, **options), clock)
        return build("ANTHROPIC", source, clock, asynchronous=asynchronous, live=False)
    return made


def bills(client, clock, gaps, **changes):
    """(input, written, read) of a call, and of one more after each of *gaps*, in seconds."""
    found = [triple(usage_from(client.messages.create(**MARKED | changes)))]
    for gap in gaps:
        clock.sleep(gap)
        found.append(triple(usage_from(client.messages.create(**MARKED | changes))))
    return found


# ---- the shop

def test_the_client_s_clock_ages_the_entries(make, clock):
    """Written, read after five minutes, renewed by that, and gone after five minutes and a second."""
    whole, asked = estimated(LONG), estimated("Which tent?")
    wrote, read = (asked, whole, 0), (asked, 0, whole)
    assert [wrote, read, read, wrote] == bills(make(), clock, (300, 300, 301))


def test_it_bills_what_the_cache_bills(make, clock):
    """The same requests at the same times through the simulated cache alone."""
    cache, client = Cache(), make()
    for minutes, body in ((0, MARKED), (4, MARKED | {"tools": [tool("b"), tool("a", "5m")]}), (2, MARKED), (9, MARKED)):
        clock.sleep(60 * minutes)
        usage = usage_from(client.messages.create(**copy.deepcopy(body)))
        assert triple(cache.bill(body, at_s=clock.now())) == triple(usage)


def test_two_shops_share_nothing_and_two_clients_of_one_do(clock):
    """A shop is a workspace."""
    shop = CachedShop()
    one, two = (build("ANTHROPIC", Scripted(shop, clock), clock, asynchronous=False, live=False) for _ in range(2))
    other = build("ANTHROPIC", Scripted(CachedShop(), clock), clock, asynchronous=False, live=False)
    assert 0 == one.messages.create(**MARKED).usage.cache_read_input_tokens
    assert 0 < two.messages.create(**MARKED).usage.cache_read_input_tokens
    assert 0 == other.messages.create(**MARKED).usage.cache_read_input_tokens


@pytest.mark.parametrize(("system", "words"), [
    ([text(LONG, "5m")] * 5, "A maximum of 4 blocks with cache_control may be provided. Found 5."),
    ([text(LONG, "5m"), text(LONG, "1h")], "a ttl='1h' cache_control block must not come after a ttl='5m'")])
def test_breakpoints_that_the_api_refuses_are_a_400_with_its_words(make, clock, system, words):
    """No exception of ours reaches the learner, and nothing was written."""
    client = make()
    with pytest.raises(anthropic.BadRequestError, match="400") as refused:
        client.messages.create(**MARKED | {"system": system})
    assert words in refused.value.body["error"]["message"]
    assert "invalid_request_error" == refused.value.body["error"]["type"]
    assert (estimated("Which tent?"), estimated(LONG), 0) == bills(client, clock, ())[0]
    with pytest.raises(BreakpointError, match="A maximum|must not come after"):   # the same words without the wire
        Cache().bill(MARKED | {"system": system}, at_s=0)


@pytest.mark.parametrize(("changes", "words"), [
    ({"cache_control": "ephemeral"}, "cache_control: must be {'type': 'ephemeral'}"),
    ({"system": [text(LONG) | {"cache_control": True}]}, "system.0.cache_control: must be {'type': 'ephemeral'}"),
    ({"max_tokens": -1}, "max_tokens must be a whole number of 0 or more; got -1."),
    ({"system": 7}, "system must be a text or a list of blocks; got int.")])
def test_a_body_that_no_api_could_read_is_a_400(make, clock, changes, words):
    """No 500: an SDK would try that again. And nothing was written."""
    client = make()
    with pytest.raises(anthropic.BadRequestError) as refused:
        client.messages.create(**MARKED | changes)
    assert words in refused.value.body["error"]["message"]
    assert 0 == bills(client, clock, ())[0][2]


def test_the_other_documented_rules_hold_here_too(make):
    """wire.rules are asked first: a request that both would refuse is refused once."""
    with pytest.raises(anthropic.BadRequestError, match="max_tokens: 0 cannot be combined with a forced tool_choice"):
        make().messages.create(**MARKED | {"max_tokens": 0, "tools": [tool("a")], "tool_choice": {"type": "any"}})


def test_zero_tokens_warm_the_cache(make, clock):
    """Empty content, stop reason max_tokens, no output; and then all is read."""
    client = make(thinking=60)
    warm = client.messages.create(**warm_up(MARKED))
    assert ([], "max_tokens", 0, estimated(LONG)) == (warm.content, warm.stop_reason, warm.usage.output_tokens,
                                                      warm.usage.cache_creation_input_tokens)
    assert estimated(LONG) == bills(client, clock, ())[0][2]


def test_calls_at_once_each_write_until_one_response_has_begun(make, clock):
    """Three together write three times; the one that comes after they began reads."""
    client = make(first_s=2, asynchronous=True)

    async def calls():
        first = await asyncio.gather(*(client.messages.create(**MARKED) for _ in range(3)))
        return [*first, await client.messages.create(**MARKED)], asyncio.get_running_loop().time()

    replies, seconds = run_virtual(calls())
    assert [0, 0, 0, estimated(LONG)] == [reply.usage.cache_read_input_tokens for reply in replies]
    assert 4 == seconds


@pytest.mark.parametrize(("limit", "kinds", "reason"), [
    (500, ["thinking", "text"], "end_turn"), (70, ["thinking", "text"], "max_tokens"),
    (40, ["thinking"], "max_tokens")])
def test_an_answer_stops_at_its_limit(make, limit, kinds, reason):
    """Thinking counts, and comes first."""
    reply = make("x" * 100, thinking=60).messages.create(**MARKED | {"max_tokens": limit})
    assert (kinds, reason) == ([block.type for block in reply.content], reply.stop_reason)
    assert min(limit, 100) == reply.usage.output_tokens
    assert min(limit, 60) == reply.usage.output_tokens_details.thinking_tokens


def test_an_answer_may_be_a_function_and_hold_calls(make):
    """What lessons 06 and 07 need: any blocks, by what was asked."""
    client = make(lambda ask: [ask.last_user_text, builder.tool_use("find", {"number": "AO-1001"})])
    reply = client.messages.create(**MARKED)
    assert ["text", "tool_use"] == [block.type for block in reply.content]
    assert ("Which tent?", "tool_use") == (reply.content[0].text, reply.stop_reason)
    assert reply.usage.output_tokens > estimated("Which tent?")


def test_a_stream_has_the_same_bill(make, clock):
    """Usage of a stream: written, then read."""
    client = make()
    for read in (0, estimated(LONG)):
        with client.messages.stream(**MARKED) as stream:
            assert read == stream.get_final_message().usage.cache_read_input_tokens


def test_counting_writes_nothing(make, clock):
    """The count is the prompt's, and the next call still writes."""
    client = make()
    asked = {name: value for name, value in MARKED.items() if name != "max_tokens"}
    assert estimated(LONG) + estimated("Which tent?") == client.messages.count_tokens(**asked).input_tokens
    assert 0 == bills(client, clock, ())[0][2]


def test_another_vendor_is_refused_in_words(clock):
    """It plays one API, and says which."""
    client = build("OPENAI", Scripted(CachedShop(), clock), clock, asynchronous=False, live=False)
    with pytest.raises(Exception, match="this shop answers Anthropic's Messages API; /v1/chat/completions"):
        client.chat.completions.create(model="gpt-6-luna", messages=ASKED)


# ---- diagnostics

def diagnosed(client, before, now):
    """What the API says of *now* against *before*."""
    first = client.messages.create(**before, diagnostics={"previous_message_id": None})
    assert first.diagnostics is None
    return client.messages.create(**now, diagnostics={"previous_message_id": first.id}).diagnostics


@pytest.mark.parametrize(("changes", "reason"), [
    ({"model": "claude-sonnet-5-5"}, "model_changed"), ({"system": [text(f"x{LONG}", "5m")]}, "system_changed"),
    ({"tools": [tool("a")]}, "tools_changed"), ({"speed": "fast"}, "model_changed"), ({"max_tokens": 400}, None),
    ({"messages": [*ASKED, {"role": "assistant", "content": "This."}, *ASKED]}, None)])
def test_diagnostics_name_the_level(make, changes, reason):
    """Nothing where messages were only appended; here all differ at their first character: every token is behind it."""
    found = diagnosed(make(), MARKED, MARKED | changes)
    assert reason == (found and found.cache_miss_reason.type)
    if reason:
        whole = sum(estimated(part.text) for part in parts_of(MARKED | changes))
        assert whole == found.cache_miss_reason.cache_missed_input_tokens


def test_diagnostics_count_from_the_place_where_the_two_part(make):
    """What stands before it is no part of the miss, marked or not."""
    changed = MARKED | {"system": [text(f"{LONG}Closed.", "5m")]}
    found = diagnosed(make(), MARKED | {"system": [text(f"{LONG}Open.", "5m")]}, changed).cache_miss_reason
    assert "system_changed" == found.type
    assert pytest.approx(estimated("Closed.Which tent?"), abs=2) == found.cache_missed_input_tokens


def test_diagnostics_compare_requests_whatever_was_read(make):
    """Another question in place of the old one is a changed message, although the handbook was read."""
    client, asked = make(), [{"role": "user", "content": "Another?"}]
    first = client.messages.create(**MARKED, diagnostics={"previous_message_id": None})
    second = client.messages.create(**MARKED | {"messages": asked}, diagnostics={"previous_message_id": first.id})
    assert estimated(LONG) == second.usage.cache_read_input_tokens
    assert "messages_changed" == second.diagnostics.cache_miss_reason.type
    assert estimated("Another?") == second.diagnostics.cache_miss_reason.cache_missed_input_tokens


def test_diagnostics_of_an_edited_history_and_of_what_they_can_t_name(make):
    """`messages_changed` where an earlier message changed; `unavailable` for tool_choice and its like."""
    chat = [{"role": "user", "content": [text("Hi " * 2_000, "5m")]}]
    edited = [{"role": "user", "content": [text("Ho " * 2_000, "5m")]}]
    marked = MARKED | {"messages": chat}
    assert "messages_changed" == diagnosed(make(), marked, marked | {"messages": edited}).cache_miss_reason.type
    forbidden = marked | {"tool_choice": {"type": "none"}}
    assert "unavailable" == diagnosed(make(), marked, forbidden).cache_miss_reason.type


def test_diagnostics_know_only_what_asked_for_them(make):
    """Another reply's id was never noted."""
    client = make()
    plain = client.messages.create(**MARKED)
    assert plain.diagnostics is None
    reply = client.messages.create(**MARKED, diagnostics={"previous_message_id": plain.id})
    assert "previous_message_not_found" == reply.diagnostics.cache_miss_reason.type


# ---- lesson 05's recordings

def recorded():
    """Each recorded request of lesson 05, with its reply."""
    return [(entry.request, entry.reply) for entry in Tape.load(RECORDINGS / "05_prompt_caching.json").entries]


def test_the_recorded_usages_are_the_simulation_s():
    """
    Replayed in their order through fresh caches: Anthropic's by simulate.cache, OpenAI's by the scenario's own.
    """
    cache, gpt, seen = Cache(), lesson_05.MarkedPrefixes(), []
    for number, (asked, reply) in enumerate(recorded()):
        usage = usage_from(reply.body)
        if asked.path == "/v1/messages":
            assert triple(cache.bill(asked.body, at_s=number)) == triple(usage)
        else:
            assert triple(usage_from(gpt(Ask(asked, float(number))).body)) == triple(usage)
        seen.append("read" if usage.cache_read else "written" if usage.cache_write_5m else "plain")
    assert ["written", "written", "plain", "written", "read", "written", "read"] == seen


def test_few_recorded_requests_hold_the_whole_catalogue():
    """Each is recorded whole, 127 kB: four are enough."""
    whole = [asked for asked, _ in recorded() if sum(len(part.text) for part in parts_of(asked.body)) > 100_000]
    assert 4 == len(whole)
    assert (RECORDINGS / "05_prompt_caching.json").stat().st_size < 700_000


def test_what_the_recorded_answers_say_stands_in_the_catalogue():
    """Constructed, but not false: name, price and weight of each article are those of the catalogue."""
    articles = dict(part.split(" ", 1) for part in cache_pairs.document("catalogue.md").split("### ")[1:])
    for question, answer in lesson_05.ANSWERS.items():
        if question:
            number, rest = answer.split(", ", 1)
            assert articles[number].startswith(rest.removeprefix("the ").split(",")[0])
            numbers = re.findall(r"\d+(?:\.\d+)?", rest)
            assert 2 == len(numbers)
            assert all(found in articles[number].split("\n")[2] for found in numbers)


def test_openai_s_unmarked_prompts_are_plain_in_the_scenario():
    """Where the implicit breakpoint falls is not ours to invent."""
    body = {"model": "gpt-6-luna", "messages": [{"role": "system", "content": LONG}, *ASKED]}
    ask = Ask(RecordedRequest(method="POST", path="/v1/chat/completions", headers={}, body=body), 0.0)
    gpt = lesson_05.MarkedPrefixes()
    for _ in range(2):
        usage = usage_from(gpt(ask).body)
        assert (0, 0) == (usage.cache_write_5m, usage.cache_read)


def test_openai_s_marked_prompts_are_read_under_one_key():
    """`prompt_cache_key` is a part of what is matched: another key writes anew."""
    block = {"type": "text", "text": LONG, "prompt_cache_breakpoint": {"mode": "explicit"}}
    gpt, reads = lesson_05.MarkedPrefixes(), []
    for key in ("one", "one", "two"):
        body = {"model": "gpt-6-luna", "messages": [{"role": "system", "content": [block]}, *ASKED],
                "prompt_cache_key": key}
        asked = RecordedRequest(method="POST", path="/v1/chat/completions", headers={}, body=body)
        reads.append(bool(usage_from(gpt(Ask(asked, 0.0)).body).cache_read))
    assert [False, True, False] == reads


def test_openai_s_recorded_prompts_are_safely_above_the_minimum():
    """A live tokenizer may find a quarter fewer tokens than our estimate, and they must still be cached."""
    bodies = [asked.body for asked, _ in recorded() if asked.path == "/v1/chat/completions"]
    assert 2 == len(bodies)
    for body in bodies:
        (block,) = body["messages"][0]["content"]
        assert len(block["text"]) / 4.5 > 2 * find_model(body["model"]).min_cacheable
        assert body["prompt_cache_key"]


def test_a_request_of_the_kit_is_one_of_the_shop(make):
    """Both speak of the same body: a block list in place of a text changes nothing."""
    client = make()
    client.messages.create(**MARKED)
    body = request(text("Which tent?"), system=[text(LONG, "5m")])
    assert 0 < client.messages.create(**body).usage.cache_read_input_tokens


def test_a_time_in_the_question_gets_no_advice():
    """It stands behind the last breakpoint already; in front of the handbook it is told to go there."""
    assert "belongs behind the last breakpoint" in str(cache_pairs.compare(clock=True).difference)
    asked = [MARKED | {"messages": [{"role": "user", "content": f"Now: 09:0{n}. Which tent?"}]} for n in (0, 1)]
    assert "" == prefix_diff(*asked).hint
