"""The simulated cache: against recorded replies, the documentation's own examples, and a slow cache written twice."""

from __future__ import annotations

import copy
import json
import time

import pytest
from caching_kit import HAIKU, places, request, requests, says, text, tool, triple
from hypothesis import given
from hypothesis import strategies as st

from helpers.caching import prefix_diff
from helpers.economics import UnknownModelError, Usage, find_model, load_models
from helpers.simulate.cache import Cache

LONG = "600 handbook"


def bills(*bodies, every_s=1.0, **options):
    """The bills of several requests, one after the other."""
    cache = Cache(count=says, **options)
    return [cache.bill(body, number * every_s) for number, body in enumerate(bodies)]


def hour(question, ttl="1h", **more):
    """A handbook that is kept, and a question."""
    return request(text(question), system=[text(LONG, ttl)], **more)


# ---- recorded sequences: input / written / read, as real replies had them (reference: wire-facts.md)

@pytest.mark.parametrize(("model", "prefix", "rest"), [
    ("claude-haiku-4-5", 7351, 10), ("claude-sonnet-4-5", 1165, 4), ("claude-sonnet-4-5", 1163, 4),
    ("claude-sonnet-4-5", 1733, 21), ("claude-opus-4-8", 1590, 2)])
def test_recorded_pairs_of_creation_and_read(model, prefix, rest):
    """The same request twice: written, then read; what stands behind the breakpoint is plain input both times."""
    body = request(text(f"{rest} question"), system=[text(f"{prefix} handbook", "5m")], model=model)
    assert [(rest, prefix, 0), (rest, 0, prefix)] == [triple(usage) for usage in bills(body, body)]


def test_the_recorded_breakpoint_on_a_tool():
    """Another question behind it: 147/4602/0, then 151/0/4602."""
    one, two = (request(text(f"{size} question"), tools=[tool("weather", "5m", description="4602 tokens")])
                for size in (147, 151))
    assert [(147, 4602, 0), (151, 0, 4602)] == [triple(usage) for usage in bills(one, two)]


def test_the_recorded_breakpoint_that_moves():
    """4173/0/0, then 3/4597/0, then 3/598/4597: the mark goes on to the newest question, the old one is still found.

    The 3 tokens behind the mark are the server's own (it marks whose turn it is): here a block that says so.
    """
    turn, asked = text("3 turn"), text("9 second question")
    first = [{"role": "user", "content": [text("4173 first question")]}]
    second = [*first, {"role": "assistant", "content": [text("415 reply")]}, {"role": "user", "content": [asked]}]
    third = [*second, {"role": "assistant", "content": [text("588 reply")]},
             {"role": "user", "content": [text("10 third question", "5m"), turn]}]
    marked = [*second[:2], {"role": "user", "content": [{**asked, "cache_control": {"type": "ephemeral"}}, turn]}]
    bodies = [{"model": HAIKU, "messages": messages} for messages in (first, marked, third)]
    assert [(4173, 0, 0), (3, 4597, 0), (3, 598, 4597)] == [triple(usage) for usage in bills(*bodies)]


def test_the_recorded_conversation_that_began_warm():
    """3/0/1111, because somebody had asked before; then 3/418/1111. A first request is not always a miss."""
    opening = [text("1111 question", "5m"), text("3 turn")]
    warm = {"model": HAIKU, "messages": [{"role": "user", "content": opening}]}
    longer = [{"role": "user", "content": opening[:1]}, {"role": "assistant", "content": [text("406 reply")]},
              {"role": "user", "content": [text("12 question", "5m"), text("3 turn")]}]
    _, first, second = bills(warm, warm, {"model": HAIKU, "messages": longer})
    assert [(3, 0, 1111), (3, 418, 1111)] == [triple(first), triple(second)]


def test_the_recorded_reply_with_both_lifetimes():
    """2,070 written: 2,056 for an hour and 14 for five minutes, each at its own price."""
    body = request(text("14 question", "5m"), text("3 turn"), system=[text("2056 handbook", "1h")])
    first, again = bills(body, body)
    assert (14, 2056, 0) == (first.cache_write_5m, first.cache_write_1h, first.cache_read)
    assert Usage(input=3, cache_read=2070) == again


