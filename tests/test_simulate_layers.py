"""The failure gallery and the schema playground: what our code says is computed, what a server would say is cited."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from pydantic import BaseModel, Field
from structured_kit import Order

from helpers.scenarios.lesson_04 import ORDER, TOOL_PROMPT
from helpers.settings import RECORDINGS
from helpers.simulate.layers import LAYERS, gallery
from helpers.simulate.playground import INPUTS, inspect
from helpers.simulate.slips import SLIPS
from helpers.structured import to_strict
from helpers.wire.recording import Tape
from helpers.wire.rules_schema import schema_problem

MARKS = {"caught": "✓", "passes": "✗", "not asked": "·"}
COMPUTED = [layer for layer in LAYERS if layer != "strict tool"]


class Basket(BaseModel):
    """Several orders."""

    orders: list[Order] = Field(min_length=1, max_length=20)


class Stock(BaseModel):
    """Free keys."""

    pieces: dict[str, int]


class Flat(BaseModel, extra="forbid"):
    """Strict as it is, for Anthropic; and for OpenAI, since nothing in it is optional."""

    product: str
    size: Literal["S", "M", "L"]


@pytest.fixture(scope="module")
def cases():
    """Name -> case."""
    return {case.name: case for case in gallery(Order)}


# ---- the gallery

def test_eight_failures_meet_six_layers(cases):
    """
    The whole table, a row a layer: as the lesson shows it.
    """
    table = {layer: "".join(MARKS[case.verdicts[layer].kind] for case in cases.values()) for layer in LAYERS}
    assert {
        "prompt only":         "✗✗✗✗✓✓✓✗",
        "tool":                "✗✗✗✗✗✗✓✗",
        "strict tool":         "✓✓✓✗✗✗✗✗",
        "stop reason & calls": "✗✗✗✗✓✓✓✗",
        "validator":           "✓✓✓✗✗✗·✗",
        "business rule":       "···✓✗✗·✗",
    } == table


def test_the_folded_answers_of_the_lesson_are_so(cases):
    """
    (a) a cut passes validator and rule; (b) the rule alone stops the invented order; (d) the wrong fact passes all.
    """
    assert ("prompt only", "stop reason & calls") == cases["cut off"].caught_by
    assert ("business rule",) == cases["invented value"].caught_by
    assert () == cases["wrong fact"].caught_by
    assert ["wrong fact"] == [name for name, case in cases.items() if not case.caught_by]


def test_strict_prevents_what_the_validator_finds_and_nothing_else(cases):
    """
    (c) of the folded answers: it saves repairs, it replaces no other layer.
    """
    by = {layer: [name for name, case in cases.items() if layer in case.caught_by] for layer in LAYERS}
    assert by["strict tool"] == by["validator"] == ["wrong type", "bad choice", "missing field"]


def test_only_the_strict_layer_is_cited(cases):
    """
    Everything else comes out of running our code.
    """
    for case in cases.values():
        assert ["strict tool"] == [layer for layer, verdict in case.verdicts.items() if verdict.documented]


@pytest.mark.parametrize(("name", "layer", "words"), [
    ("wrong type", "validator", "quantity: Input should be a valid integer; got 'two'"),
    ("missing field", "validator", "quantity: Field required"),
    ("invented value", "business rule", "product: 'shirt' doesn't stand in the message"),
    ("cut off", "stop reason & calls", "the reply was cut off at 100 tokens"),
    ("cut off", "prompt only", "json.loads raises: Unterminated string"),
    ("two calls", "stop reason & calls", "2 calls came where one was asked for"),
    ("cut off", "prompt only", "It checks nothing; this text is no JSON"),
    ("two calls", "tool", "and drops 1 more call"),
    ("no call", "tool", "crashes: no block of type tool_use, so next() raises StopIteration"),
    ("wrong type", "business rule", "there is no valid order to look at"),
    ("missing field", "strict tool", "so one is written, said or not"),
    ("no call", "stop reason & calls", "record_order was not called"),
    ("no call", "validator", "there is no input to look at"),
])
def test_a_verdict_quotes_who_gave_it(cases, name, layer, words):
    """
    The production code's own words, json's, or Python's.
    """
    assert words in cases[name].verdicts[layer].words


def test_a_stricter_model_changes_the_verdicts():
    """
    Computed, not a table: where the gift note is required, the validator sees the cut, too.
    """
    class Noted(Order):
        gift_note: str

    (cut,) = [case for case in gallery(Noted) if case.name == "cut off"]
    assert "caught" == cut.verdicts["validator"].kind
    assert "gift_note: Field required" == cut.verdicts["validator"].words


def test_a_laxer_model_lets_the_word_through():
    """
    A quantity that may be a text is no wrong type.
    """
    class Loose(Order):
        quantity: int | str

    assert "passes" == gallery(Loose)[0].verdicts["validator"].kind


def test_each_failure_is_told_in_full():
    """
    A sentence, a message, a reply, a reason; names short enough for the head of a column.
    """
    assert len(SLIPS) == len({slip.name for slip in SLIPS}) == 8
    for slip in SLIPS:
        assert slip.what.endswith(".")
        assert slip.text
        assert slip.written
        assert slip.documented
        assert len(slip.name) <= 14
        assert slip.calls or slip.said


def test_what_a_reply_lacks_the_message_has():
    """
    Where the quantity is missing the customer had stated it: strict decoding would not make one up.
    """
    (missing,) = [slip for slip in SLIPS if slip.name == "missing field"]
    assert missing.text.startswith("Two ")
    assert "quantity" not in missing.calls[0]


# ---- the playground

def test_what_can_not_be_sent_moves_and_comes_back():
    """
    Anthropic holds no bound of this order, OpenAI the numbers'.
    """
    found = inspect(Order, INPUTS["right"], "anthropic")
    assert ("product: at least 1 character", "quantity: at least 1", "quantity: at most 99") == found.moved
    assert ("objects closed (additionalProperties: false)",) == found.changes
    assert "'additionalProperties' must be explicitly set to false" in found.refused
    assert not found.strict_as_it_is
    assert () == found.kept
    openai = inspect(Order, INPUTS["right"], "openai")
    assert ("quantity: at least 1", "quantity: at most 99") == openai.kept
    assert ("product: at least 1 character",) == openai.moved
    assert "gift_note: required now, and may be null" in openai.changes
    assert "" == openai.refused


@pytest.mark.parametrize("vendor", ["anthropic", "openai"])
def test_a_schema_that_is_strict_already_says_so(vendor):
    """
    Closed, without bounds, without options: nothing to change, no 400.
    """
    found = inspect(Flat, {"product": "shirt", "size": "M"}, vendor)
    assert found.strict_as_it_is
    assert () == found.problems


def test_the_400_is_gone_after_to_strict():
    """
    The rule that refused the schema as it is has nothing against what `to_strict` makes of it.
    """
    for model in (Order, Basket, Flat):
        assert schema_problem(to_strict(model.model_json_schema()).schema) is None


def test_what_can_not_be_strict_says_why_and_judges_nothing():
    """
    Free keys: no schema, so no input.
    """
    found = inspect(Stock, INPUTS["right"], "anthropic")
    assert "an object must name all its properties" in found.impossible
    assert ((), None, None) == (found.problems, found.accepted, found.data)


@pytest.mark.parametrize(("name", "problems", "accepted"), [
    ("right", (), INPUTS["right"]),
    ('quantity "two"', ("quantity: Input should be a valid integer; got 'two'",), None),
    ("quantity 0", ("quantity: Input should be greater than or equal to 1; got 0",), None),
    ("quantity 2.0", (), INPUTS["right"]),
    ('colour "Navy"', (), INPUTS["right"]),
    ("no size", ("size: Field required",), None),
])
def test_inputs_are_judged_as_extract_judges_them(name, problems, accepted):
    """
    pydantic's words; capitals and 2.0 are put right before it.
    """
    found = inspect(Order, INPUTS[name], "anthropic")
    assert (problems, accepted) == (found.problems, found.accepted)


def test_a_model_with_one_list_gets_the_input_as_its_item():
    """
    So that one set of inputs fits order and basket.
    """
    found = inspect(Basket, INPUTS["no size"], "anthropic")
    assert {"orders": [INPUTS["no size"]]} == found.data
    assert ("orders[0].size: Field required",) == found.problems
    assert "references written out" in found.changes
    assert "orders: at most 20 items" in found.moved
    assert ("orders: at least 1 item",) == found.kept
    assert "orders[].quantity: at least 1" in inspect(Basket, INPUTS["no size"], "openai").kept


def test_the_inputs_are_json():
    """
    What a call may hold.
    """
    assert INPUTS == json.loads(json.dumps(INPUTS))


# ---- the lesson's recordings

@pytest.fixture(scope="module")
def exchanges():
    """(request body, reply) of each recorded exchange of the lesson."""
    entries = Tape.load(RECORDINGS / "04_structured_output.json").entries
    return [(entry.request.body, entry.reply) for entry in entries]


def test_a_cut_in_the_envelope_leaves_no_order(exchanges):
    """
    `order` is one parameter: unfinished, it is not there at all. Flat parameters keep those that were finished.
    """
    inputs = [reply.body["content"][0]["input"] for body, reply in exchanges
              if body.get("tools") and not reply.chunks and reply.body.get("stop_reason") == "max_tokens"]
    assert [{"none_because": ""}, ORDER] == inputs


def test_a_cut_stream_is_torn_in_the_note_and_the_sdk_drops_it(exchanges):
    """
    What came is no JSON, and begins as the order does: each piece as it was written, none behind the limit.
    """
    ((body, reply),) = [one for one in exchanges if one[0].get("stream")]
    text = "".join(chunk for _, chunk in reply.chunks)
    events = [json.loads(event.partition("data: ")[2]) for event in text.split("\n\n")[:-1]]
    torn = "".join(event["delta"].get("partial_json", "") for event in events if event["type"] == "content_block_delta")
    assert json.dumps({**ORDER, "gift_note": "Happy birthday, dear Ada"})[:-2] in torn
    assert torn.count('"') % 2
    ending = next(event for event in events if event["type"] == "message_delta")
    assert ("max_tokens", body["max_tokens"]) == (ending["delta"]["stop_reason"], ending["usage"]["output_tokens"])


def test_what_a_request_brings_along_is_in_its_usage(exchanges):
    """
    The documented prompt of a forced tool, in a refusal, too; a schema in a format; reasoning unless it is off.
    """
    for body, reply in exchanges:
        usage = (reply.body or {}).get("usage") or {}
        if body.get("tool_choice", {}).get("type") == "tool" and usage:
            assert usage["input_tokens"] > TOOL_PROMPT["tool"] + len(json.dumps(body["tools"])) / 2.6
        if "output_config" in body:
            assert usage["input_tokens"] > len(json.dumps(body["output_config"])) / 2.6
        if "response_format" in body:
            assert usage["prompt_tokens"] > len(json.dumps(body["response_format"])) / 4.6
            assert 0 < usage["completion_tokens_details"]["reasoning_tokens"] < usage["completion_tokens"]
    (declined,) = [reply.body for _, reply in exchanges if (reply.body or {}).get("stop_reason") == "refusal"]
    assert "general_harms" == declined["stop_details"]["category"]
