"""The builder: stable parts first, four breakpoints at most, equal content in equal bytes, and no silent surprises."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from caching_kit import HAIKU, requests, says, shuffled, text, tool, triple
from hypothesis import given
from hypothesis import strategies as st
from wire_kit import client

from helpers.caching import (
    BreakpointError,
    build_request,
    canonical_bytes,
    doubts,
    fingerprint,
    parts_of,
    prefix_diff,
    warm_up,
)
from helpers.clock import VirtualClock
from helpers.economics import load_models, usage_from
from helpers.settings import DATA, ROOT
from helpers.simulate.cache import Cache
from helpers.wire import builder
from helpers.wire.scripted import Scripted

TALK = [{"role": "user", "content": "9 hello"}, {"role": "assistant", "content": "7 hello to you"}]
FULL = {"model": HAIKU, "tools": [tool("zoom"), tool("add")], "system": "600 handbook", "documents": ["700 catalogue"],
        "history": TALK, "question": "5 which tent?"}


def marks(body):
    """(path, lifetime) of each breakpoint, in the order of the prefix."""
    return [(part.path, part.ttl) for part in parts_of(body) if part.ttl]


# ---- layout

def test_stable_parts_come_first_and_each_ends_in_a_breakpoint():
    """Tools, system, documents, history: four parts, four breakpoints, and none on the question."""
    body = build_request(**FULL)
    assert [("tools.1", "5m"), ("system.0", "5m"), ("system.1", "5m"), ("messages.1.content.0", "5m")] == marks(body)
    assert {"role": "user", "content": [text("5 which tent?")]} == body["messages"][-1]
    assert ["600 handbook", "700 catalogue"] == [block["text"] for block in body["system"]]


def test_a_part_that_is_not_there_leaves_no_trace():
    """An empty system or an empty list of tools is a 400 or a change of prefix: the field is left out."""
    body = build_request(model=HAIKU, question="Hello?", system=None, documents="", tools=[], history=[])
    assert {"model", "max_tokens", "messages"} == set(body)
    assert [] == marks(body)


def test_the_long_lifetime_comes_before_the_short_one():
    """What stays for an hour is kept for one; the end of the history, which moves each turn, for five minutes."""
    body = build_request(**FULL, ttl="1h")
    assert ["1h", "1h", "1h", "5m"] == [ttl for _, ttl in marks(body)]
    assert ["1h"] * 4 == [ttl for _, ttl in marks(build_request(**FULL, ttl="1h", history_ttl="1h"))]
    assert 3 == len(marks(build_request(**FULL, history_ttl=None)))
    with pytest.raises(ValueError, match="a breakpoint of 1h behind one of 5m is a 400"):
        build_request(**FULL, history_ttl="1h")


def test_the_breakpoint_of_a_history_skips_what_cannot_carry_one():
    """Thinking can be cached, but not marked."""
    reply = [text("Wait."), {"type": "thinking", "thinking": "hm", "signature": "s"}]
    body = build_request(model=HAIKU, history=[TALK[0], {"role": "assistant", "content": reply}], question="And?")
    assert [("messages.1.content.0", "5m")] == marks(body)


def test_the_caller_s_own_values_are_not_touched():
    """Tools and history are used again for the next request: a breakpoint left in them would pile up."""
    before = json.dumps(FULL)
    build_request(**FULL)
    assert before == json.dumps(FULL)


def test_a_reply_s_content_goes_back_as_the_sdk_gave_it():
    """Objects of the SDK are taken, and a call's arguments keep the model's own order."""
    from anthropic.types import TextBlock, ToolUseBlock

    said = [TextBlock(type="text", text="One moment."),
            ToolUseBlock(type="tool_use", id="toolu_1", name="find", input={"size": 2, "colour": "red"})]
    body = build_request(model=HAIKU, tools=[tool("find")], question=[{"type": "tool_result", "tool_use_id": "toolu_1",
                                                                       "content": "none"}],
                         history=[TALK[0], {"role": "assistant", "content": said}])
    assert ["size", "colour"] == list(body["messages"][1]["content"][1]["input"])
    assert "tool_use" == body["messages"][1]["content"][1]["type"]


# ---- bytes

@given(requests(marks=0), st.randoms())
def test_the_order_of_dicts_and_tools_does_not_show(body, random):
    """Equal content, equal bytes: whatever order a database, a set of plugins or a json.loads gave it."""
    given = {"model": HAIKU, "tools": body["tools"], "system": body["system"], "history": body["messages"],
             "question": "And?", "thinking": {"type": "adaptive", "display": "omitted"}, "ttl": "1h"}
    other = shuffled(given, random)
    random.shuffle(other["tools"])
    assert canonical_bytes(build_request(**given)) == canonical_bytes(build_request(**other))
    assert fingerprint(build_request(**given)) == fingerprint(build_request(**other))


def test_properties_keep_their_order_for_the_model_writes_in_it():
    """All other keys of a schema are sorted, those of each property, too, even of one that is called "properties"."""
    schema = {"type": "object", "required": ["why", "answer"], "properties": {
        "why": {"type": "string", "description": "first"},
        "properties": {"type": "object", "properties": {"b": {"type": "null"}, "a": {"type": "null"}}},
        "answer": {"type": "string", "enum": ["yes", "no"], "default": "no"}}}
    add = tool("add", input_schema=schema, input_examples=[{"why": 1, "answer": 2}])
    body = build_request(model=HAIKU, tools=[add],
                         output_config={"format": {"type": "json_schema", "schema": schema}}, question="Hi?")
    for found in (body["tools"][0]["input_schema"], body["output_config"]["format"]["schema"]):
        assert ["properties", "required", "type"] == list(found)
        assert ["why", "properties", "answer"] == list(found["properties"])
        assert ["description", "type"] == list(found["properties"]["why"])
        assert ["properties", "type"] == list(found["properties"]["properties"])
        assert ["b", "a"] == list(found["properties"]["properties"]["properties"])
        assert ["why", "answer"] == found["required"]
    assert ["why", "answer"] == list(body["tools"][0]["input_examples"][0])


def test_bytes_are_the_same_in_another_process():
    """No order of a set, no hash that changes with each start of Python."""
    code = f"from helpers.caching import *; print(fingerprint(build_request(**{FULL!r})))"
    runs = {subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
                           env={"PYTHONHASHSEED": seed, "PATH": ""}).stdout.strip() for seed in ("1", "2")}
    assert {fingerprint(build_request(**FULL))} == runs


def test_two_questions_share_one_fingerprint_and_two_handbooks_do_not():
    """What a log needs: equal means that the second request can read what the first one wrote."""
    one = fingerprint(build_request(**FULL))
    assert one == fingerprint(build_request(**{**FULL, "question": "6 another?"}))
    assert one != fingerprint(build_request(**{**FULL, "system": "600 other handbook"}))
    assert "" == fingerprint(build_request(model=HAIKU, question="Hello?"))


def test_a_growing_chat_keeps_its_fingerprint():
    """Each turn reads what the turn before wrote, so nothing may look changed; another system prompt does."""
    longer = [*TALK, {"role": "user", "content": "5 which tent?"}, {"role": "assistant", "content": "4 this one"}]
    one = fingerprint(build_request(**FULL))
    assert one == fingerprint(build_request(**{**FULL, "history": longer}))
    automatic = {"model": HAIKU, "system": "600 handbook", "cache_control": {"type": "ephemeral"}}
    prints = {fingerprint({**automatic, "messages": talk}) for talk in (TALK[:1], TALK, longer)}
    assert 1 == len(prints - {""})
    assert prints != {fingerprint({**automatic, "system": "600 other", "messages": TALK})}


def test_what_stands_behind_the_last_breakpoint_is_not_in_the_fingerprint():
    """But a tool behind a marked one is: any change to tools spoils all."""
    body = {"model": HAIKU, "tools": [tool("add", "5m"), tool("zoom")], "messages": TALK[:1]}
    assert fingerprint(body) == fingerprint({**body, "system": "9 new each time"})
    assert fingerprint(body) != fingerprint({**body, "tools": [*body["tools"], tool("new")]})


# ---- refusals and doubts

@pytest.mark.parametrize(("change", "error", "words"), [
    ({"tools": [tool("add"), tool("add")]}, ValueError, "two tools are called 'add'"),
    ({"tools": [tool("add", ttl="5m")]}, ValueError, "has a cache_control of its own, perhaps an earlier request's"),
    ({"tools": {"add": tool("add")}}, TypeError, "tools must be a list; got dict."),
    ({"tools": [tool("add", input_schema={"required": {"a", "b"}})]}, TypeError,
     r"tools\[0\].input_schema.required is a set, whose order changes from process to process: give sorted"),
    ({"system": {"a", "b"}}, TypeError, "system must be a list; got set: its order may change from process to process"),
    ({"history": ["hi"]}, TypeError, r"history\[0\] must be a message, a dict with role and content; got str"),
    ({"system": [""]}, ValueError, r"system\[0\] must be a text that is not empty"),
    ({"system": " \n"}, ValueError, r"system\[0\] must be a text that is not empty"),
    ({"history": [{"role": "user", "content": ""}]}, ValueError, r"history\[0\] has an empty text: the API answers"),
    ({"history": [{"role": "user", "content": [text("a"), text(" ")]}]}, ValueError, r"history\[0\] has an empty text"),
    ({"history": [{"role": "bot", "content": "hi"}]}, ValueError, r"history\[0\] has the role 'bot'; there are 'us"),
    ({"history": [{"role": "user", "content": 7}]}, TypeError, r"history\[0\] must be a list; got int"),
    ({"documents": [{"type": "document", "source": {}}]}, ValueError, "goes into the question"),
    ({"history": [{"role": "user", "content": [text("hi", "5m")]}]}, ValueError, r"history\[0\]\[0\] has a cache_con"),
    ({"question": " "}, ValueError, "the question is empty"),
    ({"question": []}, ValueError, "the question is empty"),
    ({"ttl": "30m"}, ValueError, "ttl must be '5m' or '1h', history_ttl one of them or None; got '30m'"),
    ({"max_tokens": True}, ValueError, "max_tokens must be a whole number of 0 or more; got True"),
    ({"cache_control": {"type": "ephemeral"}}, TypeError, "build_request makes cache_control itself"),
    ({"metadata": {"user_id": object()}}, TypeError, "options.metadata.user_id is no JSON: object"),
    ({"metadata": {"user_id": float("nan")}}, TypeError, "options.metadata.user_id is no JSON: float"),
])
def test_what_would_break_a_cache_in_silence_is_refused_aloud(change, error, words):
    """The message says what it was, and what to do."""
    with pytest.raises(error, match=words):
        build_request(**{**FULL, **change})


def test_a_prefix_below_the_minimum_is_a_doubt_and_no_error():
    """The API says nothing; `doubts` does, with both figures."""
    short = build_request(model=HAIKU, system="511 short", question="1 hi")
    assert (f"About 511 tokens stand before the last breakpoint, and {HAIKU} caches from 512 on: nothing is cached, "
            "and no error says so.",) == doubts(short, says)
    assert () == doubts(build_request(model=HAIKU, system="512 enough", question="1 hi"), says)


def test_a_request_without_a_breakpoint_is_doubted():
    """Anthropic caches nothing that it isn't told to."""
    assert doubts(build_request(model=HAIKU, question="Hi?"))[0].startswith("No breakpoint: nothing is cached.")


