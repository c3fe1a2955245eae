"""Is this what was asked for? Shape first, then what you know of the world.

    judge({"product": "shirt", "quantity": "two"}, Order).problems
    # ("quantity: Input should be a valid integer; got 'two'",)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.structured.bounds import place, shown
from helpers.structured.envelopes import Envelope, envelope_for
from helpers.structured.results import CaughtBy

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

MOST_PROBLEMS = 10
"""More don't help a model, and every one is paid for as input."""
Rule = Callable[[Any], str | None]
"""A business rule: gets a valid value, says in words what is wrong with it, or returns None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found: a value, or a reason why there is none, or problems."""

    value: Any = None
    none_because: str | None = None
    problems: tuple[str, ...] = ()
    caught_by: CaughtBy = ""


def judge(data: Any, into: type[BaseModel], rules: Sequence[Rule] = ()) -> Judgement:
    """A reply's JSON as `extract` judges it. *data*: any JSON value, in its envelope or without; none raises."""
    return judged(data, envelope_for(into, "anthropic"), rules)


def judged(data: Any, envelope: Envelope, rules: Sequence[Rule]) -> Judgement:
    """As `judge`, with an envelope that is there already."""
    raw, none_because, problem = envelope.open(data)
    if problem:
        return Judgement(problems=(problem,), caught_by="shape")
    if none_because is not None:
        return Judgement(none_because=none_because)
    value, problems = _validated(raw, envelope)
    if problems:
        return Judgement(problems=problems, caught_by="shape")
    problems = tuple(complaint for rule in rules if (complaint := _asked(rule, value)))
    return Judgement(problems=problems, caught_by="rule") if problems else Judgement(value=value)


def _validated(raw: Any, envelope: Envelope) -> tuple[Any, tuple[str, ...]]:
    """(the model's instance, what is wrong).

    Strictly, and as JSON: "2" is no number although pydantic would make it one, a date comes as text, and a key that
    the schema doesn't know is a mistake. The schema that was sent is the schema that is checked.
    """
    from pydantic import ValidationError

    try:
        text = json.dumps(envelope.restore(raw), allow_nan=False)
        return envelope.into.model_validate_json(text, strict=True, extra="forbid"), ()
    except ValidationError as error:
        return None, _in_words(error)
    except (ValueError, RecursionError) as error:   # NaN, which is no JSON; brackets without end
        return None, (f"this is no JSON: {error}",)


def _in_words(error: ValidationError) -> tuple[str, ...]:
    """pydantic's words, with the place and what stood there."""
    found = []
    for one in error.errors(include_url=False, include_context=False):
        plain = one["type"] != "missing" and not isinstance(one["input"], dict | list)
        found.append(f"{place(one['loc'])}: {one['msg']}" + (f"; got {shown(one['input'])}" if plain else ""))
    more = len(found) - MOST_PROBLEMS
    return (*found[:MOST_PROBLEMS], f"and {more} more") if more > 0 else tuple(found)


def _asked(rule: Rule, value: Any) -> str | None:
    complaint = rule(value)
    if complaint is None or isinstance(complaint, str):
        return complaint
    raise TypeError(f"the rule {getattr(rule, '__name__', rule)!r} returned {shown(complaint)}. A rule returns what is "
                    "wrong, in words for the model and for people, or None: "
                    "`lambda order: None if order.quantity <= 99 else 'quantity: at most 99'`.")
