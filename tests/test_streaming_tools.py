"""Tool calls that stream in pieces: put together by index, and never parsed before they are whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming_kit import WAYS, built, opened, rechunked
from wire_kit import message, sse

from helpers.streaming import ToolCall, ToolCalls, consume
from helpers.wire.reply import Reply as Wire

ways = pytest.mark.parametrize("way", WAYS)
ORDER = {"product_name": "t-shirt", "size": "L", "quantity": 12}
STREAM = {"content-type": "text/event-stream"}
JSON_TEXT = json.dumps(ORDER)


def calls_of(way, reply, *faults):
    """The tool calls that came."""
    return consume(opened(way, reply, *faults)).tool_calls


# ---- The assembler

def test_pieces_are_read_as_json_only_after_the_stop():
    """
    Before it even whole JSON is no call yet.
    """
    calls = ToolCalls()
    calls.start(1, "toolu_1", "order")
    calls.add(1, "")
    calls.add(1, '{"quantity": 1')
    assert (ToolCall("toolu_1", "order", None, '{"quantity": 1'),) == calls.all()
    calls.add(1, "2}")
    assert None is calls.all()[0].arguments
    calls.stop(1)
    assert {"quantity": 12} == calls.all()[0].arguments


def test_parallel_calls_do_not_mix():
    """
    Pieces that come in turns go to the index that they name; order is that of the beginnings.
    """
    calls = ToolCalls()
    calls.start(2, "b", "second")
    calls.start(0, "a", "first")
    for index, piece in [(0, '{"x"'), (2, '{"y"'), (2, ": 2}"), (0, ": 1}")]:
        calls.add(index, piece)
    calls.stop(0)
    calls.stop(2)
    assert [("second", {"y": 2}), ("first", {"x": 1})] == [(call.name, call.arguments) for call in calls.all()]


def test_a_tool_without_arguments_gets_an_empty_dict():
    """
    12 recorded streams hold such a call: its only piece is "".
    """
    calls = ToolCalls()
    calls.start(0, "a", "list_orders")
    calls.add(0, "")
    calls.stop(0)
    assert {} == calls.all()[0].arguments


def test_an_empty_call_at_the_limit_is_cut_and_not_empty():
    """
    The limit hit before the first character: `{}` would run a tool that the model never finished calling.
    """
    calls = ToolCalls()
    for index in (0, 1):
        calls.start(index, "a", "list_orders")
        calls.stop(index)
    assert [{}, None] == [call.arguments for call in calls.all(cut_off=True)]


@pytest.mark.parametrize("raw", ["[1]", '"text"', "12", "null", "{", '{"a": 1} trailing', "[" * 100_000, "{" * 100_000])
def test_what_is_no_json_object_is_no_arguments(raw):
    """
    Also where a model opens brackets without end.
    """
    calls = ToolCalls()
    calls.start(0, "a", "order")
    calls.add(0, raw)
    calls.stop(0)
    assert (None, raw) == (calls.all()[0].arguments, calls.all()[0].raw)


def test_pieces_of_a_call_that_never_began_are_ignored():
    """
    Nor does the stop of a text block make a call.
    """
    calls = ToolCalls()
    calls.add(0, "{}")
    calls.stop(0)
    assert () == calls.all()


# ---- Through the SDKs

@ways
def test_text_and_two_calls_come_out_whole(way):
    """
    Names, ids and arguments, in order, one of them without arguments; the ending is complete.
    """
    result = consume(opened(way, built(way, "One moment.", calls=[("order", ORDER), ("list_orders", {})])))
    assert ("complete", "One moment.") == (result.ending, result.text)
    assert [("order", ORDER), ("list_orders", {})] == [(call.name, call.arguments) for call in result.tool_calls]
    assert all("CONSTRUCTED" in call.id for call in result.tool_calls)
    assert 2 == len({call.id for call in result.tool_calls})
    reason = {"chat": "tool_calls", "responses": "completed"}.get(way, "tool_use")
    assert reason == result.stop_reason


def test_openais_parallel_calls_may_come_mixed():
    """
    Id and name only in a call's first fragment, then fragments in turns.
    """
    def chunk(fragments, reason=None):
        choice = {"index": 0, "delta": {"tool_calls": fragments}, "finish_reason": reason}
        return f"data: {json.dumps({'object': 'chat.completion.chunk', 'id': 'c', 'choices': [choice]})}\n\n"

    def fragment(index, arguments, **more):
        return {"index": index, "function": {"arguments": arguments, **more.pop("function", {})}, **more}

    lines = [chunk([fragment(0, "", id="call_a", function={"name": "first"})]),
             chunk([fragment(1, "", id="call_b", function={"name": "second"})]),
             chunk([fragment(1, '{"y":'), fragment(0, '{"x":')]), chunk([fragment(0, "1}")]),
             chunk([fragment(1, "2}")]), chunk([], "tool_calls"), "data: [DONE]\n\n"]
    reply = Wire(headers=STREAM, chunks=tuple((10.0 * at, line) for at, line in enumerate(lines)))
    assert (ToolCall("call_a", "first", {"x": 1}, '{"x":1}'),
            ToolCall("call_b", "second", {"y": 2}, '{"y":2}')) == calls_of("chat", reply)


def cut_anthropic(raw, *, stopped):
    """A stream that ends with max_tokens inside a tool's input, with or without the block's stop event."""
    start = message()
    start.update(content=[], stop_reason=None, usage={"input_tokens": 9, "output_tokens": 1})
    block = {"type": "tool_use", "id": "toolu_1", "name": "order", "input": {}}
    events = [{"type": "message_start", "message": start},
              {"type": "content_block_start", "index": 0, "content_block": block}]
    events += [{"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": piece}}
               for piece in ("", raw)]
    events += [{"type": "content_block_stop", "index": 0}] * stopped
    events += [{"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 20}},
               {"type": "message_stop"}]
    return Wire(headers=STREAM, chunks=((1.0, sse(*events)),))


@pytest.mark.parametrize("stopped", [True, False])
@pytest.mark.parametrize("way", ["events", "helper"])
def test_a_call_that_the_limit_cut_has_no_arguments_where_the_sdk_invents_some(way, stopped):
    """
    The SDK's helper closes the brackets itself: half an order, handed out as a whole one.
    """
    reply = cut_anthropic('{"product_name": "t-shirt", "quantity": 1', stopped=stopped)
    helper = opened("helper", reply)
    assert {"product_name": "t-shirt"}.items() <= helper.get_final_message().content[0].input.items()

    result = consume(opened(way, reply))
    assert (ToolCall("toolu_1", "order", None, '{"product_name": "t-shirt", "quantity": 1'),) == result.tool_calls
    assert ("truncated", "max_tokens") == (result.ending, result.stop_reason)


@pytest.mark.parametrize("way", ["chat", "responses"])
def test_openais_cut_calls_have_no_arguments(way):
    """
    finish_reason "length", status "incomplete": the text of the arguments ends in the middle.
    """
    result = consume(opened(way, built(way, "", calls=[("done", {"n": 1}), ("order", '{"product_name": "t-sh')],
                                       cut_off=True)))
    assert ("truncated", [{"n": 1}, None]) == (result.ending, [call.arguments for call in result.tool_calls])
    assert '{"product_name": "t-sh' == result.tool_calls[1].raw


@ways
@pytest.mark.parametrize("fault", ["error after 3 deltas", "cut after 3 deltas", "dropped after 3 deltas"])
def test_a_call_in_a_broken_stream_keeps_its_raw_text_and_gets_no_arguments(way, fault):
    """
    What came can be logged; it can't be run.
    """
    [call] = calls_of(way, built(way, "", calls=[("order", ORDER)]), fault)
    assert ("order", None) == (call.name, call.arguments)
    assert JSON_TEXT.startswith(call.raw)
    assert len(call.raw) < len(JSON_TEXT)


def test_a_tool_that_the_server_runs_is_not_yours():
    """
    server_tool_use streams its input in the same way, and asks for nothing.
    """
    searching = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    reply = Wire(headers=STREAM, chunks=((1.0, sse(
        {"type": "content_block_start", "index": 0, "content_block": searching},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
        {"type": "content_block_stop", "index": 0})),))
    assert () == calls_of("events", reply)


NAMES = st.text(st.characters(codec="utf-8"), max_size=8)
ARGUMENTS = st.dictionaries(NAMES, st.integers() | st.booleans() | NAMES | st.lists(NAMES, max_size=3), max_size=4)


@settings(max_examples=60, deadline=None)
@given(calls=st.lists(ARGUMENTS, min_size=1, max_size=3), way=st.sampled_from(WAYS), seed=st.integers(0, 50),
       size=st.integers(1, 300))
def test_any_arguments_in_any_pieces_arrive(calls, way, seed, size):
    """
    Whatever the sizes of the pieces and the cuts of the network.
    """
    reply = rechunked(built(way, "", calls=[("tool", arguments) for arguments in calls], seed=seed), size)
    assert calls == [call.arguments for call in calls_of(way, reply)]


@settings(max_examples=100, deadline=None)
@given(ARGUMENTS, st.data())
def test_no_prefix_of_the_arguments_counts_as_whole(arguments, data):
    """
    Wherever the limit cuts, also before the first character.
    """
    whole = json.dumps(arguments)
    calls = ToolCalls()
    calls.start(0, "a", "tool")
    calls.add(0, whole[:data.draw(st.integers(0, len(whole) - 1))])
    calls.stop(0)
    assert None is calls.all(cut_off=True)[0].arguments
