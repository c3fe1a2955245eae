"""The strict subset: what is sent, what is moved into words and checks, and what is refused with a way out."""

from __future__ import annotations

import copy
import json
import time
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, create_model
from structured_kit import CLAUDE, Order

from helpers.structured import Check, Counts, SchemaError, check_limits, count, to_strict
from helpers.structured.shapes import fits
from helpers.wire.rules_schema import schema_problem

VENDORS = ["anthropic", "openai"]
both = pytest.mark.parametrize("vendor", VENDORS)


def of(vendor="anthropic", required=None, **properties):
    """An object's schema made strict; all properties are required unless said otherwise."""
    names = [*properties] if required is None else required
    return to_strict({"type": "object", "properties": properties, "required": names}, vendor)


def sent(node, vendor="anthropic"):
    """What becomes of one required property."""
    return of(vendor, x=node).schema["properties"]["x"]


def refusal(schema, vendor="anthropic"):
    """The error's words."""
    with pytest.raises(SchemaError) as caught:
        to_strict(schema, vendor)
    return str(caught.value)


def refused(node, vendor="anthropic"):
    """The error's words for one property."""
    return refusal({"type": "object", "properties": {"x": node}, "required": ["x"]}, vendor)


# ---- What is sent

def test_an_order_as_it_is_sent():
    """
    Closed, bounds in words, titles and defaults gone.
    """
    strict = to_strict(Order.model_json_schema())
    assert {
        "type": "object",
        "description": "What a customer orders.",
        "properties": {
            "product": {"type": "string", "description": "At least 1 character."},
            "colour": {"type": "string", "enum": ["navy", "sky blue", "white"]},
            "size": {"type": "string", "enum": ["S", "M", "L"]},
            "quantity": {"type": "integer", "description": "How many pieces. At least 1; at most 99."},
            "gift_note": {"type": "string"},
        },
        "required": ["product", "colour", "size", "quantity"],
        "additionalProperties": False,
    } == strict.schema
    assert (Check(("product",), "minLength", 1), Check(("quantity",), "minimum", 1),
            Check(("quantity",), "maximum", 99)) == strict.checks
    assert ["product: at least 1 character", "quantity: at least 1", "quantity: at most 99"] == [
        str(check) for check in strict.checks]


def test_openai_keeps_the_bounds_that_it_knows_and_wants_everything_required():
    """
    What may be left out becomes nullable; lengths of texts are not in its guide, so they are moved.
    """
    strict = to_strict(Order.model_json_schema(), "openai")
    properties = strict.schema["properties"]
    assert [*properties] == strict.schema["required"]
    assert {"anyOf": [{"type": "string"}, {"type": "null"}]} == properties["gift_note"]
    assert {"type": "integer", "minimum": 1, "maximum": 99, "description": "How many pieces."} == properties["quantity"]
    assert ["product: at least 1 character"] == [*map(str, strict.checks)]


@both
def test_the_original_is_left_alone(vendor):
    """
    A schema is often shared and cached.
    """
    schema = Order.model_json_schema()
    before = copy.deepcopy(schema)
    to_strict(schema, vendor)
    assert before == schema


@both
def test_objects_inside_are_closed_too(vendor):
    """
    In lists, in alternatives, in definitions.
    """
    class Item(BaseModel):
        sku: str

    class Basket(BaseModel):
        items: list[Item]
        best: Item | None

    strict = to_strict(Basket.model_json_schema(), vendor).schema
    item = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"],
            "additionalProperties": False}
    assert item == strict["properties"]["items"]["items"]
    assert [item, {"type": "null"}] == strict["properties"]["best"]["anyOf"]
    assert "$defs" not in strict


def test_a_definition_is_written_out_with_the_description_of_its_place():
    """
    So that each place has its own words and its own checks.
    """
    schema = {"type": "object", "required": ["a", "b"],
              "$defs": {"N": {"type": "integer", "minimum": 1, "description": "N."}},
              "properties": {"a": {"$ref": "#/$defs/N"}, "b": {"$ref": "#/$defs/N", "description": "Of b."}}}
    strict = to_strict(schema)
    assert {"a": {"type": "integer", "description": "N. At least 1."},
            "b": {"type": "integer", "description": "Of b. At least 1."}} == strict.schema["properties"]
    assert [("a",), ("b",)] == [check.path for check in strict.checks]


