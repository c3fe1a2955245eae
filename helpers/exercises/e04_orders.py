"""04-1: the orders that are sent, one thing wrong in each, and what it costs to let it pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FIELDS = ("product", "colour", "size", "quantity")
WHOLE = "order"
"""What is named where the data has no fields."""
GOOD = {"product": "shirt", "colour": "navy", "size": "M", "quantity": 2}
TYPES = "the type of the value, which JSON and Python keep."
LISTED = "how you look for the value among the choices."
EXACT = "what your code does to the text before it compares, and what its pattern takes at the end."
AT_ONCE = "there is one repair at most: it has to hear of everything at once."


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a tool call gave, and which fields of it are wrong."""

    data: Any
    wrong: frozenset[str] = frozenset()
    code: str = ""
    """The problem of who lets it pass ..."""
    because: str = ""
    look: str = ""
    edge: str = ""
    """For an order that is right: what is just still allowed in it."""

    @property
    def sent(self) -> str:
        return f"`{self.data!r}`"

    @property
    def should(self) -> str:
        return f"return `{sorted(self.wrong)}`"


def _bad(*, code: str, because: str, look: str, **values: Any) -> Case:
    """A good order but for these values."""
    return Case(data=GOOD | values, wrong=frozenset(values), code=code, because=because, look=look)


