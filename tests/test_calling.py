"""Lesson 00's production code: what a reply says of itself, what is sent, what is logged. Real SDKs, scripted wire."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys

import anthropic
import openai
import pytest
from wire_kit import client

from helpers import economics
from helpers.calling import FINISHED, LOG, Reply, ask, ask_async, log_fields, read, text_of
from helpers.clock import VirtualClock
from helpers.economics import Cost, Usage
from helpers.wire import builder
from helpers.wire.reply import Reply as Wire
from helpers.wire.scripted import Scripted

HAIKU, LUNA = economics.model_id("default"), economics.model_id("openai")
QUESTION = "Where is order 1042?"
LONG_TEXT = "It left our warehouse on Wednesday."


def answering(reply, *, vendor="ANTHROPIC", asked=None, **options):
    """A client whose every request gets *reply*; the bodies of the requests go into *asked*."""
    def script(request):
        if asked is not None:
            asked.append(request.body)
        return reply

    clock = VirtualClock()
    return client(Scripted(script, clock), vendor=vendor, clock=clock, **options)


def claude(content=LONG_TEXT, **more):
    """What `ask` makes of one constructed Message."""
    return ask(answering(builder.message(content, model=HAIKU, **more)), QUESTION, model=HAIKU, max_tokens=400)


def gpt(content=LONG_TEXT, **more):
    """What `ask` makes of one constructed chat completion."""
    reply = builder.chat_completion(content, model=LUNA, **more)
    return ask(answering(reply, vendor="OPENAI"), QUESTION, model=LUNA)


def response(output=LONG_TEXT, **more):
    """What `read` makes of one constructed Response."""
    reply = builder.response(output, model=LUNA, **more)
    return read(answering(reply, vendor="OPENAI").responses.create(model=LUNA, input=QUESTION))


def ticking(*times):
    """A clock that shows these times."""
    return iter(times).__next__


# ---- Anthropic

@pytest.mark.parametrize(("reason", "complete"), [
    ("end_turn", True), ("stop_sequence", True), ("max_tokens", False), ("tool_use", False), ("pause_turn", False),
    ("refusal", False), ("model_context_window_exceeded", False), ("something_new", False)])
def test_only_a_model_that_said_all_it_wanted_is_complete(reason, complete):
    """
    Every stop reason of the SDK, and one that nobody knows yet.
    """
    reply = claude(stop_reason=reason, max_tokens=400)
    assert (reason, complete, LONG_TEXT) == (reply.stop_reason, reply.complete, reply.text)


def test_every_stop_reason_of_the_sdk_was_looked_at():
    """
    A new one in the SDK fails here, so that somebody reads what it means.
    """
    from typing import get_args

    from anthropic.types import StopReason

    assert {"end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal",
            "model_context_window_exceeded"} == set(get_args(StopReason))
    assert {"end_turn", "stop_sequence"} == set(get_args(StopReason)) & set(FINISHED)


def test_thinking_in_front_does_not_hide_the_text():
    """
    Blocks are chosen by type, not by place.
    """
    reply = claude([builder.thinking("Let me see."), LONG_TEXT], usage=Usage(input=9, output=30, thinking=8))
    assert (LONG_TEXT, True, 8) == (reply.text, reply.complete, reply.usage.thinking)


def test_several_text_blocks_are_one_text():
    """
    Nothing is put between them: a block may end within a sentence.
    """
    assert "It left, and it is late." == claude(["It left", ", and it is late."]).text


def test_a_tool_call_has_no_text_and_is_not_complete():
    """
    "" and not an error; the answer waits for the tool.
    """
    reply = claude(builder.tool_use("find_order", {"order": "1042"}))
    assert ("", "tool_use", False, False) == (reply.text, reply.stop_reason, reply.complete, reply.refused)


@pytest.mark.parametrize(("details", "why"), [
    (builder.refusal("cyber", "Not this."), "Not this."), (builder.refusal("cyber"), "cyber"), (builder.refusal(), "")])
def test_an_empty_refusal_is_read_and_says_why(details, why):
    """
    No block at all; the explanation, else the category, else nothing.
    """
    reply = claude([], stop_details=details)
    assert ("", False, True, why) == (reply.text, reply.complete, reply.refused, reply.refusal)


def test_a_refusal_without_details_is_a_refusal():
    """
    The stop reason is enough.
    """
    assert claude([], stop_reason="refusal").refused


def test_a_reply_knows_its_model_its_request_and_its_cost():
    """
    As the reply says, at list price.
    """
    wire = builder.message(LONG_TEXT, model=HAIKU, usage=Usage(input=1_000, output=1_000), request_id="req_011x")
    reply = ask(answering(wire), QUESTION, model=HAIKU)
    assert (HAIKU, "req_011x", Usage(input=1_000, output=1_000)) == (reply.model, reply.request_id, reply.usage)
    assert economics.cost(reply.usage, HAIKU) == reply.cost


def test_text_of_takes_text_blocks_alone():
    """
    For those who need no more.
    """
    wire = builder.message([builder.thinking(), "One ", builder.tool_use("x", {}), "two"], model=HAIKU)
    message = answering(wire).messages.create(model=HAIKU, max_tokens=9, messages=[{"role": "user", "content": "x"}])
    assert "One two" == text_of(message)


# ---- OpenAI

@pytest.mark.parametrize(("reason", "complete"), [
    ("stop", True), ("length", False), ("content_filter", False), ("tool_calls", False), ("function_call", False)])
def test_openai_calls_the_same_things_otherwise(reason, complete):
    """
    `length` is what Anthropic calls max_tokens.
    """
    reply = gpt(finish_reason=reason, max_completion_tokens=2_000)
    assert (reason, complete, LONG_TEXT) == (reply.stop_reason, reply.complete, reply.text)


def test_openai_content_that_is_none_is_no_text():
    """
    All of the limit went into thinking.
    """
    reply = gpt(None, finish_reason="length", max_completion_tokens=2_000)
    assert ("", False) == (reply.text, reply.complete)


def test_openai_refuses_in_a_field_and_says_stop():
    """
    finish_reason alone would call it an answer.
    """
    reply = gpt(None, refusal="I can't help with that.")
    assert ("", "stop", False, "I can't help with that.") == (
        reply.text, reply.stop_reason, reply.complete, reply.refusal)


def test_openai_tool_calls_are_not_complete_whatever_the_reason_says():
    """
    A forced call ends with "stop".
    """
    call = builder.tool_call("find_order", {"order": "1042"})
    assert not gpt(None, tool_calls=[call], finish_reason="stop").complete


def test_openai_names_the_request_in_a_header():
    """
    x-request-id, which the SDK keeps.
    """
    assert gpt().request_id.startswith("req_CONSTRUCTED")


def test_a_response_that_completed_is_complete():
    """
    The Responses API has a status where chat completions have a reason.
    """
    reply = response([builder.reasoning(), LONG_TEXT])
    assert (LONG_TEXT, "completed", True) == (reply.text, reply.stop_reason, reply.complete)
    assert reply.request_id.startswith("req_CONSTRUCTED")


def test_an_incomplete_response_says_why():
    """
    The reason, which tells more than "incomplete".
    """
    reply = response(incomplete="max_output_tokens", max_output_tokens=16)
    assert ("max_output_tokens", False, 16) == (reply.stop_reason, reply.complete, reply.usage.output)


def test_a_failed_response_is_not_complete():
    """
    Status "failed", with 200.
    """
    reply = response([], error={"code": "server_error", "message": "no"})
    assert ("failed", False, "") == (reply.stop_reason, reply.complete, reply.text)


@pytest.mark.parametrize(("item", "refusal"), [
    (builder.function_call("find_order", {"order": "1042"}), None), (builder.message_item(refusal="No."), "No.")])
def test_a_completed_response_may_hold_no_answer(item, refusal):
    """
    A call that waits, or a refusal: the status says "completed" all the same.
    """
    reply = response(item)
    assert ("completed", False, "", refusal) == (reply.stop_reason, reply.complete, reply.text, reply.refusal)


# ---- what is sent

@pytest.mark.parametrize("system", [None, "", "  \n", []])
def test_an_empty_system_prompt_is_left_out(system):
    """
    The API refuses empty ones; both vendors get none.
    """
    asked = []
    ask(answering(builder.message("x", model=HAIKU), asked=asked), QUESTION, model=HAIKU, system=system)
    chat = answering(builder.chat_completion("x", model=LUNA), vendor="OPENAI", asked=asked)
    ask(chat, QUESTION, model=LUNA, system=system)

    messages = [{"role": "user", "content": QUESTION}]
    assert {"model": HAIKU, "max_tokens": 2_000, "messages": messages} == asked[0]
    assert {"model": LUNA, "max_completion_tokens": 2_000, "messages": messages} == asked[1]


def test_a_system_prompt_goes_where_the_vendor_wants_it():
    """
    A field of its own, or the first message.
    """
    asked = []
    ask(answering(builder.message("x", model=HAIKU), asked=asked), QUESTION, model=HAIKU, system="Be brief.")
    chat = answering(builder.chat_completion("x", model=LUNA), vendor="OPENAI", asked=asked)
    ask(chat, QUESTION, model=LUNA, system="Be brief.")
    assert "Be brief." == asked[0]["system"]
    assert {"role": "system", "content": "Be brief."} == asked[1]["messages"][0]


def test_a_prompt_may_be_a_conversation_and_options_are_the_sdks():
    """
    Messages go as they are; what `ask` doesn't know reaches the SDK.
    """
    asked = []
    talk = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"},
            {"role": "user", "content": QUESTION}]
    ask(answering(builder.message("x", model=HAIKU), asked=asked), talk, model=HAIKU, max_tokens=7,
        stop_sequences=["END"], output_config={"effort": "low"}, timeout=9.0)
    assert {"model": HAIKU, "max_tokens": 7, "messages": talk, "stop_sequences": ["END"],
            "output_config": {"effort": "low"}} == asked[0]


@pytest.mark.parametrize(("call", "message"), [
    (lambda: ask(object(), "x", model=HAIKU), "ask() needs an Anthropic or an OpenAI client; got object."),
    (lambda: ask(answering(None, asynchronous=True), "x", model=HAIKU),
     "AsyncAnthropic is asynchronous: use await ask_async(...) with it."),
    (lambda: asyncio.run(ask_async(answering(None, vendor="OPENAI"), "x", model=LUNA)),
     "OpenAI is not asynchronous: use ask(...) with it."),
    (lambda: ask(answering(None), "x", model=HAIKU, stream=True),
     "ask() waits for the whole reply, so stream=True has no place here: call the SDK itself."),
    (lambda: read("text"), "read() takes a Message, a ChatCompletion or a Response; got str. "
                           "A stream has to end first: take its final message."),
])
def test_what_can_not_work_is_refused_before_anything_is_sent(call, message):
    """
    The mistake, and the way on.
    """
    with pytest.raises(TypeError) as caught:
        call()
    assert message == str(caught.value)


# ---- what is logged

def test_one_call_leaves_one_record_without_a_word_of_it(caplog):
    """
    Who, how it ended, how long, how much; neither prompt nor answer nor key.
    """
    caplog.set_level(logging.DEBUG, logger="llm")
    usage = Usage(input=100, cache_read=900, output=50, thinking=20)
    wire = builder.message(LONG_TEXT, model=HAIKU, usage=usage, request_id="req_011x")
    ask(answering(wire), QUESTION, model=HAIKU, system="Secret policy.", clock=ticking(10.0, 11.23456))

    [record] = [record for record in caplog.records if record.name == "llm"]
    expected = {"request_id": "req_011x", "model": HAIKU, "stop_reason": "end_turn", "complete": True,
                "seconds": 1.235, "input_tokens": 1_000, "cached_tokens": 900, "output_tokens": 50,
                "thinking_tokens": 20, "usd": float(economics.cost(usage, HAIKU).usd)}
    assert logging.INFO == record.levelno
    assert f"reply {json.dumps(expected)}" == record.getMessage()
    assert expected == {name: getattr(record, name) for name in expected}
    everything = str(vars(record))
    for private in (QUESTION, LONG_TEXT, "Secret policy.", "warehouse", "sk-"):
        assert private not in everything


def test_prompt_tokens_mean_the_same_for_both_vendors():
    """
    The whole prompt, the cached part inside, whoever counted.
    """
    usage = Usage(input=100, cache_read=900, output=50)
    fields = [log_fields(reply, 1) for reply in (claude(usage=usage), gpt(usage=usage))]
    assert [(1_000, 900, 50)] * 2 == [(f["input_tokens"], f["cached_tokens"], f["output_tokens"]) for f in fields]


def test_an_unknown_price_or_usage_is_none_and_keeps_the_answer():
    """
    An answer that is paid for is not lost because its bill can't be read.
    """
    unpriced = builder.message(LONG_TEXT, model="claude-of-tomorrow")
    reply = ask(answering(unpriced), QUESTION, model=HAIKU)
    assert (LONG_TEXT, None) == (reply.text, log_fields(reply, 1)["usd"])

    body = builder.chat_completion(LONG_TEXT, model=LUNA).body
    silent = Wire(headers={"content-type": "application/json"}, body={**body, "usage": None})
    reply = ask(answering(silent, vendor="OPENAI"), QUESTION, model=LUNA)
    fields = log_fields(reply, 1)
    assert (LONG_TEXT, None, None, None) == (reply.text, reply.usage, fields["output_tokens"], fields["usd"])
    assert None is json.loads(json.dumps(fields))["input_tokens"]


def test_zero_is_not_unknown():
    """
    A refusal before any output costs nothing, and that is known.
    """
    fields = log_fields(claude([], stop_details=builder.refusal(), usage=Usage(input=9)), 1)
    assert (9, 0, 0.0) == (fields["input_tokens"], fields["output_tokens"], fields["usd"])


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_error_is_logged_once_and_passes_unchanged(caplog, asynchronous):
    """
    The SDK's own exception with its request id; the log has no word of the error, which may repeat the prompt.
    """
    caplog.set_level(logging.DEBUG, logger="llm")
    wire = builder.error(400, "invalid_request_error", f"bad: {QUESTION}", request_id="req_011y")
    failing, given = answering(wire, asynchronous=asynchronous), {"model": HAIKU, "clock": ticking(0.0, 0.5)}
    with pytest.raises(anthropic.BadRequestError) as caught:
        asyncio.run(ask_async(failing, QUESTION, **given)) if asynchronous else ask(failing, QUESTION, **given)

    [record] = [record for record in caplog.records if record.name == "llm"]
    assert "req_011y" == caught.value.request_id == record.request_id
    assert (logging.ERROR, "BadRequestError", 400, 0.5) == (
        record.levelno, record.error, record.status, record.seconds)
    assert QUESTION not in str(vars(record))


def test_an_openai_error_is_logged_alike(caplog):
    """
    Same fields, other SDK.
    """
    wire = builder.openai_error(401, "no", code="invalid_api_key")
    with pytest.raises(openai.AuthenticationError) as caught:
        ask(answering(wire, vendor="OPENAI"), QUESTION, model=LUNA)
    [record] = [record for record in caplog.records if record.name == "llm"]
    assert (401, caught.value.request_id) == (record.status, record.request_id)


def test_an_unknown_option_is_the_sdks_type_error():
    """
    `temperature` is gone from the SDK: the mistake shows before anything is sent.
    """
    asked = []
    with pytest.raises(TypeError, match="unexpected keyword argument 'temperature'"):
        ask(answering(builder.message("x", model=HAIKU), asked=asked), QUESTION, model=HAIKU, temperature=0)
    assert [] == asked


def test_nothing_is_tried_twice_but_by_the_sdk():
    """
    Two retries of the SDK, three requests: no loop of our own around them.
    """
    asked = []
    with pytest.raises(anthropic.OverloadedError):
        ask(answering(builder.error(529, "overloaded_error", "Overloaded"), asked=asked), QUESTION, model=HAIKU)
    assert 3 == len(asked)


def test_nothing_is_printed_and_no_sdk_is_loaded():
    """
    Import costs no SDK; without a configured log even an error writes nothing to the terminal.
    """
    code = ("import sys; from helpers.calling import LOG\nLOG.error('x')\n"
            "print([m for m in ('anthropic', 'openai', 'IPython') if m in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ("[]", "") == (run.stdout.strip(), run.stderr)
    assert "llm" == LOG.name


# ---- asynchronous

def test_ask_async_reads_as_ask_does():
    """
    Both vendors, the same reply.
    """
    wire, chat = builder.message(LONG_TEXT, model=HAIKU), builder.chat_completion(LONG_TEXT, model=LUNA)

    async def both():
        return (await ask_async(answering(wire, asynchronous=True), QUESTION, model=HAIKU),
                await ask_async(answering(chat, vendor="OPENAI", asynchronous=True), QUESTION, model=LUNA))

    one, two = asyncio.run(both())
    assert ask(answering(wire), QUESTION, model=HAIKU) == one
    assert ask(answering(chat, vendor="OPENAI"), QUESTION, model=LUNA) == two


# ---- how a reply shows itself

def test_a_reply_shows_its_text_first_then_its_facts():
    """
    In a terminal and in a notebook.
    """
    reply = Reply(text="It left.", stop_reason="max_tokens", complete=False, usage=Usage(input=9, output=4),
                  model=HAIKU, request_id="req_1")
    assert "It left.\n[max_tokens, not complete · 9 input + 4 output tokens · req_1]" == str(reply)
    html = reply._repr_html_()
    facts = "max_tokens, <strong>NOT COMPLETE</strong> · 9 input + 4 output tokens · req_1"
    assert html.index("It left.") < html.index(facts)


def test_a_reply_without_text_or_ids_says_so():
    """
    Never an empty cell.
    """
    reply = Reply(text="", stop_reason=None, complete=False, usage=None, model=HAIKU, request_id=None)
    assert "(no text)\n[None, not complete · usage unknown · no request id]" == str(reply)
    assert "<em>(no text)</em>" in reply._repr_html_()


def test_an_answer_is_shown_as_text_whatever_it_holds():
    """
    No markup of a model's runs, no picture is fetched, and two amounts are no formula.
    """
    html = Reply(text='<img src=x onerror=alert(1)> ![](http://x.example) $5 or $6', stop_reason="end_turn",
                 complete=True, usage=None, model=HAIKU, request_id=None)._repr_html_()
    assert "&lt;img src=x onerror=alert(1)&gt; ![](http://x.example)" in html
    assert "<span>$</span>5 or <span>$</span>6" in html
    assert "<img" not in html


def test_a_reply_can_not_be_changed():
    """
    A value: equal to its like; the cost is there, and out of the way of its repr.
    """
    reply = claude()
    with pytest.raises(AttributeError):
        reply.complete = True
    assert claude() == reply
    assert isinstance(reply.cost, Cost)
    assert "cost" not in repr(reply)