def test_a_pointer_may_lead_anywhere_in_the_schema():
    """
    Also to another property, and through escaped names.
    """
    schema = {"type": "object", "required": ["a/b", "c", "d"],
              "properties": {"a/b": {"type": "string"}, "c": {"$ref": "#/properties/a~1b"},
                             "d": {"$ref": "#/properties/a%2Fb"}}}
    properties = to_strict(schema).schema["properties"]
    assert {"type": "string"} == properties["c"] == properties["d"]


def test_a_discriminated_union_is_a_union():
    """
    oneOf is not in the subset; with a discriminator at most one can fit, so anyOf says the same.
    """
    class Cat(BaseModel):
        kind: Literal["cat"]
        lives: int = Field(ge=1)

    class Dog(BaseModel):
        kind: Literal["dog"]
        lives: int = Field(le=1)

    class Pet(BaseModel):
        pet: Annotated[Cat | Dog, Field(discriminator="kind")]

    strict = to_strict(Pet.model_json_schema())
    branches = strict.schema["properties"]["pet"]["anyOf"]
    assert ["cat", "dog"] == [branch["properties"]["kind"]["const"] for branch in branches]
    assert [] == strict.problems({"pet": {"kind": "cat", "lives": 9}})
    assert ["pet.lives: 9 is not at most 1"] == strict.problems({"pet": {"kind": "dog", "lives": 9}})


def test_pydantics_own_names_for_bounds_are_understood():
    """
    Beside a union pydantic writes `ge` into the schema, which no JSON Schema validator looks at.
    """
    class Parcel(BaseModel):
        weight: Annotated[int | float, Field(ge=1)]

    assert "ge" in Parcel.model_json_schema()["properties"]["weight"]
    strict = to_strict(Parcel.model_json_schema())
    assert (Check(("weight",), "minimum", 1),) == strict.checks
    assert ["weight: 0.5 is not at least 1"] == strict.problems({"weight": 0.5})


@pytest.mark.parametrize(("pattern", "stays"), [
    (r"^[A-Z]{3}-\d{4}$", True), (r"^\w+@\w+\.de$", True), (r"(ab|cd)+", True), (r"^(?!x)a", False),
    (r"\bword\b", False), (r"(a)\1", False), (r"(?i)abc", False), (r"^.{1,5000}$", False), (r"^\p", None)])
@both
def test_simple_patterns_stay_and_others_become_checks(vendor, pattern, stays):
    """
    Anthropic's page lists what its patterns can't do; what Python can't read, nobody here could check.
    """
    if stays is None:
        assert "x: pattern must be a regular expression that Python can read, too" in refused(
            {"type": "string", "pattern": pattern}, vendor)
        return
    strict = of(vendor, x={"type": "string", "pattern": pattern})
    assert stays == ("pattern" in strict.schema["properties"]["x"])
    assert (() if stays else (Check(("x",), "pattern", pattern),)) == strict.checks


@pytest.mark.parametrize(("vendor", "format", "stays"), [
    ("anthropic", "date", True), ("anthropic", "uri", True), ("openai", "date", True), ("openai", "uri", False),
    ("anthropic", "binary", False)])
def test_formats_that_a_vendor_knows_stay_and_others_become_words(vendor, format, stays):
    """
    Words only: `format` asserts nothing in JSON Schema, so there is nothing to check.
    """
    node = sent({"type": "string", "format": format}, vendor)
    assert ({"type": "string", "format": format} if stays
            else {"type": "string", "description": f"In the format {format}."}) == node


@pytest.mark.parametrize(("least", "stays"), [(0, True), (1, True), (2, False)])
def test_a_list_may_be_asked_to_hold_one_item_but_not_two(least, stays):
    """
    Anthropic compiles minItems 0 and 1; a bound of 0 binds nothing and is left out.
    """
    strict = of(x={"type": "array", "items": {"type": "string"}, "minItems": least})
    assert ((), (Check(("x",), "minItems", least),))[not stays] == strict.checks
    assert (least == 1) == ("minItems" in strict.schema["properties"]["x"])


@pytest.mark.parametrize(("node", "words"), [
    ({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5}, "More than 0; a multiple of 0.5."),
    ({"type": "number", "exclusiveMaximum": 9}, "Less than 9."),
    ({"type": "string", "minLength": 1, "maxLength": 2}, "At least 1 character; at most 2 characters."),
    ({"type": "array", "items": {"type": "null"}, "maxItems": 1, "uniqueItems": True},
     "At most 1 item; no item twice.")])
