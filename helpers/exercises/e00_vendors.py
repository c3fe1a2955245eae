"""00-4: `my_reply(reply)`: either vendor's reply, in the same three words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e00_either import CASES, NO, Either
from helpers.exercises.e00_misread import misread, mistold, returned

FIELDS = ("text", "complete", "output_tokens")
MISSING = object()


def my_reply(reply):
    """One good solution."""
    if hasattr(reply, "choices"):
        choice, output = reply.choices[0], reply.usage.completion_tokens
        text = choice.message.content or ""
        complete = choice.finish_reason == "stop" and not choice.message.refusal
    else:
        text = "".join(block.text for block in reply.content if block.type == "text")
        complete, output = reply.stop_reason in ("end_turn", "stop_sequence"), reply.usage.output_tokens
    return {"text": text, "complete": complete, "output_tokens": output}


@dataclass(frozen=True, slots=True)
class Reads:
    """A check: one reply of one vendor."""

    case: Either

    def __call__(self, attempt: Attempt) -> Problem | None:
        case, reply = self.case, self.case.reply()
        ran = attempt.run(reply, sent=case.said.sent)
        if ran.error is not None:
            return _raised(attempt, ran, case)
        text, complete, output = (_field(ran.value, name, case) for name in FIELDS)
        return _wrong_text(text, case) or _wrong_end(complete, case) or _wrong_count(output, reply, case)


def _field(value: Any, name: str, case: Either) -> Any:
    """One field of the answer: a key of a mapping, or an attribute; without it: Spoiled."""
    found = value.get(name, MISSING) if isinstance(value, Mapping) else getattr(value, name, MISSING)
    if found is not MISSING:
        return found
    common = {"sent": case.said.sent, "should": case.should}
    if isinstance(value, Mapping):
        raise Spoiled(Problem(code="field", did=f"returned a dict without `{name}`: {shown(value)}", look="its keys.",
                              because="whoever calls it looks there, whichever vendor answered.", **common))
    raise Spoiled(Problem(code="no-dict", did=returned(value), **common,
                          look="your `return`.",
                          because="whoever calls it reads three fields by their names."))


def _raised(attempt: Attempt, ran: Ran, case: Either) -> Problem:
    """An error: of the wrong vendor's names, of a level left out, or of reading blocks."""
    kind, name = (re.findall(r"'(\w+)' object has no attribute '(\w+)'", str(ran.error)) or [("", "")])[0]
    common = {"sent": case.said.sent, "did": attempt.raised(ran, "").did, "should": case.should}
    if kind in ("CompletionUsage", "Usage"):
        return Problem(code="usage-name", because="Anthropic counts `input_tokens` and `output_tokens`, OpenAI's chat "
                       "API `prompt_tokens` and `completion_tokens`.", look="which usage meets which name.", **common)
    if kind == "ChatCompletion" or kind == "Message" and name in ("choices", "finish_reason"):
        return Problem(code="one-vendor", because=f"this reply has no `.{name}`. Anthropic's has `content` and "
                       "`stop_reason`; OpenAI's has `choices`, and its text and ending in `choices[0]`.",
                       look="how your code tells the two apart.", **common)
    if kind == "Choice" or kind == "list" and name in ("message", "finish_reason"):
        return Problem(code="choice", because="OpenAI's reply is three levels deep: `choices` is a list, `choices[0]` "
                       "has `message` and `finish_reason`, and the message has `content`.",
                       look="the dots and brackets in that line.", **common)
    if case.openai and not case.said.text and "NoneType" in str(ran.error):
        return _none(common)
    return misread(attempt, ran, case.said, case.should)


def _none(common: dict[str, str]) -> Problem:
    return Problem(code="openai-none", because="OpenAI's `content` is None where it called a tool or refused: whoever "
                   "shows or measures a text breaks on it.", look="`message.content`, before you use it.", **common)


def _wrong_text(text: Any, case: Either) -> Problem | None:
    common = {"sent": case.said.sent, "should": case.should}
    if case.openai and text in (None, "None"):
        return _none({"did": f"returned {shown(text)} as `text`", **common})
    if text == NO:
        return Problem(code="refusal-as-text", did="returned the refusal as `text`", because="it would be shown, and "
                       "stored, as an answer; `complete` alone can't tell a refusal from half an answer.",
                       look="where `refusal` goes.", **common)
    return mistold(text, case.said, should=case.should, place=" as `text`")


def _wrong_end(complete: Any, case: Either) -> Problem | None:
    common = {"sent": case.said.sent, "did": f"returned {shown(complete)} as `complete`", "should": case.should}
    if isinstance(complete, str):
        return Problem(code="reason-itself", because="each vendor has its own words; and every text but the empty one "
                       "is true.", look="what you compare it with.", **common)
    if bool(complete) == case.complete:
        return None
    return Problem(code=case.code, because=case.because, look="the words that you compare with.", **common)


def _wrong_count(output: Any, reply: Any, case: Either) -> Problem | None:
    if type(output) is not bool and output == case.output:
        return None
    common = {"sent": case.said.sent, "did": f"returned {shown(output)} as `output_tokens`", "should": case.should}
    usage = reply.usage.to_dict()
    thought = sum(details.get(name, 0) for key in ("output_tokens_details", "completion_tokens_details")
                  for name in ("thinking_tokens", "reasoning_tokens") if (details := usage.get(key)))
    if isinstance(output, int) and output == case.output + thought:
        return Problem(code="thinking-twice", because="thinking is inside the output count already: you would book it "
                       "twice.", look="what you add.", **common)
    others = [usage.get(name) for name in ("input_tokens", "prompt_tokens", "total_tokens")]
    if isinstance(output, int) and output in (*others, case.output - thought, case.output + (others[0] or 0)):
        return Problem(code="other-count", because="output is the dear part of a bill: all that the model wrote, "
                       "thinking included, and nothing of the prompt.", look="which count you take.", **common)
    return Problem(code="count", because="a bill is made of this count: an estimate, or a 0 for a name that is "
                   "missing, books another.", look="`reply.usage`: `output_tokens` with Anthropic, `completion_tokens` "
                   "with OpenAI.", **common)


READ_EITHER = Exercise(
    id="00-4", name="my_reply", call="my_reply(reply)", solution=my_reply, checks=tuple(Reads(case) for case in CASES),
    praise="Ten endings, two vendors, three words: code above this line need not know who answered.",
    hints=("Which attribute has one vendor's reply that the other's has not?",
           "OpenAI's has `choices`: in `choices[0]` there are `message.content` (text, or None), `message.refusal` and "
           "`finish_reason`; its usage counts `completion_tokens`. Anthropic's you know. Which words mean \"whole\"?",
           '`if hasattr(reply, "choices"):` then `choice = reply.choices[0]`, the text is `choice.message.content or '
           '""`, complete is `choice.finish_reason == "stop" and not choice.message.refusal`; else as in `my_ask`.'),
)
