"""04-4: what goes back to the model: every call's result, in one turn, behind all that was said before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, a, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e04_desk import ERRORS, TEXT, Desk
from helpers.exercises.e04_talk import Runaway, Talk, as_blocks, other_role, same_blocks, words_in


@dataclass(frozen=True, slots=True)
class Round:
    """One call of the answer, and what it did."""

    talk: Talk
    desk: Desk
    ran: Ran
    sent: str


def answers(one: Round) -> Problem | None:
    """What is wrong with what was sent, request by request."""
    first = one.talk.asked[0]
    turn = first[0] if len(first) == 1 and isinstance(first[0], dict) else {}
    if turn.get("role") != "user" or [part.get("text") for part in as_blocks(turn.get("content"))] != [TEXT]:
        return Problem(code="first-request", sent=one.sent, did=f"sent {shown(one.talk.first)}",
                       should='begin with `send([{"role": "user", "content": text}])`', because="tools, model and "
                       "instructions are `send`'s business.", look="the list that you hand to `send`.")
    if one.desk.misused:
        return Problem(code="run-arguments", sent=one.sent, did=f"called `run({one.desk.misused})`", should="call "
                       "`run(block.name, block.input)`", because="one `run` serves all tools: it finds the tool by its "
                       "name, and hands the input on.", look="what stands in the brackets behind `run`.")
    lost = _lost_error(one)
    if lost:
        return lost
    for number, blocks in enumerate(one.talk.sent[:len(one.talk.asked) - 1]):
        problem = _turns(one, number, blocks)
        if problem:
            return problem
    return None


def _lost_error(one: Round) -> Problem | None:
    kind, words = next((error for error in ERRORS.values() if error[1] in str(one.ran.error)), (None, ""))
    if kind is None or one.ran.error is None:
        return None
    common = {"sent": one.sent, "did": f"let the tool's {kind.__name__} through: `{words}`",
              "should": "send it back as that call's result, with `is_error`"}
    if kind is ValueError:
        return Problem(code="one-kind-held", because="a tool raises whatever its code and its services raise: unknown "
                       "numbers, odd ones, timeouts. Each ends the conversation that you don't hold.",
                       look="what your `except` names.", **common)
    return Problem(code="tool-error-raised", because="the model can ask for the right number, or say so to the "
                   "customer; an error ends the conversation, and the other call with it.", look="what stands around "
                   "`run`.", **common)


def _turns(one: Round, number: int, blocks: list[dict[str, Any]]) -> Problem | None:
    """Request *number* + 2: is it the one before, what was said, and the results?"""
    before, now = one.talk.asked[number], one.talk.asked[number + 1]
    common = {"sent": one.sent, "should": "send all turns so far, the reply's blocks as they came, and one user turn "
              "with a `tool_result` for each call"}
    new = [turn if isinstance(turn, dict) else {} for turn in now[len(before):]]
    if now[:len(before)] != before:
        return Problem(code="history-lost", did=f"sent {len(now)} messages in request {number + 2}, and they don't "
                       f"begin with the {len(before)} of the one before", because="the model has no memory: it would "
                       "not know what it was asked, or what it has done.", look="the list that grows from round to "
                       "round.", **common)
    if not new or new[0].get("role") != "assistant" or not same_blocks(new[0].get("content"), blocks):
        return _changed(new, blocks, common)
    return _results(one, new[1:], [block for block in blocks if block["type"] == "tool_use"], common)


def _changed(new: list[dict[str, Any]], blocks: list[dict[str, Any]], common: dict[str, str]) -> Problem:
    if not new or new[0].get("role") != "assistant":
        return Problem(code="no-assistant-turn", did="left out the turn in which the model called", because="a result "
                       "without its call is a 400.", look="what you append before the results.", **common)
    kept = new[0].get("content")
    if same_blocks(kept, [block for block in blocks if block["type"] != "thinking"]):
        return Problem(code="thinking-dropped", did="sent the calls back, without the thinking before them",
                       because="the model called because of what it had thought: the docs ask for thinking blocks as "
                       "they came while tools run.", look="`reply.content`: hand it on whole.", **common)
    return Problem(code="turn-changed", did=f"sent {shown(kept)} as the assistant's turn", because="it has to be what "
                   "the model said, block by block: results name calls that stand there.",
                   look="`reply.content`: hand it on whole.", **common)


def _results(one: Round, turns: list[dict[str, Any]], calls: list[dict[str, Any]], common: dict[str, str],
             ) -> Problem | None:
    parts = [part for turn in turns if turn.get("role") == "user" for part in as_blocks(turn.get("content"))]
    results = {part.get("tool_use_id"): part for part in parts if part.get("type") == "tool_result"}
    missing = [block for block in calls if block["id"] not in results]
    if missing:
        return other_role(turns, **common) or Problem(
            code="result-missing", did=f"sent no result for `{missing[0]['name']}` ({shown(missing[0]['id'])})",
            because="each call needs its result in the next turn, or it is a 400: also one that failed, and one that "
            "came second.", look="where the list of results begins, and which calls come into it.", **common)
    if len([turn for turn in turns if turn.get("role") == "user"]) > 1:
        return Problem(code="two-messages", did="sent a message for each result", because="the docs want all results "
                       "in one user message: from a history with one each, the model learns to call one tool at a "
                       "time.", look="when you append the user's turn: in the loop over the calls, or behind it?",
                       **common)
    if parts[0].get("type") != "tool_result":
        return Problem(code="result-first", did="put a text before the results", because="results come first in the "
                       "turn, or it is a 400.", look="the order in your user turn.", **common)
    return next(filter(None, (_result(one, block, results[block["id"]], common) for block in calls)), None)


def _result(one: Round, call: dict[str, Any], result: dict[str, Any], common: dict[str, str]) -> Problem | None:
    """One call's result."""
    said, order = words_in(result.get("content")), call["input"].get("order")
    gave = f"sent {shown(said)} for `{call['name']}`"
    if order in ERRORS:
        return _error_result(result, ERRORS[order][1], gave, common)
    if result.get("is_error"):
        return Problem(code="false-error", did=f"{gave}, with `is_error`", because="the card was charged, and the "
                       "model hears that it was not: it charges again.", look="a name that keeps its value from call "
                       "to call.", **common)
    if said.startswith(f"{call['name']} {order}: receipt"):
        return None
    if ": receipt" in said:
        return Problem(code="results-swapped", did=gave, because="the customer is told of one thing what happened to "
                       "another. A result belongs to its call by id.", look="which id stands beside which result.",
                       **common)
    return Problem(code="result-changed", did=gave, because="the model goes on with what the tool returned, and "
                   "nothing else.", look="the content of your `tool_result`, and what you save in `done`.", **common)


