"""extract: one request or two, three outcomes, every token kept. Real SDKs of both vendors, scripted wire."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import re
import subprocess
import sys
from decimal import Decimal

import anthropic
import openai
import pytest
from pydantic import BaseModel, Field, RootModel, ValidationError, field_validator
from structured_kit import (
    CLAUDE,
    FORMATS,
    HAIKU,
    LUNA,
    ORDER,
    SHIRTS,
    SONNET,
    TEXT,
    TOOLS,
    WAYS,
    Order,
    enveloped,
    run,
    run_async,
    serving,
)

from helpers import economics, structured
from helpers.economics import Usage, cost
from helpers.settings import ROOT
from helpers.structured import NeedsHuman, Repaired, Valid, extract, extracting, judge, said_in
from helpers.wire import builder

every = pytest.mark.parametrize("way", WAYS, ids=str)
tools = pytest.mark.parametrize("way", TOOLS, ids=str)
RIGHT = enveloped(SHIRTS)
TWO = enveloped({**SHIRTS, "quantity": "two"})
NONE = enveloped(None, "asks how to return shoes")


def caught(result):
    """What stopped each attempt."""
    return [attempt.caught_by for attempt in result.attempts]


# ---- The outcomes

@every
def test_a_right_reply_is_valid_at_the_first_request(way):
    """
    An instance of the model, one request, nothing to complain of.
    """
    asked = []
    result = run(way, way.reply(RIGHT), asked=asked)
    assert (Valid, ORDER, None) == (type(result), result.value, result.none_because)
    assert ([""], 1) == (caught(result), len(asked))
    assert () == result.attempts[0].problems


@every
def test_there_is_a_way_to_say_that_it_is_no_order(way):
    """
    A question about a return is not an order, and to say so is a valid answer.
    """
    result = run(way, way.reply(NONE), text="How do I return my shoes?")
    assert (Valid, None, "asks how to return shoes") == (type(result), result.value, result.none_because)


@every
def test_a_wrong_reply_is_sent_back_once_and_the_second_counts(way):
    """
    "two" is no integer, although it came through the SDK without a word.
    """
    asked = []
    result = run(way, way.reply(TWO), way.reply(RIGHT), asked=asked)
    assert (Repaired, ORDER, ["shape", ""], 2) == (type(result), result.value, caught(result), len(asked))
    assert ("quantity: Input should be a valid integer; got 'two'",) == result.attempts[0].problems


@every
def test_there_is_never_a_third_request(way):
    """
    What one repair doesn't mend is for a person, who gets the reason and what came.
    """
    asked = []
    result = run(way, way.reply(TWO), way.reply(TWO), way.reply(RIGHT), asked=asked)
    assert (NeedsHuman, None, 2) == (type(result), result.value, len(asked))
    assert "after a second request, quantity: Input should be a valid integer; got 'two'" == result.reason
    last = result.attempts[-1].raw[0]
    assert TWO == (json.loads(last) if isinstance(last, str) else last)


@every
def test_without_repairs_there_is_one_request(way):
    """
    max_repairs=0 also for a reply that was cut.
    """
    for reply in (way.reply(TWO), way.cut()):
        asked = []
        result = run(way, reply, way.reply(RIGHT), asked=asked, max_repairs=0)
        assert (NeedsHuman, 1) == (type(result), len(asked))


@every
def test_the_usage_of_every_attempt_is_kept_and_added(way):
    """
    A repair is paid for, and so is what it repaired.
    """
    first, second = Usage(input=900, output=80), Usage(input=1_100, output=90)
    result = run(way, way.reply(TWO, usage=first), way.reply(RIGHT, usage=second))
    assert [first, second] == [attempt.usage for attempt in result.attempts]
    assert first + second == result.usage
    assert (cost(first, way.model) + cost(second, way.model)).usd == result.cost.usd > Decimal(0)
    assert 2 == len({attempt.request_id for attempt in result.attempts})
    assert all(attempt.request_id.startswith("req_") for attempt in result.attempts)


@every
def test_a_business_rule_catches_what_has_the_right_shape(way):
    """
    Sky blue is a colour that we sell, and not the one in the text. The complaint goes to the model as it is.
    """
    def colour_in_text(order):
        return None if order.colour in TEXT else f"colour: the message doesn't say {order.colour!r}"

    asked = []
    wrong = enveloped({**SHIRTS, "colour": "sky blue"})
    result = run(way, way.reply(wrong), way.reply(RIGHT), asked=asked, rules=[colour_in_text])
    assert (Repaired, ORDER, ["rule", ""]) == (type(result), result.value, caught(result))
    assert "- colour: the message doesn't say 'sky blue'\n" in json.dumps(asked[1]["messages"]).replace("\\n", "\n")
    result = run(way, way.reply(wrong), way.reply(wrong), rules=[colour_in_text])
    assert (NeedsHuman, ["rule", "rule"]) == (type(result), caught(result))


def test_all_rules_are_asked_and_only_about_values():
    """
    Two complaints in one repair; a reply without a value has nothing to ask about, nor has one of the wrong shape.
    """
    rules = [lambda order: "size: sold out", lambda order: None, lambda order: "", lambda order: "product: unknown"]
    result = run(CLAUDE, CLAUDE.reply(RIGHT), CLAUDE.reply(NONE), rules=rules)
    assert (Repaired, None, ("size: sold out", "product: unknown")) == (
        type(result), result.value, result.attempts[0].problems)
    assert ["shape", "shape"] == caught(run(CLAUDE, CLAUDE.reply(TWO), CLAUDE.reply(TWO), rules=[lambda order: 1 / 0]))


@pytest.mark.parametrize("answer", [False, True, 0, ["x"]])
def test_a_rule_answers_with_words_or_none(answer):
    """
    A rule written as a predicate would otherwise let everything pass.
    """
    def at_most_99(order):
        return answer

    with pytest.raises(TypeError) as error:
        run(CLAUDE, CLAUDE.reply(RIGHT), rules=[at_most_99])
    assert str(error.value).startswith(f"the rule 'at_most_99' returned {answer!r}. A rule returns what is wrong,")


# ---- The stop reason comes first

@every
def test_a_reply_that_was_cut_is_never_taken_although_it_looks_whole(way):
    """
    The SDK hands out the input of a cut call as a dict; this one would even pass all checks. Asked again with twice
    the room, and nothing of it is sent back.
    """
    asked = []
    result = run(way, way.cut(RIGHT), way.reply(RIGHT), asked=asked)
    assert (Repaired, ["stop reason", ""]) == (type(result), caught(result))
    assert ("the reply was cut off at 2,000 tokens",) == result.attempts[0].problems
    limits = [body.get("max_tokens", body.get("max_completion_tokens")) for body in asked]
    assert [2_000, 4_000] == limits
    assert asked[0]["messages"] == asked[1]["messages"]
    assert 2_000 == result.attempts[0].usage.output


@every
def test_cut_twice_is_for_a_person(way):
    """
    A model that talks without end would only cost more.
    """
    result = run(way, way.cut(RIGHT), way.cut(RIGHT, limit=4_000), way.reply(RIGHT))
    assert "after a second request, the reply was cut off at 4,000 tokens" == result.reason
    assert (["stop reason"] * 2, 6_000) == (caught(result), result.usage.output)


def test_there_is_no_more_room_than_the_model_has():
    """
    At the model's own limit a second request could not end otherwise.
    """
    most = economics.find_model(HAIKU).max_output
    asked = []
    options = {"asked": asked, "max_tokens": most, "timeout": 60}
    result = run(CLAUDE, CLAUDE.cut(limit=most), CLAUDE.reply(RIGHT), **options)
    assert (NeedsHuman, 1) == (type(result), len(asked))
    run(CLAUDE, CLAUDE.cut(limit=most - 1), CLAUDE.reply(RIGHT), **{**options, "max_tokens": most - 1})
    assert most == asked[-1]["max_tokens"]


def test_there_is_no_more_room_than_the_sdk_sends_without_a_stream():
    """
    Twice 12,000 would be refused by the SDK itself, and the reason for the person be an argument about timeouts.
    """
    asked = []
    result = run(CLAUDE, CLAUDE.cut(limit=12_000), CLAUDE.reply(RIGHT), asked=asked, max_tokens=12_000)
    assert (Repaired, extracting.UNSTREAMED) == (type(result), asked[-1]["max_tokens"])
    with pytest.raises(ValueError, match="Streaming is required"):
        run(CLAUDE, CLAUDE.reply(RIGHT), max_tokens=extracting.UNSTREAMED + 1)


@every
def test_a_refusal_is_for_a_person_and_is_not_asked_again(way):
    """
    No content at all; Anthropic says it in the stop reason, OpenAI in a field beside "stop".
    """
    asked = []
    result = run(way, way.refusal("Not this."), way.reply(RIGHT), asked=asked)
    assert (NeedsHuman, "the model declined: Not this.", ["stop reason"], 1) == (
        type(result), result.reason, caught(result), len(asked))
    assert ("refusal", ()) == (result.attempts[0].stop_reason, result.attempts[0].raw)


@pytest.mark.parametrize(("reason", "words"), [
    ("refusal", "the model declined"), ("pause_turn", "the model stopped for another reason, pause_turn"),
    ("stop_sequence", "the model stopped for another reason, stop_sequence"),
    ("model_context_window_exceeded", "the text and the answer do not fit into the model's context window together"),
    ("something_new", "the model stopped for another reason, something_new")])
def test_every_other_end_is_for_a_person(reason, words):
    """
    Also where a whole order stands in the reply: what ended early or for a reason that nobody knows isn't trusted.
    """
    result = run(CLAUDE, CLAUDE.reply(RIGHT, stop_reason=reason), CLAUDE.reply(RIGHT))
    assert (NeedsHuman, words, 1) == (type(result), result.reason, len(result.attempts))
    assert (RIGHT,) == result.attempts[0].raw


def test_a_filtered_completion_is_for_a_person():
    """
    OpenAI's word for it; half an answer may be there.
    """
    way = FORMATS[-1]
    result = run(way, way.reply('{"none_because"', finish_reason="content_filter"))
    assert "a filter removed the answer" == result.reason


def test_every_stop_reason_of_both_sdks_was_looked_at():
    """
    A new one fails here, so that somebody reads what it means.
    """
    from typing import get_args

    from anthropic.types import StopReason
    from openai.types.chat.chat_completion import Choice

    from helpers.structured.replies import CUT, FINISHED, REASONS

    left = {"pause_turn", "stop_sequence"}
    known = {*get_args(StopReason), *get_args(Choice.model_fields["finish_reason"].annotation), None}
    assert known == {*CUT, *FINISHED, *REASONS} | left


# ---- Calls

@tools
def test_two_calls_are_for_a_person_and_both_are_kept(way):
    """
    To take the first would lose the second. Whoever expects several asks for a list.
    """
    other = enveloped({**SHIRTS, "quantity": 3})
    asked = []
    result = run(way, way.reply(RIGHT, other), way.reply(RIGHT), asked=asked)
    assert (NeedsHuman, ["calls"], 1) == (type(result), caught(result), len(asked))
    assert ("2 calls came where one was asked for: for texts that may hold several, ask for a model with a list of them"
            ) == result.reason
    assert [RIGHT, other] == [json.loads(raw) if isinstance(raw, str) else raw for raw in result.attempts[0].raw]


@tools
def test_one_call_at_a_time_is_asked_for(way):
    """
    Each vendor has its own word for it.
    """
    asked = []
    run(way, way.reply(RIGHT), asked=asked)
    [body] = asked
    assert (body["tool_choice"]["disable_parallel_tool_use"] if way.vendor == "anthropic"
            else not body["parallel_tool_calls"])


def test_a_model_with_a_list_takes_several():
    """
    Also one that is nothing but a list: the envelope is the object that a strict schema wants.
    """
    class Orders(RootModel[list[Order]]):
        pass

    for way in WAYS:
        data = {"none_because": "", "orders": [SHIRTS, {**SHIRTS, "quantity": 3}]}
        reply = way.reply(data) if not way.by_tool else (
            builder.message(way.call(data, "record_orders"), model=way.model) if way.vendor == "anthropic"
            else builder.chat_completion(model=way.model, tool_calls=[way.call(data, "record_orders")]))
        assert [2, 3] == [order.quantity for order in run(way, reply, into=Orders).value.root]


@tools
def test_text_in_place_of_a_call_is_answered_with_a_plea(way):
    """
    There is no call to send a result to, so the words come as a message.
    """
    asked = []
    make = builder.message if way.vendor == "anthropic" else builder.chat_completion
    result = run(way, make("Two navy shirts!", model=way.model), way.reply(RIGHT), asked=asked)
    assert (Repaired, ["calls", ""]) == (type(result), caught(result))
    assert ("record_order was not called",) == result.attempts[0].problems
    assert {"role": "user", "content":
            "This can't be accepted:\n- record_order was not called\nCall record_order, with everything in "
            "it and these corrected, from the first message alone. What it doesn't say, don't guess."
            } == asked[1]["messages"][-1]


@every
def test_text_beside_the_answer_does_no_harm_to_a_call(way):
    """
    "Sure!" before a call is fine; before JSON it makes it none.
    """
    result = run(way, way.reply(RIGHT, said="Sure! "), way.reply(RIGHT))
    assert isinstance(result, Valid if way.by_tool else Repaired)


@tools
def test_a_tool_that_does_not_exist_is_sent_back(way):
    """
    Strict tools have valid names; what isn't strict may call anything.
    """
    call = way.call(RIGHT, name="place_order")
    wrong = builder.message(call, model=way.model) if way.vendor == "anthropic" else builder.chat_completion(
        model=way.model, tool_calls=[call])
    result = run(way, wrong, way.reply(RIGHT))
    assert ("'place_order' was called, and there is no such tool",) == result.attempts[0].problems
    assert (Repaired, ["calls", ""]) == (type(result), caught(result))


# ---- The repair, as it goes out

def test_a_repair_is_a_tool_result_marked_as_an_error():
    """
    With the validator's words; before it stands the call as it came, and the thinking before that, signature and all.
    """
    way = WAYS[1]
    asked = []
    reply = builder.message([builder.thinking("Two.", signature="sig=="), "Let me see.", way.call(TWO, id="toolu_1")],
                            model=SONNET)
    assert isinstance(run(way, reply, way.reply(RIGHT), asked=asked), Repaired)
    first, second = asked
    user, assistant, result = second["messages"]
    assert [user] == first["messages"]
    assert reply.body["content"] == assistant["content"]
    assert {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "is_error": True, "content":
            "This can't be accepted:\n- quantity: Input should be a valid integer; got 'two'\nCall record_order once "
            "more, with everything in it and these corrected, from the first message alone. What it doesn't say, don't "
            "guess."}]} == result
    assert {**first, "messages": 0} == {**second, "messages": 0}


def test_openais_repair_answers_the_call_by_its_id():
    """
    A message of role tool; the assistant's message goes back with the call in it.
    """
    way = next(way for way in TOOLS if way.vendor == "openai")
    asked = []
    wrong = builder.chat_completion(model=LUNA, tool_calls=[way.call(TWO, id="call_1")])
    run(way, wrong, way.reply(RIGHT), asked=asked)
    assistant, result = asked[1]["messages"][-2:]
    call = {"id": "call_1", "type": "function", "function": {"name": "record_order", "arguments": json.dumps(TWO)}}
    assert {"role": "assistant", "content": None, "tool_calls": [call]} == assistant
    assert ("tool", "call_1") == (result["role"], result["tool_call_id"])
    assert "- quantity: Input should be a valid integer; got 'two'\n" in result["content"]


@pytest.mark.parametrize("way", FORMATS, ids=str)
def test_a_repair_of_a_text_is_a_message(way):
    """
    There is no call, so there is no result.
    """
    asked = []
    run(way, way.reply("{'quantity': 2}"), way.reply(RIGHT), asked=asked)
    assistant, user = asked[1]["messages"][-2:]
    assert ("assistant", "user") == (assistant["role"], user["role"])
    assert "{'quantity': 2}" in json.dumps(assistant["content"])
    assert "- this is no JSON: Expecting property name enclosed in double quotes: line 1 column 2" in user["content"]


def test_an_empty_reply_has_nothing_to_send_back():
    """
    An assistant's message without content would be a 400.
    """
    for way in (CLAUDE, FORMATS[0]):
        asked = []
        result = run(way, builder.message([], model=way.model, stop_reason="end_turn"), way.reply(RIGHT), asked=asked)
        assert (Repaired, ["user", "user"]) == (type(result), [turn["role"] for turn in asked[1]["messages"]])


def test_a_failed_repair_does_not_lose_the_first_ones_usage():
    """
    An overloaded server at the second request: the error is in the result, with the first attempt.
    """
    used = Usage(input=900, output=80)
    busy = builder.error(529, "overloaded_error", "Overloaded")
    result = extract(serving(CLAUDE, CLAUDE.reply(TWO, usage=used), busy, max_retries=0), TEXT, Order, model=HAIKU)
    assert (NeedsHuman, used, 529) == (type(result), result.usage, result.error.status_code)
    assert re.fullmatch(r"the second request failed: \w+ 529", result.reason)


@pytest.mark.parametrize("run", [run, run_async])
def test_an_error_at_the_first_request_passes_through(run):
    """
    Nothing is paid for yet, and what to do about it is the caller's to know.
    """
    with pytest.raises(anthropic.AuthenticationError):
        run(CLAUDE, builder.error(401, "authentication_error", "invalid x-api-key"))


# ---- The asynchronous twin

@every
def test_the_asynchronous_twin_does_the_same(way):
    """
    Request by request, and in what comes of it.
    """
    for replies in ([way.reply(RIGHT)], [way.reply(TWO), way.reply(RIGHT)], [way.cut(), way.cut(limit=4_000)],
                    [way.refusal()], [way.reply(TWO), way.reply(TWO)]):
        bodies, others = [], []
        assert run(way, *replies, asked=bodies) == run_async(way, *replies, asked=others)
        assert bodies == others


def test_cancellation_passes_at_once():
    """
    Also between the two requests.
    """
    class Client:
        __aenter__ = None

        class messages:  # noqa: N801
            @staticmethod
            async def create(**body):
                raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(structured.extract_async(Client(), TEXT, Order, model=HAIKU))


# ---- Not by parse()

QUESTION = [{"role": "user", "content": TEXT}]
HALF = '{"product": "shirt", "colour": "na'


def test_parse_loses_the_response_of_a_reply_that_was_cut():
    """
    An error about JSON: no reply, no usage, no stop reason, in it or behind it. `extract` has all three.
    """
    made = serving(CLAUDE, builder.message(HALF, model=HAIKU, stop_reason="max_tokens", max_tokens=50))
    with pytest.raises(ValidationError, match="Invalid JSON: EOF while parsing a string") as error:
        made.messages.parse(model=HAIKU, max_tokens=50, messages=QUESTION, output_format=Order)
    behind = [error.value, error.value.__cause__, error.value.__context__]
    names = ("usage", "response", "stop_reason", "message", "body", "completion")
    assert not [name for one in behind for name in names if hasattr(one, name)]

    way = FORMATS[0]
    result = run(way, way.cut(HALF, limit=50), max_tokens=50, max_repairs=0)
    [attempt] = result.attempts
    assert ("max_tokens", 50, (HALF,)) == (attempt.stop_reason, attempt.usage.output, attempt.raw)


def test_parse_raises_for_a_bound_that_it_moved_and_loses_the_response_too():
    """
    quantity 0 has the right shape: the model was never held to more.
    """
    made = serving(CLAUDE, builder.message(json.dumps({**SHIRTS, "quantity": 0}), model=HAIKU))
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        made.messages.parse(model=HAIKU, max_tokens=50, messages=QUESTION, output_format=Order)
    result = run(FORMATS[0], FORMATS[0].reply(enveloped({**SHIRTS, "quantity": 0})), max_repairs=0)
    assert "quantity: Input should be greater than or equal to 1; got 0" == result.reason
    assert result.usage


def test_openais_parse_keeps_the_response_of_a_cut_reply_and_loses_that_of_a_wrong_one():
    """
    Its error for "length" has the completion; for a wrong value it is pydantic's, which hasn't.
    """
    way = WAYS[3]
    made = serving(way, way.cut(HALF, limit=50), way.reply({**SHIRTS, "quantity": 0}))
    with pytest.raises(openai.LengthFinishReasonError) as error:
        made.chat.completions.parse(model=LUNA, messages=QUESTION, response_format=Order)
    assert 50 == error.value.completion.usage.completion_tokens
    with pytest.raises(ValidationError):
        made.chat.completions.parse(model=LUNA, messages=QUESTION, response_format=Order)


# ---- A rule for every text

@pytest.mark.parametrize(("product", "stands"), [
    ("  ", False), ("\N{NO-BREAK SPACE}", False), ("s", False), ("or", False), ("I", True),
    ("shirt", True), ("SHIRTS", True), ("navy  shirts", True), ("hirt", False), ("shirt dress", False), ("red", False)])
def test_what_was_taken_from_a_text_stands_in_it(product, stands):
    """
    From a word's beginning on, capitals and spaces aside.
    """
    rule = said_in("I ordered two\nNavy Shirts", "product")
    complaint = rule(Order(**{**SHIRTS, "product": product}))
    assert (None if stands else f"product: {product!r} doesn't stand in the message") == complaint


def test_an_invented_value_is_caught_in_extraction():
    """
    One of the choices, the right type, and nowhere in the message.
    """
    invented = CLAUDE.reply(enveloped({**SHIRTS, "product": "hat", "colour": "white"}))
    result = run(CLAUDE, invented, CLAUDE.reply(NONE), rules=[said_in(TEXT, "product", "colour")])
    assert ("product: 'hat' doesn't stand in the message; colour: 'white' doesn't stand in the message",) == (
        result.attempts[0].problems)
    assert (Repaired, None, "rule") == (type(result), result.value, result.attempts[0].caught_by)


def test_lists_are_looked_through_and_other_kinds_refused():
    """
    None has nothing to stand anywhere; a number may be said in words.
    """
    class Tagged(BaseModel):
        tags: list[str] | None
        quantity: int = 2

    rule = said_in("navy shirts", "tags")
    assert [None, None, "tags: 'hat' doesn't stand in the message"] == [
        rule(Tagged(tags=tags)) for tags in (None, ["navy"], ["navy", "hat"])]
    with pytest.raises(TypeError, match=r"said_in\(\) compares texts; quantity is 2\. Leave it out"):
        said_in("two", "quantity")(Tagged(tags=[]))
    with pytest.raises(ValueError, match="needs the names of the fields"):
        said_in("two")


# ---- Values, records, the house

def test_results_are_frozen_and_tell_what_they_cost():
    """
    A value, or the reason; attempts and tokens behind it.
    """
    result = run(CLAUDE, CLAUDE.reply(RIGHT, usage=Usage(input=1_000, output=100)))
    assert str(result).startswith("Valid: Order(product='shirt'")
    assert str(result).endswith("[1 attempt · 1,000 input + 100 output tokens · $0.00015]")
    assert "Valid: none of these (asks how to return shoes)" in str(run(CLAUDE, CLAUDE.reply(NONE)))
    human = run(CLAUDE, CLAUDE.refusal("No <b>$5</b> $6"))
    assert str(human).startswith("NeedsHuman: the model declined: No <b>$5</b> $6")
    assert "&lt;b&gt;<span>$</span>5&lt;/b&gt;" in human._repr_html_()
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.value = None
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.attempts[0].usage = None


def test_the_three_results_can_be_told_apart_by_match():
    """
    As the package's docstring shows.
    """
    def done(result):
        match result:
            case Valid(value=None, none_because=why):
                return why
            case Valid(value=order) | Repaired(value=order):
                return order.quantity
            case NeedsHuman(reason=why):
                return why

    assert ["asks how to return shoes", 2, 2, "the model declined: Not this."] == [
        done(run(CLAUDE, *replies)) for replies in (
            [CLAUDE.reply(NONE)], [CLAUDE.reply(RIGHT)], [CLAUDE.reply(TWO), CLAUDE.reply(RIGHT)], [CLAUDE.refusal()])]


def test_usage_that_cannot_be_read_makes_the_sum_unknown():
    """
    A sum that leaves an attempt out would be too low.
    """
    reply = CLAUDE.reply(RIGHT)
    reply.body["usage"] = None
    result = run(CLAUDE, CLAUDE.reply(TWO), reply)
    assert (Repaired, None, None) == (type(result), result.usage, result.cost)
    assert result.attempts[0].usage
    assert "usage unknown · cost unknown" in str(result)


def test_the_log_has_one_record_an_attempt_and_no_word_of_text_or_reply(caplog):
    """
    What a user wrote is not for the log.
    """
    with caplog.at_level(logging.INFO, "llm.structured"):
        run(CLAUDE, CLAUDE.reply(TWO), CLAUDE.reply(RIGHT))
    assert 2 == len(caplog.records)
    assert caplog.messages[0].startswith("attempt 1: tool_use, caught by shape (1) · ")
    assert caplog.messages[1].startswith("attempt 2: tool_use, accepted · ")
    assert not any(word in caplog.text for word in ("two", "navy", "shirt", "quantity"))


@pytest.mark.parametrize(("name", "key"), [
    ("Order", "order"), ("SupportTicket", "support_ticket"), ("HTTPError2", "httperror2"), ("Größe", "gr_e"),
    ("日本", "value"), ("X" * 90, "x" * 50)])
def test_the_tools_name_comes_from_the_models(name, key):
    """
    And is one that both vendors accept: ^[a-zA-Z0-9_-]{1,64}$.
    """
    asked, tool = [], f"record_{key}"
    model = type(name, (Order,), {})
    for way in (CLAUDE, WAYS[4]):
        data = {"none_because": "", key: SHIRTS}
        reply = (builder.message(way.call(data, tool), model=way.model) if way.vendor == "anthropic"
                 else builder.chat_completion(model=way.model, tool_calls=[way.call(data, tool)]))
        assert isinstance(run(way, reply, asked=asked, into=model).value, model)
    assert {tool} == {asked[0]["tools"][0]["name"], asked[1]["tools"][0]["function"]["name"]}
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", tool)


def test_a_models_own_validators_are_asked():
    """
    Their words go to the model like all others.
    """
    class Checked(Order):
        @field_validator("product")
        @classmethod
        def known(cls, product):
            if product != "shirt":
                raise ValueError("we sell shirts")
            return product

    assert ("product: Value error, we sell shirts; got 'hat'",) == judge({**SHIRTS, "product": "hat"}, Checked).problems
    assert "hat" == judge({**SHIRTS, "product": "hat"}, Order).value.product


def test_many_problems_are_summed_up():
    """
    Each word of a repair is paid for.
    """
    class Long(BaseModel):
        numbers: list[int] = Field(max_length=99)

    problems = judge({"numbers": ["x"] * 15}, Long).problems
    assert (11, "numbers[0]: Input should be a valid integer; got 'x'", "and 5 more") == (
        len(problems), problems[0], problems[-1])


def test_importing_it_imports_nothing_heavy():
    """
    pydantic and the SDKs come with the first call.
    """
    heavy = ("pydantic", "anthropic", "openai", "pandas", "fastapi")
    code = f"import sys, helpers.structured; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_it_imports_no_room_but_economics():
    """
    It is what a learner takes to work.
    """
    files = (ROOT / "helpers" / "structured").glob("*.py")
    found = {name for file in files
             for name in re.findall(r"^\s*(?:from|import) helpers\.(\w+)", file.read_text("utf-8"), re.M)}
    assert {"economics", "structured"} == found