def test_each_bound_has_its_words(node, words):
    """
    A model reads them; they are no guarantee, so each is a check as well.
    """
    strict = of(x=node)
    assert words == strict.schema["properties"]["x"]["description"]
    assert len(words.split(";")) == len(strict.checks)


@pytest.mark.parametrize(("node", "right", "wrong"), [
    ({"type": "integer", "minimum": 2}, 2, 1), ({"type": "integer", "maximum": 2}, 2, 3),
    ({"type": "integer", "exclusiveMinimum": 2}, 3, 2), ({"type": "integer", "exclusiveMaximum": 2}, 1, 2),
    ({"type": "integer", "multipleOf": 2}, 4, 3), ({"type": "string", "minLength": 2}, "ää", "ä"),
    ({"type": "string", "maxLength": 2}, "ää", "äää"), ({"type": "string", "pattern": "^(?=b)"}, "ba", "ab"),
    ({"type": "array", "items": {"type": "null"}, "minItems": 2}, [None] * 2, [None]),
    ({"type": "array", "items": {"type": "null"}, "maxItems": 1}, [None], [None] * 2),
    ({"type": "array", "items": {"type": "null"}, "uniqueItems": True}, [None], [None] * 2),
    ({"type": "object", "properties": {"a": {"type": "null"}}, "minProperties": 1}, {"a": None}, {}),
    ({"type": "object", "properties": {"a": {"type": ["null"]}}, "maxProperties": 0}, {}, {"a": None})])
def test_each_bound_holds_up_to_its_limit(node, right, wrong):
    """
    And not beyond; the reference implementation says the same.
    """
    strict = of(x=node)
    assert [True, False] == [not strict.problems({"x": value}) for value in (right, wrong)]
    assert [True, False] == [jsonschema.Draft202012Validator(node).is_valid(value) for value in (right, wrong)]


@pytest.mark.parametrize("bounds", [{"uniqueItems": False}, {"minItems": 0}])
def test_a_bound_that_binds_nothing_is_left_out(bounds):
    """
    It would only cost words.
    """
    assert {"type": "array", "items": {"type": "null"}} == sent({"type": "array", "items": {"type": "null"}, **bounds})


@both
def test_a_bound_that_stands_beside_a_choice_is_a_check(vendor):
    """
    It belongs to no type there, so no vendor is asked to hold it.
    """
    for node in ({"anyOf": [{"type": "integer"}, {"type": "null"}], "minimum": 2}, {"enum": [1, 2], "minimum": 2}):
        strict = of(vendor, x=node)
        assert "minimum" not in strict.schema["properties"]["x"]
        assert (Check(("x",), "minimum", 2),) == strict.checks
        assert ["x: 1 is not at least 2"] == strict.problems({"x": 1})


def test_what_may_be_null_already_is_not_made_nullable_twice():
    """
    Each alternative counts against a limit.
    """
    node = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert node == of("openai", [], x=node).schema["properties"]["x"]


def test_true_is_not_one():
    """
    Python says that it is; JSON doesn't.
    """
    assert [True, True, False] == [fits({"enum": [1]}, value) for value in (1, 1.0, True)]
    assert [True, False] == [fits({"type": "boolean"}, value) for value in (True, 1)]


def test_a_bound_that_is_about_another_type_is_left_out():
    """
    JSON Schema ignores `minimum` on a text, too.
    """
    assert {"type": "string"} == sent({"type": "string", "minimum": 1})
    assert () == of(x={"type": "string", "minimum": 1}).checks


# ---- What is refused

class Tree(BaseModel):
    name: str
    children: list[Tree]


@both
def test_a_recursive_schema_is_refused_and_says_where(vendor):
    """
    Anthropic answers 400; OpenAI would take it, and a check there would have no place.
    """
    assert ("children[]: '#/$defs/Tree' contains itself, and strict decoding takes no recursive schema. Flatten it, "
            "for instance into rows that name their parent.") == refusal(Tree.model_json_schema(), vendor)


@pytest.mark.parametrize("loop", [
    {"$ref": "#"}, {"$ref": "#/properties/x"}, {"allOf": [{"$ref": "#/properties/x"}]},
    {"type": "array", "items": {"$ref": "#/properties/x"}}, {"anyOf": [{"$ref": "#"}, {"type": "null"}]}])
