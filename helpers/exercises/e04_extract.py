"""04-2: `my_extract(send, text, problems)`: from a text to an order, with one repair at most.

The replies stand in `e04_cases`; what is sent back in a repair is judged in `e04_repair`, what goes wrong in reading a
reply in `e04_misread`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e04_cases import CASES, TOOL, Case, problems
from helpers.exercises.e04_misread import SENDS_FAIL, misread
from helpers.exercises.e04_mistakes import UNCHECKED, Mistake
from helpers.exercises.e04_repair import first_request, repair
from helpers.exercises.e04_talk import Runaway, Talk, same_blocks

KINDS = ("valid", "repaired", "none", "human")


def my_extract(send, text, problems):
    """One good solution."""
    messages = [{"role": "user", "content": text}]
    for kind in ("valid", "repaired"):
        reply = send(messages)
        calls = [block for block in reply.content if block.type == "tool_use"]
        if reply.stop_reason != "tool_use" or len(calls) != 1:
            return "human", f"it ended with {reply.stop_reason}, and {len(calls)} calls"
        order, why = calls[0].input["order"], calls[0].input["none_because"]
        if order is None:
            return "none", why
        wrong = problems(order)
        if not wrong:
            return kind, order
        result = {"type": "tool_result", "tool_use_id": calls[0].id, "is_error": True, "content": "\n".join(wrong)}
        messages += [{"role": "assistant", "content": reply.content}, {"role": "user", "content": [result]}]
    return "human", f"wrong twice: {wrong}"


@dataclass(slots=True)
class Asked:
    """`problems`, and what it was asked about."""

    about: list[Any]

    def __call__(self, order: Any) -> list[str]:
        self.about.append(order)
        return problems(order)


@dataclass(frozen=True, slots=True)
class Extracts:
    """A check: what becomes of one text."""

    case: Case

    def __call__(self, attempt: Attempt) -> Problem | None:
        asked = Asked([])
        problem = self._problem(attempt, asked)
        if problem is None or not any(isinstance(one, dict) and "none_because" in one for one in asked.about):
            return problem
        return Problem(code="problems-of-all", sent=self.case.sent,
                       did=f"asked `problems` about {shown(asked.about[0])}", should="hand it the order alone",
                       because="`problems` reads an order. What lies around it, `none_because` and the name `order`, "
                       "is no part of one, so it complains of everything.",
                       look="what you take out of the call's input.")

    def _problem(self, attempt: Attempt, asked: Asked) -> Problem | None:
        case, talk = self.case, Talk(self.case.replies, (TOOL,))
        ran = attempt.run(talk.send, case.text, asked, sent=case.sent)
        found = first_request(attempt, ran, talk, case) or _too_many(talk, case)
        if found is None and len(talk.asked) > 1 and talk.sent:
            found = repair(talk, problems, case)
        if found:
            return found
        if ran.error is not None and not isinstance(ran.error, Runaway):
            return misread(attempt, ran, talk, case)
        return self._judged(ran.value, talk)

    def _judged(self, value: Any, talk: Talk) -> Problem | None:
        case = self.case
        kind, what = _pair(value, case)
        common = {"sent": case.sent, "should": case.should, "did": f"returned {shown(tuple(value))}"}
        if kind == case.kind and len(talk.asked) == case.requests:
            return _wrong_value(what, case, common)
        return _told(_mistake(kind, talk, case), common)


def _too_many(talk: Talk, case: Case) -> Problem | None:
    """A request more than the case allows."""
    count = len(talk.asked)
    if count <= case.requests:
        return None
    did = f"sent a {'third' if case.requests == 2 else 'second'} request"
    if case.again.code == "cut-repaired":
        half = any(message.get("role") == "assistant" and same_blocks(message.get("content"), talk.sent[0])
                   for message in talk.asked[1] if isinstance(message, dict))
        did += ", with its half call in it" if half else ", though `send` has the same limit"
    return _told(case.again, {"sent": case.sent, "should": case.should, "did": did})


def _mistake(kind: str, talk: Talk, case: Case) -> Mistake:
    """Why the first word is wrong."""
    named = case.wrong.get(kind)
    if len(talk.asked) < case.requests:
        if kind in ("valid", "repaired"):
            return UNCHECKED
        if kind == "human":
            return Mistake(code="no-repair", because="you have the words for what is wrong: one more request takes "
                           "seconds, a person takes minutes.", look="what you do with the words of `problems`.")
    return named or Mistake(
        code="other-word", because="the first word decides what happens next: booked, booked and counted, answered as "
        "a question, or put on a desk.", look="which of the four each of your `return`s gives.")


def _pair(value: Any, case: Case) -> tuple[str, Any]:
    """(first word, the rest); anything else: Spoiled."""
    gave = "returned `None`" if value is None else f"returned {a(type(value).__name__)}: {shown(value)}"
    common = {"sent": case.sent, "should": case.should, "did": gave, "look": "each of your `return`s."}
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Spoiled(Problem(code="no-pair", because="the caller writes `kind, value = my_extract(...)`, and asks for "
                              "the kind first.", **common))
    if value[0] not in KINDS:
        raise Spoiled(Problem(code="no-kind", because='the caller knows four words: "valid", "repaired", "none" and '
                              '"human".', **common))
    return value[0], value[1]


def _wrong_value(what: Any, case: Case, common: dict[str, str]) -> Problem | None:
    """The word is right; what stands beside it?"""
    if case.kind in ("valid", "repaired"):
        if what == case.value:
            return None
        if not isinstance(what, dict) or what.get("order") == case.value:
            return Problem(code="envelope", because="the caller reads `value[\"product\"]`: it wants the order itself, "
                           "a dict, out of the call's input.", look="what stands beside the word, and what lies around "
                           "the order in it.", **common)
        return Problem(code="other-order", because="another one was accepted, or nobody accepted this one.",
                       look="which reply's order your `return` gives.", **common)
    text = " ".join(map(str, what)) if isinstance(what, list | tuple) else what
    if isinstance(text, str) and text.strip() and (case.kind == "human" or case.value in text):
        return None
    if case.kind == "none":
        return Problem(code="why-lost", because="`none_because` is what tells a question from an order that was not "
                       "understood; it is also the first thing you read when you tune the prompt.",
                       look="what stands beside `\"none\"`.", **common)
    return Problem(code="no-reason", because="a person takes over, and begins with why: cut off, declined, wrong "
                   "twice?", look="what stands beside `\"human\"`.", **common)


def _told(mistake: Mistake, common: dict[str, str]) -> Problem:
    return Problem(code=mistake.code, because=mistake.because, look=mistake.look, **common)


EXTRACT = Exercise(
    id="04-2", name="my_extract", call="my_extract(send, text, problems)", solution=my_extract,
    checks=(*map(Extracts, CASES), *SENDS_FAIL),
    praise="First how it ended, then how many calls, then null, then the order: each asks what the one before can't "
           "see. Two requests at most, and nothing doubtful is booked. (`extract` does a little more: it asks anew, "
           "with more room, where a reply was cut.)",
    hints=("Before you look into a call: what must be true of the reply for its input to mean anything?",
           "For each reply, in this order: `stop_reason`, the number of `tool_use` blocks, null, `problems`. The "
           "second reply goes through all of it again, so a loop of two rounds is shorter than two copies. The repair "
           "is what was said, as it came, and one `tool_result`.",
           '`messages += [{"role": "assistant", "content": reply.content}, {"role": "user", "content": [{"type": '
           '"tool_result", "tool_use_id": call.id, "is_error": True, "content": "\\n".join(wrong)}]}]`, inside `for '
           'kind in ("valid", "repaired"):`.'),
)
