"""The support bot: six parts behind one answer, and what each can do wrong without taking the bot along."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from helpers.clock import VirtualClock
from helpers.economics import find_model, model_id
from helpers.sse import SSEParser
from helpers.structured.envelopes import envelope_for
from helpers.support_bot import LESSONS, NAIVE, PARTS, Parts, Settings, SupportBot, naive, reference
from helpers.support_bot.orders import COLOURS, FIELDS, ORDER_TOOL, in_words, order_class, order_tool, problems
from helpers.support_bot.parts import thinking_off
from helpers.wire import builder, clients, rules
from helpers.wire.faults import Faults
from helpers.wire.scripted import Ask, Scripted

MODEL = model_id("default")
ORDER = {"product": "linen shirt", "colour": "navy", "size": "M", "quantity": 2}
SAID = "Three to five working days."


class Desk:
    """A shop that remembers."""

    def __init__(self) -> None:
        self.booked: list[Any] = []
        self.handed_over: list[str] = []

    def book(self, customer: str, order: Any) -> None:
        self.booked.append((customer, dict(order)))

    def hand_over(self, customer: str, text: str, reason: str) -> None:
        self.handed_over.append(reason)


class Bench:
    """A bot on the real SDK, with all that can be seen of it."""

    def __init__(self, parts: Parts | None = None, *, faults: list[str] | None = None,
                 script: Callable[[Ask], Any] | None = None, **options: Any) -> None:
        self.clock, self.desk, self.asked, self.raw = VirtualClock(), Desk(), [], b""
        self._script = script or (lambda ask: builder.message(SAID, model=ask.model))
        transport = Faults(Scripted(self._note, self.clock), faults or [], self.clock)
        client = clients.build("ANTHROPIC", transport, self.clock, asynchronous=False, live=False, max_retries=0)
        self.bot = SupportBot(client, parts or Parts(), model=MODEL, system="You are the shop.",
                              catalogue="A shirt: 20.00.", shop=self.desk, sleep=self.clock.sleep,
                              date=lambda: "Friday 27 November 2026, 18:00",
                              rng=lambda: 0.5, **options)

    def _note(self, ask: Ask) -> Any:
        self.asked.append(ask.body)
        return self._script(ask)

    def write(self, data: bytes) -> None:
        self.raw += data

    def answer(self, text: str = "How long does delivery take?", **options: Any) -> Any:
        self.raw = b""
        return self.bot.answer("Ben", text, self.write, **options)

    @property
    def events(self) -> list[tuple[str, str]]:
        return [(event.event, json.loads(event.data)["text"]) for event in SSEParser().feed(self.raw)]


def with_call(given: Any, **options: Any) -> Callable[[Ask], Any]:
    """A script that calls the order tool."""
    return lambda ask: builder.message(builder.tool_use("record_order", given), model=ask.model, **options)


# ---- a question

def test_an_answer_comes_in_pieces_and_ends_with_its_ending():
    """
    Deltas whose texts join to the answer, then done.
    """
    bench = Bench()
    outcome = bench.answer()

    assert ("complete", SAID) == (outcome.ending, outcome.text)
    *deltas, done = bench.events
    assert len(deltas) > 1
    assert SAID == "".join(text for _, text in deltas)
    assert {"delta"} == {event for event, _ in deltas}
    assert ("done", "complete") == done


def test_without_a_stream_the_answer_is_one_piece():
    """
    The same events, one delta, and no stream on the wire.
    """
    bench = Bench()

    assert "complete" == bench.answer(stream=False).ending
    assert [("delta", SAID), ("done", "complete")] == bench.events
    assert "stream" not in bench.asked[0]


def test_without_a_stream_a_limit_is_told_as_well():
    """
    stop_reason max_tokens is no whole answer.
    """
    bench = Bench(script=lambda ask: builder.message(SAID, model=ask.model, stop_reason="max_tokens", max_tokens=9))
    assert "truncated" == bench.answer(stream=False).ending
    assert ("done", "truncated") == bench.events[-1]


def test_the_next_question_carries_the_conversation():
    """
    Question and answer are in the next request, the new question last; another customer's are not.
    """
    bench = Bench()
    bench.answer("One?")
    bench.answer("Two?")
    bench.bot.answer("Ida", "Three?", bench.write)

    texts = [[block["text"] for message in body["messages"] for block in message["content"]] for body in bench.asked]
    assert ["One?", SAID, "Two?"] == texts[1][:3]
    assert "Three?" == texts[2][0]


@pytest.mark.parametrize("fault", ["error after 2 deltas", "cut after 2 deltas", "400", "spend limit"])
def test_what_went_wrong_is_not_remembered(fault):
    """
    Half an answer, or none, is no part of the conversation: the question is there once when it is asked again.
    """
    bench = Bench(faults=[fault])
    assert "complete" != bench.answer().ending
    assert "complete" == bench.answer().ending
    assert 1 == len(bench.asked[-1]["messages"])


def test_a_stored_conversation_is_taken_up():
    """
    `load` puts earlier messages in front.
    """
    bench = Bench()
    bench.bot.load("Ben", [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello, Ben."}])
    bench.answer()
    assert 3 == len(bench.asked[0]["messages"])


def test_the_retry_part_gets_the_settings():
    """
    Whoever moves a slider moves what `retry` is called with.
    """
    seen = {}

    def mine(send, **named):
        seen.update(named)
        return send()

    Bench(Parts(retry=mine), settings=Settings(max_attempts=3, budget_s=9.0)).answer()
    assert {"max_attempts": 3, "base_s": 1.0, "cap_s": 20.0, "budget_s": 9.0} == {
        name: seen[name] for name in seen if name not in ("sleep", "rng")}


# ---- an order

def test_an_order_is_booked_and_read_back():
    """
    What the shop books is what the page says.
    """
    bench = Bench(script=with_call({"none_because": "", "order": ORDER}))

    assert "booked" == bench.answer("Two linen shirts, navy, M.", box="order").ending
    assert [("Ben", ORDER)] == bench.desk.booked
    assert [("delta", f"Booked: {in_words(ORDER)}. Thank you."), ("done", "complete")] == bench.events


def test_what_is_no_order_is_answered_as_a_question():
    """
    Two requests: the tool says none, then the chat answers.
    """
    def script(ask):
        return with_call({"none_because": "a question", "order": None})(ask) if "record_order" in str(
            ask.body.get("tools")) else builder.message(SAID, model=ask.model)

    bench = Bench(script=script)
    assert "complete" == bench.answer(box="order").ending
    assert ([], 2) == (bench.desk.booked, len(bench.asked))


def test_what_stays_wrong_goes_to_a_person():
    """
    A colour that isn't there, twice: nothing is booked, and the reason goes along.
    """
    bench = Bench(script=with_call({"none_because": "", "order": {**ORDER, "colour": "mauve"}}))
    assert "handed over" == bench.answer(box="order").ending
    assert ([], 1) == (bench.desk.booked, len(bench.desk.handed_over))
    assert "colour" in bench.desk.handed_over[0]


def test_an_order_that_was_cut_off_is_asked_for_with_more_room():
    """
    The second request is the first one again, with a larger limit: nothing of the half is sent back.
    """
    def script(ask):
        small = ask.body["max_tokens"] == Settings().order_tokens
        order = {"product": "linen shirt"} if small else ORDER
        options = {"stop_reason": "max_tokens", "max_tokens": ask.body["max_tokens"]} if small else {}
        return with_call({"none_because": "", "order": order}, **options)(ask)

    bench = Bench(script=script)
    assert "booked" == bench.answer("Two linen shirts, navy, M.", box="order").ending
    assert [1, 1] == [len(body["messages"]) for body in bench.asked]
    assert bench.asked[1]["max_tokens"] > bench.asked[0]["max_tokens"]


@pytest.mark.parametrize("model", [MODEL, "claude-sonnet-5-5"])
def test_the_requests_break_no_documented_rule(model):
    """
    Orders and thinking as each model takes them, forced or asked for.
    """
    body = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "x"}], **order_tool(model)}
    assert rules.violation("/v1/messages", {}, body, find_model) is None
    plain = {key: body[key] for key in ("model", "max_tokens", "messages")}
    assert rules.violation("/v1/messages", {}, plain | thinking_off(model), find_model) is None
    assert thinking_off(model)


def test_the_order_tool_asks_for_what_the_production_room_asks_for():
    """
    Same name, same two properties: a reply to the one is read by the other.
    """
    envelope = envelope_for(order_class(), "anthropic")
    assert envelope.tool == ORDER_TOOL["name"]
    assert set(ORDER_TOOL["input_schema"]["properties"]) == set(envelope.strict.schema["properties"])


@pytest.mark.parametrize(("order", "words"), [
    (ORDER, []), ({**ORDER, "quantity": 0}, ["quantity"]), ({**ORDER, "quantity": True}, ["quantity"]),
    ({**ORDER, "quantity": 100}, ["quantity"]), ({**ORDER, "size": "XL"}, ["size"]), ({**ORDER, "product": " "},
                                                                                     ["product"]),
    ({**ORDER, "discount": 5}, ["discount"]), ({}, list(FIELDS)), (None, ["an order"]), ({**ORDER, "colour": ["navy"]},
                                                                                       ["colour"])])
def test_problems_names_each_field(order, words):
    """
    One complaint for each, and none of a good order.
    """
    found = problems(order)
    assert len(words) == len(found)
    assert all(complaint.startswith(word) for word, complaint in zip(words, found, strict=True))


# ---- parts that do not do what they should

def boom(*_: Any, **__: Any) -> Any:
    raise KeyError("mine")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("wrong", [boom, lambda *_, **__: None, lambda *_, **__: 7, lambda *_, **__: ("a", "b", "c")])
def test_a_broken_part_costs_one_answer(part, wrong):
    """
    The customer gets words, the outcome names the part, and the bot lives on.
    """
    bench = Bench(replace(Parts(), **{part: wrong}), script=with_call({"none_because": "", "order": ORDER}))
    outcome = bench.answer(box="order" if part == "extract" else "chat")

    assert ("broken", part) == (outcome.ending, outcome.part)
    assert [("error", "Something went wrong on our side. A colleague has been told.")] == [
        (event, text) for event, text in bench.events if event == "error"]
    assert [] == bench.desk.booked
    assert "broken" == bench.answer(box="order" if part == "extract" else "chat").ending


def test_a_relay_that_fails_is_not_taken_for_the_streams_failure():
    """
    The naive stream part swallows whatever is raised; the bot still knows who raised it.
    """
    outcome = Bench(replace(NAIVE, relay=boom)).answer()
    assert ("broken", "relay") == (outcome.ending, outcome.part)


def test_a_body_that_cannot_be_sent_is_the_layouts_fault():
    """
    The SDK's TypeError for a field that it does not know, or that is no JSON, is not the API's refusal.
    """
    asked = [{"role": "user", "content": "Hello"}]
    outcome = Bench(Parts(layout=lambda *_: {"messages": asked, "documents": "..."})).answer()
    assert ("broken", "layout") == (outcome.ending, outcome.part)


def test_an_order_that_is_called_valid_is_looked_at_again():
    """
    What the shop would refuse is never booked, whatever the part says.
    """
    bench = Bench(Parts(extract=lambda *_: ("valid", {**ORDER, "quantity": 0})))
    assert ("broken", "extract") == ((outcome := bench.answer(box="order")).ending, outcome.part)
    assert [] == bench.desk.booked


def test_a_part_works_on_copies():
    """
    A layout that marks tools and history in place changes this request and no later one.
    """
    def marking(tools, system, catalogue, history, question, now):
        for part in (*tools, *history):
            part["cache_control"] = {"type": "ephemeral"}
        return {"messages": [{"role": "user", "content": question}]}

    tools = [{"name": "find_order", "input_schema": {"type": "object"}}]
    bench = Bench(Parts(layout=marking), tools=tools)
    bench.bot.load("Ben", earlier := [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}])
    assert "complete" == bench.answer().ending
    assert "cache_control" not in str((tools, earlier))


def test_a_memory_that_loses_the_question_is_told():
    """
    An empty list, or one that ends with something else.
    """
    for memory in (lambda *_: [], lambda messages, *_: messages[:-1] or [{"role": "user", "content": "?"}]):
        assert "memory" == Bench(Parts(memory=memory)).answer().part


def test_the_apis_error_is_told_as_such():
    """
    Not the part's fault: the customer hears that we can't answer at the moment.
    """
    outcome = Bench(faults=["spend limit"]).answer()
    assert "refused" == outcome.ending
    assert "EnforcedSpendLimitReachedError" == type(outcome.error).__name__
    assert "refused: EnforcedSpendLimitReachedError 429" == str(outcome)


def test_parts_refuse_what_cannot_be_called():
    """
    At once, with the name of the part.
    """
    with pytest.raises(TypeError, match=r"retry must be a function; got 3\. Leave it out for the reference\."):
        Parts(retry=3)


# ---- the two sets of parts

def test_each_part_has_a_lesson_and_two_versions():
    """
    Same six names everywhere; no part is the other version's.
    """
    assert set(PARTS) == set(LESSONS)
    for name in PARTS:
        assert getattr(reference, name) is getattr(Parts(), name)
        assert getattr(naive, name) is getattr(NAIVE, name)
        assert getattr(naive, name) is not getattr(reference, name)


def test_on_an_ordinary_evening_the_naive_parts_do_as_well():
    """
    Nobody would have written them otherwise.
    """
    bench = Bench(NAIVE)
    assert ("complete", SAID) == ((outcome := bench.answer()).ending, outcome.text)
    assert SAID == "".join(text for event, text in bench.events if event == "delta")
    order = Bench(NAIVE, script=with_call({"none_because": "", "order": ORDER}))
    order.answer(box="order")
    assert [("Ben", ORDER)] == order.desk.booked


def test_the_references_budget_counts_the_waits():
    """
    As in exercise 02-2: no retry begins after more than budget_s seconds of waiting.
    """
    bench = Bench(faults=["429 retry-after 5"] * 9, settings=Settings(budget_s=12.0))
    assert "refused" == bench.answer().ending
    assert 10 <= bench.clock.now() <= 13


def test_colours_are_the_lessons():
    """
    Lesson 04 orders in these three.
    """
    assert ("navy", "sky blue", "white") == COLOURS
