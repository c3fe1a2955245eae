"""06-1: `first_problem(messages)`: the first of five rules that the messages of a request break.

The lists are in `e06_lists`. What is settled there and here: neighbouring user messages are fine (docstring of
`messages.create`, anthropic 2.12: they are combined); results come first in the message right behind their call
(documented, handle-tool-calls). Left out, because two readings are defensible: results split over two messages.
"""

from __future__ import annotations

import copy
from itertools import pairwise, takewhile

from helpers.classroom.attempt import Attempt, Spoiled, a, error_text, shown
from helpers.classroom.exercise import Check, Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e06_lists import CASES, NAMES, Case
from helpers.exercises.e06_messages import shape


def first_problem(messages):
    """One good solution."""
    def blocks(message):
        return message["content"] if isinstance(message["content"], list) else []

    def calls(message):
        return {block["id"] for block in blocks(message) if block["type"] == "tool_use"}

    def results(some):
        return {block["tool_use_id"] for block in some if block["type"] == "tool_result"}

    if not messages:
        return "empty"
    if messages[0]["role"] == "assistant":
        return "assistant first"
    nobody = {"role": "user", "content": ""}
    for message, after in pairwise([*messages, nobody]):
        if not calls(message) <= results(takewhile(lambda block: block["type"] == "tool_result", blocks(after))):
            return "call without result"
    for before, message in pairwise([nobody, *messages]):
        if not results(blocks(message)) <= calls(before):
            return "result without call"
    return "assistant last" if messages[-1]["role"] == "assistant" else None


def _check(case: Case) -> Check:
    def check(attempt: Attempt) -> Problem | None:
        given = copy.deepcopy(case.messages)
        sent = f"{case.words}: {shape(case.messages)}"
        ran = attempt.run(given, sent=sent)
        if ran.error is not None:
            raise Spoiled(_raised(attempt, ran, case, sent))
        if given != case.messages:
            return Problem(code="changed", sent=sent, did=f"changed the list: {shape(given)}", should="look, and leave "
                           "it as it is", because="the caller goes on to send it: what a check takes out of it is "
                           "gone.", look="`.pop()`, `del` and assignments to what is not yours.")
        return None if _same(ran.value, case.expected) else _wrong(ran.value, case, sent)
    return check


def _same(got: object, expected: str | None) -> bool:
    return got is None if expected is None else isinstance(got, str) and got == expected


def _raised(attempt: Attempt, ran: Ran, case: Case, sent: str) -> Problem:
    should = f"return {_name(case.expected)}"
    if not case.messages and isinstance(ran.error, IndexError):
        return Problem(code="empty-raises", sent=sent, did=f"raised {error_text(ran.error)}", should=should,
                       because="a trimmed list may be empty, and that is the moment in which somebody asks what is "
                       "wrong with it.", look="what your first line reads from the list.")
    if isinstance(ran.error, TypeError | AttributeError) and any(isinstance(m["content"], str) for m in case.messages):
        return Problem(code="text-as-blocks", sent=f"{sent}. Some contents are texts", did=f"raised "
                       f"{error_text(ran.error)}", should=should, because="both forms are in every real history: your "
                       "own questions are texts, and replies are lists of blocks.", look="the line that goes through "
                       "`content`: what does it do with a text?")
    return attempt.raised(ran, sent, should)


def _wrong(got: object, case: Case, sent: str) -> Problem:
    """Another word than expected; what kind of mistake is it?"""
    common = {"sent": sent, "did": f"returned {shown(got)}", "should": f"return {_name(case.expected)}"}
    if got is not None and not (isinstance(got, str) and got in NAMES):
        return Problem(code="not-a-name", because="the caller compares it with these names; `None` says that all is "
                       "well.", look=f"the five names, letter for letter: {', '.join(map(repr, NAMES))}.",
                       **{**common, "did": f"returned {a(type(got).__name__)}: {shown(got)}"})
    if got in case.also:
        return Problem(code="order", because="one cause often breaks several rules, and with the first one mended the "
                       "others may be gone: two functions that check one list should tell one story.",
                       look="the order of the list in the docstring, and of your `return`s.",
                       **{**common, "should": f"return {_name(case.expected)}, which comes before it"})
    return Problem(code=case.code, because=case.because, look=case.look, **common)


def _name(expected: str | None) -> str:
    return f"`{expected!r}`"


NAME_THE_PROBLEM = Exercise(
    id="06-1", name="first_problem", call="first_problem(messages)", solution=first_problem,
    checks=tuple(map(_check, CASES)),
    praise="Run it on what you are about to send, in a test of everything that trims: an API says the same, but as a "
           "400, at night. (`helpers.history.problem` asks a few rules more, and names the place.)",
    hints=("Which of the five need one message only, and which need two that stand side by side?",
           "For the pairs, go through neighbours: of an assistant's message and the one behind it, collect the ids of "
           "the calls, and the ids of the results with which the next one begins; then the same backwards. A content "
           "that is a text has neither.",
           "`for message, after in itertools.pairwise([*messages, nobody])`, with a `nobody` that has no content: "
           "`calls(message) <= leading_results(after)`, both sets of ids; then `pairwise([nobody, *messages])`: "
           "`results(message) <= calls(before)`."),
)