def test_no_loop_is_followed_for_ever(loop):
    """
    Also a reference to the root, to itself, and through an allOf.
    """
    assert "contains itself" in refused(loop)


@pytest.mark.parametrize(("node", "words"), [
    ({"$ref": "https://example.com/a.json"}, "x: $ref 'https://example.com/a.json' points outside of the schema"),
    ({"$ref": "#/$defs/Missing"}, "x: $ref '#/$defs/Missing' points to nothing in the schema."),
    ({"$ref": 7}, "x: $ref 7 points outside"),
    ({}, "x: it says nothing of its type (is it Any?)"),
    (True, "x: a schema is an object here; got True."),
    ({"type": "text"}, "x: type must be one of object, array, string, integer, number, boolean, null"),
    ({"type": []}, "x: type must be one of"),
    ({"type": "object"}, "x: an object must name all its properties: strict decoding takes no free keys (dict in"),
    ({"type": "object", "properties": {}, "additionalProperties": {"type": "string"}}, "x: an object must name all"),
    ({"type": "array"}, "x: a list must say what its items are"),
    ({"type": "array", "items": {"type": "string"}, "prefixItems": []}, "Make the tuple an object with a name for"),
    ({"type": "array", "items": {"type": "intger"}}, "x[]: type must be one of"),
    ({"oneOf": [{"type": "string"}, {"type": "null"}]}, "x: 'oneOf' can be neither sent in a strict schema nor checked "
                                                        "here. Use anyOf, or give the alternatives a discriminator"),
    ({"allOf": [{"type": "string"}, {"maxLength": 3}]}, "Write the parts together as one object."),
    ({"not": {"type": "null"}}, "x: 'not' can be neither sent in a strict schema nor checked here. Take it out"),
    ({"type": "integer", "minumum": 1}, "x: 'minumum' can be neither sent"),
    ({"type": "integer", "minimum": "1"}, "x: minimum must be a number (above 0 in multipleOf); got '1'."),
    ({"type": "integer", "minimum": True}, "x: minimum must be a number"),
    ({"type": "integer", "exclusiveMinimum": True}, "x: exclusiveMinimum must be a number"),   # an older JSON Schema
    ({"type": "integer", "multipleOf": 0}, "x: multipleOf must be a number (above 0"),
    ({"type": "string", "maxLength": -1}, "x: maxLength must be a whole number of 0 or more; got -1."),
    ({"type": "string", "maxLength": 1.5}, "x: maxLength must be a whole number"),
    ({"type": "string", "pattern": "["}, "x: pattern must be a regular expression that Python can read, too; got '['."),
    ({"enum": []}, "x: enum must list texts, numbers, booleans or null; got []."),
    ({"enum": [{"a": 1}]}, "x: enum must list texts"),
    ({"const": [1]}, "x: const must be a text, a number, a boolean or null; got [1]."),
    ({"anyOf": []}, "x: anyOf must list at least one alternative."),
    ({"type": "string", "anyOf": [{"type": "null"}]}, "x: type beside anyOf: say it in each of its alternatives."),
    ({"type": "object", "properties": {}, "required": ["a"]}, "x: required must list names of properties; got ['a']."),
    ({"allOf": [{"type": "string", "maxLength": 3}], "maxLength": 4}, "x: maxLength stands both beside allOf and in"),
])
@both
def test_what_cannot_be_strict_is_refused_with_the_place_and_a_way_out(vendor, node, words):
    """
    Never sent to be a 400, and never dropped without a word.
    """
    assert words in refused(node, vendor)


@pytest.mark.parametrize("schema", [
    {"type": "array", "items": {"type": "string"}}, {"type": "string"},
    {"type": ["object", "null"], "properties": {}}, {"anyOf": [{"type": "object", "properties": {}}]}])
def test_the_root_is_an_object(schema):
    """
    A tool's input is one, and OpenAI takes no choice at the root.
    """
    assert "The root must be an object, and not a list, a choice or a text: put it into a property." == refusal(schema)


@pytest.mark.parametrize("schema", [None, [], "object", 1])
def test_what_is_no_schema_at_all_is_refused(schema):
    """
    Such as a model's instance in place of its schema.
    """
    assert "the whole: a schema is an object here" in refusal(schema)


