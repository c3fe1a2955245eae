"""04-2: what goes out: the first request, and the conversation that asks for a repair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from helpers.classroom.attempt import Attempt, error_text, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e04_cases import Case
from helpers.exercises.e04_talk import Talk, as_blocks, other_role, same_blocks, words_in

SHOULD = ("send three turns: the first one as it was, the reply's blocks as they came, and a user turn with the call's "
          "`tool_result`")


def first_request(attempt: Attempt, ran: Ran, talk: Talk, case: Case) -> Problem | None:
    """One user turn, with the text."""
    common = {"sent": case.sent, "should": 'begin with `send([{"role": "user", "content": text}])`'}
    if not talk.asked:
        if ran.error is not None:
            return attempt.raised(ran, case.sent, common["should"])
        return Problem(code="no-request", did=f"returned {shown(ran.value)} without a request", because="nothing has "
                       "read the text yet.", look="`send`, which you are given.", **common)
    first = talk.asked[0]
    if len(first) == 1 and isinstance(first[0], dict) and first[0].get("role") == "user" \
            and [block.get("text") for block in as_blocks(first[0].get("content"))] == [case.text]:
        return None
    said = f", and met {error_text(ran.error)}" if hasattr(ran.error, "status_code") else ""
    return Problem(code="first-request", did=f"sent {shown(talk.first)}{said}", because="tool, model and instructions "
                   "are `send`'s business; what you add to the text the model takes for the customer's words.",
                   look="the list that you hand to `send`.", **common)


def repair(talk: Talk, problems: Callable[[Any], list[str]], case: Case) -> Problem | None:
    """What is wrong with the second request."""
    messages = [one if isinstance(one, dict) else {} for one in talk.asked[1]]
    common = {"sent": case.sent, "should": SHOULD}
    if messages == talk.asked[0]:
        return Problem(code="same-again", did="sent the first request once more, as it was", because="the model is "
                       "not told what was wrong: it is a second throw of the dice, at full price.",
                       look="what you append to the messages before the second `send`.", **common)
    if messages[:1] != talk.asked[0]:
        return Problem(code="first-lost", did=f"sent messages that begin with {shown(messages[:1])}", because="the "
                       "model has no memory: without the first turn it mends an order from a text that it can't see.",
                       look="the beginning of your second list.", **common)
    return _said(messages[1:], talk.sent[0], common) or _result(messages[1:], talk.sent[0], problems, common)


def _said(turns: Sequence[dict[str, Any]], blocks: list[dict[str, Any]], common: dict[str, str]) -> Problem | None:
    """The assistant's turn."""
    if not turns or turns[0].get("role") != "assistant":
        return Problem(code="no-assistant-turn", did="left out what the model had said", because="the words of "
                       "`problems` then speak of an order that it has never seen; and a `tool_result` without its call "
                       "is a 400.", look='a turn with the role "assistant", between the two of the user.', **common)
    content = turns[0].get("content")
    if same_blocks(content, blocks):
        return None
    if same_blocks(content, [block for block in blocks if block["type"] != "thinking"]):
        return Problem(code="thinking-dropped", did="sent the call back, without the thinking before it", because="the "
                       "model called because of what it had thought: go on without, and it begins anew. Changed blocks "
                       "in this place may be a 400.", look="`reply.content`: hand it on whole.", **common)
    return Problem(code="turn-changed", did=f"sent {shown(content)} as the assistant's turn", because="it has to be "
                   "what the model said, block by block: its result names a call that stands there, and thinking that "
                   "was changed is a 400.", look="`reply.content`: hand it on whole.", **common)


def _result(turns: Sequence[dict[str, Any]], blocks: list[dict[str, Any]], problems: Callable[[Any], list[str]],
            common: dict[str, str]) -> Problem | None:
    """The user's turn behind it."""
    call = next(block for block in blocks if block["type"] == "tool_use")
    parts = [part for turn in turns[1:] if turn.get("role") == "user" for part in as_blocks(turn.get("content"))]
    results = [part for part in parts if part.get("type") == "tool_result"]
    if not results:
        return other_role(turns[1:], **common) or Problem(
            code="no-tool-result", did=f"answered the call with {'a text' if parts else 'nothing'}", because="a call "
            "without its result in the next turn is a 400: \"`tool_use` ids were found without `tool_result` blocks\".",
            look="the content of your last turn: a list with a `tool_result`.", **common)
    if parts[0].get("type") != "tool_result":
        return Problem(code="result-first", did="put a text before the result", because="results come first in the "
                       "turn, or it is a 400; words of your own may stand behind them.", look="the order in your last "
                       "turn.", **common)
    if results[0].get("tool_use_id") != call["id"]:
        return Problem(code="wrong-id", did=f"named {shown(results[0].get('tool_use_id'))} as `tool_use_id`",
                       because="the result belongs to a call, and the call has its own id, another one than the "
                       "message; a result that names none is a 400.", look="`.id` of the `tool_use` block.", **common)
    return _words(results[0], problems(call["input"]["order"]), common)


def _words(result: dict[str, Any], words: list[str], common: dict[str, str]) -> Problem | None:
    said = words_in(result.get("content"))
    if not isinstance(result.get("content"), str) and not said.strip():
        return Problem(code="result-shape", did=f"sent {shown(result.get('content'))} as the result's content",
                       because="the API takes a text there, or a list of blocks, as the SDK's types say. Plain texts "
                       "in a list are neither.", look="what makes one text of the list that `problems` returned.",
                       **common)
    missing = [word for word in words if word not in said]
    if len(missing) == len(words):
        return Problem(code="words-missing", did=f"sent {shown(said)} as the result", because="\"try again\" doesn't "
                       "say what was wrong: the model changes something at random. The checker's words are the whole "
                       "point of the second request.", look="`content` of the `tool_result`.", **common)
    if missing:
        return Problem(code="words-partly", did=f"left out {shown(missing[0])}", because="there is one repair: what "
                       "the model isn't told now, it is never told.", look="what you make of the list that `problems` "
                       "returned.", **common)
    if result.get("is_error") is not True:
        return Problem(code="no-is-error", did="sent the result without `is_error`", because="the model reads it as "
                       "the tool's answer, as if the order had been recorded, with a remark.", look="the keys of your "
                       "`tool_result`.", **common)
    return None
