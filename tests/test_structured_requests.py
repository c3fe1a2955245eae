"""What goes out: the recipe for the model, the request that it makes, and what is refused before anything is sent."""

from __future__ import annotations

import asyncio

import anthropic
import openai
import pytest
from pydantic import BaseModel
from structured_kit import CLAUDE, FORMATS, HAIKU, LUNA, ORDER, SHIRTS, TEXT, WAYS, Order, Way, enveloped, run, serving

from helpers import economics, structured
from helpers.structured import SchemaError, Valid, extract, recipe_for

every = pytest.mark.parametrize("way", WAYS, ids=str)
RIGHT = enveloped(SHIRTS)


# ---- Recipes

def test_each_model_gets_the_recipe_that_it_accepts():
    """
    From data/models.json: no list of models in the code.
    """
    for model in economics.load_models().models:
        forced = "forced_tool_choice" not in model.refuses
        expected = "format" if model.vendor == "openai" else "forced" if forced else "auto"
        assert expected == recipe_for(model.vendor, model.id)
    assert ("auto", "format") == (recipe_for("anthropic", "claude-next"), recipe_for("openai", "gpt-next"))


@pytest.mark.parametrize("way", [way for way in WAYS if way.default], ids=str)
def test_without_a_recipe_the_models_own_is_taken(way):
    """
    Haiku 5.5 is forced, Sonnet 5.5 is asked, OpenAI's models get a format.
    """
    asked = []
    assert isinstance(run(way, way.reply(RIGHT), asked=asked, recipe=None), Valid)
    [body] = asked
    choice = (body.get("tool_choice") or {}).get("type")
    assert {"forced": "tool", "auto": "auto", "format": None}[way.recipe] == choice


def test_a_forced_tool_is_a_400_on_the_newest_sonnet():
    """
    The documented answer, which an explicit recipe gets to see; the model's own recipe avoids it.
    """
    with pytest.raises(anthropic.BadRequestError) as error:
        run(WAYS[1], WAYS[1].reply(RIGHT), recipe="forced")
    assert 'tool_choice: type "tool" and "any" are not supported for this model.' in str(error.value)


def test_function_tools_on_luna_need_reasoning_switched_off():
    """
    Done by itself; a caller's own effort is left alone, and gets the API's answer.
    """
    way = Way("openai", LUNA, "forced")
    asked = []
    run(way, way.reply(RIGHT), asked=asked)
    assert "none" == asked[0]["reasoning_effort"]
    with pytest.raises(openai.BadRequestError, match="Function tools with reasoning_effort are not supported"):
        run(way, way.reply(RIGHT), reasoning_effort="low")


def test_models_that_take_no_functions_in_chat_get_a_format():
    """
    GPT-6.1 Sol would need the Responses API for tools.
    """
    model = economics.model_id("openai_production")
    way = Way("openai", model, "format")
    asked = []
    assert isinstance(run(way, way.reply(RIGHT), asked=asked, recipe=None), Valid)
    assert "reasoning_effort" not in asked[0]


def test_the_three_requests_of_anthropic():
    """
    Strict in all of them, the same schema in all of them.
    """
    bodies = []
    for way in WAYS[:3]:
        run(way, way.reply(RIGHT), asked=bodies)
    forced, auto, format = bodies
    [tool] = forced["tools"]
    assert ("record_order", True) == (tool["name"], tool["strict"])
    assert [tool] == auto["tools"]
    assert {"type": "tool", "name": "record_order", "disable_parallel_tool_use": True} == forced["tool_choice"]
    assert {"type": "auto", "disable_parallel_tool_use": True} == auto["tool_choice"]
    assert "system" not in forced
    assert "Answer by calling the tool record_order, exactly once" in auto["system"]
    schema = {**tool["input_schema"], "description": tool["description"]}
    assert {"format": {"type": "json_schema", "schema": schema}} == format["output_config"]
    assert "tools" not in format


def test_the_two_places_where_openai_wants_its_strict():
    """
    Inside of json_schema, and inside of the function.
    """
    bodies = []
    for way in WAYS[3:5]:
        run(way, way.reply(RIGHT), asked=bodies)
    format, forced = bodies
    asked = format["response_format"]["json_schema"]
    assert (True, "order") == (asked["strict"], asked["name"])
    function = forced["tools"][0]["function"]
    assert (True, asked["schema"]) == (function["strict"], function["parameters"])
    assert {"type": "function", "function": {"name": "record_order"}} == forced["tool_choice"]