def test_an_unknown_vendor_is_refused():
    """
    Early, and with those that there are.
    """
    with pytest.raises(ValueError) as caught:
        to_strict({}, "mistral")
    assert "vendor must be one of anthropic, openai; got 'mistral'." == str(caught.value)


def test_a_few_references_cannot_unfold_into_millions():
    """
    Twenty definitions that each hold the next one twice.
    """
    defs = {f"d{n}": {"type": "object", "properties": {side: {"$ref": f"#/$defs/d{n + 1}"} for side in "ab"}}
            for n in range(20)}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": {**defs, "d20": {"type": "null"}}}
    started = time.perf_counter()
    assert "the schema is too large: at most 5,000 nodes and 60 levels" in refusal(schema)
    assert time.perf_counter() - started < 2


def test_a_schema_without_bottom_is_refused():
    """
    And is no RecursionError.
    """
    node = {"type": "string"}
    for _ in range(5_000):
        node = {"type": "array", "items": node}
    assert "too large" in refused(node)


# ---- Limits

def many(number, node, required=()):
    """An object with so many properties."""
    return {"type": "object", "properties": {f"p{n}": node for n in range(number)}, "required": [*required]}


def test_25_optional_properties_are_too_many_for_anthropic_and_none_for_openai():
    """
    The API's own limit is 24; as nullable properties they would run into the one for unions.
    """
    assert 24 == to_strict(many(24, {"type": "string"})).counts.optional
    assert ("25 optional properties, where anthropic takes 24 in all strict schemas of a request together. Make some "
            "required, with a word for 'not said'.") == refusal(many(25, {"type": "string"}))
    assert 0 == to_strict(many(25, {"type": "string"}), "openai").counts.optional


def test_17_nullable_properties_are_too_many():
    """
    Written as anyOf or as a list of types.
    """
    for node in ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}):
        names = [f"p{n}" for n in range(17)]
        assert 16 == to_strict(many(16, node, names[:16])).counts.unions
        assert "17 properties of more than one type, where anthropic takes 16" in refusal(many(17, node, names))


def test_openais_limits_are_its_own():
    """
    10 levels, 5,000 properties, 1,000 values in all enums.
    """
    deep = {"type": "string"}
    for _ in range(10):
        deep = {"type": "array", "items": deep}
    assert "11 levels, where openai takes 10" in refused(deep, "openai")
    assert 11 == of(x=deep).counts.levels
    assert "1,001 enum values, where openai takes 1,000" in refused({"enum": [*range(1_001)]}, "openai")
    assert 1_000 == of("openai", x={"enum": [*range(1_000)]}).counts.choices


def test_limits_hold_for_all_schemas_of_a_request_together():
    """
    Four tools of six optional parameters are at the limit, each of them far below it; and 20 strict tools are the most.
    """
    six = to_strict(many(6, {"type": "string"})).schema
    assert Counts(schemas=4, optional=24, properties=24, levels=1) == check_limits(six, six, six, six)
    with pytest.raises(SchemaError, match=r"30 optional properties"):
        check_limits(*[six] * 5)
    none = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    with pytest.raises(SchemaError, match=r"21 strict tools, where anthropic takes 20"):
        check_limits(*[none] * 21)
    assert 21 == check_limits(*[none] * 21, vendor="openai").schemas


# ---- What a reply means

def test_capitals_of_a_choice_do_not_matter():
    """
    "Structured outputs don't guarantee the capitalization of string enum and const values" (Anthropic's page).
    """
    strict = of(x={"enum": ["navy", "Sky blue"]}, y={"const": "order"})
    assert {"x": "Sky blue", "y": "order"} == strict.restore({"x": "sky Blue", "y": "Order"})
    assert {"x": "sky  blue", "y": 1} == strict.restore({"x": "sky  blue", "y": 1})


def test_choices_that_differ_in_capitals_only_are_never_swapped():
    """
    Which one was meant, nobody can tell.
    """
    for node in ({"enum": ["us", "US"]}, {"anyOf": [{"const": "us"}, {"const": "US"}]}):
        assert ["us", "US"] == [of(x=node).restore({"x": text})["x"] for text in ("us", "US")]
    assert {"x": "Us"} == of(x={"enum": ["us", "US"]}).restore({"x": "Us"})