@pytest.mark.parametrize(("stamp", "found"), [
    ("Now: 2026-11-24T09:00:07Z", True), ("Now: 2026-11-24 09:00", True), ("at 09:00:07", True),
    ("session 3f2b8c1e-0d4a-4b6e-9c53-a1b2c3d4e5f6", True), ("ts=1795510807", True),
    ("Express if paid before 14:00", False), ("Since 2026-11-24 we ship", False), ("Call 0800 1234567", False)])
def test_a_clock_in_the_prefix_is_doubted_and_opening_hours_are_not(stamp, found):
    """What changes with each request looks like one of a few things; a handbook's own figures don't."""
    body = build_request(model=HAIKU, system=f"{'word ' * 600}{stamp}", question="Hi?")
    assert found == any("looks like a time or an id" in doubt for doubt in doubts(body))
    assert () == doubts(build_request(model=HAIKU, system="word " * 600, question=f"{stamp}: hi?"))


def test_handbook_and_catalogue_raise_no_doubt():
    """The lessons' own texts, laid out as a request."""
    body = build_request(model=HAIKU, system=(DATA / "acme_policy.md").read_text("utf-8"),
                         documents=[(DATA / "catalogue.md").read_text("utf-8")], question="Which tent is light?")
    assert () == doubts(body)