def _error_result(result: dict[str, Any], words: str, gave: str, common: dict[str, str]) -> Problem | None:
    """The result of a call whose tool raised."""
    if words not in words_in(result.get("content")):
        return Problem(code="error-words", did=gave, because=f"`{words}` is what the model can act upon; \"failed\" "
                       "makes it try the same once more.", look="the content of the result in your `except`.", **common)
    if result.get("is_error") is not True:
        return Problem(code="no-is-error", did=f"{gave}, without `is_error`", because="the model reads it as what the "
                       "tool found.", look="the keys of the result in your `except`.", **common)
    return None


def ended(attempt: Attempt, ran: Ran, talk: Talk, requests: int, sent: str) -> Problem | None:
    """The last reply is what comes back."""
    common = {"sent": sent, "should": f"return the last reply after {requests} request{'s' * (requests != 1)}"}
    if ran.error is not None and not isinstance(ran.error, Runaway):
        return attempt.raised(ran, sent, common["should"])
    if len(talk.asked) != requests:
        count = f"{len(talk.asked)} request{'s' * (len(talk.asked) != 1)}"
        return Problem(code="wrong-end", did=f"sent {count}", because="`tool_use` alone means that the model waits for "
                       "results; at any other reason it is over, and one more request is billed.",
                       look="what ends your loop.", **common)
    value = ran.value
    if talk.given and getattr(value, "id", None) == talk.given[-1].id:
        return None
    gave = "`None`" if value is None else f"{a(type(value).__name__)}: {shown(value)}"
    return Problem(code="no-reply", did=f"returned {gave}", because="whether the answer is whole stands in its "
                   "`stop_reason`, and what it cost in its `usage`: the text alone has neither.", look="your `return`.",
                   **common)