def test_null_stands_for_left_out_where_openai_had_to_be_asked_for_it():
    """
    Only where the original lets it be left out and does not let it be null.
    """
    strict = of("openai", ["b"], a={"type": "integer"}, b={"type": "integer"}, c={"type": ["integer", "null"]})
    assert {"b": 1, "c": None} == strict.restore({"a": None, "b": 1, "c": None})
    assert {"b": None} == strict.restore({"b": None})


def test_a_whole_number_may_be_written_with_a_point():
    """
    2.0 is an integer in JSON Schema; pydantic's strict mode knows only 2.
    """
    restored = of(x={"type": "integer"}, y={"type": "number"}).restore({"x": 2.0, "y": 2.0})
    assert (int, float) == (type(restored["x"]), type(restored["y"]))


def test_an_alternative_with_a_mistake_is_still_recognised():
    """
    By its type, or by what it calls itself: else each mistake would drag others along.
    """
    a = {"type": "object", "required": ["kind", "n", "size"],
         "properties": {"kind": {"const": "a", "type": "string"}, "n": {"type": "integer"},
                        "size": {"enum": ["S", "M"]}}}
    b = {"type": "object", "properties": {"kind": {"const": "b", "type": "string"}, "size": {"enum": ["XS"]}},
         "required": ["kind", "size"]}
    strict = of(x={"anyOf": [{"anyOf": [a, b]}, {"type": "null"}]})
    assert {"kind": "a", "n": "two", "size": "M"} == strict.restore({"x": {"kind": "A", "n": "two", "size": "m"}})["x"]


def test_of_alternatives_one_that_agrees_is_enough():
    """
    Both are numbers; 5 keeps the bound of the first.
    """
    strict = of(x={"anyOf": [{"type": "integer", "minimum": 1}, {"type": "integer", "maximum": -1}]})
    assert [] == strict.problems({"x": 5}) == strict.problems({"x": -5})
    assert ["x: 0 is not at least 1"] == strict.problems({"x": 0})


@pytest.mark.parametrize(("value", "step", "right"), [
    (0.3, 0.1, True), (0.35, 0.1, False), (10**400, 7, False), (7 * 10**400, 7, True), (1e308, 0.5, True),
    (float("inf"), 2, False), (float("nan"), 2, False)])
def test_multiples_are_counted_in_decimals_as_they_are_written(value, step, right):
    """
    In binary 0.3 / 0.1 is 2.9999999999999996.
    """
    assert right == (not of(x={"type": "number", "multipleOf": step}).problems({"x": value}))


def test_a_line_end_behind_the_text_is_not_the_end():
    """
    Python's `$` would let it through.
    """
    strict = of(x={"type": "string", "pattern": r"^(?=a)[a$]+$"})
    assert [True, True, False] == [not strict.problems({"x": text}) for text in ("a$", "a", "a\n")]


def test_no_item_twice_as_json_counts():
    """
    1 and 1.0 are one number; 1 and true are two values.
    """
    strict = of(x={"type": "array", "uniqueItems": True, "items": {"type": ["number", "boolean", "array"],
                                                                   "items": {"type": "integer"}}})
    assert [] == strict.problems({"x": [1, True, [1], [2]]})
    assert 1 == len(strict.problems({"x": [1, 1.0]})) == len(strict.problems({"x": [[1], [1]]}))


# ---- Properties

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8)

KEYWORDS = ["type", "properties", "required", "items", "anyOf", "oneOf", "allOf", "$ref", "$defs", "enum", "const",
            "minimum", "multipleOf", "minLength", "pattern", "minItems", "uniqueItems", "format", "description",
            "additionalProperties", "title", "discriminator", "not"]
WORDS = ["object", "array", "string", "integer", "null", "#", "#/$defs/a", "#/properties/a", "a", "date", "^a$", "("]
schema_like = st.recursive(
    st.sampled_from(WORDS) | st.integers(-2, 3) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYWORDS, "a"]), inner, max_size=4),
    max_leaves=15)


@settings(max_examples=60)
@given(schema_like | json_values, st.sampled_from(VENDORS))
def test_any_json_is_made_strict_or_refused(schema, vendor):
    """
    Nothing else is raised, whatever is taken for a schema.
    """
    try:
        strict = to_strict(schema, vendor)
    except SchemaError:
        return
    assert "object" == strict.schema["type"]