# ---- the documentation's own examples

def numbered(blocks, *marks, changed=()):
    """One user message of so many blocks of 100 tokens; the places count from 1, as on the page."""
    return request(*(text(f"100 block {n}{' changed' if n in changed else ''}", "5m" if n in marks else None)
                     for n in range(1, blocks + 1)))


def test_a_growing_conversation_is_found_20_places_back_and_no_further():
    """Turn 2 finds block 10 from block 15; turn 3, at block 35, checks 35 to 16 and misses block 15."""
    assert [(0, 1000, 0), (0, 500, 1000), (0, 3500, 0)] == [
        triple(usage) for usage in bills(numbered(10, 10), numbered(15, 15), numbered(35, 35))]
    assert (0, 1900, 1500) == triple(bills(numbered(15, 15), numbered(34, 34))[1])
    assert (0, 2000, 1500) == triple(bills(numbered(15, 15), numbered(35, 15, 35))[1])


def test_a_breakpoint_on_what_changes_is_written_each_time_and_never_read():
    """The look-back finds what earlier requests wrote, not what stayed the same."""
    mistaken = [numbered(6, 6, changed=(6,)), numbered(6, 6)]
    assert [(0, 600, 0)] * 2 == [triple(usage) for usage in bills(*mistaken)]
    mended = [numbered(6, 5, changed=(6,)), numbered(6, 5)]
    assert [(100, 500, 0), (100, 0, 500)] == [triple(usage) for usage in bills(*mended, minimum=1)]


def test_a_run_of_calls_or_results_is_one_place():
    """Thirty parallel calls and their results push nothing out of the window."""
    calls = [{"type": "tool_use", "id": f"t{n}", "name": "find", "input": {"n": 10}} for n in range(30)]
    results = [{"type": "tool_result", "tool_use_id": f"t{n}", "content": "10"} for n in range(30)]
    first = {"model": HAIKU, "messages": [{"role": "user", "content": [text(LONG, "5m")]}]}
    later = [{"role": "user", "content": LONG}, {"role": "assistant", "content": calls},
             {"role": "user", "content": [*results, text("5 so?", "5m")]}]
    apart = copy.deepcopy(later)
    for place in range(29, 0, -1):
        apart[1]["content"].insert(place, text("1 and"))
    for messages, read in ((later, 600), (apart, 0)):
        assert read == bills(first, {**first, "messages": messages})[1].cache_read


@pytest.mark.parametrize(("read", "marks", "bill"), [
    (None, {500: "1h", 800: "5m"}, (0, 300, 500, 0)), (500, {500: "1h", 800: "5m"}, (0, 300, 0, 500)),
    (500, {500: "1h", 700: "1h", 800: "5m"}, (0, 100, 200, 500)), (800, {500: "1h", 800: "5m"}, (0, 0, 0, 800))])
def test_mixed_lifetimes_are_billed_up_to_a_b_and_c(read, marks, bill):
    """Read up to the highest hit, an hour's write up to the last mark of an hour, five minutes' up to the last."""
    cache = Cache(count=says, minimum=1)
    if read:
        before = (text(f"100 block {n}", "5m" if n == read else None) for n in range(100, read + 1, 100))
        cache.bill(request(*before), 0)
    usage = cache.bill(request(*(text(f"100 block {n}", marks.get(n)) for n in range(100, 900, 100))), 1)
    assert bill == (usage.input, usage.cache_write_5m, usage.cache_write_1h, usage.cache_read)


def test_a_breakpoint_inside_what_was_read_writes_nothing():
    """The page is silent on it; a write that no counter shows would be odd. (If it is wrong, this test says where.)"""
    _, read, later = bills(numbered(10, 10), numbered(10, 5, 10), numbered(10, 5, 10, changed=(7,)))
    assert [(0, 0, 1000), (0, 1000, 0)] == [triple(read), triple(later)]