CASES = (
    Case(data=GOOD),
    Case(data=dict(reversed((GOOD | {"product": "linen shirt", "colour": "sky blue", "size": "L"}).items()))),
    Case(data=GOOD | {"size": "S", "quantity": 1}, edge="1 is allowed"),
    Case(data=GOOD | {"colour": "white", "quantity": 99}, edge="99 is allowed"),
    _bad(quantity="two", code="word-as-number", because="JSON text is no integer. Without strict mode a model may well "
         "write it, and the stock is counted with numbers.", look=TYPES),
    _bad(quantity="2", code="text-as-number", because="`\"2\" * 3` is `\"222\"`: what you let pass here multiplies "
         "elsewhere. Without strict mode the docs name exactly this case.", look="`int(...)`, or a pattern for digits: "
         "does it ask what the value is, or what it could become?"),
    _bad(quantity=True, code="bool-as-number", because="JSON's `true` is no number, but in Python `True` is an `int` "
         "and equals 1: one shirt would be booked that nobody counted.", look="what `isinstance(True, int)` gives."),
    _bad(quantity=2.5, code="fraction", because="half a shirt can't be sent. (2.0 would be a whole number in JSON "
         "Schema; we don't ask for it.)", look=TYPES),
    _bad(quantity=0, code="below", because="strict decoding can't count: `minimum` is no part of it. An order of "
         "nothing would be packed.", look="the lower bound; and `if value`, which takes 0 for nothing there."),
    _bad(quantity=-2, code="below", because="strict decoding can't count, and a model may well write a return so: "
         "two shirts would be packed for somebody who sends two back.", look="`abs`, or a square: what it makes of "
         "-2."),
    _bad(quantity=100, code="above", because="strict decoding can't count: `maximum` is no part of it. Your code is "
         "the only place that holds it.", look="the upper bound."),
    _bad(quantity=None, code="null", because="a model that doesn't know writes null: nobody ordered a number then.",
         look="what a default or an `or` puts in the place of None."),
    _bad(size="Large", code="other-word", because="the shelf says L. Who guesses here (the first letter?) guesses for "
         "every size to come.", look=LISTED),
    _bad(colour="navy blue", code="longer", because="the words are alike, the stock table has one of them alone: the "
         "order would find no shelf.", look=LISTED),
    _bad(colour="sky", code="part", because="`\"sky\" in \"navy, sky blue, white\"` is true: between texts, `in` looks "
         "for a part. So is \"a\", and the empty text.", look="what stands behind your `in`."),
    _bad(size="SM", code="part", because="`\"SM\" in \"SML\"` is true: between texts, `in` looks for a part. The shelf "
         "has no SM.", look="what stands behind your `in`."),
    _bad(size="", code="empty-choice", because="the text is there, and says nothing: nobody has chosen a size. The "
         "empty text is part of every text, and counts as false.", look="`if value`, or an `in` between two texts."),
    _bad(colour="Navy", code="capitals", because="the next line looks it up, and finds no `Navy`. Strict decoding "
         "guarantees the choices, but, as documented, not their capitals. (Mend it in one place, before this one.)",
         look="`lower`, or what else makes them equal here."),
    _bad(size="m", code="capitals", because="the next line looks it up, and finds no `m`. (Mend it in one "
         "place, before this one.)", look="`upper`, or what else makes them equal here."),
    _bad(colour="navy ", code="padded", because="the next line looks it up with its space, and finds no such colour. "
         "You looked at a mended copy; what is booked is the text as it came.", look=EXACT),
    _bad(size="M\n", code="padded", because="the next line looks it up with its line end, and finds no such size.",
         look=EXACT),
    _bad(colour=["navy"], code="list-for-text", because="`[\"navy\"]` is no colour: a list is a sign that the text "
         "named several, or that the schema was misread.", look=TYPES),
    _bad(product="", code="empty", because="the text is there, and says nothing: a parcel without a product.",
         look="what you ask of the product beside its type."),
    _bad(product="  ", code="blank", because="two spaces pass for `minLength: 1`, too, and nobody can pack them.",
         look="what `strip` leaves of it."),
    _bad(product="\t", code="blank", because="white space is more than the space: a tab passes for `minLength: "
         "1`, too, and nobody can pack it.", look="which signs you take away before you ask whether anything is left."),
    _bad(product="\N{NO-BREAK SPACE}", code="blank", because="a page puts a space that doesn't break (`\\xa0`) where "
         "nothing is to be seen: nobody can pack one.", look="which signs you take away before you ask whether "
         "anything is left."),
    _bad(product=7, code="number-for-text", because="7 may be a place in some list; the caller looks for a name.",
         look=TYPES),
    Case(data={name: GOOD[name] for name in ("product", "colour", "quantity")}, wrong=frozenset({"size"}),
         code="missing", because="without strict mode a model may leave out what is required. A default here would "
         "hide that nobody said it.", look="a field that isn't in `data` at all."),
    Case(data={"product": "shirt", "quantity": 2}, wrong=frozenset({"colour", "size"}), code="first-only",
         because=AT_ONCE, look="a `return`, an `elif` or a `next` after the first find."),
    Case(data={}, wrong=frozenset(FIELDS), code="nothing-there", because="an object without fields is an object: a "
         "model sends it where it has nothing, or was cut. Let through it is an order of nothing; named \"order\" it "
         "sends the model looking for what isn't wrong.", look="`if not data` or `data == {}`, before you know its "
         "type."),
    Case(data=GOOD | {"discount": 20}, wrong=frozenset({"discount"}), code="unknown", because="the model invented a "
         "field. Who hands the order on with `**data` hands on the discount.", look="names that are in `data`, but not "
         "among the four."),
    Case(data=GOOD | {"gift_note": "Happy birthday"}, wrong=frozenset({"gift_note"}), code="unknown", because="a "
         "field that another tool has is unknown here: nobody has a place for the words, and a customer waits for "
         "them.", look="the names that you know: are they these four?"),
    Case(data=GOOD | {"discount": 20, "express": True}, wrong=frozenset({"discount", "express"}), code="first-only",
         because=AT_ONCE, look="what you do behind the first name that you don't know."),
    _bad(colour="marine", quantity="two", code="first-only", because=AT_ONCE, look="a `return` or an `elif` after the "
         "first find."),
    Case(data=[GOOD], wrong=frozenset({WHOLE})),
    Case(data="two navy shirts", wrong=frozenset({WHOLE})),
    Case(data=None, wrong=frozenset({WHOLE})),
)
