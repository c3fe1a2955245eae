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
    _bad(colour="Navy", code="capitals", because="the next line looks it up, and finds no `Navy`. Strict decoding "
         "guarantees the choices, but, as documented, not their capitals. (Mend it in one place, before this one.)",
         look="`lower`, or what else makes them equal here."),
    _bad(colour=["navy"], code="list-for-text", because="`[\"navy\"]` is no colour: a list is a sign that the text "
         "named several, or that the schema was misread.", look=TYPES),
    _bad(product="", code="empty", because="the text is there, and says nothing: a parcel without a product.",
         look="what you ask of the product beside its type."),
    _bad(product="  ", code="blank", because="two spaces pass for `minLength: 1`, too, and nobody can pack them.",
         look="what `strip` leaves of it."),
    _bad(product=7, code="number-for-text", because="7 may be a place in some list; the caller looks for a name.",
         look=TYPES),
    Case(data={name: GOOD[name] for name in ("product", "colour", "quantity")}, wrong=frozenset({"size"}),
         code="missing", because="without strict mode a model may leave out what is required. A default here would "
         "hide that nobody said it.", look="a field that isn't in `data` at all."),
    Case(data=GOOD | {"discount": 20}, wrong=frozenset({"discount"}), code="unknown", because="the model invented a "
         "field. Who hands the order on with `**data` hands on the discount.", look="names that are in `data`, but not "
         "among the four."),
    _bad(colour="marine", quantity="two", code="first-only", because="there is one repair at most: it has to hear of "
         "everything at once.", look="a `return` or an `elif` after the first find."),
    Case(data=[GOOD], wrong=frozenset({WHOLE})),
    Case(data="two navy shirts", wrong=frozenset({WHOLE})),
    Case(data=None, wrong=frozenset({WHOLE})),
)