# ---- against the wire and the simulated cache

def test_the_real_sdk_sends_it_and_the_rules_accept_it():
    """Through the real client and the documented 400 rules, billed by the simulated cache: first written, then read."""
    clock, cache = VirtualClock(), Cache(count=says)

    def script(ask):
        return builder.message([builder.text("Ok.")], model=ask.model, usage=cache.bill(ask.body, ask.now, output=4))

    sdk, bills = client(Scripted(script, clock), clock=clock), []
    for question in ("5 which tent?", "6 and which mat?"):
        bills.append(triple(usage_from(sdk.messages.create(**build_request(**{**FULL, "question": question})))))
        clock.sleep(60)
    assert [(5, 1_316, 0), (6, 0, 1_316)] == bills


def test_warming_up_writes_what_the_first_customer_reads():
    """max_tokens 0, a placeholder for the messages, and everything that is a part of the prefix as it was."""
    body = build_request(**{**FULL, "history": []}, thinking={"type": "adaptive"}, stream=True)
    warm = warm_up(body)
    assert (0, [{"role": "user", "content": "warmup"}]) == (warm["max_tokens"], warm["messages"])
    assert "stream" not in warm
    cache = Cache(count=says)
    assert 1_300 == cache.bill(warm, 0).cache_write_5m == cache.bill(body, 10).cache_read


