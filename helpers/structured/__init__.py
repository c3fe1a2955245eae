"""From a text to a checked value: one pydantic model, the right recipe for the model in use, and three outcomes.

    match extract(client, text, Order, model=MODEL, rules=[said_in(text, "colour")]):
        case Valid(value=None, none_because=why): ...      # "asks how to return shoes": not an order
        case Valid(value=order) | Repaired(value=order): ...
        case NeedsHuman(reason=why): ...

Strict decoding gives the shape and nothing more. So each layer looks at what the one before can't see: the stop
reason (a reply that was cut looks complete), the number of calls, the shape with its bounds, your own rules.

Not by `messages.parse`: of a reply that was cut it raises pydantic's error, which has the torn text in it, but neither
usage nor stop reason nor request id.
Nor by mending: half of a JSON text may read as a smaller order.

One module for each idea: `keywords` and `schemas` read a schema, `strict` rewrites it, `bounds` and `shapes` check what
it can't say, `limits` counts; `envelopes` adds the way out, `recipes` asks, `replies` reads, `judging` judges,
`extracting` has the loop, `results` what comes of it, `rules` a rule for every text.
"""

from __future__ import annotations

from helpers.structured.bounds import Check
from helpers.structured.extracting import extract, extract_async
from helpers.structured.judging import Judgement, Rule, judge
from helpers.structured.keywords import SchemaError
from helpers.structured.limits import Counts, check_limits, count
from helpers.structured.recipes import RECIPES, Recipe, recipe_for
from helpers.structured.results import Attempt, CaughtBy, Extraction, NeedsHuman, Repaired, Valid
from helpers.structured.rules import said_in
from helpers.structured.strict import Strict, Vendor, to_strict

__all__ = [
    "RECIPES",
    "Attempt",
    "CaughtBy",
    "Check",
    "Counts",
    "Extraction",
    "Judgement",
    "NeedsHuman",
    "Recipe",
    "Repaired",
    "Rule",
    "SchemaError",
    "Strict",
    "Valid",
    "Vendor",
    "check_limits",
    "count",
    "extract",
    "extract_async",
    "judge",
    "recipe_for",
    "said_in",
    "to_strict",
]
