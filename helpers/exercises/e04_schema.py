"""04-3: `my_to_strict(schema)`: a schema that strict decoding takes, and the bounds that it can't hold.

The schemas stand in `e04_schemas`; how an answer is compared with one, node by node, in `e04_nodes`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e04_nodes import BOUNDS, Node, bounds_of, compare, words
from helpers.exercises.e04_schemas import CASES, Case


def my_to_strict(schema):
    """One good solution, below `BOUNDS`."""
    checks = []

    def strict(node, path):
        built = {key: value for key, value in node.items() if key not in BOUNDS}
        limits = [(path, key, node[key]) for key in BOUNDS if key in node]
        if limits:
            checks.extend(limits)
            said = "; ".join(f"{key}: {limit}" for _, key, limit in limits)
            built["description"] = f"{node.get('description', '')} ({said})".strip()
        if "properties" in node:
            built["additionalProperties"] = False
            built["properties"] = {name: strict(part, (*path, name)) for name, part in node["properties"].items()}
        if "items" in node:
            built["items"] = strict(node["items"], (*path, "[]"))
        if "anyOf" in node:
            built["anyOf"] = [strict(part, path) for part in node["anyOf"]]
        return built

    return strict(schema, ()), checks


@dataclass(frozen=True, slots=True)
class Rewrites:
    """A check: one schema."""

    case: Case

    def __call__(self, attempt: Attempt) -> Problem | None:
        case, given = self.case, deepcopy(self.case.schema)
        ran = attempt.run(given, sent=case.sent)
        problem = _raised(attempt, ran, case) if ran.error is not None else self._judged(ran.value)
        if problem is None and given != case.schema:
            return Problem(code="changed-input", sent=case.sent, did="changed the schema that you were given",
                           should="build a new one", because="the caller's schema is what pydantic made, once for all: "
                           "the next request, to the other vendor, would start from yours.", look="`pop`, and what you "
                           "set: `dict(node)` copies one level, not those below.")
        if problem is not None and case.own is not None and problem.code not in ("no-pair", "no-triple", "read-once"):
            code, because, look = case.own
            return replace(problem, code=code, because=because, look=look)
        return problem

    def _judged(self, value: Any) -> Problem | None:
        case = self.case
        strict, checks = _pair(value, case)
        return compare(case.schema, strict, case.sent) or _checks(checks, case)


def _raised(attempt: Attempt, ran: Ran, case: Case) -> Problem:
    plain = attempt.raised(ran, case.sent, "return a schema and a list of checks")
    if isinstance(ran.error, KeyError | TypeError | AttributeError):
        return replace(plain, code="every-node", because="a schema's parts differ: not each has properties, a type or "
                       "a description.", look="what you read without asking whether it is there.")
    return plain


def _pair(value: Any, case: Case) -> tuple[Node, list[Any]]:
    """(schema, checks), or Spoiled."""
    gave = "`None`" if value is None else f"{a(type(value).__name__)}: {shown(value)}"
    common = {"sent": case.sent, "should": "return `(strict, checks)`, a dict and a list", "did": f"returned {gave}"}
    if isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[0], dict) and isinstance(
            value[1], Iterator):
        raise Spoiled(Problem(code="read-once", because="what is read once holds the first answer to the bounds, and "
                              "every later one to nothing, without a word.", look="the second of the two that you "
                              "return: is it still the same after somebody went through it?",
                              **{**common, "did": f"returned {a(type(value[1]).__name__)} as the checks"}))
    if not (isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[0], dict)
            and isinstance(value[1], Collection) and not isinstance(value[1], str | bytes | dict)):
        raise Spoiled(Problem(code="no-pair", because="the schema goes to the API, the checks stay with you: the "
                              "caller writes `strict, checks = my_to_strict(schema)`.", look="your last `return`.",
                              **common))
    return value[0], list(value[1])


def _checks(checks: list[Any], case: Case) -> Problem | None:
    """The list of what the schema can't say."""
    wanted = bounds_of(case.schema)
    common = {"sent": case.sent, "should": f"list {words(wanted)}"}
    odd = [one for one in checks if not _is_triple(one)]
    if odd:
        return Problem(code="no-triple", did=f"listed {shown(odd[0])}", because="whoever holds the checks needs the "
                       "place as a tuple of names, the keyword and the limit.", look="what you append.", **common)
    got = [(tuple(path), keyword, limit) for path, keyword, limit in checks]
    common["did"] = f"listed {words(got)}"
    missing, extra = [one for one in wanted if one not in got], [one for one in got if one not in wanted]
    problem = _near_miss(missing, extra, common)
    if problem:
        return problem
    if missing:
        return Problem(code="check-lost", because="it is gone from the schema, so nobody holds it any more: an order "
                       "of 0, or of 10,000, goes through.", look="where the list is filled, on each level.", **common)
    if extra or len(got) != len(set(map(repr, got))):
        return Problem(code="check-extra", because="a bound that the schema doesn't have would refuse good answers.",
                       look="what you append, and how often.", **common)
    return None


def _near_miss(missing: list[Any], extra: list[Any], common: dict[str, str]) -> Problem | None:
    """One that was listed with another path, or another keyword."""
    if any(one[1:] == other[1:] for one in missing for other in extra):
        return Problem(code="path", because="the check has to find the value in the answer: names from the root on, "
                       '"[]" for each item of a list, and nothing for `properties` or `anyOf`.',
                       look="what you add to the path on each way down.", **common)
    if any((one[0], one[2]) == (other[0], other[2]) for one in missing for other in extra):
        return Problem(code="other-keyword", because="a least of 1 that is held as a most of 1 refuses what is right "
                       "and takes what is wrong.", look="which keyword stands beside which limit in what you append.",
                       **common)
    return None


def _is_triple(one: Any) -> bool:
    return isinstance(one, tuple | list) and len(one) == 3 and isinstance(one[0], tuple | list)


MAKE_IT_STRICT = Exercise(
    id="04-3", name="my_to_strict", call="my_to_strict(schema)", solution=my_to_strict,
    checks=tuple(map(Rewrites, CASES)),
    praise="Nothing is lost: what the decoder can't hold, the model reads and your code checks. `to_strict` does the "
           "same for references, patterns and both vendors, and counts what a request may hold.",
    hints=("Which keys of a node hold more nodes, and which hold names that only look like keywords?",
           "An inner function that takes a node and its path, and returns a new node. It goes down in three ways: each "
           "of `properties`' values, `items`, each of `anyOf`. The first two lengthen the path.",
           "`built = {key: value for key, value in node.items() if key not in BOUNDS}`, then the description, then "
           '`built["properties"] = {name: strict(part, (*path, name)) for name, part in ...}`, with '
           '`built["additionalProperties"] = False` beside it.'),
)
