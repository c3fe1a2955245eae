"""00-5's cases, and reading the log line that came back, whatever its fields are called."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, error_text
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises import replies
from helpers.exercises.e00_misread import call, returned, thought

ANSWER = "Your order 1043 left our warehouse on Monday and should reach you by Friday evening at the latest."


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call to log."""

    sent: str
    blocks: tuple[Any, ...] = (ANSWER,)
    stop_reason: str = "end_turn"
    model: str = "default"
    """A role."""
    input: int
    read: int = 0
    """Tokens read from the cache."""
    output: int
    seconds: float

    def message(self) -> Any:
        """The SDK's object."""
        usage = {"input_tokens": self.input, "cache_read_input_tokens": self.read, "output_tokens": self.output}
        return replies.message(self.blocks, model=self.model, stop_reason=self.stop_reason, usage=usage)


PLAIN = Call(sent="a message, and 1.734 seconds", input=1_213, output=187, seconds=1.734)
CUT = Call(sent="a message that thinks aloud, cut off at its limit, of another model; 12.413 seconds",
           blocks=(thought(), ANSWER), stop_reason="max_tokens", model="production", input=2_377, output=replies.LIMIT,
           seconds=12.413)
CACHED = Call(sent="a message whose prompt came from a cache: 61 input tokens, and 48,211 read from the cache; 0.962 "
              "seconds", input=61, read=48_211, output=193, seconds=0.962)
WITH_TOOL = Call(sent="a message with a text and a tool call; 2.259 seconds", blocks=(ANSWER, call()),
                 stop_reason="tool_use", input=1_519, output=113, seconds=2.259)


@dataclass(frozen=True, slots=True)
class Line:
    """What a learner's function made of a call."""

    case: Call
    message: Any
    line: str
    """As JSON."""
    values: list[Any]
    """Each key and value in it, however deep."""

    @property
    def words(self) -> str:
        return " ".join(str(value) for value in self.values)

    @property
    def numbers(self) -> list[float]:
        return [value for value in self.values if isinstance(value, (int, float)) and not isinstance(value, bool)]


def logged(attempt: Attempt, case: Call) -> Line:
    """Have the call logged; Spoiled where what comes back is no log line."""
    message = case.message()
    ran = attempt.run(message, case.seconds, sent=case.sent)
    if ran.error is not None:
        raise Spoiled(_raised(attempt, ran, case))
    common = {"sent": case.sent, "should": "return a dict that `json.dumps` takes"}
    if not isinstance(ran.value, Mapping):
        raise Spoiled(Problem(code="no-fields", did=returned(ran.value),
                              because="whoever logs adds fields of their own, and writes the JSON once.",
                              look="your `return`.", **common))
    try:
        return Line(case, message, json.dumps(ran.value), list(_flat(ran.value)))
    except (TypeError, ValueError) as error:
        named = "; ".join(f"`{path}` is of the class `{kind}`" for path, kind in _strangers(ran.value, ""))
        raise Spoiled(Problem(code="not-json", did=f"returned a dict that is no JSON: {named or error_text(error)}",
                              because="log lines are JSON, to be searched and added up; one that can't be written is "
                              "lost, and in the worst case its call fails with it.",
                              look="that value: take the single numbers and words out of it.", **common)) from None


def _raised(attempt: Attempt, ran: Ran, case: Call) -> Problem:
    plain, said = attempt.raised(ran, case.sent), str(ran.error)
    common = {"sent": case.sent, "did": plain.did}
    if any(f"'Message' object has no attribute '{name}'" in said for name in ("request_id", "headers", "response")):
        return Problem(code="request-id-name", should="take `message._request_id`", look="the underscore.",
                       because="it comes with the headers, not with the message; the SDK puts it there for you.",
                       **common)
    if "has no attribute" in said and "'Usage'" in said:
        return Problem(code="count-name", should="take the counts by Anthropic's names", because="`prompt_tokens` and "
                       "its like are OpenAI's; Anthropic counts `input_tokens` and `output_tokens`.",
                       look="`message.usage.to_dict()`, to see what there is.", **common)
    if "not subscriptable" in said or "'get'" in said:
        return Problem(code="log-not-a-dict", should="return its dict", because="the SDK gives objects: "
                       "`message.model`, `message.usage.input_tokens`.", look="square brackets and `.get`.", **common)
    return plain


def _strangers(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """(where, of which class) for each value that JSON does not know."""
    if isinstance(value, (dict, list, tuple)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strangers(inner, f"{path}.{key}".lstrip("."))
    elif not isinstance(value, (str, int, float, type(None))):
        yield path, type(value).__name__


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _flat(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _flat(inner)
    else:
        yield value