# ---- lifetime

@pytest.mark.parametrize(("ttl", "lives_s"), [("5m", 300), ("1h", 3600)])
def test_an_entry_lives_from_the_start_of_the_request_that_used_it_last(ttl, lives_s):
    """Each hit renews it: calls just within the lifetime read for ever, one a second later writes."""
    cache, at_s = Cache(count=says), 0
    cache.bill(hour("5 one?", ttl), at_s, begins_s=at_s + 200)
    for _ in range(3):
        at_s += lives_s
        assert 600 == cache.bill(hour("5 two?", ttl), at_s, begins_s=at_s + 200).cache_read
    assert 0 == cache.bill(hour("5 three?", ttl), at_s + lives_s + 1).cache_read


def test_a_long_answer_takes_its_time_from_the_lifetime():
    """An answer of four minutes leaves about one for the next question."""
    cache = Cache(count=says)
    cache.bill(hour("5 one?", "5m"), 0, begins_s=2)                   # and streams until 240
    assert 600 == cache.bill(hour("5 two?", "5m"), 240 + 60).cache_read
    cache = Cache(count=says)
    cache.bill(hour("5 one?", "5m"), 0, begins_s=2)
    assert 0 == cache.bill(hour("5 two?", "5m"), 240 + 61).cache_read


def test_a_hit_renews_what_it_contains():
    """A shared handbook stays warm while any conversation behind it is read."""
    cache = Cache(count=says)
    talk = request(text("50 mine", "5m"), text("5 and?"), system=[text(LONG, "5m")])
    for at_s in (0, 250, 500):
        cache.bill(talk, at_s)
    assert (5, 0, 600) == triple(cache.bill(hour("5 somebody else?", "5m"), 750))


@given(st.lists(st.integers(1, 700), min_size=1, max_size=12))
def test_a_call_reads_exactly_if_the_call_before_started_within_the_lifetime(gaps):
    """For any pattern of arrivals, with one prefix and one lifetime."""
    cache, at_s = Cache(count=says), 0
    cache.bill(hour("5 x?", "5m"), at_s)
    for gap in gaps:
        at_s += gap
        assert (600 if gap <= 300 else 0) == cache.bill(hour("5 x?", "5m"), at_s).cache_read


# ---- parallel calls, isolation, minimum

def test_parallel_cold_calls_each_pay_a_write():
    """An entry can be read once the response that wrote it begins; one call first, then the others, pays once."""
    cache = Cache(count=says)
    assert [600] * 3 == [cache.bill(hour(f"5 nr {n}", "5m"), n / 10, begins_s=n / 10 + 1.5).cache_write_5m
                         for n in range(3)]
    assert [0, 600] == [cache.bill(hour("5 x?", "5m"), at_s, begins_s=at_s + 1.5).cache_read for at_s in (1.4, 1.5)]


def test_workspaces_and_models_share_nothing():
    """Each pays its own write."""
    cache = Cache(count=says)
    for more, model in (({}, HAIKU), ({"workspace": "b"}, HAIKU), ({}, "claude-sonnet-5-5")):
        assert (0, 600) == (cache.bill(hour("5 x?", "5m", model=model), 0, **more).cache_read,
                            cache.bill(hour("5 x?", "5m", model=model), 1 if model != HAIKU else 0, **more).cache_read)


@pytest.mark.parametrize("model", [row.id for row in load_models().models if row.vendor == "anthropic"
                                   and row.min_cacheable])
def test_below_the_minimum_both_counters_stay_at_zero(model):
    """Each model's own, from data/models.json; no error, and no write later either."""
    least = find_model(model).min_cacheable
    for tokens, cached in ((least - 1, 0), (least, least)):
        body = request(text("5 hi?"), system=[text(f"{tokens} handbook", "5m")], model=model)
        first, again = bills(body, body)
        assert (cached, cached) == (first.cache_write_5m, again.cache_read)
        assert tokens + 5 == first.prompt == again.prompt