@pytest.mark.parametrize(("options", "words"), [
    ({"tool_choice": {"type": "any"}}, "a forced tool_choice"),
    ({"output_config": {"format": {"type": "json_schema"}}}, "output_config.format"),
    ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "thinking enabled")])
def test_warming_up_refuses_what_the_api_would(options, words):
    """Documented combinations that are a 400 with max_tokens: 0."""
    with pytest.raises(ValueError, match=f"max_tokens: 0 can't go with {words}: it is a 400"):
        warm_up(build_request(**FULL, **options))


def test_warming_up_needs_a_breakpoint_before_the_placeholder():
    """Automatic caching would mark the placeholder, which nobody will ever send again."""
    with pytest.raises(ValueError, match="put a breakpoint on tools or system"):
        warm_up({**build_request(model=HAIKU, question="Hi?"), "cache_control": {"type": "ephemeral"}})


# ---- breakpoints as the API checks them

def test_a_fifth_breakpoint_is_refused_in_the_api_s_words():
    """Automatic caching takes one of the four."""
    four = [text(str(n), "5m") for n in range(4)]
    body = {"model": HAIKU, "system": four, "messages": [{"role": "user", "content": "hi"}]}
    Cache(minimum=1).bill(body, 0)
    with pytest.raises(BreakpointError, match="A maximum of 4 blocks with cache_control may be provided. Found 5."):
        Cache(minimum=1).bill({**body, "cache_control": {"type": "ephemeral"}}, 0)


def test_a_long_lifetime_behind_a_short_one_is_refused_in_the_api_s_words():
    """The order is that of the prefix, not that of the body's fields."""
    body = {"model": HAIKU, "system": [text("hi", "1h")], "tools": [tool("add", "5m")],
            "messages": [{"role": "user", "content": "hi"}]}
    with pytest.raises(BreakpointError, match=r"system.0.cache_control.ttl: a ttl='1h' cache_control block must not "
                                              "come after a ttl='5m' cache_control block"):
        Cache(minimum=1).bill(body, 0)


def test_automatic_caching_marks_the_last_block_that_can_carry_it():
    """It walks back over thinking and empty text; equal lifetimes are one breakpoint, unequal ones a 400."""
    talk = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [text("ho"), text("")]}]
    body = {"model": HAIKU, "messages": talk, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    assert [("messages.1.content.0", "1h")] == marks(body)
    talk[1]["content"][0]["cache_control"] = {"type": "ephemeral", "ttl": "1h"}
    assert [("messages.1.content.0", "1h")] == marks(body)
    talk[1]["content"][0]["cache_control"] = {"type": "ephemeral"}
    with pytest.raises(BreakpointError, match="they must have matching TTLs"):
        parts_of(body)


@pytest.mark.parametrize(("block", "words"), [
    (text("", "5m"), "cache_control cannot be set for empty text blocks"),
    ({"type": "thinking", "thinking": "hm", "signature": "s", "cache_control": {"type": "ephemeral"}},
     "cache_control cannot be set for thinking blocks"),
    (text("hi", "2h"), "must be '5m' or '1h'; got '2h'")])
def test_a_breakpoint_on_what_cannot_carry_one_is_refused(block, words):
    """Blocks that the page names, and lifetimes that there aren't."""
    body = {"model": HAIKU, "messages": [{"role": "user", "content": [block]}]}
    with pytest.raises(BreakpointError, match=words):
        Cache(minimum=1).bill(body, 0)


def test_every_model_of_anthropic_s_has_a_minimum_or_is_gone():
    """What `doubts` and the simulation rest on."""
    lacking = {row.id for row in load_models().models if row.vendor == "anthropic" and row.min_cacheable is None}
    assert set() == {row.id for row in load_models().models if row.id in lacking and row.status != "retired"}


def test_a_request_is_a_dict():
    """Anything else is named."""
    with pytest.raises(TypeError, match="a request must be the body of a Messages call, a dict; got str"):
        prefix_diff("hello", {})
