"""04-1: `wrong_fields(data)`: the names of what is wrong in an order that a tool call gave.

The cases stand in `e04_orders`; here is how an answer to one of them is judged.
"""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e04_orders import CASES, FIELDS, WHOLE, Case


def wrong_fields(data):
    """One good solution."""
    if not isinstance(data, dict):
        return ["order"]
    wrong = [name for name in data if name not in ("product", "colour", "size", "quantity")]
    product, quantity = data.get("product"), data.get("quantity")
    if not (isinstance(product, str) and product.strip()):
        wrong.append("product")
    if data.get("colour") not in ["navy", "sky blue", "white"]:
        wrong.append("colour")
    if data.get("size") not in ["S", "M", "L"]:
        wrong.append("size")
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= 99:
        wrong.append("quantity")
    return wrong


@dataclass(frozen=True, slots=True)
class Names:
    """A check: what is wrong in one order."""

    case: Case

    def __call__(self, attempt: Attempt) -> Problem | None:
        case, data = self.case, deepcopy(self.case.data)
        ran = attempt.run(data, sent=case.sent)
        if ran.error is not None:
            return _raised(attempt, ran, case)
        named = _names(ran.value, case)
        if data != case.data:
            return Problem(code="changed-input", sent=case.sent, did=f"changed what you were given to {shown(data)}",
                           should=case.should, because="a person who takes over has to see what the model really "
                           "wrote, and so has the repair.", look="`pop`, `del`, or a value that you set in `data`.")
        return _twice(ran.value, case) if named == case.wrong else _differs(attempt, named, case)


def _raised(attempt: Attempt, ran: Ran, case: Case) -> Problem:
    plain = replace(attempt.raised(ran, case.sent), should=case.should)
    if not case.wrong:
        return plain
    if not isinstance(case.data, dict):
        return replace(plain, code="not-a-dict", because="without strict mode a model may send any JSON, and an error "
                       "here ends the request instead of asking again.", look="what you do before you know what `data` "
                       "is.")
    if isinstance(ran.error, KeyError):
        return replace(plain, code="missing-raises", because="a model may leave a field out: that is one of the things "
                       "you are to name.", look="square brackets: `data.get(...)` gives None for what isn't there.")
    if isinstance(ran.error, TypeError) and "unhashable" in str(ran.error):
        return replace(plain, code="unhashable", because="a model may send a list where you wait for a text, and a set "
                       "or a dict can't look for one.", look="the choices: `in` a list or tuple only compares.")
    if isinstance(ran.error, TypeError | AttributeError | ValueError):
        return replace(plain, code="type-raises", because="whatever JSON has may stand in a field. An error here ends "
                       "the request; a name could be sent back to the model.", look="the type, before you compare, "
                       "convert or measure.")
    return plain


def _names(value: Any, case: Case) -> frozenset[str]:
    """The names that came back, or Spoiled."""
    common = {"sent": case.sent, "should": case.should}
    if isinstance(value, str | bytes) or not isinstance(value, Collection):
        gave = "`None`" if value is None else f"{a(type(value).__name__)}: {shown(value)}"
        raise Spoiled(Problem(code="no-list", did=f"returned {gave}", because="several things may be wrong, or none: "
                              "the caller goes through a list.", look="each `return`, and the end of your function.",
                              **common))
    odd = [one for one in value if one not in [*FIELDS, WHOLE, *case.wrong]]
    if odd:
        raise Spoiled(Problem(code="not-a-name", did=f"returned a list with {shown(odd[0])} in it", because="the "
                              "caller marks the fields in a form: it looks for the name, and nothing but the name.",
                              look="what you append.", **common))
    return frozenset(value)


def _twice(value: Collection[str], case: Case) -> Problem | None:
    """All is named; is each name there once?"""
    if len(value) == len(case.wrong):
        return None
    twice = next(name for name in value if list(value).count(name) > 1)
    return Problem(code="named-twice", sent=case.sent, did=f"named `{twice}` twice", should=case.should, because="the "
                   "caller makes a line of each name, for the model and for a person: two lines are two mistakes.",
                   look="a value that fails two of your tests: `elif`, or an `or` between them.")


def _differs(attempt: Attempt, named: frozenset[str], case: Case) -> Problem:
    common = {"sent": case.sent, "should": case.should, "did": f"returned {_listed(named)}"}
    if not isinstance(case.data, dict):
        if not named:
            return Problem(code="not-a-dict-passes", because="what is no object would be booked as an order.",
                           look="what your code does with data that has no fields.", **common)
        return Problem(code="whole-name", because="these words go back to the model. The fields may all be there, in a "
                       "list around them: \"product\" sends it looking in the wrong place.", look="what you return "
                       "where `data` is no dict.", **common)
    if case.wrong - named:
        return _passes(attempt, named, case, common)
    if not case.wrong and case.edge:
        return Problem(code="edge", because=f"{case.edge}: you would send a good order back, and pay for it twice.",
                       look="`<` and `<=`.", **common)
    return Problem(code="flags-good", because="a field that is right goes back to the model as wrong: it changes what "
                   "it had understood.", look=f"what {_listed(named - case.wrong)} was tested for.", **common)


def _passes(attempt: Attempt, named: frozenset[str], case: Case, common: dict[str, str]) -> Problem:
    if not named and not any(
            _answer(attempt, one) for one in CASES if one.wrong and isinstance(one.data, dict)):
        return Problem(code="accepts-all", because="the type of `block.input` is dict, whatever stands in it: without "
                       "strict mode nobody has looked at it.", look="what your tests compare.",
                       **{**common, "did": "returned `[]`, as for each of our orders"})
    return Problem(code=case.code, because=case.because, look=case.look, **common)


def _answer(attempt: Attempt, case: Case) -> Any:
    return attempt.run(deepcopy(case.data), sent=case.sent).value


def _listed(names: frozenset[str]) -> str:
    return f"`{sorted(names)}`"


NAME_WHAT_IS_WRONG = Exercise(
    id="04-1", name="wrong_fields", call="wrong_fields(data)", solution=wrong_fields,
    checks=tuple(map(Names, CASES)),
    praise="You look at the type before the value, and name everything at once. pydantic in strict mode does the same "
           "from a class, given `extra=\"forbid\"` and a rule of your own for blank texts; strict decoding saves you "
           "the types and the names, never the bounds.",
    hints=("What may stand in a field if nobody has looked at it: which types, and is it there at all?",
           "First whether it is a dict. Then unknown names. Then field by field: `data.get(name)`, its type, and only "
           "then its value. In Python `True` is an `int`, and `in` between two texts looks for a part.",
           '`data.get("colour") not in ["navy", "sky blue", "white"]` covers missing, null and every other type. For '
           "the quantity: `isinstance(q, bool) or not isinstance(q, int) or not 1 <= q <= 99`."),
)