def test_a_short_breakpoint_writes_nothing_and_the_one_behind_it_counts_from_the_start():
    """Tools of 100 tokens are below the minimum, tools and handbook together are not."""
    body = request(text("5 hi?"), tools=[tool("find", "1h", description="100 tokens")], system=[text(LONG, "5m")])
    first, again = bills(body, body)
    assert Usage(input=5, cache_write_5m=700) == first
    assert Usage(input=5, cache_read=700) == again


def test_any_change_to_tools_spoils_everything():
    """Also one behind the breakpoint: the page says the entire cache."""
    one = request(text("5 hi?"), tools=[tool("add", "5m", description=LONG), tool("zoom")], system=[text(LONG, "5m")])
    for tools in ([*one["tools"], tool("new")], one["tools"][:1], [one["tools"][0], tool("zoom", description="!")]):
        assert 0 == bills(one, {**one, "tools": tools})[1].cache_read


def test_the_same_words_of_another_role_are_another_prefix():
    """What the model said is not what the user said."""
    one, two = ({"model": HAIKU, "messages": [{"role": "user", "content": "1 hi"}, {"role": role, "content": [
        text(LONG, "5m")]}, {"role": "user", "content": "5 so?"}]} for role in ("assistant", "user"))
    assert [601, 0] == [bills(one, other)[1].cache_read for other in (one, two)]


# ---- properties

@given(st.lists(requests(), min_size=1, max_size=5), st.integers(1, 12))
def test_the_parts_of_a_bill_are_the_whole_prompt(bodies, least):
    """Input, writes and reads add up to the tokens that were sent, whatever was cached."""
    cache = Cache(count=len, minimum=least)
    for at_s, body in enumerate(bodies):
        usage = cache.bill(body, at_s, output=7)
        assert sum(size(block) for block in places(body)) == usage.prompt
        assert 7 == usage.output


def size(block):
    """What `len` counts of a block: a text's characters, the JSON of others."""
    plain = {name: value for name, value in block.items() if name != "cache_control"}
    return len(block["text"]) if block.get("type") == "text" else len(json.dumps(plain))


@given(requests(), requests())
def test_nothing_is_read_beyond_the_first_difference(one, two):
    """What prefix_diff names first, the cache can't get past."""
    cache = Cache(count=len, minimum=1)
    cache.bill(one, 0)
    read, found = cache.bill(two, 1).cache_read, prefix_diff(one, two, count=len)
    if found is not None:
        assert read <= found.equal_tokens
        assert read == 0 or found.level not in ("model", "tools")


@given(requests(), st.data())
def test_a_change_behind_the_last_breakpoint_costs_nothing(body, data):
    """And prefix_diff says so."""
    other = copy.deepcopy(body)
    blocks = places(other)
    last = max((n for n, block in enumerate(blocks) if "cache_control" in block), default=-1)
    behind = [block for block in blocks[last + 1:] if block.get("type") == "text"]
    if not behind:
        return
    data.draw(st.sampled_from(behind))["text"] += "!"
    cache = Cache(count=len, minimum=1)
    first, second = cache.bill(body, 0), cache.bill(other, 1)
    assert first.cache_write_5m == second.cache_read
    assert not prefix_diff(body, other).spoils