def maybe(**bounds):
    """Some of these keywords."""
    return st.fixed_dictionaries({}, optional=bounds)


small, halves = st.integers(-5, 5), st.integers(-10, 10).map(lambda n: n / 2)
lengths = st.integers(0, 4)
LETTERS = "abA"
leaves = st.one_of(
    maybe(minimum=small, maximum=small, exclusiveMinimum=small, exclusiveMaximum=small,
          multipleOf=st.integers(1, 3)).map(lambda node: {"type": "integer", **node}),
    maybe(minimum=halves, maximum=halves, multipleOf=st.just(0.5)).map(lambda node: {"type": "number", **node}),
    maybe(minLength=lengths, maxLength=lengths, pattern=st.sampled_from(["a", "^a", "b$", "^(?!a)", "[ab]{2}"])).map(
        lambda node: {"type": "string", **node}),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"enum": ["a", "b", 1, None]}, {"const": "ab"},
                     {"type": ["string", "null"], "maxLength": 1}, {"type": "string", "enum": ["a", "ab"]}]))


def objects(inner):
    """Objects with up to three properties, some of them required."""
    def build(properties):
        return st.tuples(st.sets(st.sampled_from([*properties] or [""])),
                         maybe(minProperties=st.integers(0, 2), maxProperties=st.integers(1, 3))).map(
            lambda drawn: {"type": "object", "properties": properties, **drawn[1],
                           "required": sorted(drawn[0] & {*properties}), "additionalProperties": False})

    return st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3).flatmap(build)


nodes = st.recursive(leaves, lambda inner: st.one_of(
    objects(inner),
    st.tuples(inner, maybe(minItems=lengths, maxItems=lengths, uniqueItems=st.booleans())).map(
        lambda drawn: {"type": "array", "items": drawn[0], **drawn[1]}),
    st.tuples(st.lists(inner, min_size=1, max_size=3), maybe(minimum=small, maxLength=lengths)).map(
        lambda drawn: {"anyOf": drawn[0], **drawn[1]})), max_leaves=6)


def values(node):
    """Values that have the shape of *node*, whatever its bounds say."""
    if "anyOf" in node:
        return st.one_of(*map(values, node["anyOf"]))
    if "enum" in node or "const" in node:
        return st.sampled_from(node.get("enum") or [node["const"]])
    kinds = {"integer": small | small.map(float), "number": halves | small, "string": st.text(LETTERS, max_size=4),
             "boolean": st.booleans(), "null": st.none()}
    if isinstance(node["type"], list):
        return st.one_of(*(kinds[name] for name in node["type"]))
    if node["type"] == "array":
        return st.lists(values(node["items"]), max_size=4)
    if node["type"] == "object":
        parts = {name: values(child) for name, child in node["properties"].items()}
        needed = {name: part for name, part in parts.items() if name in node["required"]}
        return st.fixed_dictionaries(needed, optional={name: parts[name] for name in parts if name not in needed})
    return kinds[node["type"]]


schemas = objects(nodes)


@settings(max_examples=60)
@given(schemas, st.sampled_from(VENDORS))
def test_what_comes_out_obeys_the_subset_and_doing_it_twice_changes_nothing(schema, vendor):
    """
    Held against the rules of the course's own server, and against the reference implementation of JSON Schema.
    """
    strict = to_strict(schema, vendor)
    jsonschema.Draft202012Validator.check_schema(strict.schema)
    again = to_strict(strict.schema, vendor)
    assert strict.schema == again.schema
    assert strict.counts == count(strict.schema) == again.counts
    if vendor == "anthropic":
        assert None is schema_problem(strict.schema)
        assert () == again.checks
    else:
        for node in walk(strict.schema):
            assert [*node.get("properties", {})] == node.get("required", [])
            assert not {"minLength", "maxLength", "uniqueItems", "minProperties"} & {*node}


def walk(node):
    """All nodes of a strict schema."""
    yield node
    items = [node["items"]] if "items" in node else []
    for child in [*node.get("properties", {}).values(), *node.get("anyOf", []), *items]:
        yield from walk(child)


