"""Whatever a model sends back: eight failures and the layer that catches each, and any JSON at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from structured_kit import CLAUDE, FORMATS, ORDER, SHIRTS, TEXT, TOOLS, WAYS, Order, enveloped, run

from helpers.structured import NeedsHuman, Repaired, Valid, judge
from helpers.wire import builder

every = pytest.mark.parametrize("way", WAYS, ids=str)
RIGHT = enveloped(SHIRTS)
NEEDED = ("product", "colour", "size", "quantity")


def without(*names):
    """The order without these."""
    return {name: part for name, part in SHIRTS.items() if name not in names}


def in_text(order):
    """A rule: the colour stands in the message."""
    return None if order.colour in TEXT else f"colour: {order.colour} isn't in the message"


# ---- The gallery

@pytest.mark.parametrize(("data", "layer", "problem"), [
    ({**SHIRTS, "quantity": "two"}, "shape", "quantity: Input should be a valid integer; got 'two'"),
    ({**SHIRTS, "size": "large"}, "shape", "size: Input should be 'S', 'M' or 'L'; got 'large'"),
    (without("quantity"), "shape", "quantity: Field required"),
    ({**SHIRTS, "quantity": 0}, "shape", "quantity: Input should be greater than or equal to 1; got 0"),
    ({**SHIRTS, "product": None}, "shape", "product: Input should be a valid string; got None"),
    ({**SHIRTS, "product": ""}, "shape", "product: String should have at least 1 character; got ''"),
    ({**SHIRTS, "quantity": "2"}, "shape", "quantity: Input should be a valid integer; got '2'"),
    ({**SHIRTS, "quantity": True}, "shape", "quantity: Input should be a valid integer; got True"),
    ({**SHIRTS, "quantity": 2.5}, "shape", "quantity: Input should be a valid integer; got 2.5"),
    ({**SHIRTS, "colour": "sky blue"}, "rule", "colour: sky blue isn't in the message"),
])
@every
def test_each_mistake_is_caught_by_its_layer_whichever_way_it_came(way, data, layer, problem):
    """
    What strict decoding would prevent is caught as well: not every request is strict, and not every server holds to it.
    """
    result = run(way, way.reply(enveloped(data)), way.reply(RIGHT), rules=[in_text])
    assert (Repaired, ORDER) == (type(result), result.value)
    assert (layer, (problem,)) == (result.attempts[0].caught_by, result.attempts[0].problems)
    assert (layer, (problem,)) == (judge(data, Order, [in_text]).caught_by, judge(data, Order, [in_text]).problems)


@every
def test_capitals_are_no_mistake(way):
    """
    Strict decoding doesn't promise them, so a repair for "Navy" would pay for nothing.
    """
    result = run(way, way.reply(enveloped({**SHIRTS, "colour": "Navy", "size": "m"})))
    assert (Valid, ORDER) == (type(result), result.value)


@every
def test_null_for_what_may_be_left_out_is_no_mistake(way):
    """
    It is how OpenAI's strict mode leaves something out; the model's own default takes its place.
    """
    assert ORDER == run(way, way.reply(enveloped({**SHIRTS, "gift_note": None}))).value


@every
def test_a_whole_number_with_a_point_is_no_mistake(way):
    """
    JSON has one kind of number.
    """
    assert ORDER == run(way, way.reply(enveloped({**SHIRTS, "quantity": 2.0}))).value


@every
def test_an_order_without_its_envelope_is_taken(way):
    """
    What isn't held to the schema may leave it out; what is inside is checked all the same.
    """
    assert (Valid, ORDER) == (type(run(way, way.reply(SHIRTS))), run(way, way.reply(SHIRTS)).value)
    result = run(way, way.reply(without("size")), way.reply(RIGHT))
    assert (Repaired, ("size: Field required",)) == (type(result), result.attempts[0].problems)


@every
def test_empty_arguments_are_an_order_without_anything(way):
    """
    `{}`: each field that must be there is named.
    """
    result = run(way, way.reply({}), way.reply(RIGHT))
    assert isinstance(result, Repaired)
    assert tuple(f"{name}: Field required" for name in NEEDED) == result.attempts[0].problems


def test_openais_empty_arguments_are_an_empty_object():
    """
    "" is how a call without arguments arrives.
    """
    way = next(way for way in TOOLS if way.vendor == "openai")
    result = run(way, way.reply(""), way.reply(RIGHT))
    assert "product: Field required" == result.attempts[0].problems[0]


@every
def test_a_value_and_a_reason_against_it_contradict_each_other(way):
    """
    Which of the two is meant, the model has to say.
    """
    result = run(way, way.reply(enveloped(SHIRTS, "it is a question")), way.reply(RIGHT))
    assert ("there is both a value in order and, in none_because, a reason why there is none: give one of them, and "
            "leave the other null or empty",) == result.attempts[0].problems
    assert ORDER == result.value


@pytest.mark.parametrize("data", [
    {"order": None}, {"order": None, "none_because": ""}, {"order": None, "none_because": None},
    {"none_because": " "}, {"order": None, "none_because": "  "}])
def test_none_needs_a_reason(data):
    """
    An order that was left out would else count as "there is none", and nobody would look again.
    """
    result = run(CLAUDE, CLAUDE.reply(data), CLAUDE.reply(enveloped(None, "a question")))
    assert (Repaired, None, "a question") == (type(result), result.value, result.none_because)
    assert (("order is missing or null, and none_because is empty: give the order, or say why there is none",)
            == result.attempts[0].problems)


@every
@pytest.mark.parametrize("data", [{**enveloped(SHIRTS), "discount": 20}, enveloped({**SHIRTS, "discount": 20})])
def test_a_key_that_nobody_asked_for_is_told(way, data):
    """
    The schema that was sent is closed, and so is what is accepted.
    """
    result = run(way, way.reply(data), way.reply(RIGHT))
    assert (Repaired, "shape") == (type(result), result.attempts[0].caught_by)
    assert "discount" in result.attempts[0].problems[0]


def test_a_key_that_comes_twice_is_no_json():
    """
    Which of the two quantities was meant? json.loads would take the last.
    """
    for way in (one for one in WAYS if one.vendor == "openai" and not one.by_tool):
        text = json.dumps(enveloped(SHIRTS)).replace('"quantity"', '"quantity": 99, "quantity"')
        result = run(way, builder.chat_completion(text, model=way.model), way.reply(RIGHT))
        assert ("this is no JSON: the key 'quantity' comes twice",) == result.attempts[0].problems


@pytest.mark.parametrize(("data", "problem"), [
    ({"order": 7, "none_because": ""}, "the whole: Input should be an object"),
    ({"order": SHIRTS, "none_because": 7}, "none_because: a text was asked for; got 7"),
    ({"order": [SHIRTS], "none_because": ""}, "the whole: Input should be an object"),
])
def test_what_is_wrong_with_the_envelope_is_said(data, problem):
    """
    In words that a model can follow.
    """
    [found] = run(CLAUDE, CLAUDE.reply(data), CLAUDE.reply(RIGHT)).attempts[0].problems
    assert found.startswith(problem)


@pytest.mark.parametrize("text", [
    "Two shirts.", '{"order"', "{'order': 1}", "[" * 100_000, '{"order": NaN}', "```json\n{}\n```", "{} {}", "\ufeff{}",
    '{"order": {"quantity": 1' + "0" * 5_000 + "}}"])
@pytest.mark.parametrize("way", [*FORMATS, TOOLS[-1]], ids=str)
def test_what_is_no_json_is_not_mended(way, text):
    """
    No brackets are closed, no fences cut: it goes back with what the parser says.
    """
    result = run(way, way.reply(text), way.reply(RIGHT))
    assert (Repaired, "shape") == (type(result), result.attempts[0].caught_by)
    assert result.attempts[0].problems[0].startswith("this is no JSON: ")


@pytest.mark.parametrize("text", ["null", "7", '"text"', "[]", "true"])
def test_json_that_is_no_object_is_sent_back(text):
    """
    JSON mode would promise no more than this.
    """
    for way in FORMATS:
        result = run(way, way.reply(text), way.reply(RIGHT))
        assert result.attempts[0].problems[0].startswith("an object was asked for; got ")


def test_a_completion_without_choices_is_for_a_person():
    """
    No end is said, so nothing is trusted.
    """
    way = FORMATS[-1]
    reply = way.reply(RIGHT)
    reply.body["choices"] = []
    assert "the reply does not say how it ended" == run(way, reply).reason


def test_a_custom_call_of_openais_is_sent_back():
    """
    A tool that takes text and no JSON; nobody offered one.
    """
    way = next(way for way in TOOLS if way.vendor == "openai")
    call = {"id": "call_1", "type": "custom", "custom": {"name": "record_order", "input": "two shirts"}}
    result = run(way, builder.chat_completion("x", model=way.model), way.reply(RIGHT))
    assert "calls" == result.attempts[0].caught_by
    reply = way.reply(RIGHT)
    reply.body["choices"][0]["message"]["tool_calls"] = [call]
    result = run(way, reply, way.reply(RIGHT))
    assert (Repaired, ("'custom' was called, and there is no such tool",)) == (
        type(result), result.attempts[0].problems)


# ---- Any JSON at all

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-10**20, 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from(["navy", "NAVY", "M", "shirt"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["order", "none_because", "product", "colour", "size", "quantity", "gift_note", "x"]), inner,
        max_size=6), max_leaves=12)
orders = st.fixed_dictionaries(
    {"product": st.just("shirt") | json_values, "colour": st.sampled_from(["navy", "Navy", "red"]) | json_values,
     "size": st.sampled_from(["M", "m", "XL"]) | json_values, "quantity": st.integers(-1, 101) | json_values},
    optional={"gift_note": json_values, "extra": json_values})
reasons = st.sampled_from(["", "a question"]) | json_values
offers = json_values | orders | st.builds(enveloped, orders | json_values, reasons)


def offered(way, data):
    """A reply with any JSON value in the place of the input."""
    if way.vendor == "anthropic" and way.by_tool:
        block = {**builder.tool_use("record_order", {}, id="toolu_1"), "input": data}
        return builder.message(block, model=way.model, usage={"input_tokens": 9, "output_tokens": 9})
    return way.reply(json.dumps(data))


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")   # the SDK's, about an input that is no object
@settings(max_examples=60)
@given(offers, offers, st.sampled_from(WAYS))
def test_no_json_value_breaks_it(first, second, way):
    """
    At most two requests, one of three results, and never a value that the model class would not take.
    """
    asked = []
    result = run(way, offered(way, first), offered(way, second), asked=asked, rules=[in_text])
    assert len(asked) == len(result.attempts) <= 2
    assert result.usage.total
    if result.value is not None:
        assert isinstance(result, Valid | Repaired)
        assert result.value == Order.model_validate_json(result.value.model_dump_json(), strict=True)
        assert in_text(result.value) is None
    assert all(attempt.problems for attempt in result.attempts) == isinstance(result, NeedsHuman)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10) | offers)
def test_any_value_can_be_judged(data):
    """
    Also NaN, and half a surrogate.
    """
    found = judge(data, Order, [in_text])
    assert (found.value is None and found.none_because is None) == bool(found.problems) == bool(found.caught_by)


@pytest.mark.parametrize("price", [float("nan"), float("inf"), -float("inf")])
def test_what_json_has_no_number_for_is_no_number(price):
    """
    Python's parser lets NaN through, and pydantic takes it for a float.
    """
    class Priced(BaseModel):
        price: float

    assert ("shape", 2.5) == (judge({"price": price}, Priced).caught_by, judge({"price": 2.5}, Priced).value.price)


@pytest.mark.parametrize("product", ["\ud800", "a" * 10**6, "\x00"])
def test_odd_texts_are_judged(product):
    """
    Half a surrogate is no text; a long one and a zero byte are.
    """
    found = judge({**SHIRTS, "product": product}, Order)
    assert ("shape" if product == "\ud800" else "") == found.caught_by


def test_brackets_without_end_are_judged():
    """
    A problem, and no RecursionError.
    """
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert "shape" == judge({**SHIRTS, "product": deep}, Order).caught_by
    assert "shape" == judge(deep, Order).caught_by