class SlowCache:
    """The same rules, written again without hashes: a list of everything that was ever written."""

    def __init__(self, least):
        self.least, self.entries = least, []

    def bill(self, body, at_s, begins_s):
        blocks = [json.dumps({k: v for k, v in block.items() if k != "cache_control"}) for block in places(body)]
        tools = tuple(blocks[:len(body["tools"])])
        whose = [*("tools" for _ in tools), *("system" for _ in body["system"]),
                 *(message["role"] for message in body["messages"] for _ in message["content"])]
        keys = [(tools, tuple(zip(whose, blocks, strict=True))[:n + 1]) for n in range(len(blocks))]
        sizes = [sum(size(block) for block in places(body)[:n + 1]) for n in range(len(blocks))]
        marks = [n for n, block in enumerate(places(body)) if "cache_control" in block and sizes[n] >= self.least]
        alive = [entry for entry in self.entries if entry["begins"] <= at_s <= entry["used"] + 300]
        window = [n for mark in marks for n in range(max(mark - 19, 0), mark + 1) if sizes[n] >= self.least]
        hit = max((n for n in window if any(entry["key"] == keys[n] for entry in alive)), default=-1)
        for entry in alive:
            if entry["key"] in keys[:hit + 1]:
                entry["used"] = at_s
        self.entries += [{"key": keys[n], "used": at_s, "begins": begins_s} for n in marks if n > hit]
        read, last = (sizes[hit] if hit >= 0 else 0), (sizes[marks[-1]] if marks else 0)
        return sizes[-1] - max(read, last), max(last - read, 0), read


@given(st.lists(st.tuples(requests(), st.sampled_from([1, 100, 300, 301]), st.integers(0, 3), st.integers(0, 2)),
                min_size=2, max_size=8), st.integers(1, 40))
def test_it_agrees_with_a_slow_cache_that_keeps_everything(calls, least):
    """Random requests, some of them repeated, at random times, with responses that begin late."""
    fast, slow, at_s, sent = Cache(count=len, minimum=least), SlowCache(least), 0, []
    for body, gap, again, delay in calls:
        at_s += gap
        sent.append(body)
        body = sent[-1 - again % len(sent)]
        assert len(places(body)) < 20                  # short: the window and its runs have tests of their own
        assert slow.bill(body, at_s, at_s + delay) == triple(fast.bill(body, at_s, begins_s=at_s + delay))


@given(st.lists(requests(), min_size=1, max_size=5))
def test_the_same_calls_give_the_same_bills(bodies):
    """No chance, and no order of a set, is in it."""
    assert bills(*bodies, minimum=1) == bills(*copy.deepcopy(bodies), minimum=1)


# ---- refusals and time

def test_what_could_not_be_is_refused():
    """A time before the last one, another vendor's model, a model without a known minimum, a counter of halves."""
    cache = Cache(count=says)
    cache.bill(hour("5 x?"), 10)
    with pytest.raises(ValueError, match="time runs forward: this request starts at 9 s .* started at 10 s"):
        cache.bill(hour("5 x?"), 9)
    with pytest.raises(ValueError, match="time runs forward"):
        cache.bill(hour("5 x?"), 11, begins_s=10.5)
    with pytest.raises(ValueError, match="this cache plays Anthropic's; gpt-6-luna is openai's"):
        cache.bill(hour("5 x?", model="gpt-6-luna"), 12)
    with pytest.raises(ValueError, match=r"what claude-opus-4-1 caches at least: give minimum=\.\.\."):
        cache.bill(hour("5 x?", model="claude-opus-4-1"), 12)
    with pytest.raises(UnknownModelError):
        cache.bill(hour("5 x?", model="claude-x"), 12)
    with pytest.raises(ValueError, match="count must return a whole number of tokens, 0 or more; got 2.5"):
        Cache(count=lambda words: 2.5).bill(hour("5 x?"), 0)


def test_a_refused_request_leaves_no_trace():
    """Neither an entry nor a time."""
    cache = Cache(count=says)
    with pytest.raises(ValueError, match="A maximum of 4 blocks"):
        cache.bill(request(*(text(f"{n}", "5m") for n in range(5)), text(LONG)), 50)
    assert 600 == cache.bill(hour("5 x?", "5m"), 0).cache_write_5m


def test_it_takes_linear_time():
    """Four times as many blocks take about four times as long, with four breakpoints and a full window each."""
    def seconds(size):
        body = numbered(size, *(size * n // 4 for n in (1, 2, 3, 4)))
        best = []
        for _ in range(3):
            cache, began = Cache(), time.perf_counter()
            cache.bill(body, 0)
            cache.bill(body, 1)
            best.append(time.perf_counter() - began)
        return min(best)

    seconds(100)
    assert seconds(4000) < 10 * seconds(1000)
