"""05-2: what we hand to `my_request`, and its body read back: is it one that the API takes, and is everything in it?"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, groupby
from typing import Any

from helpers.caching import Part, parts_of
from helpers.caching.prefixes import estimated
from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.report import Problem
from helpers.economics import model_id
from helpers.exercises.e05_refused import legal
from helpers.settings import DATA

SHOULD = "return the body of a Messages call: a dict with `tools`, `system` and `messages`"


def tool(name: str, words: str) -> dict[str, Any]:
    """A definition, as `tools` holds it."""
    number = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]}
    return {"name": name, "description": words, "input_schema": number}


TOOLS = [tool("order_status", "Look up where an order is."), tool("find_article", "Look up an article's stock."),
         tool("make_return", "Print a label for a return."), tool("call_colleague", "Hand the chat to a colleague.")]


@cache
def _shop(name: str) -> str:
    """One of the shop's own texts."""
    return (DATA / name).read_text("utf-8").strip()


def talk(*texts: str) -> list[dict[str, Any]]:
    """Messages by turns, the customer's first."""
    return [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(texts)]


HISTORY = talk("Do you have a jacket for the Hebrides in October?", "The Heronstead jacket keeps heavy rain out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The arguments of one call."""

    tools: list[dict[str, Any]] = field(default_factory=lambda: TOOLS)
    edition: str = ""
    """What stands at the catalogue's end, in another edition of it."""
    history: list[dict[str, Any]] = field(default_factory=lambda: HISTORY)
    question: str = "Does it come in charcoal?"
    now: str = "Tuesday 24 November 2026, 14:03"

    @property
    def system(self) -> str:
        """The handbook, 2,000 tokens."""
        return _shop("acme_policy.md")

    @property
    def catalogue(self) -> str:
        """50,000 tokens."""
        return _shop("catalogue.md") + self.edition

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.tools, self.system, self.catalogue, self.history, self.question, self.now

    @property
    def stable_tokens(self) -> int:
        """Tools, system and catalogue, at 2.5 characters a token."""
        tools = sum(estimated(part.text) for part in parts_of({"tools": self.tools}))
        return tools + estimated(self.system) + estimated(self.catalogue)


def body_of(attempt: Attempt, given: Given, sent: str) -> dict[str, Any]:
    """What the answer returns for *given*, as JSON has it, with a model; Spoiled where the API would not take it."""
    arguments = copy.deepcopy(given.arguments)
    got = attempt.call(*arguments, sent=sent, should=SHOULD)
    if arguments != given.arguments:
        name = next(name for name, one, two in zip(("tools", "system", "catalogue", "history", "question", "now"),
                                                   arguments, given.arguments, strict=True) if one != two)
        raise Spoiled(Problem(code="changed-arguments", sent=sent, did=f"changed the `{name}` that it was given",
                              should="leave its arguments as they are, and build something new", because="others "
                              "hold the same objects: a breakpoint left in a message comes along to the next turn, and "
                              "the fifth is a 400.", look="`.sort()`, `.append()`, `del`, and `[...] = ...` on what is "
                              "not yours. A `dict(...)` or `[*...]` copies the outermost level alone."))
    body = _as_json(got, sent)
    return legal({"model": model_id("default"), "max_tokens": 500, **body}, sent, SHOULD)


def _as_json(got: Any, sent: str) -> dict[str, Any]:
    if not isinstance(got, Mapping):
        raise Spoiled(Problem(code="no-body", sent=sent, did=f"returned {a(type(got).__name__)}: {shown(got)}",
                              should=SHOULD, because="the caller writes `client.messages.create(**body)`."))
    try:
        body = json.loads(json.dumps(dict(got)))
    except (TypeError, ValueError) as error:
        raise Spoiled(Problem(code="no-json", sent=sent, did=f"returned something that is no JSON: `{error}`",
                              should=SHOULD, because="a body goes over the wire as JSON. A set has no order, either: "
                              "it may come out in another one in the next process.")) from None
    wrong = _misshapen(body)
    if wrong:
        raise Spoiled(Problem(code="shape", sent=sent, did=f"returned a body in which {wrong}", should=SHOULD,
                              because="the API answers anything else with a 400.", look="the body of the lesson's own "
                              "requests: `build_request` makes one that you can print."))
    return body


def _misshapen(body: dict[str, Any]) -> str:
    """What is not as the API has it; "" where all is."""
    messages, system, tools = body.get("messages"), body.get("system", ""), body.get("tools", [])
    if not isinstance(messages, list) or not messages:
        return "`messages` is no list of messages"
    for number, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ("user", "assistant", "system"):
            return f"`messages[{number}]` is {shown(message).strip('`'):.60}, which is no message with a known role"
        if not _is_content(message.get("content")):
            return f"`messages[{number}]` has a `content` that is neither a text nor a list of blocks"
    if not _is_content(system):
        return "`system` is neither a text nor a list of blocks"
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        return "`tools` is no list of definitions"
    for path, control in _controls(body):
        if not (isinstance(control, dict) and control.get("type") == "ephemeral"):
            return f"`{path}.cache_control` is {shown(control).strip('`')}, not `{{\"type\": \"ephemeral\"}}`"
    return ""


def _is_content(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(block, dict) and block.get("type")
                                                                      for block in value))


def _controls(value: Any, path: str = "body") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if "cache_control" in value:
            yield path, value["cache_control"]
        for name, inner in value.items():
            yield from _controls(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _controls(inner, f"{path}.{place}")


def texts_in(value: Any) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def place_of(text: str, parts: list[Part], level: str = "") -> tuple[int, int] | None:
    """(part, character) where *text* stands last in the prefix; None where it doesn't.

    A text may be split over neighbouring blocks: then it stands in the last of them.
    """
    known = [(place, part) for place, part in enumerate(parts) if level in ("", part.level) and part.block]
    found = [(place, whole.rindex(text)) for place, part in known for whole in texts_in(part.value) if text in whole]
    return found[-1] if found else _across(text, known)


def _across(text: str, known: list[tuple[int, Part]]) -> tuple[int, int] | None:
    """Where *text* ends, if neighbouring text blocks hold it together, cut anywhere or between lines."""
    ends = None
    for _, group in groupby(known, key=lambda pair: (pair[1].level, pair[1].role, pair[1].kind == "text")):
        run = list(group)
        for seam in ("", "\n", "\n\n"):
            whole = seam.join(part.text for _, part in run)
            if len(run) > 1 and text in whole:
                end, behind = whole.rindex(text) + len(text), accumulate(len(part.text) + len(seam) for _, part in run)
                ends = (next(place for (place, _), edge in zip(run, behind, strict=True) if end <= edge), 0)
                break
    return ends
