"""01-5: `my_estimates`, three interview estimations (`QUESTIONS`), each with the assumptions that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.checking import is_unfilled
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e01_questions import ALL, QUESTIONS, SLIP_TOLERANCE, TOLERANCE, Question
from helpers.exercises.numbers import dollars, number_in

__all__ = ["ESTIMATE_THREE", "QUESTIONS"]

SHAPE = '`{"usd": ..., "assumptions": {...}}`'


def my_estimates():
    """One good solution: requests a month, times the dollars for one."""
    a = {"users": 400_000, "adoption": 1 / 8, "uses_per_month": 10, "input_tokens": 2_700, "output_tokens": 270}
    b = {"conversations_per_day": 2_000, "turns": 12, "system_tokens": 540, "question_tokens": 108,
         "answer_tokens": 360}
    c = {"documents_per_night": 50_000, "nights_per_month": 30, "input_tokens": 1_620, "output_tokens": 180,
         "batch_discount": 0.5}
    chat_in = 12 * 540 + 108 * 12 * 13 / 2 + 360 * 12 * 11 / 2    # turn t: t questions, t - 1 answers
    usd = {"a": 400_000 / 8 * 10 * (2_700 * 2 + 270 * 10) / 1e6,
           "b": 2_000 * 30 * (chat_in * 2 + 12 * 360 * 10) / 1e6,
           "c": 50_000 * 30 * (1_620 * 2 + 180 * 10) / 1e6 / 2}
    return {key: {"usd": usd[key], "assumptions": named} for key, named in (("a", a), ("b", b), ("c", c))}


def _checks(question: Question) -> Callable[[Attempt], Problem | None]:
    def one(attempt: Attempt) -> Problem | None:
        answer = _answer_of(question, attempt.answer)
        return _size(question, answer) or _assumptions(question, answer["assumptions"])

    return one


def _answer_of(question: Question, given: Any) -> Mapping[str, Any]:
    """What was given for one question, in the shape that was asked for; any other shape ends the check."""
    keys = ", ".join(f'`"{one.key}"`' for one in ALL)
    if not isinstance(given, Mapping) or not any(one.key in given for one in ALL):
        has = f", with the keys {', '.join(shown(key) for key in given)}" if isinstance(given, Mapping) else ""
        raise _misshapen(question, f"gave {a(type(given).__name__)}{has}", f"be a dict with the keys {keys}")
    part = given.get(question.key)
    if is_unfilled(part):
        raise Spoiled(Problem(
            code="unanswered", sent=_sent(question), did=f"have no answer to ({question.key}) yet",
            should=f"hold all three: {keys}", because="in an interview the next one comes at once; a rough answer "
            "beats none.", look=f'`my_estimates["{question.key}"]`.'))
    if not isinstance(part, Mapping):
        raise _misshapen(question, f'gave {a(type(part).__name__)} under `"{question.key}"`: {shown(part)}',
                         f"hold {SHAPE} there")
    for key in ("usd", "assumptions"):
        if key not in part:
            raise _misshapen(question, f'left out the key `"{key}"` under `"{question.key}"`', f"hold {SHAPE} there")
    if not isinstance(part["assumptions"], Mapping):
        raise _misshapen(question, f"gave {a(type(part['assumptions']).__name__)} as the assumptions of "
                         f"({question.key})", "hold a dict there: name of the assumption, its number")
    return part


def _misshapen(question: Question, did: str, should: str) -> Spoiled:
    return Spoiled(Problem(code="shape", sent=_sent(question), did=did, should=should,
                           because="we look for the amount and its assumptions by these names.",
                           look="the starter in the lesson: its keys stay as they are."))


def _size(question: Question, answer: Mapping[str, Any]) -> Problem | None:
    """The amount, within the tolerance."""
    usd = number_in(answer["usd"])
    if usd is None:
        gap = is_unfilled(answer["usd"])
        return Problem(code="no-dollars", sent=_sent(question), should="hold one number of dollars, such as `1234`",
                       did=f"left `\"usd\"` of ({question.key}) empty" if gap else
                       f"gave {a(type(answer['usd']).__name__)} for ({question.key}): {shown(answer['usd'])}",
                       because="assumptions without an amount answer nobody's question." if gap else
                       "aloud a range is better still; here give its middle, without a dollar sign or a comma.")
    if question.is_right(usd):
        return None
    said = f"gave {dollars(usd)} for ({question.key})"
    common = {"sent": _sent(question), "should": f"be within {TOLERANCE * 100:g} % of what these sizes come to"}
    off = _other_sizes(question, answer["assumptions"])
    if off:
        return Problem(code="assumption-off", did=f"{said}, and took {off[0]}",
                       because="a product is as wrong as its most mistaken factor.", look="that size, in the question; "
                       "9 tokens for 5 words.", **common)
    for slip in question.slips():
        if abs(usd - slip.usd) <= SLIP_TOLERANCE * slip.usd:
            return Problem(code=slip.code, did=f"{said}: {slip.did}", because=slip.because, look=slip.look, **common)
    if usd <= 0:
        return Problem(code="no-cost", did=said, because="every request is billed; an amount of 0 or less is a slip of "
                       "the sign, or of whole-number division.", look="`//` and minus signs.", **common)
    named = not any(is_unfilled(answer["assumptions"].get(name)) for name in question.sizes)
    return Problem(code="size", did=f"{said}, {usd / question.usd:,.3g} times the size of ours",
                   because="the amount is a product; the factor that is missing, or there twice, has about that size.",
                   look="your arithmetic: the assumptions that you name are right." if named else
                   "requests a month, dollars a request: which of the two is off?", **common)


def _other_sizes(question: Question, given: Mapping[str, Any]) -> list[str]:
    """The assumptions that differ from the question's sizes; a percentage may be 0.125 or 12.5."""
    found = []
    for name, size in question.sizes.items():
        number = number_in(given.get(name))
        if number and not any(abs(number - right) <= TOLERANCE * right for right in (size, size * 100 ** (size < 1))):
            found.append(f"{number:,g} as `{name}`")
    return found