@settings(max_examples=80)
@given(st.data(), st.sampled_from(VENDORS))
def test_the_checks_reject_what_the_original_rejects_and_nothing_else(data, vendor):
    """
    For every value of the right shape: the strict schema lets it through, and the checks say what the original says.
    """
    schema = data.draw(schemas)
    value = data.draw(values(schema))
    strict = to_strict(schema, vendor)
    right = jsonschema.Draft202012Validator(schema).is_valid(value)
    assert right == (not strict.problems(value))
    if vendor == "anthropic":
        loose = jsonschema.Draft202012Validator(strict.schema).is_valid(value)
        assert loose or any(node.get("minItems") == 1 or "pattern" in node for node in walk(strict.schema))


@settings(max_examples=60)
@given(schemas, json_values)
def test_any_value_can_be_checked(schema, value):
    """
    What has another shape is no matter for the checks, and never an error.
    """
    strict = to_strict(schema)
    assert isinstance(strict.problems(value), list)
    assert isinstance(strict.problems({"a": value, "b": value}), list)


def pydantic_type(draw_int, draw_text, least, most):
    """Field types whose bounds pydantic and JSON Schema both know."""
    return {"n": (Annotated[int, Field(ge=draw_int, multiple_of=2)], ...),
            "f": (Annotated[float, Field(gt=draw_int, lt=draw_int + 3)], ...),
            "s": (Annotated[str, Field(min_length=least, max_length=most, pattern=draw_text)], ...),
            "l": (Annotated[list[Annotated[int, Field(le=draw_int)]], Field(min_length=least, max_length=most)], ...),
            "o": (Annotated[int, Field(ge=draw_int)] | None, None)}


@given(small, st.sampled_from(["a", "^a", "[ab]{2}"]), lengths, lengths, st.fixed_dictionaries(
    {"n": small, "f": halves, "s": st.text(LETTERS, max_size=5), "l": st.lists(small, max_size=5)},
    optional={"o": small | st.none()}), st.sampled_from(VENDORS))
def test_the_checks_agree_with_pydantic(least_int, pattern, least, most, value, vendor):
    """
    Whose model the schema came from, and which is what `extract` asks in the end.
    """
    model = create_model("Drawn", **pydantic_type(least_int, pattern, least, most))
    strict = to_strict(model.model_json_schema(), vendor)
    try:
        model.model_validate_json(json.dumps(value), strict=True)
        right = True
    except ValidationError:
        right = False
    assert right == (not strict.problems(value))


# ---- On the wire

@pytest.mark.parametrize("place", ["tool", "format"])
def test_a_schema_with_bounds_is_a_400_and_its_strict_form_is_not(place):
    """
    The rule that the course's server enforces; what the SDK sends is what to_strict made.
    """
    import anthropic
    from structured_kit import serving

    def send(schema):
        made = serving(CLAUDE, CLAUDE.reply({}))
        how = {"tools": [{"name": "t", "strict": True, "input_schema": schema}]} if place == "tool" else {
            "output_config": {"format": {"type": "json_schema", "schema": schema}}}
        messages = [{"role": "user", "content": "x"}]
        return made.messages.create(model=CLAUDE.model, max_tokens=50, messages=messages, **how)

    with pytest.raises(anthropic.BadRequestError, match="'additionalProperties' must be explicitly set to false"):
        send(Order.model_json_schema())
    closed = {**Order.model_json_schema(), "additionalProperties": False}
    with pytest.raises(anthropic.BadRequestError, match="properties maximum, minimum are not supported"):
        send({**closed, "properties": {"quantity": closed["properties"]["quantity"]}})
    assert send(to_strict(Order.model_json_schema()).schema).usage.output_tokens


def test_any_pydantic_type_that_can_be_sent_can_be_made_strict():
    """
    Each as a property, and what can't be is said with its place.
    """
    import datetime
    import decimal
    import enum
    import uuid

    class Colour(enum.Enum):
        NAVY = "navy"

    for kind in (int, float, str, bool, None, datetime.date, datetime.datetime, datetime.timedelta, decimal.Decimal,
                 uuid.UUID, Colour, list[str], set[int], tuple[int, ...], Order, Literal["a", 1], int | None):
        node = TypeAdapter(kind).json_schema()
        defs = {"$defs": node.pop("$defs")} if "$defs" in node else {}
        assert of(x=node) if not defs else to_strict({"type": "object", "properties": {"x": node}, **defs})
    for kind in (Any, dict[str, int], tuple[int, str], object):
        assert refused(TypeAdapter(kind).json_schema()).startswith("x: ")