@every
def test_the_system_prompt_and_the_sdks_options_are_kept(way):
    """
    With the plea behind the prompt, and the format beside the effort.
    """
    asked = []
    options = {"output_config": {"effort": "low"}} if way.vendor == "anthropic" else {"seed": 7}
    run(way, way.reply(RIGHT), asked=asked, system="You work for Acme.", **options)
    [body] = asked
    system = body["system"] if way.vendor == "anthropic" else body["messages"][0]["content"]
    assert system.startswith("You work for Acme.")
    assert (way.recipe == "auto") == ("\n\nAnswer by calling" in system)
    assert "low" == body["output_config"]["effort"] if way.vendor == "anthropic" else body["seed"] == 7


@pytest.mark.parametrize("system", [None, "", "  ", []])
def test_no_empty_system_prompt_is_sent(system):
    """
    An empty block is a 400.
    """
    for way in (CLAUDE, FORMATS[-1]):
        asked = []
        run(way, way.reply(RIGHT), asked=asked, system=system)
        assert "system" not in asked[0]
        assert ["user"] == [turn["role"] for turn in asked[0]["messages"]]


def test_a_system_prompt_may_be_blocks():
    """
    As it is where it is cached: what is added stands behind, so that the prefix stays.
    """
    block = {"type": "text", "text": "Acme.", "cache_control": {"type": "ephemeral"}}
    asked = []
    run(WAYS[1], WAYS[1].reply(RIGHT), asked=asked, system=[block])
    assert (block, 2) == (asked[0]["system"][0], len(asked[0]["system"]))


# ---- What is refused before anything is sent

class Forest(BaseModel):
    trees: list[Forest]


@pytest.mark.parametrize(("change", "kind", "words"), [
    ({"text": " "}, ValueError, "text must be some text to read; got ' '. An empty message is a 400."),
    ({"text": None}, ValueError, "text must be some text to read; got None."),
    ({"into": {"type": "object"}}, TypeError, "`into` must be a pydantic model, the class itself"),
    ({"into": ORDER}, TypeError, "`into` must be a pydantic model, the class itself"),
    ({"into": Forest}, SchemaError, "contains itself"),
    ({"recipe": "force"}, ValueError, "recipe must be one of forced, auto, format, or None for the model's own; got"),
    ({"max_repairs": 2}, ValueError, "max_repairs must be 0 or 1; got 2. What one doesn't mend is for a person."),
    ({"max_repairs": True}, ValueError, "max_repairs must be 0 or 1; got True."),
    ({"max_tokens": 0}, ValueError, "max_tokens must be a whole number of 1 or more; got 0."),
    ({"tools": []}, TypeError, "extract() sets tools itself, from the model and the recipe: leave it out."),
    ({"stream": True}, TypeError, "extract() sets stream itself"),
    ({"output_config": {"format": {}}}, TypeError, "extract() sets output_config.format itself"),
])
def test_what_cannot_work_is_refused_before_anything_is_sent(change, kind, words):
    """
    In words that say what to do.
    """
    asked = []
    with pytest.raises(kind) as error:
        run(CLAUDE, CLAUDE.reply(RIGHT), asked=asked, **change)
    assert words in str(error.value)
    assert [] == asked


def test_each_loop_wants_its_own_kind_of_client():
    """
    And says which one takes the other.
    """
    with pytest.raises(TypeError, match=r"AsyncAnthropic is asynchronous: use await extract_async\(\.\.\.\) with it"):
        extract(serving(CLAUDE, asynchronous=True), TEXT, Order, model=HAIKU)
    with pytest.raises(TypeError, match=r"Anthropic is not asynchronous: use extract\(\.\.\.\) with it"):
        asyncio.run(structured.extract_async(serving(CLAUDE), TEXT, Order, model=HAIKU))
    with pytest.raises(TypeError, match="extract\\(\\) needs an Anthropic or an OpenAI client; got dict"):
        extract({}, TEXT, Order, model=HAIKU)