def _assumptions(question: Question, given: Mapping[str, Any]) -> Problem | None:
    """Each one that the question rests on, as a positive number."""
    common = {"sent": _sent(question), "because": "an estimate is as good as its assumptions: said aloud, each can be "
              "put right by somebody who knows better."}
    missing = [name for name in question.sizes if is_unfilled(given.get(name))]
    if missing:
        are = "assumption is" if len(missing) == 1 else "assumptions are"
        unknown = [name for name in given if name not in question.sizes]
        return Problem(code="assumptions-missing", did=f"gave the right size for ({question.key}), but {len(missing)} "
                       f"{are} missing: {', '.join(f'`{name}`' for name in missing)}",
                       should="name what it rests on, each with its number",
                       look=f"the names: we don't ask for {', '.join(shown(name) for name in unknown)}." if unknown
                       else "", **common)
    wrong = next((name for name in question.sizes if (number_in(given[name]) or 0) <= 0), None)
    if wrong:
        return Problem(code="assumption-no-number", did=f"gave {shown(given[wrong])} as `{wrong}` of ({question.key})",
                       should="give a number above 0: one in eight is `1 / 8`, half price `0.5`", **common)
    return None


def _sent(question: Question) -> str:
    return f"question ({question.key}): {question.text}"


ESTIMATE_THREE = Exercise(
    id="01-5", name="my_estimates", call="my_estimates", is_value=True, solution=my_estimates,
    checks=tuple(_checks(question) for question in ALL),
    praise="Three amounts of the right size, each with what it rests on. Aloud, add a range and the assumption that "
           "moves it most.",
    hints=("How many requests are there in a month, and what does one of them cost?",
           "(a) users × share × uses. (b) A conversation's input: 12 system prompts, 1 + 2 + ... + 12 questions, "
           "0 + 1 + ... + 11 answers; its output: 12 answers. (c) texts × nights, and half of the price. Turn words "
           "into tokens first: × 9 / 5.",
           "(a) `400_000 / 8 * 10 * (2_700 * 2 + 270 * 10) / 1e6`. (b) `2_000 * 30` times the cost of one "
           "conversation, which reads `12*540 + 78*108 + 66*360` tokens and writes `12*360`. (c) as (a), with "
           "`50_000 * 30` requests of `1_620` in and `180` out, and `/ 2`."),
)
